import fc from 'fast-check';
import { expect, test } from 'vitest';
import { minutesLeft, nextStep } from '#cards/left.ts';

const until = new Date('2026-11-21T11:00:00Z');
const before = (seconds: number) => new Date(until.getTime() - seconds * 1000);

test('what is left is counted by the hour, then in fives, in the last ten minutes one by one, never too little', () => {
  const seconds = [9000, 7201, 7200, 3541, 3300, 601, 600, 61, 60, 1, 0, -5];
  const said = [180, 180, 120, 60, 55, 15, 10, 2, 1, 1, 0, 0];
  expect(seconds.map((each) => minutesLeft(until, before(each)))).toEqual(said);
});

test('the next step is the first moment at which less is said', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000_000 }), (ms) => {
      const now = new Date(until.getTime() - ms);
      const next = nextStep(until, now);
      if (!next) throw new Error('something is left');
      expect(next > now).toBe(true);
      expect(minutesLeft(until, next)).toBeLessThan(minutesLeft(until, now));
      expect(minutesLeft(until, new Date(next.getTime() - 1))).toBe(minutesLeft(until, now));
    }),
  );
});
