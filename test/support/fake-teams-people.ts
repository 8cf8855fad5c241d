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
