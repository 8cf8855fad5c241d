import type { Block, Card } from '#cards/card.ts';
import { pictureLimits } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import { type TimelineFacts, timelineCard, timelinePicture } from '#cards/timeline.ts';
import { samePlace } from '#ledger/wall.ts';
import { MissionControlError } from '#mission-control/error.ts';
import type { LogEntry, MissionSummary } from '#mission-control/facts.ts';
import type { Bot } from './bot.ts';
import type { Pressed } from './press.ts';
import { placesOf } from './root.ts';

const pageSize = 200;

/** The answer to "timeline of the cake mission". */
export const timelineAnswer = async (bot: Bot, mission: MissionSummary): Promise<Card> =>
  timelineCard(mission, await timelineOf(bot, mission));

/** The button of a mission's card: whoever belongs to a channel that watches the mission has it drawn in its thread. */
export async function timelinePressed(bot: Bot, pressed: Pressed): Promise<Card | undefined> {
  const { actor, place, on, press } = pressed;
  if (actor.standing === 'external' || actor.standing === 'bot') return refusalCard(actor.standing);
  if (actor.standing === 'unknown') return refusalCard('unverified');
  const mission = await bot.missionControl.readMission(press.subject);
  if (!mission || !placesOf(bot, mission).some((each) => samePlace(each, place)))
    return refusalCard('not_found');
  await bot.ledger.wall.want({
    subject: `reply:${pressed.id}`,
    place,
    under: { thread: on.thread ?? on.message },
    card: await timelineAnswer(bot, mission),
    seenAt: bot.now(),
    settled: true,
    urgency: 1,
  });
  return undefined;
}

/**
 * The way a mission went, up to its end and no further, so that what is refused afterwards draws nothing anew. A report of
 * a stop waits for nothing, so a log that cannot be read leaves the picture out.
 */
export async function wayToTheEnd(bot: Bot, mission: MissionSummary): Promise<readonly Block[]> {
  try {
    const facts = await timelineOf(bot, mission);
    const end = facts.entries.findIndex(({ kind }) => kind === 'terminated');
    return timelinePicture(end < 0 ? facts : { ...facts, entries: facts.entries.slice(0, end + 1) });
  } catch (error) {
    if (!(error instanceof MissionControlError)) throw error;
    bot.log.warn({ mission: mission.s256, err: error }, 'a stop is reported without its timeline');
    return [];
  }
}

/** The latest of a mission's log, and what the reviewer and people said to it. */
async function timelineOf(bot: Bot, { s256, logEntries }: MissionSummary): Promise<TimelineFacts> {
  const entries: LogEntry[] = [];
  for (
    let after: number | undefined = Math.max(0, logEntries - pictureLimits.entries);
    after !== undefined;
  ) {
    const page: { entries: LogEntry[]; after?: number } = await bot.missionControl.readLog(s256, {
      after,
      limit: pageSize,
    });
    entries.push(...page.entries);
    after = entries.length < pictureLimits.entries ? page.after : undefined;
  }
  const { standing, accepted } = await bot.ledger.reviews.read(s256);
  const shown = entries.slice(0, pictureLimits.entries);
  return {
    entries: shown,
    all: Math.max(logEntries, shown.length),
    drift: { since: standing?.since, accepted: accepted.map(({ through }) => through) },
  };
}
