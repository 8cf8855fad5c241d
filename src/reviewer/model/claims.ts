// What a model says of a mission is worth what it rests on: entries that exist and that it was shown.
import { z } from 'zod';
import { type Accepted, isAccepted } from './lines.ts';
import { sentence } from './said.ts';

/** One thing said, in the model's words, and the numbers of the entries it rests on. */
export const Claim = z.object({ says: z.string(), entries: z.array(z.int()) });
export type Claim = z.infer<typeof Claim>;

/** As a model writes them: nothing about the numbers is true yet. */
export const WrittenClaims = z.array(z.object({ says: z.string(), entries: z.array(z.number()) }));

const maxEntries = 8;

/**
 * Keeps of what was written at most `most` claims that rest on at least one entry of `shown`, with those
 * entries alone; the others are dropped and counted. Numbers the model was not shown are no evidence, whether or not such an entry exists: a summary, or a
 * number inside somebody's text, may have told it of them.
 */
export function checkClaims(
  written: z.infer<typeof WrittenClaims>,
  shown: ReadonlySet<number>,
  most = 6,
): { readonly claims: readonly Claim[]; readonly dropped: number } {
  const claims: Claim[] = [];
  for (const { says, entries } of written) {
    const cited = [...new Set(entries)].filter((seq) => shown.has(seq)).slice(0, maxEntries);
    const text = sentence(says, 300);
    if (text !== '' && cited.length > 0 && claims.length < most) {
      claims.push({ says: text, entries: cited.toSorted((a, b) => a - b) });
    }
  }
  return { claims, dropped: written.length - claims.length };
}

/** The claims that are not only about what people have accepted already. */
export const unaccepted = (claims: readonly Claim[], accepted: readonly Accepted[]): readonly Claim[] =>
  claims.filter(({ entries }) => !isAccepted(entries, accepted));

/** Every entry the claims rest on, in order. */
export const citedBy = (claims: readonly Claim[]): readonly number[] =>
  [...new Set(claims.flatMap(({ entries }) => entries))].toSorted((a, b) => a - b);
