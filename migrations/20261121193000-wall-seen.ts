import { type Kysely, sql } from 'kysely';

/** What was looked at lately in a place is found without reading the whole wall. */
export async function up(db: Kysely<unknown>) {
  await sql`create index wall_seen on chaperone.wall (platform, tenant, channel, seen_at)`.execute(db);
}
