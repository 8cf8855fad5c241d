// What Slack takes, checked before it is sent: a message past one of these is refused whole, and then nobody sees the ask.
// Figures: docs.slack.dev/reference/block-kit, chat.postMessage, chat.update, views.open.
import type { ActionsBlockElement, InputBlock, KnownBlock, ModalView } from '@slack/types';

export const limits = {
  blocks: 50,
  viewBlocks: 100,
  /** Top-level text; `chat.update` answers `msg_too_long` above it. */
  text: 4_000,
  header: 150,
  section: 3_000,
  fields: 10,
  field: 2_000,
  contextElements: 10,
  /** Of an image, and the address it may be shown from. */
  alt: 2_000,
  imageUrl: 3_000,
  actionsElements: 25,
  buttonText: 75,
  buttonValue: 2_000,
  accessibilityLabel: 75,
  id: 255,
  viewTitle: 24,
  privateMetadata: 3_000,
  viewBytes: 250_000,
  inputLabel: 2_000,
  placeholder: 150,
  inputText: 3_000,
  /** Of a menu. */
  options: 100,
  /** Of radio buttons and checkboxes. */
  boxes: 10,
  optionText: 75,
  /** Our own: Slack refuses a message with `msg_blocks_too_long` at about 13,200 and does not say what it counts. */
  totalBytes: 12_000,
} as const;

/** One message as it goes to `chat.postMessage`, without the place. */
export type SlackMessage = {
  readonly text: string;
  readonly blocks: KnownBlock[];
  readonly metadata?: { readonly event_type: string; readonly event_payload: { readonly mark: string } };
};

/** Every limit a message breaks, in words; empty when Slack will take it. */
export function messageViolations(message: SlackMessage): string[] {
  return [
    ...within('text', message.text, limits.text),
    ...count('blocks', message.blocks.length, limits.blocks),
    ...message.blocks.flatMap((block, at) => blockViolations(block, `blocks[${at}]`)),
    ...repeated(
      'block_id',
      message.blocks.map((block) => block.block_id),
    ),
    ...count('bytes of blocks', bytes(message.blocks), limits.totalBytes),
  ];
}

/** Every limit a modal breaks, in words; empty when Slack will take it. */
export function viewViolations(view: ModalView): string[] {
  const blocks = view.blocks as KnownBlock[];
  const asks = blocks.some((block) => block.type === 'input');
  return [
    ...within('title', view.title.text, limits.viewTitle),
    ...(view.submit ? within('submit', view.submit.text, limits.viewTitle) : []),
    ...(view.close ? within('close', view.close.text, limits.viewTitle) : []),
    ...(asks && !view.submit ? ['an input block needs a submit button'] : []),
    ...(view.callback_id === undefined ? [] : within('callback_id', view.callback_id, limits.id)),
    ...count('private_metadata', (view.private_metadata ?? '').length, limits.privateMetadata),
    ...count('blocks', blocks.length, limits.viewBlocks),
    ...blocks.flatMap((block, at) => blockViolations(block, `blocks[${at}]`)),
    ...repeated(
      'block_id',
      blocks.map((block) => block.block_id),
    ),
    ...count('bytes of the view', bytes(view), limits.viewBytes),
  ];
}

/** The size of a value as it travels, in bytes of UTF-8 JSON. */
export const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

function blockViolations(block: KnownBlock, where: string): string[] {
  const id = block.block_id === undefined ? [] : within(`${where}.block_id`, block.block_id, limits.id);
  switch (block.type) {
    case 'divider':
      return id;
    case 'header':
      return [...id, ...within(`${where}.text`, block.text.text, limits.header)];
    case 'section':
      return [
        ...id,
        ...(block.text || block.fields?.length ? [] : [`${where} has neither text nor fields`]),
        ...(block.text ? within(`${where}.text`, block.text.text, limits.section) : []),
        ...count(`${where}.fields`, block.fields?.length ?? 0, limits.fields),
        ...(block.fields ?? []).flatMap((field, at) =>
          within(`${where}.fields[${at}]`, field.text, limits.field),
        ),
      ];
    case 'context':
      return [
        ...id,
        ...(block.elements.length ? [] : [`${where} has no elements`]),
        ...count(`${where}.elements`, block.elements.length, limits.contextElements),
        ...block.elements.flatMap((element, at) =>
          'text' in element
            ? within(`${where}.elements[${at}]`, element.text, limits.section)
            : [`${where}.elements[${at}] is not text`],
        ),
      ];
    case 'actions':
      return [
        ...id,
        ...(block.elements.length ? [] : [`${where} has no elements`]),
        ...count(`${where}.elements`, block.elements.length, limits.actionsElements),
        ...repeated(
          `${where} action_id`,
          block.elements.map((element) => element.action_id),
        ),
        ...block.elements.flatMap((element, at) => buttonViolations(element, `${where}.elements[${at}]`)),
      ];
    case 'image': {
      const from = 'slack_file' in block ? block.slack_file : undefined;
      const url = 'image_url' in block ? block.image_url : undefined;
      const one = (from === undefined) !== (url === undefined);
      return [
        ...id,
        ...within(`${where}.alt_text`, block.alt_text, limits.alt),
        ...(one ? [] : [`${where} is shown from no one place`]),
        ...(url === undefined ? [] : within(`${where}.image_url`, url, limits.imageUrl)),
      ];
    }
    case 'input':
      return [
        ...id,
        ...within(`${where}.label`, block.label.text, limits.inputLabel),
        ...inputViolations(block.element, `${where}.element`),
      ];
    default:
      return [`${where} is a ${block.type}, which no card of ours holds`];
  }
}

function inputViolations(element: InputBlock['element'], where: string): string[] {
  const id = within(`${where}.action_id`, element.action_id ?? '', limits.id);
  switch (element.type) {
    case 'plain_text_input': {
      const { placeholder, initial_value: initial = '', max_length: most = limits.inputText } = element;
      return [
        ...id,
        ...(placeholder ? within(`${where}.placeholder`, placeholder.text, limits.placeholder) : []),
        ...count(`${where}.max_length`, most, limits.inputText),
        ...count(`${where}.initial_value`, initial.length, most),
      ];
    }
    case 'radio_buttons':
      return [...id, ...optionViolations(element.options, [element.initial_option], limits.boxes, where)];
    case 'checkboxes':
      return [...id, ...optionViolations(element.options, element.initial_options, limits.boxes, where)];
    case 'static_select':
      return [...id, ...optionViolations(element.options, [element.initial_option], limits.options, where)];
    case 'multi_static_select':
      return [...id, ...optionViolations(element.options, element.initial_options, limits.options, where)];
    case 'datetimepicker':
      return String(element.initial_date_time ?? 1e9).length === 10
        ? id
        : [`${where} is no time of 10 digits`];
    default:
      return [`${where} is a ${element.type}, which no form of ours holds`];
  }
}

type Choice = { readonly text: { readonly text: string }; readonly value?: string };

function optionViolations(
  options: readonly Choice[] = [],
  initial: readonly (Choice | undefined)[] = [],
  most: number,
  where: string,
): string[] {
  const offered = options.map((option) => JSON.stringify(option));
  return [
    ...(options.length > 0 ? [] : [`${where} offers nothing`]),
    ...count(`${where}.options`, options.length, most),
    ...options.flatMap(({ text, value }, at) => [
      ...within(`${where}.options[${at}].text`, text.text, limits.optionText),
      ...within(`${where}.options[${at}].value`, value ?? '', limits.optionText),
    ]),
    ...repeated(
      `${where} option`,
      options.map(({ value }) => value),
    ),
    ...initial.flatMap((option) =>
      option && !offered.includes(JSON.stringify(option))
        ? [`${where} begins with what it does not offer`]
        : [],
    ),
  ];
}

function buttonViolations(element: ActionsBlockElement, where: string): string[] {
  if (element.type !== 'button') return [`${where} is a ${element.type}, not a button`];
  return [
    ...within(`${where}.text`, element.text.text, limits.buttonText),
    ...count(`${where}.value`, (element.value ?? '').length, limits.buttonValue),
    ...within(`${where}.action_id`, element.action_id ?? '', limits.id),
    ...count(
      `${where}.accessibility_label`,
      (element.accessibility_label ?? '').length,
      limits.accessibilityLabel,
    ),
  ];
}

const within = (what: string, text: string, most: number) =>
  text.length === 0 ? [`${what} is empty`] : count(what, text.length, most);

const count = (what: string, is: number, most: number) =>
  is > most ? [`${what}: ${is}, at most ${most}`] : [];

function repeated(what: string, ids: readonly (string | undefined)[]): string[] {
  const given = ids.filter((id) => id !== undefined);
  return new Set(given).size === given.length ? [] : [`${what} repeats`];
}
