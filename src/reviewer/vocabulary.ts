// What a word weighs: nothing when it has no content of its own, otherwise one. Weights learned from an installation's own
// missions or logs were tried and found no better on kinds of missions they had not seen; docs/evaluation.md has the figures.
import { stem } from './words.ts';

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

/** The weight of a word in lower case. Numbers and words under three letters weigh nothing: values are read apart. */
export const weigh = (word: string): 0 | 1 => (word.length < 3 || empty.has(word) ? 0 : 1);
