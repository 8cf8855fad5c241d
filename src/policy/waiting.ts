// When somebody is reminded of an ask that nobody answers, and where it goes then. Fractions of the ask's own life, so that
// a short deadline is reminded of quickly and a long one rarely.
//
//   plan      what the operator's rules say about one ask: the moments to remind, and the channels it goes to

import type { Place } from '#chat/chat.ts';
import type { Channel, Oversight } from '#oversight.ts';
import { type Matter, rulesFor } from './matter.ts';

/** How long an ask waits: from when it was opened to when silence denies it. */
export type Life = { readonly openedAt: Date; readonly expiresAt: Date };

/** Fractions of a life, rising; each channel once. */
export type Plan = {
  readonly reminders: readonly number[];
  readonly escalations: readonly { readonly at: number; readonly to: Channel }[];
};

/** Where the operator says nothing. */
const usualReminders: readonly number[] = [0.5, 0.8];

/**
 * What is done about a matter that nobody answers. It stands under the rule of each of its parts: people are called
 * whenever one of them says so, and it goes wherever one of them sends it.
 */
export function planOf(oversight: Oversight, matter: Matter): Plan {
  const reminders = rulesFor(oversight, matter, 'reminders').flatMap(
    (rule) => rule?.reminders ?? oversight.reminders ?? usualReminders,
  );
  const escalations = new Map<Channel, number>();
  for (const rule of rulesFor(oversight, matter, 'escalation')) {
    const escalation = rule?.escalation ?? oversight.escalation;
    if (!escalation || escalation === 'never') continue;
    const to = oversight.channels.find(({ id }) => id === escalation.channel);
    if (to) escalations.set(to, Math.min(escalation.at, escalations.get(to) ?? 1));
  }
  return {
    reminders: [...new Set(reminders)].toSorted((a, b) => a - b),
    escalations: [...escalations].map(([to, at]) => ({ to, at })),
  };
}

const lifeMs = ({ openedAt, expiresAt }: Life) => expiresAt.getTime() - openedAt.getTime();

const momentOf = (life: Life, fraction: number) =>
  new Date(life.openedAt.getTime() + Math.round(fraction * lifeMs(life)));

/** The number of the latest reminder that is due, from 1; 0 while none is, and once the deadline has passed. */
export const reminderDue = ({ reminders }: Plan, life: Life, now: Date): number =>
  now >= life.expiresAt ? 0 : reminders.filter((fraction) => momentOf(life, fraction) <= now).length;

/** Reminders of one thread keep this distance: a tenth of the ask's life. */
export const reminderGapMs = (life: Life): number => lifeMs(life) / 10;

/** The channels an unanswered ask goes to besides, and whether it is time. */
export const escalationsOf = (
  { escalations }: Plan,
  life: Life,
  now: Date,
): readonly { readonly to: Channel; readonly due: boolean }[] =>
  escalations.map(({ at, to }) => ({ to, due: momentOf(life, at) <= now && now < life.expiresAt }));

/** True for a place that asks about this matter go to when nobody answers: they may be decided there as well. */
export const isEscalationPlace = (oversight: Oversight, matter: Matter, place: Place): boolean =>
  planOf(oversight, matter).escalations.some(
    ({ to: { place: to } }) =>
      to.platform === place.platform &&
      to.tenant === (place.platform === 'teams' ? place.tenant.toLowerCase() : place.tenant) &&
      to.channel === place.channel,
  );

const longestClaimMs = 15 * 60_000;

/** Until when "I'm on it" counts: a quarter of an hour, or half of the time that is left. */
export const claimUntil = ({ expiresAt }: Life, now: Date): Date =>
  new Date(now.getTime() + Math.min(longestClaimMs, Math.max(0, expiresAt.getTime() - now.getTime()) / 2));

/** When something will be due that is not due yet: a reminder, what its distance put off, the way to others. */
export const nextMoment = ({ reminders, escalations }: Plan, life: Life, now: Date): Date | undefined =>
  [...reminders, ...reminders.map((each) => each + 0.1), ...escalations.map(({ at }) => at)]
    .map((fraction) => momentOf(life, fraction))
    .filter((moment) => moment > now && moment < life.expiresAt)
    .toSorted((a, b) => a.getTime() - b.getTime())[0];
