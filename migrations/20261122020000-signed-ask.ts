import { type Kysely, sql } from 'kysely';

/** What an agent signed when it asked: the same bytes open no second request while their first waits. */
export async function up(db: Kysely<unknown>) {
  await sql`alter table person_server.request add column signed text`.execute(db);
}
