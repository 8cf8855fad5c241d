// Everything cards say of asks that the reviewer may let pass.
import type { Line, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const title = ours`Let through by the reviewer`;
export const letThroughAt = (at: Span): Line =>
  line`Let through by the reviewer at ${at}; nobody was asked. It holds this one time.`;
export const reason = ours`The reviewer’s reason, in a model’s words`;
export const missionWords = ours`The words of the mission it rests on`;
export const entries = ours`Entries`;
export const entry = (number: number): Line => line`#${number}`;
export const judgedBy = ours`Judged by`;
export const rulesAndModel = (model: Span): Line =>
  line`the rules, which found nothing against it, and ${model}`;
export const howToEnd = line`The operator lets the reviewer pass such asks. To have people asked again, hold this mission; to end it, stop it.`;
export const sampledAgreed = line`People were asked as a sample. The reviewer would have let this pass too.`;
export const sampledDisagreed = line`People were asked as a sample. The reviewer would have let this pass.`;

export const section = ours`Let through by the reviewer`;
export const none = line`nothing`;
export const passed = (agent: Span, what: Line, at: Span): Line => line`${agent}${what} at ${at}`;
export const counted = (passed: number, sampled: number): Line =>
  passed + sampled === 0 ? line`none` : line`${passed}; people were asked ${sampled} more as a sample`;
export const agreement = ours`Agreement`;
export const agreed = (agreed: number, of: number): Line =>
  of === 0
    ? line`nobody has answered a sample yet`
    : line`people agreed with the reviewer in ${agreed} of ${of}`;
export const doubtful = line`People disagree with the reviewer more than once in ten. Consider taking names out of what it lets pass.`;
export const off = {
  no_model: line`The reviewer lets nothing pass now: no model is configured. People are asked everything.`,
  no_record: line`The reviewer lets nothing pass here: this Person Server could not tell its yes from a person’s, or could take it for more than one time. People are asked everything.`,
} as const;
export const latestOnly = (count: number): Line => line`Only the latest ${count} were counted.`;
export const lately = (count: number): Line =>
  count === 1
    ? line`The reviewer let 1 ask pass in the last day; its card is in the mission’s thread.`
    : line`The reviewer let ${count} asks pass in the last day; their cards are in the missions’ threads.`;
