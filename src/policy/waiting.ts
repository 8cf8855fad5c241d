// When somebody is reminded of an ask that nobody answers, and when it goes to others. Fractions of the ask's own life, so
// that a short deadline is reminded of quickly and a long one rarely.

import type { Place } from '#chat/chat.ts';
import type { Channel, Oversight } from '#oversight.ts';

/** How long an ask waits: from when it was opened to when silence denies it. */
export type Life = { readonly openedAt: Date; readonly expiresAt: Date };

/** Where the operator says nothing. */
const usualReminders: readonly number[] = [0.5, 0.8];

const remindersOf = ({ reminders }: Oversight) => reminders ?? usualReminders;

const lifeMs = ({ openedAt, expiresAt }: Life) => expiresAt.getTime() - openedAt.getTime();

const momentOf = (life: Life, fraction: number) =>
  new Date(life.openedAt.getTime() + Math.round(fraction * lifeMs(life)));

/** The number of the latest reminder that is due, from 1; 0 while none is, and once the deadline has passed. */
export const reminderDue = (oversight: Oversight, life: Life, now: Date): number =>
  now >= life.expiresAt
    ? 0
    : remindersOf(oversight).filter((fraction) => momentOf(life, fraction) <= now).length;

/** Reminders of one thread keep this distance: a tenth of the ask's life. */
export const reminderGapMs = (life: Life): number => lifeMs(life) / 10;

/** Where an unanswered ask goes besides, and whether it is time. */
export function escalationOf(
  { escalation, channels }: Oversight,
  life: Life,
  now: Date,
): { readonly to: Channel; readonly due: boolean } | undefined {
  const to = channels.find(({ id }) => id === escalation?.channel);
  return escalation && to && { to, due: momentOf(life, escalation.at) <= now && now < life.expiresAt };
}

/** True for the place that unanswered asks go to: they may be decided there as well. */
export const isEscalationPlace = ({ escalation, channels }: Oversight, place: Place): boolean =>
  channels.some(
    ({ id, place: { platform, tenant, channel } }) =>
      id === escalation?.channel &&
      platform === place.platform &&
      tenant === (platform === 'teams' ? place.tenant.toLowerCase() : place.tenant) &&
      channel === place.channel,
  );

const longestClaimMs = 15 * 60_000;

/** Until when "I'm on it" counts: a quarter of an hour, or half of the time that is left. */
export const claimUntil = ({ expiresAt }: Life, now: Date): Date =>
  new Date(now.getTime() + Math.min(longestClaimMs, Math.max(0, expiresAt.getTime() - now.getTime()) / 2));

/** When something will be due that is not due yet: a reminder, what its distance put off, the way to others. */
export function nextMoment(oversight: Oversight, life: Life, now: Date): Date | undefined {
  const fractions = remindersOf(oversight);
  const at = oversight.escalation?.at;
  return [...fractions, ...fractions.map((each) => each + 0.1), ...(at === undefined ? [] : [at])]
    .map((fraction) => momentOf(life, fraction))
    .filter((moment) => moment > now && moment < life.expiresAt)
    .toSorted((a, b) => a.getTime() - b.getTime())[0];
}
