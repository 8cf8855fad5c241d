import { z } from 'zod';
import { digestOf } from '#aauth/canonical.ts';
import {
  batchSubject,
  type Item,
  isCalled,
  partlyCard,
  plainReach,
  unlistedCard,
  waitingIn,
} from '#cards/batch-card.ts';
import type { Card, Press } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import type { Filled, Happening } from '#chat/chat.ts';
import type { Items } from '#conversation/intent.ts';
import type { Request } from '#mission-control/facts.ts';
import { itemsOf, shownItems } from './batch.ts';
import { type Bot, proofOf, surfaceOf } from './bot.ts';
import { claim } from './claim.ts';
import { type Answer, decide } from './decide.ts';
import { lookLater } from './look-later.ts';
import { stoodThen } from './said.ts';

/** The list that somebody answers: whose card it is on, its last number, and the digest of what it showed. */
export type Shown = { readonly leader: string } & Pick<Press, 'digest' | 'choice'>;

/** What is said to each of them. */
export type Said =
  | { readonly action: 'approve' }
  | { readonly action: 'deny'; readonly reason?: string }
  | { readonly action: 'ask'; readonly question: string };

/**
 * Answers asks that share a card, each by itself: its own decision, bound to its own digest, with its own act. Whoever was
 * not on the list as it was shown is not reached; a list that is not true any more answers nothing. Doing it again goes on
 * where it was cut off. What the person alone should hear is returned.
 */
export async function decideItems(
  bot: Bot,
  happening: Happening,
  shared: boolean,
  list: Shown,
  which: Items,
  said: Said,
): Promise<Card | undefined> {
  const items = shownItems(await itemsOf(bot, list.leader), list);
  if (!items) return await notShown(bot, happening, list, said.action);
  const begun = await begunBy(bot, happening, said.action, items);
  const meant = meantBy(items, which, begun);
  if (meant.length === 0) return unlistedCard();
  const capabilities = await bot.capabilities();
  const told: Card[] = [];
  for (const { request } of meant) {
    const { id: requestId, digest } = request;
    const card = await decide(bot, happening, shared, { requestId, action: said.action, digest }, (now) =>
      answerWith(said, digest, now, capabilities),
    );
    if (card) told.push(card);
  }
  await lookLater(bot, { requestId: list.leader });
  const [first] = told;
  return first && meant.length > 1 && told.length < meant.length
    ? partlyCard(meant.length - told.length, meant.length, first)
    : first;
}

/**
 * A group verb reaches what waits, and what this very answer decided before it was cut off. One that is named is answered
 * even when it is decided, with who decided it.
 */
function meantBy(items: readonly Item[], which: Items, begun: ReadonlySet<string>): readonly Item[] {
  const waiting = new Set(waitingIn(items));
  const listed = items.filter(({ apart }) => !apart);
  const open = listed.filter((item) => waiting.has(item) || begun.has(item.request.id));
  switch (which.of) {
    case 'all':
      return which.count === undefined || which.count === open.length ? open : [];
    case 'number':
      return listed.filter(({ number }) => number === which.number);
    case 'name': {
      const called = open.filter(({ request }) => isCalled(request, which.name));
      return called.length === 1 ? called : [];
    }
  }
}

/**
 * Which of these were decided by whoever answers now, and by no other answer of theirs: a process that died may have left
 * them without their act.
 */
async function begunBy(
  bot: Bot,
  happening: Happening,
  action: Said['action'],
  items: readonly Item[],
): Promise<ReadonlySet<string>> {
  const begun = new Set<string>();
  for (const { request } of items) {
    const { id, decision } = request;
    if (decision?.decidedBy.id !== proofOf(happening.actor) || decision.action !== action) continue;
    const acts = await bot.ledger.acts.about(`request:${id}`);
    const decided = acts.filter(({ outcome, verb }) => outcome === 'decided' && verb === action);
    if (decided.every(({ source }) => source === digestOf(`${happening.id}/${action}/${id}`))) begun.add(id);
  }
  return begun;
}

function answerWith(said: Said, digest: string, request: Request, capabilities: readonly string[]): Answer {
  if (said.action !== 'approve') return { ...said, digest };
  const apply = plainReach({ request, capabilities });
  return { action: 'approve', digest, ...(apply && { apply }) };
}

/** The same in words, about the list as it is shown where they are said, and was when they were. */
export async function decideShown(
  bot: Bot,
  happening: Happening,
  shared: boolean,
  leader: string,
  which: Items,
  said: Said,
): Promise<Card | undefined> {
  const hanging = await bot.ledger.wall.hangingAt(happening.place, `request:${leader}`);
  const shown = hanging?.shown?.find(
    ({ verb, subject }) => verb === 'deny' && subject === batchSubject(leader),
  );
  if (!shown) return refusalCard('stale');
  const list = { ...shown, leader };
  const isLate = ({ number, request }: Item) =>
    number <= Number(list.choice) &&
    (which.of !== 'number' || which.number === number) &&
    !stoodThen(happening, request);
  if ((await itemsOf(bot, leader)).some((item) => !item.apart && isLate(item)))
    return await notShown(bot, happening, list, said.action);
  return await decideItems(bot, happening, shared, list, which, said);
}

/** The list has changed since: nothing is answered, that is in the record, and the card shows what is true. */
async function notShown(
  bot: Bot,
  happening: Happening,
  { leader, digest }: Shown,
  action: Said['action'],
): Promise<Card> {
  await bot.ledger.acts.append({
    source: `${happening.id}/${action}/batch:${leader}`,
    at: bot.now(),
    verb: action,
    actor: proofOf(happening.actor),
    person: undefined,
    surface: surfaceOf(happening.place, happening.kind === 'pressed' ? happening.on.message : undefined),
    subject: `request:${leader}`,
    digest,
    outcome: 'refused:stale',
    answer: {},
  });
  bot.log.info({ batch: leader, actor: proofOf(happening.actor) }, `${action} of a changed list refused`);
  await lookLater(bot, { requestId: leader });
  return refusalCard('stale');
}

/** Shows on all that waits that somebody is looking into it. */
export async function claimItems(
  bot: Bot,
  happening: Happening,
  shared: boolean,
  leader: string,
): Promise<Card | undefined> {
  let told: Card | undefined;
  for (const { request } of waitingIn(await itemsOf(bot, leader)))
    told = await claim(bot, happening, shared, request.id);
  return told;
}

const Picked = z.object({
  which: z
    .string()
    .trim()
    .regex(/^\d{1,6}$/)
    .transform(Number),
  what: z.enum(['approve', 'deny', 'ask']),
  words: z.string().trim().max(3_000).optional(),
});

/** What a filled-in "decide one" says; undefined for a form that is not whole. */
export function pickedIn(values: Filled | undefined): { which: Items; said: Said } | undefined {
  const filled = Picked.safeParse(values).data;
  if (!filled) return undefined;
  const { what, words = '' } = filled;
  const which = { of: 'number', number: filled.which } as const;
  switch (what) {
    case 'approve':
      return { which, said: { action: 'approve' } };
    case 'deny':
      return { which, said: { action: 'deny', ...(words && { reason: words }) } };
    case 'ask':
      return words ? { which, said: { action: 'ask', question: words } } : undefined;
  }
}
