import { type MissionRow, standingOf } from '#person-server/missions.ts';
import { openStates } from '#person-server/shown.ts';
import { spendingIn } from '#person-server/spending.ts';
import type { Store } from '#person-server/tables.ts';
import { findingsIn } from '#person-server/tampering.ts';

/** Missions as the bot's port knows them, with what is open and alive under each at `now`. */
export async function showMissions(store: Store, rows: readonly MissionRow[], now: Date) {
  if (!rows.length) return [];
  const names = rows.map(({ s256 }) => s256);
  const open = await store
    .selectFrom('request')
    .select(({ fn }) => ['missionS256', fn.countAll<number>().as('count')])
    .where('missionS256', 'in', names)
    .where('state', 'in', openStates)
    .where('expiresAt', '>', now)
    .groupBy('missionS256')
    .execute();
  const live = await store
    .selectFrom('token')
    .select(({ fn }) => ['missionS256', fn.countAll<number>().as('count')])
    .where('missionS256', 'in', names)
    .where('expiresAt', '>', now)
    .where('acknowledgedAt', 'is', null)
    .groupBy('missionS256')
    .execute();
  const budgets = await spendingIn(store, names, now);
  const tampering = await findingsIn(store, names);
  return rows.map((row) => {
    const mine = budgets.filter(({ missionS256 }) => missionS256 === row.s256);
    const found = tampering.filter(({ missionS256 }) => missionS256 === row.s256);
    const standing = standingOf(row, now);
    const ended = standing.kind !== 'active';
    return {
      s256: row.s256,
      status: ended ? ('terminated' as const) : ('active' as const),
      terminationReason: standing.kind === 'overdue' ? 'expired' : (row.terminationReason ?? undefined),
      terminatedAt:
        standing.kind === 'overdue' ? (row.expiresAt ?? undefined) : (row.terminatedAt ?? undefined),
      terminatedBy: row.terminatedBy ? { ...row.terminatedBy } : undefined,
      agent: { id: row.agentSub, iss: row.agentIss },
      person: row.person,
      approvedAt: row.approvedAt,
      expiresAt: row.expiresAt ?? undefined,
      description: row.description,
      approvedTools: row.approvedTools ?? undefined,
      approvedResources: row.approvedResources ?? undefined,
      requestId: row.requestId,
      updates: row.updates,
      logEntries: row.logSeq,
      openRequests: countOf(open, row.s256),
      liveTokens: countOf(live, row.s256),
      lastActivityAt: row.lastActivityAt,
      ...(mine.length && {
        budgets: mine.map(({ missionS256: _mission, spending, ...purse }) => ({ ...purse, ...spending })),
      }),
      ...(found.length && {
        tampering: found.map(({ missionS256: _mission, claims, ...each }) => ({
          ...each,
          claims: [...claims],
        })),
      }),
    };
  });
}

function countOf(
  counts: readonly { readonly missionS256: string | null; readonly count: number }[],
  s256: string,
): number {
  return counts.find(({ missionS256 }) => missionS256 === s256)?.count ?? 0;
}
