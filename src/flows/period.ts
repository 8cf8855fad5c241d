// A digest's days and weeks, in the zone the operator named. A day may have 23 or 25 hours.
import { type Digest, weekdays } from '#oversight.ts';

/** `name` is the local date on which it ended (`2026-11-21`); `from` is inside, `to` is not. */
export type Period = { readonly name: string; readonly from: Date; readonly to: Date };

export const dayMs = 86_400_000;

/** The latest period that is over at `now`. */
export function lastPeriod(digest: Digest, now: Date): Period {
  const length = digest.every === 'week' ? 7 : 1;
  const today = Math.floor(clockIn(now, digest.zone) / dayMs) * dayMs;
  for (let day = today; ; day -= dayMs) {
    if (digest.every === 'week' && weekdays[new Date(day).getUTCDay()] !== digest.weekday) continue;
    const to = instantAt(day, digest);
    if (to > now) continue;
    const name = new Date(day).toISOString().slice(0, 10);
    return { name, from: instantAt(day - length * dayMs, digest), to };
  }
}

/** The moment at which clocks in the zone show that time on that day; where they skip it, as long after the skip. */
export function instantAt(day: number, { at, zone }: Pick<Digest, 'at' | 'zone'>): Date {
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  const wanted = day + (hours * 60 + minutes) * 60_000;
  const before = wanted - offset(new Date(wanted - dayMs), zone);
  const after = wanted - offset(new Date(wanted + dayMs), zone);
  const shown = [before, after].filter((instant) => clockIn(new Date(instant), zone) === wanted);
  return new Date(shown.length > 0 ? Math.min(...shown) : Math.max(before, after));
}

const offset = (at: Date, zone: string) => clockIn(at, zone) - Math.floor(at.getTime() / 60_000) * 60_000;

/** What clocks in the zone show, to the minute, as if it were UTC. */
export function clockIn(at: Date, zone: string): number {
  const shown = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(shown.find((one) => one.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
}
