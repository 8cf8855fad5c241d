// How a sentence of ours is put together. Our words are literal pieces of a template and nothing else; what others
// wrote can only stand in a sentence as a code span, so that it never reads as if we had said it.
import type { Line, SafeText, Span } from './card.ts';
import { inert } from './inert.ts';

/** Our own words. Takes nothing but what stands in the source, numbers, and text that is safe already. */
export function ours(pieces: TemplateStringsArray, ...between: readonly (number | SafeText)[]): SafeText {
  return String.raw({ raw: pieces }, ...between.map(String)) as SafeText;
}

/** A sentence of ours with spans in it. */
export function line(pieces: TemplateStringsArray, ...between: readonly (Span | Line | number)[]): Line {
  return pieces.flatMap((piece, at): Line => {
    const own: Line = piece === '' ? [] : [{ kind: 'plain', text: piece as SafeText }];
    const part = between[at];
    if (part === undefined) return own;
    if (typeof part === 'number') return [...own, { kind: 'plain', text: String(part) as SafeText }];
    return 'kind' in part ? [...own, part] : [...own, ...part];
  });
}

/** What stands where somebody wrote nothing that can be seen. */
export const empty = ours`(empty)`;

/** Somebody else's words on one line: an id, a scope, a title. `max` in characters. */
export const code = (text: string, max = 160): Span => ({
  kind: 'code',
  text: inert(text, max) || empty,
});

export const strong = (text: SafeText): Span => ({ kind: 'strong', text });

export const time = (at: Date): Span => ({ kind: 'time', at });

/** The name the operator gave a person. */
export const named = (name: string): Span => ({ kind: 'plain', text: inert(name, 80) });

/** Lines one after the other, parted by `mark`. */
export const joined = (lines: readonly Line[], mark: Line): Line =>
  lines.flatMap((each, at) => (at === 0 ? each : [...mark, ...each]));
