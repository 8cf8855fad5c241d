import { isOpen } from '#cards/ask-card.ts';
import type { Ballot } from '#cards/ballot.ts';
import type { Request } from '#mission-control/facts.ts';
import type { Person } from '#oversight.ts';
import { mayStandFor } from '#policy/delegation.ts';
import { matterOf } from '#policy/matter.ts';
import { notifiedOf } from '#policy/policy.ts';
import { approversIn, needsOf, tally } from '#policy/quorum.ts';
import type { Bot } from './bot.ts';

/** What the operator's rules want of an ask and what it has, and who is called to it. */
export type Standing = {
  readonly ballot: Ballot;
  /** Whoever has a say now, delegates included. */
  readonly approvers: readonly Person[];
  readonly notified: readonly Person[];
};

/** Reads how far an ask has come: its needs by the rules of today, its votes, and who decides for whom meanwhile. */
export async function readBallot(bot: Bot, request: Request): Promise<Standing> {
  const { oversight, ledger } = bot;
  const matter = matterOf(request);
  const needs = needsOf(oversight, matter);
  const approvers = approversIn(needs);
  const notified = notifiedOf(oversight, matter);
  const votes = (await ledger.votes.about(request.id)).filter(({ digest }) => digest === request.digest);
  const standing = isOpen(request) ? await ledger.delegations.standing(bot.now()) : [];
  const personOf = (id: string) => oversight.people.find((person) => person.id === id);
  const delegations = standing.filter(({ from, to }) => {
    const [principal, delegate] = [personOf(from), personOf(to)];
    return (
      principal &&
      delegate &&
      approvers.includes(principal) &&
      !approvers.includes(delegate) &&
      needs.some((need) => need.approvers.includes(principal) && need.excluded !== to) &&
      mayStandFor(oversight, standing, delegate, principal)
    );
  });
  return {
    ballot: {
      needs: tally(needs, votes).needs.map(({ need, counted }) => ({
        ...need,
        votes: counted.map((vote) => ({ by: vote.given, for: vote.for })),
      })),
      reach: votes[0]?.reach,
      notified: notified.map(({ id }) => id),
      delegations,
      decidedFor: await decidedFor(bot, request, votes),
    },
    approvers: [
      ...approvers,
      ...oversight.people.filter(({ id }) => delegations.some(({ to }) => to === id)),
    ],
    notified,
  };
}

/** For whom an ask was decided, where not by themselves: by the vote that was the last, or by the act. */
async function decidedFor(
  { ledger }: Bot,
  { id, decision }: Request,
  votes: readonly { readonly by: string; readonly for: string | undefined }[],
): Promise<string | undefined> {
  if (!decision) return undefined;
  if (decision.action === 'approve') return votes.findLast(({ by }) => by === decision.decidedBy.person)?.for;
  const acts = await ledger.acts.about(`request:${id}`);
  const act = acts.find(({ outcome, verb }) => outcome === 'decided' && verb === decision.action);
  const delegation = act && delegationIn(act.answer);
  return delegation === undefined ? undefined : await ledger.delegations.principalOf(delegation);
}

/** The delegation an act was taken by. The person behind it is in the delegation, so that they can be forgotten. */
const delegationIn = (answer: unknown): string | undefined =>
  typeof answer === 'object' &&
  answer !== null &&
  'delegation' in answer &&
  typeof answer.delegation === 'string'
    ? answer.delegation
    : undefined;
