import type { MissionSummary } from '#mission-control/facts.ts';
import type { Bot } from './bot.ts';

/** A mission hangs where its proposal hung: one root, from the first ask to the end. */
export async function rootSubject(bot: Bot, { s256, requestId }: MissionSummary): Promise<string> {
  if (requestId) return `mission:${requestId}`;
  return (await bot.ledger.wall.rootOf(s256)) ?? `mission:${s256}`;
}
