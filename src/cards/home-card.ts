// What one person looks at first: what waits for them, their missions and their team's. It is shown to them alone.
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import type { Block, Card, Line, SafeText } from './card.ts';
import type { Claim } from './claim-card.ts';
import { code, line, strong, time } from './line.ts';
import { aboutAsk, missionRow } from './rows.ts';
import { decider, type People } from './who.ts';
import * as words from './words/home.ts';
import { lately } from './words/let-through.ts';
import { subjects } from './words.ts';

/** A list as far as it was read; `more` says that it goes on. */
export type Listed<T> = { readonly all: readonly T[]; readonly more: boolean };

/** Where an ask is decided: an address of its card, or the operator's name for the channel it hangs in. */
export type Spot =
  | { readonly kind: 'link'; readonly url: string }
  | { readonly kind: 'channel'; readonly platform: 'slack' | 'teams'; readonly name: string };

/** What is ours alone: which missions are on hold, and who is looking into an ask. */
export type Marks = {
  isHeld(missionS256: string): boolean;
  claimOf(requestId: string): Claim | undefined;
};

export type HomeFacts = {
  readonly at: Date;
  /** The nearest deadline first. */
  readonly asks: Listed<Request>;
  readonly spotOf: (ask: Request) => Spot | undefined;
  readonly mine: Listed<MissionSummary>;
  readonly team: Listed<MissionSummary>;
  readonly marks: Marks;
  readonly people: People;
  /** How many asks the reviewer let pass in the last day, of those the person may see. */
  readonly passed?: number | undefined;
};

/** Of each list so many rows are shown; whoever makes the facts need not say more of the rest. */
export const homeRows = 5;

/** The home of somebody who may see it. It decides nothing: every ask points to its card (law 3). */
export const homeCard = ({ at, asks, spotOf, mine, team, marks, people, passed = 0 }: HomeFacts): Card => ({
  title: words.titles.home,
  tone: asks.all.length > 0 ? 'waiting' : 'neutral',
  blocks: [
    ...section(words.sections.forYou, words.none.forYou, asks, homeRows, (ask) => ({
      name: subjects[ask.type],
      value: [...askLine(ask, mine.all.concat(team.all), spotOf(ask)), ...askMarks(ask, marks, people)],
    })),
    ...section(words.sections.yours, words.none.yours, mine, homeRows, markedRow(marks)),
    ...section(words.sections.team, words.none.team, team, homeRows, markedRow(marks)),
    ...(passed > 0 ? ([{ kind: 'note', line: lately(passed) }] as const) : []),
    { kind: 'note', line: words.asOf(time(at)) },
  ],
  buttons: [],
  expansion: [],
  calls: [],
});

/** A mission as a row, and whether it is on hold. */
export const markedRow =
  (marks: Marks) =>
  (mission: MissionSummary): Row => {
    const { name, value } = missionRow(mission);
    return { name, value: marks.isHeld(mission.s256) ? [...value, ...words.marks.held] : value };
  };

/** What is said of an ask besides: it is under a hold, or somebody is looking into it. */
export function askMarks({ id, missionS256 }: Request, marks: Marks, people: People): Line {
  const claim = marks.claimOf(id);
  return [
    ...(missionS256 !== undefined && marks.isHeld(missionS256) ? words.marks.held : []),
    ...(claim ? words.marks.claimed(decider(claim.by, people), time(claim.until)) : []),
  ];
}

/** The home while the Person Server does not answer. */
export const unreadHomeCard = (): Card => ({
  title: words.titles.home,
  tone: 'bad',
  blocks: [{ kind: 'text', line: words.homeUnread }],
  buttons: [],
  expansion: [],
  calls: [],
});

function askLine(ask: Request, missions: readonly MissionSummary[], spot: Spot | undefined): Line {
  const mission = missions.find(({ s256 }) => s256 === ask.missionS256);
  return [
    ...words.ask(code(ask.agent.id, 80), aboutAsk(ask, mission), time(ask.expiresAt)),
    ...(spot?.kind === 'link'
      ? words.openThere({ kind: 'link', url: spot.url, label: words.openCard })
      : spot
        ? words.decidedIn(code(spot.name, 60), spot.platform)
        : []),
  ];
}

/** What one row of a list says, and the name it goes by. */
export type Row = { readonly name: SafeText; readonly value: Line };

/** A heading, the first rows of a list, each over the whole width, and how many more there are; or that there is none. */
export function section<T>(
  heading: SafeText,
  none: Line,
  { all, more }: Listed<T>,
  most: number,
  row: (item: T) => Row,
): Block[] {
  const rest = all.length - most;
  return [
    { kind: 'text', line: [strong(heading)] },
    ...(all.length === 0
      ? ([{ kind: 'note', line: more ? words.andMore(undefined) : none }] as const)
      : all.slice(0, most).map((item): Block => {
          const { name, value } = row(item);
          return { kind: 'text', line: line`${strong(name)}: ${value}` };
        })),
    ...(all.length > 0 && (rest > 0 || more)
      ? ([{ kind: 'note', line: words.andMore(more ? undefined : rest) }] as const)
      : []),
  ];
}
