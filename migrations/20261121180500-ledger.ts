import { type Kysely, sql } from 'kysely';

/** What the bot remembers: what hangs on which wall, what people did in chat, which acts followed. */
export async function up(db: Kysely<unknown>) {
  await sql`create schema chaperone`.execute(db);

  await sql`
    create table chaperone.wall (
      id            uuid primary key default gen_random_uuid(),
      number        bigint generated always as identity,
      subject       text not null,
      platform      text not null,
      tenant        text not null,
      channel       text not null,
      root          uuid references chaperone.wall (id),
      thread        text,
      mission_s256  text,
      request_id    text,
      wanted        jsonb not null,
      wanted_digest text not null,
      seen_at       timestamptz not null,
      settled       boolean not null,
      urgency       smallint not null,
      message       text,
      posted_thread text,
      shown_digest  text,
      shown_at      timestamptz,
      attempted_at  timestamptz,
      claimed_until timestamptz,
      not_before    timestamptz not null default '-infinity',
      attempts      integer not null default 0,
      fault         text,
      unique (subject, platform, tenant, channel)
    )`.execute(db);
  await sql`create index wall_due on chaperone.wall (platform, tenant, channel, urgency, number)
    where wanted_digest is distinct from shown_digest and fault is null`.execute(db);
  await sql`create index wall_unsettled on chaperone.wall (number) where not settled`.execute(db);
  await sql`create index wall_mission on chaperone.wall (mission_s256 text_pattern_ops) where mission_s256 is not null`.execute(
    db,
  );
  await sql`create index wall_message on chaperone.wall (message) where message is not null`.execute(db);

  await sql`
    create table chaperone.place (
      platform   text not null,
      tenant     text not null,
      channel    text not null,
      next_at    timestamptz not null default '-infinity',
      shared     boolean not null default false,
      checked_at timestamptz not null default '-infinity',
      moved_to   text,
      route      jsonb,
      primary key (platform, tenant, channel)
    )`.execute(db);

  await sql`
    create table chaperone.inbox (
      id            text primary key,
      happening     jsonb not null,
      received_at   timestamptz not null,
      claimed_until timestamptz,
      attempts      integer not null default 0,
      done_at       timestamptz,
      outcome       text
    )`.execute(db);
  await sql`create index inbox_waiting on chaperone.inbox (received_at) where done_at is null`.execute(db);

  await sql`
    create table chaperone.proposal (
      id         uuid primary key default gen_random_uuid(),
      source     text not null unique,
      missions   jsonb not null,
      proposed_by text not null,
      made_at    timestamptz not null,
      expires_at timestamptz not null,
      answer      text,
      answered_by jsonb,
      answered_at timestamptz
    )`.execute(db);

  await sql`
    create table chaperone.act (
      seq           bigint primary key,
      source        text not null unique,
      at            timestamptz not null,
      verb          text not null,
      actor         text not null,
      person        text,
      surface       text not null,
      subject       text not null,
      digest        text,
      outcome       text not null,
      answer        jsonb not null,
      previous_hash text not null,
      hash          text not null
    )`.execute(db);
  await sql`create index act_subject on chaperone.act (subject, seq)`.execute(db);
  await sql`
    create function chaperone.act_is_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'chaperone.act is append-only';
    end $$`.execute(db);
  await sql`create trigger act_is_append_only before update or delete or truncate on chaperone.act
    for each statement execute function chaperone.act_is_append_only()`.execute(db);

  await sql`
    create table chaperone.bookmark (
      name  text primary key,
      value text not null
    )`.execute(db);
}
