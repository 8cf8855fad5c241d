// When a mission's person is asked whether it should go on: nothing has happened under it for long, or its time is up.
import type { Oversight } from '#oversight.ts';

export type Going = {
  readonly status: 'active' | 'terminated';
  readonly lastActivityAt: Date;
  readonly expiresAt?: Date | undefined;
};

/** Why somebody should be asked now; undefined while nobody should, and where the operator wants no such questions. */
export function stalenessOf(
  { stale }: Oversight,
  { status, lastActivityAt, expiresAt }: Going,
  now: Date,
): 'idle' | 'ending' | 'overdue' | undefined {
  if (!stale || status === 'terminated') return undefined;
  if (expiresAt && expiresAt <= now) return 'overdue';
  if (expiresAt && stale.endingMs !== undefined && expiresAt.getTime() - now.getTime() <= stale.endingMs)
    return 'ending';
  return stale.idleMs !== undefined && now.getTime() - lastActivityAt.getTime() >= stale.idleMs
    ? 'idle'
    : undefined;
}

/** The next moment at which `stalenessOf` or the period may say something new. */
export function nextQuestionAt(
  { stale }: Oversight,
  { status, lastActivityAt, expiresAt }: Going,
  askedAt: Date | undefined,
  now: Date,
): Date | undefined {
  if (!stale || status === 'terminated') return undefined;
  return [
    stale.idleMs === undefined ? undefined : lastActivityAt.getTime() + stale.idleMs,
    stale.endingMs === undefined || !expiresAt ? undefined : expiresAt.getTime() - stale.endingMs,
    expiresAt?.getTime(),
    askedAt && askedAt.getTime() + stale.againMs,
  ]
    .filter((moment) => moment !== undefined && moment > now.getTime())
    .map((moment) => new Date(moment ?? 0))
    .toSorted((a, b) => a.getTime() - b.getTime())[0];
}
