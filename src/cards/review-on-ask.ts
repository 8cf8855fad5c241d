// The reviewer's block on the card of an ask: how the rules find the mission, and what a model says of this ask.
import type { LogEntry } from '#mission-control/facts.ts';
import type { Brief } from '#reviewer/model/brief.ts';
import type { KeptBrief } from '#reviewer/model/kept-brief.ts';
import type { Block, Line } from './card.ts';
import { writtenEntry } from './entry-card.ts';
import { fact, factsOf, lines, note, quote } from './parts.ts';
import { type ReviewFacts, reviewedBy, whySilent } from './review-card.ts';
import * as words from './words/review.ts';

/** At most so many of the entries a brief points to are quoted. */
export const entriesShown = 4;
const quoted = 700;

/**
 * How the mission stands, and the brief on this ask with what it cites, as far as there are any. `guarded`: by the
 * operator's rule nothing under the mission is granted silently.
 */
export type ReviewOnAsk = {
  readonly review?: ReviewFacts | undefined;
  readonly brief?: { readonly word: KeptBrief; readonly cited: readonly LogEntry[] } | undefined;
  readonly guarded?: boolean;
};

export function reviewOnAsk({ review, brief, guarded = false }: ReviewOnAsk): Block[] {
  return [
    ...factsOf(fact(words.reviewer, review && standing(review))),
    ...(brief ? briefed(brief.word, brief.cited) : []),
    ...(guarded ? [note(words.rule.guardedAsk)] : []),
    ...(review ? [note(reviewedBy(review))] : brief ? [note(words.neverReviewed)] : []),
  ];
}

function standing({ kind, since }: ReviewFacts): Line {
  if (kind === 'drifting' && since !== undefined) return words.onAsk.drifting(since);
  return kind === 'on_mission' ? words.onAsk.onMission : words.onAsk.undecided;
}

function briefed(word: KeptBrief, cited: readonly LogEntry[]): Block[] {
  if (word.kind === 'silent') return [note(words.brief.silent(whySilent(word.why)))];
  const { brief, through } = word;
  return [...view(brief, cited), note(words.brief.readThrough(through))];
}

/** A view that does not count is not repeated: it may be the very words that somebody put into the ask. */
function view(brief: Brief, cited: readonly LogEntry[]): Block[] {
  if (brief.kind === 'cannot_tell' && brief.because !== 'said') return [note(words.brief[brief.because])];
  return [
    ...quote(words.brief.whose, `${words.brief[brief.kind]} ${brief.why}`, quoted),
    ...(brief.kind === 'fits' ? quote(words.brief.missionWords, brief.missionWords, quoted) : []),
    ...quote(words.brief.cited, lines(cited.map(writtenEntry)), quoted),
  ];
}
