// Why something was not done, told to the one who tried. One switch for each list of reasons; no other file words a refusal.
import type { Outcome } from '#mission-control/port.ts';
import type { Card, Line } from './card.ts';
import { code, time } from './line.ts';
import { decider, type People } from './who.ts';
import * as words from './words.ts';

/** What the rules, the platform or the moment speak against. */
export type Refusal = keyof typeof words.refusals;

const told = (title: Card['title'], text: Line): Card => ({
  title,
  tone: 'bad',
  blocks: [{ kind: 'text', line: text }],
  buttons: [],
  expansion: [],
  calls: [],
});

export const refusalCard = (refusal: Refusal): Card => told(words.refusalTitle, words.refusals[refusal]);

/** What was asked for could not be done yet, and is tried again without being asked for. */
export const delayedCard = (): Card => ({ ...told(words.delayedTitle, words.delayed), tone: 'waiting' });

/** What a decision that changed nothing is answered with. */
export function outcomeCard(outcome: Exclude<Outcome, { kind: 'decided' }>, people: People): Card {
  switch (outcome.kind) {
    case 'already_decided': {
      const { state, decision } = outcome.request;
      const who = decision && decider(decision.decidedBy, people);
      return told(
        words.settledTitle,
        words.already(words.standings[state], who, decision && time(decision.decidedAt)),
      );
    }
    case 'request_changed':
      return told(words.refusalTitle, words.changed);
    case 'mission_terminated':
      return told(words.refusalTitle, words.missionOver);
    case 'expired':
      return told(words.refusalTitle, words.tooLate(time(outcome.request.expiresAt)));
    case 'too_many_rounds':
      return told(words.refusalTitle, words.noRounds);
    case 'request_not_found':
      return refusalCard('not_found');
    case 'invalid_request':
      return told(words.refusalTitle, words.invalid(code(outcome.detail)));
  }
}
