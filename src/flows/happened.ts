import type { Card } from '#cards/card.ts';
import { periodCard } from '#cards/period-card.ts';
import type { Place } from '#chat/chat.ts';
import type { Period } from '#conversation/moment.ts';
import { samePlace } from '#ledger/wall.ts';
import type { LogEntry, MissionSummary } from '#mission-control/facts.ts';
import type { Bot } from './bot.ts';
import { instantOf } from './moment.ts';

/** How much of a log one answer reads, in entries. */
const mostRead = 2_000;
const pageSize = 200;

/** The answer to "what did it do since yesterday": that part of the mission's log, counted and listed, without a model. */
export async function happenedAnswer(
  bot: Bot,
  place: Place,
  mission: MissionSummary,
  period: Period,
): Promise<Card> {
  const zone = zoneAt(bot, place);
  const now = bot.now();
  const from = instantOf(period.from, now, zone);
  const to = period.to && instantOf(period.to, now, zone);
  const { entries, more } = await entriesSince(bot, mission, from);
  const { standing } = await bot.ledger.reviews.read(mission.s256);
  return periodCard({
    mission,
    from,
    to,
    zone,
    entries: entries.filter(({ at }) => to === undefined || at < to),
    more,
    review: standing,
  });
}

/** The zone a channel's digest is told in; what has none goes by UTC, and the answer says so. */
const zoneAt = ({ oversight }: Bot, place: Place) =>
  oversight.channels.find((channel) => samePlace(channel.place, place))?.digest?.zone ?? 'UTC';

/** Reads a log from its end back to a time. */
async function entriesSince(
  { missionControl }: Bot,
  { s256, logEntries }: MissionSummary,
  from: Date,
): Promise<{ entries: LogEntry[]; more: boolean }> {
  const entries: LogEntry[] = [];
  for (let end = logEntries; end > 0 && entries.length < mostRead; end -= pageSize) {
    const after = Math.max(0, end - pageSize);
    const page = await missionControl.readLog(s256, { after, limit: end - after });
    const late = page.entries.filter(({ at }) => at >= from);
    entries.unshift(...late);
    if (late.length < page.entries.length) return { entries, more: false };
  }
  return { entries, more: entries.length >= mostRead };
}
