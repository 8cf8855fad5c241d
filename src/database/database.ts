// The store and its jobs: one Postgres, or the Postgres inside this process.
//
//   embedded   PGlite in a directory of ours; one process at a time
//   as<T>()    the same connection, seen through one room's tables
//   job        work on facts that are committed; what a crash keeps from being enqueued is found by looking again
//   listen     a wake-up between transactions; never the only way to learn of a fact
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { fromPglite } from 'pg-boss';
import { DatabaseError } from '#database/error.ts';
import { holdDirectory } from '#database/hold.ts';
import { type Jobs, openJobs } from '#database/jobs.ts';
import { listenOn } from '#database/listen.ts';
import { migrate } from '#database/migrate.ts';
import { keepPlans } from '#database/plans.ts';
import type { Log } from '#log.ts';

export type Database = AsyncDisposable & {
  readonly kind: 'postgres' | 'embedded';
  readonly jobs: Jobs;
  as<Tables>(): Kysely<Tables>;
  /** What time it is there. */
  clock(): Promise<Date>;
  /** Calls `heard` after each NOTIFY on `channel` and after every reconnect (with ''), when something may have been missed. */
  listen(channel: string, heard: (payload: string) => void): Promise<AsyncDisposable>;
};

export type Store = { readonly url: string } | { readonly directory: string };

// Timestamps become Date and bigints number on both drivers: sequence numbers stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Opens the store, brings its schema up to date and starts its jobs; `queues` names every kind of job there will be.
 * @throws {DatabaseError} `unreachable`, `in_use` (another process holds the embedded directory), `migration_failed`
 */
export async function openDatabase(store: Store, queues: readonly string[], log: Log): Promise<Database> {
  await using stack = new AsyncDisposableStack();
  const opened = 'url' in store ? openPostgres(store.url, log) : await openEmbedded(store.directory, stack);
  stack.defer(() => opened.kysely.destroy());
  await migrate(opened.kysely);
  const jobs = stack.use(await openJobs(opened.jobs, queues, log));
  const closing = stack.move();
  return {
    kind: opened.kind,
    jobs,
    as: <Tables>() => opened.kysely as unknown as Kysely<Tables>,
    async clock() {
      const { rows } = await sql<{ now: Date }>`select now() as now`.execute(opened.kysely);
      return rows[0]?.now ?? new Date(Number.NaN);
    },
    listen: opened.listen,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function openPostgres(url: string, log: Log) {
  const pool = new pg.Pool({ connectionString: url, max: 10, application_name: 'chaperone' });
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  return {
    kind: 'postgres' as const,
    kysely: new Kysely<unknown>({ dialect: new PostgresDialect({ pool: keepPlans(pool) }) }),
    jobs: { connectionString: url, max: 4, application_name: 'chaperone jobs' },
    listen: (channel: string, heard: (payload: string) => void) => listenOn(url, channel, heard, log),
  };
}

async function openEmbedded(directory: string, stack: AsyncDisposableStack) {
  stack.use(await holdDirectory(directory));
  const pglite = await PGlite.create({ dataDir: `${directory}/postgres` }).catch((cause) => {
    throw new DatabaseError('unreachable', `the embedded database in ${directory} does not open`, { cause });
  });
  return {
    kind: 'embedded' as const,
    kysely: new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) }),
    jobs: { db: fromPglite(pglite), backend: 'pglite' as const },
    async listen(channel: string, heard: (payload: string) => void) {
      const stop = await pglite.listen(channel, heard);
      return { [Symbol.asyncDispose]: () => stop() };
    },
  };
}
