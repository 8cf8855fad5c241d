// What is said of a card's own place: it is overseen no more, or a second copy of it may hang there.
import type { Card } from './card.ts';
import * as words from './words.ts';

/** At a place that the operator took the oversight from: nothing to press, and nothing of what it showed. */
export const leftCard = (): Card => ({
  title: words.leftTitle,
  tone: 'neutral',
  blocks: [{ kind: 'text', line: words.leftHere }],
  buttons: [],
  expansion: [],
  calls: [],
});

/** A card that may hang twice: an earlier copy, which nobody can find, shows what was true then. */
export const withTwin = (card: Card): Card => ({
  ...card,
  blocks: [...card.blocks, { kind: 'note', line: words.maybeTwice }],
});
