// What came of having an ask briefed, as it is kept beside the ask: a plain value, read back by its shape.
import { z } from 'zod';
import type { Brief } from './brief.ts';
import type { Silence } from './chat-model.ts';

const entries = z.array(z.int());
const Said = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fits'), why: z.string(), entries, missionWords: z.string() }),
  z.object({ kind: z.literal('does_not_fit'), why: z.string(), entries }),
  z.object({
    kind: z.literal('cannot_tell'),
    because: z.enum(['said', 'uncited', 'orders']),
    why: z.string(),
    entries,
  }),
]) satisfies z.ZodType<Brief>;

const silences = [
  'away',
  'slow',
  'rate_limited',
  'rejected',
  'refused',
  'truncated',
  'malformed',
  'budget_spent',
] as const satisfies readonly Silence['why'][];

const Kept = z.discriminatedUnion('kind', [
  /** `through`: the last entry of the log that was before the model. */
  z.object({ kind: z.literal('briefed'), brief: Said, through: z.int() }),
  z.object({ kind: z.literal('silent'), why: z.enum(silences) }),
]);

/** A model's word on one ask, or why there is none. */
export type KeptBrief =
  | { readonly kind: 'briefed'; readonly brief: Brief; readonly through: number }
  | { readonly kind: 'silent'; readonly why: Silence['why'] };

/** A brief as it was kept. One that cannot be read is none. */
export function readBrief(kept: unknown): KeptBrief | undefined {
  return Kept.safeParse(kept).data;
}
