// Structured values as rows that can be read on a phone: `shop.name: corner` in place of JSON. What does not fit stands,
// whole, in the full text.

import type { Block, SafeText } from './card.ts';
import { inert } from './inert.ts';
import { quote } from './parts.ts';
import * as common from './words.ts';

const mostRows = 12;
const deepest = 6;

export type Row = readonly [path: string, value: string];

/** Every value under its path. */
export const rowsIn = (record: Readonly<Record<string, unknown>> | undefined): readonly Row[] =>
  rowsOf(record ?? {}, '', 0);

/** One row for each value, under its path. Somebody else's words, so they stand as a quote, one line each. */
export function parameterTable(
  whose: SafeText,
  record: Readonly<Record<string, unknown>> | undefined,
): Block[] {
  const rows = rowsIn(record);
  if (rows.length === 0) return [];
  const shown = rows.slice(0, mostRows).map(([path, value]) => `${inert(path, 60)}: ${inert(value, 120)}`);
  const more = rows.length - shown.length;
  return [
    ...quote(whose, shown.join('\n'), 2_500),
    ...(more > 0 ? [{ kind: 'note', line: common.rowsMore(more) } as const] : []),
  ];
}

function rowsOf(value: unknown, path: string, depth: number): Row[] {
  if (typeof value !== 'object' || value === null || depth >= deepest) return [[path, written(value)]];
  const members = Object.entries(value);
  // An empty thing is worth a row: it says that nothing is in it.
  if (members.length === 0) return path === '' ? [] : [[path, written(value)]];
  return members.flatMap(([name, member]) =>
    rowsOf(member, path === '' ? name : `${path}.${name}`, depth + 1),
  );
}

const written = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
