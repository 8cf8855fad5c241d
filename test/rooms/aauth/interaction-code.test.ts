import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldInteractionCode, matchesInteractionCode, newInteractionCode } from '#aauth/interaction-code.ts';

const fold = (code: string) => foldInteractionCode(code) ?? '';

describe('an interaction code', () => {
  test('is eight symbols of Crockford base32, grouped by a hyphen', () => {
    for (let i = 0; i < 200; i++)
      expect(newInteractionCode()).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  test('does not repeat, and uses every symbol about as often', () => {
    const codes = Array.from({ length: 4000 }, newInteractionCode);
    expect(new Set(codes).size).toBe(codes.length);
    const counts = new Map<string, number>();
    for (const symbol of codes.join('').replaceAll('-', ''))
      counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    expect(counts.size).toBe(32);
    // 1000 expected each; ten standard deviations either way.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(320);
  });

  test.each([
    ['A1B2-C3D4', 'A1B2C3D4'],
    ['a1b2c3d4', 'A1B2C3D4'],
    ['AIBL-oODO', 'A1B100D0'],
    ['--A1-B2-C3-D4--', 'A1B2C3D4'],
  ])('is read as people type it: %s', (typed, folded) => {
    expect(foldInteractionCode(typed)).toBe(folded);
  });

  test.each(['', 'A1B2C3D', 'A1B2-C3DU', 'A1B2 C3D4', 'A1B2C3Dı', 'ſ1B2C3D4', '--------', 'A'.repeat(65)])(
    'cannot be %j',
    (typed) => {
      expect(foldInteractionCode(typed)).toBe(undefined);
      expect(matchesInteractionCode(typed, 'A1B2C3D4')).toBe(false);
    },
  );

  test('matches itself in any case and grouping, and nothing else', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: 8 }), (other, at) => {
        const code = newInteractionCode();
        const folded = fold(code);
        const typed = `${folded.slice(0, at)}-${folded.slice(at)}`.toLowerCase();
        expect(matchesInteractionCode(typed, folded)).toBe(true);
        expect(matchesInteractionCode(newInteractionCode(), folded)).toBe(false);
        expect(matchesInteractionCode(other, folded)).toBe(fold(other) === folded);
      }),
    );
  });
});
