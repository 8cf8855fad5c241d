// The reviewer's part in an ask: what it let pass by itself, and what it would have let pass where people were asked all
// the same. The reason is a model's and stands as its words; who decided, and that nobody was asked, are ours.
import type { Request } from '#mission-control/facts.ts';
import type { Block, Line } from './card.ts';
import { code, joined, line, time } from './line.ts';
import { fact, factsOf, quote } from './parts.ts';
import * as words from './words/let-through.ts';

/** `passed`: the reviewer said yes and nobody was asked. `sampled`: people were asked, and have answered. */
export type Passing = {
  readonly kind: 'passed' | 'sampled';
  /** The model's own sentence, the entries it rests on, and the words of the mission that call for the ask. */
  readonly why: string;
  readonly entries: readonly number[];
  readonly missionWords?: string | undefined;
  readonly model: string;
};

/** Who let it pass and when; undefined where a person decided. */
export const letThrough = ({ state, decision }: Request, passing: Passing | undefined): Line | undefined =>
  passing?.kind === 'passed' && state === 'approved' && decision
    ? words.letThroughAt(time(decision.decidedAt))
    : undefined;

/** What the reviewer rested on. */
export function grounds({ decision }: Request, passing: Passing | undefined): Block[] {
  if (!passing) return [];
  const { kind, why, entries, missionWords, model } = passing;
  return [
    ...(kind === 'sampled'
      ? [
          {
            kind: 'text',
            line: decision?.action === 'approve' ? words.sampledAgreed : words.sampledDisagreed,
          } as const,
        ]
      : []),
    ...quote(words.reason, why, 300),
    ...quote(words.missionWords, missionWords, 300),
    ...factsOf(
      fact(
        words.entries,
        entries.length === 0
          ? undefined
          : joined(
              entries.map((entry) => words.entry(entry)),
              line`, `,
            ),
      ),
      fact(words.judgedBy, words.rulesAndModel(code(model, 60))),
    ),
    ...(kind === 'passed' ? [{ kind: 'note', line: words.howToEnd } as const] : []),
  ];
}
