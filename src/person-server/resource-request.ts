import { z } from 'zod';
import { isServerIdentifier } from '#aauth/identifiers.ts';
import type { Problem } from '#aauth/problem.ts';
import { tokenProblem } from '#aauth/token-problem.ts';
import type { ResourceToken } from '#aauth/tokens.ts';
import { presentedMismatches, verifyPersonOrAuthToken, verifyResourceToken } from '#aauth/verify-token.ts';
import type { Agent } from '#person-server/agents.ts';
import type { Refused } from '#person-server/body.ts';
import { type Budget, type Consumed, readBudget } from '#person-server/budget.ts';
import { readMission, standingOf } from '#person-server/missions.ts';
import { scopeValues } from '#person-server/narrowing.ts';
import { type Server, verifierOf } from '#person-server/server.ts';
import { isStorable } from '#person-server/storable.ts';
import { noteTampering } from '#person-server/tampering.ts';

/** What a resource wants authorised, as far as tokens alone can say that it is so. */
export type ResourceRequest = {
  readonly kind: 'wanted';
  readonly token: ResourceToken;
  readonly scope: readonly string[];
  readonly budget: Budget | undefined;
  /** What the resource says earlier tokens have spent. */
  readonly consumed: readonly Consumed[];
  /** The end of the token the agent presented at the resource, which bounds the auth token. */
  readonly presentedExpiresAt: Date;
  readonly presentedJwt: string;
};

/** Claims of companion drafts that change what would be granted; without them understood, granting is not what was asked. */
const notUnderstood = ['r3_uri', 'r3_s256'];

/**
 * Verifies a resource token together with the token the agent presented to get it (draft §resource-token-verification):
 * made out to us (or to the access server that is to issue in our stead), bound to the agent's key, and in every identity
 * claim the same as the presented token. A mismatch against a token that verified is evidence of tampering: operators read
 * it in the log, and people in that of the mission.
 */
export async function verifyResourceRequest(
  server: Server,
  tokens: { readonly resource_token: string; readonly presented_token: string },
  whose: { readonly agent: Agent; readonly person: string; readonly agentJkt: string },
): Promise<ResourceRequest | Refused> {
  const verifier = verifierOf(server);
  const resource = await verifyResourceToken(tokens.resource_token, {
    ...verifier,
    audience: audienceOf(tokens.resource_token) ?? server.issuer,
    agentJkt: whose.agentJkt,
  });
  if (resource.kind === 'refused') return refuse(tokenProblem('resource', resource));
  const { token } = resource;
  if (!isStorable({ ...token })) return invalid('resource', 'a claim holds a character that cannot be kept');
  if (!isServerIdentifier(token.aud, server)) return invalid('resource', 'aud is no server identifier');

  const presented = await verifyPersonOrAuthToken(tokens.presented_token, {
    ...verifier,
    audience: token.iss,
    thumbprint: whose.agentJkt,
  });
  if (presented.kind === 'refused') return refuse(tokenProblem('presented', presented));
  // On a step-up in four-party the agent presented what the resource's own access server issued.
  const { iss } = presented.token;
  if (iss !== server.issuer && !(presented.token.kind === 'auth' && iss === token.aud)) {
    return invalid('presented', 'the token was not issued here');
  }
  if (!isStorable({ ...presented.token })) {
    return invalid('presented', 'a claim holds a character that cannot be kept');
  }
  const { iss: resourceIss, jti, sub } = token;
  const past = await server.tokenPast({ iss: resourceIss, jti, sub, presentedJti: presented.token.jti });
  if (past.revoked) return revoked('resource', 'the resource has withdrawn its token');
  const record = past.presented;
  // What was revoked with its mission is answered as that: the mission gate, which comes next, says that it ended and why.
  if (record?.isRevoked && !(await hasEnded(server, record.missionS256))) {
    return revoked('presented', 'the presented token was revoked');
  }
  if (record && (record.agentIss !== whose.agent.iss || record.agentSub !== whose.agent.sub)) {
    return invalid('presented', 'the token was issued to another agent');
  }

  const mismatches = presentedMismatches(token, presented.token);
  if (mismatches.length) {
    server.log.warn(
      { resource: token.iss, agent: whose.agent.sub, jti: token.jti, mismatches },
      'a resource token disagrees with the token it was issued on: tampering',
    );
    // One that names another token than this one is an agent's mix-up as easily; what our own record says of the one it
    // names is what nobody else can have made up.
    if (record?.missionS256 !== undefined && !mismatches.includes('presented_jti')) {
      const found = { agent: whose.agent, resource: token.iss, claims: mismatches };
      await noteTampering(server, record.missionS256, found);
    }
    return invalid('resource', `it disagrees with the presented token: ${mismatches.join(', ')}`);
  }
  if (token.ps !== server.issuer) return invalid('resource', 'ps is not this server');
  if (past.person !== whose.person) {
    return invalid('resource', "sub is not the agent's person at this resource");
  }
  const unknown = notUnderstood.filter((name) => Object.hasOwn(token.further, name));
  if (unknown.length) return invalid('resource', `not supported here: ${unknown.join(', ')}`);
  const stated = await readBudget(server, token);
  if (stated.kind === 'invalid') {
    const detail = 'the budget is none the resource could have stated';
    return refuse({ status: 400, error: 'invalid_budget', detail });
  }
  return {
    kind: 'wanted',
    token,
    budget: stated.kind === 'stated' ? stated.budget : undefined,
    consumed: stated.kind === 'stated' ? stated.consumed : [],
    scope: scopeValues(token.scope),
    presentedExpiresAt: presented.token.expiresAt,
    presentedJwt: presented.token.jwt,
  };
}

async function hasEnded(server: Server, missionS256: string | undefined): Promise<boolean> {
  const mission = missionS256 === undefined ? undefined : await readMission(server.store, missionS256);
  return mission !== undefined && standingOf(mission, server.now()).kind !== 'active';
}

/** Who is to redeem the token, read before anything of it is believed; whoever it is, nothing is granted unless all else holds. */
function audienceOf(jwt: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return z.object({ aud: z.string() }).parse(payload).aud;
  } catch {
    return undefined;
  }
}

function refuse(problem: Problem): Refused {
  return { kind: 'refused', problem };
}

function invalid(parameter: 'resource' | 'presented', detail: string): Refused {
  return refuse({ status: 400, error: `invalid_${parameter}_token`, detail });
}

function revoked(parameter: 'resource' | 'presented', detail: string): Refused {
  return refuse({ status: 400, error: `revoked_${parameter}_token`, detail });
}
