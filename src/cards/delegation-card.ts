// What is answered when somebody lets another decide, or takes it back.
import type { Card, Line, SafeText } from './card.ts';
import { time } from './line.ts';
import { type People, person } from './who.ts';
import * as shared from './words/shared.ts';

const told = (title: SafeText, tone: Card['tone'], lines: readonly Line[]): Card => ({
  title,
  tone,
  blocks: lines.map((line) => ({ kind: 'text', line })),
  buttons: [],
  expansion: [],
  calls: [],
});

/** Persons' ids. */
export const delegatedCard = (
  { from, to, until }: { readonly from: string; readonly to: string; readonly until: Date },
  people: People,
): Card =>
  told(shared.delegatedTitle, 'neutral', [
    shared.delegated(person(to, people), person(from, people), time(until)),
    shared.takeBack,
  ]);

/** `count` delegations were taken back. */
export const reclaimedCard = (from: string, count: number, people: People): Card =>
  told(shared.reclaimedTitle, 'neutral', [shared.reclaimed(person(from, people), count)]);

/** The words did not say whom, or until when, in a way that can be acted on. */
export const delegateUnclearCard = (missing: 'whom' | 'until'): Card => {
  const { title, text } = shared.delegateUnclear[missing];
  return told(title, 'bad', [text]);
};
