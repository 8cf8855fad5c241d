import { type Kysely, sql } from 'kysely';

/** What a token may spend and what its resource metered, and the sums people approved for a mission at a resource. */
export async function up(db: Kysely<unknown>) {
  await sql`alter table person_server.token
    add column budget jsonb,
    add column consumed bigint,
    add column consumed_at timestamptz`.execute(db);
  await sql`create table person_server.allowance (
    mission_s256 text not null references person_server.mission (s256),
    resource     text not null,
    account      text not null,
    unit         text not null,
    decimals     integer not null,
    allowed      bigint not null,
    total        bigint,
    total_at     timestamptz,
    primary key (mission_s256, resource, account, unit, decimals)
  )`.execute(db);
}
