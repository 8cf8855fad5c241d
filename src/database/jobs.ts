import { type ConstructorOptions, PgBoss, type SendOptions } from 'pg-boss';
import type { z } from 'zod';
import type { Log } from '#log.ts';

/** A kind of work and the shape of what it is given. */
export type Queue<Data> = { readonly name: string; readonly data: z.ZodType<Data> };

export type Jobs = AsyncDisposable & {
  /**
   * Enqueues work. Jobs of one `key` that wait for the same moment fold into one: work reads the truth when it runs, not what
   * was true when it was asked for. So what it is to find has to be committed before: the one that waits may run at once.
   * `forOthers`: this process cannot do it now. When it is due, every process wakes for it, and not this one before the others.
   */
  send<Data extends object>(
    queue: Queue<Data>,
    data: Data,
    options: { key: string; startAfter?: Date; forOthers?: boolean },
  ): Promise<void>;
  /** Works a queue until the jobs are closed. A failure is tried again with back-off; work must be safe to run twice. */
  work<Data extends object>(
    queue: Queue<Data>,
    options: { concurrency: number },
    run: (data: Data) => Promise<void>,
  ): Promise<void>;
};

/** A poll this late does not matter to what was put off for longer. */
const soonMs = 60_000;
/** Two clocks of one machine read this much apart at most. */
const marginMs = 20;

/**
 * Starts pg-boss in its own schema, on the connection or the embedded store it is given, and makes every queue.
 * `short` keeps one waiting job a key, so a burst of events is one round; a running one never blocks the next after a crash.
 */
export async function openJobs(
  options: ConstructorOptions,
  queues: readonly string[],
  log: Log,
): Promise<Jobs> {
  const boss = new PgBoss({ ...options, schema: 'pgboss', useListenNotify: true, schedule: false });
  boss.on('error', (error) => log.error({ err: error }, 'job queue'));
  boss.on('warning', (warning) => log.warn({ warning }, 'job queue'));
  await boss.start();
  for (const name of queues) await boss.createQueue(name, { policy: 'short', notify: true });

  const workers = new Map<string, string[]>();
  /** What was put off is looked for when it is due, not at the poll after that; polls find what a crash left. */
  const wakeAt = (queue: string, at: Date) => {
    const inMs = at.getTime() - Date.now() + marginMs;
    if (inMs > soonMs) return;
    const wake = () => workers.get(queue)?.forEach((worker) => boss.notifyWorker(worker));
    setTimeout(wake, inMs).unref();
  };

  return {
    async send(queue, data, { key, startAfter, forOthers = false }) {
      const later = startAfter && startAfter.getTime() > Date.now() ? startAfter : undefined;
      const add = (more: SendOptions) =>
        boss.send(queue.name, data, {
          singletonKey: key,
          retryLimit: 10,
          retryDelay: 1,
          retryBackoff: true,
          retryDelayMax: 60,
          expireInSeconds: 60,
          deleteAfterSeconds: 3600,
          ...more,
        });
      if (!later) return void (await add({}));
      // A job put off must not swallow one that is due now.
      await add({ singletonKey: `${key}@${later.getTime()}`, startAfter: later });
      if (!forOthers) return wakeAt(queue.name, later);
      // Only what is sent for now is told to everybody. Should we end before, a poll finds what was put off.
      const tell = () => {
        add({}).catch((error: unknown) => log.debug({ err: error }, 'an offer was not told'));
      };
      setTimeout(tell, later.getTime() - Date.now() + marginMs).unref();
    },
    async work(queue, { concurrency }, run) {
      const options = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 5 };
      for (let nth = 0; nth < concurrency; nth += 1) {
        let worker = '';
        worker = await boss.work(queue.name, options, async (jobs) => {
          // Whoever found work looks for more at once. Left alone it would sleep until the next notice, and a pile that lies
          // there already, after a crash or a burst, would shrink by one a poll.
          boss.notifyWorker(worker);
          for (const job of jobs) {
            try {
              await run(queue.data.parse(job.data));
            } catch (error) {
              log.error({ queue: queue.name, job: job.id, err: error }, 'a job failed and is tried again');
              throw error;
            }
          }
        });
        workers.set(queue.name, [...(workers.get(queue.name) ?? []), worker]);
      }
    },
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: true, timeout: 10_000 });
    },
  };
}
