// What a watcher is told, on a store where transactions run beside each other.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLog } from '#log.ts';
import { tell } from '#person-server/events.ts';
import { openPersonServer, type PersonServer } from '#person-server/person-server.ts';
import { openStore, type Store } from '#person-server/tables.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openPostgres } from '../../support/postgres.ts';

let personServer: PersonServer;
let elsewhere: Store;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  const { url } = closing.use(await openPostgres());
  personServer = closing.use(
    await openPersonServer({
      database: closing.use(await openTestDatabase([], { url })),
      issuer: 'http://localhost:1',
      development: true,
      people: [{ id: 'alice', silentGrants: 'ask' }],
      defaultPerson: 'alice',
      log: openLog('silent'),
    }),
  );
  elsewhere = openStore(closing.use(await openTestDatabase([], { url })));
}, 60_000);
afterAll(() => closing.disposeAsync(), 30_000);

/** A change told in a transaction that ends when `commit` is called. */
async function begin(requestId: string) {
  const told = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const transaction = elsewhere.transaction().execute(async (trx) => {
    await tell(trx, { kind: 'request', requestId }, new Date());
    told.resolve();
    await ended.promise;
  });
  await told.promise;
  return {
    async commit() {
      ended.resolve();
      await transaction;
    },
    async undo() {
      ended.reject(new Error('undone'));
      await transaction.catch(() => {});
    },
  };
}

test('a change whose transaction began earlier and ended later is told all the same, and none twice', async () => {
  const stop = new AbortController();
  const watching = personServer.oversight.watch({ after: '0', signal: stop.signal });
  const heard: string[] = [];
  const cursors: number[] = [];
  const hear = async () => {
    const { value } = await watching.next();
    heard.push(value?.requestId ?? '');
    cursors.push(Number(value?.cursor));
  };

  await (await begin('first')).commit();
  await hear();
  const [slow, undone] = [await begin('slow'), await begin('undone')];
  await (await begin('quick')).commit();
  await hear();
  await undone.undo();
  await slow.commit();
  await hear();
  await (await begin('last')).commit();
  await hear();
  expect(heard).toEqual(['first', 'quick', 'slow', 'last']);
  // Whoever resumes after the slow one is not told of the quick one again.
  expect(cursors).toEqual(cursors.toSorted((a, b) => a - b));
  stop.abort();
  await watching.return?.(undefined);
});
