// How well asks are answered, in figures: whether people decide in time, by themselves, and with their eyes open.

import type { Block, Card } from './card.ts';
import { healthPicture } from './health-picture.ts';
import { time } from './line.ts';
import { fact, factsOf } from './parts.ts';
import { type Passed, passedFacts } from './passed.ts';
import { type Spending, spendNotes } from './spend-note.ts';
import { type People, person } from './who.ts';
import * as words from './words/home.ts';

/** What was counted over one time. Everything is a bare figure; the card says what it means. */
export type Health = {
  readonly from: Date;
  readonly to: Date;
  readonly decided: number;
  readonly approvals: number;
  /** Undefined where nothing was decided. */
  readonly medianMs: number | undefined;
  readonly p90Ms: number | undefined;
  readonly expired: number;
  /** Approvals sooner than the card could be read. */
  readonly hasty: number;
  /** Who decided more than the most that one person should, and their share of 1. */
  readonly alone: { readonly person: string; readonly share: number } | undefined;
  /** That most, as a share of 1. */
  readonly mostShare: number;
  /** How many waited how long, by `waitBounds`. */
  readonly waits: readonly number[];
  /** How many each person decided, who decided most first, where enough was decided; undefined stands for those who were forgotten. */
  readonly deciders: readonly { readonly person: string | undefined; readonly count: number }[];
  /** Older decisions of the time were left out. */
  readonly more: boolean;
  /** What the reviewer let pass; absent where the operator hands nothing over. */
  readonly reviewed?: Passed | undefined;
};

/** The fastest that anybody is taken to read. */
export const charactersPerSecond = 25;
/** With fewer decisions, nothing is said of who decides. */
export const leastDecisions = 5;

/** `spending`: what the model has cost, where there is one. */
export const healthCard = (health: Health, people: People, spending?: Spending): Card => ({
  title: words.titles.health,
  tone: 'neutral',
  blocks: [
    { kind: 'text', line: words.fromTo(time(health.from), time(health.to)) },
    ...healthFacts(health, people),
    ...spendNotes(spending),
  ],
  buttons: [],
  expansion: [],
  calls: [],
});

/** The figures in words and as a picture, as a part of a card. */
export function healthFacts(health: Health, people: People): Block[] {
  const { decided, approvals, medianMs, p90Ms, expired, hasty, alone, more } = health;
  return [
    ...factsOf(
      fact(words.facts.decided, decided === 0 ? words.noneDecided : words.decided(decided, approvals)),
      medianMs === undefined || p90Ms === undefined
        ? undefined
        : fact(words.facts.time, words.halfWithin(words.duration(medianMs), words.duration(p90Ms))),
      fact(words.facts.expired, words.expired(expired)),
      approvals === 0 ? undefined : fact(words.facts.hasty, words.hasty(hasty, approvals)),
      decided === 0
        ? undefined
        : fact(
            words.facts.alone,
            decided < leastDecisions
              ? words.tooFew(leastDecisions)
              : alone
                ? words.alone(person(alone.person, people), Math.round(alone.share * 100))
                : words.nobodyAlone,
          ),
    ),
    ...healthPicture(health, people),
    ...(decided === 0 ? [] : [{ kind: 'note', line: words.howCounted(charactersPerSecond) } as const]),
    ...(more ? [{ kind: 'note', line: words.latestOnly(decided) } as const] : []),
    ...(health.reviewed ? passedFacts(health.reviewed) : []),
  ];
}
