// Fits the weights of src/reviewer/weights.json to recorded cases and says how good they are on sources they never saw.
//
//   node bench/fit-drift.ts CASES.jsonl [--write] [--held-out PREDICTIONS.jsonl]
//
// --write replaces the weights, --held-out keeps the predictions made for each family by a model that saw none of it.
//
// A case is one JSON object per line with a mission, a log, the entry where drift begins (`drift_at`, null when it does
// not), its source and, under `meta`, its group and family. The cases stay outside this repository.
//
// The model is a logistic regression per entry with weights at or above zero, so that no measure can ever speak for an
// entry; its evidence is added up by the same course as in service. The line is set on the training cases alone.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Case, caseEntry, caseMission } from '#reviewer/evaluate.ts';
import { measure } from '#reviewer/measure.ts';
import { fitted, placeOf } from '#reviewer/measures.ts';
import { startTrail } from '#reviewer/trail.ts';
import { intervalsOf, type Judged, scoresOf } from './drift-scores.ts';

const Labelled = Case.extend({
  source: z.string(),
  drift_at: z.int().nullable(),
  meta: z.object({ group: z.string(), family: z.string() }),
});

type Row = { readonly seq: number; readonly x: Float64Array };
type Labelled = {
  readonly id: string;
  readonly cluster: string;
  readonly family: string;
  readonly driftAt: number | null;
  readonly rows: readonly Row[];
};
type Model = { readonly weights: Float64Array; readonly bias: number };

/** Entries after the flag would still count are no longer told apart from the first, so they train nothing. */
const window = 3;
const size = fitted.length;
const steps = 250;
const ridge = 0.001;
/** The course, chosen by leaving families out; broad optimum, see docs/evaluation.md. */
const course = { memory: 0.8, lean: 1.8, least: -2.2, most: 4.3, floor: -1 };
/** Training keeps a margin below the 15 % of false alarms that are aimed at. */
const falseAlarmsAllowed = 0.1;

function readCases(path: string): Labelled[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const json: unknown = JSON.parse(line);
      const recorded = Labelled.parse(json);
      const trail = startTrail(caseMission(recorded));
      const rows: Row[] = [];
      for (const logged of recorded.log) {
        const entry = caseEntry(logged);
        const measured = measure(trail, entry);
        if (measured === undefined || entry.kind === 'token') continue;
        rows.push({
          seq: entry.seq,
          x: Float64Array.from(fitted, (name) => measured.values[placeOf(name)]!),
        });
      }
      return {
        id: recorded.id,
        cluster: `${recorded.source}|${recorded.meta.group}`,
        family: recorded.meta.family,
        driftAt: recorded.drift_at,
        rows,
      };
    });
}

/** Projected Adam on the weighted log-loss: large families count by the root of their size, onsets more than what follows. */
function fit(cases: readonly Labelled[]): Model {
  const families = Map.groupBy(cases, ({ family }) => family);
  const samples: { x: Float64Array; y: number; weight: number }[] = [];
  for (const { family, driftAt, rows } of cases) {
    const share = 1 / Math.sqrt(families.get(family)!.length);
    for (const { seq, x } of rows) {
      const since = driftAt === null ? -1 : seq - driftAt;
      if (since > window) continue;
      samples.push({ x, y: since >= 0 ? 1 : 0, weight: share * (since > 0 ? 0.6 : 1) });
    }
  }
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  const at = new Float64Array(size + 1);
  at[size] = -1.5;
  const gradient = new Float64Array(size + 1);
  const mean = new Float64Array(size + 1);
  const square = new Float64Array(size + 1);
  for (let step = 1; step <= steps; step++) {
    gradient.fill(0);
    for (const { x, y, weight } of samples) {
      const error = ((1 / (1 + Math.exp(-logit(at, x))) - y) * weight) / total;
      for (let j = 0; j < size; j++) gradient[j]! += error * x[j]!;
      gradient[size]! += error;
    }
    for (let j = 0; j <= size; j++) {
      const slope = gradient[j]! + (j < size ? ridge * at[j]! : 0);
      mean[j] = 0.9 * mean[j]! + 0.1 * slope;
      square[j] = 0.99 * square[j]! + 0.01 * slope ** 2;
      const move = mean[j]! / (1 - 0.9 ** step) / (Math.sqrt(square[j]! / (1 - 0.99 ** step)) + 1e-8);
      at[j] = at[j]! - 0.08 * move;
      if (j < size) at[j] = Math.max(0, at[j]!);
    }
  }
  return { weights: at.slice(0, size), bias: at[size]! };
}

function logit(at: Float64Array, x: Float64Array): number {
  let sum = at[size]!;
  for (let j = 0; j < size; j++) sum += at[j]! * x[j]!;
  return sum;
}

/** The level after each entry, as in src/reviewer/drift.ts. */
function levels({ weights, bias }: Model, { rows }: Labelled): number[] {
  const at = new Float64Array(size + 1);
  at.set(weights);
  at[size] = bias;
  let level = course.floor;
  return rows.map(({ x }) => {
    const evidence = Math.min(course.most, Math.max(course.least, logit(at, x) + course.lean));
    level = Math.max(course.floor, course.memory * level + evidence);
    return level;
  });
}

function judge(cases: readonly Labelled[], model: Model, line: number): Judged[] {
  return cases.map((labelled) => {
    const course = levels(model, labelled);
    const crossed = course.findIndex((level) => level >= line);
    const { id, cluster, family, driftAt } = labelled;
    return {
      id,
      cluster,
      family,
      driftAt,
      score: Math.max(-9, ...course) - line,
      flaggedAt: crossed < 0 ? null : labelled.rows[crossed]!.seq,
    };
  });
}

/** The line with the best localised F1 on these cases whose false alarms stay under what is allowed. */
function drawLine(cases: readonly Labelled[], model: Model): number {
  let best = { line: 0, worth: Number.NEGATIVE_INFINITY };
  for (let line = -1; line <= 3; line += 0.1) {
    const { f1, falseAlarms } = scoresOf(judge(cases, model, line));
    const worth = f1 - 4 * Math.max(0, falseAlarms - falseAlarmsAllowed);
    if (worth > best.worth) best = { line, worth };
  }
  return Number(best.line.toFixed(2));
}

/** Predictions for every case by a model that saw no case of the same fold. */
function crossValidate(cases: readonly Labelled[], foldOf: (labelled: Labelled) => string): Judged[] {
  return [...Map.groupBy(cases, foldOf)].flatMap(([fold, held]) => {
    const rest = cases.filter((labelled) => foldOf(labelled) !== fold);
    const model = fit(rest);
    return judge(held, model, drawLine(rest, model));
  });
}

/** One line in the form `eval drift` writes. */
function predictionOf({ id, score, flaggedAt }: Judged): string {
  const prediction = {
    id,
    score: 1 / (1 + Math.exp(-score)),
    flagged_at: flaggedAt,
    drift: flaggedAt !== null,
  };
  return `${JSON.stringify(prediction)}\n`;
}

/** Spreads source groups over eight folds by their name. */
function eighth({ cluster }: Labelled): string {
  let state = 0;
  for (const unit of cluster) state = (Math.imul(state, 31) + unit.codePointAt(0)!) >>> 0;
  return String(state % 8);
}

function report(title: string, judged: readonly Judged[]): void {
  const at = (value: number) => value.toFixed(3);
  const row = (name: string, of: readonly Judged[]) => {
    const { cases, auroc, falseAlarms, precision, recall, f1 } = scoresOf(of);
    return `${name.padEnd(12)} ${String(cases).padStart(4)}  AUROC ${at(auroc)}  false alarms ${at(falseAlarms)}  localised P ${at(precision)} R ${at(recall)} F1 ${at(f1)}`;
  };
  const range = intervalsOf(judged, 500);
  const between = ([low, high]: readonly [number, number]) => `${at(low)}–${at(high)}`;
  const lines = [
    title,
    row('all', judged),
    `95 %: AUROC ${between(range.auroc)}, false alarms ${between(range.falseAlarms)}, F1 ${between(range.f1)}`,
    ...[...Map.groupBy(judged, ({ family }) => family)].map(([family, of]) => row(family, of)),
  ];
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, 'held-out': { type: 'string' } },
});
const path = positionals[0];
if (path === undefined) {
  process.stderr.write('node bench/fit-drift.ts CASES.jsonl [--write] [--held-out PREDICTIONS.jsonl]\n');
  process.exitCode = 2;
} else {
  const cases = readCases(path);
  const heldOut = crossValidate(cases, ({ family }) => family);
  report('Each family judged by a model that saw none of it', heldOut);
  if (values['held-out'] !== undefined) writeFileSync(values['held-out'], heldOut.map(predictionOf).join(''));
  report('Each source group judged by a model that saw none of it', crossValidate(cases, eighth));
  const model = fit(cases);
  const line = drawLine(cases, model);
  report('The cases fitted to (no estimate)', judge(cases, model, line));
  if (values.write) {
    const file = new URL('../src/reviewer/weights.json', import.meta.url);
    const kept = z
      .looseObject({ chosen: z.record(z.string(), z.number()) })
      .parse(JSON.parse(readFileSync(file, 'utf8')));
    const weights = {
      provenance: `bench/fit-drift.ts on ${cases.length} recorded cases of ${new Set(cases.map(({ family }) => family)).size} families (not in this repository); see docs/evaluation.md. "chosen" is set by hand: no recorded log shows those.`,
      fitted: Object.fromEntries(fitted.map((name, j) => [name, Number(model.weights[j]!.toFixed(3))])),
      chosen: kept.chosen,
      bias: Number(model.bias.toFixed(3)),
      course: { ...course, line },
    };
    writeFileSync(file, `${JSON.stringify(weights, null, 2)}\n`);
  }
}
