import { type Kysely, sql } from 'kysely';

/** Missions whose agent said that they are done, and nobody answered. */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.done_said (
      mission_s256 text primary key,
      request_id   text not null,
      said_at      timestamptz not null
    )`.execute(db);
}
