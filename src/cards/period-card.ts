// What was done under a mission in a time: counted, listed, and every entry that speaks for itself one press away.
import { missionTitle } from '#conversation/title.ts';
import type { LogEntry, MissionSummary } from '#mission-control/facts.ts';
import type { Card } from './card.ts';
import { deedsIn, tally } from './deeds.ts';
import { entryButtons, writtenEntry } from './entry-card.ts';
import { code, time } from './line.ts';
import { full, lines, note, quote, text } from './parts.ts';
import { type ReviewFacts, reviewedBy } from './review-card.ts';
import * as words from './words/review.ts';

/** The latest of a time, and how many of them stand behind the card. */
const shown = 6;
const behind = 300;

/** `entries` in order; `more`: there were earlier ones in that time. `zone` is where its days begin. */
export function periodCard(facts: {
  readonly mission: MissionSummary;
  readonly from: Date;
  readonly to: Date | undefined;
  readonly zone: string;
  readonly entries: readonly LogEntry[];
  readonly more: boolean;
  readonly review: ReviewFacts | undefined;
}): Card {
  const { mission, from, to, zone, entries, more, review } = facts;
  const notable = entries.filter(isNotable);
  const telling = notable.length > 0 ? notable : entries;
  return {
    title: words.period.title,
    tone: 'neutral',
    blocks: [
      text([code(missionTitle(mission.description))]),
      text(to ? words.period.between(time(from), time(to)) : words.period.since(time(from))),
      text(entries.length === 0 ? words.period.nothing : tally(entries)),
      ...quote(words.deeds, deedsIn(entries)),
      ...quote(words.period.entries, lines(telling.slice(-shown).map(writtenEntry)), 1_500),
      ...(review?.kind === 'drifting' && review.since !== undefined
        ? [text(words.onAsk.drifting(review.since))]
        : []),
      ...(more ? [note(words.period.latestOnly(entries.length))] : []),
      note(words.period.zone(code(zone, 40))),
      note(review ? reviewedBy(review) : words.neverReviewed),
      ...(entries.length > 0 ? [note(words.entry.others)] : []),
    ],
    buttons: entryButtons(
      mission.s256,
      telling.slice(-shown).map(({ seq }) => seq),
    ),
    expansion: full([words.log, lines(entries.slice(-behind).map(writtenEntry))]),
    calls: [],
  };
}

/** What somebody decided or refused says more of a time than what went by itself. */
const isNotable = ({ outcome, decidedBy, kind }: LogEntry) =>
  decidedBy?.person !== undefined ||
  outcome === 'denied' ||
  outcome === 'expired' ||
  outcome === 'tampered' ||
  kind === 'update' ||
  kind === 'completion' ||
  kind === 'terminated';
