import { setTimeout as pause } from 'node:timers/promises';
import type { Bot } from './bot.ts';
import { lookLater } from './look-later.ts';
import { reviewLater } from './review.ts';

const bookmark = 'mission-control/watch';
const againMs = 5_000;

/** Follows the Person Server's changes for as long as `signal` lets it, and sends a look after each. */
export async function watch(bot: Bot, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const after = await bot.ledger.readBookmark(bookmark);
      for await (const change of bot.missionControl.watch({ signal, ...(after && { after }) })) {
        await lookLater(bot, { requestId: change.requestId, missionS256: change.missionS256 });
        if (change.kind === 'log' && change.missionS256) await reviewLater(bot, change.missionS256);
        await bot.ledger.writeBookmark(bookmark, change.cursor);
      }
    } catch (error) {
      if (signal.aborted) return;
      bot.log.warn({ err: error }, 'not watching the Person Server; rounds go on');
    }
    await pause(againMs, undefined, { signal }).catch(() => {});
  }
}
