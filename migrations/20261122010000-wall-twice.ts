import { type Kysely, sql } from 'kysely';

/** Cards that were posted again where nobody can say whether the first copy hangs. */
export async function up(db: Kysely<unknown>) {
  await sql`alter table chaperone.wall add column maybe_twice boolean not null default false`.execute(db);
}
