// What a mission became: its approved text is never replaced, accepted changes are added to it.
import type { Mission } from '#mission-control/facts.ts';
import type { Block } from './card.ts';
import { time } from './line.ts';
import { type Expansion, full, quote, section } from './parts.ts';
import * as words from './words/ask.ts';

type Updates = Mission['acceptedUpdates'];

/** The latest ones on the card, each with its moment; all of them are in the full text. */
const mostShown = 3;

/** Everything accepted so far, beside the change that is asked for now. */
export function acceptedSoFar(updates: Updates): Block[] {
  const before = updates.length - Math.min(updates.length, mostShown);
  return section(
    words.accepted.label,
    updates.length === 0
      ? [{ kind: 'note', line: words.accepted.none }]
      : updates
          .slice(-mostShown)
          .flatMap(({ description, acceptedAt }, at): Block[] => [
            { kind: 'text', line: words.accepted.onAt(before + at + 1, time(acceptedAt)) },
            ...quote(words.accepted.update, description, 240),
          ]),
  );
}

export const updatesText = (updates: Updates): Expansion =>
  full([
    words.accepted.heading,
    updates.map(({ description }, at) => `${at + 1}. ${description}`).join('\n\n'),
  ]);
