// A form as inputs inside a card, and what was filled in read back out of what a press carries.
// adaptivecards.io/explorer/Input.Text, …/Input.ChoiceSet, …/Input.Date, …/Input.Time; an Action.Execute carries every
// input of its own card.

import { type Field, type Form, formLimits } from '#cards/card.ts';
import * as words from '#cards/words/drawing.ts';
import { type Filled, filledLimits } from '#chat/chat.ts';
import { type Element, rich, run } from '#chat/teams/elements.ts';
import { plain, shorten } from '#chat/teams/inert-text.ts';

const labelChars = 80;

/** What stands before the names of one form's inputs: ids are unique in the whole card. */
export const formId = (at: number) => `form${at}`;

const idOf = (form: string, name: string) => `${form}.${name}`;
const date = '~date';
const time = '~time';

/** The inputs of a form; `chars` is how much of a label may stand. */
export function drawForm({ note, fields }: Form, form: string, chars: number): Element[] {
  const said = note?.map((span) => ('text' in span ? span.text : '')).join('') ?? '';
  return [
    ...(said ? [rich([run(plain(shorten(said, 300)), { isSubtle: true, size: 'Small' })])] : []),
    ...fields
      .slice(0, filledLimits.fields)
      .flatMap((field) => drawField(field, form, Math.min(labelChars, chars))),
  ];
}

function drawField(field: Field, form: string, chars: number): Element[] {
  const short = (text: string) => plain(shorten(text, chars));
  const input = {
    id: idOf(form, field.name),
    label: short(field.label),
    ...(field.required && ({ isRequired: true, errorMessage: words.fillIn } as const)),
  };
  switch (field.kind) {
    case 'line':
    case 'text': {
      const most = formLimits[field.kind];
      return [
        {
          type: 'Input.Text',
          ...input,
          ...(field.placeholder && { placeholder: short(field.placeholder) }),
          ...(field.value && { value: dead(field.value).slice(0, most) }),
          isMultiline: field.kind === 'text',
          maxLength: most,
        },
      ];
    }
    case 'one-of':
    case 'some-of': {
      const chosen = field.kind === 'some-of' ? field.values.join(',') : field.value;
      return [
        {
          type: 'Input.ChoiceSet',
          ...input,
          choices: field.options.map(({ value, label }) => ({ title: clipped(label), value })),
          ...(chosen && { value: chosen }),
          isMultiSelect: field.kind === 'some-of',
          style: 'expanded',
          wrap: true,
        },
      ];
    }
    case 'moment': {
      const [day, hour] = field.at?.toISOString().slice(0, 16).split('T') ?? [];
      // Teams tells no time zone with a time.
      const label = `${input.label} (date, UTC)`;
      return [
        { type: 'Input.Date', ...input, id: input.id + date, label, ...(day && { value: day }) },
        {
          type: 'Input.Time',
          id: input.id + time,
          label: `${input.label} (time, UTC)`,
          ...(hour && { value: hour }),
        },
      ];
    }
  }
}

/** The gap of a cut in words would be longer than what it saves. */
const clipped = (label: string) =>
  plain(
    label.length > labelChars
      ? `${Array.from(label)
          .slice(0, labelChars - 1)
          .join('')}…`
      : label,
  ).trim() || '–';

/** An initial value is shown as it is, lines and all; only what Teams would read as a date or a mention is dead. */
const dead = (text: string) =>
  text
    .toWellFormed()
    .replaceAll('{{', '{ {')
    .replace(/<(?=\/?at\b)/gi, '‹');

/** What was filled into `form`, by field name. A date without a time is its last minute. */
export function filledIn(form: string, data: Readonly<Record<string, unknown>>): Filled {
  const typed = new Map<string, string>();
  for (const [id, value] of Object.entries(data)) {
    if (typed.size === filledLimits.fields * 2) break;
    if (id.startsWith(idOf(form, '')) && typeof value === 'string') {
      typed.set(id.slice(idOf(form, '').length), value.slice(0, filledLimits.chars).trim());
    }
  }
  const values: Record<string, string> = {};
  for (const [name, value] of typed) {
    if (name.endsWith(time)) continue;
    if (!name.endsWith(date)) values[name] = value;
    else {
      const plainName = name.slice(0, -date.length);
      values[plainName] = value && `${value}T${typed.get(plainName + time) || '23:59'}:00Z`;
    }
  }
  return values;
}
