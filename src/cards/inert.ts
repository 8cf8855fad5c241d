// The only door to SafeText. What others wrote goes in; what comes out can be read, and does nothing else.
//
//   hidden    a character that changes how others are shown, or carries what nobody sees: its code is shown instead
//   empty     a character that is simply not there to the eye: it goes
//
// Markup is no concern of this file: every renderer escapes what it is given.
import type { SafeText } from './card.ts';

/** One line holds at most this many characters unless told otherwise. */
const lineLength = 300;

const bidirectional = '\\u061c\\u202a-\\u202e\\u2066-\\u2069';
const tags = '\\u{e0000}-\\u{e0fff}';
const control = '\\u0000-\\u0008\\u000e-\\u001f\\u007f-\\u0084\\u0086-\\u009f';
const hidden = new RegExp(`[${bidirectional}${tags}${control}\\p{Co}\\ufff9-\\ufffb]+`, 'gu');
const empty = /[\p{Default_Ignorable_Code_Point}\p{Cf}\ufffc]/gu;
const broken = /[\p{Cs}\p{Noncharacter_Code_Point}]/gu;
const lineBreak = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g;
const space = /[\p{Zs}\t\u2800]/gu;

/** Marks stacked higher than this would be drawn over the lines above and below. */
const stack = /(\p{M}{4})\p{M}+/gu;

/**
 * Makes one line of somebody's text inert: no control, bidirectional, invisible, tag or private-use characters, no
 * lone surrogates, one kind of space, composed letters, and at most `max` characters (its middle is left out, see `cutText`).
 */
export function inert(text: string, max = lineLength): SafeText {
  return cut(reduce(text).replace(/\s+/g, ' ').trim(), max).text;
}

/** The same for a text of several lines, whole: what stands behind a card is never cut. */
export function inertText(text: string): SafeText {
  const lines = reduce(text)
    .split('\n')
    .map((line) => {
      const indent = /^ {0,16}/.exec(line)?.[0] ?? '';
      return line.trim() && indent + line.trim().replace(/ +/g, ' ');
    });
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\s+$/g, '') as SafeText;
}

/**
 * Cuts a text of several lines to at most `max` characters. Its head and its tail stay, because the part that hurts
 * likes to stand last, and the gap says how many characters it holds.
 */
export function cutText(text: string, max: number): { readonly text: SafeText; readonly cut: boolean } {
  return cut(inertText(text), max);
}

function reduce(text: string) {
  return text
    .normalize('NFC')
    .replace(lineBreak, '\n')
    .replace(space, ' ')
    .replace(hidden, shown)
    .replace(broken, '\ufffd')
    .replace(empty, '')
    .normalize('NFC')
    .replace(stack, '$1');
}

/** `[U+202E]`; of a longer run the first three, and how many more there are. */
function shown(run: string) {
  const codes = Array.from(run, (letter) =>
    (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0'),
  );
  const more = codes.length > 3 ? ` +${codes.length - 3}` : '';
  return `[${codes
    .slice(0, 3)
    .map((code) => `U+${code}`)
    .join(' ')}${more}]`;
}

function cut(text: string, max: number): { readonly text: SafeText; readonly cut: boolean } {
  if (text.length <= max) return { text: text as SafeText, cut: false };
  const told = (left: number) => ` […${left.toLocaleString('en')} characters left out…] `;
  // A gap that takes a third of the room says nothing but that it is there.
  const long = told(text.length).length;
  const gap = long * 3 <= max ? long : 1;
  const room = Math.max(max - gap, 0);
  const tail = Math.floor(room / 3);
  const head = whole(text.slice(0, room - tail));
  const end = whole(tail === 0 ? '' : text.slice(-tail));
  const left = text.length - head.length - end.length;
  return {
    text: (head + (gap === 1 ? '…' : told(left)) + end).slice(0, Math.max(max, 0)) as SafeText,
    cut: true,
  };
}

/** Drops half a character, or a mark that lost its letter, where a cut went through. */
const whole = (piece: string) => piece.replace(/^(?:[\udc00-\udfff]|\p{M})+|[\ud800-\udbff]$/gu, '');
