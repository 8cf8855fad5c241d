import { z } from 'zod';
import type { Queue } from '#database/jobs.ts';
import type { Bot } from './bot.ts';

/** What should be looked at: an ask, a mission, or both. */
export type Sight = { readonly requestId?: string | undefined; readonly missionS256?: string | undefined };

export const lookQueue: Queue<Sight> = {
  name: 'look',
  data: z.object({ requestId: z.string().optional(), missionS256: z.string().optional() }),
};

const pageSize = 100;

/** Enqueues a look, at once or later. */
export const lookLater = (bot: Bot, sight: Sight, at?: Date) =>
  bot.jobs.send(lookQueue, sight, {
    key: `${sight.requestId ?? ''}/${sight.missionS256 ?? ''}`,
    ...(at && { startAfter: at }),
  });

/** Looks at a mission and at every open ask under it: something changed what can be pressed on them all. */
export async function lookAtAll(bot: Bot, missionS256: string): Promise<void> {
  await lookLater(bot, { missionS256 });
  const { requests } = await bot.missionControl.listRequests({
    state: 'open',
    missionS256,
    limit: pageSize,
  });
  for (const { id: requestId } of requests) await lookLater(bot, { requestId });
}
