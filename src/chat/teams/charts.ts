// A picture as Teams' own charts. A chart says nothing to a screen reader and is not drawn by every client, so the figures
// stand below it in words, always. learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/charts-in-adaptive-cards
import type { Panel, Picture } from '#cards/card.ts';
import { noCharts } from '#cards/words/drawing.ts';
import {
  type Chart,
  type Colour,
  type Element,
  rich,
  run,
  type Look as Setting,
} from '#chat/teams/elements.ts';
import { plain, shorten } from '#chat/teams/inert-text.ts';

/** Below this many characters a text, a card is so full that figures are said in words alone. */
const leastChars = 500;
/** A log is told in so many slices at most, each a row that fits on a phone. */
const mostSlices = 8;
const labelChars = 40;

/** Its title, a chart for each panel, and the figures in words. `chars`: how long a text may be. */
export function drawPicture({ title, alt, panels }: Picture, chars: number): Element[] {
  const heading = (words: string, setting: Setting = {}) =>
    rich([run(plain(shorten(words, labelChars * 2)), { weight: 'Bolder' })], setting);
  const words = rich([run(plain(shorten(alt, Math.max(chars, 250))), { isSubtle: true, size: 'Small' })]);
  if (chars < leastChars) return [heading(title), words];
  return [
    heading(title, { spacing: 'Medium' }),
    ...panels.flatMap((panel): Element[] => [
      ...(panels.length > 1 ? [rich([run(plain(panel.heading))], { spacing: 'Small' })] : []),
      ...chartOf(panel),
    ]),
    words,
  ];
}

/** Instead of a chart where a client draws none. */
const fallback = rich([run(noCharts, { isSubtle: true, size: 'Small' })]);

type Events = Extract<Panel, { kind: 'events' }>;

function chartOf(panel: Panel): Element[] {
  switch (panel.kind) {
    case 'bars':
      return [
        {
          type: 'Chart.HorizontalBar',
          title: label(panel.heading),
          displayMode: 'AbsoluteNoAxis',
          data: panel.bars.map(({ label: x, value, shown, marked }) => ({
            // The client writes the bare value beside the bar; the sign says without colour which bar is meant.
            x: label(`${x}${shown === String(value) ? '' : `: ${shown}`}${marked ? ' \u26a0' : ''}`),
            y: value,
            color: marked ? 'warning' : 'categoricalBlue',
          })),
          fallback,
        },
      ];
    case 'course':
      return [courseChart(panel)];
    case 'events':
      return [eventsChart(panel), signsOf(panel)];
  }
}

/** Lines carry no marks here: which entries are cited stands in the words. */
function courseChart({ heading, points, line }: Extract<Panel, { kind: 'course' }>): Chart {
  const [first, last] = [points[0]?.entry ?? 0, points.at(-1)?.entry ?? 0];
  return {
    type: 'Chart.Line',
    title: label(heading),
    xAxisTitle: 'entry of the log',
    yAxisTitle: 'score',
    data: [
      {
        legend: label(heading),
        color: 'categoricalBlue',
        values: points.map(({ entry, level }) => ({ x: entry, y: level })),
      },
      {
        legend: label(line.label),
        color: 'categoricalRed',
        values: [
          { x: first, y: line.at },
          { x: last, y: line.at },
        ],
      },
    ],
    fallback,
  };
}

/** The log in slices from top to bottom, each a bar of what it holds, told by signs too; a flag stands at its slice. */
function eventsChart({ heading, from, to, lanes, flags }: Events): Chart {
  const span = Math.max(1, to.entry - from.entry + 1);
  const each = Math.ceil(span / mostSlices);
  const slices = Array.from({ length: Math.ceil(span / each) }, (_, at) => {
    const first = from.entry + at * each;
    return { first, last: Math.min(to.entry, first + each - 1) };
  });
  return {
    type: 'Chart.HorizontalBar.Stacked',
    title: label(heading),
    data: slices.map(({ first, last }) => {
      const within = (entry: number) => entry >= first && entry <= last;
      const held = lanes.flatMap(({ label: name, entries }, lane) => {
        const value = entries.filter(within).length;
        const { sign, color } = looks[lane % looks.length] ?? looks[0];
        return value === 0 ? [] : [{ sign, legend: label(`${sign} ${name}`), value, color }];
      });
      const signs = held.map(({ sign, value }) => ` ${sign}${value}`).join('');
      const flagged = flags.filter(({ entry }) => within(entry)).map(({ label: name }) => ` \u2691 ${name}`);
      return {
        title: label(
          `${first === last ? `#${first}` : `#${first}\u2013#${last}`}${signs}${flagged.join('')}`,
        ),
        // A bar of nothing is left out of some clients, and with it its row.
        data:
          held.length > 0 ? held.map(({ legend, value, color }) => ({ legend, value, color })) : [nothing],
      };
    }),
    fallback,
  };
}

/** What each sign means: a legend of the chart itself is cut short on a phone. */
const signsOf = ({ lanes }: Events): Element =>
  rich([
    run(
      plain(
        lanes
          .map(({ label: name }, lane) => `${(looks[lane % looks.length] ?? looks[0]).sign} ${name}`)
          .join('   '),
      ),
      {
        size: 'Small',
      },
    ),
  ]);

type Look = { readonly sign: string; readonly color: Colour };
const looks: readonly [Look, ...Look[]] = [
  { sign: '?', color: 'categoricalMarigold' },
  { sign: '\u25cf', color: 'categoricalBlue' },
  { sign: '\u2713', color: 'categoricalGreen' },
  { sign: '\u2715', color: 'categoricalRed' },
  { sign: '\u25a0', color: 'categoricalPurple' },
  { sign: '\u25b2', color: 'categoricalTeal' },
];
const nothing = { legend: '\u2013', value: 0, color: 'categoricalBlue' } as const;

const label = (words: string) => plain(shorten(words, labelChars));
