// A level along a log: the line it may cross, where it did, and the entries that are cited.
import type { Panel } from '#cards/card.ts';
import { circle, type Drawn, dashed, frame, ink, inner, n, path, rect, rule, text, widthOf } from './svg.ts';

const top = 64;
const plot = 230;
const numberSize = 20;

type Course = Extract<Panel, { kind: 'course' }>;

export function coursePanel({ points, line, cited, crossed }: Course): Drawn {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return { svg: '', height: 0 };
  const levels = [line.at, ...points.map(({ level }) => level)];
  const [least, most] = [Math.min(0, ...levels), Math.max(...levels)];
  const x = (entry: number) =>
    frame.edge + 16 + ((entry - first.entry) / Math.max(1, last.entry - first.entry)) * (inner - 32);
  const y = (level: number) => top + plot - ((level - least) / Math.max(0.1, most - least)) * plot;
  /** An entry without a point of its own stands where the level stood then. */
  const levelAt = (entry: number) => points.findLast((point) => point.entry <= entry)?.level ?? first.level;
  const dot = (entry: number) => ({ x: x(entry), y: y(levelAt(entry)) });

  const course = points
    .map(({ entry, level }, at) => `${at === 0 ? 'M' : 'L'}${n(x(entry))} ${n(y(level))}`)
    .join('');
  const bottom = top + plot;
  const svg = [
    rect(frame.edge, top, inner, plot, ink.track),
    rule(frame.edge, bottom, frame.edge + inner, bottom, ink.rule),
    rule(frame.edge, y(line.at), frame.edge + inner, y(line.at), ink.alarm, dashed),
    text(frame.edge + 8, y(line.at) - 8, line.label, { size: 20, colour: ink.alarm, room: inner / 2 }),
    path(course, 'none', ink.plain, 4),
    ...cited.entries.map((entry) => diamond(dot(entry))),
    ...(crossed === undefined
      ? []
      : [circle(dot(crossed.entry).x, dot(crossed.entry).y, 16, 'none', ink.alarm)]),
    ...numbers(cited.entries, dot),
    text(frame.edge, bottom + 30, `#${first.entry}`, { size: numberSize, colour: ink.soft, room: 150 }),
    text(frame.edge + inner, bottom + 30, `#${last.entry}`, {
      size: numberSize,
      colour: ink.soft,
      anchor: 'end',
      room: 150,
    }),
    legend(bottom + 68, cited, crossed),
  ].join('');
  return { svg, height: bottom + 84 };
}

const diamond = ({ x, y }: { x: number; y: number }, size = 10) =>
  path(
    `M${n(x)} ${n(y - size)}L${n(x + size)} ${n(y)}L${n(x)} ${n(y + size)}L${n(x - size)} ${n(y)}Z`,
    ink.text,
    ink.page,
    2,
  );

/** The number of each cited entry above its point, on one of two rows; one that would stand on another is left to the words. */
function numbers(cited: readonly number[], dot: (entry: number) => { x: number; y: number }): string[] {
  const ends = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return cited.flatMap((entry) => {
    const half = widthOf(`#${entry}`, numberSize, true) / 2;
    const at = dot(entry);
    const x = Math.min(Math.max(at.x, frame.edge + half), frame.edge + inner - half);
    const row = ends.findIndex((end) => x - half > end + 8);
    if (row < 0) return [];
    ends[row] = x + half;
    const y = 22 + row * 26;
    return [
      rule(at.x, y + 4, at.x, at.y - 12, ink.rule),
      text(x, y, `#${entry}`, { size: numberSize, bold: true, anchor: 'middle', room: 120 }),
    ];
  });
}

function legend(y: number, cited: Course['cited'], crossed: Course['crossed']): string {
  const x = frame.edge + 12;
  return [
    ...(cited.entries.length === 0
      ? []
      : [diamond({ x, y: y - 7 }), text(x + 20, y, cited.label, { size: 20, room: 160 })]),
    ...(crossed === undefined
      ? []
      : [
          circle(x + 196, y - 7, 13, 'none', ink.alarm),
          text(x + 220, y, crossed.label, { size: 20, room: 400 }),
        ]),
  ].join('');
}
