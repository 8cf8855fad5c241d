import type { Card, Press } from '#cards/card.ts';
import { entryCard, noEntryCard } from '#cards/entry-card.ts';
import type { Actor, Place } from '#chat/chat.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import { missionMatter } from '#policy/matter.ts';
import { maySee } from '#policy/policy.ts';
import type { Bot } from './bot.ts';
import { numberedEntries } from './finding.ts';
import { readCard } from './look.ts';

/** One entry of a mission's log, whole. */
export async function entryAnswer(bot: Bot, mission: MissionSummary, number: number): Promise<Card> {
  const [entry] = await numberedEntries(bot, mission.s256, [number]);
  return entry ? entryCard(mission, entry) : noEntryCard(mission, number);
}

/**
 * The entry behind a press, for the one who pressed alone: for whoever may see the mission where they press, or may be told
 * of it in private. To everybody else it is not there.
 */
async function openEntry(
  bot: Bot,
  actor: Actor,
  place: Place,
  { subject, choice }: { readonly subject: string; readonly choice: string },
): Promise<Card | undefined> {
  const mission = /^[1-9]\d{0,8}$/.test(choice) ? await bot.missionControl.readMission(subject) : undefined;
  if (!mission) return undefined;
  const matter = missionMatter(mission);
  const sees = [false, true].some((alone) =>
    maySee({ oversight: bot.oversight, actor, place, private: alone, matter }),
  );
  return sees ? await entryAnswer(bot, mission, Number(choice)) : undefined;
}

/** What a press of `read` opens: the text behind a card, or the one thing its choice names; with `back`, the card again. */
export async function openText(
  bot: Bot,
  actor: Actor,
  place: Place,
  { subject, choice }: Press,
  back?: string,
): Promise<Card | undefined> {
  if (choice === undefined) return await readCard(bot, place, subject);
  if (back !== undefined) return (await bot.ledger.wall.behind(place, back))?.wanted;
  return await openEntry(bot, actor, place, { subject, choice });
}
