// Our Person Server for tests: the real one, over real HTTP on loopback, on an embedded store of its own.
import { type Database } from '#database/database.ts';
import { freePort, openHttp } from '#http.ts';
import { openLog } from '#log.ts';
import type { MissionControl } from '#mission-control/port.ts';
import {
  openPersonServer,
  type PersonServer,
  type PersonServerOptions,
} from '#person-server/person-server.ts';
import { openTestDatabase } from './database.ts';

export type TestPersonServer = AsyncDisposable &
  PersonServer & {
    readonly issuer: string;
    readonly database: Database;
    /** The bot's side of it, as the bot knows it. */
    readonly port: MissionControl;
  };

/** The person every new agent is offered to, and another whom a `login_hint` can name. */
export const people = [
  { id: 'alice', silentGrants: 'approved' },
  { id: 'bob', silentGrants: 'ask' },
] as const;

/** Opens a Person Server of its own. With `database` it opens on a store that is already there and stays open. */
export async function openTestPersonServer({
  database: existing,
  proxies = 0,
  ...options
}: Partial<PersonServerOptions> & { readonly proxies?: number } = {}): Promise<TestPersonServer> {
  await using stack = new AsyncDisposableStack();
  const log = openLog('silent');
  const database = existing ?? stack.use(await openTestDatabase([]));
  const port = await freePort('127.0.0.1');
  const issuer = `http://localhost:${port}`;
  const personServer = stack.use(
    await openPersonServer({
      database,
      issuer,
      development: true,
      people,
      defaultPerson: 'alice',
      log,
      ...options,
    }),
  );
  stack.use(await openHttp({ host: '127.0.0.1', port, proxies }, personServer.mounts, log));
  const closing = stack.move();
  return {
    ...personServer,
    issuer,
    database,
    port: personServer.oversight,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
