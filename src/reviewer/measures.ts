// What is measured of each entry, and what it is called when a person is told.
//
// Each measure lies between 0 and 1 and only ever speaks against the entry: a higher one never makes it look better.
// `fitted` measures have weights learned by bench/fit-drift.ts; `chosen` ones hardly occur in any recorded log and have
// theirs set by hand.

export const fitted = [
  'unrelated',
  'less_related',
  'field_off_topic',
  'discontinuous',
  'past_goal',
  'unknown_value',
  'unknown_values',
  'unknown_number',
  'unknown_destination',
  'replaced_value',
  'doubtful_value',
  'unasked_kind',
  'unapproved_tool',
  'saw_instruction',
  'serves_instruction',
  'serves_declined',
  'serves_replaced',
  'told_so',
  'goes_beyond',
  'unrelated_message',
] as const;

export const chosen = [
  'unapproved_resource',
  'grown_scope',
  'overspent',
  'repeats_denied',
  'unused_token',
  'loop',
  'burst',
  'reused_justification',
  'late_kind',
  'after_completion',
  'instructs_reviewer',
] as const;

export const measures = [...fitted, ...chosen] as const;
export type Measure = (typeof measures)[number];

const places: ReadonlyMap<Measure, number> = new Map(measures.map((measure, place) => [measure, place]));

/** Where a measure stands in a row of measurements. */
export const placeOf = (measure: Measure): number => places.get(measure)!;

/** What was measured of one entry: a value per measure, and for some the words or the earlier entry it rests on. */
export type Measured = {
  readonly seq: number;
  readonly values: Float64Array;
  readonly details: ReadonlyMap<Measure, Detail>;
};

/** A row being measured into. `doubt` is how far what the entry brings in is itself in doubt, 0 to 1. */
export type Sheet = {
  readonly seq: number;
  readonly values: Float64Array;
  readonly details: Map<Measure, Detail>;
  doubt: number;
};

export function openSheet(seq: number): Sheet {
  return { seq, values: new Float64Array(measures.length), details: new Map(), doubt: 0 };
}

/** Writes a measurement; a later one of the same measure replaces it. Nothing at or below 0 is written. */
export function put(sheet: Sheet, measure: Measure, value: number, detail?: Detail): void {
  if (!(value > 0)) return;
  sheet.values[placeOf(measure)] = Math.min(1, value);
  if (detail !== undefined) sheet.details.set(measure, detail);
}

export function valueOf(sheet: Measured, measure: Measure): number {
  return sheet.values[placeOf(measure)]!;
}

/** `quote` was written by an agent or a resource and is inert text; `earlier` is the number of another entry. */
export type Detail = { readonly quote?: string; readonly field?: string; readonly earlier?: number };
