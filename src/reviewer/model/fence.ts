// Others' words as data in a prompt. What an agent, a resource or a person wrote goes in; what comes out is a block whose
// end it cannot write, in characters that all can be seen, of bounded length.
//
//   fence    the pair of lines around a block; the only angle brackets of a prompt's data are theirs
//   record   one line of JSON inside a block
import { plain } from '#reviewer/words.ts';

declare const fenced: unique symbol;

/** A block that may fill a slot of a prompt. Only this file makes one. */
export type Fenced = string & { readonly [fenced]: true };

const space = /[\p{Zs}\t\u2800]/gu;
const hidden =
  /[\p{Noncharacter_Code_Point}\ufff9-\ufffc\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]+/gu;
/** Soft hyphens, joiners of emoji and letters, byte order marks: common in honest text. */
const harmless = /\u00ad|\u200b|\u200c|\u200d|\ufe0e|\ufe0f|\ufeff/gu;
const keptBreaks = /\r\n?|[\n\u2028\u2029\u0085]/g;
/** Control tokens of models are spelled with brackets: `<|im_start|>`, `<s>`, `<｜User｜>`, `[INST]`. */
const squareToken = /\[(\/?[A-Z][A-Z_]+)\]/g;
const tower = /(\p{M}{3})\p{M}+/gu;

/**
 * Text a model may read: what cannot be seen is named (`⟨3 hidden⟩`), no angle bracket is left, and of more than `max`
 * characters the head and the tail stay, because the part that hurts likes to stand last.
 */
export function tame(text: string, max: number): string {
  const whole = cut(text, 4 * max);
  const seen = whole
    .replace(keptBreaks, ' ⏎ ')
    .replace(space, ' ')
    .replace(harmless, '')
    .replace(hidden, (run) => `⟨${Array.from(run).length} hidden⟩`)
    .replace(/</g, '‹')
    .replace(/>/g, '›')
    .replace(squareToken, '($1)')
    .replace(tower, '$1')
    .replace(/ {2,}/g, ' ')
    .trim();
  return cut(seen, max);
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const gap = ` …${text.length - max} characters left out… `;
  const room = Math.max(max - gap.length, 8);
  const tail = Math.floor(room / 3);
  return `${text.slice(0, room - tail)}${gap}${text.slice(text.length - tail)}`.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    '',
  );
}

const maxDepth = 4;
const maxMembers = 16;
const maxName = 60;

/** A value of unknown shape, tamed throughout: names, strings, depth and number of members. */
function tameValue(value: unknown, max: number, depth = 0): unknown {
  if (typeof value === 'string') return tame(value, max);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object') return undefined;
  if (depth === maxDepth) return '…';
  if (Array.isArray(value)) {
    const kept = value.slice(0, maxMembers).map((each: unknown) => tameValue(each, max, depth + 1));
    return value.length > maxMembers ? [...kept, `…${value.length - maxMembers} more`] : kept;
  }
  const members = Object.entries(value);
  const kept = members
    .slice(0, maxMembers)
    .map(([name, each]) => [tame(name, maxName), tameValue(each, max, depth + 1)] as const);
  const more = members.length - maxMembers;
  return Object.fromEntries(more > 0 ? [...kept, ['…', `${more} more`]] : kept);
}

/** One value as text of at most `max` characters, for a member of a record. */
export function short(value: unknown, max: number): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return tame(value, max);
  const text = JSON.stringify(tameValue(value, max));
  return text === undefined || text === '{}' || text === '[]' ? undefined : cut(text, max);
}

/** A fenced block of records, each on a line of its own. Members that are undefined are left out. */
export function fence(name: string, records: readonly object[]): Fenced {
  const lines = records.map((record) => JSON.stringify(tameValue(record, maxField)));
  return `<data name="${name}">\n${lines.length === 0 ? '(nothing)' : lines.join('\n')}\n</data>` as Fenced;
}

/** No single member of a record is longer than this, whoever built the record. */
const maxField = 6_000;

/** Others' words in one spelling, for comparing: folded, in lower case, single spaces. */
export const folded = (text: string): string => plain(text).toLowerCase().replace(/\s+/g, ' ').trim();
