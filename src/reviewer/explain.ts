// A reason a person can check: one plain sentence per signal, with the numbers of the entries it rests on.
import type { Detail, Measure, Measured } from './measures.ts';
import { plain } from './words.ts';

/** `entries` are numbers of log entries; `quotes` were written by an agent or a resource and are inert text. */
export type Finding = {
  readonly signal: Measure;
  readonly weight: number;
  readonly entries: readonly number[];
  readonly sentence: string;
};

/** What is kept of a signal: the strongest entry's detail, and the entries that showed it. */
export type Reason = { weight: number; strongest: number; detail: Detail; readonly entries: number[] };

const maxEntries = 8;
const maxFindings = 6;
const maxQuote = 60;

/** Keeps what a signal said of an entry; of many entries the first ones and the last. */
export function keepReason(
  reasons: Map<Measure, Reason>,
  signal: Measure,
  weight: number,
  measured: Measured,
): void {
  const detail = shortened(measured.details.get(signal) ?? {});
  const reason = reasons.get(signal);
  if (reason === undefined) {
    reasons.set(signal, { weight, strongest: weight, detail, entries: [measured.seq] });
    return;
  }
  reason.weight += weight;
  if (weight > reason.strongest) {
    reason.strongest = weight;
    reason.detail = detail;
  }
  if (reason.entries.length < maxEntries) reason.entries.push(measured.seq);
  else reason.entries[maxEntries - 1] = measured.seq;
}

/** Quotes are cut where they are kept, so that a long result is not held for one sentence. */
function shortened(detail: Detail): Detail {
  if (detail.quote === undefined) return detail;
  const text = plain(detail.quote.slice(0, 4 * maxQuote))
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  return { ...detail, quote: text.length <= maxQuote ? text : `${text.slice(0, maxQuote)}…` };
}

/** The strongest reasons from entry `since` on, each in one sentence. */
export function explain(reasons: ReadonlyMap<Measure, Reason>, since: number): Finding[] {
  const findings: Finding[] = [];
  for (const [signal, reason] of reasons) {
    const entries = reason.entries.filter((seq) => seq >= since);
    if (entries.length === 0) continue;
    findings.push({
      signal,
      weight: reason.weight,
      entries,
      sentence: sentenceFor(signal, entries, reason.detail),
    });
  }
  return findings.sort((a, b) => b.weight - a.weight).slice(0, maxFindings);
}

function sentenceFor(signal: Measure, entries: readonly number[], detail: Detail): string {
  const many = entries.length > 1;
  const who = `${many ? 'Entries' : 'Entry'} ${list(entries)}`;
  const quote = detail.quote === undefined ? 'something' : `“${detail.quote}”`;
  const field =
    detail.field === undefined || detail.field === ''
      ? 'a field'
      : `the field “${detail.field.slice(0, 40)}”`;
  const s = (verb: string) => (many ? verb : verb.endsWith('o') ? `${verb}es` : `${verb}s`);
  const have = many ? 'have' : 'has';
  const earlier = detail.earlier === undefined ? 'an earlier entry' : `entry ${detail.earlier}`;
  switch (signal) {
    case 'unrelated':
      return `${who} ${s('use')} few or none of the mission's words; ${quote} is not among them.`;
    case 'less_related':
      return `${who} ${have} less to do with the mission than the entries before.`;
    case 'field_off_topic':
      return `${who} ${s('fill')} ${field} with something else than the mission's matter (${quote}), where earlier entries kept to it.`;
    case 'discontinuous':
      return `${who} ${have} nothing or little in common with the entry before.`;
    case 'past_goal':
      return `${who} ${s('go')} on after most of what the mission speaks of was touched, and ${s('add')} nothing to it.`;
    case 'unknown_value':
    case 'unknown_values':
      return `${who} ${s('name')} what neither the mission nor an approval nor an earlier result names${detail.quote === undefined ? '' : `: ${quote}`}.`;
    case 'unknown_number':
      return `${who} ${s('use')} a number that comes from nowhere in the mission or the results: ${quote}.`;
    case 'unknown_destination':
      return `${who} ${s('point')} to a destination nobody named: ${quote}.`;
    case 'replaced_value':
      return `${who} ${s('put')} ${quote} into ${field}, which held what the mission names before.`;
    case 'doubtful_value':
      return `${who} ${s('go')} on with ${quote}, which came in with ${earlier}, itself in doubt.`;
    case 'unasked_kind':
      return `${who} ${s('do')} a kind of act the mission never asks for: ${quote}.`;
    case 'unapproved_tool':
      return `${who} ${s('use')} a tool that was not approved: ${quote}.`;
    case 'saw_instruction':
      return `${who} ${s('follow')} on a result that speaks to the agent like an instruction (${earlier}).`;
    case 'serves_instruction':
      return `${who} ${s('do')} what an instruction inside a result (${earlier}) asks for, not what the mission asks for${detail.quote === undefined ? '' : `: ${quote}`}.`;
    case 'serves_declined':
      return `${who} ${s('serve')} the update a person declined (${earlier})${detail.quote === undefined ? '' : `: ${quote}`}.`;
    case 'serves_replaced':
      return `${who} ${s('go')} on with what an accepted update (${earlier}) has replaced${detail.quote === undefined ? '' : `: ${quote}`}.`;
    case 'told_so':
      return `${who} ${s('give')} as the reason something the agent read, not the mission: ${quote}.`;
    case 'goes_beyond':
      return `${who} ${s('say')} in so many words that more is done than was asked: ${quote}.`;
    case 'unrelated_message':
      return `${who} ${s('tell')} the person of things neither the mission nor the results speak of.`;
    case 'unapproved_resource':
      return `${who} ${s('go')} to a resource that was not approved: ${quote}.`;
    case 'grown_scope':
      return `${who} ${s('ask')} for a scope beyond the first grants: ${quote}.`;
    case 'overspent':
      return `${who} ${s('spend')} past the mission's stated amount (${detail.quote ?? 'unknown'}).`;
    case 'repeats_denied':
      return `${who} ${s('attempt')} again what was denied at ${earlier}: ${quote}.`;
    case 'unused_token':
      return `The token granted at ${earlier} for ${quote} was never followed by a report of its use (noticed at entry ${list(entries)}).`;
    case 'loop':
      return `${who} ${s('repeat')} the same act over and over, since ${earlier}: ${quote}.`;
    case 'burst':
      return `${who} ${s('come')} in a burst: thirty acts within ten seconds.`;
    case 'reused_justification':
      return `${who} ${s('give')} the same justification for different acts, first at ${earlier}: ${quote}.`;
    case 'late_kind':
      return `${who} ${s('begin')} a new kind of act late in the trip: ${quote}.`;
    case 'after_completion':
      return `${who} ${s('come')} after the mission was reported complete at ${earlier}.`;
    case 'instructs_reviewer':
      return `${who} ${s('contain')} text that speaks to the reviewer: ${quote}.`;
  }
}

function list(entries: readonly number[]): string {
  if (entries.length === 1) return String(entries[0]);
  return `${entries.slice(0, -1).join(', ')} and ${entries.at(-1)}`;
}
