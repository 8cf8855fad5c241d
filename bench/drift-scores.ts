// How good predictions of drift are: ranking, false alarms, and whether the flag falls where the drift begins.

export type Judged = {
  readonly id: string;
  readonly cluster: string;
  readonly family: string;
  /** Number of the entry where drift begins; null for a case that stays on mission. */
  readonly driftAt: number | null;
  readonly score: number;
  readonly flaggedAt: number | null;
};

export type Scores = {
  readonly cases: number;
  readonly auroc: number;
  readonly falseAlarms: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
};

/** A flag is a hit from the entry where drift begins to the third after it; before that it is a false alarm. */
const window = 3;

/** AUROC over cases; localised precision, recall and F1; false alarms as a share of on-mission cases. */
export function scoresOf(judged: readonly Judged[]): Scores {
  let hits = 0;
  let flagged = 0;
  let drifting = 0;
  let falseAlarms = 0;
  for (const { driftAt, flaggedAt } of judged) {
    if (driftAt !== null) drifting++;
    if (flaggedAt === null) continue;
    flagged++;
    if (driftAt === null) falseAlarms++;
    else if (flaggedAt >= driftAt && flaggedAt <= driftAt + window) hits++;
  }
  const precision = hits / Math.max(1, flagged);
  const recall = hits / Math.max(1, drifting);
  return {
    cases: judged.length,
    auroc: auroc(judged),
    falseAlarms: falseAlarms / Math.max(1, judged.length - drifting),
    precision,
    recall,
    f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall),
  };
}

/** The chance that a drifting case scores above one on mission, ties counting half. */
function auroc(judged: readonly Judged[]): number {
  const sorted = judged.toSorted((a, b) => a.score - b.score);
  let ranks = 0;
  let drifting = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]!.score === sorted[from]!.score) to++;
    for (let at = from; at < to; at++) {
      if (sorted[at]!.driftAt === null) continue;
      ranks += (from + to + 1) / 2;
      drifting++;
    }
    from = to;
  }
  const fitting = sorted.length - drifting;
  return drifting === 0 || fitting === 0
    ? Number.NaN
    : (ranks - (drifting * (drifting + 1)) / 2) / (drifting * fitting);
}

/** 95 % intervals by resampling whole clusters, so that variants of one task do not count as many. Deterministic. */
export function intervalsOf(
  judged: readonly Judged[],
  resamples: number,
): Record<'auroc' | 'falseAlarms' | 'f1', readonly [number, number]> {
  const clusters = [...Map.groupBy(judged, ({ cluster }) => cluster).values()];
  const random = xorshift(7);
  const drawn = Array.from({ length: resamples }, () =>
    scoresOf(clusters.flatMap(() => clusters[Math.floor(random() * clusters.length)]!)),
  );
  const interval = (of: (scores: Scores) => number): readonly [number, number] => {
    const values = drawn.map(of).sort((a, b) => a - b);
    return [values[Math.floor(0.025 * resamples)]!, values[Math.floor(0.975 * resamples)]!];
  };
  return {
    auroc: interval(({ auroc }) => auroc),
    falseAlarms: interval(({ falseAlarms }) => falseAlarms),
    f1: interval(({ f1 }) => f1),
  };
}

function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}
