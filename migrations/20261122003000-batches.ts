import { type Kysely, sql } from 'kysely';

/**
 * Asks that are shown on one card: a batch is named by the ask whose card it is, and numbers its items as they came.
 * `alike` is what they had in common; an item that went `apart` has a card of its own again.
 */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.batch_item (
      request_id text primary key,
      batch      text not null,
      number     integer not null check (number > 0),
      alike      text not null,
      apart      boolean not null default false,
      unique (batch, number)
    )`.execute(db);
}
