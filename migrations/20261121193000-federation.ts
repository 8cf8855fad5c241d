import { type Kysely, sql } from 'kysely';

/** Where a request stands at its access server, and which access server issued a token. */
export async function up(db: Kysely<unknown>) {
  await sql`alter table person_server.request add column federation jsonb`.execute(db);
  await sql`alter table person_server.token add column access_server text`.execute(db);
}
