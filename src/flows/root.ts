import type { Place } from '#chat/chat.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import { missionMatter } from '#policy/matter.ts';
import { channelsFor } from '#policy/policy.ts';
import type { Bot } from './bot.ts';

/** A mission hangs where its proposal hung: one root, from the first ask to the end. */
export async function rootSubject(bot: Bot, { s256, requestId }: MissionSummary): Promise<string> {
  if (requestId) return `mission:${requestId}`;
  return (await bot.ledger.wall.rootOf(s256)) ?? `mission:${s256}`;
}

/** Where a mission hangs. */
export const placesOf = (bot: Bot, mission: MissionSummary): Place[] =>
  channelsFor(bot.oversight, missionMatter(mission)).map(({ place }) => place);
