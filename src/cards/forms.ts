// What the buttons of an ask's card ask for before they count. The names of the fields are ours; what comes back under
// them is read in the flows.
import type { Request } from '#mission-control/facts.ts';
import { type Field, type Form, formLimits, type Option } from './card.ts';
import { inert, inertText } from './inert.ts';
import { empty } from './line.ts';
import * as words from './words/ask.ts';

/** What a platform shows of an option. */
const optionChars = 75;

/** Why not. A no counts without a reason. */
export const reasonForm = (capabilities: readonly string[]): Form => ({
  title: words.forms.deny,
  submit: words.forms.deny,
  optional: true,
  fields: [
    {
      kind: 'text',
      name: 'reason',
      label: words.forms.reason,
      placeholder: capabilities.includes('reason') ? words.forms.reasonHint : words.forms.reasonKept,
      required: false,
    },
  ],
});

/** A question to the agent; nothing is decided by it. */
export const questionForm = (left: number): Form => ({
  title: words.forms.askTitle,
  submit: words.forms.askSubmit,
  note: words.roundsLeft(left),
  optional: false,
  fields: [
    {
      kind: 'text',
      name: 'question',
      label: words.forms.question,
      placeholder: words.forms.questionHint,
      required: true,
    },
  ],
});

/** What may be said to an agent that is asked for less; the request itself is worded by `lessQuestion`. */
export const lessForm = (left: number): Form => ({
  title: words.forms.lessTitle,
  submit: words.forms.askSubmit,
  note: words.roundsLeft(left),
  optional: false,
  fields: [
    {
      kind: 'text',
      name: 'question',
      label: words.forms.less,
      placeholder: words.forms.lessHint,
      required: false,
    },
  ],
});

/** The question that asks an agent to send a narrower request, with what the person added. */
export function lessQuestion({ resourceAsserted }: Request, added: string): string {
  const scope = resourceAsserted.scope?.map(({ value }) => value).join(' ') ?? '';
  return words.lessQuestion(scope, added);
}

/** An answer in the person's own words; where the agent offers more answers than buttons can hold, they are chosen here. */
export function answerForm({ agentAsserted }: Request): Form {
  const options = answersOffered(agentAsserted.options);
  return {
    title: words.forms.answerTitle,
    submit: words.forms.answerSubmit,
    optional: false,
    fields: [
      ...(options.length > answerButtons
        ? [{ kind: 'one-of', name: 'choice', label: words.forms.choice, options, required: false } as const]
        : []),
      {
        kind: 'text',
        name: 'answer',
        label: words.forms.answer,
        placeholder: words.forms.answerHint,
        required: options.length <= answerButtons,
      },
    ],
  };
}

/** Up to this many answers are buttons of their own. */
export const answerButtons = 3;

/** The answers an agent offers, each by its number. */
export const answersOffered = (offered: readonly string[] | undefined) =>
  numbered(offered ?? [], (text) => text);

/**
 * What may be changed of a proposal with the yes: less of what it asks for, other words, an end. What does not fit a form
 * is not offered; it can be asked for.
 */
export function changesForm({
  agentAsserted: { description = '', tools = [], resources = [] },
}: Request): Form {
  const text = inertText(description);
  return {
    title: words.forms.changesTitle,
    submit: words.forms.changesSubmit,
    note: words.forms.changesNote,
    optional: false,
    fields: [
      ...chosen(
        'tools',
        words.forms.tools,
        numbered(tools, ({ name, description: does }) => (does ? `${name}: ${does}` : name)),
      ),
      ...chosen(
        'resources',
        words.forms.resources,
        numbered(resources, (resource) => resource),
      ),
      { kind: 'one-of', name: 'ends', label: words.forms.ends, options: ends, value: 'open', required: true },
      { kind: 'moment', name: 'at', label: words.forms.endsAt, required: false },
      ...(text.length <= formLimits.text && text !== ''
        ? [
            {
              kind: 'text',
              name: 'description',
              label: words.forms.description,
              value: text,
              required: true,
            } as const,
          ]
        : []),
    ],
  };
}

/** When an approved mission ends by itself: hours from now, by the value of the option. */
export const endsAfterHours = { hour: 1, day: 24, days: 72, week: 168, month: 720 } as const;

const ends: readonly Option[] = [
  { value: 'open', label: words.forms.endOpen },
  { value: 'hour', label: words.forms.endHour },
  { value: 'day', label: words.forms.endDay },
  { value: 'days', label: words.forms.endDays },
  { value: 'week', label: words.forms.endWeek },
  { value: 'month', label: words.forms.endMonth },
];

function chosen(name: string, label: Field['label'], options: readonly Option[]): Field[] {
  if (options.length === 0 || options.length > formLimits.options) return [];
  return [
    { kind: 'some-of', name, label, options, values: options.map(({ value }) => value), required: false },
  ];
}

/** Things by their place in the ask, whose digest holds them in order. */
const numbered = <T>(things: readonly T[], label: (thing: T) => string): readonly Option[] =>
  things.map((thing, at) => ({
    value: String(at),
    label: inert(label(thing), optionChars) || empty,
  }));
