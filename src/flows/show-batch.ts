import { isOpen } from '#cards/ask-card.ts';
import { batchCard, batchSubject, type Item } from '#cards/batch-card.ts';
import type { Card } from '#cards/card.ts';
import { withClaim } from '#cards/claim-card.ts';
import { askOnHold } from '#cards/hold-card.ts';
import type { Place } from '#chat/chat.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import { matterOf } from '#policy/matter.ts';
import { channelsFor } from '#policy/policy.ts';
import { raiseAlarm } from './alarm.ts';
import { backgroundOf } from './background.ts';
import { readBallot } from './ballot.ts';
import { itemsOf, seatOf } from './batch.ts';
import { type Bot, mentionOn, peopleOf } from './bot.ts';
import { reviewOf } from './brief.ts';
import { standingHold } from './held.ts';
import { chase } from './remind.ts';
import { rootSubject } from './root.ts';

/** What is to be looked at after a batch: asks that went apart, and when the batch itself has something new to say. */
export type AfterBatch = { readonly apart: readonly string[]; readonly next: Date | undefined };

/** When something that is on its way is looked at again. */
const againMs = 2_000;

/** The one card of asks that are the same, where the first of them hangs; and whatever else is due about any of them. */
export async function showBatch(
  bot: Bot,
  leader: Request,
  mission: MissionSummary | undefined,
  seenAt: Date,
): Promise<AfterBatch> {
  const apart: string[] = [];
  const items: Item[] = [];
  for (const item of await itemsOf(bot, leader.id)) {
    const leaves = !item.apart && isOpen(item.request) && (await seatOf(bot, item.request))?.apart === true;
    if (leaves) apart.push(item.request.id);
    items.push(leaves ? { ...item, apart: true } : item);
  }
  const root = mission && (await rootSubject(bot, mission));
  const subject = `request:${leader.id}`;
  const asks = items.filter((item) => !item.apart).map(({ request }) => request);
  const over = !asks.some(isOpen);
  const cardFor = await drawBatch(bot, leader, items, mission, seenAt);
  for (const { place } of channelsFor(bot.oversight, matterOf(leader))) {
    await bot.ledger.wall.want({
      subject,
      place,
      ...(root && { under: { subject: root } }),
      ...(leader.missionS256 && { missionS256: leader.missionS256 }),
      requestId: leader.id,
      card: cardFor(place),
      seenAt,
      settled: over && 'soon',
      urgency: 0,
    });
  }
  let next: Date | undefined;
  for (const request of asks) {
    if ((await raiseAlarm(bot, request, mission, root ?? subject, seenAt)) === 'later')
      next = new Date(seenAt.getTime() + againMs);
  }
  const request = asks.find(isOpen) ?? leader;
  const waiting = { request, asks, subject, key: leader.id, mission, root: root ?? subject };
  const due = await chase(bot, waiting, cardFor, seenAt);
  // Last: should we die before, a round comes back to it.
  if (over && !next) await bot.ledger.wall.settle(subject, seenAt);
  return { apart, next: next && due ? new Date(Math.min(next.getTime(), due.getTime())) : (next ?? due) };
}

/** Draws a batch as it stands, for any of the places it is shown at. `whole`: with the full text behind every item. */
export async function drawBatch(
  bot: Bot,
  leader: Request,
  items: readonly Item[],
  mission: MissionSummary | undefined,
  seenAt: Date,
  whole = false,
): Promise<(place?: Place) => Card> {
  const people = peopleOf(bot.oversight);
  const first = items.find(({ request, apart }) => isOpen(request) && !apart)?.request ?? leader;
  const { approvers, notified } = await readBallot(bot, first);
  const listed: Item[] = [];
  for (const item of items) listed.push({ ...item, ballot: (await readBallot(bot, item.request)).ballot });
  const hold = isOpen(first) && mission ? await standingHold(bot, mission) : undefined;
  const claim = await bot.ledger.claims.standing(first.id, seenAt);
  const facts = {
    leader: leader.id,
    items: listed,
    held: hold !== undefined,
    mission,
    people,
    capabilities: await bot.capabilities(),
    background: await backgroundBut(bot, first, mission, items),
    review: mission && (await reviewOf(bot, first, mission)),
  };
  return (place) => {
    const called = (persons: typeof approvers) =>
      place ? persons.flatMap((person) => mentionOn(place.platform, person)) : [];
    const card = batchCard({ ...facts, approvers: called(approvers), notified: called(notified) }, whole);
    if (!isOpen(first)) return card;
    const open = withClaim(card, batchSubject(leader.id), claim, people);
    return hold ? askOnHold(open, hold, people) : open;
  };
}

/** What came before an ask, without those it shares a card with. */
async function backgroundBut(
  bot: Bot,
  request: Request,
  mission: MissionSummary | undefined,
  items: readonly Item[],
) {
  const background = await backgroundOf(bot, request, mission);
  const together = new Set(items.map((item) => item.request.id));
  return (
    background && {
      ...background,
      past: {
        ...background.past,
        entries: background.past.entries.filter(
          ({ requestId }) => requestId === undefined || !together.has(requestId),
        ),
      },
    }
  );
}
