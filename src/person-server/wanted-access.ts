// What a resource token asks for, as it is kept until it is granted, and as it is put before a person.
import { invalidRequest, type Refused } from '#person-server/body.ts';
import { claimsAsked } from '#person-server/identity.ts';
import { introduceResource } from '#person-server/introduce.ts';
import type { ResourceRequest } from '#person-server/resource-request.ts';
import type { Server } from '#person-server/server.ts';
import type { Purse, Spending } from '#person-server/spending.ts';
import type { Asserted, TokenTerms, Wanted } from '#person-server/tables.ts';
import { isWebAddress } from '#person-server/web-address.ts';

export type WantedAccess = Extract<Wanted, { readonly type: 'auth_token' }>;

/** What the agent brought along for whoever is to issue the token. */
export type Brought = {
  readonly agent_token: string;
  readonly subagent_token?: string | undefined;
  readonly upstream_token?: string | undefined;
};

/** What follows a yes to this resource token, for the key and under the bounds of `terms`. */
export function wantedAccess(
  server: Server,
  person: string,
  { token, scope, budget, presentedExpiresAt, presentedJwt }: ResourceRequest,
  terms: TokenTerms,
  { agent_token, subagent_token, upstream_token }: Brought,
): WantedAccess {
  const { jwk, subagent, upstream, notAfter } = terms;
  const federated = token.aud !== server.issuer;
  const tokens = {
    agent_token,
    ...(subagent_token && { subagent_token }),
    ...(upstream_token && { upstream_token }),
    resource_token: token.jwt,
    presented_token: presentedJwt,
  };
  return {
    type: 'auth_token',
    resource: token.iss,
    scope,
    account: token.account,
    budget,
    // An access server asks for what it needs to know by itself (draft §requirement-claims).
    claims: federated ? [] : claimsAsked(server, person, scope),
    sub: token.sub,
    presentedJti: token.presentedJti,
    agentJkt: token.agentJkt,
    resourceTokenJti: token.jti,
    partiesNotAfter: notAfter,
    jwk,
    subagent,
    upstream,
    tenant: token.tenant,
    notAfter: new Date(Math.min(Date.parse(notAfter), presentedExpiresAt.getTime())).toISOString(),
    ...(federated && { federated: { accessServer: token.aud, tokens } }),
  };
}

/** The purse this access would spend from; undefined where it spends nothing, or belongs to no mission. */
export function purseOf({ resource, account, budget }: WantedAccess, missionS256: string | undefined) {
  if (!budget || missionS256 === undefined) return undefined;
  const { unit, decimals } = budget;
  return { missionS256, resource, account, unit, decimals } satisfies Purse;
}

/**
 * The ask as the person sees it: what was checked and what a yes would tell and spend, and the resource's words for itself
 * with what its token adds to them: the account, its own page, a budget.
 */
export async function showAccess(
  server: Server,
  person: string,
  { resource, scope, account, budget, claims = [] }: WantedAccess,
  interaction: string | undefined,
  spending: Spending | undefined,
): Promise<{ readonly verified: Asserted['verified']; readonly asserted: Asserted['resource'] }> {
  const place = await introduceResource(server, person, resource, scope);
  return {
    verified: {
      resource: place.verified,
      ...(claims.length && { told: { party: resource, claims: [...claims] } }),
      ...(budget && spending && { spending: shown(budget, spending) }),
    },
    asserted: {
      ...place.asserted,
      account,
      interaction,
      ...(budget && { budget: { ...budget } }),
    },
  };
}

function shown({ unit, decimals }: Pick<Purse, 'unit' | 'decimals'>, { reportedAt, ...sums }: Spending) {
  return { unit, decimals, ...sums, ...(reportedAt && { reportedAt: reportedAt.toISOString() }) };
}

/** A person is sent to a page of the resource's only over https (draft §resource-initiated-interaction). */
export function faultOfInteraction(server: Server, { token }: ResourceRequest): Refused | undefined {
  if (!token.interaction || isWebAddress(token.interaction.url, server)) return undefined;
  const detail = 'interaction.url is no https address';
  return { kind: 'refused', problem: { ...invalidRequest(detail).problem, error: 'invalid_resource_token' } };
}
