// What is left of a card where its subject is overseen no more: nothing that could be pressed, and nothing of what it showed.
import type { Card } from './card.ts';
import * as words from './words.ts';

/** A card at a place that the operator took the oversight from. */
export const leftCard = (): Card => ({
  title: words.leftTitle,
  tone: 'neutral',
  blocks: [{ kind: 'text', line: words.leftHere }],
  buttons: [],
  expansion: [],
  calls: [],
});
