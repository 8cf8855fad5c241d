import { tamperingCard } from '#cards/tampering-card.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import { missionMatter } from '#policy/matter.ts';
import { stoppersOf } from '#policy/policy.ts';
import { overseenSince } from './alarm.ts';
import { type Bot, mentionOn } from './bot.ts';
import { placesOf } from './root.ts';

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
  const stoppers = stoppersOf(bot.oversight, missionMatter(mission));
  for (const found of tampering.slice(0, mostAlarms).filter(({ at }) => at >= since)) {
    for (const place of placesOf(bot, mission)) {
      const callees = stoppers.flatMap((each) => mentionOn(place.platform, each));
      await bot.ledger.wall.want({
        subject: `alarm:${s256}/${found.seq}`,
        place,
        under: { subject: root },
        missionS256: s256,
        card: tamperingCard({ mission, found, callees }),
        seenAt,
        settled: mission.status === 'terminated',
        urgency: 0,
      });
    }
  }
}
