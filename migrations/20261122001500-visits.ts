import { type Kysely, sql } from 'kysely';

/**
 * Somebody who opened the page of an ask: one browser, one ask, some minutes. `token_hash` and `state_hash` are SHA-256 of
 * what only that browser holds and of what a sign-in comes back with; neither can be used as it stands here.
 */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.visit (
      id            uuid primary key default gen_random_uuid(),
      request_id    text not null,
      only_person   text,
      ways          jsonb not null,
      token_hash    text,
      opened_at     timestamptz not null,
      expires_at    timestamptz not null,
      pairing       jsonb,
      pairings      integer not null default 0,
      state_hash    text unique,
      sign_in       jsonb,
      proof         jsonb,
      proven_at     timestamptz,
      wrong         integer not null default 0,
      ended_at      timestamptz,
      ended_why     text,
      told          jsonb
    )`.execute(db);
  await sql`create index visit_expires on chaperone.visit (expires_at)`.execute(db);
  // An approval that was given with a fresh sign-in, where a rule asks for one.
  await sql`alter table chaperone.vote add column signed_in boolean not null default false`.execute(db);
}
