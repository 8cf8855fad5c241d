// Authority that nobody uses.
import type { Line, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const staleTitles = {
  idle: ours`Does this mission still go on?`,
  ending: ours`This mission ends soon`,
  overdue: ours`This mission is past its end`,
  said_done: ours`Is this mission done?`,
  past_goal: ours`Is this mission done?`,
} as const;
export const staleWhys = {
  idle: line`Nothing has happened under this mission for a while, and its authority is still there.`,
  ending: line`The end that was set for this mission is near. Work that remains needs a new mission, which the agent has to propose.`,
  overdue: line`The end that was set for this mission has passed, and the Person Server still calls it active.`,
  said_done: line`Its agent said that it is done, and nobody answered. Its authority is still there.`,
  past_goal: line`Its log shows work that goes on after most of what it is about was touched. Its authority is still there.`,
} as const;
export const staleChoices = line`“Keep it” if the agent still needs it; nobody asks again for a while. “It is done” ends it as completed. “End for a new one” ends it so that the agent proposes a new mission for what is left. Without an answer it stays as it is, and this is asked again.`;
export const staleFewerChoices = line`“Keep it” if the agent still needs it; nobody asks again for a while. “End for a new one” ends it so that the agent proposes a new mission for what is left. Without an answer it stays as it is, and this is asked again.`;
export const endLabels = { completed: ours`It is done`, superseded: ours`End for a new one` } as const;
export const keepMission = ours`Keep it`;
export const staleKept = ours`The mission goes on`;
export const nothingAsked = ours`Nothing was asked`;
export const notAskedAbout = (title: Span) =>
  line`Nobody asks whether ${title} should go on, so there is nothing to keep. It is active.`;
export const keptToo = (title: Span) => line`${title} goes on. It is not asked about again for a while.`;
export const staleOver = ours`Asked whether the mission goes on; no longer open`;
export const staleSettled = line`Something happened under it since, it has ended, or it was asked again.`;
export const keptBy = (who: Line, at: Span, until: Span) =>
  line`${who} kept it at ${at}. It is not asked about again before ${until}.`;
