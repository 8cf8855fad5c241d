// What was decided elsewhere.
import type { SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const outsideTitle = ours`Alarm: decided outside this oversight`;
export const settledOutside = (what: SafeText, agent: Span) =>
  line`An ask of the agent ${agent} (${{ kind: 'plain', text: what }}) was settled, and nobody decided it here.`;
export const notSaid = line`the Person Server does not say by whom`;
export const outsideCanStop = line`If nobody meant this, say “stop” in this thread or press the button, and find out who else can decide at the Person Server.`;
export const outsideCheck = line`If nobody meant this, find out who else can decide at the Person Server.`;
