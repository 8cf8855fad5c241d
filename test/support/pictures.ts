// Pictures of each kind, as the cards make them, for tests of what becomes of them.
import type { Block, Picture } from '#cards/card.ts';
import { coursePicture } from '#cards/course-picture.ts';
import type { Health } from '#cards/health-card.ts';
import { healthPicture } from '#cards/health-picture.ts';
import { timelinePicture } from '#cards/timeline.ts';
import type { LogEntry } from '#mission-control/facts.ts';
import { entry } from './requests.ts';

export const people = (id: string) => ({ alice: 'Alice', bob: 'Bob' })[id];
const at = new Date('2026-11-21T12:00:00Z');

/** Twelve decisions, of which Bob made eleven; three asks nobody answered. */
export const health: Health = {
  from: new Date('2026-11-14T12:00:00Z'),
  to: at,
  decided: 12,
  approvals: 9,
  medianMs: 40_000,
  p90Ms: 3 * 3_600_000,
  expired: 3,
  hasty: 2,
  alone: { person: 'bob', share: 11 / 12 },
  mostShare: 0.8,
  waits: [5, 4, 2, 0, 1],
  deciders: [
    { person: 'bob', count: 11 },
    { person: 'alice', count: 1 },
  ],
  more: false,
};
export const healthOf12 = () => healthPicture(health, people);

const levels = [-1, -0.8, -1, -1, -0.3, -1, -0.9, -1, -1, -0.2, 0.5, 1.1, 1.8, 2.6, 2.2, 3.1];
/** A score that crosses the line at entry 13. */
export const courseOf13 = () =>
  coursePicture(
    { points: levels.map((level, n) => ({ entry: n + 1, level })), line: 1.7, crossed: 13 },
    [10, 11, 12, 13, 14, 16],
  );

const person = { person: 'bob' };
const rule = { policy: 'the mission covers it' };
const kinds: readonly Partial<Pick<LogEntry, 'kind' | 'outcome' | 'decidedBy'>>[] = [
  { kind: 'mission_approved', outcome: 'granted', decidedBy: person },
  { kind: 'auth_token', outcome: 'granted', decidedBy: rule },
  { kind: 'auth_token', outcome: 'granted', decidedBy: rule },
  { kind: 'audit', outcome: 'reported' },
  { kind: 'audit', outcome: 'reported' },
  { kind: 'auth_token', outcome: 'requested' },
  { kind: 'auth_token', outcome: 'denied', decidedBy: person },
  { kind: 'clarification', outcome: 'asked' },
  { kind: 'permission', outcome: 'requested' },
  { kind: 'permission', outcome: 'granted', decidedBy: person },
  { kind: 'audit', outcome: 'reported' },
  { kind: 'audit', outcome: 'reported' },
  { kind: 'audit', outcome: 'reported' },
  { kind: 'payment', outcome: 'requested' },
  { kind: 'payment', outcome: 'expired' },
  { kind: 'terminated', outcome: 'revoked', decidedBy: person },
  { kind: 'refused', outcome: 'mission_terminated' },
];
/** A log with one of everything, stopped at entry 16. */
export const entries = kinds.map((kind, n) =>
  entry({ ...kind, seq: n + 1, at: new Date(Date.UTC(2026, 10, 21, 18, n)).toISOString() }),
);
export const logOf17 = () => timelinePicture({ entries, all: 17, drift: { since: 11, accepted: [] } });

export function pictureIn(blocks: readonly Block[]): Picture {
  const found = blocks.find((block) => block.kind === 'picture');
  if (found?.kind !== 'picture') throw new Error('there is no picture');
  return found.picture;
}
