import { type Problem, problemResponse } from '#aauth/problem.ts';
import type { Agent } from '#person-server/agents.ts';
import { tokenAnswer } from '#person-server/deliver.ts';
import type { Grant } from '#person-server/grants.ts';
import { tellTerminated } from '#person-server/mission-gate.ts';
import { type Line, writeLog, writeRecord } from '#person-server/mission-log.ts';
import { holdMission } from '#person-server/missions.ts';
import type { Proviso } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { type Prepared, recordToken } from '#person-server/tokens-issued.ts';

type Silent = Extract<Grant, { readonly kind: 'silent' }>;

export type Granted = Pick<
  Line,
  'resource' | 'scope' | 'action' | 'description' | 'parameters' | 'result'
> & {
  readonly agent: Agent;
  readonly subagent?: string | undefined;
  readonly missionS256: string | undefined;
};

/**
 * Grants a token without asking: the line that says why, and the token's own row, are one transaction, and under a mission
 * that transaction is only while the mission is active. Undefined when the proviso is not met, and nothing was granted.
 */
export async function grantSilently(
  server: Server,
  kind: 'person_token' | 'auth_token',
  prepared: Prepared | undefined,
  grant: Silent,
  granted: Granted,
  proviso?: Proviso,
): Promise<Response | undefined> {
  if (!prepared) return problemResponse(noTimeLeft);
  const { missionS256 } = granted;
  const outcome =
    proviso && missionS256
      ? await grantUnder(server, missionS256, lineOf(kind, grant, granted), prepared, proviso)
      : (await recordGrant(server, kind, grant, granted, prepared))
        ? 'granted'
        : 'ended';
  if (outcome === 'withheld') return undefined;
  return outcome === 'granted' ? tokenAnswer(kind, prepared, server.now()) : await refuse(server, granted);
}

/** As `recordGrant`, for a grant that depends on more: the mission is held while the proviso is looked at. */
async function grantUnder(
  server: Server,
  missionS256: string,
  line: Line,
  prepared: Prepared,
  proviso: Proviso,
): Promise<'granted' | 'withheld' | 'ended'> {
  return await server.store.transaction().execute(async (trx) => {
    await holdMission(trx, missionS256);
    if (!(await proviso(trx))) return 'withheld';
    const seq = await writeLog(trx, missionS256, line, server.now(), { active: true });
    if (seq === undefined) return 'ended';
    await recordToken(trx, prepared);
    return 'granted';
  });
}

/** Writes down a silent grant and its token, both or neither; false when its mission is no longer active. */
export async function recordGrant(
  server: Server,
  kind: Line['kind'],
  grant: Silent,
  granted: Granted,
  token?: Prepared,
): Promise<boolean> {
  const line = lineOf(kind, grant, granted);
  const { missionS256 } = granted;
  if (missionS256) return await server.write({ missionS256, line, at: server.now(), token });
  return await server.store.transaction().execute(async (trx) => {
    await writeRecord(trx, line, server.now());
    if (token) await recordToken(trx, token);
    return true;
  });
}

function lineOf(
  kind: Line['kind'],
  { policy }: Silent,
  { agent, subagent, missionS256: _mission, ...about }: Granted,
): Line {
  return {
    ...about,
    kind,
    source: 'person_server',
    outcome: 'granted',
    decidedBy: { policy },
    agent: subagent ?? agent.sub,
  };
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
