// What a channel is told once a day or a week: first what needs people, then what ran, and how oversight went.
import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import type { Card } from './card.ts';
import { type Health, healthFacts } from './health-card.ts';
import { askMarks, type Listed, type Marks, markedRow, section } from './home-card.ts';
import { inert } from './inert.ts';
import { code, joined, line, named, strong, time } from './line.ts';
import { howEnded } from './mission-card.ts';
import { passedRows } from './passed.ts';
import { aboutAsk } from './rows.ts';
import type { People } from './who.ts';
import * as words from './words/home.ts';
import { andOthers } from './words/shared.ts';
import { subjects } from './words.ts';

/** A mission the reviewer flags and nobody has accepted. `reason` is the first of the reviewer's rules. */
export type Drifting = {
  readonly mission: MissionSummary;
  readonly since: number | undefined;
  readonly reason: string | undefined;
};

export type DigestFacts = {
  /** Open asks, the nearest deadline first, each with the names of those who may decide it. */
  readonly asks: Listed<{ readonly request: Request; readonly deciders: readonly string[] }>;
  readonly active: Listed<MissionSummary>;
  readonly ended: Listed<MissionSummary>;
  readonly expired: Listed<Request>;
  readonly drifting: Listed<Drifting>;
  readonly health: Health;
  readonly marks: Marks;
  readonly people: People;
};

/** Of each list so many rows are shown. */
export const digestRows = { asks: 5, others: 3 } as const;
const namesShown = 3;

export function digestCard({
  asks,
  active,
  ended,
  expired,
  drifting,
  health,
  marks,
  people,
}: DigestFacts): Card {
  const missionOf = (request: Request) => active.all.find(({ s256 }) => s256 === request.missionS256);
  const titleOf = (mission: MissionSummary) => code(missionTitle(mission.description), 80);
  const { sections, none } = words;
  return {
    title: words.digestTitle(asks.all.length),
    tone: asks.all.length > 0 ? 'waiting' : 'neutral',
    blocks: [
      { kind: 'text', line: words.fromTo(time(health.from), time(health.to)) },
      ...section(sections.needsYou, none.needsYou, asks, digestRows.asks, ({ request, deciders }) => ({
        name: subjects[request.type],
        value: [
          ...words.ask(
            code(request.agent.id, 80),
            aboutAsk(request, missionOf(request)),
            time(request.expiresAt),
          ),
          ...askMarks(request, marks, people),
          ...(deciders.length === 0 ? [] : words.mayDecide(nameList(deciders))),
        ],
      })),
      ...section(sections.missions, none.missions, active, digestRows.others, markedRow(marks)),
      ...section(sections.ended, none.ended, ended, digestRows.others, (mission) => ({
        name: idOf(mission),
        value: words.ended(titleOf(mission), howEnded(mission, people)),
      })),
      ...section(sections.expired, none.expired, expired, digestRows.others, (request) => ({
        name: subjects[request.type],
        value: words.missed(
          code(request.agent.id, 80),
          aboutAsk(request, missionOf(request)),
          time(request.expiresAt),
        ),
      })),
      ...section(sections.drift, none.drift, drifting, digestRows.others, ({ mission, since, reason }) => ({
        name: idOf(mission),
        value: [
          ...words.drifting(titleOf(mission), since),
          ...(reason === undefined ? [] : words.because(code(reason, 160))),
        ],
      })),
      ...(health.reviewed ? passedRows(health.reviewed, missionOf) : []),
      { kind: 'text', line: [strong(sections.health)] },
      ...healthFacts(health, people),
    ],
    buttons: [],
    expansion: [],
    calls: [],
  };
}

const idOf = ({ s256 }: MissionSummary) => inert(shortId(s256));

const nameList = (names: readonly string[]) => [
  ...joined(
    names.slice(0, namesShown).map((name) => [named(name)]),
    line`, `,
  ),
  ...(names.length > namesShown ? andOthers(names.length - namesShown) : []),
];
