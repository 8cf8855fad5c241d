import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '#log.ts';

/** LISTEN on a connection of its own, taken up again for as long as it is wanted. See `Database.listen`. */
export async function listenOn(url: string, channel: string, heard: (payload: string) => void, log: Log) {
  const stop = new AbortController();
  let client = await connect();

  async function connect(): Promise<pg.Client> {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'chaperone listen',
      keepAlive: true,
    });
    next.on('notification', ({ payload }) => heard(payload ?? ''));
    next.on('error', (error) => log.warn({ err: error, channel }, 'listening connection lost'));
    next.once('end', () => {
      if (!stop.signal.aborted)
        reconnect().catch((error) => log.error({ err: error, channel }, 'not listening'));
    });
    await next.connect();
    await next.query(`listen ${next.escapeIdentifier(channel)}`);
    return next;
  }

  async function reconnect() {
    for (let delayMs = 250; !stop.signal.aborted; delayMs = Math.min(delayMs * 2, 10_000)) {
      await pause(delayMs, undefined, { signal: stop.signal }).catch(() => {});
      if (stop.signal.aborted) return;
      try {
        client = await connect();
        heard('');
        return;
      } catch (error) {
        log.warn({ err: error, channel }, 'listening again failed');
      }
    }
  }

  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await client.end();
    },
  } satisfies AsyncDisposable;
}
