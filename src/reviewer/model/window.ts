// What a review reads of a log: what is new, in pages, and single entries that something rests on.
import type { MissionControl } from '#mission-control/port.ts';
import { acceptDrift, type MissionTrail, observe } from '#reviewer/drift.ts';
import { type Entry, readEntry } from '#reviewer/entry.ts';
import { mostCondensed } from './condense.ts';
import { type Accepted } from './lines.ts';
import type { Memo } from './memo.ts';
import { addToOutline, type Segment } from './outline.ts';

/** Entries with `seq` greater than `after`, in order, at most `limit`; none at the end of the log. */
export type ReadEntries = (after: number, limit: number) => Promise<readonly Entry[]>;

/** The log of one mission, as the Person Server keeps it. */
export const entriesOf =
  (missionControl: Pick<MissionControl, 'readLog'>, s256: string): ReadEntries =>
  async (after, limit) =>
    (await missionControl.readLog(s256, { after, limit })).entries.map(readEntry);

/** Entries read whole for a judgement; when there are more, the newest few stay and the others go into the summary. */
export const windowEntries = 32;
export const keptInWindow = 12;
const pageEntries = 200;
const maxTelling = 6;
const maxPinned = 12;
/** Of a long backlog no more is kept than a review may show. */
const maxFresh = mostCondensed + windowEntries;

export type News = {
  /** Not yet in the summary, oldest first. */
  readonly fresh: readonly Entry[];
  /** Of the entries the rules had not seen, the numbers of those that speak loudest against the mission. */
  readonly telling: readonly number[];
  readonly outline: readonly Segment[];
  /** The last entry of the log. */
  readonly lastSeq: number;
};

/** Reads the log from where the memo and the rules' trail left it, and moves the trail on to its end. */
export async function readNews(
  read: ReadEntries,
  trail: MissionTrail,
  memo: Memo,
  accepted: readonly Accepted[],
): Promise<News> {
  const fresh: Entry[] = [];
  const loudest: { readonly seq: number; readonly evidence: number }[] = [];
  let { outline } = memo;
  // While no model answers, nothing gets into the summary; what is older than a review may show is not read again for that.
  let lastSeq = Math.min(trail.lastSeq, Math.max(memo.summarised, memo.outlined - maxFresh));
  for (;;) {
    const page = await read(lastSeq, pageEntries);
    for (const entry of page) {
      if (entry.seq > trail.lastSeq) {
        const evidence = follow(trail, entry, accepted);
        if (evidence > 0) loudest.push({ seq: entry.seq, evidence });
      }
      if (entry.seq > memo.summarised) fresh.push(entry);
      if (entry.seq > memo.outlined) outline = addToOutline(outline, entry);
    }
    if (fresh.length > maxFresh) fresh.splice(0, fresh.length - maxFresh);
    loudest.sort((a, b) => b.evidence - a.evidence).splice(maxTelling);
    const end = page.at(-1)?.seq ?? lastSeq;
    // A server may give shorter pages than it was asked for; only an empty one is the end.
    if (end <= lastSeq) return { fresh, telling: loudest.map(({ seq }) => seq), outline, lastSeq };
    lastSeq = end;
  }
}

/**
 * Moves the rules on by an entry and gives its evidence. Where a trail is followed again from its start, what people
 * accepted counts from where they accepted it.
 */
function follow(trail: MissionTrail, entry: Entry, accepted: readonly Accepted[]): number {
  const observed = observe(trail, entry);
  if (accepted.some(({ through }) => through === entry.seq)) acceptDrift(trail);
  return observed?.evidence ?? 0;
}

/** The window with the entries in `wanted` that stand before it, the first dozen of them, read again from the log. */
export async function withPinned(
  read: ReadEntries,
  window: readonly Entry[],
  wanted: readonly number[],
): Promise<readonly Entry[]> {
  const first = window[0]?.seq ?? 0;
  const pinned: Entry[] = [];
  for (const seq of [...new Set(wanted)].filter((each) => each < first).slice(0, maxPinned)) {
    const [entry] = await read(seq - 1, 1);
    if (entry?.seq === seq) pinned.push(entry);
  }
  return [...pinned.toSorted((a, b) => a.seq - b.seq), ...window];
}
