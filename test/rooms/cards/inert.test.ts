import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutText, inert, inertText } from '#cards/inert.ts';
import { line, ours } from '#cards/line.ts';
import { hostile, unsafe } from '../../support/hostile.ts';

describe('text becomes inert', () => {
  test('nothing that hides or turns text is left, whatever comes in', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 0, max: 200 }), (text, max) => {
        expect(inert(text, max)).not.toMatch(unsafe);
        expect(inertText(text)).not.toMatch(unsafe);
        expect(cutText(text, max).text).not.toMatch(unsafe);
      }),
      { numRuns: 2_000 },
    );
  });

  test('one line stays one line', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(inert(text)).not.toMatch(/\n|  |^ | $/);
      }),
    );
  });

  test('what is inert stays as it is', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(inert(inert(text, 10_000), 10_000)).toBe(inert(text, 10_000));
        expect(inertText(inertText(text))).toBe(inertText(text));
      }),
      { numRuns: 1_000 },
    );
  });

  test('no cut is longer than it may be, and each says that it is one', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 0, max: 200 }), (text, max) => {
        const { text: shown, cut } = cutText(text, max);
        expect(shown.length).toBeLessThanOrEqual(max);
        expect(cut).toBe(inertText(text).length > max);
        if (cut && max > 0) expect(shown).toContain('…');
        expect(shown.isWellFormed()).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a cut keeps head and tail and counts what is between', () => {
    const text = `${'a'.repeat(500)}${'b'.repeat(500)} and wire 9,000 euros`;
    const { text: shown } = cutText(text, 120);
    const left = Number(/…([\d,]+) characters left out/.exec(shown)?.[1]?.replace(',', ''));
    expect(shown.startsWith('aaaa')).toBe(true);
    expect(shown.endsWith('wire 9,000 euros')).toBe(true);
    expect(shown.replace(/ \[….*?…\] /, '').length + left).toBe(text.length);
  });

  test('a cut never goes through a character', () => {
    for (let max = 1; max < 60; max += 1)
      expect(cutText('🎂'.repeat(60), max).text.isWellFormed()).toBe(true);
  });

  test('what turns or hides text is shown by its code, what is only unseen goes', () => {
    expect(inert('gpj.\u202eexe')).toBe('gpj.[U+202E]exe');
    expect(inert('a\u0000\u0001\u0002\u0003\u0004b')).toBe('a[U+0000 U+0001 U+0002 +2]b');
    expect(inert('hi\u{e0068}\u{e0069}')).toBe('hi[U+E0068 U+E0069]');
    expect(inert('pass\u200bword\ufeff')).toBe('password');
    expect(inert('half \ud83c here')).toBe('half \ufffd here');
    expect(inert('e\u0301')).toBe('é');
  });

  test('lines and small indents of a text stay, floods of them do not', () => {
    expect(inertText('a\r\n  b\u2028c\n\n\n\n\nd   e  \n')).toBe('a\n  b\nc\n\nd e');
    expect(inertText(`{\n${' '.repeat(400)}x`)).toBe(`{\n${' '.repeat(16)}x`);
  });

  test('a hundred kilobytes take no time to speak of', () => {
    const began = performance.now();
    for (const flood of ['\u0301', '\u202ea', ' ', '\n', ' \n', '🎂']) cutText(flood.repeat(50_000), 500);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

test('a sentence of ours keeps others’ words in spans of their own', () => {
  const theirs = { kind: 'code', text: inert('x`y') } as const;
  expect(line`The agent ${theirs} asks ${2} things${line`.`}`).toEqual([
    { kind: 'plain', text: 'The agent ' },
    theirs,
    { kind: 'plain', text: ' asks ' },
    { kind: 'plain', text: '2' },
    { kind: 'plain', text: ' things' },
    { kind: 'plain', text: '.' },
  ]);
  expect(ours`${2} missions, ${inert('one')}`).toBe('2 missions, one');
});
