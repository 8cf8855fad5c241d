import { type Kysely, sql } from 'kysely';

/** What can be pressed on a card as it is shown, while another one is on its way to take its place. */
export async function up(db: Kysely<unknown>) {
  await sql`alter table chaperone.wall add column presses jsonb`.execute(db);
  await sql`
    update chaperone.wall set presses = jsonb_path_query_array(wanted, '$.buttons[*].press')
    where message is not null and wanted_digest = shown_digest`.execute(db);
}
