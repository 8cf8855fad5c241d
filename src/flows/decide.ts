import type { Card } from '#cards/card.ts';
import { outcomeCard, refusalCard } from '#cards/refusals.ts';
import type { Happening } from '#chat/chat.ts';
import type { Outcome } from '#mission-control/port.ts';
import { mayDecide } from '#policy/policy.ts';
import { type Bot, peopleOf, proofOf, surfaceOf } from './bot.ts';
import { isHeld } from './held.ts';
import { lookLater } from './look.ts';

/** A person's answer to an ask: what they answered, about what, bound to what they were shown. */
export type Answer = {
  readonly action: 'approve' | 'deny';
  readonly requestId: string;
  readonly digest: string;
  readonly reason?: string;
};

/**
 * Takes a person's answer to the Person Server, if the rules let them give it. The card is not touched here: the
 * truth comes back and every copy follows it. What the person alone should hear is returned.
 */
export async function decide(
  bot: Bot,
  happening: Happening,
  shared: boolean,
  answer: Answer,
): Promise<Card | undefined> {
  const { actor, place } = happening;
  const request = await bot.missionControl.readRequest(answer.requestId);
  if (!request) return refusalCard('not_found');
  const verdict = mayDecide({
    oversight: bot.oversight,
    actor,
    place,
    private: false,
    shared,
    matter: { person: request.person, agent: request.agent.id, kind: request.type },
  });
  const act = {
    source: `${happening.id}/${answer.action}/${answer.requestId}`,
    at: bot.now(),
    verb: answer.action,
    actor: proofOf(actor),
    surface: surfaceOf(place, happening.kind === 'pressed' ? happening.on.message : undefined),
    subject: `request:${answer.requestId}`,
    digest: answer.digest,
  };
  if (!verdict.allowed) {
    await bot.ledger.acts.append({
      ...act,
      person: undefined,
      outcome: `refused:${verdict.why}`,
      answer: {},
    });
    bot.log.info({ request: request.id, actor: act.actor, why: verdict.why }, `${answer.action} refused`);
    return refusalCard(verdict.why);
  }

  if (answer.action === 'approve' && (await isHeld(bot, request))) {
    await bot.ledger.acts.append({ ...act, person: verdict.as.id, outcome: 'refused:on_hold', answer: {} });
    return refusalCard('on_hold');
  }
  const decidedBy = { person: verdict.as.id, via: actor.platform, id: act.actor };
  const { requestId, ...decision } = answer;
  const outcome = await bot.missionControl.decide(requestId, { ...decision, decidedBy });
  await bot.ledger.acts.append({
    ...act,
    person: verdict.as.id,
    outcome: outcome.kind,
    answer: answered(outcome),
  });
  bot.log.info({ request: request.id, actor: act.actor, outcome: outcome.kind }, answer.action);
  // The event says so, too; whoever answered should not wait for it.
  await lookLater(bot, { requestId });
  return outcome.kind === 'decided' ? undefined : outcomeCard(outcome, peopleOf(bot.oversight));
}

/** What the Person Server answered, in ids and states. */
function answered(outcome: Outcome): Record<string, unknown> {
  if (!('request' in outcome)) return {};
  const { state, digest, missionS256, decision } = outcome.request;
  return { state, digest, missionS256, decidedAt: decision?.decidedAt.toISOString() };
}
