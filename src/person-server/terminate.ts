import { endChained, revokeTokens } from '#person-server/announce.ts';
import { tell } from '#person-server/events.ts';
import { readLog, showEntry, writeLog } from '#person-server/mission-log.ts';
import { holdMission, type MissionRow, readMission, standingOf } from '#person-server/missions.ts';
import { endWithin } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { openStates } from '#person-server/shown.ts';
import type { DecidedBy, TerminationReason, Within } from '#person-server/tables.ts';

export type MissionEnding = {
  readonly reason: TerminationReason;
  readonly note?: string | undefined;
  /** Absent when the mission's own `expires_at` ended it. */
  readonly decidedBy?: DecidedBy | undefined;
};

/**
 * Ends a mission for good, in one transaction: no more acts, its open requests voided, its live tokens marked revoked
 * (draft §mission-management, §token-revocation). Saying it again changes nothing. Undefined when there is no such mission.
 */
export async function terminateMission(server: Server, s256: string, ending: MissionEnding) {
  const known = await server.store.transaction().execute(async (trx) => {
    const mission = await holdMission(trx, s256);
    if (!mission) return false;
    if (!mission.terminatedAt) await terminateWithin(trx, mission, ending, server.now());
    return true;
  });
  server.announcer.kick();
  return known ? await readTermination(server, s256) : undefined;
}

/** The most lines of the log that come after a mission's end. */
export const activityShown = 200;

/** Ends a mission that has reached its `expires_at`; false when it has not, or has ended before. */
export async function closeOverdue(server: Server, s256: string): Promise<boolean> {
  return await server.store.transaction().execute(async (trx) => {
    const at = server.now();
    const mission = await holdMission(trx, s256);
    if (!mission || standingOf(mission, at).kind !== 'overdue') return false;
    await terminateWithin(trx, mission, { reason: 'expired' }, at);
    return true;
  });
}

/** As `terminateMission`, in a transaction that holds the mission and knows it to be active. */
export async function terminateWithin(within: Within, mission: MissionRow, ending: MissionEnding, at: Date) {
  const open = await within
    .selectFrom('request')
    .selectAll()
    .where('missionS256', '=', mission.s256)
    .where('state', 'in', openStates)
    .orderBy('number')
    .execute();
  for (const request of open) {
    const answer = {
      kind: 'problem',
      status: 403,
      error: 'mission_terminated',
      detail: 'the mission was terminated while this request waited',
    } as const;
    await endWithin(within, request, { state: 'voided', answer }, at);
  }
  await endChained(within, await revokeTokens(within, { missionS256: mission.s256 }, at), at);
  const terminatedSeq = await writeLog(
    within,
    mission.s256,
    {
      kind: 'terminated',
      source: ending.decidedBy ? 'person' : 'person_server',
      outcome: ending.reason,
      decidedBy: ending.decidedBy ?? { policy: 'the mission reached its expires_at' },
      agent: mission.agentSub,
      description: ending.note,
    },
    at,
  );
  await within
    .updateTable('mission')
    .set({
      terminatedAt: at,
      terminationReason: ending.reason,
      terminationNote: ending.note ?? null,
      terminatedBy: ending.decidedBy ? JSON.stringify(ending.decidedBy) : null,
      terminatedSeq: terminatedSeq ?? null,
    })
    .where('s256', '=', mission.s256)
    .where('terminatedAt', 'is', null)
    .execute();
  await tell(within, { kind: 'mission', missionS256: mission.s256 }, at);
}

/**
 * What a stop did, as it stands: what was voided, which tokens still live and until when, whether the agent has been told,
 * and what was tried or done afterwards. Undefined while the mission is active.
 */
export async function readTermination(server: Server, s256: string) {
  const mission = await readMission(server.store, s256);
  if (!mission?.terminatedAt) return undefined;
  const { terminatedAt } = mission;
  const voided = await server.store
    .selectFrom('request')
    .select('id')
    .where('missionS256', '=', s256)
    .where('state', '=', 'voided')
    .orderBy('number')
    .execute();
  const tokens = await server.store
    .selectFrom('token')
    .selectAll()
    .where('missionS256', '=', s256)
    .where('expiresAt', '>', terminatedAt)
    .orderBy('expiresAt')
    .execute();
  const after = await readLog(server.store, s256, mission.terminatedSeq ?? mission.logSeq, activityShown);
  // A resource that acknowledged honours the token no longer; one that did not may, until it expires.
  const ends = tokens.map(({ acknowledgedAt, expiresAt }) => (acknowledgedAt ?? expiresAt).getTime());
  return {
    s256,
    terminatedAt,
    reason: mission.terminationReason ?? ('administrative' as const),
    note: mission.terminationNote ?? undefined,
    voided: voided.map(({ id }) => id),
    tokens: tokens.map((token) => ({
      jti: token.jti,
      resource: token.resource,
      expiresAt: token.expiresAt,
      revocation: token.revocation ?? ('sent' as const),
      acknowledgedAt: token.acknowledgedAt ?? undefined,
    })),
    authorityEndsAt: new Date(Math.max(terminatedAt.getTime(), ...ends)),
    agentToldAt: mission.agentToldAt ?? undefined,
    activityAfter: after.map(showEntry),
  };
}
