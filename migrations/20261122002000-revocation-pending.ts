import { type Kysely, sql } from 'kysely';

/** Where a revocation whose cascade takes longer is asked after, and when its issuer was told that it is over. */
export async function up(db: Kysely<unknown>) {
  await sql`alter table person_server.revocation
    add column pending text unique,
    add column answered_at timestamptz`.execute(db);
}
