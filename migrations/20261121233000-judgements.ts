import { type Kysely, sql } from 'kysely';

/** What the reviewer made of an ask that the operator lets it pass, and what became of that; once for what a digest names. */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.judgement (
      request_id   text not null,
      digest       text not null,
      mission_s256 text not null,
      names        jsonb not null,
      taken_at     timestamptz not null,
      state        text not null,
      reason       text,
      fit          jsonb,
      proof        text unique,
      settled_at   timestamptz,
      primary key (request_id, digest)
    )`.execute(db);
  await sql`create index on chaperone.judgement (mission_s256, taken_at)`.execute(db);
  await sql`create index on chaperone.judgement (taken_at) where state in ('deciding', 'passed', 'sampled')`.execute(
    db,
  );
}
