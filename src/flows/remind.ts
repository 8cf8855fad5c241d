import { isOpen } from '#cards/ask-card.ts';
import type { Card } from '#cards/card.ts';
import { escalatedAsk, reminderCard, unansweredCard } from '#cards/waiting-card.ts';
import type { Place } from '#chat/chat.ts';
import type { Seat } from '#ledger/batches.ts';
import { samePlace } from '#ledger/wall.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import type { Channel, Person } from '#oversight.ts';
import { matterOf } from '#policy/matter.ts';
import { channelsFor } from '#policy/policy.ts';
import { escalationsOf, nextMoment, planOf, reminderDue, reminderGapMs } from '#policy/waiting.ts';
import { readBallot } from './ballot.ts';
import { type Bot, mentionOn } from './bot.ts';

/** What is looked at together: an ask with whatever shares its card, its mission, and the subject its thread hangs from. */
export type Waiting = {
  /** Of asks that share a card, the one that has waited longest. */
  readonly request: Request;
  readonly asks: readonly Request[];
  /** Where their card hangs, and what names it among all others. */
  readonly subject: string;
  readonly key: string;
  readonly mission: MissionSummary | undefined;
  /** The card that the thread begins with: the mission's, or the ask's own. */
  readonly root: string;
};

/** An ask that has a card of its own. Where the card it had has become a batch's, it hangs beside that one. */
export const alone = (request: Request, seat: Seat | undefined) =>
  seat?.batch === request.id
    ? { request, asks: [request], subject: apartSubject(request.id), key: apartSubject(request.id) }
    : { request, asks: [request], subject: subjectOf(request), key: request.id };

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
  return waiting.asks
    .filter(isOpen)
    .map((request) => nextMoment(planFor(bot, request), request, seenAt))
    .filter((moment) => moment !== undefined)
    .toSorted((a, b) => a.getTime() - b.getTime())[0];
}

const pageSize = 100;

const planFor = ({ oversight }: Bot, request: Request) => planOf(oversight, matterOf(request));

/**
 * Reminds of an ask that waits, together with whatever else is due in its thread, and keeps every reminder true. Each is
 * given once, however often this runs; what a pause of ours missed is not made up for.
 */
async function remind(bot: Bot, waiting: Waiting, seenAt: Date): Promise<void> {
  const { mission, root } = waiting;
  const { reminders } = bot.ledger;
  const first = (await areDue(bot, waiting.asks, seenAt))[0];
  if (first) {
    const beside = mission ? await openUnder(bot, mission.s256) : [first];
    // What would be due before another reminder may hang here comes along.
    const soon = new Date(seenAt.getTime() + reminderGapMs(first));
    const due = await areDue(bot, beside, seenAt, soon);
    await reminders.give(
      root,
      due.map((each) => {
        const plan = planFor(bot, each);
        const number = reminderDue(plan, each, seenAt) || reminderDue(plan, each, soon);
        return { requestId: each.id, number };
      }),
      seenAt,
      new Date(seenAt.getTime() - reminderGapMs(first)),
    );
  }
  const given = new Map<string, readonly string[]>();
  for (const { id } of waiting.asks)
    for (const { subject, requests } of await reminders.of(id)) given.set(subject, requests);
  for (const [subject, requests] of given) {
    const asks = await readAll(bot, requests, waiting.asks);
    const people = await approversOf(bot, asks);
    for (const { place } of channelsFor(bot.oversight, matterOf(waiting.request))) {
      const card = reminderCard({ asks, approvers: calledAt(place, people), escalated: false });
      await hangReply(bot, waiting, { subject, place, card, seenAt, settled: !asks.some(isOpen) });
    }
  }
}

/** Due at `by`. Nobody is reminded of what waits for its agent's answer, nor of what somebody is looking into just now. */
async function areDue(bot: Bot, asks: readonly Request[], now: Date, by = now): Promise<readonly Request[]> {
  const due: Request[] = [];
  for (const ask of asks) {
    if (ask.state !== 'open' || reminderDue(planFor(bot, ask), ask, by) === 0) continue;
    if (!(await bot.ledger.claims.standing(ask.id, now))) due.push(ask);
  }
  return due;
}

async function openUnder(bot: Bot, missionS256: string): Promise<Request[]> {
  const page = await bot.missionControl.listRequests({ state: 'open', missionS256, limit: pageSize });
  return page.requests;
}

async function readAll(bot: Bot, ids: readonly string[], known: readonly Request[]): Promise<Request[]> {
  const asks: Request[] = [];
  for (const id of ids) {
    const ask = known.find((each) => each.id === id) ?? (await bot.missionControl.readRequest(id));
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
  const { request, asks } = waiting;
  const overseen = isOverseenAt(bot, request, to);
  const subject = overseen ? `escalate:${waiting.key}` : waiting.subject;
  const settled = !asks.some(isOpen);
  const hangs = await bot.ledger.wall.hangingAt(to.place, subject);
  if (!hangs && !(due && request.state === 'open')) return;
  if (overseen) {
    const approvers = calledAt(to.place, await approversOf(bot, asks));
    const card = reminderCard({ asks, approvers, escalated: true });
    return await hangReply(bot, waiting, { subject, place: to.place, card, seenAt, settled });
  }
  const card = cardFor(to.place);
  await bot.ledger.wall.want({
    subject,
    place: to.place,
    ...(request.missionS256 && { missionS256: request.missionS256 }),
    requestId: request.id,
    card: settled ? card : escalatedAsk(card, request.expiresAt),
    seenAt,
    settled,
    urgency: 0,
  });
}

/** Says "nobody answered" wherever an ask hung whose time ran out: a repainted card alone tells nobody. */
async function sayUnanswered(bot: Bot, waiting: Waiting, seenAt: Date): Promise<void> {
  const { request, mission } = waiting;
  const asks = waiting.asks.filter(({ state }) => state === 'expired');
  if (asks.length === 0) return;
  const card = unansweredCard({ asks, mission });
  const { escalations } = planFor(bot, request);
  const overseeing = channelsFor(bot.oversight, matterOf(request));
  for (const { place } of new Set([...overseeing, ...escalations.map(({ to }) => to)])) {
    if (!(await bot.ledger.wall.hangingAt(place, waiting.subject))) continue;
    await hangReply(bot, waiting, {
      subject: `unanswered:${waiting.key}`,
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

/** Where the card hangs of an ask that left the batch it led. */
export const apartSubject = (id: string) => `apart:${id}`;

/** Where the card may hang that is named by an id of an ask, or of a mission. */
export const subjectsNamed = (id: string): readonly string[] => [
  apartSubject(id),
  `request:${id}`,
  `mission:${id}`,
];

const isOverseenAt = (bot: Bot, request: Request, { place }: Channel) =>
  channelsFor(bot.oversight, matterOf(request)).some((each) => samePlace(each.place, place));

/** A reply in the ask's thread; under the ask itself where the thread's root does not hang. */
async function hangReply(
  bot: Bot,
  { request, subject, root }: Waiting,
  reply: { subject: string; place: Place; card: Card; seenAt: Date; settled: boolean },
): Promise<void> {
  const { wall } = bot.ledger;
  const under = (await wall.hangingAt(reply.place, root)) ? root : subject;
  await wall.want({
    ...reply,
    under: { subject: under },
    ...(request.missionS256 && { missionS256: request.missionS256 }),
    requestId: request.id,
    urgency: 1,
  });
}
