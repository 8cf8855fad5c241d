import { type Kysely, sql } from 'kysely';

/** Who says that they are looking into an ask, and until when that counts. It locks nothing. */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.claim (
      request_id text primary key,
      person     text not null,
      by         jsonb not null,
      claimed_at timestamptz not null,
      until      timestamptz not null
    )`.execute(db);
}
