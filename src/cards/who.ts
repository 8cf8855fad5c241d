// Naming people on cards.
import { type DecidedBy, isReviewer, type LogEntry } from '#mission-control/facts.ts';
import type { Line, Span } from './card.ts';
import { code, line, named } from './line.ts';
import * as words from './words.ts';

/** The display name the operator gave a person id; undefined for an id the operator does not name. */
export type People = (person: string) => string | undefined;

/** A person by the operator's name; an id nobody named stands as somebody else's word. */
export function person(id: string, people: People): Span {
  const name = people(id);
  return name === undefined ? code(id, 80) : named(name);
}

/** Whether nobody was asked: a policy granted it, or the reviewer let it pass. */
export const isUnasked = ({ decidedBy }: LogEntry): boolean =>
  decidedBy !== undefined &&
  (decidedBy.policy !== undefined || decidedBy.reviewer !== undefined || isReviewer(decidedBy));

/** "Alice in Slack". A way in that we do not know is named as it names itself. */
export function decider(who: DecidedBy, people: People): Line {
  return line`${person(who.person, people)}${words.by(who.via, code(who.via, 40))}`;
}
