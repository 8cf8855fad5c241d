// Somebody else's words, shortened where they must be and set apart line by line.
// A cut takes the middle: what is dangerous stands at the end as often as at the beginning.
import { charactersLeftOut } from '#cards/words/drawing.ts';

export type Cut = {
  readonly head: string;
  /** Characters left out between head and tail; 0 when nothing is. */
  readonly left: number;
  readonly tail: string;
};

/** Shortens to at most `room` characters and `rows` lines, keeping three fifths of each as head and two as tail. */
export function cutMiddle(text: string, room: number, rows = Number.POSITIVE_INFINITY): Cut {
  if (
    text.length <= room &&
    (rows === Number.POSITIVE_INFINITY || text.split('\n', rows + 1).length <= rows)
  ) {
    return { head: text, left: 0, tail: '' };
  }
  const head = beginning(text, Math.ceil(room * 0.6), Math.ceil(rows * 0.6));
  const rest = text.slice(head.length);
  const tail = ending(rest, Math.floor(room * 0.4), Math.floor(rows * 0.4));
  return { head, left: Array.from(rest.slice(0, rest.length - tail.length)).length, tail };
}

/** The same cut in one piece, for a line of ours that carries long words. */
export function cutLine(text: string, room: number): string {
  const { head, left, tail } = cutMiddle(text, room);
  return left === 0 ? text : `${head} … (${charactersLeftOut(left)}) … ${tail}`;
}

/** At most `room` characters, the last one an ellipsis when something is missing. */
export const clip = (text: string, room: number) =>
  text.length <= room ? text : `${beginning(text, room - 1, Number.POSITIVE_INFINITY)}…`;

/** Sets every line apart with a bar. What has no bar was not written by the one who is quoted. */
export const barred = (text: string) =>
  linesOf(text)
    .map((line) => `\u2502 ${line}`)
    .join('\n');

/** Every character that some client draws as a new line ends one here. */
export const linesOf = (text: string) => text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);

function beginning(text: string, room: number, rows: number): string {
  const within = text.slice(0, room);
  const head = Number.isFinite(rows) ? within.split('\n').slice(0, rows).join('\n') : within;
  // Half of a surrogate pair is no character.
  return /[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head;
}

function ending(text: string, room: number, rows: number): string {
  const within = room === 0 ? '' : text.slice(-room);
  const tail = Number.isFinite(rows)
    ? rows === 0
      ? ''
      : within.split('\n').slice(-rows).join('\n')
    : within;
  return /^[\udc00-\udfff]/.test(tail) ? tail.slice(1) : tail;
}
