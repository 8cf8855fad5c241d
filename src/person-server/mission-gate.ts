import { isS256 } from '#aauth/mission-blob.ts';
import type { Problem } from '#aauth/problem.ts';
import type { Admitted } from '#person-server/admit.ts';
import type { Agent } from '#person-server/agents.ts';
import { invalidRequest, type Refused } from '#person-server/body.ts';
import { tell } from '#person-server/events.ts';
import { type Line, writeLog } from '#person-server/mission-log.ts';
import { noteAgentTold, type OwnMission, readMission, standingOf } from '#person-server/missions.ts';
import type { Server } from '#person-server/server.ts';
import type { TerminationReason } from '#person-server/tables.ts';
import { activityShown, closeOverdue } from '#person-server/terminate.ts';

/** What an agent was about to do under a mission, for the line it leaves when the mission is over. */
export type Attempt = Pick<Line, 'resource' | 'scope' | 'action' | 'description'> & {
  /** It is about something done already, in the agent's own word. */
  readonly reported?: Pick<Line, 'parameters' | 'result'>;
  /** When `resource` took a token of this mission, as that resource signed. */
  readonly usedAt?: Date;
};

/**
 * So many lines a terminated mission's log takes from an agent that goes on asking; the later ones say nothing new. As many
 * again are left for what was done after the end, so that no number of attempts hides it.
 */
const refusalsLogged = activityShown / 2;

/** Unknown and somebody else's: the same answer to the byte, from the same one query (draft §mission-endpoint-errors). */
export const missionNotFound: Refused = {
  kind: 'refused',
  problem: { status: 404, error: 'mission_not_found', detail: 'this agent has no such mission' },
};

const tooManyMissing: Refused = {
  kind: 'refused',
  problem: {
    status: 429,
    error: 'slow_down',
    detail: 'this agent named too many missions that it does not have',
    headers: { 'retry-after': '60' },
  },
};

/**
 * The agent's own mission, if it may still act under it: every endpoint that is given a `mission_s256` asks here (draft
 * §mission-status-errors). A mission found past its `expires_at` is closed on the spot. What a terminated mission's agent
 * tried or reports is written into its log, and that it was told is recorded.
 */
export async function enterMission(
  server: Server,
  { agent, mission: named }: Pick<Admitted, 'agent' | 'mission'>,
  s256: string,
  attempt: Attempt,
): Promise<{ readonly kind: 'active'; readonly mission: OwnMission } | Refused> {
  if (!isS256(s256)) return invalidRequest('mission_s256 is not the base64url of a SHA-256');
  const mission = named?.s256 === s256 ? named : await server.ownMission({ agent, s256 });
  if (mission) return await actUnder(server, mission, agent, attempt);
  // Counted alike for both, after the same one query: past the limit, too, nobody learns which of the two it was.
  if (!server.pace.mayMiss(agent, server.limits.missedMissions)) return tooManyMissing;
  // Somebody may be feeling for missions; which one was meant is nobody's business afterwards.
  server.log.warn({ agent: agent.sub, iss: agent.iss }, 'an agent named a mission that is not its own');
  return missionNotFound;
}

/** As `enterMission`, for a mission reached through an upstream token rather than owned. */
export async function enterChainedMission(server: Server, agent: Agent, s256: string, attempt: Attempt) {
  const mission = await readMission(server.store, s256);
  return mission ? await actUnder(server, mission, agent, attempt) : missionNotFound;
}

async function actUnder(server: Server, mission: OwnMission, agent: Agent, attempt: Attempt) {
  const standing = standingOf(mission, server.now());
  if (standing.kind === 'active') return { kind: 'active' as const, mission };
  return { kind: 'refused' as const, problem: await tellTerminated(server, mission.s256, agent, attempt) };
}

/**
 * Tells an agent that its mission is over, and records that it was told and what it was about to do. An overdue mission is
 * closed first.
 */
export async function tellTerminated(
  server: Server,
  s256: string,
  agent: Agent,
  attempt: Attempt | undefined,
): Promise<Problem> {
  const at = server.now();
  await closeOverdue(server, s256);
  await server.store.transaction().execute(async (trx) => {
    const mission = await readMission(trx, s256);
    if (!mission) return;
    const line = attempt && lateLine(attempt, mission.terminatedAt);
    const room = line?.outcome === 'mission_terminated' ? refusalsLogged : activityShown;
    if (line && mission.logSeq - (mission.terminatedSeq ?? 0) < room)
      await writeLog(trx, s256, { ...line, agent: agent.sub }, at);
    const owner = mission.agentIss === agent.iss && mission.agentSub === agent.sub;
    if (owner && (await noteAgentTold(trx, s256, at)))
      await tell(trx, { kind: 'mission', missionS256: s256 }, at);
  });
  const mission = await readMission(server.store, s256);
  return missionTerminated(mission?.terminationReason ?? 'administrative');
}

/** What is known of an attempt after the end: a deed the agent reports, a token that a resource took, or the attempt alone. */
function lateLine({ reported, usedAt, ...about }: Attempt, endedAt: Date | null): Omit<Line, 'agent'> {
  if (reported) return { ...about, ...reported, kind: 'audit', source: 'agent', outcome: 'reported' };
  const used = usedAt !== undefined && endedAt !== null && usedAt > endedAt;
  const outcome = used ? 'token_used' : 'mission_terminated';
  return { ...about, kind: 'refused', source: 'person_server', outcome };
}

/** `403 mission_terminated`, which the agent that owns the mission reads to stop. */
function missionTerminated(reason: TerminationReason): Problem {
  return {
    status: 403,
    error: 'mission_terminated',
    detail: 'the mission is permanently ended',
    members: { mission_status: 'terminated', termination_reason: reason },
  };
}
