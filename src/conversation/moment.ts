// A moment that lies behind, as people say it: "yesterday", "monday", "14:00", "the last 3 hours".
//
// Only what was meant is said here; where a day begins depends on the zone of whoever asks, and is for others to know.

/** `back`: so many days before today, at its beginning. `weekday`: the latest of that name, Sunday is 0. `clock`: today, or yesterday if it is not yet that late. */
export type Moment =
  | { readonly of: 'day'; readonly back: number }
  | { readonly of: 'weekday'; readonly weekday: number; readonly last: boolean }
  | { readonly of: 'clock'; readonly hour: number; readonly minute: number }
  | { readonly of: 'ago'; readonly ms: number };

/** From a moment on, or up to another. */
export type Period = { readonly from: Moment; readonly to?: Moment };

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const minuteMs = 60_000;
const units = {
  minute: minuteMs,
  hour: 60 * minuteMs,
  day: 1_440 * minuteMs,
  week: 10_080 * minuteMs,
} as const;
const mostMs = 366 * units.day;

const moment = String.raw`(?:today|this morning|yesterday|(?:last )?(?:${weekdays.join('|')})|(?:[01]?\d|2[0-3]):[0-5]\d|midnight|noon|(?:an?|\d{1,3}) (?:minute|hour|day|week)s? ago)`;
const span = String.raw`(?:in|over|during|for) the (?:last|past) (?:(?:\d{1,3}) )?(?:minute|hour|day|week)s?`;

/** What may stand where a time is said, for a larger form. */
export const periodForm = String.raw`(?:since ${moment}|today|yesterday|this morning|${span})`;

const ofUnit = (count: string | undefined, unit: string): Moment => ({
  of: 'ago',
  ms: Math.min(
    mostMs,
    (count === undefined || /^an?$/i.test(count) ? 1 : Number(count)) *
      units[unit.toLowerCase() as keyof typeof units],
  ),
});

/** The period that words which fit `periodForm` mean. */
export function periodOf(words: string): Period | undefined {
  const said = words.trim().toLowerCase();
  if (said === 'yesterday') return { from: { of: 'day', back: 1 }, to: { of: 'day', back: 0 } };
  const past = /^(?:in|over|during|for) the (?:last|past) (?:(\d{1,3}) )?(minute|hour|day|week)s?$/.exec(
    said,
  );
  if (past?.[2]) return { from: ofUnit(past[1], past[2]) };
  const from = momentOf(said.replace(/^since /, ''));
  return from && { from };
}

function momentOf(said: string): Moment | undefined {
  if (/^(?:today|this morning|midnight)$/.test(said)) return { of: 'day', back: 0 };
  if (said === 'yesterday') return { of: 'day', back: 1 };
  if (said === 'noon') return { of: 'clock', hour: 12, minute: 0 };
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(said);
  if (clock) return { of: 'clock', hour: Number(clock[1]), minute: Number(clock[2]) };
  const ago = /^(an?|\d{1,3}) (minute|hour|day|week)s? ago$/.exec(said);
  if (ago?.[2]) return ofUnit(ago[1], ago[2]);
  const last = said.startsWith('last ');
  const weekday = weekdays.indexOf(said.replace(/^last /, ''));
  return weekday < 0 ? undefined : { of: 'weekday', weekday, last };
}
