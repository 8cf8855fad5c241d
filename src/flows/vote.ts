import { isOpen } from '#cards/ask-card.ts';
import type { Card } from '#cards/card.ts';
import { delayedCard, outcomeCard, type Refusal, refusalCard } from '#cards/refusals.ts';
import type { Act } from '#ledger/acts.ts';
import type { Vote } from '#ledger/votes.ts';
import { MissionControlError } from '#mission-control/error.ts';
import type { DecidedBy, Request } from '#mission-control/facts.ts';
import type { Outcome } from '#mission-control/port.ts';
import type { Person } from '#oversight.ts';
import { matterOf } from '#policy/matter.ts';
import { needsOf, tally } from '#policy/quorum.ts';
import { type Bot, peopleOf } from './bot.ts';
import type { Answer } from './decide.ts';
import { isHeld } from './held.ts';
import { lookLater } from './look-later.ts';

const pageSize = 100;

/** Somebody's approval, by the rules theirs to give: their own say, or that of one of those they decide for. */
export type Approval = {
  readonly request: Request;
  readonly answer: Extract<Answer, { action: 'approve' }>;
  readonly as: Person;
  readonly for: readonly Person[];
  readonly given: DecidedBy;
  /** With a fresh sign-in. */
  readonly signedIn: boolean;
  readonly act: Omit<Act, 'person' | 'outcome' | 'answer'>;
};

/**
 * Counts an approval that others have to join, and takes them all to the Person Server once there are enough. The vote
 * is kept first: from then on the rounds find it, whatever happens to this process. What the person alone should hear is
 * returned.
 */
export async function vote(bot: Bot, approval: Approval): Promise<Card | undefined> {
  const { request, answer, as, act } = approval;
  const { acts, votes } = bot.ledger;
  const record = async (outcome: string, more: Record<string, unknown> = {}) => {
    await acts.append({ ...act, person: as.id, outcome, answer: more });
    bot.log.info({ request: request.id, actor: act.actor, outcome }, 'vote');
  };
  async function refuse(why: Refusal) {
    await record(`refused:${why}`);
    return refusalCard(why);
  }

  const over = closed(request, answer.digest);
  if (over) {
    await record(over.kind);
    await lookLater(bot, { requestId: request.id });
    return outcomeCard(over, peopleOf(bot.oversight));
  }
  if (answer.narrow) return await refuse('changes_alone');
  const say = await whoseSay(bot, approval);
  if (approval.for.length > 0 && !say) return await refuse('not_an_approver');
  const cast = await votes.cast({
    source: act.source,
    requestId: request.id,
    digest: answer.digest,
    reach: answer.apply,
    given: approval.given,
    by: as.id,
    for: say?.from,
    delegation: say?.id,
    signedIn: approval.signedIn,
    at: bot.now(),
  });
  if (cast === 'already_voted' || cast === 'other_reach') return await refuse(cast);
  await record('voted', { delegation: say?.id });
  try {
    return tellVoter(bot, act.source, await settle(bot, request.id));
  } catch (error) {
    if (!(error instanceof MissionControlError)) throw error;
    bot.log.warn({ request: request.id, err: error }, 'the votes are kept; the next round takes them there');
    return delayedCard();
  } finally {
    await lookLater(bot, { requestId: request.id });
  }
}

/** Whoever voted hears it alone when their vote came too late to count. */
function tellVoter(bot: Bot, source: string, settled: Settled | undefined): Card | undefined {
  if (!settled) return undefined;
  const { outcome, counted } = settled;
  const people = peopleOf(bot.oversight);
  if (outcome.kind !== 'decided') return outcomeCard(outcome, people);
  return counted.some((vote) => vote.source === source)
    ? undefined
    : outcomeCard({ kind: 'already_decided', request: outcome.request }, people);
}

/** Why a vote would come too late, told as the Person Server would. It is not asked: one approval must not reach it alone. */
function closed(request: Request, digest: string): Exclude<Outcome, { kind: 'decided' }> | undefined {
  if (isOpen(request)) return digest === request.digest ? undefined : { kind: 'request_changed', request };
  switch (request.state) {
    case 'expired':
      return { kind: 'expired', request };
    case 'voided':
      return { kind: 'mission_terminated', request };
    default:
      return { kind: 'already_decided', request };
  }
}

/** Whose say a delegate uses: the first of those they decide for that has not been heard; undefined for their own. */
async function whoseSay(bot: Bot, { request, answer, as, for: principals, act }: Approval) {
  if (principals.length === 0) return undefined;
  const cast = await bot.ledger.votes.about(request.id);
  const before = cast.find(({ source }) => source === act.source);
  if (before?.for && before.delegation) return { from: before.for, id: before.delegation };
  const heard = new Set(
    cast.filter(({ digest }) => digest === answer.digest).map((each) => each.for ?? each.by),
  );
  const principal = principals.find(({ id }) => !heard.has(id)) ?? principals[0];
  const standing = await bot.ledger.delegations.standing(bot.now());
  return standing.find(({ from, to }) => from === principal?.id && to === as.id);
}

/** What became of an ask that has its votes, and which of them counted. */
type Settled = { readonly outcome: Outcome; readonly counted: readonly Vote[] };

/** Takes every quorum that is reached and not decided to the Person Server: what a crash or an outage left behind. */
export async function settleBallots(bot: Bot): Promise<void> {
  for (let after = '', more = true; more; ) {
    const ids = await bot.ledger.votes.open(after, pageSize);
    for (const id of ids) await settle(bot, id);
    after = ids.at(-1) ?? after;
    more = ids.length === pageSize;
  }
}

/**
 * Decides an ask once it has every vote it needs, in the name of whoever gave the last. Safe to run twice and at once:
 * the Person Server takes the first, and says the same to the second. An ask that is settled, by us or not, is closed here;
 * one on hold waits for its release.
 */
async function settle(bot: Bot, requestId: string): Promise<Settled | undefined> {
  const { votes } = bot.ledger;
  const request = await bot.missionControl.readRequest(requestId);
  if (!request) {
    await votes.close(requestId);
    return undefined;
  }
  const cast = (await votes.about(requestId)).filter(({ digest }) => digest === request.digest);
  const { decisive, needs } = tally(needsOf(bot.oversight, matterOf(request)), cast);
  if (decisive && (await isHeld(bot, request))) return undefined;
  if (decisive) {
    const outcome = await bot.missionControl.decide(requestId, {
      action: 'approve',
      digest: decisive.digest,
      decidedBy: decisive.given,
      ...(decisive.reach && { apply: decisive.reach }),
    });
    if (outcome.kind === 'decided') await recordDecision(bot, decisive, outcome.request);
    await lookLater(bot, { requestId });
    if (outcome.kind !== 'request_changed') await votes.close(requestId);
    return { outcome, counted: needs.flatMap(({ counted }) => counted) };
  }
  if (!isOpen(request)) await votes.close(requestId);
  return undefined;
}

/** The act of the decision, beside those of the votes: once, however often it is found decided. */
async function recordDecision(bot: Bot, last: Vote, request: Request): Promise<void> {
  await bot.ledger.acts.append({
    source: `votes/${request.id}/${last.digest}`,
    at: bot.now(),
    verb: 'approve',
    actor: last.given.id,
    person: last.by,
    surface: 'votes',
    subject: `request:${request.id}`,
    digest: last.digest,
    outcome: 'decided',
    answer: {
      state: request.state,
      missionS256: request.missionS256,
      decidedAt: request.decision?.decidedAt.toISOString(),
      delegation: last.delegation,
    },
  });
  bot.log.info({ request: request.id, actor: last.given.id }, 'the quorum is reached');
}
