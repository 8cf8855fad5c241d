import type { Card } from '#cards/card.ts';
import { outcomeCard, type Refusal, refusalCard } from '#cards/refusals.ts';
import type { Happening } from '#chat/chat.ts';
import type { Request } from '#mission-control/facts.ts';
import type { Narrowing, Outcome } from '#mission-control/port.ts';
import type { Delegation } from '#policy/delegation.ts';
import { matterOf } from '#policy/matter.ts';
import { mayDecide, type Verdict } from '#policy/policy.ts';
import { isSimple, needsOf, wantsSignIn } from '#policy/quorum.ts';
import { type Bot, peopleOf, proofOf, surfaceOf } from './bot.ts';
import { isHeld } from './held.ts';
import { lookLater } from './look-later.ts';
import { askForSignIn } from './sign-in.ts';
import { vote } from './vote.ts';

/** A person's answer to an ask, bound to what they were shown. */
export type Answer = { readonly digest: string } & (
  | {
      readonly action: 'approve';
      readonly narrow?: Narrowing;
      readonly apply?: 'once' | 'mission' | 'always';
    }
  | { readonly action: 'deny'; readonly reason?: string }
  | { readonly action: 'ask'; readonly question: string }
  | { readonly action: 'answer'; readonly answer: string }
);

/** What somebody is about to answer, before it is known whether they may. */
export type Meant = Pick<Answer, 'action' | 'digest'> & { readonly requestId: string };

/** An answer on its way in through one of the doors: who gives it, how that was proven, and what the rules say of them. */
export type Deed = {
  /** The same for every redelivery of the same answer. */
  readonly id: string;
  /** The door it came through, and the proof's own name for who came. */
  readonly via: string;
  readonly actor: string;
  readonly surface: string;
  /** They signed in afresh for this very ask. */
  readonly signedIn: boolean;
  verdict(request: Request, delegations: readonly Delegation[]): Verdict | Promise<Verdict>;
};

/** The answer of somebody in chat. */
export const decide = (
  bot: Bot,
  happening: Happening,
  shared: boolean,
  meant: Meant,
  whole: (request: Request) => Answer | Refusal,
): Promise<Card | undefined> =>
  decideBy(
    bot,
    {
      id: happening.id,
      via: happening.actor.platform,
      actor: proofOf(happening.actor),
      surface: surfaceOf(happening.place, happening.kind === 'pressed' ? happening.on.message : undefined),
      signedIn: false,
      verdict: (request, delegations) => verdictOn(bot, happening, shared, request, delegations),
    },
    meant,
    whole,
  );

/**
 * Takes a person's answer to the Person Server, if the rules let them give it: the one way in, whichever door it came
 * through. `whole` says all of what they answered, once the ask is known, or why that is no answer. The card is not touched
 * here: the truth comes back and every copy follows it. What the person alone should hear is returned.
 */
export async function decideBy(
  bot: Bot,
  deed: Deed,
  { action, digest, requestId }: Meant,
  whole: (request: Request) => Answer | Refusal,
): Promise<Card | undefined> {
  const request = await bot.missionControl.readRequest(requestId);
  if (!request) return refusalCard('not_found');
  const delegations = await bot.ledger.delegations.standing(bot.now());
  const verdict = await deed.verdict(request, delegations);
  const act = {
    source: `${deed.id}/${action}/${requestId}`,
    at: bot.now(),
    verb: action,
    actor: deed.actor,
    surface: deed.surface,
    subject: `request:${requestId}`,
    digest,
  };
  async function refuse(why: Refusal, person?: string) {
    await bot.ledger.acts.append({ ...act, person, outcome: `refused:${why}`, answer: {} });
    bot.log.info({ request: requestId, actor: act.actor, why }, `${action} refused`);
    return refusalCard(why);
  }
  if (!verdict.allowed) return await refuse(verdict.why);
  const answer = whole(request);
  if (typeof answer === 'string') return await refuse(answer, verdict.as.id);

  if (answer.action === 'approve' && (await isHeld(bot, request)))
    return await refuse('on_hold', verdict.as.id);
  const decidedBy = { person: verdict.as.id, via: deed.via, id: act.actor };
  const needs = needsOf(bot.oversight, matterOf(request));
  if (answer.action === 'approve' && !deed.signedIn && wantsSignIn(needs, [verdict.as, ...verdict.for])) {
    await bot.ledger.acts.append({ ...act, person: verdict.as.id, outcome: 'sign_in_asked', answer: {} });
    bot.log.info({ request: request.id, actor: act.actor }, 'this approval takes a sign-in');
    return await askForSignIn(bot, request, verdict.as.id);
  }
  if (answer.action === 'approve' && (verdict.for.length > 0 || !isSimple(needs)))
    return await vote(bot, {
      request,
      answer,
      as: verdict.as,
      for: verdict.for,
      given: decidedBy,
      signedIn: deed.signedIn,
      act,
    });
  const outcome = await bot.missionControl.decide(requestId, { ...answer, decidedBy });
  await bot.ledger.acts.append({
    ...act,
    person: verdict.as.id,
    said: answer.action === 'deny' ? answer.reason : undefined,
    outcome: outcome.kind,
    answer: { ...answered(outcome), delegation: delegationOf(verdict, delegations) },
  });
  bot.log.info({ request: request.id, actor: act.actor, outcome: outcome.kind }, action);
  // The event says so, too; whoever answered should not wait for it.
  await lookLater(bot, { requestId });
  return outcome.kind === 'decided' ? undefined : outcomeCard(outcome, peopleOf(bot.oversight));
}

/** Whether somebody may decide an ask from where they are. */
export const verdictOn = (
  { oversight }: Bot,
  { actor, place }: Happening,
  shared: boolean,
  request: Request,
  delegations: readonly Delegation[],
): Verdict =>
  mayDecide({ oversight, actor, place, private: false, shared, matter: matterOf(request), delegations });

/** The delegation that let somebody answer who has no say of their own. */
const delegationOf = (
  { as, for: [principal] }: Extract<Verdict, { allowed: true }>,
  delegations: readonly Delegation[],
) => delegations.find(({ from, to }) => from === principal?.id && to === as.id)?.id;

/** What the Person Server answered, in ids and states. */
function answered(outcome: Outcome): Record<string, unknown> {
  if (!('request' in outcome)) return {};
  const { state, digest, missionS256, decision } = outcome.request;
  return { state, digest, missionS256, decidedAt: decision?.decidedAt.toISOString() };
}
