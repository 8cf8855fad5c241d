import { type Kysely, sql } from 'kysely';

/** Which drawings a workspace has already, and which cards hang with words in place of a picture. */
export async function up(db: Kysely<unknown>) {
  await sql`
    create table chaperone.picture (
      tenant     text not null,
      digest     text not null,
      file       text not null,
      brought_at timestamptz not null default now(),
      primary key (tenant, digest)
    )`.execute(db);
  // How often the card was hung without its picture; 0 where it lacks none.
  await sql`alter table chaperone.wall add column undrawn integer not null default 0`.execute(db);
}
