// Everything the reviewer's cards say.
import type { Line, SafeText, Span } from '#cards/card.ts';
import { inert } from '#cards/inert.ts';
import { line, ours } from '#cards/line.ts';

export const titles = {
  drifting: ours`Drift: the log no longer fits the mission`,
  accepted: ours`Drift accepted: a person said this is fine`,
  over: ours`Drift: the mission has ended`,
  onMission: ours`Review: nothing speaks against the mission`,
  undecided: ours`Review: undecided`,
  unread: ours`Review: not reviewed yet`,
} as const satisfies Record<string, SafeText>;

export const since = (entry: number, at: Span | undefined): Line =>
  at ? line`The drift begins at entry #${entry}, ${at}.` : line`The drift begins at entry #${entry}.`;
export const notOneItem = line`Each of these may be defensible. What counts is the pattern since the mission was approved.`;
export const reasons = ours`Why the rules flag it`;
export const model = ours`A model says (its own words; nothing follows from them by themselves)`;
export const settles = ours`What would settle it, in the model’s words`;
export const cited = ours`The entries it rests on, as the log has them`;
export const log = ours`The log`;
export const byRulesOnly = (through: number) => line`Reviewed by rules only, up to entry #${through}.`;
export const byModelToo = (through: number, model: number) =>
  line`Reviewed by rules up to entry #${through}, by a model up to entry #${model}.`;
export const modelSilent = (through: number, model: number, why: Line) =>
  line`Reviewed by rules up to entry #${through}. The model has not reviewed anything since entry #${model}: ${why}.`;
export const silences: Readonly<Record<string, Line>> = {
  away: line`it was away`,
  slow: line`it took too long`,
  rate_limited: line`it is asked too much just now`,
  rejected: line`its server does not take our questions`,
  refused: line`it did not want to answer`,
  truncated: line`its answer was cut off`,
  malformed: line`its answer made no sense`,
  budget_spent: line`the budget for it is spent until midnight UTC`,
};
export const neverReviewed = line`The reviewer has not looked at this mission yet.`;
export const acceptedBy = (who: Line, at: Span, from: number, through: number) =>
  line`${who} said at ${at} that the entries #${from} to #${through} are fine. Later reviews know it.`;
export const missionOver = line`The mission is over; there is nothing left to settle.`;
export const counts = (entries: number, silent: number, asked: number, denied: number) =>
  line`${entries === 1 ? line`1 entry` : line`${entries} entries`}: ${silent} granted silently, ${asked} granted by people, ${denied} denied or expired.`;

export const fine = ours`This is fine`;
export const onAsk = {
  drifting: (entry: number) => line`The reviewer flags this mission as drifting since entry #${entry}.`,
  undecided: line`The reviewer is undecided about this mission.`,
  onMission: line`The reviewer finds nothing that speaks against the mission so far.`,
} as const;
export const reviewer = ours`Reviewer`;

/** What a model says of one ask. The sentence before its words is ours, and says no more than which of three it chose. */
export const brief = {
  whose: ours`A model says whether this ask fits (its own words; nothing follows from them by themselves)`,
  fits: ours`It fits the mission.`,
  does_not_fit: ours`It does not fit the mission.`,
  cannot_tell: ours`It cannot tell whether this fits the mission.`,
  missionWords: ours`The words of the mission it rests that on`,
  cited: ours`The entries it points to, as the log has them`,
  uncited: line`A model read this ask and could not point to words of the mission that call for it, so its view does not count.`,
  orders: line`This ask, or an entry of the log beside it, holds text that tells its reader what to think, so what a model says of it does not count.`,
  readThrough: (entry: number) => line`The model read the ask beside the log up to entry #${entry}.`,
  silent: (why: Line) =>
    line`This ask is reviewed by rules only. The model said nothing of it that counts: ${why}.`,
} as const;

/** What the operator's rule does when the rules flag a mission. No model sets it off, and none ends it. */
export const rule = {
  who: line`The operator’s rule about drift`,
  held: line`The operator’s rule about drift put this mission on hold. People release it: somebody who may stop the mission says “release”.`,
  guarded: line`By the operator’s rule about drift nothing under this mission is granted silently any more. Every ask goes to a person, until somebody who may decide says “This is fine”.`,
  guardedNot: line`By the operator’s rule every ask would now go to a person, but this Person Server belongs to others: what it grants without asking, it still grants.`,
  guardedAsk: line`Nothing under this mission is granted silently, by the operator’s rule about drift, until somebody says that the drift is fine.`,
} as const;

/** Questions to the agent about a finding. */
export const inquiry = {
  button: ours`Ask the agent`,
  form: ours`Ask the agent`,
  submit: ours`Ask`,
  question: ours`What should the agent explain?`,
  note: line`An agent hears a person only while it waits for an answer. If nothing of it waits now, the question is kept and put to it with its next ask.`,
  asked: (who: Line, at: Span) => line`${who} asked at ${at}.`,
  waits: line`The agent waits for no answer just now, so it cannot be asked. The question is kept, and put to it with its next ask.`,
  put: (at: Span) =>
    line`It was put to the agent at ${at}, beside an ask that waits. The agent has not answered yet.`,
  answered: (at: Span) =>
    line`It was put to the agent at ${at}, beside an ask that waited, and the agent answered.`,
  changed: (at: Span) =>
    line`It was put to the agent at ${at}. The agent changed its ask instead of answering.`,
  over: line`The mission ended before the agent could be asked.`,
  dropped: line`It is not put to the agent: whoever asked has no say any more.`,
} as const;

/** What the model costs, in tokens. */
const tokens = (count: number): Span => ({ kind: 'plain', text: inert(count.toLocaleString('en')) });
export const spend = {
  mission: (used: number, most: number) =>
    line`For this mission the model took ${tokens(used)} of ${tokens(most)} tokens today.`,
  all: (used: number, most: number) =>
    line`The model took ${tokens(used)} of ${tokens(most)} tokens of the whole installation today.`,
  atTheEnd: (until: Span) =>
    line`When a budget is used up, the rules go on alone and cards say so. It is there again at ${until}.`,
  over: (until: Span) => line`A budget is used up: the rules go on alone until ${until}.`,
} as const;

/** What was done, counted from the log; and single entries. */
export const deeds = ours`What was done, counted from the log`;
export const summary = ours`What happened so far, as a model tells it (check the entries it points to)`;
export const entry = {
  title: (number: number): SafeText => ours`Entry #${number}`,
  button: (number: number): SafeText => ours`Entry ${number}`,
  buttonOf: (number: number, mission: SafeText): SafeText => ours`Entry ${number} of ${mission}`,
  gone: (number: number) => line`This mission has no entry #${number}.`,
  others: line`Say “entry” and a number in this thread to read any other entry.`,
  heading: ours`The entry, as the log has it`,
  description: ours`Said with it`,
  parameters: ours`Parameters`,
  result: ours`Result`,
  at: ours`Time`,
  kind: ours`Kind`,
  outcome: ours`Outcome`,
  source: ours`Vouched for`,
  decidedBy: ours`Decided by`,
} as const;
export const period = {
  title: ours`What happened`,
  since: (from: Span) => line`Since ${from}:`,
  between: (from: Span, to: Span) => line`From ${from} to ${to}:`,
  nothing: line`The log has no entry from that time.`,
  entries: ours`The entries, as the log has them`,
  latestOnly: (read: number) => line`There were more; this counts the latest ${read} entries.`,
  zone: (zone: Span) => line`Days begin at midnight in ${zone}.`,
} as const;
