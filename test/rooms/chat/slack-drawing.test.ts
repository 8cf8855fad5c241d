// What a picture looks like, and that whatever stands in one it stays a small, well-formed drawing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Panel, Picture, SafeText } from '#cards/card.ts';
import { drawPicture } from '#chat/slack/drawing.ts';
import { pngOf } from '#chat/slack/png.ts';
import { hostile } from '../../support/hostile.ts';
import { courseOf13, healthOf12, logOf17, pictureIn } from '../../support/pictures.ts';

describe('the drawings', () => {
  test.each([
    ['health', healthOf12],
    ['course', courseOf13],
    ['timeline', logOf17],
  ] as const)('of %s are what they were', async (name, blocks) => {
    const svg = drawPicture(pictureIn(blocks())).replaceAll('><', '>\n<');
    await expect(`${svg}\n`).toMatchFileSnapshot(`goldens/${name}.svg`);
  });

  test('are the same text each time, so that a digest knows them', () => {
    expect(drawPicture(pictureIn(healthOf12()))).toBe(drawPicture(pictureIn(healthOf12())));
  });

  test('become a picture of some hundred kilobytes at most, twice as wide as a message', async () => {
    const png = Buffer.from(await pngOf(drawPicture(pictureIn(logOf17()))));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(1_440);
    expect(png.length).toBeLessThan(200_000);
  });
});

const anyText = fc
  .oneof(hostile, fc.string({ unit: 'binary', maxLength: 300 }))
  .map((text) => text as SafeText);
const entry = fc.integer({ min: 1, max: 2_000_000_000 });
const level = fc.oneof(
  fc.double({ min: -10, max: 30, noNaN: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
);
const anyPanel: fc.Arbitrary<Panel> = fc.oneof(
  fc.record({
    kind: fc.constant('bars' as const),
    heading: anyText,
    bars: fc.array(
      fc.record({ label: anyText, value: level, shown: anyText, marked: fc.constant(true as const) }),
      { maxLength: 8 },
    ),
    line: fc.record({ at: level, label: anyText }),
  }),
  fc.record({
    kind: fc.constant('course' as const),
    heading: anyText,
    points: fc.array(fc.record({ entry, level }), { maxLength: 120 }),
    line: fc.record({ at: level, label: anyText }),
    cited: fc.record({ entries: fc.array(entry, { maxLength: 12 }), label: anyText }),
    crossed: fc.record({ entry, label: anyText }),
  }),
  fc.record({
    kind: fc.constant('events' as const),
    heading: anyText,
    from: fc.record({ entry, at: fc.date() }),
    to: fc.record({ entry, at: fc.date() }),
    lanes: fc.array(fc.record({ label: anyText, entries: fc.array(entry, { maxLength: 400 }) }), {
      maxLength: 6,
    }),
    flags: fc.array(fc.record({ entry, label: anyText }), { maxLength: 6 }),
  }),
);
const anyPicture: fc.Arbitrary<Picture> = fc.record({
  title: anyText,
  alt: anyText,
  panels: fc.array(anyPanel, { minLength: 1, maxLength: 3 }),
});

describe('whatever stands in a picture', () => {
  test('the drawing stays well-formed and small, holds nothing but shapes and words, and becomes a PNG', async () => {
    await fc.assert(
      fc.asyncProperty(anyPicture, async (picture) => {
        const svg = drawPicture(picture);
        expect(svg.length).toBeLessThan(150_000);
        expect(svg.isWellFormed()).toBe(true);
        // Markup is ours alone: after it, what is left are words without a bracket or a bare ampersand.
        const words = svg.replaceAll(
          /<\/?(?:svg|g|rect|line|path|circle|text)(?: [a-zA-Z0-9-]+="[^"<>]*")*\/?>/g,
          '',
        );
        expect(words).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|apos);)/);
        expect(svg).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|NaN|Infinity/,
        );
        const png = Buffer.from(await pngOf(svg));
        expect(png.readUInt32BE(20)).toBeLessThan(6_000);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test('a long word ends within its room', () => {
    const [panel] = pictureIn(healthOf12()).panels;
    if (panel?.kind !== 'bars') throw new Error('no bars');
    const bars = panel.bars.map((bar) => ({ ...bar, label: 'W'.repeat(500) as SafeText }));
    const picture = { ...pictureIn(healthOf12()), panels: [{ ...panel, bars }] };
    const labels = [...drawPicture(picture).matchAll(/>(W+…)</g)].map(([, label]) => label?.length ?? 0);
    expect(labels).toHaveLength(bars.length);
    expect(Math.max(...labels)).toBeLessThan(15);
  });
});
