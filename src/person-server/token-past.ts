import { sql } from 'kysely';
import type { Store } from '#person-server/tables.ts';
import { inTurns } from '#person-server/turns.ts';

/** A resource token, by who issued it and its `jti`, and the `jti` of the token the agent presented to get it. */
export type TokenPair = {
  readonly iss: string;
  readonly jti: string;
  /** The directed identifier the resource token carries. */
  readonly sub: string;
  readonly presentedJti: string;
};

export type TokenPast = {
  /** Whether the resource withdrew its token. */
  readonly revoked: boolean;
  /** Whom `sub` names at the resource. */
  readonly person: string | undefined;
  /** The presented token, if it was issued here. */
  readonly presented:
    | {
        readonly agentIss: string;
        readonly agentSub: string;
        readonly missionS256: string | undefined;
        readonly isRevoked: boolean;
      }
    | undefined;
};

const mostAtOnce = 100;

/** Reads what the store knows of a resource token and of the one it was issued on, for all who bring some meanwhile. */
export function openTokenPast(store: Store): (pair: TokenPair) => Promise<TokenPast> {
  return inTurns<TokenPair, TokenPast>((pairs) => readAll(store, pairs), { most: mostAtOnce });
}

async function readAll(store: Store, pairs: readonly TokenPair[]): Promise<TokenPast[]> {
  const said = pairs.map(({ iss, jti, sub, presentedJti }, n) => ({
    n,
    iss,
    jti,
    sub,
    presented: presentedJti,
  }));
  type Row = {
    revoked: boolean | null;
    person: string | null;
    agentIss: string | null;
    agentSub: string | null;
    missionS256: string | null;
    revokedAt: Date | null;
  };
  const { rows } = await sql<Row>`
    with said as (
      select n, iss, jti, sub, presented from jsonb_to_recordset(${JSON.stringify(said)}::jsonb)
        as said (n integer, iss text, jti text, sub text, presented text)
    )
    select
      (select true from person_server.revocation
        where iss = said.iss and jti = said.jti limit 1) as revoked,
      (select person from person_server.directed_subject
        where sub = said.sub and resource = said.iss limit 1) as person,
      token.agent_iss, token.agent_sub, token.mission_s256, token.revoked_at
    from said left join lateral (
      select agent_iss, agent_sub, mission_s256, revoked_at from person_server.token
      where jti = said.presented limit 1
    ) token on true
    order by said.n`.execute(store);
  return pairs.map((_, n): TokenPast => {
    const row = rows[n];
    if (!row) throw new Error('every pair has its row');
    const { agentIss, agentSub } = row;
    return {
      revoked: row.revoked === true,
      person: row.person ?? undefined,
      presented:
        agentIss === null || agentSub === null
          ? undefined
          : {
              agentIss,
              agentSub,
              missionS256: row.missionS256 ?? undefined,
              isRevoked: row.revokedAt !== null,
            },
    };
  });
}
