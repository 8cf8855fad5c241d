// What the bot answers to words: lists are capped, each row names a mission or an ask by an id that can be typed.
import type { Act, Question } from '#conversation/intent.ts';
import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { LogEntry, MissionSummary, Request } from '#mission-control/facts.ts';
import type { Block, Button, Card, Line, SafeText } from './card.ts';
import { inert } from './inert.ts';
import { code, line, strong, time } from './line.ts';
import { howEnded, type MissionFacts, missionFacts, missionStanding, missionText } from './mission-card.ts';
import { fact, factsOf, text } from './parts.ts';
import { askRows, missionRows } from './rows.ts';
import type { People } from './who.ts';
import { howToSay } from './words/batch.ts';
import { vouchedLine } from './words/evidence.ts';
import * as words from './words.ts';

const answer = (title: SafeText, blocks: readonly Block[], buttons: readonly Button[] = []): Card => ({
  title,
  tone: 'neutral',
  blocks,
  buttons,
  expansion: [],
  calls: [],
});

/** `more`: the lists are only their beginning. */
export type Standing = {
  readonly missions: readonly MissionSummary[];
  readonly asks: readonly Request[];
  readonly more: boolean;
};

export function statusCard({ missions, asks, more }: Standing): Card {
  const next = asks.toSorted((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime())[0];
  return answer(words.answerTitles.status, [
    text(words.counts(missions.length, asks.length)),
    ...(next ? [text(words.nextDeadline(time(next.expiresAt)))] : []),
    ...missionRows(missions, more),
    ...(asks.length > 0
      ? [text([strong(words.answerTitles.waiting)]), ...askRows(asks, missions, more)]
      : []),
  ]);
}

export const missionsCard = (missions: readonly MissionSummary[], more: boolean): Card =>
  answer(
    words.answerTitles.missions,
    missions.length === 0 ? [text(words.noneActive)] : missionRows(missions, more),
  );

/** `missions` name what the asks belong to, as far as they are known. */
export const waitingCard = ({ missions, asks, more }: Standing): Card =>
  asks.length === 0
    ? answer(words.answerTitles.noneWaiting, [text(words.nobodyWaits)])
    : answer(words.answerTitles.waiting, askRows(asks, missions, more));

/** `entries` are the latest lines of the log, in order. */
export function missionStatusCard(
  facts: MissionFacts & { readonly asks: readonly Request[]; readonly entries: readonly LogEntry[] },
): Card {
  const { mission, asks, entries } = facts;
  return {
    ...answer(
      missionStanding(mission),
      [
        text([code(missionTitle(mission.description))]),
        ...missionFacts(facts),
        ...(asks.length > 0 ? [text([strong(words.answerTitles.waiting)]), ...askRows(asks, [], false)] : []),
        ...factsOf(...entries.slice(-5).map((entry) => fact(words.facts.logEntry, logged(entry)))),
      ],
      [{ label: words.buttons.read, press: { verb: 'read', subject: mission.s256 }, style: 'plain' }],
    ),
    expansion: missionText(mission),
  };
}

/** Nothing is called what was said; what is active is listed. */
export const notFoundCard = (said: string, active: readonly MissionSummary[], more: boolean): Card =>
  answer(words.answerTitles.notFound, [
    text(words.noneFits(code(said, 120))),
    ...(active.length > 0
      ? [text(words.activeOnes), ...missionRows(active, more)]
      : [text(words.noneActive)]),
  ]);

/** What was meant hung here once, and its Person Server has forgotten it. */
export const notKeptCard = (): Card => answer(words.answerTitles.notKept, [text(words.notKept)]);

/**
 * Several missions fit, one only nearly, or none was named; or those that fit were approved `since` it was said. For an act,
 * each has a button that names it and no other. Where none is active there is nothing to choose from, and the card says that.
 */
export function whichMissionCard(facts: {
  readonly said?: string;
  readonly missions: readonly MissionSummary[];
  readonly more: boolean;
  readonly to: 'stop' | 'complete' | 'hold' | 'release' | 'read';
  readonly since?: boolean;
}): Card {
  const { said, missions, more, to, since = false } = facts;
  if (missions.length === 0) return missionsCard(missions, more);
  const buttons = missions.slice(0, to === 'read' ? 0 : 5).map(
    ({ s256 }): Button => ({
      label: words.doToOne(to, inert(shortId(s256))),
      press:
        to === 'complete'
          ? { verb: 'stop', subject: s256, choice: 'completed' }
          : { verb: to, subject: s256 },
      style: to === 'stop' || to === 'complete' ? 'danger' : 'plain',
    }),
  );
  return answer(
    words.answerTitles.several,
    [text(whichOf(said, missions.length, since)), ...missionRows(missions, more)],
    buttons,
  );
}

function whichOf(said: string | undefined, count: number, since: boolean): Line {
  if (said === undefined) return words.sayWhich;
  if (since) return words.approvedSince(code(said, 120));
  return count === 1 ? words.onlyNear(code(said, 120)) : words.severalFit(code(said, 120));
}

export const nothingToStopCard = (): Card =>
  answer(words.answerTitles.nothingToStop, [text(words.noneActive)]);

/** The mission that was named is over already. */
export const alreadyEndedCard = (mission: MissionSummary, people: People): Card =>
  answer(words.answerTitles.alreadyEnded, [
    text(words.endedAlready(code(missionTitle(mission.description)), howEnded(mission, people))),
  ]);

/** Words that were no plain command; a likely meaning is named, and never done. */
export const unclearCard = (offer?: Question | Act): Card =>
  answer(words.answerTitles.unclear, [
    text(words.notPlain),
    ...(offer ? [text(words.didYouMean(code(typed(offer), 120)))] : []),
    text(words.seeHelp),
  ]);

/** "approve" or "deny" where no ask is open, or none with the id that was named. */
export const nothingToDecideCard = (ask?: string): Card =>
  answer(words.answerTitles.nothingToDecide, [
    text(ask === undefined ? words.noOpenAsk : words.noSuchAsk(code(ask, 80))),
  ]);

/** "approve" or "deny" where several asks are open, or "all" where one is. `together`: some of them share a card. */
export const whichAskCard = (asks: readonly Request[], together = false): Card =>
  answer(words.answerTitles.severalAsks, [
    text(words.sayWhichAsk(asks.length)),
    ...askRows(asks, [], false),
    ...(together ? [text(howToSay)] : []),
  ]);

/** The plain command for an intent. */
function typed(intent: Question | Act): string {
  switch (intent.kind) {
    case 'help':
    case 'status':
    case 'missions':
    case 'home':
    case 'health':
    case 'digest':
      return intent.kind;
    case 'approve':
    case 'deny':
      return intent.items?.of === 'all' ? `${intent.kind} all` : intent.kind;
    case 'waiting':
      return 'what is waiting';
    case 'mission-status':
      return intent.target.of === 'named' ? `status ${intent.target.words}` : 'status';
    case 'happened':
      return 'what happened since yesterday';
    case 'entry':
      return `entry ${intent.number}`;
    case 'review':
      return intent.target.of === 'named' ? `review ${intent.target.words}` : 'review';
    case 'timeline':
      return intent.target.of === 'named' ? `timeline ${intent.target.words}` : 'timeline';
    case 'stop':
      switch (intent.target.of) {
        case 'named':
          return `stop ${intent.target.words}`;
        case 'everything':
          return 'stop everything';
        case 'this':
        case 'unsaid':
          return 'stop';
      }
    case 'claim':
      return 'I’m on it';
    case 'keep':
    case 'complete':
    case 'hold':
    case 'release':
      return intent.target.of === 'named' ? `${intent.kind} ${intent.target.words}` : intent.kind;
  }
}

const logged = ({ at, kind, outcome, action, resource, source }: LogEntry): Line => {
  const what = code([kind, outcome, action, resource].filter((part) => part !== undefined).join(' '));
  return vouchedLine(line`${time(at)} ${what}`, source);
};
