import { z } from 'zod';
import { isServerIdentifier } from '#aauth/identifiers.ts';
import { problemResponse } from '#aauth/problem.ts';
import type { Admitted } from '#person-server/admit.ts';
import { invalidRequest, readMembers, words } from '#person-server/body.ts';
import { introduceAgent } from '#person-server/introduce.ts';
import { enterMission } from '#person-server/mission-gate.ts';
import { offeredTo } from '#person-server/parties.ts';
import { answerOpened } from '#person-server/pending.ts';
import { openRequest } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { saidByAgent, TokenRequest } from '#person-server/token-request.ts';

const Proposal = TokenRequest.pick({
  login_hint: true,
  platform: true,
  device: true,
  justification: true,
}).extend({
  description: words,
  tools: z
    .array(z.object({ name: words, description: z.string().optional() }))
    .max(200)
    .optional(),
  resources: z.array(z.string()).max(50).optional(),
});

/** `POST {mission_endpoint}` (draft §mission-creation): the person is always asked; nothing is a mission until then. */
export async function proposeMission(server: Server, admitted: Admitted): Promise<Response> {
  const read = readMembers(admitted.json, Proposal);
  if (read.kind === 'refused') return problemResponse(read.problem);
  const { description, tools, login_hint } = read.members;
  const resources = read.members.resources && [...new Set(read.members.resources)];
  if (resources?.some((resource) => !isServerIdentifier(resource, server))) {
    return problemResponse(invalidRequest('resources holds something that is no server identifier').problem);
  }
  const { agent, person: known } = admitted;
  const opened = await openRequest(server, {
    person: known ?? offeredTo(server, login_hint),
    agent: { iss: agent.iss, sub: agent.sub },
    signed: admitted.signed,
    agentNew: known === undefined,
    asserted: {
      verified: await introduceAgent(server, agent, undefined),
      resource: {},
      agent: { ...saidByAgent(read.members), description, tools, resources },
    },
    wanted: {
      type: 'mission',
      description,
      tools,
      resources,
      jwk: agent.jwk,
      notAfter: agent.expiresAt.toISOString(),
    },
  });
  return await answerOpened(server, admitted, opened);
}

const Update = z.object({ action: z.literal('update'), description: words });
const Completion = z.object({ action: z.literal('completion'), summary: words });

/**
 * `POST {mission_endpoint}/{mission_s256}` (draft §mission-update, §mission-completion). Whose mission it is comes before what
 * is asked of it: somebody else's is not found whatever the body says.
 */
export async function actOnMission(server: Server, admitted: Admitted, s256: string): Promise<Response> {
  const { agent, json } = admitted;
  const said = z.object({ action: z.string(), description: z.string().optional() }).safeParse(json);
  const entered = await enterMission(server, admitted, s256, said.data ?? {});
  if (entered.kind === 'refused') return problemResponse(entered.problem);
  const { mission } = entered;
  const read = readMembers(json, z.discriminatedUnion('action', [Update, Completion]));
  if (read.kind === 'refused') return problemResponse(read.problem);
  const act = read.members;
  const opened = await openRequest(server, {
    person: mission.person,
    agent: { iss: agent.iss, sub: agent.sub },
    signed: admitted.signed,
    agentNew: false,
    missionS256: s256,
    asserted: {
      verified: await introduceAgent(server, agent, s256),
      resource: {},
      agent: act.action === 'update' ? { description: act.description } : { summary: act.summary },
    },
    wanted:
      act.action === 'update'
        ? { type: 'mission_update', description: act.description }
        : { type: 'mission_completion', summary: act.summary },
    notAfter: [mission.expiresAt ?? undefined],
  });
  return await answerOpened(server, admitted, opened, s256);
}
