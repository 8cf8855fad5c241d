import { type Kysely, sql } from 'kysely';

/** What a mission granted is read for every ask under it, however many consents there are. */
export async function up(db: Kysely<unknown>) {
  await sql`create index consent_mission on person_server.consent (mission_s256, id)
    where mission_s256 is not null`.execute(db);
}
