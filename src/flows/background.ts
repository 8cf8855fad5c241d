import { type Background, isOpen } from '#cards/ask-card.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import type { Bot } from './bot.ts';

/** How many of a log's latest entries an ask is read against. */
const looksBack = 200;

/** What an open ask under a mission is read against; the same however the mission was come by. */
export async function backgroundOf(
  { missionControl }: Bot,
  request: Request,
  mission: MissionSummary | undefined,
): Promise<Background | undefined> {
  if (!mission || !isOpen(request)) return undefined;
  const after = Math.max(0, mission.logEntries - looksBack);
  const { entries } = await missionControl.readLog(mission.s256, { after, limit: looksBack });
  const updates = mission.updates > 0 ? await missionControl.readMission(mission.s256) : undefined;
  return { past: { entries, whole: after === 0 }, updates: updates?.acceptedUpdates ?? [] };
}
