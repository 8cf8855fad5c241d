// What became of an ask, and how a mission ended.

import type { Line, SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';
import type { Request, TerminationReport } from '#mission-control/facts.ts';

type State = Request['state'];

/** Where a decision was made, as the end of a sentence; an unknown way in is named as it names itself. */
export function by(via: string, unknown: Span): Line {
  if (via === 'slack') return line` in Slack`;
  if (via === 'teams') return line` in Teams`;
  if (via === 'page') return line` on its page`;
  return line` elsewhere (by way of ${unknown})`;
}

/** What became of an ask. `who` and `at` come from the decision; `end` says how the mission ended, where that is known. */
export function settled(
  state: State,
  { who, at, until, end }: { who?: Line; at?: Span; until: Span; end?: Line },
): Line {
  const byWhom = who ? line` by ${who}` : line`; the Person Server does not say by whom`;
  const when = at ? line` at ${at}` : line``;
  switch (state) {
    case 'approved':
      return line`Approved${byWhom}${when}.`;
    case 'denied':
      return line`Denied${byWhom}${when}.`;
    case 'answered':
      return line`Answered${byWhom}${when}.`;
    case 'expired':
      return line`Denied: nobody answered before ${until}.`;
    case 'withdrawn':
      return line`The agent withdrew this ask before it was decided. Nothing was granted.`;
    case 'voided':
      return end
        ? line`The mission ended before this ask was decided (${end}). Nothing was granted.`
        : line`The mission ended before this ask was decided. Nothing was granted.`;
    case 'failed':
      return line`The Person Server could not carry this ask out. Nothing was granted.`;
    case 'open':
      return line`Nobody has decided yet.`;
    case 'clarifying':
      return line`A person has asked the agent a question. The decision waits for its answer.`;
  }
}

export const reaches = {
  once: line` It holds this one time.`,
  mission: line` It holds for the rest of this mission.`,
  always: line` It holds from now on.`,
} as const;

/** Why a mission ended, by the draft's termination reasons; any other is shown as the server spells it. */
export function ending(reason: string | undefined, spelled: Span): Line {
  switch (reason) {
    case 'completed':
      return line`completed`;
    case 'revoked':
      return line`stopped`;
    case 'expired':
      return line`its time ran out`;
    case 'superseded':
      return line`replaced by another mission`;
    case 'administrative':
      return line`ended by the administration`;
    case undefined:
      return line`no reason was given`;
    default:
      return line`${spelled}`;
  }
}

export function endedTitle(reason: string | undefined): SafeText {
  switch (reason) {
    case 'completed':
      return ours`Mission completed`;
    case 'revoked':
      return ours`Mission stopped`;
    case 'expired':
      return ours`Mission run out`;
    case 'superseded':
      return ours`Mission replaced by another`;
    default:
      return ours`Mission ended`;
  }
}

export const missionActive = ours`Mission active`;
export const howToStop = line`To end this mission, say “stop” to the bot in this thread or press the button.`;
export const noExpiry = line`no end is set`;
export const endedBy = (why: Line, who: Line | undefined, at: Span | undefined) =>
  line`${why}${who ? line`, by ${who}` : line``}${at ? line`, at ${at}` : line``}`;
export const approvedBy = (who: Line | undefined, at: Span) =>
  who ? line`by ${who} at ${at}` : line`at ${at}`;

export const revocations: Readonly<Record<TerminationReport['tokens'][number]['revocation'], Line>> = {
  acknowledged: line`the resource confirmed the revocation`,
  sent: line`the resource was told, and has not confirmed`,
  failed: line`the resource could not be told`,
  no_endpoint: line`the resource takes no revocations, so it runs out by itself`,
};
