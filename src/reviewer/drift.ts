// The reviewer's door: follow a mission's log entry by entry and say whether the trip still is the one that was approved.
//
//   trail     what is kept of one mission; bounded, whatever its log does
//   evidence  how much an entry speaks for drift: a weighted sum of what was measured of it
//   level     evidence added up, older entries counting less; it crosses the line although no single entry does
//   finding   one reason, said in a sentence, with the numbers of the entries it rests on
//   course    the level after each entry, as a picture shows it
//
// The level is a CUSUM with forgetting (Page, 1954): entries that fit push it down to a floor, entries that do not push
// it up, and the climb's first entry is where the drift began.
import { addPoint, courseTo, type Point } from './course.ts';
import type { Entry, MissionFacts } from './entry.ts';
import { explain, type Finding, keepReason, type Reason } from './explain.ts';
import { measure } from './measure.ts';
import type { Measure } from './measures.ts';
import { trustOwn } from './memory.ts';
import { startTrail, type Trail } from './trail.ts';
import { contribute, course as weighed } from './weights.ts';

export type { Entry, MissionFacts } from './entry.ts';
export { missionFacts, readEntry } from './entry.ts';
export type { Finding } from './explain.ts';

export type MissionTrail = {
  readonly trail: Trail;
  level: number;
  highest: number;
  /** Where the present climb began; undefined on the floor. */
  climbFrom: number | undefined;
  flagged: { readonly since: number; readonly at: number } | undefined;
  readonly reasons: Map<Measure, Reason>;
  readonly course: Point[];
  lastSeq: number;
};

/** What one entry added: `evidence` in log-odds (below 0 it fits), and which measures spoke, strongest first. */
export type Observation = {
  readonly seq: number;
  readonly evidence: number;
  readonly level: number;
  readonly contributions: readonly { readonly signal: Measure; readonly weight: number }[];
};

export type Verdict =
  | { readonly kind: 'on_mission'; readonly score: number; readonly reviewedThrough: number }
  | {
      readonly kind: 'drifting';
      readonly score: number;
      readonly reviewedThrough: number;
      /** The entry where the climb began, and the one where it crossed the line. */
      readonly since: number;
      readonly flaggedAt: number;
      /** Strongest first. */
      readonly findings: readonly Finding[];
    };

/** Opens the trail of a mission. */
export function openTrail(mission: MissionFacts): MissionTrail {
  return {
    trail: startTrail(mission),
    level: weighed.floor,
    highest: weighed.floor,
    climbFrom: undefined,
    flagged: undefined,
    reasons: new Map(),
    course: [],
    lastSeq: 0,
  };
}

/**
 * Takes the next entry of the mission's log, in constant time and memory. An entry already taken, by its number, changes
 * nothing and says so with undefined; so does one that is nobody's act.
 */
export function observe(mission: MissionTrail, entry: Entry): Observation | undefined {
  if (entry.seq <= mission.lastSeq) return undefined;
  mission.lastSeq = entry.seq;
  const measured = measure(mission.trail, entry);
  if (measured === undefined) return undefined;
  const said = contribute(measured, entry);
  if (said === undefined) return undefined;
  const { evidence, contributions } = said;
  const level = Math.max(weighed.floor, weighed.memory * mission.level + evidence);
  if (level <= 0) {
    mission.climbFrom = undefined;
    if (mission.flagged === undefined) mission.reasons.clear();
  } else {
    mission.climbFrom ??= entry.seq;
  }
  for (const { signal, weight } of contributions) keepReason(mission.reasons, signal, weight, measured);
  mission.level = level;
  addPoint(mission.course, { entry: entry.seq, level });
  mission.highest = Math.max(mission.highest, level);
  if (mission.flagged === undefined && level >= weighed.line) {
    mission.flagged = { since: mission.climbFrom ?? entry.seq, at: entry.seq };
  }
  return { seq: entry.seq, evidence, level, contributions };
}

/** How the mission stands. Once drifting it stays so until a person accepts it. */
export function verdict(mission: MissionTrail): Verdict {
  const score = 1 / (1 + Math.exp(weighed.line - mission.highest));
  const reviewedThrough = mission.lastSeq;
  const { flagged } = mission;
  if (flagged === undefined) return { kind: 'on_mission', score, reviewedThrough };
  return {
    kind: 'drifting',
    score,
    reviewedThrough,
    since: flagged.since,
    flaggedAt: flagged.at,
    findings: explain(mission.reasons, flagged.since),
  };
}

/** A person said what was done so far is fine: what it named counts as named, and the level starts again from the floor. */
export function acceptDrift(mission: MissionTrail): void {
  trustOwn(mission.trail.own, mission.trail.told);
  mission.level = weighed.floor;
  mission.highest = weighed.floor;
  mission.climbFrom = undefined;
  mission.flagged = undefined;
  mission.reasons.clear();
  mission.course.length = 0;
}

/** The level after each entry up to `end`, and the line at which a mission counts as drifting. */
export const courseOf = (mission: MissionTrail, end: number) => ({
  points: courseTo(mission.course, end),
  line: weighed.line,
});
