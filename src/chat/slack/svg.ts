// The few shapes pictures are made of, as SVG text. Whatever a label holds, what comes out is one well-formed element.

/** Dark on white, apart by more than hue; every use of a colour has a shape or a word beside it. */
export const ink = {
  text: '#1d1c1d',
  soft: '#454245',
  rule: '#c9c9c9',
  track: '#f1f1f1',
  plain: '#1264a3',
  alarm: '#a8071a',
  page: '#ffffff',
} as const;

export const font = 'DejaVu Sans';

/** In units of the drawing; the image has twice as many pixels. */
export const frame = { width: 720, edge: 28 } as const;
export const inner = frame.width - 2 * frame.edge;

/** A part of a drawing: what stands in it, from y = 0 downwards, and how high it is. */
export type Drawn = { readonly svg: string; readonly height: number };

export type TextLook = {
  readonly size: number;
  readonly bold?: boolean;
  readonly colour?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** How wide it may be: what is longer is cut, with `…`. */
  readonly room: number;
};

/** One line of text whose baseline is at `y`. */
export function text(
  x: number,
  y: number,
  words: string,
  { size, bold, colour, anchor, room }: TextLook,
): string {
  const shown = fitting(legible(words), size * (bold ? wideEach : each), room);
  const weight = bold ? ' font-weight="bold"' : '';
  const side = anchor && anchor !== 'start' ? ` text-anchor="${anchor}"` : '';
  return `<text x="${n(x)}" y="${n(y)}" font-size="${size}" fill="${colour ?? ink.text}"${weight}${side}>${escaped(shown)}</text>`;
}

/** The width of a letter, as a part of its height, and of a bold one. */
const each = 0.6;
const wideEach = 0.68;

/** About how wide a text is drawn; letters of our font are wider than this only where they are few. */
export const widthOf = (words: string, size: number, bold = false) =>
  letters(words) * size * (bold ? wideEach : each);

export const rect = (x: number, y: number, width: number, height: number, fill: string) =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(Math.max(0, width))}" height="${n(height)}" fill="${fill}"/>`;

export const rule = (x1: number, y1: number, x2: number, y2: number, colour: string, more = '') =>
  `<line x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}" stroke="${colour}" stroke-width="2"${more}/>`;

export const dashed = ' stroke-dasharray="9 6"';

export const path = (d: string, fill: string, stroke = 'none', width = 3) =>
  `<path d="${d}" fill="${fill}" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;

export const circle = (x: number, y: number, r: number, fill: string, stroke = 'none') =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}" stroke="${stroke}" stroke-width="3"/>`;

/** A number as SVG takes it: finite, to one place. */
export const n = (value: number) => String(Math.round((Number.isFinite(value) ? value : 0) * 10) / 10);

const escaped = (words: string) =>
  words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');

/** XML 1.0 knows no control characters, no halves of a character and no noncharacters; a drawing needs none that change direction. */
const illegible =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\uffff]|[\p{Cs}\p{Noncharacter_Code_Point}]/gu;
const legible = (words: string) => words.toWellFormed().replace(illegible, ' ').replace(/ +/g, ' ').trim();

/** Letters of a script that is written wide take the room of two. */
const wide =
  /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffe6\p{Extended_Pictographic}WM@%m]/u;
const letters = (words: string) =>
  Array.from(words, (letter) => (wide.test(letter) ? 1.6 : 1)).reduce((a, b) => a + b, 0);

function fitting(words: string, each: number, room: number): string {
  if (letters(words) * each <= room) return words;
  let used = 1;
  let shown = '';
  for (const letter of words) {
    used += letters(letter);
    if (used * each > room) break;
    shown += letter;
  }
  return `${shown.trimEnd()}\u2026`;
}
