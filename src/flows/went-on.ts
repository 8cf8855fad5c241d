import { isAlarming, wentOnCard } from '#cards/after-stop.ts';
import type { MissionSummary, TerminationReport } from '#mission-control/facts.ts';
import { alarmStoppers } from './alarm.ts';
import type { Bot } from './bot.ts';

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
  const subject = `after-stop:${mission.s256}`;
  await alarmStoppers(bot, mission, { subject, root, seenAt, settled: true }, (callees) =>
    wentOnCard({ mission, report, callees }),
  );
}
