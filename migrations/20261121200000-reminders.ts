import { type Kysely, sql } from 'kysely';

/** Which reminder of which ask was given, and by which card: several asks of one thread share one. */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.reminder (
      request_id text not null,
      number     integer not null,
      subject    text not null,
      thread     text not null,
      given_at   timestamptz not null,
      primary key (request_id, number)
    )`.execute(db);
  await sql`create index reminder_subject on chaperone.reminder (subject)`.execute(db);
  await sql`create index reminder_thread on chaperone.reminder (thread, given_at)`.execute(db);
}
