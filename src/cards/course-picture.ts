// The drift score along the log, with the line it crossed and the entries that are cited.
import { type Block, pictureLimits } from './card.ts';
import { inert } from './inert.ts';
import * as words from './words/picture.ts';

/** The score after each entry; `crossed` is the entry that took it over the line. */
export type CourseFacts = {
  readonly points: readonly { readonly entry: number; readonly level: number }[];
  readonly line: number;
  readonly crossed?: number | undefined;
};

/** Nothing where the course is not known, or too short to be one. `cited` are the entries a finding rests on. */
export function coursePicture(course: CourseFacts | undefined, cited: readonly number[]): Block[] {
  const [first, ...rest] = course?.points ?? [];
  const last = rest.at(-1);
  if (!course || !first || !last) return [];
  const { points, line, crossed } = course;
  const highest = points.reduce((most, point) => (point.level > most.level ? point : most));
  const onCourse = cited.filter((entry) => entry >= first.entry && entry <= last.entry);
  const spokenOf = (level: number) => inert(level.toFixed(1));
  const alt = words.courseInWords(
    first.entry,
    last.entry,
    spokenOf(line),
    { entry: highest.entry, level: spokenOf(highest.level) },
    crossed,
    onCourse.map((entry) => {
      const point = points.find((each) => each.entry === entry);
      return point ? words.citedAt(entry, spokenOf(point.level)) : words.citedOff(entry);
    }),
  );
  return [
    {
      kind: 'picture',
      picture: {
        title: words.titles.course,
        alt: inert(alt, pictureLimits.alt),
        panels: [
          {
            kind: 'course',
            heading: words.headings.course,
            points,
            line: { at: line, label: words.courseLine },
            cited: { entries: onCourse, label: words.citedEntry },
            ...(crossed !== undefined && { crossed: { entry: crossed, label: words.crossesAt(crossed) } }),
          },
        ],
      },
    },
  ];
}
