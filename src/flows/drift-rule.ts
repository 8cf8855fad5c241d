import type { MissionSummary } from '#mission-control/facts.ts';
import { missionMatter } from '#policy/matter.ts';
import { onDrift } from '#policy/policy.ts';
import type { Bot } from './bot.ts';
import { acceptanceOf } from './finding.ts';
import { byRule } from './held.ts';
import { lookAtAll, lookLater } from './look-later.ts';

/**
 * Does what the operator's rule says of a mission that drifts, once for each finding: nothing, a hold, or no more silent
 * grants until somebody calls it fine. Only what the rules of the reviewer flag counts: a model sets nothing off.
 */
export async function actOnDrift(bot: Bot, mission: MissionSummary): Promise<void> {
  const { s256, status } = mission;
  const { reviews, holds, acts } = bot.ledger;
  const { standing, finding, accepted, acted } = await reviews.read(s256);
  if (status === 'terminated' || standing?.kind !== 'drifting' || standing.flaggedBy === 'model') return;
  if (acted >= finding || acceptanceOf(accepted, finding)) return;
  const action = onDrift(bot.oversight, missionMatter(mission));
  const at = bot.now();
  const source = `drift/${s256}/${finding}`;
  // Somebody's own hold stands, and is theirs to end.
  const held = action === 'hold' && (await holds.hold(s256, { source, by: byRule, at }));
  if (action === 'tell') {
    // Once this is written no round comes back to the finding, so its card is asked for before.
    await lookLater(bot, { missionS256: s256 });
    return await reviews.act(s256, finding, false);
  }
  await acts.append({
    source,
    at,
    verb: 'hold',
    actor: byRule.id,
    person: undefined,
    surface: 'rule',
    subject: `mission:${s256}`,
    digest: undefined,
    outcome: action === 'ask' ? 'guarded' : held ? 'held' : 'already_held',
    answer: { finding },
  });
  await reviews.act(s256, finding, action === 'ask');
  bot.log.info({ mission: s256, finding, action }, 'the rule about drift was applied');
  await lookAtAll(bot, s256);
}
