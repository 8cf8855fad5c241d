// Who may decide for whom: for a while, by the word of the one who may decide, and only to somebody the operator named.
import type { Actor } from '#chat/chat.ts';
import type { Oversight, Person } from '#oversight.ts';

/** Persons' ids. Whether it still holds (its time, its being taken back) is for whoever keeps it to say. */
export type Delegation = { readonly id: string; readonly from: string; readonly to: string };

export type WhyNot =
  | 'unverified'
  | 'delegation_off'
  | 'not_a_delegate'
  | 'delegate_is_self'
  | 'delegation_over'
  | 'delegation_too_long';

const dayMs = 24 * 60 * 60_000;

/** Whether one person may decide for another. Nobody does for somebody who only decides for somebody else. */
export const mayStandFor = (
  { delegation }: Oversight,
  delegations: readonly Delegation[],
  delegate: Person,
  principal: Person,
): boolean =>
  delegate.id !== principal.id &&
  Boolean(delegation?.to.includes(delegate.id)) &&
  delegations.some(({ from, to }) => from === principal.id && to === delegate.id);

/** Why somebody may not let `to` decide for them until then; undefined when they may. Both are already known people. */
export function whyNotDelegate(
  { delegation }: Oversight,
  {
    from,
    to,
    standing,
    until,
    now,
  }: {
    readonly from: Person;
    readonly to: Person | undefined;
    /** What the platform says of the account that was named. */
    readonly standing: Actor['standing'];
    readonly until: Date;
    readonly now: Date;
  },
): WhyNot | undefined {
  if (!delegation) return 'delegation_off';
  if (standing === 'unknown') return 'unverified';
  if (standing !== 'member' || !to) return 'not_a_delegate';
  if (to.id === from.id) return 'delegate_is_self';
  if (!delegation.to.includes(to.id)) return 'not_a_delegate';
  if (until <= now) return 'delegation_over';
  if (until.getTime() - now.getTime() > delegation.longestDays * dayMs) return 'delegation_too_long';
  return undefined;
}
