import { type Database, openDatabase, type Store } from '#database/database.ts';
import { openLog } from '#log.ts';

/** The embedded store in memory unless a store is named: the real migrations, the real job queue. */
export function openTestDatabase(
  queues: readonly string[],
  store: Store = { directory: undefined },
): Promise<Database> {
  return openDatabase(store, queues, openLog('silent'));
}
