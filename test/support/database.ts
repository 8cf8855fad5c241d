import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase, type Store } from '#database/database.ts';
import { openLog } from '#log.ts';
import { layBlankStore } from './blank-store.ts';

/** An embedded store of its own unless a store is named: the real migrations, the real job queue. */
export async function openTestDatabase(queues: readonly string[], store?: Store): Promise<Database> {
  if (store) return await openDatabase(store, queues, openLog('silent'));
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'chaperone-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  await layBlankStore(directory);
  const database = stack.use(await openDatabase({ directory }, queues, openLog('silent')));
  const closing = stack.move();
  return { ...database, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}
