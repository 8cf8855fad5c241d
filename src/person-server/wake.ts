// Who waits for a request to change: long polls and watchers, woken by the store's NOTIFY.
import type { Database } from '#database/database.ts';
import { channel } from '#person-server/events.ts';

export type Wake = AsyncDisposable & {
  /** Aborts when nobody will be woken any more: whoever waits in a loop stops then. */
  readonly closed: AbortSignal;
  /**
   * Starts to listen for `requestId` (or for anything, when absent). Take it before reading the truth, so that a change
   * between the reading and the waiting is not missed.
   */
  expect(requestId?: string): Expectation;
};

export type Expectation = Disposable & {
  /** Resolves when a change was announced, when `ms` are over, or when the signal aborts. Never rejects. */
  within(ms: number, signal?: AbortSignal): Promise<void>;
};

/** Listens on the store's channel for as long as it is open. Closing it wakes everybody who waits. */
export async function openWake(database: Database): Promise<Wake> {
  const anything = '';
  const waiting = new Map<string, Set<PromiseWithResolvers<void>>>();
  const closed = new AbortController();

  const call = (name: string) => {
    for (const { resolve } of waiting.get(name) ?? []) resolve();
  };
  const listening = await database.listen(channel, (payload) => {
    const [, requestId] = payload.split(' ');
    if (requestId === undefined) {
      // A reconnect: anything may have been missed.
      for (const name of waiting.keys()) call(name);
      return;
    }
    call(requestId);
    call(anything);
  });

  return {
    closed: closed.signal,
    expect(requestId = anything) {
      const heard = Promise.withResolvers<void>();
      const sharers = waiting.get(requestId) ?? new Set();
      waiting.set(requestId, sharers.add(heard));
      return {
        async within(ms, signal) {
          const over = AbortSignal.any([
            closed.signal,
            AbortSignal.timeout(Math.ceil(ms)),
            ...(signal ? [signal] : []),
          ]);
          if (over.aborted) return;
          const ended = () => heard.resolve();
          over.addEventListener('abort', ended, { once: true });
          await heard.promise;
          over.removeEventListener('abort', ended);
        },
        [Symbol.dispose]() {
          sharers.delete(heard);
          if (!sharers.size && waiting.get(requestId) === sharers) waiting.delete(requestId);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      closed.abort();
      await listening[Symbol.asyncDispose]();
    },
  };
}
