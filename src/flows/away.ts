import type { Platform } from '#chat/chat.ts';
import type { Queue } from '#database/jobs.ts';
import type { Bot } from './bot.ts';

/** How soon work is offered again that came to a process whose platform is not connected. */
const awayMs = 1_000;

/**
 * Offers work again that needs a platform which is not connected here: another process may be, and we will be. Whoever is
 * not configured for the platform lets go of it; rounds of those that are find it. However often one piece of work comes,
 * it is offered once in its time.
 */
export async function offerAgain<Data extends object>(
  { jobs, platforms, now }: Pick<Bot, 'jobs' | 'platforms' | 'now'>,
  platform: Platform,
  queue: Queue<Data>,
  data: Data,
  key: string,
): Promise<void> {
  if (!platforms.includes(platform)) return;
  const startAfter = new Date((Math.floor(now().getTime() / awayMs) + 1) * awayMs);
  await jobs.send(queue, data, { key, startAfter, forOthers: true });
}
