import type { Card } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import { stepUpCard } from '#cards/visit-card.ts';
import type { Visit } from '#ledger/visits.ts';
import type { Request } from '#mission-control/facts.ts';
import { SignInError } from '#page/sign-in.ts';
import { matterOf } from '#policy/matter.ts';
import { mayDecide } from '#policy/policy.ts';
import { needsOf } from '#policy/quorum.ts';
import { type Bot, proofOf } from './bot.ts';
import { accountOf, isOver, openVisit } from './visit.ts';

/** An approval that counts only with a fresh sign-in: whoever gave it gets a page of their own to give it on. */
export async function askForSignIn(bot: Bot, { id }: Request, person: string): Promise<Card> {
  const { id: visit, expiresAt } = await openVisit(bot, { requestId: id, onlyPerson: person });
  return stepUpCard(bot.page.addressOf(visit), expiresAt);
}

/** Begins a sign-in for a visit: a fresh one where the rules of its ask may want that. Undefined where nobody can sign in. */
export async function beginSignIn(bot: Bot, visit: Visit): Promise<URL | undefined> {
  const { signIn } = bot.page;
  const now = bot.now();
  if (!signIn || isOver(visit, now)) return undefined;
  const request = await bot.missionControl.readRequest(visit.requestId);
  if (!request) return undefined;
  const needs = needsOf(bot.oversight, matterOf(request));
  const fresh = visit.onlyPerson !== undefined || needs.some((need) => need.signIn);
  try {
    const { url, ...begun } = await signIn.begin(fresh);
    const kept = await bot.ledger.visits.beginSignIn(visit.id, { ...begun, fresh, startedAt: now }, now);
    return kept ? url : undefined;
  } catch (error) {
    if (!(error instanceof SignInError)) throw error;
    bot.log.warn({ visit: visit.id, err: error }, 'nobody can sign in');
    await bot.ledger.visits.tell(visit.id, refusalCard('sign_in_unavailable'));
    return undefined;
  }
}

/**
 * Somebody comes back from signing in. Their state is used up first, whatever comes of it; they count as themselves only
 * when the issuer's token holds and the operator's file gives them a say about this ask. Refusals are acts too.
 */
export async function endSignIn(bot: Bot, visit: Visit, answer: URL): Promise<void> {
  const { visits, acts } = bot.ledger;
  const { signIn } = bot.page;
  const now = bot.now();
  const state = answer.searchParams.get('state') ?? '';
  const begun = await visits.endSignIn(visit.id, state, now);
  if (!signIn || !begun) return await visits.tell(visit.id, refusalCard('sign_in_refused'));
  try {
    const signedIn = await signIn.finish(answer, begun);
    const request = await bot.missionControl.readRequest(visit.requestId);
    if (!request) return await visits.tell(visit.id, refusalCard('not_found'));
    const verdict = mayDecide({
      oversight: bot.oversight,
      matter: matterOf(request),
      delegations: await bot.ledger.delegations.standing(now),
      signedIn,
      only: visit.onlyPerson,
    });
    const proof = { kind: 'sign-in', fresh: begun.fresh, ...signedIn } as const;
    const actor = proofOf(accountOf(proof));
    const counted = verdict.allowed && (await visits.signIn(visit.id, proof, now));
    const why = verdict.allowed ? 'not_your_page' : verdict.why;
    await acts.append({
      source: `${visit.id}/sign-in/${begun.nonce}`,
      at: now,
      verb: 'sign_in',
      actor,
      person: verdict.allowed ? verdict.as.id : undefined,
      surface: `page:${visit.id}`,
      subject: `request:${visit.requestId}`,
      digest: undefined,
      outcome: counted ? 'signed_in' : `refused:${why}`,
      answer: { visit: visit.id },
    });
    bot.log.info({ visit: visit.id, actor, counted }, 'sign-in');
    await visits.tell(visit.id, counted ? undefined : refusalCard(why));
  } catch (error) {
    if (!(error instanceof SignInError)) throw error;
    bot.log.warn({ visit: visit.id, err: error }, 'a sign-in came to nothing');
    await visits.tell(
      visit.id,
      refusalCard(error.code === 'refused' ? 'sign_in_refused' : 'sign_in_unavailable'),
    );
  }
}
