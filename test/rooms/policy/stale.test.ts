// When a mission's person is asked whether it should go on.
import { expect, test } from 'vitest';
import { defaultOversight, type Stale } from '#oversight.ts';
import { nextQuestionAt, stalenessOf } from '#policy/stale.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 10, 21, hour));
const hours = (count: number) => count * 3_600_000;
const with_ = (stale: Stale) => ({ ...defaultOversight(), stale });
const rules = with_({ idleMs: hours(3), endingMs: hours(2), againMs: hours(1) });
const mission = { status: 'active' as const, lastActivityAt: at(0), expiresAt: at(10) };

test('a mission is idle, then near its end, then past it; one that ended is nothing', () => {
  expect([1, 3, 7, 8, 9, 10, 11].map((hour) => stalenessOf(rules, mission, at(hour)))).toEqual([
    undefined,
    'idle',
    'idle',
    'ending',
    'ending',
    'overdue',
    'overdue',
  ]);
  expect(stalenessOf(rules, { ...mission, status: 'terminated' }, at(9))).toBeUndefined();
});

test('where the operator wants none, nobody is asked', () => {
  expect(stalenessOf(defaultOversight(), mission, at(11))).toBeUndefined();
  expect(nextQuestionAt(defaultOversight(), mission, undefined, at(1))).toBeUndefined();
  const onlyIdle = with_({ idleMs: hours(3), againMs: hours(1) });
  expect(stalenessOf(onlyIdle, { ...mission, lastActivityAt: at(8) }, at(9))).toBeUndefined();
});

test('what the agent says of its goal, or the log shows, is asked about after its time, and before what is idle', () => {
  const done = { why: 'said_done' as const, at: at(1) };
  const withDone = with_({ idleMs: hours(3), doneMs: hours(2), endingMs: hours(2), againMs: hours(1) });
  expect([2, 3, 8, 10].map((hour) => stalenessOf(withDone, { ...mission, done }, at(hour)))).toEqual([
    undefined,
    'said_done',
    'said_done',
    'overdue',
  ]);
  expect(stalenessOf(withDone, { ...mission, done: { ...done, why: 'past_goal' } }, at(3))).toBe('past_goal');
  expect(stalenessOf(rules, { ...mission, done }, at(3))).toBe('idle');
  expect(nextQuestionAt(withDone, { ...mission, done }, undefined, at(1))).toEqual(at(3));
});

test('each next moment is named, and the period after a question counts', () => {
  expect(nextQuestionAt(rules, mission, undefined, at(1))).toEqual(at(3));
  expect(nextQuestionAt(rules, mission, at(3), at(3))).toEqual(at(4));
  expect(nextQuestionAt(rules, mission, undefined, at(3))).toEqual(at(8));
  expect(nextQuestionAt(rules, mission, undefined, at(10))).toBeUndefined();
});
