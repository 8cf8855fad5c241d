// Words about identical asks that share one card.
import type { Line, SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

/** "Waiting for a decision: 3 times permission for an action". */
export const title = (standing: SafeText, count: number, subject: SafeText) =>
  count === 1 ? ours`${standing}: ${subject}` : ours`${standing}: ${count} times ${subject}`;
/** None waits any more, and not all ended alike. */
export const mixed = ours`Settled one by one`;
export const allApart = ours`Each of these has a card of its own`;

export const howMany = (waiting: number, all: number): Line =>
  waiting === 0
    ? line`The agent asked this ${all} times; what became of each stands beside it.`
    : waiting === all
      ? line`The agent has asked this ${all} times. What differs is listed; all else is the same in each.`
      : line`The agent has asked this ${all} times, and ${waiting === 1 ? line`1 waits` : line`${waiting} wait`}. What differs is listed; all else is the same in each.`;
export const eachAlone = line`Each is decided and recorded by itself. A press answers what is listed here and waits, and nothing that comes later.`;
export const votesDiffer = line`Not all have the same approvals yet; each says its own.`;
export const firstDenied = (at: Span) =>
  line`Without an answer each is denied at its own time, the first at ${at}.`;

export const number = (nth: number) => ours`${nth}`;
export const heading = (nth: number) => ours`Ask ${nth}`;
export const noDifference = ours`the same again`;
export const until = (at: Span) => line`, until ${at}`;
export const votes = (have: number, of: number, who: Line) => line`, ${have} of ${of} approved: ${who}`;
export const ended = (standing: SafeText, who: Line | undefined) =>
  line`, ${{ kind: 'strong', text: standing }}${who ? line` by ${who}` : line``}`;
export const apart = line`, has a card of its own`;

export const approveAll = (count: number, reach: 'once' | 'mission' | 'always' | undefined): SafeText => {
  const what = count === 1 ? ours`Approve it` : ours`Approve all ${count}`;
  return reach === undefined ? what : ours`${what} ${reaches[reach]}`;
};
const reaches = { once: ours`once`, mission: ours`for this mission`, always: ours`from now on` } as const;
export const denyAll = (count: number) => (count === 1 ? ours`Deny it` : ours`Deny all ${count}`);
export const denyTitle = (count: number) => (count === 1 ? ours`Deny it` : ours`Deny all of them`);
export const pick = ours`Decide one`;

export const form = {
  title: ours`Decide one of them`,
  submit: ours`Decide this one`,
  which: ours`Which one?`,
  what: ours`What about it?`,
  approve: ours`Approve it`,
  deny: ours`Deny it`,
  ask: ours`Ask the agent about it`,
  words: ours`Reason or question`,
  wordsHint: ours`Why not? Or what to ask the agent. Approving needs no words.`,
} as const;

export const partlyTitle = (done: number, all: number) => ours`${done} of ${all} are done`;
export const partly = (left: number) =>
  left === 1 ? line`For the other one:` : line`For the other ${left}, beginning with:`;
export const unlisted = line`There is no such number among the asks that wait here. Nothing was done.`;
export const unlistedTitle = ours`Which one?`;
export const howToSay = line`Or say ${{ kind: 'code', text: ours`approve all` }}, ${{ kind: 'code', text: ours`deny all` }} or ${{ kind: 'code', text: ours`deny the second` }}, by the numbers on their card.`;
