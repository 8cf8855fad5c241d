// Stopping: the question before it, and the report that proves it.
import type { Line, SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';
import { left } from './answers.ts';

export const reportedThere = (title: Span, id: Span) =>
  line`${title} (${id}) has ended. Its thread says what became of its open asks and tokens.`;

export const stopTitles = {
  confirm: ours`Stop? Please confirm`,
  confirmed: ours`Confirmed: the stop was carried out`,
  cancelled: ours`Cancelled: nothing was stopped`,
  lapsed: ours`Lapsed: nobody confirmed, nothing was stopped`,
} as const;

/** `ended` is the title of the mission itself. `acted`: something went on under it all the same. */
export const reportTitle = (ended: SafeText, over: boolean, acted: boolean) => {
  const left = over ? ours`no authority remains` : ours`some access still runs out`;
  return acted ? ours`${ended}: activity after it, ${left}` : ours`${ended}: ${left}`;
};

export const willEnd = (count: number) =>
  count === 1
    ? line`This mission would be ended for good. Its open asks become void, and its tokens are revoked where the resource takes that.`
    : line`These ${count} missions would be ended for good. Their open asks become void, and their tokens are revoked where the resource takes that.`;
export const takenFor = (said: Span) =>
  line`You wrote ${said}. It names one mission only roughly, so it takes one click.`;
export const endingRow = (id: Span, title: Span, agent: Span, person: Span) =>
  line`${id} ${title}, by ${agent} for ${person}`;
export const tooMany = (shown: number, all: number) =>
  line`${shown} of ${all} are listed here; the full text lists every one. All ${all} would be ended.`;
export const confirmedBy = (who: Line, at: Span) => line`By ${who} at ${at}.`;
export const lapsedAt = (at: Span) => line`The question stood until ${at}.`;
export const stoppedBy = (who: Line | undefined, at: Span) =>
  who
    ? line`Stopped by ${who} at ${at}. The agent can get no new token for this mission.`
    : line`Stopped at ${at}. The agent can get no new token for this mission.`;
export const endedFor = (why: Line, at: Span) =>
  line`Ended at ${at}: ${why}. The agent can get no new token for this mission.`;
export const noneVoided = line`none was open`;
export const noTokens = line`No token was live.`;
const tokens = (count: number) => (count === 1 ? line`1 token` : line`${count} tokens`);
export const tokensUntil = (resource: Span, count: number, until: Span, minutes: number, how: Line) =>
  line`${resource}: ${tokens(count)} until ${until}, ${left(minutes)}; ${how}`;
export const tokensOver = (resource: Span, count: number, at: Span, how: Line) =>
  line`${resource}: ${tokens(count)}, over since ${at}; ${how}`;
export const ranOut = line`it has run out`;
export const tokensBeyond = (count: number) => line`${count} more in the full text`;
export const toldAt = (at: Span) => line`at ${at}`;
export const notTold = line`not yet: it learns it with its next request`;
export const closesAt = (at: Span) =>
  line`The last token expires at ${at}. Then this card says that nothing remains.`;
export const nothingRemains = (since: Span) => line`No authority remains since ${since}.`;
export const noRevocation = line`This Person Server cannot revoke tokens. They end only when they expire.`;
export const quietSince = line`nothing has happened under this mission`;
export const wentOn = (count: number) =>
  line`${{
    kind: 'strong',
    text:
      count === 1
        ? ours`Something was done for this mission after it had ended, or reported only then. Look at it:`
        : ours`${count} things were done for this mission after it had ended, or reported only then. Look at them:`,
  }}`;
export const deed = (entry: Span, at: Span, unaware: boolean) =>
  unaware ? line`${entry} at ${at}; it learned of the end with this` : line`${entry} at ${at}`;
export const tokenUsed = (entry: Span, resource: Span, at: Span) =>
  line`${entry} a token of this mission was still taken by ${resource}, seen at ${at}`;
export const wentOnTitle = ours`Alarm: activity after the end of a mission`;
export const wentOnCheck = line`Nothing more was granted for it. A token that still serves does so until it runs out, as the report of the end says: ask the resource to refuse it, and the agent’s owner why it goes on.`;
export const deedsBeyond = (count: number) => line`${count} more in the full text`;
export const triedAfter = (count: number) =>
  count === 1
    ? line`1 attempt after the stop, and it was refused`
    : line`${count} attempts after the stop, and all were refused`;
