// What Teams takes, checked before it is asked: a card that breaks a rule is refused or, worse, shown without its buttons.
// learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages, adaptivecards.io/explorer (schema 1.5)

/** The smallest size found in the vendor's pages, in bytes as sent; the 100 KB of UTF-16 that bots are promised are not relied on. */
export const maxBytes = 28 * 1_024;
/** Actions shown in a row; further ones vanish into a menu on some clients. */
export const maxActions = 6;
const maxDepth = 8;
export const cardVersion = '1.5';
export const cardType = 'application/vnd.microsoft.card.adaptive';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Node = { readonly [name: string]: Json };

/** Every element this bot draws, and the members each may carry. Markdown lives in `TextBlock` alone. */
const elements: Record<string, readonly string[]> = {
  AdaptiveCard: ['$schema', 'version', 'body', 'actions', 'fallbackText', 'speak', 'msteams'],
  Container: ['id', 'items', 'style', 'bleed', 'separator', 'spacing', 'isVisible'],
  TextBlock: ['text', 'wrap', 'size', 'isSubtle'],
  RichTextBlock: ['id', 'inlines', 'separator', 'spacing'],
  TextRun: ['text', 'weight', 'size', 'isSubtle', 'fontType', 'selectAction'],
  ActionSet: ['actions'],
  'Input.Text': [
    'id',
    'label',
    'isRequired',
    'errorMessage',
    'placeholder',
    'value',
    'isMultiline',
    'maxLength',
  ],
  'Input.ChoiceSet': [
    'id',
    'label',
    'isRequired',
    'errorMessage',
    'choices',
    'value',
    'isMultiSelect',
    'style',
    'wrap',
  ],
  'Input.Date': ['id', 'label', 'isRequired', 'errorMessage', 'value'],
  'Input.Time': ['id', 'label', 'isRequired', 'errorMessage', 'value'],
  'Chart.HorizontalBar': ['title', 'displayMode', 'data', 'fallback'],
  'Chart.HorizontalBar.Stacked': ['title', 'data', 'fallback'],
  'Chart.Line': ['title', 'xAxisTitle', 'yAxisTitle', 'data', 'fallback'],
  'Action.Execute': ['title', 'verb', 'data', 'style'],
  'Action.ShowCard': ['title', 'card', 'style'],
  'Action.ToggleVisibility': ['title', 'targetElements'],
  'Action.OpenUrl': ['url'],
};
const children: Record<string, readonly string[]> = {
  AdaptiveCard: ['body', 'actions'],
  Container: ['items'],
  RichTextBlock: ['inlines'],
  TextRun: ['selectAction'],
  ActionSet: ['actions'],
  'Action.ShowCard': ['card'],
  'Chart.HorizontalBar': ['fallback'],
  'Chart.HorizontalBar.Stacked': ['fallback'],
  'Chart.Line': ['fallback'],
};

/** Bytes as they are sent: the JSON text in UTF-8. In UTF-16 they are at most twice as many. */
export const bytesOf = (json: unknown) => Buffer.byteLength(JSON.stringify(json));

/** Everything about an activity or card that Teams would refuse or quietly drop; empty when it may be sent. */
export function faultsOf(what: object): readonly string[] {
  const json = JSON.parse(JSON.stringify(what)) as Node;
  const faults: string[] = [];
  if (bytesOf(json) > maxBytes) faults.push(`${bytesOf(json)} bytes, ${maxBytes} at most`);
  const attachments = Array.isArray(json['attachments'])
    ? (json['attachments'] as readonly Node[])
    : undefined;
  const cards = attachments ? attachments.map(({ content }) => content) : [json];
  for (const card of cards) {
    if (!isNode(card) || card['type'] !== 'AdaptiveCard') faults.push('not an Adaptive Card');
    else {
      const ids: string[] = [];
      if (card['version'] !== cardVersion) faults.push(`version ${saying(card['version'])}`);
      walk(card, 1, ids, faults);
      for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at)))
        faults.push(`two elements ${id}`);
      faults.push(...mentionFaults(card));
    }
  }
  return faults;
}

function walk(node: Node, depth: number, ids: string[], faults: string[]) {
  const type = saying(node['type']);
  const members = elements[type];
  if (!members) {
    faults.push(`unknown element ${type}`);
    return;
  }
  if (depth > maxDepth) faults.push(`${type} ${depth} deep`);
  for (const name of Object.keys(node)) {
    if (name !== 'type' && !members.includes(name)) faults.push(`${type} has no ${name}`);
  }
  if (typeof node['id'] === 'string') ids.push(node['id']);
  if (Array.isArray(node['actions']) && node['actions'].length > maxActions) {
    faults.push(`${node['actions'].length} actions in one row`);
  }
  if (type === 'TextRun' && node['text'] === '') faults.push('an empty TextRun');
  if (type.startsWith('Input.')) faults.push(...inputFaults(type, node));
  if (type.startsWith('Chart.') && !isNode(node['fallback'])) faults.push(`${type} without a fallback`);
  if (type.startsWith('Chart.') && !(Array.isArray(node['data']) && node['data'].length > 0)) {
    faults.push(`${type} of nothing`);
  }
  for (const name of children[type] ?? []) {
    const inside = node[name];
    for (const child of Array.isArray(inside) ? inside : inside === undefined ? [] : [inside]) {
      if (isNode(child)) walk(child, depth + 1, ids, faults);
      else faults.push(`${type}.${name} holds something that is no element`);
    }
  }
}

/** An input without an id never comes back; one whose value it does not offer is shown empty, or not at all. */
function inputFaults(type: string, node: Node): readonly string[] {
  const value = saying(node['value'] ?? '');
  const named =
    typeof node['id'] === 'string' && node['id'] !== '' && saying(node['label'] ?? '').trim() !== '';
  const faults: string[] = named ? [] : [`${type} without an id or a label`];
  switch (type) {
    case 'Input.Text':
      return value.length > Number(node['maxLength'])
        ? [...faults, 'Input.Text longer than it may be']
        : faults;
    case 'Input.ChoiceSet': {
      const choices = Array.isArray(node['choices']) ? (node['choices'] as readonly Node[]) : [];
      const values = choices.map((choice) => saying(choice['value']));
      const chosen = value === '' ? [] : node['isMultiSelect'] === true ? value.split(',') : [value];
      if (values.length === 0 || new Set(values).size < values.length) faults.push('choices that are none');
      if (values.some((one) => one.includes(','))) faults.push('a choice with a comma in its value');
      if (chosen.some((one) => !values.includes(one))) faults.push('a choice that is not offered');
      return faults;
    }
    case 'Input.Date':
      return value === '' || /^\d{4}-\d\d-\d\d$/.test(value) ? faults : [...faults, 'no date'];
    default:
      return value === '' || /^\d\d:\d\d$/.test(value) ? faults : [...faults, 'no time'];
  }
}

/** A mention's text must stand in the card, and no `<at>` may stand there without its mention. */
function mentionFaults(card: Node): readonly string[] {
  const { msteams, ...rest } = card;
  const entities =
    isNode(msteams) && Array.isArray(msteams['entities']) ? (msteams['entities'] as Node[]) : [];
  const texts = entities.map(({ text }) => saying(text));
  const shown = [...JSON.stringify(rest).matchAll(/<\/?at>.*?<\/at>|<\/?at\b/gi)].map(([found]) => found);
  return [
    ...texts.filter((text) => !shown.includes(text)).map(() => 'a mention nobody sees'),
    ...shown.filter((text) => !texts.includes(text)).map(() => 'an <at> that mentions nobody'),
  ];
}

const saying = (json: Json | undefined) => (typeof json === 'string' ? json : JSON.stringify(json));

const isNode = (json: Json | undefined): json is Node =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
