import { type Kysely, sql } from 'kysely';

/** Asks that wait and may be joined by others that are the same, in the order they were first looked at. */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.batch_waiting (
      request_id text primary key,
      number     bigint generated always as identity,
      alike      text not null
    )`.execute(db);
  await sql`create index batch_waiting_alike on chaperone.batch_waiting (alike, number)`.execute(db);
}
