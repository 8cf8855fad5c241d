// For whom a token request is: the agent itself, its sub-agent, or (in a chain) whoever called it.
import type { PublicJwk } from '#aauth/key.ts';
import { tokenProblem } from '#aauth/token-problem.ts';
import type { AgentToken } from '#aauth/tokens.ts';
import { verifyAgentToken, verifyPersonOrAuthToken } from '#aauth/verify-token.ts';
import type { Admitted } from '#person-server/admit.ts';
import { type Agent, boundPerson } from '#person-server/agents.ts';
import { invalidRequest, type Refused } from '#person-server/body.ts';
import { tellTerminated } from '#person-server/mission-gate.ts';
import { readMission } from '#person-server/missions.ts';
import { isRevoked } from '#person-server/revocations.ts';
import { type Server, verifierOf } from '#person-server/server.ts';
import { isStorable } from '#person-server/storable.ts';
import { personOfSubject } from '#person-server/subjects.ts';
import type { Asserted, Store, TokenTerms } from '#person-server/tables.ts';
import { findToken } from '#person-server/tokens-issued.ts';

export type Parties = {
  readonly kind: 'parties';
  readonly agent: Agent;
  readonly person: string;
  /** Whether somebody has said that this agent acts for this person; a chained request needs no binding of its own. */
  readonly bound: boolean;
  /** The key the token is for, and the terms it comes under. */
  readonly jwk: PublicJwk;
  readonly thumbprint: string;
  readonly terms: TokenTerms;
  readonly notAfter: readonly Date[];
  readonly chained: boolean;
  readonly missionS256: string | undefined;
  readonly chain: NonNullable<Asserted['verified']['chain']>;
};

export type Asking = {
  readonly mission_s256?: string | undefined;
  readonly subagent_token?: string | undefined;
  readonly upstream_token?: string | undefined;
  readonly login_hint?: string | undefined;
};

/** A chain is followed back this far; every hop of it was issued here and expires within the hour. */
const longestChain = 10;

/** Finds out who is asking for whom (draft §person-token-endpoint "Which person", §sub-agents, §call-chaining). */
export async function findParties(
  server: Server,
  { agent, person: known }: Admitted,
  asking: Asking,
): Promise<Parties | Refused> {
  const subagent = asking.subagent_token
    ? await verifySubagent(server, agent, asking.subagent_token)
    : undefined;
  if (subagent?.kind === 'refused') return subagent;
  const bearer = subagent?.token ?? agent;
  const notAfter = [agent.expiresAt, bearer.expiresAt];

  const upstream = asking.upstream_token
    ? await verifyUpstream(server, agent, asking.upstream_token)
    : undefined;
  if (upstream?.kind === 'refused') return upstream;
  if (upstream && asking.mission_s256 !== undefined) {
    return invalidRequest('mission_s256 is not sent with upstream_token, which carries the mission');
  }
  if (upstream) notAfter.push(upstream.expiresAt);

  const bound = upstream ? upstream.person : known;
  return {
    kind: 'parties',
    agent: { iss: agent.iss, sub: agent.sub },
    person: bound ?? offeredTo(server, asking.login_hint),
    bound: bound !== undefined,
    jwk: bearer.jwk,
    thumbprint: bearer.thumbprint,
    terms: {
      jwk: bearer.jwk,
      notAfter: new Date(Math.min(...notAfter.map((date) => date.getTime()))).toISOString(),
      ...(subagent && { subagent: subagent.token.sub }),
      ...(upstream && { upstream: { iss: upstream.iss, jti: upstream.jti } }),
    },
    notAfter,
    chained: upstream !== undefined,
    missionS256: upstream ? upstream.missionS256 : asking.mission_s256,
    chain: upstream?.chain ?? [],
  };
}

/** The person a new agent is put before: the one it hints at, if known here, else the default. */
export function offeredTo(server: Server, loginHint: string | undefined): string {
  return loginHint !== undefined && server.people.has(loginHint) ? loginHint : server.defaultPerson;
}

async function verifySubagent(
  server: Server,
  parent: AgentToken,
  jwt: string,
): Promise<{ readonly kind: 'verified'; readonly token: AgentToken } | Refused> {
  const verified = await verifyAgentToken(jwt, verifierOf(server));
  if (verified.kind === 'refused') return { kind: 'refused', problem: tokenProblem('subagent', verified) };
  const { token } = verified;
  const invalid = (detail: string): Refused => ({
    kind: 'refused',
    problem: { status: 400, error: 'invalid_subagent_token', detail },
  });
  if (!isStorable(token.jti)) return invalid('the token has no usable jti');
  if (token.parentAgent !== parent.sub) return invalid('parent_agent does not name the agent that signed');
  if (token.iss !== parent.iss) return invalid('another provider issued the sub-agent its token');
  if (await isRevoked(server.store, token.iss, token.jti)) {
    const detail = 'the sub-agent token was revoked by its provider';
    return { kind: 'refused', problem: { status: 400, error: 'revoked_subagent_token', detail } };
  }
  return verified;
}

/**
 * Verifies an upstream token (draft §upstream-token-verification): issued here, or fetched from an access server, for an
 * agent we know; made out to the intermediary, which is its own agent provider. The person is whom our own record says it
 * names.
 */
async function verifyUpstream(server: Server, intermediary: AgentToken, jwt: string) {
  const invalid = (detail: string): Refused => ({
    kind: 'refused',
    problem: { status: 400, error: 'invalid_upstream_token', detail },
  });
  const verified = await verifyPersonOrAuthToken(jwt, {
    ...verifierOf(server),
    audience: intermediary.iss,
    thumbprint: undefined,
  });
  if (verified.kind === 'refused') {
    return { kind: 'refused', problem: tokenProblem('upstream', verified) } as const;
  }
  const { token } = verified;
  const ps = token.kind === 'person' ? token.iss : token.ps;
  if (ps !== server.issuer) return invalid('the token names another person server');
  const record = await findToken(server.store, token.jti);
  if (!record) return invalid('the agent this token was issued to is not known');
  // Issued here, or by the access server this server fetched it from for that agent.
  if (token.iss !== (record.accessServer ?? server.issuer)) return invalid('the token was not issued here');
  const calling = { iss: record.agentIss, sub: record.agentSub };
  const person = await personOfSubject(server.store, token.aud, token.sub);
  if (person === undefined || person !== record.person) return invalid('the token names nobody known here');
  // A chain's own hops are not bound; the agent it began with is.
  const unbound = !record.upstreamJti && (await boundPerson(server.store, calling)) !== person;
  if (record.revokedAt || unbound) {
    if (record.missionS256) await noteLateUse(server, intermediary, record.missionS256);
    const detail = 'the upstream token, or what it was issued on, was revoked';
    return { kind: 'refused', problem: { status: 400, error: 'revoked_upstream_token', detail } } as const;
  }
  return {
    kind: 'upstream' as const,
    person,
    iss: token.iss,
    jti: token.jti,
    expiresAt: token.expiresAt,
    missionS256: token.missionS256,
    chain: await hopsTo(server.store, token.jti),
  };
}

/** A resource that comes with a token of a mission that has ended still acts on it, and the mission's log says so. */
async function noteLateUse(server: Server, { iss, sub }: AgentToken, missionS256: string) {
  const mission = await readMission(server.store, missionS256);
  if (mission?.terminatedAt)
    await tellTerminated(server, missionS256, { iss, sub }, { resource: iss, usedAt: server.now() });
}

/** The hops a chain has taken, from the agent it began with to the resource that now acts as one. */
async function hopsTo(store: Store, jti: string) {
  const hops: { agent: string; resource: string }[] = [];
  for (let next: string | null = jti; next && hops.length < longestChain; ) {
    const record = await findToken(store, next);
    if (!record) break;
    hops.unshift({ agent: record.subagentSub ?? record.agentSub, resource: record.resource });
    next = record.upstreamJti;
  }
  return hops;
}
