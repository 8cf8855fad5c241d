import { nothingToDecideCard, whichAskCard } from '#cards/answers.ts';
import { isOpen } from '#cards/ask-card.ts';
import type { Card } from '#cards/card.ts';
import { claimedCard } from '#cards/claim-card.ts';
import { refusalCard } from '#cards/refusals.ts';
import type { Happening } from '#chat/chat.ts';
import type { Act } from '#conversation/intent.ts';
import { findAsks } from '#conversation/match.ts';
import { matterOf } from '#policy/matter.ts';
import { mayDecide } from '#policy/policy.ts';
import { claimUntil } from '#policy/waiting.ts';
import { seatsOf } from './batch.ts';
import { type Bot, peopleOf, proofOf, surfaceOf } from './bot.ts';
import { lookLater } from './look-later.ts';
import type { Reply, Said } from './said.ts';
import { isPrivate } from './stop.ts';
import type { Here } from './where.ts';

/**
 * Shows on an ask that somebody is looking into it, for a while: whoever has a say about it may claim it, and everybody
 * who has one may decide it meanwhile. What the person alone should hear is returned.
 */
export async function claim(
  bot: Bot,
  happening: Happening,
  shared: boolean,
  requestId: string,
): Promise<Card | undefined> {
  const { actor, place } = happening;
  const request = await bot.missionControl.readRequest(requestId);
  if (!request) return refusalCard('not_found');
  const now = bot.now();
  const verdict = mayDecide({
    oversight: bot.oversight,
    actor,
    place,
    private: isPrivate(happening),
    shared,
    matter: matterOf(request),
    delegations: await bot.ledger.delegations.standing(now),
  });
  const act = {
    source: `${happening.id}/claim/${requestId}`,
    at: now,
    verb: 'claim' as const,
    actor: proofOf(actor),
    surface: surfaceOf(place, happening.kind === 'pressed' ? happening.on.message : undefined),
    subject: `request:${requestId}`,
    digest: undefined,
    answer: {},
  };
  if (!verdict.allowed) {
    await bot.ledger.acts.append({ ...act, person: undefined, outcome: `refused:${verdict.why}` });
    return refusalCard(verdict.why);
  }
  const { claims } = bot.ledger;
  const by = { person: verdict.as.id, via: actor.platform, id: act.actor };
  const until = claimUntil(request, now);
  const done = isOpen(request) && (await claims.claim(requestId, by, now, until));
  await bot.ledger.acts.append({ ...act, person: verdict.as.id, outcome: done ? 'claimed' : 'not_claimed' });
  bot.log.info({ request: requestId, actor: act.actor, done }, 'claim');
  await lookLater(bot, { requestId });
  if (done) {
    await lookLater(bot, { requestId }, until);
    return undefined;
  }
  const standing = await claims.standing(requestId, now);
  return standing && isOpen(request) ? claimedCard(standing, peopleOf(bot.oversight)) : refusalCard('stale');
}

/** "I'm on it", said in a thread: about the ask that is open there. */
export async function claimSaid(
  bot: Bot,
  said: Said,
  shared: boolean,
  { asks }: Here,
  { ask }: Extract<Act, { kind: 'claim' }>,
): Promise<Reply> {
  const meant = ask === undefined ? asks : findAsks(ask, asks);
  const [request, another] = meant;
  if (!request) return { public: nothingToDecideCard(ask) };
  const seats = await seatsOf(bot, meant);
  const together = seats.length === meant.length && seats.every(({ batch }) => batch === seats[0]?.batch);
  if (another && !together) return { public: whichAskCard(meant, seats.length > 0) };
  let told: Card | undefined;
  for (const { id } of meant) told = await claim(bot, said, shared, id);
  return told && { private: told };
}
