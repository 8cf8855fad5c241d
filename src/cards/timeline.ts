// A mission's log for the eye: what was asked, granted, denied and done, where drift began, and where it was stopped.
import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { LogEntry, MissionSummary } from '#mission-control/facts.ts';
import { type Block, type Card, type Picture, pictureLimits, type SafeText } from './card.ts';
import { writtenEntry } from './entry-card.ts';
import { inert } from './inert.ts';
import { code, line } from './line.ts';
import { missionStanding } from './mission-card.ts';
import { factsOf, full, lines, told } from './parts.ts';
import * as words from './words/picture.ts';
import * as others from './words.ts';

/** `entries` are the latest of the log, in order, at most `pictureLimits.entries`; `drift` is what the reviewer and people said. */
export type TimelineFacts = {
  readonly entries: readonly LogEntry[];
  /** How many the log holds. */
  readonly all: number;
  readonly drift: { readonly since?: number | undefined; readonly accepted: readonly number[] };
};

type Lane = keyof typeof words.lanes;

/** The picture of a log; nothing for fewer than two entries. */
export function timelinePicture({ entries, drift }: TimelineFacts): Block[] {
  const [first, ...rest] = entries;
  const last = rest.at(-1);
  if (!first || !last) return [];
  const byLane = Map.groupBy(entries, laneOf);
  const lanes = (Object.keys(words.lanes) as Lane[]).flatMap((lane) => {
    const there = byLane.get(lane) ?? [];
    return there.length === 0 ? [] : [{ label: words.lanes[lane], entries: there.map(({ seq }) => seq) }];
  });
  const ending = entries.find(({ kind }) => kind === 'terminated');
  const flags = [
    ...(drift.since === undefined ? [] : [{ entry: drift.since, label: words.flags.drift }]),
    ...drift.accepted.map((entry) => ({ entry, label: words.flags.accepted })),
    ...(ending
      ? [{ entry: ending.seq, label: ending.outcome === 'revoked' ? words.flags.stopped : words.flags.ended }]
      : []),
  ]
    .filter(({ entry }) => entry >= first.seq && entry <= last.seq)
    .slice(-pictureLimits.lanes);
  const alt = words.timelineInWords(
    first.seq,
    last.seq,
    words.moment(first.at),
    words.moment(last.at),
    lanes,
    flags,
  );
  const picture: Picture = {
    title: words.titles.timeline,
    alt: inert(alt, pictureLimits.alt),
    panels: [
      {
        kind: 'events',
        heading: words.headings.timeline,
        from: { entry: first.seq, at: first.at },
        to: { entry: last.seq, at: last.at },
        lanes,
        flags,
      },
    ],
  };
  return [{ kind: 'picture', picture }];
}

/** The answer to "timeline of the cake mission". */
export function timelineCard(mission: MissionSummary, facts: TimelineFacts): Card {
  const { entries, all } = facts;
  return {
    title: words.timeline.title,
    tone: 'neutral',
    blocks: [
      { kind: 'text', line: [code(missionTitle(mission.description))] },
      ...factsOf(told(others.facts.missionId, shortId(mission.s256)), {
        name: words.timeline.state,
        value: [{ kind: 'plain', text: missionStanding(mission) }],
      }),
      ...timelinePicture(facts),
      ...(entries.length === 0 ? [note(words.timeline.empty)] : []),
      ...(entries.length < all && entries.length > 0
        ? [note(words.timeline.latestOnly(entries.length, all))]
        : []),
    ],
    buttons: [],
    expansion: full(
      [others.headings.mission, mission.description],
      [words.titles.timeline, lines(entries.map(writtenEntry))],
    ),
    calls: [],
  };
}

const note = (text: SafeText): Block => ({ kind: 'note', line: line`${{ kind: 'plain', text }}` });

/** Which lane an entry stands in; what is talk, or changes nothing, stands in none. */
function laneOf({ kind, outcome, decidedBy }: LogEntry): Lane | undefined {
  if (kind === 'audit') return 'done';
  if (kind === 'terminated' || kind === 'revoked' || kind === 'clarification') return undefined;
  switch (outcome) {
    case 'requested':
      return 'asked';
    case 'granted':
    case 'approved':
    case 'accepted':
      return decidedBy?.person === undefined && kind !== 'mission_approved' ? 'silent' : 'granted';
    case 'denied':
    case 'declined':
    case 'expired':
    case 'voided':
    case 'withdrawn':
    case 'mission_terminated':
      return 'denied';
    default:
      return kind === 'mission_approved' ? 'granted' : kind === 'refused' ? 'denied' : undefined;
  }
}
