// Work beside the requests: what runs until the end, and what runs again and again.
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '#log.ts';

export type Tasks = ReturnType<typeof openTasks>;

/** Every promise is reported, and closing waits for what is under way. */
export function openTasks(log: Log) {
  const stop = new AbortController();
  const running = new Set<Promise<void>>();

  function start(name: string, run: (signal: AbortSignal) => Promise<void>) {
    const task = run(stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) log.error({ task: name, err: error }, 'a task failed');
    });
    running.add(task);
    void task.finally(() => running.delete(task));
  }

  return {
    start,
    /** Runs now and then again `everyMs` after each end. */
    every(name: string, everyMs: number, run: () => Promise<unknown>) {
      start(name, async (signal) => {
        while (!signal.aborted) {
          try {
            await run();
          } catch (error) {
            if (!signal.aborted) log.error({ task: name, err: error }, 'a round failed');
          }
          await pause(everyMs, undefined, { signal }).catch(() => {});
        }
      });
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
    },
  };
}

/** Resolves when `signal` aborts, or at once where it already has. */
export const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
