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
      quiet_until timestamptz not null default '-infinity',
      shared     boolean not null default false,
      checked_at timestamptz not null default '-infinity',
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
    create table chaperone.receipt_key (
      kid         text primary key,
      private_jwk jsonb not null,
      made_at     timestamptz not null
    )`.execute(db);

  await sql`
    create table chaperone.act (
      seq           bigint primary key,
      source        text not null unique,
      at            timestamptz not null,
      verb          text not null,
      surface       text not null,
      subject       text not null,
      digest        text,
      outcome       text not null,
      answer        jsonb not null,
      actor         text,
      person        text,
      salt          text,
      who           text not null,
      previous      text not null,
      hash          text not null,
      receipt       text not null
    )`.execute(db);
  await sql`create index act_subject on chaperone.act (subject, seq)`.execute(db);
  await sql`create index act_at on chaperone.act (at)`.execute(db);
  // Who acted may be forgotten one day; nothing else of an act ever changes, and no act goes away.
  await sql`
    create function chaperone.act_is_append_only() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' then
        if new.actor is null and new.person is null and new.salt is null
           and (old.seq, old.source, old.at, old.verb, old.surface, old.subject, old.digest, old.outcome, old.answer,
                old.who, old.previous, old.hash, old.receipt)
             is not distinct from
               (new.seq, new.source, new.at, new.verb, new.surface, new.subject, new.digest, new.outcome, new.answer,
                new.who, new.previous, new.hash, new.receipt)
        then return new; end if;
      end if;
      raise exception 'chaperone.act is append-only';
    end $$`.execute(db);
  await sql`create trigger act_is_append_only before update or delete on chaperone.act
    for each row execute function chaperone.act_is_append_only()`.execute(db);
  await sql`create trigger act_is_never_emptied before truncate on chaperone.act
    for each statement execute function chaperone.act_is_append_only()`.execute(db);

  await sql`
    create table chaperone.bookmark (
      name  text primary key,
      value text not null
    )`.execute(db);
}
