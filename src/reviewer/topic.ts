// What a mission is about: the words and values of its approved text, and the kinds of act it asks for.
import { type ActKind, kindsAskedBy } from './act-kinds.ts';
import { knownFrom } from './reading.ts';
import { weigh } from './vocabulary.ts';
import { atomsOf, hash, partsOf, plain, stem } from './words.ts';

export type Topic = {
  /** Stem → weight. */
  readonly words: Map<number, number>;
  /** Everything by which a value counts as named. */
  readonly named: Set<number>;
  readonly asked: Set<ActKind>;
  /** The most the text lets be spent, if it says so. */
  budget: number | undefined;
  /** Sum of the words' weights, and of those some entry has touched. */
  weight: number;
  touched: number;
  readonly untouched: Set<number>;
};

const maxChars = 16_000;
const maxWords = 4_096;
const digit = /\d/;

export function openTopic(text: string): Topic {
  const topic: Topic = {
    words: new Map(),
    named: new Set(),
    asked: new Set(),
    budget: undefined,
    weight: 0,
    touched: 0,
    untouched: new Set(),
  };
  widen(topic, text);
  return topic;
}

/** Adds an accepted text: what it names is named, what it asks for is asked for, and its budget comes on top. */
export function widen(topic: Topic, text: string): void {
  const clean = plain(text.slice(0, maxChars));
  const words: string[] = [];
  for (const atom of atomsOf(clean)) {
    for (const part of partsOf(atom)) {
      words.push(part);
      addWord(topic, part);
    }
  }
  knownFrom(clean, (hashed) => {
    if (topic.named.size < 4 * maxWords) topic.named.add(hashed);
  });
  for (const kind of kindsAskedBy(words)) topic.asked.add(kind);
  const budget = budgetIn(clean);
  if (budget !== undefined) topic.budget = (topic.budget ?? 0) + budget;
}

function addWord(topic: Topic, word: string): void {
  if (digit.test(word) || topic.words.size >= maxWords) return;
  const stemmed = hash(stem(word));
  const weight = weigh(word);
  if (weight === 0 || topic.words.has(stemmed)) return;
  topic.words.set(stemmed, weight);
  topic.untouched.add(stemmed);
  topic.weight += weight;
}

/** Marks a word as touched by an entry; true when it was not yet. */
export function touch(topic: Topic, stemmed: number): boolean {
  if (!topic.untouched.delete(stemmed)) return false;
  topic.touched += topic.words.get(stemmed) ?? 0;
  return true;
}

const limit =
  /(?:budget|at most|up to|no more than|not more than|maximum|max|limit|under|below|within|spend|less than)\b[^.\n]{0,40}?(?:[$€£¥]|\b(?:usd|eur|gbp|chf)\b)?\s?(\d[\d,]*(?:\.\d+)?)\s?(?:[$€£¥]|\b(?:usd|eur|gbp|chf|dollars?|euros?|pounds?|francs?)\b)?/gi;
const money = /[$€£¥]|\b(?:usd|eur|gbp|chf|dollars?|euros?|pounds?|francs?|budget)\b/i;

/** The largest amount the text sets as a limit; a limit without a currency or the word budget is not about money. */
function budgetIn(text: string): number | undefined {
  let found: number | undefined;
  for (const match of text.matchAll(limit)) {
    if (!money.test(match[0])) continue;
    const amount = Number(match[1]!.replaceAll(',', ''));
    if (amount > (found ?? 0)) found = amount;
  }
  return found;
}
