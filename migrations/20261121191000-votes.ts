import { type Kysely, sql } from 'kysely';

/** Approvals that wait for company, and who decides for whom. */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.vote (
      id         bigint generated always as identity primary key,
      source     text not null unique,
      request_id text not null,
      digest     text not null,
      -- How far the approval reaches; approvals of different reach are not of the same thing.
      reach      text,
      person     text not null,
      say        text not null,
      delegation uuid,
      actor      text not null,
      via        text not null,
      cast_at    timestamptz not null,
      closed     boolean not null default false,
      unique (request_id, digest, person),
      unique (request_id, digest, say)
    )`.execute(db);
  await sql`create index vote_open on chaperone.vote (request_id) where not closed`.execute(db);

  await sql`
    create table chaperone.delegation (
      id         uuid primary key default gen_random_uuid(),
      source     text not null unique,
      principal  text not null,
      delegate   text not null,
      made_at    timestamptz not null,
      until      timestamptz not null,
      revoked_at timestamptz
    )`.execute(db);
  await sql`create index delegation_standing on chaperone.delegation (until) where revoked_at is null`.execute(
    db,
  );
}
