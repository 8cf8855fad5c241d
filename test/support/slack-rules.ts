// What real Slack refuses, said a second time and independently of the bot's own checks, for the strict fake.
// Figures: docs.slack.dev/reference/block-kit, chat.postMessage, chat.update, views.open; bolt-js issue 2509.

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Slack's error word for these blocks, or undefined when it takes them. */
export function refuseBlocks(blocks: unknown, surface: 'message' | 'modal'): string | undefined {
  if (!Array.isArray(blocks) || blocks.length > (surface === 'message' ? 50 : 100)) return 'invalid_blocks';
  const ids = new Set<unknown>();
  for (const block of blocks) {
    if (!isObject(block) || !blockIsFine(block, surface)) return 'invalid_blocks';
    if (block.block_id === undefined) continue;
    if (typeof block.block_id !== 'string' || block.block_id.length > 255 || ids.has(block.block_id)) {
      return 'invalid_blocks';
    }
    ids.add(block.block_id);
  }
  if (surface === 'message' && JSON.stringify(blocks).length > 13_200) return 'msg_blocks_too_long';
  return undefined;
}

/** Slack's error word for a modal, or undefined when it takes it. */
export function refuseView(view: unknown): string | undefined {
  if (!isObject(view) || view.type !== 'modal') return 'invalid_arguments';
  const blocks = view.blocks;
  for (const [name, must] of [
    ['title', true],
    ['submit', false],
    ['close', false],
  ] as const) {
    if (view[name] === undefined ? must : !textIsFine(view[name], 24, ['plain_text']))
      return 'invalid_arguments';
  }
  if (typeof view.callback_id === 'string' && view.callback_id.length > 255) return 'invalid_arguments';
  if (typeof view.private_metadata === 'string' && view.private_metadata.length > 3_000)
    return 'invalid_arguments';
  const asks = Array.isArray(blocks) && blocks.some((block) => isObject(block) && block.type === 'input');
  if (asks && view.submit === undefined) return 'invalid_arguments';
  if (Buffer.byteLength(JSON.stringify(view)) > 250_000) return 'view_too_large';
  return refuseBlocks(blocks, 'modal') && 'invalid_arguments';
}

/** Slack's error word for a Home tab, or undefined when it takes it. It has no title, no submit and no close. */
export function refuseHome(view: unknown): string | undefined {
  if (!isObject(view) || view.type !== 'home') return 'invalid_arguments';
  if (['title', 'submit', 'close'].some((name) => view[name] !== undefined)) return 'invalid_arguments';
  if (typeof view.private_metadata === 'string' && view.private_metadata.length > 3_000)
    return 'invalid_arguments';
  if (Buffer.byteLength(JSON.stringify(view)) > 250_000) return 'view_too_large';
  return refuseBlocks(view.blocks, 'modal') && 'invalid_arguments';
}

/** Slack's error word for message metadata, or undefined when it takes it. */
export function refuseMetadata(metadata: unknown): string | undefined {
  if (metadata === undefined) return undefined;
  if (!isObject(metadata) || typeof metadata.event_type !== 'string' || !isObject(metadata.event_payload)) {
    return 'invalid_metadata_format';
  }
  return JSON.stringify(metadata).length > 8_000 ? 'metadata_too_large' : undefined;
}

function blockIsFine(block: Json, surface: 'message' | 'modal'): boolean {
  switch (block.type) {
    case 'divider':
      return true;
    case 'header':
      return textIsFine(block.text, 150, ['plain_text']);
    case 'section': {
      const { text, fields } = block;
      if (text === undefined && fields === undefined) return false;
      if (text !== undefined && !textIsFine(text, 3_000)) return false;
      if (fields === undefined) return true;
      if (!Array.isArray(fields) || fields.length < 1 || fields.length > 10) return false;
      return fields.every((field) => textIsFine(field, 2_000));
    }
    case 'context': {
      const { elements } = block;
      if (!Array.isArray(elements) || elements.length < 1 || elements.length > 10) return false;
      return elements.every((element) => textIsFine(element, 3_000));
    }
    case 'actions': {
      const { elements } = block;
      if (!Array.isArray(elements) || elements.length < 1 || elements.length > 25) return false;
      const actions = elements.map((element: unknown) => (isObject(element) ? element.action_id : undefined));
      return new Set(actions).size === actions.length && elements.every(buttonIsFine);
    }
    case 'image': {
      const { alt_text: alt, image_url: url, slack_file: file } = block;
      if (typeof alt !== 'string' || alt.length < 1 || alt.length > 2_000) return false;
      if ((url === undefined) === (file === undefined)) return false;
      if (url !== undefined) return typeof url === 'string' && url.length <= 3_000;
      return (
        isObject(file) &&
        file.url === undefined &&
        typeof file.id === 'string' &&
        /^F[A-Z0-9]{8,}$/.test(file.id)
      );
    }
    case 'input': {
      const { label, element } = block;
      if (surface !== 'modal' || !textIsFine(label, 2_000, ['plain_text']) || !isObject(element))
        return false;
      return typeof element.action_id === 'string' && element.action_id.length <= 255 && inputIsFine(element);
    }
    default:
      return false;
  }
}

function inputIsFine(element: Json): boolean {
  switch (element.type) {
    case 'plain_text_input': {
      const { max_length: most = 3_000, initial_value: initial = '', placeholder } = element;
      if (typeof most !== 'number' || most < 1 || most > 3_000) return false;
      if (typeof initial !== 'string' || initial.length > most) return false;
      return placeholder === undefined || textIsFine(placeholder, 150, ['plain_text']);
    }
    case 'radio_buttons':
    case 'checkboxes':
      return optionsAreFine(element, 10);
    case 'static_select':
    case 'multi_static_select':
      return optionsAreFine(element, 100);
    case 'datetimepicker':
      return (
        element.initial_date_time === undefined || /^\d{10}$/.test(JSON.stringify(element.initial_date_time))
      );
    default:
      return false;
  }
}

function optionsAreFine({ options, initial_option, initial_options }: Json, most: number): boolean {
  if (!Array.isArray(options) || options.length < 1 || options.length > most) return false;
  const values = options.map((option: Json) => option.value);
  if (new Set(values).size < values.length) return false;
  const fine = options.every(
    (option: Json) =>
      textIsFine(option.text, 75) &&
      typeof option.value === 'string' &&
      option.value.length >= 1 &&
      option.value.length <= 75,
  );
  if (initial_options !== undefined && !(Array.isArray(initial_options) && initial_options.length > 0))
    return false;
  const initial = [...((initial_options ?? []) as Json[]), ...(initial_option ? [initial_option] : [])];
  // An initial option has to be the option, to the letter.
  return (
    fine && initial.every((one) => options.some((option) => JSON.stringify(option) === JSON.stringify(one)))
  );
}

function buttonIsFine(button: unknown): boolean {
  if (!isObject(button) || button.type !== 'button') return false;
  if (!textIsFine(button.text, 75, ['plain_text'])) return false;
  if (typeof button.action_id !== 'string' || button.action_id.length > 255) return false;
  if (button.value !== undefined && (typeof button.value !== 'string' || button.value.length > 2_000))
    return false;
  if (typeof button.accessibility_label === 'string' && button.accessibility_label.length > 75) return false;
  return button.style === undefined || button.style === 'primary' || button.style === 'danger';
}

function textIsFine(text: unknown, most: number, types = ['plain_text', 'mrkdwn']): boolean {
  if (!isObject(text) || typeof text.type !== 'string' || !types.includes(text.type)) return false;
  if (typeof text.text !== 'string' || text.text.length < 1 || text.text.length > most) return false;
  // `emoji` belongs to plain text, `verbatim` to mrkdwn.
  return text.type === 'plain_text' ? text.verbatim === undefined : text.emoji === undefined;
}

/** Whom and what a message calls: every `<@…>`, `<!…>` and `<#…>` in text that Slack parses. */
export function callsIn(message: { readonly text?: string; readonly blocks?: unknown }): string[] {
  const parsed: string[] = [message.text ?? ''];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (!isObject(value)) return;
    if (value.type === 'mrkdwn' && typeof value.text === 'string') parsed.push(value.text);
    Object.values(value).forEach(walk);
  };
  walk(message.blocks);
  return parsed
    .flatMap((text) => text.match(/<[@!#][^>]*>/g) ?? [])
    .filter((call) => !call.startsWith('<!date'));
}
