// References in an answer: `[m1#12]` is entry 12 of a mission that was looked at, or it is taken out.
import type { LogEntry, MissionSummary } from '#mission-control/facts.ts';
import { paragraphs } from '#reviewer/model/said.ts';
import { shortId } from './match.ts';
import type { Seen } from './seen.ts';

export type Citation = { readonly mission: MissionSummary; readonly entry: LogEntry };

export type Checked = {
  /** Plain text for a labelled, inert block; `#12` is an entry, `#12 (aB3dE5fG)` one of several missions. */
  readonly text: string;
  /** What the text refers to, in its order; each was looked at for this answer. */
  readonly citations: readonly Citation[];
  /** References to what was not looked at or is not there. They are out of the text. */
  readonly dropped: number;
};

const longest = 2_400;
const reference = /[[(]?\bm(\d{1,4})\s?#\s?(\d{1,9})\b((?:\s?[,;]\s?(?:m\d{1,4}\s?)?#\s?\d{1,9}\b)*)[\])]?/gi;
const bare = /(?:\b(?:entry|entries)\s+#?|#)(\d{1,9})\b/gi;
const handle = /\bm(\d{1,4})\b/g;

/** Checks every reference of an answer against what was shown, and writes handles as people know missions. */
export function checkCitations(written: string, seen: Seen): Checked {
  const citations: Citation[] = [];
  let dropped = 0;
  const cite = (mission: MissionSummary | undefined, seq: number): Citation | undefined => {
    const entry = mission && seen.entry(mission, seq);
    if (!mission || !entry) {
      dropped += 1;
      return undefined;
    }
    const known = citations.find((each) => each.entry.seq === seq && each.mission.s256 === mission.s256);
    const citation = known ?? { mission, entry };
    if (!known) citations.push(citation);
    return citation;
  };

  // References are put aside while what only looks like one is taken out.
  const kept: Citation[] = [];
  const marked = written.replace(reference, (_, first: string, seq: string, more: string) => {
    let current = `m${first}`;
    const found = [cite(seen.mission(current), Number(seq))];
    for (const [, other, next] of more.matchAll(/(m\d{1,4})?\s?#\s?(\d{1,9})/gi)) {
      current = other?.toLowerCase() ?? current;
      found.push(cite(seen.mission(current), Number(next)));
    }
    return found
      .filter((each) => each !== undefined)
      .map((each) => `⟦${kept.push(each) - 1}⟧`)
      .join(' ');
  });
  const unmarked = marked
    .replace(bare, (whole, seq: string) => {
      if (seen.anyEntry(Number(seq))) return whole;
      dropped += 1;
      return '(no such entry)';
    })
    .replace(handle, (whole) => {
      const mission = seen.mission(whole);
      return mission ? shortId(mission.s256) : whole;
    });
  const several = new Set(citations.map(({ mission }) => mission.s256)).size > 1;
  const text = unmarked.replace(/⟦(\d+)⟧/g, (_, at: string) => {
    const citation = kept[Number(at)];
    return citation ? `#${citation.entry.seq}${several ? ` (${shortId(citation.mission.s256)})` : ''}` : '';
  });
  return { text: paragraphs(text.replace(/ +([.,;!?])/g, '$1'), longest), citations, dropped };
}
