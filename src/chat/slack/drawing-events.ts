// What happened in the order of a log: a lane with its own sign for each kind of thing, flags for what changes the rest.
import type { Panel } from '#cards/card.ts';
import { moment } from '#cards/words/picture.ts';
import { circle, type Drawn, dashed, frame, ink, inner, n, path, rect, rule, text, widthOf } from './svg.ts';

const laneHeight = 70;
const flagHeight = 32;
/** More entries than this share places, and a lane shows how many stand in each as a bar. */
const mostPlaces = 33;

export function eventsPanel({ from, to, lanes, flags }: Extract<Panel, { kind: 'events' }>): Drawn {
  const span = Math.max(1, to.entry - from.entry + 1);
  const places = Math.min(span, mostPlaces);
  const pitch = inner / places;
  const placeOf = (entry: number) => Math.min(places - 1, Math.floor(((entry - from.entry) / span) * places));
  const x = (place: number) => frame.edge + (place + 0.5) * pitch;

  const bottom = lanes.length * laneHeight;
  const drawn = lanes.map(({ label, entries }, lane) => {
    const y = lane * laneHeight;
    const there = [...Map.groupBy(entries, placeOf)].map(([place, some]) => ({
      x: x(place),
      count: some.length,
    }));
    const most = Math.max(...there.map(({ count }) => count));
    return [
      text(frame.edge, y + 22, `${label}: ${entries.length}`, { size: 21, room: inner }),
      rect(frame.edge, y + 30, inner, 34, ink.track),
      ...there.map(({ x, count }) =>
        span <= mostPlaces ? signOf(lane)(x, y + 47) : column(x, y + 64, pitch - 4, (count / most) * 32),
      ),
    ].join('');
  });
  // The rightmost comes first, so that no line runs through a name to its left.
  const rightmost = flags.toSorted((a, b) => b.entry - a.entry);
  const flagged = rightmost.map(({ entry, label }, at) =>
    flag(x(placeOf(entry)), bottom, at, `#${entry} ${label}`),
  );
  const ends = bottom + 12 + flags.length * flagHeight;
  const axis = [
    text(frame.edge, ends + 22, `#${from.entry}, ${moment(from.at)}`, {
      size: 20,
      colour: ink.soft,
      room: inner / 2,
    }),
    text(frame.edge + inner, ends + 22, `#${to.entry}, ${moment(to.at)}`, {
      size: 20,
      colour: ink.soft,
      anchor: 'end',
      room: inner / 2,
    }),
  ];
  return { svg: [...drawn, ...flagged, ...axis].join(''), height: ends + 34 };
}

const column = (x: number, bottom: number, width: number, height: number) =>
  rect(x - width / 2, bottom - height, width, height, ink.plain);

/** Each lane has a sign of its own, so that it is known without its colour. */
const signOf = (lane: number): Sign => signs[lane % signs.length] ?? signs[0];

type Sign = (x: number, y: number) => string;
const signs: readonly [Sign, ...Sign[]] = [
  (x, y) => circle(x, y, 8, ink.page, ink.text),
  (x, y) => circle(x, y, 9, ink.plain),
  (x, y) =>
    path(`M${n(x - 9)} ${n(y)}L${n(x - 2)} ${n(y + 8)}L${n(x + 10)} ${n(y - 8)}`, 'none', '#1b5e20', 5),
  (x, y) =>
    path(
      `M${n(x - 8)} ${n(y - 8)}L${n(x + 8)} ${n(y + 8)}M${n(x + 8)} ${n(y - 8)}L${n(x - 8)} ${n(y + 8)}`,
      'none',
      ink.alarm,
      5,
    ),
  (x, y) => rect(x - 8, y - 8, 16, 16, ink.soft),
  (x, y) => path(`M${n(x)} ${n(y - 9)}L${n(x + 10)} ${n(y + 8)}L${n(x - 10)} ${n(y + 8)}Z`, ink.text),
];

/** A dashed line through all lanes with its name on a row of its own, on the side where there is room. */
function flag(x: number, bottom: number, row: number, label: string): string {
  const y = bottom + 24 + row * flagHeight;
  const width = widthOf(label, 21, true);
  const right = x + 12 + width <= frame.width - frame.edge;
  return (
    rule(x, 0, x, y - 4, ink.alarm, dashed) +
    rect(right ? x + 6 : x - 12 - width, y - 16, width + 6, 26, ink.page) +
    text(right ? x + 10 : x - 10, y + 4, label, {
      size: 21,
      bold: true,
      colour: ink.alarm,
      anchor: right ? 'start' : 'end',
      room: inner - 20,
    })
  );
}
