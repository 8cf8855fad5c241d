import { sql } from 'kysely';
import type { Proof } from '#aauth/signature.ts';
import type { AgentToken } from '#aauth/tokens.ts';
import type { Store } from '#person-server/tables.ts';

/** A signature is good this long on either side of its `created`: past it, nothing needs to be remembered. */
const windowMs = 60_000;

/**
 * `created` counts in seconds, so an agent that means the same thing twice signs the same bytes twice. It sends them together;
 * what comes back later than this after `created` was captured.
 */
const togetherMs = 3000;

export type Recognised = {
  /** Whether these signed bytes came back, here or on another replica, later than an agent that means two alike sends them. */
  readonly replayed: boolean;
  /** Whether its provider withdrew the agent token. */
  readonly revoked: boolean;
  /** The person the agent is bound to. */
  readonly person: string | undefined;
};

/**
 * What the store knows of whoever just signed, in the one statement every request needs. With a `proof` the request is also
 * remembered, by the digest of what was signed (draft §freshness-and-replay): another body, or another second, is another
 * request.
 */
export async function recognise(
  store: Store,
  agent: AgentToken,
  proof: Proof | undefined,
  now: Date,
): Promise<Recognised> {
  const remembered = proof
    ? sql`insert into person_server.signed_request (signed, until)
          values (${proof.signed}, ${new Date(proof.created * 1000 + windowMs + 1000)})
          on conflict do nothing returning 1`
    : sql`select 1`;
  const isFresh = proof !== undefined && Math.abs(now.getTime() - proof.created * 1000) < togetherMs;
  const { rows } = await sql<{ first: boolean; revoked: boolean; person: string | null }>`
    with remembered as (${remembered})
    select
      exists (select from remembered) as first,
      exists (select from person_server.revocation where iss = ${agent.iss} and jti = ${agent.jti}) as revoked,
      (select person from person_server.agent_binding
        where iss = ${agent.iss} and sub = ${agent.sub} and revoked_at is null) as person`.execute(store);
  const [row] = rows;
  return {
    replayed: !row?.first && !isFresh,
    revoked: row?.revoked ?? true,
    person: row?.person ?? undefined,
  };
}

/** Forgets signatures whose window has closed. */
export async function forgetReplays(store: Store, now: Date) {
  await store.deleteFrom('signedRequest').where('until', '<', now).execute();
}
