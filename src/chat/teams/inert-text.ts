// Words on their way into an Adaptive Card, made so that Teams reads nothing in them but words.
import { charactersLeftOut } from '#cards/words/drawing.ts';

/** What ends a line somewhere: in JSON, in a browser or in a phone's text view. */
export const lineBreak = /\r\n|[\n\r\u2028\u2029\v\f\u0085]/;

/**
 * One line for places where Teams reads no Markdown (TextRun, titles, labels). It would still turn `{{DATE(…)}}` into a
 * date and `<at>` into a mention; both stay readable, and dead. A line break becomes a space: it could begin a line that
 * looks like ours.
 */
export const plain = (text: string) =>
  text
    .toWellFormed()
    .split(lineBreak)
    .join(' ')
    .replaceAll('{{', '{ {')
    .replace(/<(?=\/?at\b)/gi, '‹');

/** For a TextBlock, where Markdown is read: every character that could begin some is escaped. */
export const escaped = (text: string) =>
  plain(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()#+\-.!<>~|&:]/g, '\\$&');

/** A name that may stand inside `<at>…</at>`: letters, digits, marks, spaces and little else. */
export const mentionName = (name: string) =>
  Array.from(name.replace(/[^\p{L}\p{M}\p{N} .'’-]/gu, '').replace(/ +/g, ' '))
    .slice(0, 60)
    .join('')
    .trim() || 'somebody';

export type Cut = { readonly head: string; readonly left: number; readonly tail: string };

/**
 * Keeps the beginning and the end of a text within `chars` characters and `lines` lines, two thirds before the gap.
 * `left` counts the characters left out between them; 0 means the text is whole and stands in `head`.
 */
export function cut(text: string, chars: number, lines = Number.POSITIVE_INFINITY): Cut {
  const headChars = Math.ceil((chars * 2) / 3);
  const headLines = Math.ceil((lines * 2) / 3);
  let end = Math.min(text.length, headChars, afterLine(text, headLines));
  let start = Math.max(0, text.length - (chars - headChars), beforeLine(text, lines - headLines));
  const withinLines = lines === Number.POSITIVE_INFINITY || text.split('\n', lines + 1).length <= lines;
  if ((text.length <= chars && withinLines) || end >= start) return { head: text, left: 0, tail: '' };
  if (isLowSurrogate(text, end)) end -= 1;
  if (isLowSurrogate(text, start)) start += 1;
  return { head: text.slice(0, end), left: start - end, tail: text.slice(start) };
}

export const leftOut = (count: number) => `[${charactersLeftOut(count)} here]`;

/** A text on one line within `chars` characters and what the gap takes, the gap said in words. */
export function shorten(text: string, chars: number): string {
  const { head, left, tail } = cut(text, chars);
  return left === 0 ? head : `${head} … ${leftOut(left)} … ${tail}`;
}

const isLowSurrogate = (text: string, at: number) => /^[\uDC00-\uDFFF]/.test(text.slice(at, at + 1));

function afterLine(text: string, count: number): number {
  if (count === Number.POSITIVE_INFINITY) return text.length;
  let at = -1;
  for (let line = 0; line < count; line += 1) {
    at = text.indexOf('\n', at + 1);
    if (at < 0) return text.length;
  }
  return at;
}

function beforeLine(text: string, count: number): number {
  if (Number.isNaN(count)) return 0;
  if (count <= 0) return text.length;
  let at = text.length;
  for (let line = 0; line < count; line += 1) {
    at = text.lastIndexOf('\n', at - 1);
    if (at < 0) return 0;
  }
  return at + 1;
}
