// Pictures as Teams draws them: its own charts, each with a fallback, and the figures in words below.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block, Card, SafeText } from '#cards/card.ts';
import { timelinePicture } from '#cards/timeline.ts';
import { faultsOf } from '#chat/teams/limits.ts';
import { renderCard, wordsOf } from '#chat/teams/render.ts';
import { hostile } from '../../support/hostile.ts';
import { courseOf13, entries, healthOf12, logOf17, pictureIn } from '../../support/pictures.ts';

const safe = (text: string) => text as SafeText;
const cardOf = (blocks: readonly Block[]): Card => ({
  title: safe('Oversight health'),
  tone: 'neutral',
  blocks,
  buttons: [],
  expansion: [],
  calls: [],
});
const render = (blocks: readonly Block[]) => renderCard(cardOf(blocks), 'tenant', 'mark', false);
const charts = (blocks: readonly Block[]) =>
  render(blocks).body.filter(({ type }) => type.startsWith('Chart.'));

test('each picture is the charts it was', async () => {
  const drawn = [healthOf12(), courseOf13(), logOf17()].map((blocks) =>
    JSON.stringify(render(blocks).body, null, 1),
  );
  await expect(`${drawn.join('\n')}\n`).toMatchFileSnapshot('goldens/charts.txt');
});

describe('a chart', () => {
  test.each([healthOf12, courseOf13, logOf17])(
    'has a fallback, and the figures in words below it',
    (picture) => {
      const { body } = render(picture());
      for (const chart of charts(picture())) expect(chart).toHaveProperty('fallback.type', 'RichTextBlock');
      expect(JSON.stringify(body.at(-1))).toContain(JSON.stringify(pictureIn(picture()).alt).slice(1, -1));
      expect(wordsOf(cardOf(picture()), 4_000)).toContain(pictureIn(picture()).alt);
    },
  );

  test('marks what is to be looked at by a sign, and says by signs what a slice of the log holds', () => {
    expect(JSON.stringify(charts(healthOf12()))).toContain('"x":"Bob: 92 % ⚠"');
    const [log] = charts(logOf17());
    expect(JSON.stringify(log)).toContain('"title":"#10–#12 ✓1 ■2 ⚑ drift begins"');
    expect(JSON.stringify(render(logOf17()).body)).toContain('? Asked a person   ● Granted silently');
  });

  test('of a long log has no more rows than a phone shows', () => {
    const long = Array.from(
      { length: 400 },
      (_, n) => ({ ...entries[n % 14], seq: n + 1 }) as (typeof entries)[number],
    );
    const [log] = charts(timelinePicture({ entries: long, all: 400, drift: { accepted: [] } }));
    expect(log?.type === 'Chart.HorizontalBar.Stacked' && log.data.length).toBe(8);
  });
});

test('whatever stands in a picture, Teams takes the card; one that is too full says the figures in words alone', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 1, max: 30 }), (words, times) => {
      const { panels, ...picture } = pictureIn(healthOf12());
      const block = {
        kind: 'picture',
        picture: {
          ...picture,
          title: safe(words),
          alt: safe(words.repeat(10)),
          panels: panels.map((panel) => ({ ...panel, heading: safe(words) })),
        },
      } as const;
      const card = renderCard(cardOf(Array.from({ length: times }, () => block)), 'tenant', 'mark', false);
      expect(faultsOf(card)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
