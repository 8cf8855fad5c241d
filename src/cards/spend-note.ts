// What the model has cost today, in tokens, and what happens when that is used up.
import type { Block } from './card.ts';
import { time } from './line.ts';
import * as words from './words/review.ts';

/** `mission` is left out where no one mission is meant. `until`: when the budgets are there again. */
export type Spending = {
  readonly mission?: { readonly used: number; readonly most: number };
  readonly all: { readonly used: number; readonly most: number };
  readonly until: Date;
};

export function spendNotes(spending: Spending | undefined): Block[] {
  if (!spending) return [];
  const { mission, all, until } = spending;
  const over = [mission, all].some((each) => each && each.used >= each.most);
  return [
    ...(mission ? [words.spend.mission(mission.used, mission.most)] : []),
    words.spend.all(all.used, all.most),
    over ? words.spend.over(time(until)) : words.spend.atTheEnd(time(until)),
  ].map((line) => ({ kind: 'note', line }));
}
