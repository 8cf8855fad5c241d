import { z } from 'zod';
import { problemResponse } from '#aauth/problem.ts';
import type { Admitted } from '#person-server/admit.ts';
import { invalidRequest, type Refused, readMembers } from '#person-server/body.ts';
import { isFederated } from '#person-server/federate.ts';
import { grantAuthToken } from '#person-server/grants.ts';
import { introduceAgent, introduceResource } from '#person-server/introduce.ts';
import { enterChainedMission, enterMission } from '#person-server/mission-gate.ts';
import { findParties } from '#person-server/parties.ts';
import { answerOpened } from '#person-server/pending.ts';
import { openRequest } from '#person-server/requests.ts';
import { errandOf } from '#person-server/resource-interaction.ts';
import { type ResourceRequest, verifyResourceRequest } from '#person-server/resource-request.ts';
import type { Server } from '#person-server/server.ts';
import type { RequestRow } from '#person-server/shown.ts';
import { grantSilently } from '#person-server/silent.ts';
import { standingFor } from '#person-server/standing.ts';
import type { Asserted, TokenTerms, Wanted } from '#person-server/tables.ts';
import { insistsOnConsent, saidByAgent, TokenRequest } from '#person-server/token-request.ts';
import { prepareAuthToken } from '#person-server/tokens-issued.ts';
import { isWebAddress } from '#person-server/web-address.ts';

const AuthTokenRequest = TokenRequest.extend({
  resource_token: z.string().min(1),
  presented_token: z.string().min(1),
});

/**
 * `POST {auth_token_endpoint}` (draft §ps-token-endpoint): what the resource wants authorised is verified against the token the
 * agent presented there, then granted silently or asked; made here, or fetched from the resource's access server.
 */
export async function askForAuthToken(server: Server, admitted: Admitted): Promise<Response> {
  const read = readMembers(admitted.json, AuthTokenRequest);
  if (read.kind === 'refused') return problemResponse(read.problem);
  const { members } = read;
  const parties = await findParties(server, admitted, members);
  if (parties.kind === 'refused') return problemResponse(parties.problem);
  const { agent, person } = parties;
  const wants = await verifyResourceRequest(server, members, { agent, person, agentJkt: parties.thumbprint });
  if (wants.kind === 'refused') return problemResponse(wants.problem);
  const { token, scope } = wants;
  const unfit = faultOfInteraction(server, wants);
  if (unfit) return problemResponse(unfit.problem);

  const { missionS256 } = token;
  if (parties.chained && missionS256 !== parties.missionS256) {
    return problemResponse(invalidRequest('the upstream token is of another mission').problem);
  }
  const enter = parties.chained ? enterChainedMission : enterMission;
  const attempt = { resource: token.iss, scope: token.scope, description: members.justification };
  const entered = missionS256 ? await enter(server, agent, missionS256, attempt) : undefined;
  if (entered?.kind === 'refused') return problemResponse(entered.problem);
  const mission = entered?.mission;

  const wanted = wantedOf(server, wants, parties.terms, {
    agent_token: admitted.agent.jwt,
    subagent_token: members.subagent_token,
    upstream_token: members.upstream_token,
  });
  const about = { kind: 'auth_token' as const, resource: token.iss, account: token.account };
  const standing = await standingFor(server, { ...parties, mission }, about);
  // Money is never spent in silence, and a page of the resource's own needs its person.
  const mustAsk = token.interaction ?? wants.budget ?? insistsOnConsent(members);
  const grant = mustAsk ? { kind: 'ask' as const } : await grantAuthToken(standing, token.iss, scope);
  if (grant.kind === 'silent' && !isFederated(wanted)) {
    const whose = { agent, person, missionS256, missionExpiresAt: mission?.expiresAt };
    const prepared = await prepareAuthToken(server, whose, wanted, scope);
    return await grantSilently(server, 'auth_token', prepared, grant, {
      agent,
      subagent: parties.terms.subagent,
      missionS256,
      resource: token.iss,
      scope: scope.join(' ') || undefined,
      description: members.justification,
    });
  }

  const introduced = await introduceAgent(server, agent, missionS256);
  const errand = errandOf(server, token);
  const place = await describePlace(server, person, wants, errand?.address);
  const opened = await openRequest(server, {
    person,
    agent,
    agentNew: !parties.bound,
    subagent: parties.terms.subagent,
    missionS256,
    asserted: {
      verified: {
        ...introduced,
        resource: place.verified,
        ...(parties.chain.length && { chain: [...parties.chain] }),
      },
      resource: place.asserted,
      agent: saidByAgent(members),
    },
    wanted,
    notAfter: [...parties.notAfter, wants.presentedExpiresAt, mission?.expiresAt ?? undefined],
    // Granted by us is not yet granted by the access server: the request goes on, without a question to the person.
    ...(grant.kind === 'silent' && { granted: grant }),
    callback: errand?.callback,
  });
  return await answerOpened(server, admitted, opened, missionS256);
}

const UpdatedRequest = z.object({
  resource_token: z.string().min(1),
  presented_token: z.string().min(1),
  justification: z.string().optional(),
});

/**
 * Reads an `updated_request` for a request that waits for its agent's answer (draft §updated-request): the new pair of tokens
 * is verified as the first was, and whose and where must not have changed, only what.
 */
export async function readUpdatedRequest(
  server: Server,
  { json, agent }: Admitted,
  request: RequestRow,
): Promise<{ readonly kind: 'updated'; readonly asserted: Asserted; readonly wanted: Wanted } | Refused> {
  const read = readMembers(json, UpdatedRequest);
  if (read.kind === 'refused') return read;
  const { wanted } = request;
  if (wanted.type !== 'auth_token') return invalidRequest('only an auth token request is updated this way');
  const { person } = request;
  const wants = await verifyResourceRequest(server, read.members, {
    agent: { iss: agent.iss, sub: agent.sub },
    person,
    agentJkt: wanted.agentJkt,
  });
  if (wants.kind === 'refused') return wants;
  const { token } = wants;
  const same =
    token.iss === wanted.resource &&
    token.sub === wanted.sub &&
    token.missionS256 === (request.missionS256 ?? undefined) &&
    token.tenant === wanted.tenant;
  if (!same) {
    const detail = 'iss, sub, mission_s256 and tenant must be those of the first resource token';
    return { kind: 'refused', problem: { status: 400, error: 'invalid_resource_token', detail } };
  }
  const unfit = faultOfInteraction(server, wants);
  if (unfit) return unfit;
  // The resource's page was opened for the first request; what comes back from it holds for this one.
  const place = await describePlace(server, person, wants, request.asserted.resource.interaction);
  return {
    kind: 'updated',
    asserted: {
      verified: { ...request.asserted.verified, resource: place.verified },
      resource: place.asserted,
      agent: { ...request.asserted.agent, justification: read.members.justification },
    },
    wanted: wantedOf(
      server,
      wants,
      { ...wanted, notAfter: wanted.partiesNotAfter },
      { ...wanted.federated?.tokens, agent_token: agent.jwt },
    ),
  };
}

function wantedOf(
  server: Server,
  { token, scope, budget, presentedExpiresAt, presentedJwt }: ResourceRequest,
  terms: TokenTerms,
  brought: {
    readonly agent_token: string;
    readonly subagent_token?: string | undefined;
    readonly upstream_token?: string | undefined;
  },
): Extract<Wanted, { readonly type: 'auth_token' }> {
  const { jwk, subagent, upstream, notAfter } = terms;
  const tokens = {
    agent_token: brought.agent_token,
    ...(brought.subagent_token && { subagent_token: brought.subagent_token }),
    ...(brought.upstream_token && { upstream_token: brought.upstream_token }),
    resource_token: token.jwt,
    presented_token: presentedJwt,
  };
  return {
    type: 'auth_token',
    resource: token.iss,
    scope,
    account: token.account,
    budget,
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
    ...(token.aud !== server.issuer && { federated: { accessServer: token.aud, tokens } }),
  };
}

/** The resource's words for itself, and what its token adds to them: the account, its own page, a budget. */
async function describePlace(
  server: Server,
  person: string,
  { token, scope, budget }: ResourceRequest,
  interaction: string | undefined,
) {
  const place = await introduceResource(server, person, token.iss, scope);
  return {
    verified: place.verified,
    asserted: {
      ...place.asserted,
      account: token.account,
      interaction,
      ...(budget && { budget: { ...budget } }),
    },
  };
}

/** A person is sent to a page of the resource's only over https (draft §resource-initiated-interaction). */
function faultOfInteraction(server: Server, { token }: ResourceRequest): Refused | undefined {
  if (!token.interaction || isWebAddress(token.interaction.url, server)) return undefined;
  const detail = 'interaction.url is no https address';
  return { kind: 'refused', problem: { status: 400, error: 'invalid_resource_token', detail } };
}
