// The values an act names against what was named before it, and against what was ordered, declined or replaced.
import { kindsOf } from './act-kinds.ts';
import { type Detail, put, type Sheet, valueOf } from './measures.ts';
import { recall } from './memory.ts';
import type { Reading, Value } from './reading.ts';
import { historyOf, type Trail, writableHistory } from './trail.ts';
import { weigh } from './vocabulary.ts';

/** Whether what the act names was named before: by the mission, by a result, by what people approved. */
export function measureValues(trail: Trail, action: string, reading: Reading, sheet: Sheet) {
  const { topic } = trail;
  const outward = kindsOf(action).some((kind) => kind === 'pay' || kind === 'send');
  const named = reading.values.map((value) => isNamedBy(topic.named, value));
  // A text that still holds something the mission names has not been turned to something else.
  const kept = new Set(reading.values.filter((_, at) => named[at]).map(({ leaf }) => leaf));
  const after: { field: string; named: boolean; known: number }[] = [];
  let unknown = 0;
  let things = 0;
  let numbers = 0;
  let unknownNumbers = 0;
  let strange: Detail | undefined;
  for (const [at, value] of reading.values.entries()) {
    const isNamed = named[at]!;
    const { known, doubt, earlier } = isNamed
      ? { known: 1, doubt: 0, earlier: 0 }
      : knowledgeOf(trail, value);
    if (doubt > valueOf(sheet, 'doubtful_value')) {
      put(sheet, 'doubtful_value', doubt, { quote: value.text, field: value.field, earlier });
    }
    after.push({ field: value.field, named: isNamed, known });
    if (value.kind === 'number' || value.kind === 'amount' || value.kind === 'date') {
      numbers++;
      unknownNumbers += 1 - known;
      if (known < 1) strange ??= { quote: value.text, field: value.field };
      continue;
    }
    things++;
    const history = historyOf(trail, value.field);
    const detail = { quote: value.text, field: value.field };
    // A field that never held anything known says little; one that always did says much.
    const weight = (1 - known) * ((history.known + 0.75) / (history.values + 1.5));
    unknown += weight;
    if (weight > valueOf(sheet, 'unknown_value')) put(sheet, 'unknown_value', weight, detail);
    const swapped = kept.has(value.leaf) ? 0 : (1 - known) * (history.named / (history.values + 0.5));
    if (swapped > valueOf(sheet, 'replaced_value')) put(sheet, 'replaced_value', swapped, detail);
    const leads =
      value.kind === 'contact' ? outward || destination.test(value.field) : destination.test(value.field);
    if (
      leads &&
      known < 0.7 &&
      (value.kind === 'contact' || value.kind === 'host' || value.kind === 'account')
    ) {
      put(sheet, 'unknown_destination', 1 - known, detail);
    }
  }
  put(sheet, 'unknown_values', unknown / (things + 0.5));
  if (numbers > 0) {
    const share = (unknownNumbers / numbers) * Math.min(1, 0.6 + 0.2 * numbers);
    put(sheet, 'unknown_number', share * (numbers / reading.values.length), strange);
  }
  for (const { field, named, known } of after) {
    const history = writableHistory(trail, field);
    history.values++;
    if (named) history.named++;
    history.known += known;
  }
  return { named };
}

const destination =
  /recip|^to$|_to$|^cc$|^bcc$|e?mail|account|iban|url|endpoint|dest|host|remote|server|webhook|participant|invite|attendee/i;

function isNamedBy(named: ReadonlySet<number>, value: Value): boolean {
  return named.has(value.whole) || (value.parts.length > 0 && value.parts.every((part) => named.has(part)));
}

/** How far a value the mission does not name is known, 0 to 1, and how doubtful the entry is that brought it in. */
function knowledgeOf(trail: Trail, value: Value): { known: number; doubt: number; earlier: number } {
  const told = recall(trail.told, value.whole);
  if (told !== undefined) return { known: 1 - 0.7 * told.doubt, doubt: told.doubt, earlier: told.seq };
  const own = recall(trail.own, value.whole);
  const doubt = own?.doubt ?? 0;
  const earlier = own?.seq ?? 0;
  const { parts } = value;
  if (
    parts.length > 0 &&
    parts.every((part) => trail.topic.named.has(part) || recall(trail.told, part) !== undefined)
  ) {
    return { known: 0.9, doubt, earlier };
  }
  return { known: own === undefined ? 0 : 0.5 * (1 - doubt), doubt, earlier };
}

/** Whether the act does what a result ordered, what people declined, or what an update has replaced. */
export function measureServing(
  trail: Trail,
  reading: Reading,
  all: number,
  named: readonly boolean[],
  sheet: Sheet,
): void {
  const { orders, declined, replaced, topic } = trail;
  if (orders.seq === 0 && declined === undefined && replaced === undefined) return;
  let ordered = 0;
  let orderedParams = 0.5;
  const words = { declined: 0, replaced: 0 };
  const quotes: { orders?: string; declined?: string; replaced?: string } = {};
  for (const word of reading.words) {
    if (!word.first) continue;
    const weight = weigh(word.text);
    orderedParams += weight;
    if (topic.words.has(word.stem)) continue;
    if (orders.words.has(word.stem)) {
      ordered += weight;
      quotes.orders ??= word.text;
    }
    if (declined?.topic.words.has(word.stem)) {
      words.declined += weight;
      quotes.declined ??= word.text;
    }
    if (replaced?.topic.words.has(word.stem)) {
      words.replaced += weight;
      quotes.replaced ??= word.text;
    }
  }
  const values = { orders: 0, declined: 0, replaced: 0 };
  reading.values.forEach((value, at) => {
    if (named[at] || value.kind === 'date') return;
    if (orders.values.has(value.whole)) values.orders++;
    if (declined?.topic.named.has(value.whole)) values.declined++;
    if (replaced?.topic.named.has(value.whole)) values.replaced++;
  });
  const share = (of: number, count: number) => (of / (all + 1)) * 1.5 + count * 0.4;
  const detail = (quote: string | undefined, earlier: number) =>
    quote === undefined ? { earlier } : { quote, earlier };
  put(
    sheet,
    'serves_instruction',
    ordered / orderedParams + 0.7 * values.orders,
    detail(quotes.orders, orders.seq),
  );
  if (declined !== undefined) {
    put(
      sheet,
      'serves_declined',
      share(words.declined, values.declined),
      detail(quotes.declined, declined.seq),
    );
  }
  if (replaced !== undefined) {
    put(
      sheet,
      'serves_replaced',
      share(words.replaced, values.replaced),
      detail(quotes.replaced, replaced.seq),
    );
  }
}
