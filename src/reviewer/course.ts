// The course of a mission: its level after each entry, kept for the eye. Nothing is decided by it.

export type Point = { readonly entry: number; readonly level: number };

/** As many points as a picture shows; twice as many are kept before they are drawn together. */
const mostPoints = 120;

/** Adds a point in its order. When there are too many, of each two the higher one stays, so that no peak is lost. */
export function addPoint(course: Point[], point: Point): void {
  course.push(point);
  if (course.length >= 2 * mostPoints) course.splice(0, course.length, ...thinned(course));
}

/** The course up to an entry, for a picture; levels to two places. */
export function courseTo(course: readonly Point[], end: number): Point[] {
  const upTo = course
    .filter(({ entry }) => entry <= end)
    .map(({ entry, level }) => ({ entry, level: Math.round(level * 100) / 100 }));
  return upTo.length > mostPoints ? thinned(upTo) : upTo;
}

const thinned = (course: readonly Point[]): Point[] =>
  course.flatMap((point, at) => {
    if (at % 2 === 1) return [];
    const next = course[at + 1];
    return [next && next.level > point.level ? next : point];
  });
