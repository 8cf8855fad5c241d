import { isOpen } from '#cards/ask-card.ts';
import { digestOfItems, type Item, mostListed } from '#cards/batch-card.ts';
import type { Seat } from '#ledger/batches.ts';
import type { Request } from '#mission-control/facts.ts';
import { alikeAs } from '#policy/alike.ts';
import type { Bot } from './bot.ts';
import { keptBackUntil } from './let-through.ts';

/**
 * Which card an ask is on, where that is not its own alone. An ask that is the same as one that waits takes a seat on that
 * one's card when it is first looked at. Whatever hangs on a card of its own stays there: it may lead others, and never goes
 * away from under somebody. An ask that is not the same any more goes apart, and gets its own card back.
 */
export async function seatOf(bot: Bot, request: Request): Promise<Seat | undefined> {
  const { batches, wall } = bot.ledger;
  const seat = await batches.seatOf(request.id);
  if (!isOpen(request)) {
    await batches.settle(request.id);
    return seat;
  }
  if (seat?.apart) return seat;
  const alike = alikeAs(bot.oversight, request);
  const hangs = await wall.knows(`request:${request.id}`);
  if (seat) {
    if (alike === seat.alike && (seat.batch === request.id || !hangs)) return seat;
    await batches.setApart(request.id);
    return { ...seat, apart: true };
  }
  if (alike === undefined || (await isReviewers(bot, request))) return undefined;
  const before = await batches.waitingBefore(request.id, alike);
  if (hangs) return undefined;
  for (const id of before) {
    const other = await bot.missionControl.readRequest(id);
    if (!other || !isOpen(other)) {
      await batches.settle(id);
      continue;
    }
    const isAlone = alikeAs(bot.oversight, other) !== alike || (await isReviewers(bot, other));
    if (isAlone || (await batches.seatOf(id))?.apart) continue;
    const taken = await batches.join(request.id, id, alike, mostListed);
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
