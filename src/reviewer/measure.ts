// One entry measured against the trail before it, and the trail brought up to date with it.
import { kindsOf } from './act-kinds.ts';
import { measureHabits, measureToken, measureUnusedTokens } from './bookkeeping.ts';
import type { Entry } from './entry.ts';
import { instruction, leaningsIn, ordersIn } from './instructions.ts';
import { type Detail, type Measured, openSheet, put, type Sheet, valueOf } from './measures.ts';
import { recall, remember } from './memory.ts';
import { knownFrom, type Reading, readParameters, textsOf, type Value, type Word } from './reading.ts';
import { touch } from './topic.ts';
import { historyOf, keep, type Trail, takeUpdate, writableHistory } from './trail.ts';
import { weigh } from './vocabulary.ts';
import { atomsOf, hash, partsOf, plain, stem } from './words.ts';

type Act = Extract<Entry, { kind: 'act' | 'ask' }>;

const maxResultChars = 16_000;
const maxMessageChars = 600;
const maxOrderWords = 1_024;

/**
 * Measures the next entry of a mission and takes it into the trail. Entries come in the order of their numbers, each
 * once. Undefined for an entry that is nobody's act: updates, approvals, endings.
 */
export function measure(trail: Trail, entry: Entry): Measured | undefined {
  const sheet = openSheet(entry.seq);
  measureUnusedTokens(trail, sheet);
  switch (entry.kind) {
    case 'update':
      takeUpdate(trail, entry);
      return undefined;
    case 'other':
      return undefined;
    case 'token':
      measureToken(trail, entry, sheet);
      return sheet;
    case 'message':
    case 'completion':
      measureMessage(trail, entry.text, sheet);
      if (entry.kind === 'completion') trail.completedAt = entry.seq;
      return sheet;
    case 'act':
    case 'ask':
      measureAct(trail, entry, sheet);
      return sheet;
  }
}

function measureMessage(trail: Trail, text: string, sheet: Sheet): void {
  let related = 0;
  let ordered = 0;
  let all = 0.5;
  const seen = new Set<number>();
  for (const atom of atomsOf(plain(text.slice(0, maxMessageChars)))) {
    for (const part of partsOf(atom)) {
      const stemmed = hash(stem(part));
      if (seen.has(stemmed) || digit.test(part)) continue;
      seen.add(stemmed);
      const weight = weigh(trail.vocabulary, part, stemmed);
      all += weight;
      const ours = trail.topic.words.has(stemmed);
      if (ours || recall(trail.told, stemmed) !== undefined) related += weight;
      if (!ours && trail.orders.words.has(stemmed)) ordered += weight;
    }
  }
  put(sheet, 'unrelated_message', 1 - (related + 0.25) / all);
  put(sheet, 'serves_instruction', (2 * ordered) / all, { earlier: trail.orders.seq });
}

const digit = /\d/;

function measureAct(trail: Trail, act: Act, sheet: Sheet): void {
  const reading = readParameters(act.parameters);
  const digest = hash(`${act.action}|${reading.digest}`);
  // An act that carries out an ask, or says an ask again, is not new evidence of what the mission has become.
  const before = trail.recent.find((recent) => recent.digest === digest);
  trail.acts++;

  measureHabits(trail, act, reading, digest, sheet);
  const words = measureWords(trail, act, reading, sheet);
  const values = measureValues(trail, act, reading, sheet);
  measureServing(trail, reading, words.all, values.named, sheet);
  measureContinuity(trail, reading, words.params > 0 || reading.values.length > 0, sheet);
  sheet.doubt = Math.max(valueOf(sheet, 'replaced_value'), valueOf(sheet, 'field_off_topic'));

  const unasked = kindsOf(act.action).filter((kind) => !trail.topic.asked.has(kind));
  if (unasked.some((kind) => kind === 'pay' || kind === 'send' || kind === 'delete' || kind === 'secure')) {
    put(sheet, 'unasked_kind', 1, { quote: act.action });
  }
  if (unasked.some((kind) => !trail.kinds.has(kind)) && trail.acts > 6) {
    put(sheet, 'late_kind', 1, { quote: act.action });
  }
  for (const kind of kindsOf(act.action)) trail.kinds.add(kind);
  if (trail.tools.size > 0 && !trail.tools.has(act.action))
    put(sheet, 'unapproved_tool', 1, { quote: act.action });
  if (trail.orders.seq > 0) put(sheet, 'saw_instruction', 1, { earlier: trail.orders.seq });
  const leanings = leaningsIn(act.justification);
  put(sheet, 'told_so', leanings.told, { quote: act.justification });
  put(sheet, 'goes_beyond', leanings.beyond, { quote: act.justification });

  takeAct(trail, act, reading, sheet, {
    digest,
    irrelevance: before === undefined ? words.irrelevance : undefined,
  });
}

/** How much of what the act says is the mission's. */
function measureWords(trail: Trail, act: Act, reading: Reading, sheet: Sheet) {
  const { topic } = trail;
  const mine: Word[] = [];
  for (const part of partsOf(act.action)) {
    if (part.length < 3 || digit.test(part)) continue;
    const stemmed = hash(stem(part));
    if (!mine.some((word) => word.stem === stemmed))
      mine.push({ stem: stemmed, text: part, field: '', first: true });
  }
  let all = 0;
  let related = 0;
  let params = 0;
  let paramsRelated = 0;
  let touched = false;
  let stranger = '';
  const fields = new Map<string, { all: number; related: number }>();
  const count = (word: Word, inParams: boolean) => {
    const weight = weigh(trail.vocabulary, word.text, word.stem);
    if (weight === 0) return;
    const ours = topic.words.has(word.stem);
    if (inParams) {
      const field = fields.get(word.field) ?? { all: 0, related: 0 };
      field.all += weight;
      if (ours) field.related += weight;
      fields.set(word.field, field);
      if (word.first) {
        params += weight;
        if (ours) paramsRelated += weight;
        else if (stranger === '') stranger = word.text;
      }
    }
    if (!word.first || (inParams && mine.some(({ stem }) => stem === word.stem))) {
      if (ours && touch(topic, word.stem)) touched = true;
      return;
    }
    all += weight;
    if (!ours) return;
    related += weight;
    if (touch(topic, word.stem)) touched = true;
  };
  for (const word of mine) count(word, false);
  for (const word of reading.words) count(word, true);

  const quote = stranger === '' ? act.action : stranger;
  const irrelevance = 1 - (related + 0.5) / (all + 1);
  if (params > 0.3) put(sheet, 'unrelated', Math.min(1, params / 2) / (1 + paramsRelated), { quote });
  // A mission that never used many of its own words is held to its own habit, not to everybody's.
  const told = trail.acts - 1;
  const habit = (trail.irrelevance + 1.1) / (told + 2);
  put(sheet, 'less_related', (irrelevance - habit) * Math.min(1, told / 3), { quote });
  const reached = touched || topic.weight === 0 ? 0 : topic.touched / topic.weight;
  put(sheet, 'past_goal', reached / (1 + paramsRelated));
  for (const [name, field] of fields) {
    const history = historyOf(trail, name);
    if (history.texts > 0) {
      const usual = history.related / (history.texts + 0.5);
      const now = (field.related + 0.3) / (field.all + 0.3);
      const fall = (usual - now) * Math.min(1, field.all / 2);
      if (fall > valueOf(sheet, 'field_off_topic'))
        put(sheet, 'field_off_topic', fall, { field: name, quote });
    }
    const write = writableHistory(trail, name);
    write.texts++;
    write.related += field.related / field.all;
  }
  return { all, params, irrelevance };
}

/** Whether what the act names was named before: by the mission, by a result, by what people approved. */
function measureValues(trail: Trail, act: Act, reading: Reading, sheet: Sheet) {
  const { topic } = trail;
  const outward = kindsOf(act.action).some((kind) => kind === 'pay' || kind === 'send');
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
function measureServing(
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
    const weight = weigh(trail.vocabulary, word.text, word.stem);
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

function measureContinuity(trail: Trail, reading: Reading, says: boolean, sheet: Sheet): void {
  if (!says || trail.previous === undefined) return;
  const { words, values } = trail.previous;
  let all = reading.values.length;
  let shared = 0;
  for (const word of reading.words) {
    if (!word.first) continue;
    const weight = weigh(trail.vocabulary, word.text, word.stem);
    all += weight;
    if (words.has(word.stem)) shared += weight;
  }
  for (const value of reading.values) if (values.has(value.whole)) shared++;
  if (all > 0) put(sheet, 'discontinuous', 1 - Math.min(1, shared / all));
}

/** Takes an act into the trail: what it did, what it brought in, what its result told. */
function takeAct(
  trail: Trail,
  act: Act,
  reading: Reading,
  sheet: Sheet,
  { digest, irrelevance }: { digest: number; irrelevance: number | undefined },
): void {
  const { seq } = act;
  if (irrelevance === undefined) trail.acts--;
  else trail.irrelevance += irrelevance;
  const recent = {
    digest,
    action: act.action,
    values: reading.values.slice(0, 8).map(({ whole }) => whole),
    seq,
  };
  trail.recent.push(recent);
  if (trail.recent.length > 16) trail.recent.shift();
  if (act.answer === 'denied') {
    trail.denied.push(recent);
    if (trail.denied.length > 16) trail.denied.shift();
  }
  trail.previous = {
    words: new Set(reading.words.map((word) => word.stem)),
    values: new Set(reading.values.map((value) => value.whole)),
  };
  for (const text of textsOf(act.result, maxResultChars)) takeResult(trail, text, seq, sheet);
  const approved = act.answer === 'granted_by_person';
  const into = approved ? trail.told : trail.own;
  const doubt = approved ? 0 : sheet.doubt;
  for (const value of reading.values) remember(into, value.whole, seq, doubt);
  for (const word of reading.words) remember(into, word.stem, seq, doubt);
}

/** A result tells values, unless it gives orders: then nothing it says counts as told, and what it says is remembered as ordered. */
function takeResult(trail: Trail, text: string, seq: number, sheet: Sheet): void {
  const found = ordersIn(text);
  if (found.toReviewer) put(sheet, 'instructs_reviewer', 1, { quote: text });
  if (found.strength < instruction) {
    knownFrom(text, (hashed) => remember(trail.told, hashed, seq, sheet.doubt));
    return;
  }
  if (trail.orders.seq === 0) trail.orders.seq = seq;
  for (const atom of atomsOf(plain(text))) {
    keep(trail.orders.values, hash(atom.toLowerCase()), maxOrderWords);
    for (const part of partsOf(atom)) {
      const stemmed = hash(stem(part));
      if (weigh(trail.vocabulary, part, stemmed) > 0) keep(trail.orders.words, stemmed, maxOrderWords);
    }
  }
}
