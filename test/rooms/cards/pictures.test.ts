// Pictures as neutral figures: what is drawn, and the same in words.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block } from '#cards/card.ts';
import { pictureLimits } from '#cards/card.ts';
import { coursePicture } from '#cards/course-picture.ts';
import { healthPicture } from '#cards/health-picture.ts';
import { timelineCard, timelinePicture } from '#cards/timeline.ts';
import { cardText } from '../../support/card-text.ts';
import { hostile, unsafe } from '../../support/hostile.ts';
import {
  courseOf13,
  entries,
  health,
  healthOf12,
  logOf17,
  people,
  pictureIn,
} from '../../support/pictures.ts';
import { mission } from '../../support/requests.ts';

const told = (blocks: readonly Block[]) => `${JSON.stringify(pictureIn(blocks), null, 1)}\n`;

test('the pictures are what they were', async () => {
  await expect([healthOf12(), courseOf13(), logOf17()].map(told).join('\n')).toMatchFileSnapshot(
    'goldens/pictures.txt',
  );
});

test('a timeline is a card with its picture and every entry behind it', async () => {
  const card = timelineCard(mission(), { entries, all: 40, drift: { since: 11, accepted: [] } });
  await expect(cardText(card)).toMatchFileSnapshot('goldens/timeline.txt');
});

describe('the words of a picture', () => {
  test('of health hold every figure that is drawn', () => {
    const { alt, panels } = pictureIn(healthOf12());
    for (const panel of panels) {
      if (panel.kind !== 'bars') throw new Error('not bars');
      for (const { label, shown } of panel.bars) expect(alt).toContain(`${label} ${shown}`);
    }
    expect(alt).toContain('(nobody over 80 %)');
  });

  test('of a course say where the line is, where it is crossed, and what is cited', () => {
    expect(pictureIn(courseOf13()).alt).toBe(
      'The score from entry #1 to entry #16. The line is at 1.7. The score crosses it at entry #13. It is highest at entry #16, with 3.1. Cited: #10 at -0.2, #11 at 0.5, #12 at 1.1, #13 at 1.8, #14 at 2.6, #16 at 3.1.',
    );
  });

  test('of a course that never crossed the line say who flagged it', () => {
    const blocks = coursePicture(
      {
        points: [
          { entry: 1, level: 0 },
          { entry: 4, level: 1 },
        ],
        line: 1.7,
      },
      [3],
    );
    expect(pictureIn(blocks).alt).toMatch(/stays below it; a model flagged what it read\. .* Cited: #3\.$/);
  });

  test('of a timeline name the entries of each lane, and nothing after more than a few runs', () => {
    expect(pictureIn(logOf17()).alt).toContain('Reported as done: 5 (#4 to #5, #11 to #13).');
    const odd = Array.from(
      { length: 400 },
      (_, n) => ({ ...entries[n % 2 === 0 ? 3 : 7], seq: n + 1 }) as (typeof entries)[number],
    );
    const { alt } = pictureIn(timelinePicture({ entries: odd, all: 400, drift: { accepted: [] } }));
    expect(alt).toContain('Reported as done: 200 (#1, #3, #5, #7, #9, #11, 194 more).');
  });

  test('are bounded and inert, whatever people are called', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const { alt, panels } = pictureIn(healthPicture(health, () => name));
        expect(alt.length).toBeLessThanOrEqual(pictureLimits.alt);
        expect(JSON.stringify(panels)).not.toMatch(unsafe);
        expect(alt).not.toMatch(unsafe);
      }),
      { numRuns: 100 },
    );
  });
});

describe('there is no picture', () => {
  test('of the health of nothing', () => {
    const none = {
      ...health,
      decided: 0,
      approvals: 0,
      expired: 0,
      hasty: 0,
      alone: undefined,
      waits: [0, 0, 0, 0, 0],
      deciders: [],
    };
    expect(healthPicture(none, people)).toEqual([]);
  });

  test('of a course that is not known, or of one point', () => {
    expect(coursePicture(undefined, [1])).toEqual([]);
    expect(coursePicture({ points: [{ entry: 1, level: 2 }], line: 1.7, crossed: 1 }, [1])).toEqual([]);
  });

  test('of a log of one entry', () => {
    expect(timelinePicture({ entries: entries.slice(0, 1), all: 1, drift: { accepted: [] } })).toEqual([]);
  });
});

test('a flag outside of what is drawn is left out', () => {
  const [panel] = pictureIn(
    timelinePicture({ entries: entries.slice(4, 9), all: 17, drift: { since: 2, accepted: [8, 12] } }),
  ).panels;
  expect(panel?.kind === 'events' && panel.flags.map(({ entry }) => entry)).toEqual([8]);
});
