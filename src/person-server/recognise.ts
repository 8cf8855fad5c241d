import { sql } from 'kysely';
import type { Proof } from '#aauth/signature.ts';
import type { AgentToken } from '#aauth/tokens.ts';
import { type OwnMission, ownColumns } from '#person-server/missions.ts';
import type { Store } from '#person-server/tables.ts';
import { inTurns } from '#person-server/turns.ts';

/** A signature is good this long on either side of its `created`: past it, nothing needs to be remembered. */
const windowMs = 60_000;

/**
 * `created` counts in seconds, so an agent that means the same thing twice signs the same bytes twice. It sends them together;
 * what comes back later than this after `created` was captured.
 */
const togetherMs = 3000;

const mostAtOnce = 100;

/** Somebody who just signed; with a `proof` the request is also remembered. */
export type Signed = {
  readonly agent: Pick<AgentToken, 'iss' | 'sub' | 'jti'>;
  readonly proof: Proof | undefined;
  /** The mission the request names. */
  readonly missionS256?: string | undefined;
  readonly now: Date;
};

export type Recognised = {
  /** Whether these signed bytes came before, here or on another replica, however soon. */
  readonly saidBefore: boolean;
  /** Whether they came back later than an agent that means two alike sends them. */
  readonly replayed: boolean;
  /** Whether its provider withdrew the agent token. */
  readonly revoked: boolean;
  /** The person the agent is bound to. */
  readonly person: string | undefined;
  /** The mission it names, if it is the agent's own: unknown and somebody else's are the same to the store. */
  readonly mission: OwnMission | undefined;
};

/** A row of the answer: what is known of the agent, beside its mission's own columns, all null where it has none. */
type Row = Omit<OwnMission, 's256' | 'person'> & {
  readonly n: number;
  readonly first: boolean;
  readonly revoked: boolean | null;
  readonly boundTo: string | null;
  readonly s256: string | null;
  readonly person: string | null;
};

/**
 * What the store knows of whoever just signed, in the one statement every request needs, said for all who signed meanwhile.
 * A request is remembered by the digest of what was signed (draft §freshness-and-replay): another body, or another second,
 * is another request.
 */
export function openRecognise(store: Store): (signed: Signed) => Promise<Recognised> {
  return inTurns<Signed, Recognised>((asks) => recogniseAll(store, asks), { most: mostAtOnce });
}

async function recogniseAll(store: Store, asks: readonly Signed[]): Promise<Recognised[]> {
  const said = asks.map(({ agent, proof, missionS256 }, n) => ({
    n,
    signed: proof?.signed,
    until: proof && new Date(proof.created * 1000 + windowMs + 1000),
    iss: agent.iss,
    sub: agent.sub,
    jti: agent.jti,
    mission: missionS256,
  }));
  // In the order of their keys, so that no two replicas wait for each other. Of two alike here, one is the first. Nobody waits
  // for the disk: whatever a request brings about is committed after its memory, and reaches the disk only together with it.
  const { rows } = await sql<Row>`
    with said as (
      select n, signed, until, iss, sub, jti, mission from jsonb_to_recordset(${JSON.stringify(said)}::jsonb)
        as said (n integer, signed text, until timestamptz, iss text, sub text, jti text, mission text)
    ), remembered as (
      insert into person_server.signed_request (signed, until)
      select signed, max(until) from said where signed is not null group by signed order by signed
      on conflict do nothing returning signed
    )
    select
      said.n,
      remembered.signed is not null
        and row_number() over (partition by said.signed order by said.n) = 1 as first,
      (select true from person_server.revocation
        where iss = said.iss and jti = said.jti limit 1) as revoked,
      (select person from person_server.agent_binding
        where iss = said.iss and sub = said.sub and revoked_at is null) as bound_to,
      ${sql.join(ownColumns.map((name) => sql.ref(`mission.${name}`)))}
    from said
      left join remembered on remembered.signed = said.signed
      left join person_server.mission on mission.s256 = said.mission
        and mission.agent_iss = said.iss and mission.agent_sub = said.sub
    where (select set_config('synchronous_commit', 'off', true)) = 'off'
    order by said.n`.execute(store);
  return asks.map(({ proof, now }, n): Recognised => {
    const row = rows[n];
    const isFresh = proof !== undefined && Math.abs(now.getTime() - proof.created * 1000) < togetherMs;
    const saidBefore = proof !== undefined && !row?.first;
    return {
      saidBefore,
      replayed: saidBefore && !isFresh,
      revoked: row === undefined || row.revoked === true,
      person: row?.boundTo ?? undefined,
      mission: row && missionIn(row),
    };
  });
}

function missionIn({ n: _n, first: _first, revoked: _revoked, boundTo: _to, ...mission }: Row) {
  const { s256, person } = mission;
  return s256 === null || person === null ? undefined : { ...mission, s256, person };
}

/** Forgets signatures whose window has closed. */
export async function forgetReplays(store: Store, now: Date) {
  await store.deleteFrom('signedRequest').where('until', '<', now).execute();
}
