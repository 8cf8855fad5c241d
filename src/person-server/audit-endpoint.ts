import { z } from 'zod';
import { problemResponse } from '#aauth/problem.ts';
import type { Admitted } from '#person-server/admit.ts';
import { optionalWords, readMembers, words } from '#person-server/body.ts';
import { enterMission, tellTerminated } from '#person-server/mission-gate.ts';
import type { Server } from '#person-server/server.ts';

const Audit = z.object({
  mission_s256: z.string(),
  action: words,
  description: optionalWords,
  parameters: z.record(z.string(), z.unknown()).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
});

/**
 * `POST {audit_endpoint}` (draft §audit-endpoint): what the agent says it did, in the mission's log under its own name. After
 * the end it is told that the mission is over (§audit-response), and its word is kept all the same: it is what overseers must know.
 */
export async function recordAction(server: Server, admitted: Admitted): Promise<Response> {
  const read = readMembers(admitted.json, Audit);
  if (read.kind === 'refused') return problemResponse(read.problem);
  const { mission_s256: missionS256, ...said } = read.members;
  const { agent } = admitted;
  const { action, description, ...reported } = said;
  const attempt = { action, description, reported };
  const entered = await enterMission(server, admitted, missionS256, attempt);
  if (entered.kind === 'refused') return problemResponse(entered.problem);
  const line = { ...said, kind: 'audit', source: 'agent', outcome: 'reported', agent: agent.sub } as const;
  const written = await server.write({ missionS256, line, at: server.now() });
  if (!written) return problemResponse(await tellTerminated(server, missionS256, agent, attempt));
  return new Response(null, { status: 201, headers: { 'cache-control': 'no-store' } });
}
