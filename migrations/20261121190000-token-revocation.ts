import { type Kysely, sql } from 'kysely';

/** When a resource has to be told (again) that a token is revoked; null when there is nothing (more) to tell. */
export async function up(db: Kysely<unknown>) {
  await sql`alter table person_server.token
    add column announce_at timestamptz,
    add column announced integer not null default 0`.execute(db);
  await sql`create index token_announce on person_server.token (announce_at) where announce_at is not null`.execute(
    db,
  );
}
