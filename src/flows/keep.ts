import type { Card } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import { mayKeep } from '#policy/policy.ts';
import { type Bot, proofOf, surfaceOf } from './bot.ts';
import { lookLater } from './look.ts';
import type { Pressed } from './press.ts';

/** Somebody wants a mission to go on: its person, or whoever may stop it. It is not asked about for another period. */
export async function keepMission(bot: Bot, pressed: Pressed, shared: boolean): Promise<Card | undefined> {
  const { actor, place, press } = pressed;
  const mission = await bot.missionControl.readMission(press.subject);
  if (!mission) return refusalCard('not_found');
  const verdict = mayKeep({
    oversight: bot.oversight,
    actor,
    place,
    private: false,
    shared,
    matter: { person: mission.person, agent: mission.agent.id },
  });
  const act = {
    source: `${pressed.id}/keep/${mission.s256}`,
    at: bot.now(),
    verb: 'keep' as const,
    actor: proofOf(actor),
    surface: surfaceOf(place, pressed.on.message),
    subject: `mission:${mission.s256}`,
    digest: undefined,
    answer: {},
  };
  if (!verdict.allowed) {
    await bot.ledger.acts.append({ ...act, person: undefined, outcome: `refused:${verdict.why}` });
    return refusalCard(verdict.why);
  }
  const by = { person: verdict.as.id, via: actor.platform, id: act.actor };
  const number = Number(press.choice);
  const kept =
    mission.status === 'active' &&
    Number.isSafeInteger(number) &&
    (await bot.ledger.staleQuestions.keep(mission.s256, number, {
      source: act.source,
      by,
      at: act.at,
    }));
  await bot.ledger.acts.append({ ...act, person: verdict.as.id, outcome: kept ? 'kept' : 'too_late' });
  bot.log.info({ mission: mission.s256, actor: act.actor, kept }, 'keep');
  await lookLater(bot, { missionS256: mission.s256 });
  return kept ? undefined : refusalCard('stale');
}
