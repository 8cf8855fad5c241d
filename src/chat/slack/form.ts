// A form as a modal, and what was filled in read back out of it.
// docs.slack.dev/reference/block-kit/blocks/input-block, …/block-elements, …/interaction-payloads/view-interactions-payload

import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { type Field, type Form, formLimits, type Option } from '#cards/card.ts';
import * as words from '#cards/words/drawing.ts';
import { type Filled, filledLimits } from '#chat/chat.ts';
import { clip } from './cut.ts';
import { limits } from './limits.ts';
import { linePlain, oneLine } from './mrkdwn.ts';
import type { Origin } from './press.ts';
import { context, plain } from './render.ts';

export const formCallback = 'chaperone:form';

/** A modal with the form's fields. Each field is a block of its own, whose id is the field's name. */
export const formView = (origin: Origin, form: Form): ModalView => ({
  type: 'modal',
  callback_id: formCallback,
  private_metadata: JSON.stringify(origin),
  title: short(form.title, limits.viewTitle, 'More'),
  submit: short(form.submit, limits.viewTitle, 'Send'),
  close: plain(words.back),
  blocks: [
    ...(form.note ? noteOf(linePlain(form.note)) : []),
    ...form.fields.slice(0, filledLimits.fields).map(inputOf),
  ],
});

/** Shown where the card a form belongs to has changed since: nothing is asked, nothing counts. */
export const changedView = (origin: Origin): ModalView => ({
  type: 'modal',
  callback_id: 'chaperone:changed',
  private_metadata: JSON.stringify(origin),
  title: plain(words.nothingDone),
  close: plain(words.back),
  blocks: [context(plain(words.cardChanged))],
});

const noteOf = (text: string): KnownBlock[] => (text.trim() ? [context(plain(clip(text, 1_000)))] : []);

function inputOf(field: Field): InputBlock {
  return {
    type: 'input',
    block_id: field.name,
    optional: !field.required,
    label: short(field.label, 150, field.name),
    element: elementOf(field),
  };
}

function elementOf(field: Field): InputBlock['element'] {
  const action_id = field.name;
  switch (field.kind) {
    case 'line':
    case 'text': {
      const most = formLimits[field.kind];
      const hint = oneLine(field.placeholder ?? '').trim();
      return {
        type: 'plain_text_input',
        action_id,
        multiline: field.kind === 'text',
        max_length: most,
        ...(hint && { placeholder: plain(clip(hint, limits.placeholder)) }),
        ...(field.value && { initial_value: field.value.slice(0, most) }),
      };
    }
    case 'one-of': {
      const options = field.options.slice(0, limits.options).map(optionOf);
      const chosen = options.find(({ value }) => value === field.value);
      const initial = chosen && { initial_option: chosen };
      return options.length > limits.boxes
        ? { type: 'static_select', action_id, options, ...initial }
        : { type: 'radio_buttons', action_id, options, ...initial };
    }
    case 'some-of': {
      const options = field.options.slice(0, limits.options).map(optionOf);
      const chosen = options.filter(({ value }) => field.values.includes(value));
      const initial = chosen.length > 0 && { initial_options: chosen };
      return options.length > limits.boxes
        ? { type: 'multi_static_select', action_id, options, ...initial }
        : { type: 'checkboxes', action_id, options, ...initial };
    }
    case 'moment':
      return {
        type: 'datetimepicker',
        action_id,
        ...(field.at && { initial_date_time: Math.floor(field.at.getTime() / 1_000) }),
      };
  }
}

const optionOf = ({ value, label }: Option) => ({ value, text: short(label, limits.optionText, value) });

const short = (text: string, most: number, otherwise: string) =>
  plain(clip(oneLine(text).trim() || otherwise, most));

const Chosen = z.object({ value: z.string() });
const State = z
  .object({
    value: z.string().nullish(),
    selected_option: Chosen.nullish(),
    selected_options: z.array(Chosen).nullish(),
    selected_date_time: z.number().nullish(),
  })
  .transform(({ value, selected_option, selected_options, selected_date_time: seconds }) => {
    if (typeof seconds === 'number') {
      const at = new Date(seconds * 1_000);
      return Number.isNaN(at.getTime()) ? '' : at.toISOString();
    }
    if (selected_options) return selected_options.map((option) => option.value).join(',');
    return selected_option?.value ?? value?.trim() ?? '';
  });

/** The state of a submitted modal of ours: block id, action id, what was entered. */
export const Entered = z.record(z.string(), z.record(z.string(), State)).transform(
  (blocks): Filled =>
    Object.fromEntries(
      Object.entries(blocks)
        .slice(0, filledLimits.fields)
        .map(([name, actions]) => [name, (actions[name] ?? '').slice(0, filledLimits.chars)]),
    ),
);
