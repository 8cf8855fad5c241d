import { isOpen } from '#cards/ask-card.ts';
import type { Card } from '#cards/card.ts';
import { escalatedAsk, reminderCard, unansweredCard } from '#cards/waiting-card.ts';
import type { Place } from '#chat/chat.ts';
import { samePlace } from '#ledger/wall.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import type { Channel, Person } from '#oversight.ts';
import { matterOf } from '#policy/matter.ts';
import { channelsFor } from '#policy/policy.ts';
import { escalationsOf, nextMoment, planOf, reminderDue, reminderGapMs } from '#policy/waiting.ts';
import { readBallot } from './ballot.ts';
import { type Bot, mentionOn } from './bot.ts';

/** What is looked at together: an ask, its mission, and the subject its thread hangs from. */
export type Waiting = {
  readonly request: Request;
  readonly mission: MissionSummary | undefined;
  /** The card that the thread begins with: the mission's, or the ask's own. */
  readonly root: string;
};

/**
 * Sees to it that an ask is answered before silence denies it: reminders, the way to others, and in the end the word that
 * nobody answered. Returns when there is something to do next.
 */
export async function chase(
  bot: Bot,
  waiting: Waiting,
  cardFor: (place: Place) => Card,
  seenAt: Date,
): Promise<Date | undefined> {
  await remind(bot, waiting, seenAt);
  await escalate(bot, waiting, cardFor, seenAt);
  await sayUnanswered(bot, waiting, seenAt);
  return isOpen(waiting.request)
    ? nextMoment(planFor(bot, waiting.request), waiting.request, seenAt)
    : undefined;
}

const pageSize = 100;

const planFor = ({ oversight }: Bot, request: Request) => planOf(oversight, matterOf(request));

/**
 * Reminds of an ask that waits, together with whatever else is due in its thread, and keeps every reminder true. Each is
 * given once, however often this runs; what a pause of ours missed is not made up for.
 */
async function remind(bot: Bot, waiting: Waiting, seenAt: Date): Promise<void> {
  const { request, mission, root } = waiting;
  const { reminders } = bot.ledger;
  if (await isDue(bot, request, seenAt)) {
    const beside = mission ? await openUnder(bot, mission.s256) : [request];
    const due: Request[] = [];
    for (const each of beside) if (await isDue(bot, each, seenAt)) due.push(each);
    await reminders.give(
      root,
      due.map((each) => ({ requestId: each.id, number: reminderDue(planFor(bot, each), each, seenAt) })),
      seenAt,
      new Date(seenAt.getTime() - reminderGapMs(request)),
    );
  }
  for (const { subject, requests } of await reminders.of(request.id)) {
    const asks = await readAll(bot, requests, request);
    const people = await approversOf(bot, asks);
    for (const { place } of channelsFor(bot.oversight, matterOf(request))) {
      const card = reminderCard({ asks, approvers: calledAt(place, people), escalated: false });
      await hangReply(bot, waiting, { subject, place, card, seenAt, settled: !asks.some(isOpen) });
    }
  }
}

/** Nobody is reminded of what waits for its agent's answer, nor of what somebody is looking into just now. */
const isDue = async (bot: Bot, request: Request, now: Date) =>
  request.state === 'open' &&
  reminderDue(planFor(bot, request), request, now) > 0 &&
  (await bot.ledger.claims.standing(request.id, now)) === undefined;

async function openUnder(bot: Bot, missionS256: string): Promise<Request[]> {
  const page = await bot.missionControl.listRequests({ state: 'open', missionS256, limit: pageSize });
  return page.requests;
}

async function readAll(bot: Bot, ids: readonly string[], known: Request): Promise<Request[]> {
  const asks: Request[] = [];
  for (const id of ids) {
    const ask = id === known.id ? known : await bot.missionControl.readRequest(id);
    if (ask) asks.push(ask);
  }
  return asks;
}

/** Whoever has a say about what is open of these, delegates included. */
async function approversOf(bot: Bot, asks: readonly Request[]): Promise<readonly Person[]> {
  const people = new Set<Person>();
  for (const ask of asks.filter(isOpen)) {
    for (const person of (await readBallot(bot, ask)).approvers) people.add(person);
  }
  return [...people];
}

const calledAt = ({ platform }: Place, people: readonly Person[]) =>
  people.flatMap((person) => mentionOn(platform, person));

/** The ask in the channels that it goes to unanswered. It comes when it is time, and stays true for as long as it hangs. */
async function escalate(
  bot: Bot,
  waiting: Waiting,
  cardFor: (place: Place) => Card,
  seenAt: Date,
): Promise<void> {
  const { request } = waiting;
  for (const { to, due } of escalationsOf(planFor(bot, request), request, seenAt))
    await escalateTo(bot, waiting, to, due, cardFor, seenAt);
}

/** The ask with all its buttons; where the channel oversees it anyway, a call in its thread. */
async function escalateTo(
  bot: Bot,
  waiting: Waiting,
  to: Channel,
  due: boolean,
  cardFor: (place: Place) => Card,
  seenAt: Date,
): Promise<void> {
  const { request } = waiting;
  const overseen = isOverseenAt(bot, request, to);
  const subject = overseen ? `escalate:${request.id}` : subjectOf(request);
  const hangs = await bot.ledger.wall.hangingAt(to.place, subject);
  if (!hangs && !(due && request.state === 'open')) return;
  if (overseen) {
    const approvers = calledAt(to.place, await approversOf(bot, [request]));
    const card = reminderCard({ asks: [request], approvers, escalated: true });
    const settled = !isOpen(request);
    return await hangReply(bot, waiting, { subject, place: to.place, card, seenAt, settled });
  }
  const card = cardFor(to.place);
  await bot.ledger.wall.want({
    subject,
    place: to.place,
    ...(request.missionS256 && { missionS256: request.missionS256 }),
    requestId: request.id,
    card: isOpen(request) ? escalatedAsk(card, request.expiresAt) : card,
    seenAt,
    settled: !isOpen(request),
    urgency: 0,
  });
}

/** Says "nobody answered" wherever an ask hung whose time ran out: a repainted card alone tells nobody. */
async function sayUnanswered(bot: Bot, waiting: Waiting, seenAt: Date): Promise<void> {
  const { request } = waiting;
  if (request.state !== 'expired') return;
  const card = unansweredCard(waiting);
  const { escalations } = planFor(bot, request);
  const overseeing = channelsFor(bot.oversight, matterOf(request));
  for (const { place } of new Set([...overseeing, ...escalations.map(({ to }) => to)])) {
    if (!(await bot.ledger.wall.hangingAt(place, subjectOf(request)))) continue;
    await hangReply(bot, waiting, {
      subject: `unanswered:${request.id}`,
      place,
      card,
      seenAt,
      settled: true,
    });
  }
}

/** Where an ask's own card hangs. */
export const subjectOf = ({ type, id }: Pick<Request, 'type' | 'id'>) =>
  type === 'mission' ? `mission:${id}` : `request:${id}`;

const isOverseenAt = (bot: Bot, request: Request, { place }: Channel) =>
  channelsFor(bot.oversight, matterOf(request)).some((each) => samePlace(each.place, place));

/** A reply in the ask's thread; under the ask itself where the thread's root does not hang. */
async function hangReply(
  bot: Bot,
  { request, root }: Waiting,
  reply: { subject: string; place: Place; card: Card; seenAt: Date; settled: boolean },
): Promise<void> {
  const { wall } = bot.ledger;
  const under = (await wall.hangingAt(reply.place, root)) ? root : subjectOf(request);
  await wall.want({
    ...reply,
    under: { subject: under },
    ...(request.missionS256 && { missionS256: request.missionS256 }),
    requestId: request.id,
    urgency: 1,
  });
}
