// A log in a bounded number of lines, made by code from the entries alone: what a summary is rebuilt from, so that a
// model's error in an earlier summary has no way into a later one.
import { z } from 'zod';
import type { Entry } from '#reviewer/entry.ts';
import { short, tame } from './fence.ts';
import { ordersOf } from './lines.ts';

/** Neighbouring entries as one line: how often each thing was done, and what the first of them was about. */
export const Segment = z.object({
  from: z.int(),
  to: z.int(),
  acts: z.array(z.tuple([z.string(), z.int()])),
  sample: z.string(),
});
export type Segment = z.infer<typeof Segment>;

const maxSegments = 48;
const maxActs = 4;
const others = 'other acts';

/** Adds an entry: to the last segment when it is more of the same, as a new one otherwise. The outline never grows past its bound. */
export function addToOutline(outline: readonly Segment[], entry: Entry): readonly Segment[] {
  const what = nameOf(entry);
  const last = outline.at(-1);
  const only = last?.acts.length === 1 ? last.acts[0] : undefined;
  const grown: readonly Segment[] =
    last && only?.[0] === what
      ? [...outline.slice(0, -1), { ...last, to: entry.seq, acts: [[what, only[1] + 1]] }]
      : [...outline, { from: entry.seq, to: entry.seq, acts: [[what, 1]], sample: sampleOf(entry) }];
  return grown.length <= maxSegments ? grown : halved(grown);
}

/** Joins the two neighbours that span the fewest entries, the older pair of equals. */
function halved(outline: readonly Segment[]): readonly Segment[] {
  let at = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let each = 0; each + 1 < outline.length - 1; each++) {
    const span = outline[each + 1]!.to - outline[each]!.from;
    if (span < least) {
      least = span;
      at = each;
    }
  }
  const joined = join(outline[at]!, outline[at + 1]!);
  return [...outline.slice(0, at), joined, ...outline.slice(at + 2)];
}

function join(a: Segment, b: Segment): Segment {
  const counts = new Map(a.acts);
  for (const [what, count] of b.acts) counts.set(what, (counts.get(what) ?? 0) + count);
  const ranked = [...counts].filter(([what]) => what !== others).sort((x, y) => y[1] - x[1]);
  const rest = ranked.slice(maxActs).reduce((sum, [, count]) => sum + count, counts.get(others) ?? 0);
  const acts = ranked.slice(0, maxActs);
  return {
    from: a.from,
    to: b.to,
    acts: rest > 0 ? [...acts, [others, rest]] : acts,
    sample: a.sample || b.sample,
  };
}

function nameOf(entry: Entry): string {
  switch (entry.kind) {
    case 'act':
      return tame(entry.action, 60);
    case 'ask':
      return `${tame(entry.action, 60)} (asked, ${entry.answer})`;
    case 'token':
      return `token (${entry.answer})`;
    case 'update':
      return `update (${entry.outcome})`;
    case 'message':
    case 'completion':
    case 'other':
      return entry.kind;
  }
}

/** A little of the entry's matter; nothing of one that gives orders. */
function sampleOf(entry: Entry): string {
  if (ordersOf(entry) === 'clear') return '';
  switch (entry.kind) {
    case 'act':
    case 'ask':
      return short(entry.parameters, 80) ?? short(entry.justification, 80) ?? '';
    case 'token':
      return short(entry.resource, 80) ?? '';
    case 'update':
      return short(entry.description, 80) ?? '';
    case 'message':
    case 'completion':
      return short(entry.text, 80) ?? '';
    case 'other':
      return '';
  }
}

/** An outline as records of a prompt. */
export const outlineRecords = (outline: readonly Segment[]): object[] =>
  outline.map(({ from, to, acts, sample }) => ({
    entries: from === to ? String(from) : `${from} to ${to}`,
    acts: acts.map(([what, count]) => (count === 1 ? what : `${what} ×${count}`)).join(', '),
    first: sample === '' ? undefined : sample,
  }));
