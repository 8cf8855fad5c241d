// Words let somebody else decide only where the whole of them says so, and only until a moment that they say.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { understand } from '#conversation/grammar.ts';
import { momentOf } from '#conversation/handover.ts';

const heard = (text: string) => understand(text, { thread: 'mission' });

test.each([
  ['@U1 decides for me until Friday', '@U1', 'Friday'],
  ['Bob Builder decides for me until tomorrow 17:00', 'Bob Builder', 'tomorrow 17:00'],
  ['please let @U1 decide for me for 3 days, thanks', '@U1', 'for 3 days'],
  ['@U1 may decide for me till 2026-11-30.', '@U1', '2026-11-30'],
  ['@U1 decides for me', '@U1', undefined],
])('%s', (text, whom, until) => {
  expect(heard(text)).toEqual({ kind: 'delegate', whom, until });
});

test.each(['I decide again', 'i decide again.', 'I’ll decide myself again', 'I decide for myself'])(
  '%s: taken back',
  (text) => expect(heard(text)).toEqual({ kind: 'reclaim' }),
);

test.each([
  'does @U1 decide for me until Friday?',
  '@U1 decides for me until Friday?',
  '@U1 decides for Paul until Friday',
  '@U1 decides for me until Friday unless I say so; really',
  '@U1 does not decide for me',
  'should I decide again?',
  'I decide again tomorrow',
])('%s: nothing is handed over', (text) => {
  expect(['delegate', 'reclaim']).not.toContain(heard(text).kind);
});

describe('until when', () => {
  // A Saturday.
  const now = new Date('2026-11-21T12:00:00Z');
  const at = (words: string) => momentOf(words, now)?.toISOString();

  test.each([
    ['today', '2026-11-22T00:00:00.000Z'],
    ['tomorrow', '2026-11-23T00:00:00.000Z'],
    ['Friday', '2026-11-28T00:00:00.000Z'],
    ['saturday', '2026-11-22T00:00:00.000Z'],
    ['next Saturday', '2026-11-29T00:00:00.000Z'],
    ['Monday 9:30', '2026-11-23T09:30:00.000Z'],
    ['2026-12-01 at 18:00', '2026-12-01T18:00:00.000Z'],
    ['the end of Friday', '2026-11-28T00:00:00.000Z'],
    ['for 3 days', '2026-11-24T12:00:00.000Z'],
    ['for an hour', '2026-11-21T13:00:00.000Z'],
    ['for two weeks', '2026-12-05T12:00:00.000Z'],
  ])('%s', (words, moment) => expect(at(words)).toBe(moment));

  test.each([
    '2026-02-30',
    'someday',
    'yesterday',
    'for 0 days',
    'for nine days',
    'Friday 25:00',
    'soon',
    '',
  ])('%s is no moment', (words) => expect(at(words)).toBeUndefined());

  test('whatever is said, the answer is a moment or none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^for [\w ]{1,12}$/)), (words) => {
        const moment = momentOf(words, now);
        expect(moment === undefined || !Number.isNaN(moment.getTime())).toBe(true);
      }),
    );
  });
});
