import { leftCard } from '#cards/left-card.ts';
import type { Place } from '#chat/chat.ts';
import { samePlace } from '#ledger/wall.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import { type Matter, matterOf, missionMatter } from '#policy/matter.ts';
import { channelsFor } from '#policy/policy.ts';
import { isEscalationPlace } from '#policy/waiting.ts';
import type { Bot } from './bot.ts';

/** What hangs in channels because they oversee; answers and private words stay as they were said. */
const overseen = /^(?:mission|request|apart|alarm|answer|hold|stale|stop|remind|escalate|unanswered|drift):/;

type Row = {
  readonly subject: string;
  readonly place: Place;
  readonly requestId: string | undefined;
  readonly missionS256: string | undefined;
};

/** What a round has read by then: what it looked at is not read again for each of its cards. */
type Read = {
  readonly missions: ReadonlyMap<string, MissionSummary>;
  readonly requests: ReadonlyMap<string, Matter>;
};

/**
 * Takes down what a card shows at a place that oversees it no more, because the operator's rules have changed: nobody
 * repaints it there, and its buttons would look alive. False where it hangs rightly.
 */
export async function leave(bot: Bot, row: Row, read: Read): Promise<boolean> {
  const seenAt = bot.now();
  if (!overseen.test(row.subject) || (await isRight(bot, row, read))) return false;
  const { subject, place, requestId, missionS256 } = row;
  const changed = await bot.ledger.wall.want({
    subject,
    place,
    ...(missionS256 !== undefined && { missionS256 }),
    ...(requestId !== undefined && { requestId }),
    card: leftCard(),
    seenAt,
    settled: true,
    urgency: 0,
  });
  if (changed) bot.log.info({ subject, place }, 'no longer overseen here');
  return true;
}

async function isRight(
  bot: Bot,
  { place, requestId, missionS256 }: Row,
  { missions, requests }: Read,
): Promise<boolean> {
  const { oversight, missionControl } = bot;
  const channel = oversight.channels.find((each) => samePlace(each.place, place));
  if (channel?.oversees === 'everyone') return true;
  const isOverseen = (matter: Matter) => channelsFor(oversight, matter).some((each) => each === channel);
  if (!channel) return false;
  const asked = requestId ? (requests.get(requestId) ?? (await matterAsked(bot, requestId))) : undefined;
  if (asked) return isOverseen(asked) || isEscalationPlace(oversight, asked, place);
  const mission = missionS256
    ? (missions.get(missionS256) ?? (await missionControl.readMission(missionS256)))
    : undefined;
  // Of what is not known any more nothing can be said.
  return !mission || isOverseen(missionMatter(mission));
}

async function matterAsked({ missionControl }: Bot, requestId: string): Promise<Matter | undefined> {
  const request = await missionControl.readRequest(requestId);
  return request && matterOf(request);
}
