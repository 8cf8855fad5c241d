// What the reviewer reads of a mission and of its log, whichever server keeps them.
//
//   mission   the approved description, the tools and resources approved with it, the updates accepted since
//   entry     one numbered line of the log, reduced to what a judgement may rest on
//   act       something the agent says it has done; an ask is something it wants to do; a message is the agent speaking to the person
import { isReviewer, type LogEntry, type Mission } from '#mission-control/facts.ts';

export type MissionFacts = {
  readonly description: string;
  /** By name. */
  readonly approvedTools: readonly string[];
  readonly approvedResources: readonly string[];
  /** In the order they were accepted: the n-th accepted update entry of the log is the n-th of these. */
  readonly acceptedUpdates: readonly AcceptedUpdate[];
};

export type AcceptedUpdate = { readonly description: string; readonly mode: 'add' | 'replace' };

/** `atMs` is when it was logged, in milliseconds since 1970, where that is known. */
type Common = { readonly seq: number; readonly atMs?: number };

/** Who answered an ask: a person looked at it, a rule let it pass, or nobody has yet. What was done counts as granted. */
export type Answer = 'granted_by_person' | 'granted' | 'denied' | 'open';

export type Entry = Common &
  (
    | {
        readonly kind: 'act' | 'ask';
        readonly action: string;
        readonly resource?: string;
        readonly justification: string;
        readonly parameters: unknown;
        readonly result: unknown;
        readonly answer: Answer;
      }
    | {
        readonly kind: 'token';
        readonly resource?: string;
        readonly scope: string;
        readonly justification: string;
        readonly answer: Answer;
      }
    | {
        readonly kind: 'update';
        readonly description: string;
        readonly outcome: 'accepted' | 'declined' | 'open';
        readonly mode: 'add' | 'replace';
      }
    | { readonly kind: 'message' | 'completion'; readonly text: string }
    | { readonly kind: 'other' }
  );

/** The reviewer's view of a mission. `acceptedUpdates` of mission control always add: the draft's updates never replace. */
export function missionFacts(mission: Mission): MissionFacts {
  return {
    description: mission.description,
    approvedTools: (mission.approvedTools ?? []).map(({ name }) => name),
    approvedResources: mission.approvedResources ?? [],
    acceptedUpdates: mission.acceptedUpdates.map(({ description }) => ({ description, mode: 'add' })),
  };
}

/** The reviewer's view of a log entry. */
export function readEntry(entry: LogEntry): Entry {
  const { seq } = entry;
  const about = {
    ...(entry.resource === undefined ? {} : { resource: entry.resource }),
    seq,
    atMs: entry.at.getTime(),
    justification: entry.description ?? '',
    answer: answerOf(entry),
  };
  switch (entry.kind) {
    case 'audit':
    case 'permission':
    case 'payment':
      return {
        ...about,
        kind: entry.kind === 'audit' ? 'act' : 'ask',
        action: entry.action ?? entry.kind,
        parameters: entry.parameters,
        result: entry.result,
      };
    case 'person_token':
    case 'auth_token':
      return { ...about, kind: 'token', scope: entry.scope ?? '' };
    case 'update':
      return {
        seq,
        kind: 'update',
        description: entry.description ?? '',
        outcome: isGranted(entry.outcome) ? 'accepted' : isRefused(entry.outcome) ? 'declined' : 'open',
        mode: 'add',
      };
    case 'interaction':
    case 'question':
    case 'clarification':
      return entry.source === 'agent'
        ? { seq, kind: 'message', text: entry.description ?? '' }
        : { seq, kind: 'other' };
    case 'completion':
      return { seq, kind: 'completion', text: entry.description ?? '' };
    case 'mission_approved':
    case 'terminated':
    case 'revoked':
    case 'withdrawn':
    case 'refused':
      return { seq, kind: 'other' };
  }
}

function answerOf(entry: LogEntry): Answer {
  if (entry.kind === 'audit') return 'granted';
  if (isRefused(entry.outcome)) return 'denied';
  if (!isGranted(entry.outcome)) return 'open';
  // What the reviewer let pass itself is no person's word: else its own yes would be the ground for the next.
  const byPerson = entry.decidedBy?.person !== undefined && !isReviewer(entry.decidedBy);
  return byPerson ? 'granted_by_person' : 'granted';
}

const isGranted = (outcome: string | undefined) =>
  outcome === 'granted' || outcome === 'accepted' || outcome === 'approved';
const isRefused = (outcome: string | undefined) =>
  outcome === 'denied' || outcome === 'declined' || outcome === 'expired' || outcome === 'voided';
