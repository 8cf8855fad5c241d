// Everything the reviewer's cards say. A translation is this file and `words.ts`.
import type { Line, SafeText, Span } from './card.ts';
import { line, ours } from './line.ts';

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
export const whose: Readonly<Record<'person_server' | 'agent' | 'person', SafeText>> = {
  person_server: ours`seen by the Person Server`,
  agent: ours`said by the agent`,
  person: ours`done by a person`,
};

export const byRulesOnly = (through: number) => line`Reviewed by rules only, up to entry #${through}.`;
export const byModelToo = (through: number, model: number) =>
  line`Reviewed by rules up to entry #${through}, by a model up to entry #${model}.`;
export const modelSilent = (through: number, model: number, why: Span) =>
  line`Reviewed by rules up to entry #${through}. The model has not reviewed anything since entry #${model} (${why}).`;
export const neverReviewed = line`The reviewer has not looked at this mission yet.`;
export const acceptedBy = (who: Line, at: Span, from: number, through: number) =>
  line`${who} said at ${at} that the entries #${from} to #${through} are fine. Later reviews know it.`;
export const missionOver = line`The mission is over; there is nothing left to settle.`;
export const counts = (entries: number, silent: number, asked: number, denied: number) =>
  line`${entries} entries: ${silent} silent grants, ${asked} granted by people, ${denied} denied or expired.`;

export const fine = ours`This is fine`;
export const onAsk = {
  drifting: (entry: number) => line`The reviewer flags this mission as drifting since entry #${entry}.`,
  undecided: line`The reviewer is undecided about this mission.`,
  onMission: line`The reviewer finds nothing that speaks against the mission so far.`,
} as const;
export const reviewer = ours`Reviewer`;
