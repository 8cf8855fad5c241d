// Letting somebody else decide for a while, and taking it back. Whole forms only; who is meant is for the chat to say.
import type { Handover } from './intent.ts';

const when = String.raw`(?:(?:until|till) (?<until>[\w:., -]{1,60})|for (?<span>[\w ]{1,40}))`;
const forms = [
  new RegExp(String.raw`^(?<whom>\S.{0,199}?) (?:decides|may decide|can decide) for me(?: ${when})?$`, 'i'),
  new RegExp(String.raw`^let (?<whom>\S.{0,199}?) decide for me(?: ${when})?$`, 'i'),
];

/** The handover a tidied text asks for, if the whole of it is one. */
export function handover(said: string): Handover | undefined {
  if (/^i(?:'ll| will)? (?:decide (?:(?:for )?myself )?again|decide for myself)$/i.test(said))
    return { kind: 'reclaim' };
  for (const form of forms) {
    const { whom, until, span } = form.exec(said)?.groups ?? {};
    if (whom !== undefined) return { kind: 'delegate', whom, until: until ?? (span && `for ${span}`) };
  }
  return undefined;
}

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const hourMs = 60 * 60_000;
const spans: Readonly<Record<string, number>> = { hour: hourMs, day: 24 * hourMs, week: 7 * 24 * hourMs };
const numbers = ['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven'];

/**
 * The moment that words like "Friday", "tomorrow 17:00", "2026-11-27" or "for 3 days" mean; undefined where they mean
 * none. A day without a time means to its end. Days and times are those of UTC, and the answer says the exact moment.
 */
export function momentOf(words: string, now: Date): Date | undefined {
  const said = words.trim().toLowerCase().replace(/,/g, '');
  const span = /^for (?<count>an?|\d{1,3}|[a-z]{3,5}) (?<unit>hour|day|week)s?$/.exec(said)?.groups;
  if (span?.['count'] && span['unit']) {
    const { count, unit } = span as { count: string; unit: string };
    const many = /^an?$/.test(count) ? 1 : /^\d+$/.test(count) ? Number(count) : numbers.indexOf(count);
    return many > 0 ? new Date(now.getTime() + many * (spans[unit] ?? 0)) : undefined;
  }
  const parts =
    /^(?:the end of )?(?<day>today|tomorrow|(?:next )?[a-z]{3,9}day|\d{4}-\d\d-\d\d)(?: (?:at )?(?<hour>[01]?\d|2[0-3]):(?<minute>[0-5]\d))?$/.exec(
      said,
    )?.groups;
  const day = parts?.['day'] === undefined ? undefined : dayOf(parts['day'], now);
  if (!day || !parts) return undefined;
  return parts['hour'] === undefined
    ? new Date(day.getTime() + 24 * hourMs)
    : new Date(day.getTime() + Number(parts['hour']) * hourMs + Number(parts['minute']) * 60_000);
}

/** The beginning of the day that is meant. A weekday is the next one of that name, today included. */
function dayOf(word: string, now: Date): Date | undefined {
  const today = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  const later = (count: number) => new Date(today.getTime() + count * 24 * hourMs);
  if (word === 'today') return today;
  if (word === 'tomorrow') return later(1);
  if (/^\d/.test(word)) {
    const date = new Date(`${word}T00:00:00Z`);
    // 2026-02-30 is no day, and JavaScript would make one of it.
    return Number.isNaN(date.getTime()) || !date.toISOString().startsWith(word) ? undefined : date;
  }
  const weekday = days.indexOf(word.replace(/^next /, ''));
  if (weekday < 0) return undefined;
  const ahead = (weekday - today.getUTCDay() + 7) % 7;
  return later(word.startsWith('next ') && ahead === 0 ? 7 : ahead);
}
