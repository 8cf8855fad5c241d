// One entry measured against the trail before it, and the trail brought up to date with it.
import { kindsOf } from './act-kinds.ts';
import { measureHabits, measureToken } from './bookkeeping.ts';
import type { Entry } from './entry.ts';
import { instruction, leaningsIn, ordersIn } from './instructions.ts';
import { measureServing, measureValues } from './measure-values.ts';
import { measureContinuity, measureWords } from './measure-words.ts';
import { type Measured, openSheet, put, type Sheet, valueOf } from './measures.ts';
import { recall, remember } from './memory.ts';
import { knownFrom, type Reading, readParameters, textsOf } from './reading.ts';
import { keep, type Trail, takeUpdate } from './trail.ts';
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
      const weight = weigh(part);
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
  const words = measureWords(trail, act.action, reading, sheet);
  const values = measureValues(trail, act.action, reading, sheet);
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
      if (weigh(part) > 0) keep(trail.orders.words, stemmed, maxOrderWords);
    }
  }
}
