// Questions about a finding that people put to the agent, on the finding's card.
import type { DecidedBy } from '#mission-control/facts.ts';
import type { Block, Button, Line } from './card.ts';
import { time } from './line.ts';
import { quote } from './parts.ts';
import { decider, type People } from './who.ts';
import * as words from './words/review.ts';
import * as common from './words.ts';

/** `answered` without an answer: the agent changed what it had asked for instead. */
export type AskedOfAgent = {
  readonly by: DecidedBy;
  readonly at: Date;
  readonly question: string;
  readonly became:
    | { readonly kind: 'waits' | 'dropped' }
    | { readonly kind: 'put'; readonly at: Date }
    | { readonly kind: 'answered'; readonly at: Date; readonly answer: string | undefined };
};

/** `over`: the mission has ended, so what waits is never put. */
export const askedOfAgent = (asked: readonly AskedOfAgent[], over: boolean, people: People): Block[] =>
  asked.flatMap(({ by, at, question, became }) => [
    { kind: 'text', line: words.inquiry.asked(decider(by, people), time(at)) } as const,
    ...quote(common.labels.question, question),
    { kind: 'note', line: standing(became, over) } as const,
    ...(became.kind === 'answered' ? quote(common.labels.agentAnswers, became.answer) : []),
  ]);

function standing(became: AskedOfAgent['became'], over: boolean): Line {
  switch (became.kind) {
    case 'waits':
      return over ? words.inquiry.over : words.inquiry.waits;
    case 'dropped':
      return words.inquiry.dropped;
    case 'put':
      return words.inquiry.put(time(became.at));
    case 'answered':
      return became.answer === undefined
        ? words.inquiry.changed(time(became.at))
        : words.inquiry.answered(time(became.at));
  }
}

/** Asks the agent about a finding; `subject` is what the other buttons of its card name. */
export const askAgentButton = (subject: string): Button => ({
  label: words.inquiry.button,
  press: { verb: 'inquire', subject },
  style: 'plain',
  form: {
    title: words.inquiry.form,
    submit: words.inquiry.submit,
    note: words.inquiry.note,
    optional: false,
    fields: [{ kind: 'text', name: 'question', label: words.inquiry.question, required: true }],
  },
});
