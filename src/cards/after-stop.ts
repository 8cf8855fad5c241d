// What went on under a mission after it had ended: on the report of its end, and as an alarm of its own.
import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { MissionSummary, TerminationReport } from '#mission-control/facts.ts';
import type { Block, Card, Line, Mention } from './card.ts';
import { code, joined, line, time } from './line.ts';
import { fact, factsOf, note, text, told } from './parts.ts';
import { vouchedLine } from './words/evidence.ts';
import * as words from './words.ts';

const rowsShown = 10;

type After = Pick<TerminationReport, 'activityAfter' | 'agentToldAt'>;
type Later = TerminationReport['activityAfter'][number];

/** A refused attempt is the stop at work; anything else that comes after it is not, and neither is a token that still served. */
const isDeed = ({ kind, outcome }: Later) =>
  kind === 'refused' ? outcome === 'token_used' : outcome !== 'denied';

/** An agent that reports what it did learns with that very report that its mission is over. */
const isUnaware = ({ kind, at }: Later, { agentToldAt }: After) =>
  kind === 'audit' && agentToldAt !== undefined && at <= agentToldAt;

/** What was done after the end, or reported only then. */
export const deedsIn = ({ activityAfter }: After): readonly Later[] => activityAfter.filter(isDeed);

/** Whether people have to be called to it: a token still served, or an agent goes on that knows of the end. */
export const isAlarming = (after: After): boolean => deedsIn(after).some((deed) => !isUnaware(deed, after));

/** What was only tried, or that nothing was. */
export function triedAfterwards({ activityAfter }: After): Line {
  const attempts = activityAfter.filter((entry) => !isDeed(entry));
  if (attempts.length === 0) return words.quietSince;
  const seen = attempts
    .slice(0, rowsShown)
    .map((attempt) => vouchedLine([code(namedIn(attempt), 80)], attempt.source));
  const more = attempts.length - seen.length;
  const entries = joined(seen, line`, `);
  return line`${words.triedAfter(attempts.length)}: ${entries}${more > 0 ? words.andMore(more) : []}`;
}

/** What was done, each with who vouches for it; empty where nothing was. */
export function deedBlocks(after: After): readonly Block[] {
  const deeds = deedsIn(after);
  if (deeds.length === 0) return [];
  return [
    text(words.wentOn(deeds.length)),
    ...factsOf(
      ...deeds
        .slice(0, rowsShown)
        .map((deed) => fact(words.facts.afterwards, vouchedLine(rowOf(deed, after), deed.source))),
    ),
    ...(deeds.length > rowsShown ? [text(words.deedsBeyond(deeds.length - rowsShown))] : []),
  ];
}

function rowOf(deed: Later, after: After): Line {
  const { seq, at, outcome, resource } = deed;
  if (outcome === 'token_used' && resource !== undefined)
    return words.tokenUsed(code(`#${seq}`), code(resource, 120), time(at));
  return words.deed(code(namedIn(deed), 80), time(at), isUnaware(deed, after));
}

const namedIn = ({ seq, kind, action, outcome }: Later) =>
  ['#', seq, ' ', action ?? kind, outcome ? ` ${outcome}` : ''].join('');

/** Calls whoever may stop a mission to what went on after its end: a report that is drawn anew calls nobody. */
export const wentOnCard = (facts: {
  readonly mission: MissionSummary;
  readonly report: After;
  readonly callees: readonly Mention[];
}): Card => ({
  title: words.wentOnTitle,
  tone: 'alarm',
  blocks: [
    text([code(missionTitle(facts.mission.description))]),
    ...deedBlocks(facts.report),
    ...factsOf(told(words.facts.missionId, shortId(facts.mission.s256))),
    note(words.wentOnCheck),
  ],
  buttons: [],
  expansion: [],
  calls: facts.callees,
});
