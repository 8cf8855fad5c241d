// The agent's answer to a person's question, in the thread of the ask, calling whoever asked.
import type { Request } from '#mission-control/facts.ts';
import type { Card, Mention } from './card.ts';
import { time } from './line.ts';
import { full, quote } from './parts.ts';
import { type People, person } from './who.ts';
import * as words from './words/ask.ts';
import * as common from './words.ts';

/** `nth` of the ask's clarifications, from 0, that the agent came back on. `asker` is called where they have an account. */
export function answeredCard(facts: {
  readonly request: Request;
  readonly nth: number;
  readonly round: Request['clarifications'][number];
  readonly asker: readonly Mention[];
  readonly people: People;
}): Card {
  const { request, nth, round, asker, people } = facts;
  const changed = round.answer === undefined;
  const [first] = asker;
  const who = first ? ({ kind: 'mention', who: first } as const) : person(round.askedBy, people);
  return {
    title: changed ? words.answered.changedTitle : words.answered.title,
    tone: 'neutral',
    blocks: [
      { kind: 'text', line: words.answered.asked([who], time(round.askedAt)) },
      ...quote(common.labels.question, round.question),
      ...quote(common.labels.agentAnswers, round.answer),
      ...(changed ? [{ kind: 'text', line: words.answered.changed } as const] : []),
      { kind: 'note', line: common.agentWords },
      { kind: 'note', line: words.answered.decide },
      { kind: 'note', line: words.roundsLeft(Math.max(0, request.rounds.max - nth - 1)) },
    ],
    buttons: [],
    expansion: full([common.labels.question, round.question], [common.labels.agentAnswers, round.answer]),
    calls: asker,
  };
}
