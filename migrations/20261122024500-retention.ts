import { type Kysely, sql } from 'kysely';

/**
 * What is over is found by when it was over, without a look at what is kept; and the findings of a mission without a look
 * at the rest of its log.
 */
export async function up(db: Kysely<unknown>) {
  for (const index of indexes) await sql.raw(`create index ${index}`).execute(db);
}

const indexes = [
  'mission_over on person_server.mission (terminated_at) where terminated_at is not null',
  'request_over on person_server.request (closed_at) where mission_s256 is null and closed_at is not null',
  // What a token with a budget may have spent counts for as long as its mission does.
  'token_over on person_server.token (expires_at) where mission_s256 is null or budget is null',
  'log_entry_record on person_server.log_entry (at) where mission_s256 is null',
  'named_resource_at on person_server.named_resource (named_at)',
  'agent_binding_ended on person_server.agent_binding (revoked_at) where revoked_at is not null',
  "log_entry_tampered on person_server.log_entry (mission_s256, seq) where outcome = 'tampered'",
];
