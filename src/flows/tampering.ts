import { tamperingCard } from '#cards/tampering-card.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import { alarmStoppers, overseenSince } from './alarm.ts';
import type { Bot } from './bot.ts';

/** Whoever brings bad tokens on purpose raises no more alarms under a mission, whatever server counts them. */
const mostAlarms = 5;

/**
 * Raises an alarm in the mission's thread, once for each resource whose token disagreed with the Person Server's own record,
 * and calls whoever may stop the mission. Follows the mission: once it is over there is nothing to press.
 */
export async function raiseTampering(
  bot: Bot,
  mission: MissionSummary,
  root: string,
  seenAt: Date,
): Promise<void> {
  const { s256, tampering = [] } = mission;
  if (tampering.length === 0) return;
  const since = await overseenSince(bot);
  const settled = mission.status === 'terminated';
  for (const found of tampering.slice(0, mostAlarms).filter(({ at }) => at >= since)) {
    const subject = `alarm:${s256}/${found.seq}`;
    await alarmStoppers(bot, mission, { subject, root, seenAt, settled }, (callees) =>
      tamperingCard({ mission, found, callees }),
    );
  }
}
