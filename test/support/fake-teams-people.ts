// Who is in the fake Teams, and what they see on a card.
export type TeamsUser = {
  /** The id towards this bot. */
  readonly id: string;
  readonly aad: string;
  readonly name: string;
  readonly tenant: string;
  readonly role: 'user' | 'guest' | 'anonymous';
};
export const home = '11111111-1111-4111-8111-111111111111';
export const elsewhere = '22222222-2222-4222-8222-222222222222';
const user = (n: number, name: string, tenant = home, role: TeamsUser['role'] = 'user'): TeamsUser => ({
  id: `29:${name.toLowerCase()}-towards-the-bot`,
  aad: `aaaaaaaa-0000-4000-8000-00000000000${n}`,
  name,
  tenant,
  role,
});
export const people = {
  alice: user(1, 'Alice'),
  bob: user(2, 'Bob'),
  gina: user(3, 'Gina', home, 'guest'),
  otto: user(4, 'Otto', elsewhere),
  /** In the tenant, not in the team. */
  nina: user(5, 'Nina'),
};

type Json = { readonly [name: string]: unknown };
type Execute = { readonly verb: string; readonly title: string; readonly data: Json };

/** Every button a person could press on a card, those behind another button included. */
export function executes(node: unknown): readonly Execute[] {
  if (Array.isArray(node)) return node.flatMap(executes);
  if (typeof node !== 'object' || node === null) return [];
  if ('type' in node && node.type === 'Action.Execute') return [node as unknown as Execute];
  return Object.values(node).flatMap(executes);
}

/** Everything a card shows, in order, one line per block. */
export function textOf(node: unknown): string {
  if (Array.isArray(node)) return node.map(textOf).join('\n');
  if (typeof node !== 'object' || node === null) return '';
  const { type, inlines, text, body, items, actions } = node as Record<string, unknown>;
  if (type === 'RichTextBlock' && Array.isArray(inlines)) {
    return inlines.map((one) => (one as { text: string }).text).join('');
  }
  if (type === 'TextBlock') return String(text);
  return [body, items, actions].map(textOf).filter(Boolean).join('\n');
}

type Input = {
  readonly type: string;
  readonly id: string;
  readonly value?: string;
  readonly isRequired?: boolean;
  readonly isMultiSelect?: boolean;
  readonly maxLength?: number;
  readonly choices?: readonly { readonly value: string }[];
};

/**
 * What the inputs around a button hold when it is pressed: `typed` by the end of their ids, else what they came with.
 * Throws where the client would not let it go.
 */
export function inputsOf(card: unknown, action: unknown, typed: Readonly<Record<string, string>>): Json {
  const around = cardsIn(card).find(({ actions }) => Array.isArray(actions) && actions.includes(action));
  const inputs = inputsIn(around?.body);
  for (const name of Object.keys(typed)) {
    if (!inputs.some(({ id }) => id.endsWith(`.${name}`))) throw new Error(`the form has no ${name}`);
  }
  return Object.fromEntries(
    inputs.map((input) => {
      const name = Object.keys(typed).find((end) => input.id.endsWith(`.${end}`));
      const value = (name === undefined ? input.value : typed[name]) ?? '';
      if (input.isRequired && value === '') throw new Error(`${input.id} is required`);
      if (input.maxLength !== undefined && value.length > input.maxLength)
        throw new Error(`${input.id} is too long`);
      const chosen = value === '' ? [] : input.isMultiSelect ? value.split(',') : [value];
      if (input.choices && !chosen.every((one) => input.choices?.some((choice) => choice.value === one))) {
        throw new Error(`${input.id} does not offer ${value}`);
      }
      return [input.id, value];
    }),
  );
}

/** What can be chosen in the first input of a card whose id ends like this. */
export const offeredBy = (card: unknown, name: string): readonly string[] =>
  cardsIn(card)
    .flatMap(({ body }) => inputsIn(body))
    .find(({ id }) => id.endsWith(`.${name}`))
    ?.choices?.map(({ value }) => value) ?? [];

type Card = { readonly body?: unknown; readonly actions?: unknown };

function cardsIn(node: unknown): readonly Card[] {
  if (Array.isArray(node)) return node.flatMap(cardsIn);
  if (typeof node !== 'object' || node === null) return [];
  const inside = Object.values(node).flatMap(cardsIn);
  const card: Card = { ...node };
  return 'type' in node && (node.type === 'AdaptiveCard' || node.type === 'ActionSet')
    ? [card, ...inside]
    : inside;
}

function inputsIn(node: unknown): readonly Input[] {
  if (Array.isArray(node)) return node.flatMap(inputsIn);
  if (typeof node !== 'object' || node === null) return [];
  if ('type' in node && typeof node.type === 'string' && node.type.startsWith('Input.'))
    return [node as Input];
  return 'items' in node ? inputsIn(node.items) : [];
}
