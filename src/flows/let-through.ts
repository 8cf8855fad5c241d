// The reviewer lets an ask pass that the operator handed over to it, or people are asked as ever. While it looks, and no
// longer than the operator says, the ask's card waits; once the card hangs the reviewer has no say any more.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isOpen } from '#cards/ask-card.ts';
import type { Passing } from '#cards/let-through.ts';
import type { Queue } from '#database/jobs.ts';
import type { Judgement } from '#ledger/judgements.ts';
import {
  isReviewer,
  type LogEntry,
  type Mission,
  type Request,
  reviewerName,
  reviewerVia,
} from '#mission-control/facts.ts';
import type { Reviewed } from '#oversight.ts';
import { type Case, isSampled, lookEnds, namesOf, whyPeople } from '#policy/reviewed.ts';
import { inspectAsk } from '#reviewer/clean.ts';
import { missionFacts, readEntry } from '#reviewer/drift.ts';
import { askFacts } from '#reviewer/model/brief.ts';
import type { Model } from '#reviewer/model/chat-model.ts';
import { judgeFit } from '#reviewer/model/fits.ts';
import type { Bot } from './bot.ts';

export const letThroughQueue: Queue<{ requestId: string }> = {
  name: 'let_through',
  data: z.object({ requestId: z.string() }),
};

const pageSize = 200;
/** A longer log is not followed for one ask: it is read in one go, and everybody else waits meanwhile. */
const longestLog = 1_000;
const mostCharacters = 2_000_000;
/** Whoever meant a yes has taken it to the Person Server by then, or died. */
const carriedMs = 60_000;
const settledAtOnce = 100;

/** Until when an ask is kept from people; undefined where it is not. Sees to it that the reviewer looks. */
export async function keptBackUntil(bot: Bot, request: Request, now: Date): Promise<Date | undefined> {
  if (!bot.model || !isOpen(request)) return undefined;
  const ends = lookEnds(bot.oversight, request, now);
  if (ends <= now) return undefined;
  const { id: requestId, digest } = request;
  const judgement = await bot.ledger.judgements.read({ requestId, digest });
  if (!judgement) await bot.jobs.send(letThroughQueue, { requestId }, { key: requestId });
  return !judgement || judgement.state === 'looking' || judgement.state === 'deciding' ? ends : undefined;
}

/**
 * Looks at an ask once and says yes to it in the reviewer's name, or leaves it to people: they are asked whenever anything
 * is in doubt, is late or goes wrong.
 */
export async function considerAsk(bot: Bot, requestId: string): Promise<void> {
  const { judgements } = bot.ledger;
  const { reviewed } = bot.oversight;
  const request = await bot.missionControl.readRequest(requestId);
  if (!bot.model || !reviewed || !request?.missionS256) return;
  const { digest, missionS256 } = request;
  if (!(await keptBackUntil(bot, request, bot.now()))) return;
  const ask = { requestId, digest, missionS256, names: namesOf(request) };
  if (!(await judgements.take(ask, bot.now()))) return;
  try {
    const { reason, fit } = await consider(bot, bot.model, reviewed, request, missionS256);
    if (reason) await judgements.leave(ask, { reason, fit }, bot.now());
    bot.log.info({ request: requestId, reason, fit: fit?.kind }, 'the reviewer looked at an ask');
  } catch (error) {
    // A yes that is written down is settled by what the Person Server says of it; without one people have it at once.
    await judgements.leave(ask, { reason: 'failed' }, bot.now());
    bot.log.error({ request: requestId, err: error }, 'the reviewer could not look at an ask');
  }
}

/** Why people are asked, where they are, and what the model said, where it was asked. */
type Considered = { readonly reason?: string; readonly fit?: Judgement['fit'] };

async function consider(
  bot: Bot,
  model: Model,
  reviewed: Reviewed,
  request: Request,
  missionS256: string,
): Promise<Considered> {
  const { judgements } = bot.ledger;
  const { id: requestId, digest } = request;
  const before = await readLog(bot, request, missionS256);
  if (typeof before === 'string') return { reason: before };
  const { mission, entries, accepted, own } = before;
  const leftMs = lookEnds(bot.oversight, request, bot.now()).getTime() - bot.now().getTime();
  const answer = await judgeFit(model, {
    s256: missionS256,
    mission: missionFacts(mission),
    ask: askFacts(request),
    entries: entries.map(readEntry),
    own,
    accepted,
    signal: AbortSignal.timeout(Math.max(0, leftMs)),
  });
  if (answer.kind === 'silent') return { reason: `model_${answer.why}` };
  const fit = { ...answer.fit, entries: [...answer.fit.entries], model: model.name };
  if (fit.kind !== 'fits') return { reason: fit.kind, fit };

  // The model took its time. Only what still stands as it was judged passes.
  const again = await bot.missionControl.readRequest(requestId);
  if (!again || again.digest !== digest) return { reason: 'changed', fit };
  const after = await readLog(bot, again, missionS256);
  if (typeof after === 'string') return { reason: after, fit };
  const sampled = isSampled(requestId, await judgements.salt(), reviewed.sample);
  const proof = sampled ? undefined : `reviewer:${randomUUID()}`;
  const caps = { perMission: reviewed.perMission, perDay: reviewed.perDay, since: startOfDay(bot.now()) };
  const meant = await judgements.say({ requestId, digest, missionS256 }, { fit, proof }, caps, bot.now());
  if (!meant) return { reason: 'enough_for_now', fit };
  if (proof === undefined) return { fit };
  const outcome = await bot.missionControl.decide(requestId, {
    action: 'approve',
    digest,
    decidedBy: { person: reviewerName, via: reviewerVia, id: proof },
    apply: 'once',
  });
  await settlePassing(bot, 'request' in outcome ? outcome.request : again);
  return { fit };
}

/** The log as far as it goes and how the ask stands in it; or why people are asked, by the rules alone. */
async function readLog(bot: Bot, request: Request, s256: string) {
  const mission = await bot.missionControl.readMission(s256);
  if (!mission) return 'no_mission';
  const entries = await wholeLog(bot, mission);
  if (!entries) return 'log_too_long';
  const now = bot.now();
  const { standing, accepted } = await bot.ledger.reviews.read(s256);
  const { judged, yeses } = await bot.ledger.judgements.under(s256, startOfDay(now));
  const facts: Case = {
    oversight: bot.oversight,
    request,
    mission,
    entries,
    capabilities: await bot.capabilities(),
    onHold: await bot.ledger.holds.silenced(s256),
    isToBeAsked: (await bot.ledger.inquiries.waiting(s256)) !== undefined,
    standing: standing?.kind,
    grantsSilently: bot.holdsSilentGrants,
    looked: judged.map(({ requestId, names, fit }) => ({ requestId, names, fits: fit?.kind === 'fits' })),
    yeses,
    now,
  };
  const reason = whyPeople(facts);
  if (reason) return reason;
  const ask = askFacts(request);
  const { objections, own } = inspectAsk(missionFacts(mission), entries, accepted, {
    requestId: request.id,
    texts: [...Object.values(ask), request.verified.provider?.name].filter(
      (text) => typeof text === 'string',
    ),
    parameters: request.agentAsserted.parameters,
  });
  const [objection] = objections;
  return objection ? `not_clean:${objection}` : { mission, entries, accepted, own };
}

async function wholeLog(bot: Bot, { s256, logEntries }: Mission): Promise<readonly LogEntry[] | undefined> {
  if (logEntries > longestLog) return undefined;
  const entries: LogEntry[] = [];
  let characters = 0;
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page = await bot.missionControl.readLog(s256, { after, limit: pageSize });
    entries.push(...page.entries);
    characters += JSON.stringify(page.entries).length;
    if (entries.length > longestLog || characters > mostCharacters) return undefined;
    after = page.after;
  }
  return entries;
}

function startOfDay(now: Date): Date {
  return new Date(`${now.toISOString().slice(0, 10)}T00:00:00Z`);
}

/** Brings every yes that was on its way to its end: what a crash or an outage left behind. */
export async function settleAllPassing(bot: Bot): Promise<void> {
  for (const judgement of await bot.ledger.judgements.deciding(settledAtOnce)) {
    const request = await bot.missionControl.readRequest(judgement.requestId);
    if (request) await settle(bot, judgement, request);
  }
}

/** The same for one ask, as the Person Server has it. Safe to run twice. */
export async function settlePassing(bot: Bot, request: Request): Promise<void> {
  if (!bot.oversight.reviewed) return;
  const { id: requestId, digest } = request;
  const judgement = await bot.ledger.judgements.read({ requestId, digest });
  if (judgement?.state === 'deciding') await settle(bot, judgement, request);
}

async function settle(bot: Bot, judgement: Judgement, request: Request): Promise<void> {
  const { judgements, acts } = bot.ledger;
  const { proof = '', takenAt, digest, fit } = judgement;
  const now = bot.now();
  if (isPassedBy(request, proof)) {
    await acts.append({
      source: `let_through/${proof}`,
      at: now,
      verb: 'let_through',
      actor: proof,
      person: undefined,
      surface: 'reviewer',
      subject: `request:${request.id}`,
      digest,
      outcome: 'decided',
      answer: {
        state: request.state,
        missionS256: request.missionS256,
        decidedAt: request.decision?.decidedAt.toISOString(),
        entries: fit?.entries,
        model: fit?.model,
      },
    });
    await judgements.settle(judgement, 'passed', now);
    bot.log.info({ request: request.id, actor: proof }, 'let through by the reviewer');
  } else if (!isOpen(request) || request.digest !== digest) {
    await judgements.settle(judgement, 'overtaken', now);
  } else if (now.getTime() - takenAt.getTime() > carriedMs) {
    await judgements.settle(judgement, 'people', now);
  }
}

const isPassedBy = ({ decision }: Request, proof: string) =>
  decision !== undefined && isReviewer(decision.decidedBy) && decision.decidedBy.id === proof;

/** True while a yes of the reviewer's that stands at the Person Server may still be on its way into the record. */
export async function isBeingPassed(bot: Bot, request: Request): Promise<boolean> {
  const { id: requestId, digest } = request;
  const judgement = await bot.ledger.judgements.read({ requestId, digest });
  return judgement?.state === 'deciding' && isPassedBy(request, judgement.proof ?? '');
}

/** True while people are to answer by themselves what the reviewer has answered already. */
export async function isSampleOpen(bot: Bot, request: Request): Promise<boolean> {
  if (!bot.oversight.reviewed || !isOpen(request)) return false;
  const { id: requestId, digest } = request;
  return (await bot.ledger.judgements.read({ requestId, digest }))?.state === 'sampled';
}

/**
 * What the card of an ask tells of the reviewer's part in it. That it would have let a sampled ask pass is told only once
 * people have answered.
 */
export async function passingOf(bot: Bot, request: Request): Promise<Passing | undefined> {
  if (!bot.oversight.reviewed || isOpen(request)) return undefined;
  const { id: requestId, digest } = request;
  const judgement = await bot.ledger.judgements.read({ requestId, digest });
  if (!judgement?.fit) return undefined;
  if (judgement.state === 'passed' && isPassedBy(request, judgement.proof ?? ''))
    return { ...judgement.fit, kind: 'passed' };
  return judgement.state === 'sampled' && request.decision
    ? { ...judgement.fit, kind: 'sampled' }
    : undefined;
}
