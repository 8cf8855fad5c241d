import type { Bot } from './bot.ts';

/**
 * Works on what was taken for `leaseMs`, and renews that until the work ends. A process that dies renews nothing, so what
 * it had is free within one lease, however long the work takes.
 */
export async function inHand<Result>(
  { log, now }: Pick<Bot, 'log' | 'now'>,
  leaseMs: number,
  renew: (until: Date) => Promise<unknown>,
  work: () => Promise<Result>,
): Promise<Result> {
  let renewing: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    renewing ??= renew(new Date(now().getTime() + leaseMs))
      .catch((error: unknown) => log.warn({ err: error }, 'what is in hand was not renewed'))
      .finally(() => {
        renewing = undefined;
      });
  }, leaseMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    // Or it would come after the word that the work has ended.
    await renewing;
  }
}
