// When a mission's person is asked whether it should go on: nothing has happened under it for long, its time is up, or its
// goal seems reached.
import type { Oversight } from '#oversight.ts';

/** What shows that a mission has reached its goal: its agent said so and nobody answered, or its log went on past it. */
export type Done = { readonly why: 'said_done' | 'past_goal'; readonly at: Date };

export type Going = {
  readonly status: 'active' | 'terminated';
  readonly lastActivityAt: Date;
  readonly expiresAt?: Date | undefined;
  readonly done?: Done | undefined;
};

/** Why somebody should be asked now; undefined while nobody should, and where the operator wants no such questions. */
export function stalenessOf(
  { stale }: Oversight,
  { status, lastActivityAt, expiresAt, done }: Going,
  now: Date,
): 'idle' | 'ending' | 'overdue' | Done['why'] | undefined {
  if (!stale || status === 'terminated') return undefined;
  if (expiresAt && expiresAt <= now) return 'overdue';
  if (done && stale.doneMs !== undefined && now.getTime() - done.at.getTime() >= stale.doneMs)
    return done.why;
  if (expiresAt && stale.endingMs !== undefined && expiresAt.getTime() - now.getTime() <= stale.endingMs)
    return 'ending';
  return stale.idleMs !== undefined && now.getTime() - lastActivityAt.getTime() >= stale.idleMs
    ? 'idle'
    : undefined;
}

/** The next moment at which `stalenessOf` or the period may say something new. */
export function nextQuestionAt(
  { stale }: Oversight,
  { status, lastActivityAt, expiresAt, done }: Going,
  askedAt: Date | undefined,
  now: Date,
): Date | undefined {
  if (!stale || status === 'terminated') return undefined;
  return [
    stale.idleMs === undefined ? undefined : lastActivityAt.getTime() + stale.idleMs,
    stale.endingMs === undefined || !expiresAt ? undefined : expiresAt.getTime() - stale.endingMs,
    stale.doneMs === undefined || !done ? undefined : done.at.getTime() + stale.doneMs,
    expiresAt?.getTime(),
    askedAt && askedAt.getTime() + stale.againMs,
  ]
    .filter((moment) => moment !== undefined && moment > now.getTime())
    .map((moment) => new Date(moment ?? 0))
    .toSorted((a, b) => a.getTime() - b.getTime())[0];
}
