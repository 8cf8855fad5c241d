// What a watcher is told, on a store where transactions run beside each other.
import { sql } from 'kysely';
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

/** A watch from a cursor, or from now; each change as it comes. */
function watchFrom(after?: string) {
  const stop = new AbortController();
  const watching = personServer.oversight.watch({ ...(after && { after }), signal: stop.signal });
  const cursors: string[] = [];
  return {
    cursors,
    async hear(): Promise<string> {
      const { value } = await watching.next();
      cursors.push(value?.cursor ?? '');
      return value?.requestId ?? '';
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching.return?.(undefined);
    },
  };
}

test('a change whose transaction began earlier and ended later is told all the same, and none twice', async () => {
  await using watch = watchFrom('0');
  await (await begin('first')).commit();
  expect(await watch.hear()).toBe('first');
  const [slow, undone] = [await begin('slow'), await begin('undone')];
  await (await begin('quick')).commit();
  expect(await watch.hear()).toBe('quick');
  await undone.undo();
  await slow.commit();
  expect(await watch.hear()).toBe('slow');
  await (await begin('last')).commit();
  expect(await watch.hear()).toBe('last');
  const numbers = watch.cursors.map(Number);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
});

test('whoever resumes is told what had not ended when they stopped', async () => {
  await (await begin('before')).commit();
  let cursor: string | undefined;
  const slow = await begin('slow');
  {
    await using watch = watchFrom('0');
    await (await begin('quick')).commit();
    while ((await watch.hear()) !== 'quick');
    cursor = watch.cursors.at(-1);
  }
  await slow.commit();
  await using resumed = watchFrom(cursor);
  // It may be told again of what came meanwhile.
  while ((await resumed.hear()) !== 'slow');
});

test('whoever begins without a cursor is told what began before and ends after', async () => {
  const slow = await begin('slow');
  await (await begin('known')).commit();
  await using watch = watchFrom();
  const heard: string[] = [];
  const first = watch.hear().then((requestId) => heard.push(requestId));
  while (heard.length === 0) await (await begin('marker')).commit();
  await first;
  await slow.commit();
  let next = await watch.hear();
  while (next === 'marker') next = await watch.hear();
  expect(next).toBe('slow');
});

test('a gap of any size makes nobody deaf to what ends late after it', async () => {
  await (await begin('before')).commit();
  await using watch = watchFrom('0');
  await sql`select setval(pg_get_serial_sequence('person_server.event', 'id'), 1000000)`.execute(elsewhere);
  const slow = await begin('slow');
  await (await begin('far')).commit();
  while ((await watch.hear()) !== 'far');
  await slow.commit();
  expect(await watch.hear()).toBe('slow');
});
