import { type Problem, problemResponse } from '#aauth/problem.ts';
import type { Agent } from '#person-server/agents.ts';
import { tokenAnswer } from '#person-server/deliver.ts';
import type { Grant } from '#person-server/grants.ts';
import { tellTerminated } from '#person-server/mission-gate.ts';
import { type Line, writeLog, writeRecord } from '#person-server/mission-log.ts';
import type { Server } from '#person-server/server.ts';
import { type Prepared, recordToken } from '#person-server/tokens-issued.ts';

type Silent = Extract<Grant, { readonly kind: 'silent' }>;

export type Granted = Pick<Line, 'resource' | 'scope' | 'action' | 'description' | 'parameters'> & {
  readonly agent: Agent;
  readonly subagent?: string | undefined;
  readonly missionS256: string | undefined;
};

/**
 * Grants a token without asking: the line that says why, and the token's own row, are one transaction, and under a mission
 * that transaction is only while the mission is active.
 */
export async function grantSilently(
  server: Server,
  kind: 'person_token' | 'auth_token',
  prepared: Prepared | undefined,
  grant: Silent,
  granted: Granted,
): Promise<Response> {
  if (!prepared) return problemResponse(noTimeLeft);
  const written = await server.store.transaction().execute(async (trx) => {
    if (!(await writeGrant(trx, kind, grant, granted, server.now()))) return false;
    await recordToken(trx, prepared);
    return true;
  });
  return written ? tokenAnswer(kind, prepared, server.now()) : await refuse(server, granted);
}

/** Writes the line of a silent grant; false when its mission is no longer active. */
export async function writeGrant(
  within: Server['store'],
  kind: Line['kind'],
  { policy }: Silent,
  { agent, subagent, missionS256, ...about }: Granted,
  at: Date,
): Promise<boolean> {
  const line: Line = {
    ...about,
    kind,
    source: 'person_server',
    outcome: 'granted',
    decidedBy: { policy },
    agent: subagent ?? agent.sub,
  };
  if (missionS256) return (await writeLog(within, missionS256, line, at, { active: true })) !== undefined;
  await writeRecord(within, line, at);
  return true;
}

/** The mission ended between the look at it and the grant. */
export async function refuse(server: Server, { agent, missionS256, ...about }: Granted): Promise<Response> {
  const attempt = { resource: about.resource, scope: about.scope, action: about.action };
  return problemResponse(await tellTerminated(server, missionS256 ?? '', agent, attempt));
}

const noTimeLeft: Problem = {
  status: 400,
  error: 'invalid_request',
  detail: 'the tokens this depends on expire too soon to issue another',
};
