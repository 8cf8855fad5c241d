// Moments that lie behind, where clocks go by the zone of a channel.
import { expect, test } from 'vitest';
import { type Moment, periodOf } from '#conversation/moment.ts';
import { instantOf } from '#flows/moment.ts';

/** A Saturday, 13:30 in Berlin, at the end of October: clocks go back that night. */
const now = new Date('2026-10-24T11:30:00Z');
const berlin = 'Europe/Berlin';
const from = (words: string): Moment => {
  const period = periodOf(words);
  if (!period) throw new Error(`${words} is no time`);
  return period.from;
};

test.each([
  ['today', '2026-10-23T22:00:00Z'],
  ['since yesterday', '2026-10-22T22:00:00Z'],
  ['since monday', '2026-10-18T22:00:00Z'],
  ['since saturday', '2026-10-23T22:00:00Z'],
  ['since last saturday', '2026-10-16T22:00:00Z'],
  ['since 9:00', '2026-10-24T07:00:00Z'],
  ['since 14:00', '2026-10-23T12:00:00Z'],
  ['since noon', '2026-10-24T10:00:00Z'],
  ['in the last 90 minutes', '2026-10-24T10:00:00Z'],
  ['over the past week', '2026-10-17T11:30:00Z'],
  ['since an hour ago', '2026-10-24T10:30:00Z'],
])('“%s” is meant in the zone of the channel', (words, instant) => {
  expect(instantOf(from(words), now, berlin).toISOString()).toBe(new Date(instant).toISOString());
});

test('a day begins at midnight on the day clocks change, too', () => {
  const sunday = new Date('2026-10-25T11:30:00Z');
  expect(instantOf(from('today'), sunday, berlin).toISOString()).toBe('2026-10-24T22:00:00.000Z');
  expect(instantOf(from('since yesterday'), sunday, 'UTC').toISOString()).toBe('2026-10-24T00:00:00.000Z');
});

test('what is no time of the past is none', () => {
  for (const words of ['since tomorrow', 'since 25:00', 'since forever', 'soon', 'in the next hour', '']) {
    expect(periodOf(words)).toBeUndefined();
  }
});
