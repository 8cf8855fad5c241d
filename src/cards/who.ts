// Naming people on cards.
import type { DecidedBy } from '#mission-control/facts.ts';
import type { Line } from './card.ts';
import { code, line, named } from './line.ts';
import * as words from './words.ts';

/** The display name the operator gave a person id; an id nobody knows comes back as it is. */
export type People = (person: string) => string;

/** "Alice in Slack". A way in that we do not know is named as it names itself, as a code span. */
export function decider(who: DecidedBy, people: People): Line {
  return line`${named(people(who.person))}${words.by(who.via, code(who.via, 40))}`;
}
