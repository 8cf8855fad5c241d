// What was decided elsewhere, and tokens that somebody changed.
import type { SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const outsideTitle = ours`Alarm: decided outside this oversight`;
export const settledOutside = (what: SafeText, agent: Span) =>
  line`An ask of the agent ${agent} (${{ kind: 'plain', text: what }}) was settled, and nobody decided it here.`;
export const notSaid = line`the Person Server does not say by whom`;
export const outsideCanStop = line`If nobody meant this, say “stop” in this thread or press the button, and find out who else can decide at the Person Server.`;
export const outsideCheck = line`If nobody meant this, find out who else can decide at the Person Server.`;

export const tampering = {
  title: ours`Alarm: evidence of tampering`,
  what: line`A resource’s token says something else than the token it was issued on, which the Person Server has on record. It was refused, and nothing was granted.`,
  claims: ours`Where they differ`,
  at: ours`First seen`,
  stripped: line`It leaves out or changes the mission: what it was for would not have counted under this one.`,
  canStop: line`The agent brought it, and the resource signed it. If neither can explain it, say “stop” in this thread or press the button.`,
  check: line`The agent brought it, and the resource signed it. The mission is over; ask both before they are trusted again.`,
} as const;
