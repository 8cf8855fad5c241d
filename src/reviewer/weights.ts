// How much each measure weighs, and how evidence adds up. The numbers are in weights.json; bench/fit-drift.ts writes them.
import { z } from 'zod';
import type { Entry } from './entry.ts';
import { chosen, fitted, type Measure, type Measured, measures, placeOf } from './measures.ts';
import numbers from './weights.json' with { type: 'json' };

const weight = z.number().min(0);
const Weights = z.object({
  provenance: z.string(),
  fitted: z.record(z.enum(fitted), weight),
  chosen: z.record(z.enum(chosen), weight),
  bias: z.number(),
  course: z.object({
    /** Part of the level that lasts from one entry to the next. */
    memory: z.number().min(0).max(1),
    /** Added to each entry's evidence, so that the average entry of a mission that fits pushes down and no further. */
    lean: z.number(),
    /** The least and the most one entry may say. */
    least: z.number(),
    most: z.number(),
    floor: z.number(),
    /** The level at which a mission counts as drifting. */
    line: z.number(),
  }),
});

const weights = Weights.parse(numbers);
export const { course } = weights;

const byPlace = new Float64Array(measures.length);
for (const [measure, value] of Object.entries({ ...weights.fitted, ...weights.chosen })) {
  byPlace[placeOf(measure as Measure)] = value;
}

/** An ask nobody has answered yes to shows what the agent wants, not what the mission has become. */
const unanswered = 0.5;
/** Below this a measure is not worth a person's attention. */
const worthSaying = 0.15;

export type Contribution = { readonly signal: Measure; readonly weight: number };

/**
 * The evidence of one entry in log-odds, and the measures that spoke, strongest first. Undefined when the entry says
 * nothing either way: a token by itself, or what a person has looked at and granted.
 */
export function contribute(
  measured: Measured,
  entry: Entry,
): { readonly evidence: number; readonly contributions: readonly Contribution[] } | undefined {
  const judged = entry.kind !== 'token' && !('answer' in entry && entry.answer === 'granted_by_person');
  const scale = 'answer' in entry && (entry.answer === 'denied' || entry.answer === 'open') ? unanswered : 1;
  let sum = judged ? weights.bias + course.lean : 0;
  let spoke = judged;
  const contributions: Contribution[] = [];
  for (let place = 0; place < byPlace.length; place++) {
    const added = byPlace[place]! * measured.values[place]! * scale;
    if (added === 0) continue;
    if (!judged && place < fitted.length) continue;
    sum += added;
    spoke = true;
    if (added >= worthSaying) contributions.push({ signal: measures[place]!, weight: added });
  }
  if (!spoke) return undefined;
  contributions.sort((a, b) => b.weight - a.weight);
  return { evidence: Math.min(course.most, Math.max(course.least, sum)), contributions };
}
