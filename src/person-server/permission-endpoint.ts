import { z } from 'zod';
import { problemResponse } from '#aauth/problem.ts';
import type { Admitted } from '#person-server/admit.ts';
import { optionalWords, readMembers, words } from '#person-server/body.ts';
import { answerJson } from '#person-server/deliver.ts';
import { grantPermission } from '#person-server/grants.ts';
import { introduceAgent } from '#person-server/introduce.ts';
import { enterMission } from '#person-server/mission-gate.ts';
import { offeredTo } from '#person-server/parties.ts';
import { answerOpened } from '#person-server/pending.ts';
import { openRequest } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { recordGrant, refuse } from '#person-server/silent.ts';
import { standingFor } from '#person-server/standing.ts';

const Permission = z.object({
  action: words,
  description: optionalWords,
  parameters: z.record(z.string(), z.unknown()).optional(),
  mission_s256: z.string().optional(),
  login_hint: z.string().optional(),
});

/** `POST {permission_endpoint}` (draft §permission-endpoint): may the agent do this, which no resource governs? */
export async function askForPermission(server: Server, admitted: Admitted): Promise<Response> {
  const read = readMembers(admitted.json, Permission);
  if (read.kind === 'refused') return problemResponse(read.problem);
  const { action, description, parameters, mission_s256: missionS256, login_hint } = read.members;
  const { agent, person: known } = admitted;
  const attempt = { action, description };
  const entered =
    missionS256 !== undefined ? await enterMission(server, admitted, missionS256, attempt) : undefined;
  if (entered?.kind === 'refused') return problemResponse(entered.problem);
  const mission = entered?.mission;

  const person = known ?? offeredTo(server, login_hint);
  const bound = known !== undefined;
  const standing = await standingFor(server, { agent, person, bound, mission }, { kind: 'permission' });
  const grant = await grantPermission(standing, action);
  if (grant.kind === 'silent') {
    const granted = { agent, missionS256, action, description, parameters };
    const written = await recordGrant(server, 'permission', grant, granted);
    return written ? answerJson({ permission: 'granted' }) : await refuse(server, granted);
  }
  const opened = await openRequest(server, {
    person,
    agent: { iss: agent.iss, sub: agent.sub },
    signed: admitted.signed,
    agentNew: !bound,
    missionS256,
    asserted: {
      verified: await introduceAgent(server, agent, missionS256),
      resource: {},
      agent: { action, description, parameters },
    },
    wanted: { type: 'permission', action },
    notAfter: [mission?.expiresAt ?? undefined],
  });
  return await answerOpened(server, admitted, opened, missionS256);
}
