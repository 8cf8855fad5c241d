// Resource tokens that disagree with the token they were issued on (draft §resource-token-verification): evidence of
// tampering, which people are told of. Each is a line in the log of the mission the presented token was issued under.
import { sql } from 'kysely';
import type { Agent } from '#person-server/agents.ts';
import { writeLog } from '#person-server/mission-log.ts';
import { holdMission } from '#person-server/missions.ts';
import type { Server } from '#person-server/server.ts';
import type { Store } from '#person-server/tables.ts';

/** Whoever brings bad tokens on purpose writes so many lines under a mission, one for each resource, and no more. */
const mostUnderMission = 5;
const outcome = 'tampered';

/** The claims in which a resource's token disagreed, when it was first brought and by which agent. */
export type Finding = {
  readonly missionS256: string;
  readonly seq: number;
  readonly at: Date;
  readonly agent: string;
  readonly resource: string;
  readonly claims: readonly string[];
};

/**
 * Writes down that this resource's token disagreed with our record of the token it was issued on, unless that is known of
 * it, or enough is known under the mission. The mission is the record's own: what the two tokens say of it is not believed.
 */
export async function noteTampering(
  server: Server,
  missionS256: string,
  found: { readonly agent: Agent; readonly resource: string; readonly claims: readonly string[] },
): Promise<void> {
  const isNews = async (store: Store) => {
    const known = await findingsIn(store, [missionS256]);
    return known.length < mostUnderMission && !known.some(({ resource }) => resource === found.resource);
  };
  // Most often it is not, and then nobody else is kept from the mission.
  if (!(await isNews(server.store))) return;
  await server.store.transaction().execute(async (trx) => {
    await holdMission(trx, missionS256);
    if (!(await isNews(trx))) return;
    const line = {
      kind: 'refused',
      source: 'person_server',
      outcome,
      agent: found.agent.sub,
      resource: found.resource,
      parameters: { claims: found.claims },
    } as const;
    await writeLog(trx, missionS256, line, server.now());
  });
}

/** What is known of these missions, in the order it was found. */
export async function findingsIn(store: Store, missions: readonly string[]): Promise<Finding[]> {
  if (!missions.length) return [];
  const rows = await store
    .selectFrom('logEntry')
    .select(['missionS256', 'seq', 'at', 'agent', 'resource', 'parameters'])
    .where('missionS256', 'in', missions)
    .where(sql<boolean>`outcome = ${sql.lit(outcome)}`)
    .where('kind', '=', 'refused')
    .where('source', '=', 'person_server')
    .orderBy('missionS256')
    .orderBy('seq')
    .execute();
  return rows.map(({ missionS256, seq, at, agent, resource, parameters }) => ({
    missionS256: missionS256 ?? '',
    seq: seq ?? 0,
    at,
    agent,
    resource: resource ?? '',
    claims: Array.isArray(parameters?.['claims']) ? parameters['claims'].map(String) : [],
  }));
}
