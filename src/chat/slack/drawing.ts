// A picture as SVG: our own drawing of the neutral figures, as wide as a message and legible at half its size, on a phone.
import type { Panel, Picture } from '#cards/card.ts';
import { coursePanel } from './drawing-course.ts';
import { eventsPanel } from './drawing-events.ts';
import { type Drawn, dashed, font, frame, ink, inner, n, path, rect, rule, text, widthOf } from './svg.ts';

/** The same picture is always the same text, so its digest says whether it has changed. */
export function drawPicture({ title, panels }: Picture): string {
  let y = frame.edge + 26;
  const parts = [text(frame.edge, y, title, { size: 28, bold: true, room: inner })];
  y += 22;
  for (const panel of panels) {
    const { svg, height } = drawPanel(panel);
    parts.push(`<g transform="translate(0 ${n(y)})">${svg}</g>`);
    y += height;
  }
  const height = Math.ceil(y + frame.edge - 8);
  const size = `width="${frame.width}" height="${height}" viewBox="0 0 ${frame.width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${font}">${rect(0, 0, frame.width, height, ink.page)}${parts.join('')}</svg>`;
}

function drawPanel(panel: Panel): Drawn {
  const heading = text(frame.edge, 30, panel.heading, { size: 22, colour: ink.soft, room: inner });
  const { svg, height } = drawFigures(panel);
  return { svg: `${heading}<g transform="translate(0 44)">${svg}</g>`, height: height + 44 };
}

function drawFigures(panel: Panel): Drawn {
  switch (panel.kind) {
    case 'bars':
      return barsPanel(panel);
    case 'course':
      return coursePanel(panel);
    case 'events':
      return eventsPanel(panel);
  }
}

const rowHeight = 40;
const labelRoom = 258;
/** What a value may take beside the end of its bar. */
const valueRoom = 130;

/** A row for each bar: its label, the bar, its value. A marked one is striped and has a sign before its value. */
function barsPanel({ bars, line }: Extract<Panel, { kind: 'bars' }>): Drawn {
  const left = frame.edge + labelRoom;
  const room = inner - labelRoom - valueRoom;
  const most = Math.max(1, line?.at ?? 0, ...bars.map(({ value }) => value));
  const wide = (value: number) => (Math.max(0, value) / most) * room;
  const rows = bars.map(({ label, value, shown, marked }, at) => {
    const y = at * rowHeight;
    const end = left + wide(value);
    return [
      text(left - 14, y + 27, label, { size: 21, anchor: 'end', room: labelRoom - 14 }),
      rect(left, y + 6, wide(value), 28, marked ? ink.alarm : ink.plain),
      ...(marked ? stripes(left, y + 6, wide(value), 28) : []),
      ...(marked ? [warning(end + 24, y + 20)] : []),
      text(end + (marked ? 44 : 12), y + 28, shown, {
        size: 21,
        bold: marked === true,
        room: valueRoom - (marked ? 44 : 12),
      }),
    ].join('');
  });
  const height = bars.length * rowHeight;
  const limit = line ? limitAt(left + wide(line.at), height, line.label) : '';
  return {
    svg: rule(left, 0, left, height, ink.rule) + rows.join('') + limit,
    height: height + (line ? 44 : 14),
  };
}

/** A dashed line that no bar should pass, named beneath. */
function limitAt(x: number, height: number, label: string): string {
  const half = widthOf(label, 20) / 2;
  const middle = Math.min(Math.max(x, frame.edge + half), frame.width - frame.edge - half);
  return (
    rule(x, 0, x, height + 6, ink.soft, dashed) +
    text(middle, height + 26, label, { size: 20, colour: ink.soft, anchor: 'middle', room: inner })
  );
}

const stripes = (x: number, y: number, width: number, height: number): string[] =>
  Array.from({ length: Math.max(0, Math.floor((width - 10) / 16)) }, (_, at) =>
    path(`M${n(x + at * 16 + 2)} ${n(y + height)}L${n(x + at * 16 + 14)} ${n(y)}`, 'none', ink.page, 3),
  );

/** A triangle with a stroke in it. */
const warning = (x: number, y: number) =>
  path(`M${n(x)} ${n(y - 12)}L${n(x + 13)} ${n(y + 11)}L${n(x - 13)} ${n(y + 11)}Z`, ink.alarm) +
  path(
    `M${n(x)} ${n(y - 3)}L${n(x)} ${n(y + 3)}M${n(x)} ${n(y + 7)}L${n(x)} ${n(y + 7.5)}`,
    'none',
    ink.page,
    3,
  );
