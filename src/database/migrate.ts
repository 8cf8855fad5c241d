import { readdir } from 'node:fs/promises';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { DatabaseError } from '#database/error.ts';

const folder = new URL('../../migrations/', import.meta.url);

/**
 * Runs every migration in `migrations/` that has not run, oldest first, each in its transaction.
 * Replicas that start together wait for one another on Postgres' advisory lock.
 * @throws {DatabaseError} `unreachable`, `migration_failed`
 */
export async function migrate(kysely: Kysely<unknown>) {
  const migrator = new Migrator({ db: kysely, provider: { getMigrations: readMigrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (!error) return;
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName;
  throw failed
    ? new DatabaseError('migration_failed', `migration ${failed} failed`, { cause: error })
    : new DatabaseError('unreachable', 'the database does not answer', { cause: error });
}

async function readMigrations() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).toSorted();
  const migrations: Record<string, Migration> = {};
  for (const name of names) migrations[name.slice(0, -3)] = await import(new URL(name, folder).href);
  return migrations;
}
