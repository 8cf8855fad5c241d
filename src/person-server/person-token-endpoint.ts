import { z } from 'zod';
import { isServerIdentifier } from '#aauth/identifiers.ts';
import { type Problem, problemResponse } from '#aauth/problem.ts';
import type { Admitted } from '#person-server/admit.ts';
import { invalidRequest, readMembers } from '#person-server/body.ts';
import { grantPersonToken } from '#person-server/grants.ts';
import { introduceResource } from '#person-server/introduce.ts';
import { findParties } from '#person-server/parties.ts';
import type { Server } from '#person-server/server.ts';
import { grantSilently } from '#person-server/silent.ts';
import { standingFor } from '#person-server/standing.ts';
import { mayNameResource } from '#person-server/subjects.ts';
import { enterForToken, grantedOf, putTokenAsk, whoseOf } from '#person-server/token-ask.ts';
import { insistsOnConsent, TokenRequest } from '#person-server/token-request.ts';
import { preparePersonToken } from '#person-server/tokens-issued.ts';

const PersonTokenRequest = TokenRequest.extend({
  resource: z.string(),
  mission_s256: z.string().optional(),
});

/**
 * `POST {person_token_endpoint}` (draft §person-token-endpoint): may this agent act at that resource as its person? Granted
 * silently where the person's policy says so, otherwise asked.
 */
export async function askForPersonToken(server: Server, admitted: Admitted): Promise<Response> {
  const read = readMembers(admitted.json, PersonTokenRequest);
  if (read.kind === 'refused') return problemResponse(read.problem);
  const { members } = read;
  const { resource } = members;
  if (!isServerIdentifier(resource, server)) {
    return problemResponse(invalidRequest('resource is no server identifier').problem);
  }
  const parties = await findParties(server, admitted, members);
  if (parties.kind === 'refused') return problemResponse(parties.problem);
  const { agent, person, missionS256 } = parties;
  const attempt = { resource, description: members.justification };
  const entered = await enterForToken(server, admitted, parties, missionS256, attempt);
  if (entered.kind === 'refused') return problemResponse(entered.problem);
  const { mission } = entered;

  const ask = { parties, members, missionS256, mission };
  const wanted = { type: 'person_token' as const, resource, ...parties.terms };
  const standing = await standingFor(server, { ...parties, mission }, { kind: 'person_token', resource });
  const grant = insistsOnConsent(members)
    ? { kind: 'ask' as const }
    : await grantPersonToken(standing, resource);
  if (grant.kind === 'silent') {
    const prepared = await preparePersonToken(server, whoseOf(ask), wanted);
    const granted = await grantSilently(server, 'person_token', prepared, grant, grantedOf(ask, resource));
    if (granted) return granted;
  }

  if (
    !(await mayNameResource(server.store, agent, resource, server.limits.newResourcesPerHour, server.now()))
  ) {
    return problemResponse(tooManyResources);
  }
  const place = await introduceResource(server, person, resource, []);
  return await putTokenAsk(server, admitted, ask, {
    verified: { resource: place.verified },
    asserted: place.asserted,
    wanted,
  });
}

const tooManyResources: Problem = {
  status: 429,
  error: 'slow_down',
  detail: 'this agent has named too many new resources within the hour',
  headers: { 'retry-after': '600' },
};
