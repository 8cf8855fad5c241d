// Holding a mission, and releasing it.
import type { Line, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const holdButtons = { hold: ours`Hold`, release: ours`Release` } as const;
export const onHold = ours`On hold`;
export const missionOnHold = ours`Mission active, on hold here`;
export const heldBy = (who: Line, at: Span) =>
  line`${who} put this mission on hold at ${at}. Until somebody says “release”, nothing under it is approved.`;
export const askIsHeld = (who: Line, at: Span) =>
  line`The mission is on hold by ${who} since ${at}. This ask can be denied, and approved only after a release.`;
export const deadlinesGoOn = line`Deadlines go on: an ask that nobody answers is denied at its time, hold or not.`;
export const silentHeldToo = line`What the approved mission covers is asked as well now, and waits with the rest.`;
export const silentNotHeld = line`This Person Server belongs to others: what it grants without asking, it still grants. Only a stop ends that.`;
export const tokensGoOn = line`Tokens that were given out before go on working until they run out.`;
export const holdIsOurs = line`The hold is kept here. For the Person Server and the agent the mission is active.`;
export const holdReleased = ours`Hold released`;
export const holdEnded = ours`Hold over, the mission has ended`;
export const wasHeld = (who: Line, at: Span) => line`${who} put this mission on hold at ${at}.`;
export const releasedBy = (who: Line, at: Span) =>
  line`${who} released it at ${at}. Its asks can be approved again.`;
export const endedOnHold = line`It was not released before the mission ended.`;
export const holdDone = {
  held: ours`On hold`,
  released: ours`Hold released`,
  alreadyHeld: ours`Already on hold`,
  notHeld: ours`Not on hold`,
  heldSince: ours`Still on hold`,
} as const;
export const holdTold = {
  held: (title: Span, id: Span) =>
    line`${title} (${id}) is on hold. Its thread says what waits there and until when.`,
  released: (title: Span, id: Span) => line`${title} (${id}) is released. Its asks can be approved again.`,
  alreadyHeld: (title: Span, id: Span) => line`${title} (${id}) is on hold already. Nothing changed.`,
  notHeld: (title: Span, id: Span) => line`${title} (${id}) is not on hold. Nothing changed.`,
  heldSince: (title: Span, id: Span) =>
    line`${title} (${id}) was put on hold after you said so, and stays on hold. Say it again if you mean this hold too.`,
} as const;
