import { z } from 'zod';
import { problemResponse } from '#aauth/problem.ts';
import { type Admitted, receivedBefore } from '#person-server/admit.ts';
import { invalidRequest, readMembers } from '#person-server/body.ts';
import type { Budget } from '#person-server/budget.ts';
import { takeReports } from '#person-server/counters.ts';
import { isFederated } from '#person-server/federate.ts';
import { type Grant, grantAuthToken } from '#person-server/grants.ts';
import { consentToTell, toldLine } from '#person-server/identity.ts';
import { findParties } from '#person-server/parties.ts';
import type { Proviso } from '#person-server/requests.ts';
import { errandOf } from '#person-server/resource-interaction.ts';
import { verifyResourceRequest } from '#person-server/resource-request.ts';
import type { Server } from '#person-server/server.ts';
import { grantSilently } from '#person-server/silent.ts';
import { type Purse, spendingOf } from '#person-server/spending.ts';
import { standingFor } from '#person-server/standing.ts';
import { enterForToken, grantedOf, putTokenAsk, type TokenAsk, whoseOf } from '#person-server/token-ask.ts';
import { insistsOnConsent, TokenRequest } from '#person-server/token-request.ts';
import { prepareAuthToken } from '#person-server/tokens-issued.ts';
import {
  faultOfInteraction,
  purseOf,
  showAccess,
  type WantedAccess,
  wantedAccess,
} from '#person-server/wanted-access.ts';

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
  const attempt = {
    resource: token.iss,
    scope: token.scope,
    description: members.justification,
    usedAt: token.issuedAt,
  };
  const entered = await enterForToken(server, admitted, parties, missionS256, attempt);
  if (entered.kind === 'refused') return problemResponse(entered.problem);

  const ask = { parties, members, missionS256, mission: entered.mission };
  const wanted = wantedAccess(server, person, wants, parties.terms, {
    agent_token: admitted.agent.jwt,
    subagent_token: members.subagent_token,
    upstream_token: members.upstream_token,
  });
  const purse = purseOf(wanted, missionS256);
  if (purse) await takeReports(server, purse, wants.consumed);

  const grant = token.interaction ? asked : await grantAccess(server, ask, wanted);
  // A resource token is for one request, so nobody means the same bytes twice: who captured them gets no second token.
  if (grant.kind === 'silent' && admitted.saidBefore) return problemResponse(receivedBefore);
  const proviso = purse && wanted.budget && mayStillSpend(server, purse, wanted.budget);
  if (grant.kind === 'silent' && !isFederated(wanted)) {
    const prepared = await prepareAuthToken(server, whoseOf(ask), wanted, scope);
    const line = {
      ...grantedOf(ask, token.iss),
      scope: scope.join(' ') || undefined,
      ...toldLine(wanted.claims ?? []),
    };
    const granted = await grantSilently(server, 'auth_token', prepared, grant, line, proviso);
    if (granted) return granted;
  }

  const errand = errandOf(server, token);
  const spending = purse && (await spendingOf(server.store, purse, server.now()));
  return await putTokenAsk(server, admitted, ask, {
    ...(await showAccess(server, person, wanted, errand?.address, spending)),
    wanted,
    notAfter: [wants.presentedExpiresAt],
    // Granted by us is not yet granted by the access server: the request goes on, without a question to the person.
    granted: grant.kind === 'silent' && isFederated(wanted) ? grant : undefined,
    proviso,
    callback: errand?.callback,
  });
}

const asked: Grant = { kind: 'ask' };

/**
 * Silent only where everything that would follow was said yes to before: the scope by the person's policy, every claim told
 * to this resource, and money a person set aside for this mission there (`proviso` says whether enough of it is left).
 */
async function grantAccess(
  server: Server,
  { parties, members, missionS256, mission }: TokenAsk,
  wanted: WantedAccess,
): Promise<Grant> {
  const { resource, scope, account, budget, claims = [] } = wanted;
  if (insistsOnConsent(members) || (budget && missionS256 === undefined)) return asked;
  const standing = await standingFor(
    server,
    { ...parties, mission },
    { kind: 'auth_token', resource, account },
  );
  const grant = await grantAuthToken(standing, resource, scope);
  if (grant.kind === 'ask' || !claims.length) return grant;
  return (await consentToTell(server, { ...parties, missionS256 }, resource, claims)) ? grant : asked;
}

/** Whether there is still as much left as is to be granted. */
function mayStillSpend(server: Server, purse: Purse, { amount }: Budget): Proviso {
  return async (within) => {
    const { allowed, left } = await spendingOf(within, purse, server.now());
    return allowed > 0 && amount <= left;
  };
}
