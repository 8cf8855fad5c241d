// The small parts every card is put together from. What others wrote stands in them as a code span, a quote or full text.
import type { Block, Card, Line, SafeText } from './card.ts';
import { cutText, inertText } from './inert.ts';
import { code, joined, line, strong } from './line.ts';
import * as words from './words.ts';

export type Fact = Extract<Block, { kind: 'facts' }>['facts'][number];
export type Expansion = Card['expansion'];

/** At most this many rows of a kind on a card, and so many characters of a quote; the rest is in the full text. */
const rowsShown = 6;
const quoteLength = 500;

export const text = (line: Line): Block => ({ kind: 'text', line });
export const note = (line: Line): Block => ({ kind: 'note', line });

/** A labelled section; nothing when it would be empty. */
export const section = (label: SafeText, blocks: readonly Block[]): Block[] =>
  blocks.length === 0 ? [] : [{ kind: 'text', line: [strong(label)] }, ...blocks];

/** One block of the facts that are there. */
export function factsOf(...facts: readonly (Fact | undefined)[]): Block[] {
  const there = facts.filter((each) => each !== undefined);
  return there.length === 0 ? [] : [{ kind: 'facts', facts: there }];
}

export const fact = (name: SafeText, value: Line | undefined): Fact | undefined => value && { name, value };

/** A fact made of somebody's text, absent when there is none. */
export const told = (name: SafeText, text: string | undefined): Fact | undefined =>
  text === undefined ? undefined : { name, value: [code(text)] };

/** Somebody's words set apart; a long text keeps its head and its tail. */
export function quote(whose: SafeText, text: string | undefined, max = quoteLength): Block[] {
  if (text === undefined) return [];
  const { text: shown, cut } = cutText(text, max);
  return shown === '' ? [] : [{ kind: 'quote', whose, text: shown, cut }];
}

/** Several texts in one line, as code spans; absent when the list is empty. */
export function listed(texts: readonly string[] | undefined): Line | undefined {
  if (!texts || texts.length === 0) return undefined;
  const shown = joined(
    texts.slice(0, rowsShown).map((text) => [code(text, 80)]),
    line`, `,
  );
  return texts.length > rowsShown ? [...shown, ...words.andMore(texts.length - rowsShown)] : shown;
}

/** The headed texts that say something. */
export function full(
  ...parts: readonly (readonly [heading: SafeText, text: string | undefined])[]
): Expansion {
  return parts
    .map(([heading, text]) => ({ heading, text: inertText(text ?? '') }))
    .filter(({ text }) => text !== '');
}

/** Texts below each other, each on a line of its own, without repeating one. */
export const lines = (texts: readonly (string | undefined)[] | undefined) =>
  [...new Set(texts?.filter((text) => text !== undefined))].join('\n');

export const called = (thing: { readonly name: string; readonly description?: string | undefined }) =>
  thing.description === undefined ? thing.name : `${thing.name}: ${thing.description}`;

export const pretty = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value, null, 2));
