import { type Kysely, sql } from 'kysely';

/** Missions under which nothing is approved until somebody says so. The Person Server knows nothing of it. */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.hold (
      id              bigint primary key generated always as identity,
      mission_s256    text not null,
      source          text not null unique,
      held_by         jsonb not null,
      held_at         timestamptz not null,
      note            text,
      released_source text,
      released_by     jsonb,
      released_at     timestamptz
    )`.execute(db);
  await sql`create unique index hold_standing on chaperone.hold (mission_s256) where released_at is null`.execute(
    db,
  );
  await sql`create index hold_mission on chaperone.hold (mission_s256, id)`.execute(db);
}
