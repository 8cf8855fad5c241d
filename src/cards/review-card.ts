// What the reviewer found: a card once per finding, with its receipts; and the answer to "review this mission".
// Our own sentences count entries and name signals; whatever a model or an agent wrote stands in quotes of its own.
import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { DecidedBy, LogEntry, MissionSummary } from '#mission-control/facts.ts';
import type { Block, Button, Card, Line } from './card.ts';
import { type CourseFacts, coursePicture } from './course-picture.ts';
import { deedsIn, tally } from './deeds.ts';
import { entryButtons, writtenEntry } from './entry-card.ts';
import { holdButton, releaseButton } from './hold-card.ts';
import { type AskedOfAgent, askAgentButton, askedOfAgent } from './inquiry-blocks.ts';
import { code, time } from './line.ts';
import { factsOf, full, lines, note, quote, text, told } from './parts.ts';
import { type Spending, spendNotes } from './spend-note.ts';
import { stopButton } from './stop-card.ts';
import { decider, type People } from './who.ts';
import * as words from './words/review.ts';
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
  /** The score along the log, as far as the finding goes. */
  readonly course?: CourseFacts | undefined;
};

/**
 * `cited` are the entries the finding rests on. `finding` names it: a press is about this finding and no later one. `rule`
 * is what the operator's rule did about it and still stands. `mayAsk`: the server passes questions on to agents.
 */
export type DriftFacts = {
  readonly mission: MissionSummary;
  readonly review: ReviewFacts;
  readonly finding: number;
  readonly cited: readonly LogEntry[];
  readonly rule?: 'held' | 'guarded' | 'guardedNot' | undefined;
  readonly asked: readonly AskedOfAgent[];
  readonly mayAsk: boolean;
  readonly accepted?:
    | { readonly by: DecidedBy; readonly at: Date; readonly from: number; readonly through: number }
    | undefined;
  readonly people: People;
};

/** The card of one finding, as it stands: open, accepted, or overtaken by the mission's end. */
export function driftCard(facts: DriftFacts): Card {
  const { mission, review, cited, rule, asked, accepted, people } = facts;
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
      ...(rule && !over ? [text(words.rule[rule])] : []),
      ...coursePicture(
        review.course,
        cited.map(({ seq }) => seq),
      ),
      ...grounds(review, cited),
      ...factsOf(
        told(others.facts.missionId, shortId(mission.s256)),
        told(others.facts.agent, mission.agent.id),
      ),
      ...askedOfAgent(asked, over, people),
      note(reviewedBy(review)),
    ],
    buttons: [
      ...(open ? verbs(facts) : []),
      ...entryButtons(
        mission.s256,
        cited.map(({ seq }) => seq),
      ),
    ],
    expansion: full(
      [words.reasons, lines(review.reasons)],
      [words.cited, lines(cited.map(writtenEntry))],
      [words.model, review.said],
      [others.headings.mission, mission.description],
    ),
    calls: [],
  };
}

function verbs({ mission: { s256 }, review, finding, rule, mayAsk }: DriftFacts): Button[] {
  const subject = pressed(s256, finding, review.through);
  return [
    { label: words.fine, press: { verb: 'accept', subject }, style: 'plain' },
    ...(mayAsk ? [askAgentButton(subject)] : []),
    rule === 'held' ? releaseButton(s256) : holdButton(s256),
    stopButton(s256),
  ];
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
  /** What the model's rolling summary says, each with its entries. */
  readonly points: readonly { readonly says: string; readonly entries: readonly number[] }[];
  readonly spending: Spending | undefined;
}): Card {
  const { mission, review, cited, entries, points, spending } = facts;
  const told = lines(
    points.map(({ says, entries: of }) => `${says} (${of.map((seq) => `#${seq}`).join(', ')})`),
  );
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
      ...quote(words.deeds, deedsIn(entries)),
      ...quote(words.summary, told),
      note(review ? reviewedBy(review) : words.neverReviewed),
      ...(cited.length > 0 ? [note(words.entry.others)] : []),
      ...spendNotes(spending),
    ],
    buttons: entryButtons(
      mission.s256,
      cited.map(({ seq }) => seq),
    ),
    expansion: full(
      [words.reasons, lines(review?.reasons)],
      [words.cited, lines(cited.map(writtenEntry))],
      [words.model, review?.said],
      [words.summary, told],
      [words.log, lines(entries.map(writtenEntry))],
    ),
    calls: [],
  };
}

function grounds(review: ReviewFacts, cited: readonly LogEntry[]): Block[] {
  return [
    ...quote(words.reasons, lines(review.reasons)),
    ...quote(words.cited, lines(cited.map(writtenEntry))),
    ...quote(words.model, review.said),
    ...quote(words.settles, review.settles),
  ];
}

/** Who reviewed, and how far. */
export function reviewedBy({ through, modelThrough, silence }: ReviewFacts): Line {
  if (modelThrough === undefined) return words.byRulesOnly(through);
  return silence === undefined
    ? words.byModelToo(through, modelThrough)
    : words.modelSilent(through, modelThrough, whySilent(silence));
}

export const whySilent = (silence: string): Line => words.silences[silence] ?? [code(silence, 40)];
