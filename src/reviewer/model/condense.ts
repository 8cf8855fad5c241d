// The rolling summary: what was known, and a stretch of entries, become at most a dozen points.
import { z } from 'zod';
import type { Entry, MissionFacts } from '#reviewer/entry.ts';
import type { Model, Silence } from './chat-model.ts';
import { type Claim, checkClaims, citedBy, WrittenClaims } from './claims.ts';
import { fence } from './fence.ts';
import { askFor } from './form.ts';
import { missionBlock, ordersOf, record } from './lines.ts';
import { outlineRecords, type Segment } from './outline.ts';
import { openPrompt } from './prompt.ts';

const messagesOf = openPrompt('condense', ['mission', 'outline', 'summary', 'entries']);
const Points = z.object({ points: WrittenClaims });

export type Condensing = {
  readonly mission: MissionFacts;
  /** Empty when the summary is built anew; then `outline` has the log from its start. */
  readonly points: readonly Claim[];
  readonly outline: readonly Segment[];
  readonly entries: readonly Entry[];
  readonly account: string;
  readonly signal?: AbortSignal;
};

export type Condensed = ({ readonly kind: 'condensed'; readonly points: readonly Claim[] } | Silence) & {
  readonly tokens: number;
};

/**
 * One model call. A point has to rest on an entry that was read, that an earlier point rested on, or that the outline
 * names; what an entry that clearly gives orders says is not shown at all.
 */
export async function condense(model: Model, what: Condensing): Promise<Condensed> {
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
