// Whether an ask can come before anybody: by a channel of ours, or with the agent that brings its person to our page.
import type { Problem } from '#aauth/problem.ts';
import type { Agent } from '#person-server/agents.ts';
import { type Line, writeLog, writeRecord } from '#person-server/mission-log.ts';
import type { Server } from '#person-server/server.ts';

/** Who asks whom for what, and what of it the agent says it could do itself (draft §aauth-capabilities). */
export type Call = Pick<Line, 'resource' | 'scope' | 'action' | 'description'> & {
  readonly person: string;
  readonly agent: Agent;
  readonly subagent?: string | undefined;
  readonly missionS256: string | undefined;
  readonly capabilities?: readonly string[] | undefined;
};

/**
 * `424 interaction_unavailable` where no channel of ours reaches the person: the agent then brings them to the page itself
 * (draft §interaction-endpoint-errors).
 */
export async function whyNotRelayed(server: Server, call: Call): Promise<Problem | undefined> {
  if (isReached(server, call)) return undefined;
  return await turnAway(server, call, {
    status: 424,
    error: 'interaction_unavailable',
    detail: 'no channel to the person is there; the agent may bring them to the page itself',
  });
}

/**
 * `403 user_unreachable` where no channel of ours reaches the person and the agent could not bring them to our page either
 * (draft §token-endpoint-error-codes). Under a mission an agent that says nothing of what it can do is taken for one that
 * can: without a channel its mission was approved at that very page.
 */
export async function whyUnreachable(server: Server, call: Call): Promise<Problem | undefined> {
  const { missionS256, capabilities = missionS256 === undefined ? [] : ['interaction'] } = call;
  if (capabilities.includes('interaction') || isReached(server, call)) return undefined;
  return await turnAway(server, call, {
    status: 403,
    error: 'user_unreachable',
    detail: 'no channel to the person is there, and the agent does not say it could bring them to a page',
  });
}

const isReached = (server: Server, { person, agent, subagent }: Call) =>
  server.reaches(person, subagent ?? agent.sub);

/** What came before nobody is in the record all the same. */
async function turnAway(server: Server, call: Call, problem: Problem): Promise<Problem> {
  const { person: _person, agent, subagent, missionS256, capabilities: _capabilities, ...about } = call;
  const line: Line = {
    ...about,
    kind: 'refused',
    source: 'person_server',
    outcome: problem.error,
    agent: subagent ?? agent.sub,
  };
  const at = server.now();
  if (missionS256 === undefined) await writeRecord(server.store, line, at);
  else await writeLog(server.store, missionS256, line, at, { active: true });
  return problem;
}
