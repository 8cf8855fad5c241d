import { type Kysely, sql } from 'kysely';

/** The words somebody gave for an act ("because it buys toys"). In the record they are forgotten together with who said them. */
export async function up(db: Kysely<unknown>) {
  await sql`alter table chaperone.act add column said text`.execute(db);
  await sql`alter table chaperone.proposal add column note text`.execute(db);
  await sql`
    create or replace function chaperone.act_is_append_only() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' then
        if new.actor is null and new.person is null and new.said is null and new.salt is null
           and (old.seq, old.source, old.at, old.verb, old.surface, old.subject, old.digest, old.outcome, old.answer,
                old.who, old.previous, old.hash, old.receipt)
             is not distinct from
               (new.seq, new.source, new.at, new.verb, new.surface, new.subject, new.digest, new.outcome, new.answer,
                new.who, new.previous, new.hash, new.receipt)
        then return new; end if;
      end if;
      raise exception 'chaperone.act is append-only';
    end $$`.execute(db);
}
