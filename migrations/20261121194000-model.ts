import { type Kysely, sql } from 'kysely';

/** What the model has cost, and what was said in a thread so far. */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.spend (
      day     date not null,
      account text not null,
      tokens  bigint not null,
      primary key (day, account)
    )`.execute(db);
  await sql`
    create table chaperone.talk (
      thread  text primary key,
      talk    jsonb not null,
      kept_at timestamptz not null
    )`.execute(db);
  await sql`alter table chaperone.review add column review jsonb`.execute(db);
}
