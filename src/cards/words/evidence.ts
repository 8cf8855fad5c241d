// Who vouches for a line about what happened: one vocabulary for every card.
import type { Line, SafeText } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';
import type { LogEntry } from '#mission-control/facts.ts';

export const vouched: Readonly<Record<LogEntry['source'], SafeText>> = {
  person_server: ours`seen by the Person Server`,
  agent: ours`said by the agent`,
  person: ours`said by a person`,
};

/** A line about what happened, with the one who vouches for it. */
export const vouchedLine = (said: Line, source: LogEntry['source']): Line =>
  line`${said} (${{ kind: 'plain', text: vouched[source] }})`;
