import { type Kysely, sql } from 'kysely';

/**
 * What a model said of an ask, what people want to know of an agent about a finding, and what the operator's rule did about
 * one: `acted` is the last finding it dealt with, and while a mission is `guarded` nothing under it is granted silently.
 */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.brief (
      request_id    text primary key,
      digest        text not null,
      mission_s256  text not null,
      attempts      integer not null,
      claimed_until timestamptz,
      made_at       timestamptz,
      word          jsonb
    )`.execute(db);
  await sql`create index brief_mission on chaperone.brief (mission_s256) where claimed_until is not null`.execute(
    db,
  );
  await sql`
    create table chaperone.inquiry (
      id           bigint primary key generated always as identity,
      source       text not null unique,
      mission_s256 text not null,
      finding      integer not null,
      question     text not null,
      asked_by     jsonb not null,
      asked_at     timestamptz not null,
      request_id   text,
      put_at       timestamptz,
      dropped_at   timestamptz
    )`.execute(db);
  await sql`
    create unique index inquiry_waiting on chaperone.inquiry (mission_s256)
    where put_at is null and dropped_at is null`.execute(db);
  await sql`create index inquiry_finding on chaperone.inquiry (mission_s256, finding, id)`.execute(db);
  await sql`create index inquiry_request on chaperone.inquiry (request_id) where request_id is not null`.execute(
    db,
  );
  await sql`
    alter table chaperone.review
      add column acted integer not null default 0,
      add column guarded boolean not null default false`.execute(db);
}
