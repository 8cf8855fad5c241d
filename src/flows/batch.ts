import { isOpen } from '#cards/ask-card.ts';
import { digestOfItems, type Item } from '#cards/batch-card.ts';
import type { Seat } from '#ledger/batches.ts';
import type { Request } from '#mission-control/facts.ts';
import { alikeAs, mostAlike } from '#policy/alike.ts';
import type { Bot } from './bot.ts';
import { keptBackUntil } from './let-through.ts';

const pageSize = 100;

/**
 * Which card an ask is on, where that is not its own alone. An ask that is the same as one that waits takes a seat on that
 * one's card when it is first looked at. Whatever hangs on a card of its own stays there: it may lead others, and never goes
 * away from under somebody. An ask that is not the same any more goes apart, and gets its own card back.
 */
export async function seatOf(bot: Bot, request: Request): Promise<Seat | undefined> {
  const { batches, wall } = bot.ledger;
  const seat = await batches.seatOf(request.id);
  if (!isOpen(request) || seat?.apart) return seat;
  const alike = alikeAs(bot.oversight, request);
  const hangs = await wall.knows(`request:${request.id}`);
  if (seat) {
    if (alike === seat.alike && (seat.batch === request.id || !hangs)) return seat;
    await batches.setApart(request.id);
    return { ...seat, apart: true };
  }
  if (alike === undefined || hangs || (await isReviewers(bot, request))) return undefined;
  for (const other of await openBeside(bot, request)) {
    if (alikeAs(bot.oversight, other) !== alike || (await isReviewers(bot, other))) continue;
    const theirs = await batches.seatOf(other.id);
    if (theirs?.apart) continue;
    // Of two that are new to each other, one leads: the one that hangs already, or else the older.
    const leads = theirs ?? (isOlder(other, request) || (await wall.knows(`request:${other.id}`)));
    const taken = leads && (await batches.join(request.id, other.id, alike, mostAlike));
    if (taken) return taken;
  }
  return undefined;
}

/** The reviewer looks at it, or has looked: its card tells of that, and of nothing else. */
async function isReviewers(bot: Bot, request: Request): Promise<boolean> {
  if (!bot.oversight.reviewed) return false;
  if (await keptBackUntil(bot, request, bot.now())) return true;
  const { id: requestId, digest } = request;
  return (await bot.ledger.judgements.read({ requestId, digest })) !== undefined;
}

const isOlder = (a: Request, b: Request) =>
  a.openedAt < b.openedAt || (a.openedAt.getTime() === b.openedAt.getTime() && a.id < b.id);

async function openBeside(bot: Bot, { id, missionS256 }: Request): Promise<readonly Request[]> {
  const found: Request[] = [];
  for (let after: string | undefined, more = missionS256 !== undefined; more; ) {
    const page = await bot.missionControl.listRequests({
      state: 'open',
      ...(missionS256 !== undefined && { missionS256 }),
      limit: pageSize,
      ...(after !== undefined && { after }),
    });
    found.push(...page.requests.filter((each) => each.id !== id));
    after = page.after;
    more = after !== undefined;
  }
  return found;
}

/** The seats of those asks that share a card. */
export async function seatsOf(bot: Bot, asks: readonly Request[]): Promise<readonly Seat[]> {
  const seats: Seat[] = [];
  for (const { id } of asks) {
    const seat = await bot.ledger.batches.seatOf(id);
    if (seat && !seat.apart) seats.push(seat);
  }
  return seats;
}

/** Everything a batch lists, as it stands at the Person Server; empty for what leads no batch. */
export async function itemsOf(bot: Bot, leader: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (const { requestId, number, apart } of await bot.ledger.batches.of(leader)) {
    const request = await bot.missionControl.readRequest(requestId);
    if (request) items.push({ number, request, apart });
  }
  return items;
}

/**
 * What a list showed whose last number and digest somebody names; undefined when it is not, to the letter, what these asks
 * say now. What came later is not in it, and what was decided meanwhile still is.
 */
export function shownItems(
  items: readonly Item[],
  { digest, choice }: { readonly digest?: string; readonly choice?: string },
): readonly Item[] | undefined {
  const shown = items.filter(({ number }) => number <= Number(choice));
  return digest !== undefined && digestOfItems(shown) === digest ? shown : undefined;
}
