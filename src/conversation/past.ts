// Questions about what is in a mission's log already: what was done in a time, and one entry.
import { unquoted } from './courtesy.ts';
import { meansHere, type Question, type Target } from './intent.ts';
import { periodForm, periodOf } from './moment.ts';

const happenedForms = [
  String.raw`^what (?:happened|has happened|was done|went on)(?: (?:in|under|with|at) (?<what>.+?))? (?<when>${periodForm})$`,
  String.raw`^what (?:did|has) (?<what>.+?) (?:do|did|done|been doing|been up to|got done)(?: (?:here|so far))? (?<when>${periodForm})$`,
  String.raw`^(?:summari[sz]e|review|(?:a |the )?summary of) (?<what>.+?) (?<when>${periodForm})$`,
].map((form) => new RegExp(form, 'i'));

const entryForm =
  /^(?:show(?: me)? |open |read )?(?:the )?(?:log )?(?<mark>entry )?(?<hash>#|no\.? ?|number )?(?<number>[1-9]\d{0,8})(?: (?:of|in|from|under) (?<what>.+))?$/i;

/** The question a text without its final marks asks about the past, if it asks one. */
export function past(asked: string): Question | undefined {
  for (const form of happenedForms) {
    const { what, when } = form.exec(asked)?.groups ?? {};
    const period = when === undefined ? undefined : periodOf(when);
    if (period) return { kind: 'happened', target: targetOf(what), period };
  }
  const { mark, hash, number, what } = entryForm.exec(asked)?.groups ?? {};
  // A bare number may mean anything.
  if (number === undefined || !(mark ?? hash === '#')) return undefined;
  return { kind: 'entry', target: targetOf(what), number: Number(number) };
}

/** The mission that words name; the one of the place where they name none. */
export const targetOf = (words: string | undefined): Extract<Target, { of: 'this' | 'named' }> =>
  words === undefined || meansHere(words) ? { of: 'this' } : { of: 'named', words: unquoted(words) };
