// Everything said in and about pictures.
import type { Bar, SafeText } from '#cards/card.ts';
import { inert } from '#cards/inert.ts';
import { ours } from '#cards/line.ts';

export const titles = {
  health: ours`How asks were answered`,
  course: ours`Drift score along the log`,
  timeline: ours`What happened, in order`,
} as const satisfies Record<string, SafeText>;

export const headings = {
  waits: ours`Time to decide`,
  approvals: ours`Approvals`,
  deciders: ours`Who decided`,
  course: ours`Score after each entry`,
  timeline: ours`Entries of the log`,
} as const satisfies Record<string, SafeText>;

export const waits: readonly SafeText[] = [
  ours`under 1 minute`,
  ours`1 to 10 minutes`,
  ours`10 to 60 minutes`,
  ours`1 to 4 hours`,
  ours`4 hours and more`,
];
export const unanswered = ours`nobody answered`;
export const bars = {
  readable: ours`time to read it`,
  hasty: ours`faster than reading`,
  others: ours`everybody else`,
  forgotten: ours`forgotten`,
} as const satisfies Record<string, SafeText>;
export const figure = (count: number) => ours`${count}`;
export const share = (percent: number) => ours`${percent} %`;
export const mostShare = (percent: number) => ours`nobody over ${percent} %`;

/** `21 Nov 18:05 UTC`: in words that are drawn, a time stands in no reader's own zone. */
export const moment = (at: Date): SafeText =>
  inert(
    `${at.toLocaleString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })} UTC`,
  );

/** Bars as a sentence: every label with its figure, and the line that none should pass. */
export const barsInWords = (
  heading: SafeText,
  bars: readonly Bar[],
  line: SafeText | undefined,
): SafeText => {
  const each = listed(bars.map(({ label, shown }) => ours`${label} ${shown}`));
  return line === undefined ? ours`${heading}: ${each}.` : ours`${heading} (${line}): ${each}.`;
};

export const courseLine = ours`flagged from here`;
export const citedEntry = ours`cited entry`;
export const crossesAt = (entry: number) => ours`crosses the line at #${entry}`;
export const courseInWords = (
  first: number,
  last: number,
  line: SafeText,
  highest: { readonly entry: number; readonly level: SafeText },
  crossed: number | undefined,
  cited: readonly SafeText[],
): SafeText =>
  spoken([
    ours`The score from entry #${first} to entry #${last}.`,
    ours`The line is at ${line}.`,
    crossed === undefined
      ? ours`The score stays below it; a model flagged what it read.`
      : ours`The score crosses it at entry #${crossed}.`,
    ours`It is highest at entry #${highest.entry}, with ${highest.level}.`,
    ...(cited.length === 0 ? [] : [ours`Cited: ${listed(cited)}.`]),
  ]);
export const citedAt = (entry: number, level: SafeText) => ours`#${entry} at ${level}`;
export const citedOff = (entry: number) => ours`#${entry}`;

export const lanes = {
  asked: ours`Asked a person`,
  silent: ours`Granted silently`,
  granted: ours`Granted by a person`,
  denied: ours`Denied or unanswered`,
  done: ours`Reported as done`,
} as const satisfies Record<string, SafeText>;
export const counted = (label: SafeText, count: number) => ours`${label}: ${count}`;
export const flags = {
  drift: ours`drift begins`,
  accepted: ours`drift accepted`,
  stopped: ours`stopped`,
  ended: ours`ended`,
} as const satisfies Record<string, SafeText>;
export const timelineInWords = (
  from: number,
  to: number,
  began: SafeText,
  ended: SafeText,
  lanes: readonly { readonly label: SafeText; readonly entries: readonly number[] }[],
  flags: readonly { readonly entry: number; readonly label: SafeText }[],
): SafeText =>
  spoken([
    ours`Entries #${from} (${began}) to #${to} (${ended}).`,
    ...lanes.map(({ label, entries }) => ours`${label}: ${entries.length} (${numbers(entries)}).`),
    ...flags.map(({ entry, label }) => ours`At entry #${entry}: ${label}.`),
  ]);

export const timeline = {
  state: ours`State`,
  button: ours`Timeline`,
  title: ours`Timeline of the mission`,
  empty: ours`The log of this mission is empty.`,
  latestOnly: (shown: number, all: number) => ours`The latest ${shown} of ${all} entries.`,
} as const;

/** `#3, #5 to #9, and 12 more`: runs are drawn together, and a long list is counted. */
function numbers(entries: readonly number[]): SafeText {
  const runs: { from: number; to: number }[] = [];
  for (const entry of entries) {
    const last = runs.at(-1);
    if (last && entry === last.to + 1) last.to = entry;
    else runs.push({ from: entry, to: entry });
  }
  const shown = runs.slice(0, 6);
  const left = runs.slice(6).reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const said = shown.map(({ from, to }) => (from === to ? ours`#${from}` : ours`#${from} to #${to}`));
  return listed([...said, ...(left > 0 ? [ours`${left} more`] : [])]);
}

const listed = (parts: readonly SafeText[]): SafeText =>
  parts.reduce((said, part, at) => (at === 0 ? part : ours`${said}, ${part}`), ours``);

/** One sentence after the other. */
export const spoken = (sentences: readonly SafeText[]): SafeText =>
  sentences.reduce((said, each, at) => (at === 0 ? each : ours`${said} ${each}`), ours``);
