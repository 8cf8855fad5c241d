import { type Kysely, sql } from 'kysely';

/** What waits for one person, or under one mission, is found without walking through what is over, or waits for others. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index request_person_open on person_server.request (person, number)
    where state in ('open', 'clarifying')`.execute(db);
  await sql`create index request_mission_open on person_server.request (mission_s256, number)
    where state in ('open', 'clarifying') and mission_s256 is not null`.execute(db);
}
