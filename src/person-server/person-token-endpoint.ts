import { z } from 'zod';
import { isServerIdentifier } from '#aauth/identifiers.ts';
import { type Problem, problemResponse } from '#aauth/problem.ts';
import type { Admitted } from '#person-server/admit.ts';
import { invalidRequest, readMembers } from '#person-server/body.ts';
import { grantPersonToken } from '#person-server/grants.ts';
import { introduceAgent, introduceResource } from '#person-server/introduce.ts';
import { enterChainedMission, enterMission } from '#person-server/mission-gate.ts';
import { findParties } from '#person-server/parties.ts';
import { answerOpened } from '#person-server/pending.ts';
import { openRequest } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { grantSilently } from '#person-server/silent.ts';
import { standingFor } from '#person-server/standing.ts';
import { mayNameResource } from '#person-server/subjects.ts';
import { insistsOnConsent, saidByAgent, TokenRequest } from '#person-server/token-request.ts';
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

  const enter = parties.chained ? enterChainedMission : enterMission;
  const attempt = { resource, description: members.justification };
  const entered = missionS256 !== undefined ? await enter(server, agent, missionS256, attempt) : undefined;
  if (entered?.kind === 'refused') return problemResponse(entered.problem);
  const mission = entered?.mission;

  const wanted = { type: 'person_token' as const, resource, ...parties.terms };
  const standing = await standingFor(server, { ...parties, mission }, { kind: 'person_token', resource });
  const grant = insistsOnConsent(members)
    ? { kind: 'ask' as const }
    : await grantPersonToken(standing, resource);
  if (grant.kind === 'silent') {
    const whose = { agent, person, missionS256, missionExpiresAt: mission?.expiresAt };
    const prepared = await preparePersonToken(server, whose, wanted);
    return await grantSilently(server, 'person_token', prepared, grant, {
      agent,
      subagent: parties.terms.subagent,
      missionS256,
      resource,
      description: members.justification,
    });
  }

  if (
    !(await mayNameResource(server.store, agent, resource, server.limits.newResourcesPerHour, server.now()))
  ) {
    return problemResponse(tooManyResources);
  }
  const [introduced, place] = await Promise.all([
    introduceAgent(server, agent, missionS256),
    introduceResource(server, person, resource, []),
  ]);
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
    notAfter: [...parties.notAfter, mission?.expiresAt ?? undefined],
  });
  return await answerOpened(server, admitted, opened, missionS256);
}

const tooManyResources: Problem = {
  status: 429,
  error: 'slow_down',
  detail: 'this agent has named too many new resources within the hour',
  headers: { 'retry-after': '600' },
};
