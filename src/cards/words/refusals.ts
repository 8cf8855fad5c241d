// Why something was not done.
import type { Line, SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const refusalTitle = ours`Not done`;
export const delayedTitle = ours`Not done yet`;
export const delayed = line`The Person Server or the chat could not be reached. What you did is kept and tried again; the card shows when it has counted.`;
export const settledTitle = ours`Already decided`;
export const refusals = {
  not_an_approver: line`You are not an approver for this. Nothing was decided.`,
  excluded: line`The agent acts for you here, and the rule wants somebody else to decide. Nothing was decided.`,
  already_voted: line`You, or somebody who decides for you, have approved this already. It waits for others.`,
  other_reach: line`Others approved this with another reach. Approve it as they did, or deny it.`,
  changes_alone: line`Several people approve this, so nobody changes it alone. Deny it, or ask the agent for less. Nothing was decided.`,
  delegation_off: line`The operator’s rules let nobody decide for somebody else. Nothing was changed.`,
  not_a_delegate: line`The operator’s rules do not let that person decide for others. Nothing was changed.`,
  delegate_is_self: line`You decide for yourself anyway. Nothing was changed.`,
  delegation_over: line`That time is over already. Nothing was changed.`,
  delegation_too_long: line`That is longer than the operator’s rules allow. Nothing was changed.`,
  said_otherwise: line`You have said otherwise since. Who decides for you was not changed by these words.`,
  may_not_stop: line`You may not stop this mission. It goes on.`,
  cannot_complete: line`This Person Server ends a mission as done only when its agent proposes that. Nothing was done; “stop” ends it.`,
  may_not_keep: line`Whether this mission goes on is for its person to say, and for whoever may stop it. Nothing changed.`,
  may_not_hold: line`You may not hold or release this mission. Nothing changed.`,
  on_hold: line`This mission is on hold, so nothing under it is approved. Denying still works. Say “release” in its thread first.`,
  may_not_see: line`This is not shown to you here.`,
  unknown_person: line`The operator’s list does not know your account here, so you cannot decide or stop anything.`,
  guest: line`Guests never decide and never stop anything.`,
  external: line`People of another organisation never decide and never stop anything.`,
  bot: line`Bots never decide and never stop anything.`,
  unverified: line`Your account could not be checked just now, so nothing was done. Please try again.`,
  wrong_place: line`This channel does not oversee that mission. Nothing was done.`,
  shared_place: line`Outsiders can read this channel. Nothing is decided or stopped from here.`,
  not_whole: line`What you sent was not complete, so nothing was done. Please open the form again.`,
  not_found: line`This ask or mission is not known any more. Nothing was done.`,
  question_waits: line`Another question waits for this agent’s next ask already. Yours was not kept.`,
  stale: line`This was answered or has changed since it was shown. Nothing was done.`,
  not_your_page: line`That page was not opened for you. Nothing was done.`,
  wrong_code: line`That is not the code the page shows. The page is closed, and nothing was decided.`,
  sign_in_refused: line`The sign-in did not hold, so nothing was done. Please try again.`,
  sign_in_unavailable: line`Nobody can sign in just now. Nothing was done. Please try again.`,
  asked_enough: line`You were asked often enough from this page. Decide in your oversight channel.`,
  unavailable: line`The Person Server could not be reached for a quarter of an hour. Nothing was decided. Please try again.`,
} as const;

export const already = (state: SafeText, who: Line | undefined, at: Span | undefined) =>
  line`Your answer came later and changed nothing. ${{ kind: 'strong', text: state }}${who ? line` by ${who}` : line``}${at ? line` at ${at}` : line``}.`;
export const changed = line`The ask changed after it was shown to you, so your answer was not taken. The card now shows the new ask; please decide on that one.`;
export const missionOver = line`The mission has ended, so this ask is void. Nothing was granted.`;
export const tooLate = (at: Span) =>
  line`This ask expired at ${at} and was denied, because nobody had answered.`;
export const noRounds = line`No further question can be put to the agent. Approve or deny it.`;
export const invalid = (detail: Span) =>
  line`The Person Server did not take the answer: ${detail}. Nothing was decided.`;
