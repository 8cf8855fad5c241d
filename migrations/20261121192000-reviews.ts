import { type Kysely, sql } from 'kysely';

/** What the reviewer last found of each mission, and what people said to it. */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.review (
      mission_s256  text primary key,
      memo          jsonb,
      accepted      jsonb not null default '[]',
      finding       integer not null default 0,
      standing      jsonb,
      reviewed_at   timestamptz,
      claimed_until timestamptz
    )`.execute(db);
}
