import { type Kysely, sql } from 'kysely';

/** Where a resource sends the person back to after its own page, and when that happened. */
export async function up(db: Kysely<unknown>) {
  await sql`alter table person_server.request
    add column callback text unique,
    add column returned_at timestamptz`.execute(db);
  await sql`create index request_upstream on person_server.request ((wanted #>> '{upstream,jti}'))
    where state in ('open', 'clarifying') and (wanted #>> '{upstream,jti}') is not null`.execute(db);
}
