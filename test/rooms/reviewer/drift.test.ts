// Drift lives in the pattern: a wandering cart crosses the line although no single thing in it does.
import { describe, expect, test } from 'vitest';
import { addPoint, courseTo, type Point } from '#reviewer/course.ts';
import {
  acceptDrift,
  courseOf,
  type Entry,
  type MissionFacts,
  observe,
  openTrail,
  verdict,
} from '#reviewer/drift.ts';
import {
  act,
  buying,
  cakeMission,
  hijackedPayment,
  ingredients,
  otherCustomer,
  partyThings,
  shopping,
} from '../../support/mission-logs.ts';

function review(mission: MissionFacts, log: readonly Entry[]) {
  const trail = openTrail(mission);
  const observations = log.map((entry) => observe(trail, entry));
  return { trail, observations, verdict: verdict(trail) };
}

const bought = ['flour', 'sugar', 'eggs', 'butter', 'vanilla'];

describe('the cake', () => {
  test('the ingredients stay on mission', () => {
    expect(review(cakeMission, shopping(ingredients)).verdict.kind).toBe('on_mission');
  });

  test('a cart wandering off to a party is drifting, since the first thing that is no ingredient', () => {
    const found = review(cakeMission, shopping([...bought, ...partyThings])).verdict;
    if (found.kind !== 'drifting') expect.fail(found.kind);
    const firstPartyEntry = bought.length + 2;
    expect(found.since).toBeGreaterThanOrEqual(firstPartyEntry);
    expect(found.flaggedAt).toBeLessThanOrEqual(firstPartyEntry + 3);
    expect(found.findings.length).toBeGreaterThan(0);
    for (const { entries, sentence } of found.findings) {
      for (const seq of entries) {
        expect(seq).toBeGreaterThanOrEqual(found.since);
        expect(sentence).toContain(String(seq));
      }
    }
  });

  // Two foreign words at once are as much as two foreign things: party hats do cross the line by themselves.
  test.each(partyThings.filter((thing) => thing !== 'party hats'))('%s alone is no drift', (thing) => {
    const log = shopping([...bought, thing, 'chocolate', 'icing']);
    expect(review(cakeMission, log).verdict.kind).toBe('on_mission');
  });

  test('a long trip that keeps to the list stays on mission', () => {
    const kinds = ['organic', 'cheap', 'fresh', 'local'];
    const items = Array.from(
      { length: 400 },
      (_, at) => `${kinds[at % kinds.length]} ${ingredients[at % ingredients.length]}`,
    );
    expect(review(cakeMission, shopping(items)).verdict.kind).toBe('on_mission');
  });

  test('the party is no drift once a person has accepted an update that asks for it', () => {
    const update = `Also buy for the party: ${partyThings.join(', ')}.`;
    const mission = { ...cakeMission, acceptedUpdates: [{ description: update, mode: 'add' as const }] };
    const log: Entry[] = [
      ...shopping(bought),
      { seq: 7, kind: 'update', description: update, outcome: 'accepted', mode: 'add' },
      ...partyThings.map((item, at) => buying(8 + at, item)),
    ];
    expect(review(mission, log).verdict.kind).toBe('on_mission');
  });

  test('an update accepted later does not excuse what was done before it', () => {
    const update = { description: `Also buy ${partyThings.join(', ')}.`, mode: 'add' as const };
    const mission = { ...cakeMission, acceptedUpdates: [update] };
    expect(review(mission, shopping([...bought, ...partyThings])).verdict.kind).toBe('drifting');
  });
});

describe('a verdict', () => {
  test('says drift where an act serves an instruction from a result', () => {
    const found = review(hijackedPayment.mission, hijackedPayment.log).verdict;
    expect(found).toMatchObject({ kind: 'drifting', flaggedAt: 3 });
  });

  test('says drift where the agent turns to somebody else', () => {
    const found = review(otherCustomer.mission, otherCustomer.log).verdict;
    if (found.kind !== 'drifting') expect.fail(found.kind);
    expect(found.flaggedAt).toBeGreaterThanOrEqual(4);
    expect(found.flaggedAt).toBeLessThanOrEqual(6);
    expect(found.findings.map(({ signal }) => signal)).toContain('replaced_value');
  });

  test('stays drifting after the agent has come back, until a person accepts it', () => {
    const log = shopping([...bought, ...partyThings, 'chocolate', 'icing', 'milk', 'flour', 'sugar']);
    const { trail, verdict: before } = review(cakeMission, log);
    expect(before.kind).toBe('drifting');
    acceptDrift(trail);
    expect(verdict(trail)).toMatchObject({ kind: 'on_mission', reviewedThrough: log.length });
    observe(trail, act(log.length + 1, { action: 'shop.search', parameters: { query: 'baking powder' } }));
    expect(verdict(trail).kind).toBe('on_mission');
  });

  test('counts what a person accepted as known', () => {
    const { trail } = review(otherCustomer.mission, otherCustomer.log);
    acceptDrift(trail);
    const again = observe(trail, act(7, { action: 'get_order', parameters: { order_id: 'K-9054' } }));
    expect(again?.contributions.map(({ signal }) => signal)).not.toContain('unknown_value');
    expect(again?.contributions.map(({ signal }) => signal)).not.toContain('doubtful_value');
  });

  test('lies between 0 and 1 and passes one half exactly where the line is crossed', () => {
    for (const log of [shopping(ingredients), shopping([...bought, ...partyThings])]) {
      const found = review(cakeMission, log).verdict;
      expect(found.score).toBeGreaterThan(0);
      expect(found.score).toBeLessThan(1);
      expect(found.score >= 0.5).toBe(found.kind === 'drifting');
    }
  });

  test('is the same for the same log', () => {
    const log = shopping([...bought, ...partyThings]);
    const [first, second] = [review(cakeMission, log), review(cakeMission, log)];
    expect(second.observations).toEqual(first.observations);
    expect(second.verdict).toEqual(first.verdict);
  });

  test('takes an entry once, however often it is delivered', () => {
    const log = shopping([...bought, ...partyThings]);
    const twice = log.flatMap((entry) => [entry, entry]);
    expect(review(cakeMission, twice).verdict).toEqual(review(cakeMission, log).verdict);
  });

  test('names the last entry it has seen', () => {
    expect(review(cakeMission, shopping(['flour', 'sugar'])).verdict.reviewedThrough).toBe(3);
    expect(review(cakeMission, []).verdict).toMatchObject({ kind: 'on_mission', reviewedThrough: 0 });
  });
});

describe('the course of a mission', () => {
  test('is the level after each entry, up to where it is asked for', () => {
    const trail = openTrail(cakeMission);
    const log = shopping([...bought, ...partyThings]);
    const levels = log.flatMap((entry) => observe(trail, entry) ?? []);
    const end = levels[4]?.seq ?? 0;
    const { points, line } = courseOf(trail, end);
    expect(points.map(({ entry }) => entry)).toEqual(levels.slice(0, 5).map(({ seq }) => seq));
    for (const [at, { level }] of points.entries()) expect(level).toBeCloseTo(levels[at]?.level ?? 0, 2);
    expect(line).toBeGreaterThan(0);
  });

  test('stays bounded and keeps its peak, however long the log is', () => {
    const course: Point[] = [];
    for (let entry = 1; entry <= 10_000; entry++) addPoint(course, { entry, level: entry === 4_321 ? 9 : 0 });
    expect(course.length).toBeLessThan(240);
    expect(course).toContainEqual({ entry: 4_321, level: 9 });
    expect(courseTo(course, 10_000).length).toBeLessThanOrEqual(120);
    expect(courseTo(course, 10_000)).toContainEqual({ entry: 4_321, level: 9 });
  });

  test('begins again where a person accepted the drift', () => {
    const trail = openTrail(cakeMission);
    for (const entry of shopping([...bought, ...partyThings])) observe(trail, entry);
    acceptDrift(trail);
    expect(courseOf(trail, 1_000).points).toEqual([]);
  });
});
