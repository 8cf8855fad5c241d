// Asking the agent about a finding. An agent hears a person only while one of its asks waits, so a question goes to it with
// an ask that is open, or is kept for the next one.

import type { Card } from '#cards/card.ts';
import type { AskedOfAgent } from '#cards/inquiry-blocks.ts';
import { type Refusal, refusalCard } from '#cards/refusals.ts';
import type { Inquiry } from '#ledger/inquiries.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import { type Matter, matterOf, missionMatter } from '#policy/matter.ts';
import { approversOf, mayDecide } from '#policy/policy.ts';
import { type Bot, proofOf, surfaceOf } from './bot.ts';
import { questionWritten } from './filled.ts';
import { lookLater } from './look-later.ts';
import type { Pressed } from './press.ts';

const pageSize = 50;

/** Takes somebody's question about a finding, if they may decide about the mission, and puts it to the agent if that can be. */
export async function askAgent(
  bot: Bot,
  pressed: Pressed,
  shared: boolean,
  { s256, finding }: { readonly s256: string; readonly finding: number },
): Promise<Card | undefined> {
  const mission = await bot.missionControl.readMission(s256);
  if (!mission) return refusalCard('not_found');
  const verdict = mayDecide({
    oversight: bot.oversight,
    actor: pressed.actor,
    place: pressed.place,
    private: false,
    shared,
    matter: missionMatter(mission),
  });
  const act = {
    source: `${pressed.id}/inquire/${s256}/${finding}`,
    at: bot.now(),
    verb: 'ask' as const,
    actor: proofOf(pressed.actor),
    surface: surfaceOf(pressed.place, pressed.on.message),
    subject: `mission:${s256}`,
    digest: undefined,
    answer: { finding },
  };
  const refuse = async (why: Refusal, person?: string) => {
    await bot.ledger.acts.append({ ...act, person, outcome: `refused:${why}` });
    return refusalCard(why);
  };
  if (!verdict.allowed) return await refuse(verdict.why);
  const person = verdict.as.id;
  const question = questionWritten(pressed.values);
  if (question === undefined) return await refuse('not_whole', person);
  const { finding: latest } = await bot.ledger.reviews.read(s256);
  if (mission.status === 'terminated' || finding !== latest) return await refuse('stale', person);
  const by = { person, via: pressed.actor.platform, id: act.actor };
  const asked = { missionS256: s256, finding, question, by, askedAt: act.at };
  if (!(await bot.ledger.inquiries.keep(act.source, asked))) return await refuse('question_waits', person);
  await putInquiry(bot, mission);
  const outcome = (await bot.ledger.inquiries.waiting(s256)) ? 'kept' : 'asked';
  await bot.ledger.acts.append({ ...act, person, outcome });
  bot.log.info({ mission: s256, actor: act.actor, outcome }, 'a question about a finding');
  await lookLater(bot, { missionS256: s256 });
  return undefined;
}

/**
 * Puts the question that waits for a mission's agent to it, with the first of its open asks that takes one. It goes in the
 * name of whoever asked and only while they have a say about that ask; with no say left at all it is dropped.
 */
export async function putInquiry(bot: Bot, mission: MissionSummary): Promise<void> {
  const { inquiries } = bot.ledger;
  const inquiry = await inquiries.waiting(mission.s256);
  if (!inquiry || mission.status === 'terminated') return;
  const has = (matter: Matter) =>
    approversOf(bot.oversight, matter).some(({ id }) => id === inquiry.by.person);
  if (!has(missionMatter(mission))) {
    await inquiries.drop(inquiry.id, bot.now());
    return bot.log.warn({ mission: mission.s256 }, 'a question is dropped: who asked has no say any more');
  }
  if (!(await bot.capabilities()).includes('ask')) return;
  const { requests } = await bot.missionControl.listRequests({
    state: 'open',
    missionS256: mission.s256,
    limit: pageSize,
  });
  const before = requests.find((request) => roundOf(request, inquiry) !== undefined);
  // Put by a try that did not live to write so.
  if (before) return await inquiries.put(inquiry.id, before.id, bot.now());
  for (const request of requests) {
    if (!takesQuestion(request) || !has(matterOf(request))) continue;
    const outcome = await bot.missionControl.decide(request.id, {
      action: 'ask',
      digest: request.digest,
      question: inquiry.question,
      decidedBy: inquiry.by,
    });
    if (outcome.kind !== 'decided') continue;
    await inquiries.put(inquiry.id, request.id, bot.now());
    bot.log.info({ mission: mission.s256, request: request.id }, 'a question about a finding was put');
    await lookLater(bot, { requestId: request.id });
    return;
  }
}

/** What the agent itself asks a person is answered, not asked back; and one question waits at a time. */
const takesQuestion = ({ type, state, rounds }: Request) =>
  state === 'open' && type !== 'question' && rounds.used < rounds.max;

/** The questions about a finding, and what became of each. */
export async function inquiriesAbout(bot: Bot, s256: string, finding: number): Promise<AskedOfAgent[]> {
  const asked: AskedOfAgent[] = [];
  for (const inquiry of await bot.ledger.inquiries.about(s256, finding)) {
    const { question, by, askedAt: at, put } = inquiry;
    asked.push({ question, by, at, became: put ? await answerTo(bot, inquiry, put) : waiting(inquiry) });
  }
  return asked;
}

const waiting = ({ droppedAt }: Inquiry) => ({ kind: droppedAt ? 'dropped' : 'waits' }) as const;

async function answerTo(
  bot: Bot,
  inquiry: Inquiry,
  put: NonNullable<Inquiry['put']>,
): Promise<AskedOfAgent['became']> {
  const request = await bot.missionControl.readRequest(put.requestId);
  const round = request && roundOf(request, inquiry);
  return round?.answeredAt === undefined
    ? { kind: 'put', at: put.at }
    : { kind: 'answered', at: put.at, answer: round.answer };
}

const roundOf = ({ clarifications }: Request, { question, by, askedAt }: Inquiry) =>
  clarifications.findLast(
    (round) => round.question === question && round.askedBy === by.person && round.askedAt >= askedAt,
  );
