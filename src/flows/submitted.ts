import { isDeepStrictEqual } from 'node:util';
import type { Card } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import type { Submitted } from '#page/page.ts';
import { type Bot, proofOf } from './bot.ts';
import { decideBy } from './decide.ts';
import { answerPressed } from './press.ts';
import { accountOf, isFresh, judge } from './visit.ts';

/**
 * Does what was sent from a page, as a press on a card would: by the same authoriser, to the same port. Who sent it is
 * looked at again now, not as it was when it was sent. What the visitor should hear is returned.
 */
export async function answerFromPage(
  bot: Bot,
  { id, visit: visitId, press, values, actor }: Submitted,
): Promise<Card | undefined> {
  const visit = await bot.ledger.visits.read(visitId);
  if (!visit?.proof || visit.ended) return refusalCard('stale');
  const { verb, digest } = press;
  if (verb !== 'approve' && verb !== 'deny' && verb !== 'ask' && verb !== 'answer')
    return refusalCard('stale');
  if (!digest || press.subject !== visit.requestId) return refusalCard('stale');
  const { proof } = visit;
  const account = accountOf(proof);
  // Somebody else may have signed in there since: what one sent is not what another said.
  if (!isDeepStrictEqual(actor, account)) return refusalCard('stale');
  return await decideBy(
    bot,
    {
      id,
      via: 'page',
      actor: proofOf(account),
      surface: `page:${visit.id}`,
      signedIn: isFresh(proof, bot.now()),
      verdict: (request, delegations) => judge(bot, visit, request, delegations),
    },
    { requestId: visit.requestId, action: verb, digest },
    (request) => answerPressed({ press, values }, verb, digest, request, bot.now()),
  );
}
