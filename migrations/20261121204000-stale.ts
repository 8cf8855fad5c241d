import { type Kysely, sql } from 'kysely';

/** Which missions their person was asked about because nothing happened under them, or because their time is running out. */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.stale_question (
      mission_s256 text not null,
      number       integer not null,
      why          text not null,
      asked_at     timestamptz not null,
      kept_source  text,
      kept_by      jsonb,
      kept_at      timestamptz,
      primary key (mission_s256, number)
    )`.execute(db);
}
