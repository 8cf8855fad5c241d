// What the reviewer found: a card once per finding, with its receipts; and the answer to "review this mission".
// Our own sentences count entries and name signals; whatever a model or an agent wrote stands in quotes of its own.
import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { DecidedBy, LogEntry, MissionSummary } from '#mission-control/facts.ts';
import { fact, factsOf, full, lines, quote, told } from './asserted.ts';
import type { Block, Card, Line } from './card.ts';
import { holdButton } from './hold-card.ts';
import { inertText } from './inert.ts';
import { code, time } from './line.ts';
import * as words from './review-words.ts';
import { decider, type People } from './who.ts';
import * as others from './words.ts';

/** How a mission stood at its last review. */
export type ReviewFacts = {
  readonly kind: 'on_mission' | 'undecided' | 'drifting';
  readonly through: number;
  readonly modelThrough?: number | undefined;
  readonly silence?: string | undefined;
  readonly since?: number | undefined;
  readonly reasons: readonly string[];
  readonly said?: string | undefined;
  readonly settles?: string | undefined;
};

/** `cited` are the entries the finding rests on. `finding` names it: a press is about this finding and no later one. */
export type DriftFacts = {
  readonly mission: MissionSummary;
  readonly review: ReviewFacts;
  readonly finding: number;
  readonly cited: readonly LogEntry[];
  readonly accepted?:
    | { readonly by: DecidedBy; readonly at: Date; readonly from: number; readonly through: number }
    | undefined;
  readonly people: People;
};

/** The card of one finding, as it stands: open, accepted, or overtaken by the mission's end. */
export function driftCard({ mission, review, finding, cited, accepted, people }: DriftFacts): Card {
  const over = mission.status === 'terminated';
  const open = !over && !accepted;
  const first = cited.find(({ seq }) => seq === review.since);
  return {
    title: accepted ? words.titles.accepted : over ? words.titles.over : words.titles.drifting,
    tone: open ? 'alarm' : 'neutral',
    blocks: [
      text([code(missionTitle(mission.description))]),
      ...(accepted
        ? [
            text(
              words.acceptedBy(
                decider(accepted.by, people),
                time(accepted.at),
                accepted.from,
                accepted.through,
              ),
            ),
          ]
        : []),
      ...(over && !accepted ? [text(words.missionOver)] : []),
      ...(review.since === undefined ? [] : [text(words.since(review.since, first && time(first.at)))]),
      ...(open ? [text(words.notOneItem)] : []),
      ...grounds(review, cited),
      ...factsOf(
        told(others.facts.missionId, shortId(mission.s256)),
        told(others.facts.agent, mission.agent.id),
      ),
      note(reviewedBy(review)),
    ],
    buttons: open
      ? [
          {
            label: words.fine,
            press: { verb: 'accept', subject: pressed(mission.s256, finding, review.through) },
            style: 'plain',
          },
          holdButton(mission.s256),
          { label: others.buttons.stop, press: { verb: 'stop', subject: mission.s256 }, style: 'danger' },
        ]
      : [],
    expansion: full(
      [words.reasons, lines(review.reasons)],
      [words.cited, lines(cited.map(writtenEntry))],
      [words.model, review.said],
      [others.headings.mission, mission.description],
    ),
    calls: [],
  };
}

/** What "This is fine" names: the mission, the finding, and the last entry that was on the card. */
export const pressed = (s256: string, finding: number, through: number) => `${s256}:${finding}:${through}`;

/** What `pressed` named, or undefined for anything else. */
export function readPressed(subject: string) {
  const [, s256, finding, through] = /^([\w-]{43}):(\d{1,9}):(\d{1,9})$/.exec(subject) ?? [];
  return s256 ? { s256, finding: Number(finding), through: Number(through) } : undefined;
}

/** The answer to "review the cake mission": how it stands, and what was done so far. */
export function reviewCard(facts: {
  readonly mission: MissionSummary;
  readonly review: ReviewFacts | undefined;
  readonly cited: readonly LogEntry[];
  readonly entries: readonly LogEntry[];
}): Card {
  const { mission, review, cited, entries } = facts;
  const title = review
    ? {
        drifting: words.titles.drifting,
        undecided: words.titles.undecided,
        on_mission: words.titles.onMission,
      }[review.kind]
    : words.titles.unread;
  return {
    title,
    tone: review?.kind === 'drifting' ? 'alarm' : 'neutral',
    blocks: [
      text([code(missionTitle(mission.description))]),
      text(tally(entries)),
      ...(review?.since === undefined ? [] : [text(words.since(review.since, undefined))]),
      ...(review ? grounds(review, cited) : []),
      note(review ? reviewedBy(review) : words.neverReviewed),
    ],
    buttons: [],
    expansion: full(
      [words.reasons, lines(review?.reasons)],
      [words.cited, lines(cited.map(writtenEntry))],
      [words.model, review?.said],
      [words.log, lines(entries.map(writtenEntry))],
    ),
    calls: [],
  };
}

/** One labelled line for the card of an ask. */
export function reviewOnAsk(review: ReviewFacts | undefined): Block[] {
  if (!review) return [];
  const says =
    review.kind === 'drifting' && review.since !== undefined
      ? words.onAsk.drifting(review.since)
      : review.kind === 'on_mission'
        ? words.onAsk.onMission
        : words.onAsk.undecided;
  return [...factsOf(fact(words.reviewer, says)), note(reviewedBy(review))];
}

function grounds(review: ReviewFacts, cited: readonly LogEntry[]): Block[] {
  return [
    ...quote(words.reasons, lines(review.reasons)),
    ...quote(words.cited, lines(cited.map(writtenEntry))),
    ...quote(words.model, review.said),
    ...quote(words.settles, review.settles),
  ];
}

function reviewedBy({ through, modelThrough, silence }: ReviewFacts): Line {
  if (modelThrough === undefined) return words.byRulesOnly(through);
  return silence === undefined
    ? words.byModelToo(through, modelThrough)
    : words.modelSilent(through, modelThrough, code(silence, 40));
}

function tally(entries: readonly LogEntry[]): Line {
  const granted = entries.filter(({ outcome }) => outcome === 'granted');
  const silent = granted.filter(({ decidedBy }) => decidedBy?.policy !== undefined);
  const refused = entries.filter(({ outcome }) => outcome === 'denied' || outcome === 'expired');
  return words.counts(entries.length, silent.length, granted.length - silent.length, refused.length);
}

/** An entry in one line, as the log has it, with who vouches for it. */
export const writtenEntry = ({
  seq,
  source,
  kind,
  outcome,
  action,
  resource,
  scope,
  description,
}: LogEntry) =>
  `#${seq} (${words.whose[source]}) ${inertText([kind, outcome, action, scope, resource, description].filter(Boolean).join(' · ')).slice(0, 300)}`;

const text = (said: Line): Block => ({ kind: 'text', line: said });
const note = (said: Line): Block => ({ kind: 'note', line: said });
