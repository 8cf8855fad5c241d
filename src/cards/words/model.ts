// Everything cards say around a model's words.
import type { Line, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const title = ours`An answer by a model`;
export const noAnswerTitle = ours`No answer`;
export const whose = ours`A model’s words. They decide nothing; check the entries they point to`;
export const lookedAt = ours`It looked at`;
export const cited = ours`The entries it points to, as the log has them`;
export const dropped = (count: number) =>
  count === 1
    ? line`1 reference led nowhere and was taken out.`
    : line`${count} references led nowhere and were taken out.`;
export const toHold = (title: Span, command: Span): Line =>
  line`One click puts ${title} on hold. Nothing is held until then; ${command} does the same.`;
export const silent: Readonly<Record<string, Line>> = {
  away: line`The model could not be reached.`,
  slow: line`The model took too long.`,
  rate_limited: line`The model is asked too much just now.`,
  rejected: line`The model’s server did not take the question. The operator should look at its settings.`,
  refused: line`The model did not want to answer.`,
  truncated: line`The model’s answer was cut off.`,
  malformed: line`The model’s answer made no sense.`,
};
export const spent = (of: 'account' | 'day', until: Span): Line =>
  of === 'day'
    ? line`The installation’s budget for the model is spent until ${until}.`
    : line`Your budget for the model is spent until ${until}.`;
export const plainStill = line`Plain commands work as ever; say ${{ kind: 'code', text: ours`help` }}.`;
export const searched = (words: Span, found: number, more: boolean): Line =>
  more ? line`missions for ${words}: the first ${found}` : line`missions for ${words}: ${found} found`;
export const allMissions = (found: number, more: boolean): Line =>
  more ? line`missions: the first ${found}` : line`missions: ${found} found`;
export const mission = (title: Span): Line => line`mission ${title}`;
export const log = (title: Span, entries: number, more: boolean): Line =>
  more ? line`the newest ${entries} entries of ${title} that fit` : line`${entriesOf(entries)} of ${title}`;
const entriesOf = (count: number): Line => (count === 1 ? line`1 entry` : line`${count} entries`);
export const waiting = (asks: number): Line =>
  asks === 1 ? line`1 waiting ask` : line`${asks} waiting asks`;
export const review = (title: Span, found: boolean): Line =>
  found ? line`the latest review of ${title}` : line`${title}, which has no review`;
