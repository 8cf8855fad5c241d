// While nobody has answered: who looks into it, who is called again, and that silence was a no.
import type { Line, SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const claimLabel = ours`I’m on it`;
export const alreadyClaimed = ours`Somebody is on it already`;
export const claimedBy = (who: Line, until: Span) =>
  line`${who} is looking into it, until ${until} at most. Anybody who may decide can still do so.`;

// Waiting.

export const reminder = (count: number) =>
  count === 1
    ? ours`Reminder: an ask still waits for a decision`
    : ours`Reminder: ${count} asks still wait for a decision`;
export const escalatedReminder = ours`Nobody has answered yet: please decide`;
export const reminderOver = ours`Reminder, no longer needed`;
export const nothingWaitsOfThese = line`What this reminded of is settled. The cards say how.`;
export const silenceDenies = line`What nobody answers is denied.`;
export const escalated = ours`Nobody has answered`;
export const nobodyAnsweredYet = (until: Span) =>
  line`This is shown here because nobody has answered it in its own channel. Without an answer it is denied at ${until}.`;
export const unanswered = ours`Denied: nobody answered`;
export const deniedBySilence = (agent: Span, what: SafeText, at: Span, times: number) =>
  times === 1
    ? line`The agent ${agent} asked for a decision (${{ kind: 'plain', text: what }}). Nobody answered before ${at}, so it was denied.`
    : line`The agent ${agent} asked ${times} times for a decision (${{ kind: 'plain', text: what }}). Nobody answered, the last time before ${at}, so each was denied.`;
