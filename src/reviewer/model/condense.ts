// The rolling summary: what was known, and a stretch of entries, become at most a dozen points.
import { z } from 'zod';
import type { Entry, MissionFacts } from '#reviewer/entry.ts';
import type { Model, Silence } from './chat-model.ts';
import { type Claim, checkClaims, citedBy, WrittenClaims } from './claims.ts';
import { fence } from './fence.ts';
import { askFor } from './form.ts';
import { missionBlock, ordersOf, record } from './lines.ts';
import type { Memo } from './memo.ts';
import { outlineRecords, type Segment } from './outline.ts';
import { openPrompt } from './prompt.ts';

const messagesOf = openPrompt('condense', ['mission', 'outline', 'summary', 'entries']);
const Points = z.object({ points: WrittenClaims });

/** One call reads this many entries, and a review makes at most so many calls; what is older is in the outline only. */
const stretchEntries = 40;
const maxStretches = 4;
export const mostCondensed = stretchEntries * maxStretches;
/** After this many calls the summary is built anew from the outline, so that an error in it cannot feed itself. */
const rebuildAfter = 6;

/**
 * Takes entries into the memo's summary, stretch by stretch. When the model falls silent, what was summed up until then
 * stays so. Entries missing between the summary and these are told by the outline.
 */
export async function condenseAll(
  model: Model,
  what: Omit<Condensing, 'points' | 'outline'> & { readonly memo: Memo },
): Promise<{ readonly memo: Memo; readonly tokens: number; readonly silence?: Silence }> {
  const { entries, ...given } = what;
  const skipped = (entries[0]?.seq ?? 0) > what.memo.summarised + 1;
  let { memo } = what;
  let tokens = 0;
  for (let at = 0; at < entries.length; at += stretchEntries) {
    const anew = at === 0 && (skipped || memo.condensations >= rebuildAfter);
    const stretch = entries.slice(at, at + stretchEntries);
    const answer = await condense(model, {
      ...given,
      points: anew ? [] : memo.points,
      outline: anew ? memo.outline : [],
      entries: stretch,
    });
    tokens += answer.tokens;
    if (answer.kind === 'silent') return { memo, tokens, silence: answer };
    memo = {
      ...memo,
      points: answer.points,
      condensations: anew ? 0 : memo.condensations + 1,
      summarised: stretch.at(-1)?.seq ?? memo.summarised,
    };
  }
  return { memo, tokens };
}

type Condensing = {
  readonly mission: MissionFacts;
  /** Empty when the summary is built anew; then `outline` has the log from its start. */
  readonly points: readonly Claim[];
  readonly outline: readonly Segment[];
  readonly entries: readonly Entry[];
  readonly account: string;
  readonly signal?: AbortSignal;
};

type Condensed = ({ readonly kind: 'condensed'; readonly points: readonly Claim[] } | Silence) & {
  readonly tokens: number;
};

/**
 * One model call. A point has to rest on an entry that was read, that an earlier point rested on, or that the outline
 * names; what an entry that clearly gives orders says is not shown at all.
 */
async function condense(model: Model, what: Condensing): Promise<Condensed> {
  const { mission, points, outline, entries, account, signal } = what;
  const messages = messagesOf({
    mission: missionBlock(mission),
    outline: fence('outline', outlineRecords(outline)),
    summary: fence('summary_so_far', points),
    entries: fence(
      'entries',
      entries.map((entry) => record(entry, { withhold: true })),
    ),
  });
  const answer = await askFor(model, { messages, account, ...(signal && { signal }) }, 'summary', Points);
  if (answer.kind === 'silent') return answer;
  const known = new Set([
    ...citedBy(points),
    ...outline.flatMap(({ from, to }) => [from, to]),
    ...entries.filter((entry) => ordersOf(entry) !== 'clear').map(({ seq }) => seq),
  ]);
  const { claims } = checkClaims(answer.value.points, known, 12);
  return { kind: 'condensed', points: claims, tokens: answer.tokens };
}
