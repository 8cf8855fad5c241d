// Missions and asks as rows of a list: each named by what can be typed, and a list that is cut says so.
import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import type { Block, Line } from './card.ts';
import { inert } from './inert.ts';
import { minutesLeft } from './left.ts';
import { code, time } from './line.ts';
import { fact, factsOf } from './parts.ts';
import * as words from './words.ts';

const rowsShown = 10;

/** One mission as a row, named by what can be typed. */
export const missionRow = (mission: MissionSummary) => ({
  name: inert(shortId(mission.s256)),
  value: words.missionRow(
    code(missionTitle(mission.description), 80),
    code(mission.agent.id, 80),
    mission.openRequests,
    time(mission.lastActivityAt),
  ),
});

/** What an ask is about, as the middle of a sentence. `mission` is the one it is made under, where that should be named. */
export function aboutAsk(ask: Request, mission: MissionSummary | undefined): Line {
  const resource = ask.verified.resource?.issuer ?? ask.resourceAsserted.issuer;
  const proposed = ask.type === 'mission' ? ask.agentAsserted.description : undefined;
  return [
    ...(proposed === undefined ? [] : words.proposing(code(missionTitle(proposed), 80))),
    ...(ask.agentAsserted.action === undefined ? [] : words.did(code(ask.agentAsserted.action, 80))),
    ...(resource === undefined ? [] : words.at(code(resource, 80))),
    ...(mission ? words.under(code(missionTitle(mission.description), 80)) : []),
  ];
}

export function missionRows(missions: readonly MissionSummary[], more: boolean): Block[] {
  return [...factsOf(...missions.slice(0, rowsShown).map(missionRow)), ...capped(missions.length, more)];
}

/** Each ask on a row of its own, with the deadline it has; counted down to from `now`, where that is given. `missions` name what they belong to. */
export function askRows(
  asks: readonly Request[],
  missions: readonly MissionSummary[],
  more: boolean,
  now?: Date,
): Block[] {
  const deadline = ({ expiresAt }: Request) =>
    now ? words.untilIn(time(expiresAt), minutesLeft(expiresAt, now)) : [time(expiresAt)];
  return [
    ...factsOf(
      ...asks.slice(0, rowsShown).map((ask) => {
        const mission = missions.find(({ s256 }) => s256 === ask.missionS256);
        return fact(
          words.subjects[ask.type],
          words.askRow(code(ask.id, 80), code(ask.agent.id, 80), aboutAsk(ask, mission), deadline(ask)),
        );
      }),
    ),
    ...capped(asks.length, more),
  ];
}

const capped = (all: number, more: boolean): Block[] =>
  more || all > rowsShown
    ? [{ kind: 'note', line: words.shownOf(Math.min(all, rowsShown), more ? undefined : all) }]
    : [];
