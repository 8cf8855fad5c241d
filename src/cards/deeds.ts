// What was done, counted: how asks were answered, and which actions were taken how often. Nothing here is judged.
import type { LogEntry } from '#mission-control/facts.ts';
import type { Line } from './card.ts';
import { isUnasked } from './who.ts';
import { vouched } from './words/evidence.ts';
import * as words from './words/review.ts';

/** More kinds of action than this are the rest. */
const mostRows = 12;

/** How many entries there are, and how what was asked for was answered. */
export function tally(entries: readonly LogEntry[]): Line {
  const granted = entries.filter(({ outcome }) => outcome === 'granted');
  const silent = granted.filter(isUnasked);
  const refused = entries.filter(({ outcome }) => outcome === 'denied' || outcome === 'expired');
  return words.counts(entries.length, silent.length, granted.length - silent.length, refused.length);
}

/**
 * Each action with how often, between which entries and who vouches for it, the most frequent first; in the agent's words,
 * for a quote.
 */
export function deedsIn(entries: readonly LogEntry[]): string {
  const deeds = Map.groupBy(entries, (entry) => `${entry.source} ${deedOf(entry)}`);
  const rows = [...deeds.values()]
    .toSorted((a, b) => b.length - a.length)
    .map((some) => {
      const [one, other] = [some[0]!, some.at(-1)!];
      const where = one === other ? `#${one.seq}` : `#${one.seq} to #${other.seq}`;
      const often = some.length === 1 ? 'once' : `${some.length} times`;
      return `${deedOf(one)}: ${often}, ${where} (${vouched[one.source]})`;
    });
  const more = rows.length - mostRows;
  return [...rows.slice(0, mostRows), ...(more > 0 ? [`and ${more} more kinds`] : [])].join('\n');
}

const deedOf = (entry: LogEntry) =>
  `${didTo(entry)} ${(entry.action ?? entry.resource ?? entry.kind).slice(0, 80)}`;

/** What an agent reports it did, and what was asked for and how that was answered, are told apart. */
function didTo({ kind, outcome }: LogEntry): string {
  if (kind === 'audit') return 'did';
  if (outcome === 'requested') return 'asked for';
  return outcome ?? 'log:';
}
