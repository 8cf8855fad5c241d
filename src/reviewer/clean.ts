// Whether the rules have nothing to say against an ask, up to the newest entry of its mission's log. Stricter than a
// review: a review tells people that a trip wanders, this says that nobody need look.
import { isReviewer, type LogEntry } from '#mission-control/facts.ts';
import { acceptDrift, observe, openTrail, verdict } from './drift.ts';
import { type MissionFacts, readEntry } from './entry.ts';
import { ungrounded } from './grounding.ts';
import type { Measure } from './measures.ts';
import { ordersOf } from './model/lines.ts';
import { textsOf } from './reading.ts';

/** Why an ask is not clean: the log as a whole, or what the ask itself says. */
export type Objection = 'drifting' | 'orders' | 'unlogged' | 'ungrounded' | Measure;

export type Inspected = {
  /** The ask's own entry; 0 where there is none. */
  readonly own: number;
  readonly objections: readonly Objection[];
};

/** `texts` is everything that anybody says for the ask, `parameters` what it passes along. */
export type AskInspected = {
  readonly requestId: string;
  readonly texts: readonly string[];
  readonly parameters: unknown;
};

/** What an ask is expected to show: it asks for something the mission did not list, in words the mission need not have. */
const expected: ReadonlySet<Measure> = new Set<Measure>([
  'unrelated',
  'less_related',
  'field_off_topic',
  'discontinuous',
  'past_goal',
  'late_kind',
  'unapproved_tool',
  'grown_scope',
  'unused_token',
]);

const longestText = 16_000;

/**
 * Follows a whole log, `entries` in order, and says what speaks against the ask of `requestId` in it. What people accepted
 * as fine counts from where they accepted it, by the last entry they were shown.
 */
export function inspectAsk(
  mission: MissionFacts,
  entries: readonly LogEntry[],
  accepted: readonly { readonly through: number }[],
  { requestId, texts, parameters }: AskInspected,
): Inspected {
  const trail = openTrail(mission);
  const objections = new Set<Objection>();
  const approved = [mission.description, ...mission.acceptedUpdates.map(({ description }) => description)];
  if ([...approved, ...texts].some(givesOrders)) objections.add('orders');
  approved.push(...mission.approvedTools, ...mission.approvedResources);
  const told: string[] = [];
  let own = 0;
  for (const line of entries) {
    const entry = readEntry(line);
    const observed = observe(trail, entry);
    if (accepted.some(({ through }) => through === entry.seq)) acceptDrift(trail);
    if (line.requestId === requestId && line.outcome === 'requested') {
      own = entry.seq;
      for (const { signal } of observed?.contributions ?? [])
        if (!expected.has(signal)) objections.add(signal);
      if (ungrounded(parameters, { approved, told }) !== undefined) objections.add('ungrounded');
    } else {
      if (isByPerson(line)) approved.push(...textsOf(line.parameters, longestText));
      if (line.kind === 'audit') told.push(...textsOf(line.result, longestText));
    }
    // Once a text has told the agent what to do, what it asks for next is for people to judge.
    if (isTold(line)) objections.add('orders');
  }
  if (own === 0) objections.add('unlogged');
  if (verdict(trail).kind === 'drifting') objections.add('drifting');
  return { own, objections: [...objections] };
}

const isByPerson = ({ outcome, decidedBy }: LogEntry) =>
  outcome === 'granted' && decidedBy?.person !== undefined && !isReviewer(decidedBy);

const isTold = ({ source, description, parameters, result }: LogEntry) =>
  [
    ...(source === 'person' || description === undefined ? [] : [description]),
    ...textsOf(parameters, longestText),
    ...textsOf(result, longestText),
  ].some(givesOrders);

/** More easily than a review says so: here the answer to any doubt is that people are asked. */
const givesOrders = (text: string) => ordersOf({ seq: 0, kind: 'message', text }) !== 'none';
