// What is passed on to an agent: the speaker's own words, and only where they are plainly meant for it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { understand } from '#conversation/grammar.ts';
import type { Intent } from '#conversation/intent.ts';

const hear = (text: string) => understand(text, { thread: 'mission' });

test.each<[string, Intent]>([
  ['ask Why do you need it?', { kind: 'ask', less: false, words: 'Why do you need it?' }],
  ['Ask: *Why* do you need it?', { kind: 'ask', less: false, words: '*Why* do you need it?' }],
  ['please ask the agent, why “now”?', { kind: 'ask', less: false, words: 'why “now”?' }],
  ['ask stop what?', { kind: 'ask', less: false, words: 'stop what?' }],
  ['ask for less', { kind: 'ask', less: true, words: '' }],
  ['ask the agent for less: no returns', { kind: 'ask', less: true, words: 'no returns' }],
  ['ask for fewer, please', { kind: 'ask', less: true, words: 'please' }],
  ['answer Saturday', { kind: 'answer', words: 'Saturday' }],
  ['Answer: deny it if you can’t', { kind: 'answer', words: 'deny it if you can’t' }],
])('“%s” is passed on as it was typed', (text, intent) => {
  expect(hear(text)).toEqual(intent);
});

test.each([
  'ask',
  'ask:',
  'answer',
  'ask @maria whether it is fine',
  'ask me later',
  'ask them',
  'asking why',
  'answers',
  'do not ask why',
  'she asked why',
])('“%s” is passed on to nobody', (text) => {
  expect(['ask', 'answer']).not.toContain(hear(text).kind);
});

test('words too long to pass on whole, or that turn direction, are passed on not at all', () => {
  for (const text of [`ask ${'why '.repeat(500)}`, 'ask why \u202e gnp.exe']) {
    expect(['ask', 'answer']).not.toContain(hear(text).kind);
  }
});

test('no words become an approval by standing behind “ask” or “answer”', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('ask ', 'answer '),
      fc.string(),
      fc.constantFrom('approve', 'stop', 'deny it'),
      (verb, text, act) => {
        expect(['approve', 'deny', 'stop', 'hold', 'release']).not.toContain(
          hear(`${verb}${act} ${text}`).kind,
        );
      },
    ),
  );
});
