// What a word weighs: nothing when every mission uses it, everything when only this one does.
//
// The generic weights are a list of words without content and of words by which missions speak about themselves. An
// installation sharpens them with its own missions: a word found in many of them stops telling one from another.
import { atomsOf, hash, partsOf, plain, stem } from './words.ts';

const empty = new Set(
  (
    'the and for with that this from you your are can could please would will all any not but our have has had was were ' +
    'its their his her him she they them then than into out over about also just only some such what when which who how ' +
    'where there here been being does did doing done each other more most very may might should must shall let use using ' +
    'used one two per via under above after before until while both between during new same own now'
  )
    .split(' ')
    .flatMap((word) => [word, stem(word)]),
);

const counters = 16_384;
/** Below this many missions an installation's counts say nothing yet. */
const enough = 20;

/** Weighs words and learns from missions, in 32 kB. */
export type Vocabulary = { missions: number; readonly counts: Uint16Array };

export function openVocabulary(): Vocabulary {
  return { missions: 0, counts: new Uint16Array(counters) };
}

/** Counts each word of a mission once. Call it once per mission, when it is approved. */
export function learnMission(vocabulary: Vocabulary, description: string): void {
  if (vocabulary.missions === 0xffff) return;
  const words = new Set<number>();
  for (const atom of atomsOf(plain(description.slice(0, 16_000)))) {
    for (const part of partsOf(atom)) words.add(hash(stem(part)) % counters);
  }
  for (const word of words) vocabulary.counts[word] = vocabulary.counts[word]! + 1;
  vocabulary.missions++;
}

/** The weight of a word in lower case, 0 to 1. Numbers and words under three letters weigh nothing: values are read apart. */
export function weigh(vocabulary: Vocabulary, word: string, stemmed: number): number {
  if (word.length < 3 || empty.has(word)) return 0;
  if (vocabulary.missions < enough) return 1;
  const share = vocabulary.counts[stemmed % counters]! / vocabulary.missions;
  // Half the missions: a quarter of the weight. A tenth or fewer: nearly all of it.
  return 1 / (1 + 12 * share * share);
}
