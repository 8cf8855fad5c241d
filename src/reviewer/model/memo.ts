// What one review leaves for the next: a plain value for the ledger to keep, of bounded size, whatever the log does.
import { z } from 'zod';
import { Claim } from './claims.ts';
import { Segment } from './outline.ts';

/** A drift the model found and nobody has accepted. It stays until a person does: no later text can talk it away. */
export const Finding = z.object({
  claims: z.array(Claim),
  pattern: z.string(),
  settles: z.string(),
});
export type Finding = z.infer<typeof Finding>;

const Memo = z.object({
  version: z.literal(1),
  /** The last entry a model has judged. */
  through: z.int(),
  /** The last entry that is in the summary; what follows is still read whole. */
  summarised: z.int(),
  /** The rolling summary: what happened, each point with entries. Never evidence of drift. */
  points: z.array(Claim),
  /** The last entry that is in the outline. */
  outlined: z.int(),
  /** Condensations since the summary was last built from the outline. */
  condensations: z.int(),
  outline: z.array(Segment),
  finding: Finding.optional(),
  /** The model's last word, said again while nothing new happens. */
  last: z
    .object({ verdict: z.enum(['on_mission', 'drifting', 'undecided']), claims: z.array(Claim) })
    .optional(),
});
export type Memo = {
  readonly through: number;
  readonly summarised: number;
  readonly outlined: number;
  readonly points: readonly Claim[];
  readonly condensations: number;
  readonly outline: readonly Segment[];
  readonly finding?: Finding;
  readonly last?: {
    readonly verdict: 'on_mission' | 'drifting' | 'undecided';
    readonly claims: readonly Claim[];
  };
};

export const blankMemo: Memo = {
  through: 0,
  summarised: 0,
  outlined: 0,
  points: [],
  condensations: 0,
  outline: [],
};

/** The memo as JSON, and back. One that cannot be read is none: the next review begins at the first entry. */
export const keepMemo = (memo: Memo): string => JSON.stringify({ version: 1, ...memo });

export function readMemo(json: unknown): Memo {
  const value = typeof json === 'string' ? parsed(json) : json;
  const read = Memo.safeParse(value);
  if (!read.success) return blankMemo;
  const { version: _, finding, last, ...memo } = read.data;
  return { ...memo, ...(finding && { finding }), ...(last && { last }) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
