import { isAlarming, wentOnCard } from '#cards/after-stop.ts';
import type { MissionSummary, TerminationReport } from '#mission-control/facts.ts';
import { missionMatter } from '#policy/matter.ts';
import { stoppersOf } from '#policy/policy.ts';
import { type Bot, mentionOn } from './bot.ts';
import { placesOf } from './root.ts';

/**
 * Raises an alarm in the mission's thread, once, when something goes on after its end that is more than an attempt, and calls
 * whoever may stop it. What comes later is added to it.
 */
export async function raiseWentOn(
  bot: Bot,
  mission: MissionSummary,
  report: TerminationReport,
  root: string,
  seenAt: Date,
): Promise<void> {
  if (!isAlarming(report)) return;
  const stoppers = stoppersOf(bot.oversight, missionMatter(mission));
  for (const place of placesOf(bot, mission)) {
    const callees = stoppers.flatMap((person) => mentionOn(place.platform, person));
    await bot.ledger.wall.want({
      subject: `after-stop:${mission.s256}`,
      place,
      under: { subject: root },
      missionS256: mission.s256,
      card: wentOnCard({ mission, report, callees }),
      seenAt,
      settled: true,
      urgency: 0,
    });
  }
}
