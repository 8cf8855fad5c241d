// Which asks the reviewer may let pass in place of people. Rules over facts handed in; what a model says is no fact here,
// so nothing it says can widen them.
//
//   name     one thing an ask asks for: an action, or a scope at a resource
//   case     all that is known of an ask before anybody looks at it
//   reason   why people are asked; undefined where the reviewer may look
//   sample   asks that people answer all the same, picked so that no agent can tell which
import { createHmac } from 'node:crypto';
import { isReviewer, type LogEntry, type MissionSummary, type Request } from '#mission-control/facts.ts';
import type { Oversight, Pass, Reviewed } from '#oversight.ts';
import { neededBy } from '#oversight.ts';
import { type Matter, matterOf, rulesFor, selects } from './matter.ts';
import { reachOf } from './reversible.ts';

export type Reason =
  | 'not_named'
  | 'out_of_reach'
  | 'no_record'
  | 'no_mission'
  | 'mission_over'
  | 'on_hold'
  | 'drifting'
  | 'new_agent'
  | 'through_others'
  | 'asks_for_more'
  | 'new_resource'
  | 'wants_a_person'
  | 'person_wants_to_be_asked'
  | 'several_people'
  | 'refused_before'
  | 'doubted_before'
  | 'people_are_in_it'
  | 'too_late'
  | 'enough_for_now';

/** One ask that was looked at before, under the same mission. */
export type Looked = {
  readonly requestId: string;
  readonly names: readonly string[];
  /** The reviewer would have let it pass. */
  readonly fits: boolean;
};

export type Case = {
  readonly oversight: Oversight;
  readonly request: Request;
  readonly mission: MissionSummary | undefined;
  /** The whole log of the mission, in order. */
  readonly entries: readonly LogEntry[];
  /** What the Person Server can do. */
  readonly capabilities: readonly string[];
  readonly onHold: boolean;
  /** Somebody has a question for the agent, and waits for its next ask to put it. */
  readonly isToBeAsked: boolean;
  /** How the mission stood at its last review; undefined before the first. */
  readonly standing: 'on_mission' | 'undecided' | 'drifting' | undefined;
  /** The Person Server grants by itself what an approved mission covers: what it asks all the same wants a person. */
  readonly grantsSilently: boolean;
  readonly looked: readonly Looked[];
  /** How many the reviewer would have let pass already, under this mission and today. */
  readonly yeses: { readonly mission: number; readonly day: number };
  readonly now: Date;
};

/** Without these a server could not say who decided, or could take a yes to another ask, or to more than this one time. */
export const neededCapabilities = ['actor', 'digest', 'narrow', 'log_denials'] as const;

/** People need this long with an ask that comes to them after all. */
const leftForPeopleMs = 60_000;
/** An ask from the future is a clock gone wrong. */
const clockMs = 2_000;

/** What an ask asks for, by names that the operator can have written; none where it is of a kind that nobody hands over. */
export function namesOf({ type, verified, resourceAsserted, agentAsserted }: Request): readonly string[] {
  if (type === 'permission') return agentAsserted.action === undefined ? [] : [agentAsserted.action];
  const resource = verified.resource?.issuer;
  if (type !== 'auth_token' || resource === undefined) return [];
  return (resourceAsserted.scope ?? []).map(({ value }) => `${resource} ${value}`);
}

/** Whether the operator wrote down every name of an ask, for this person and this agent. It says nothing else of the ask. */
export function isHandedOver({ reviewed }: Oversight, request: Request): boolean {
  const names = namesOf(request);
  if (!reviewed || names.length === 0) return false;
  const passes = reviewed.passes.filter((pass) => selects(pass.for, matterOf(request)));
  return names.every((name) => passes.some((pass) => writtenIn(pass, request).includes(name)));
}

const writtenIn = (pass: Pass, { type }: Request): readonly string[] =>
  'actions' in pass
    ? type === 'permission'
      ? pass.actions
      : []
    : type === 'auth_token'
      ? pass.resources.flatMap((resource) => pass.scopes.map((scope) => `${resource} ${scope}`))
      : [];

/** Until when an ask is kept from people while the reviewer looks; the past where there is nothing to wait for. */
export function lookEnds(oversight: Oversight, request: Request, now: Date): Date {
  const { reviewed } = oversight;
  if (!reviewed || !isHandedOver(oversight, request)) return new Date(0);
  const openedAt = request.openedAt.getTime();
  return new Date(openedAt > now.getTime() + clockMs ? 0 : openedAt + reviewed.waitMs);
}

/** Why people are asked, whatever a model would say; undefined where the reviewer may look at the ask. */
export function whyPeople(facts: Case): Reason | undefined {
  const { oversight, request, mission, capabilities, now } = facts;
  const { reviewed } = oversight;
  if (!reviewed || !isHandedOver(oversight, request)) return 'not_named';
  if (namesOf(request).some((name) => reachOf(name.split(' ').at(-1) ?? '') === 'never'))
    return 'out_of_reach';
  if (neededCapabilities.some((each) => !capabilities.includes(each))) return 'no_record';
  if (!mission || mission.s256 !== request.missionS256 || mission.person !== request.person)
    return 'no_mission';
  if (mission.status !== 'active' || (mission.expiresAt && mission.expiresAt <= now)) return 'mission_over';
  if (facts.onHold) return 'on_hold';
  if (facts.standing === 'drifting' || facts.standing === 'undecided') return 'drifting';
  if (request.agent.new || request.agent.id !== mission.agent.id || request.agent.iss !== mission.agent.iss)
    return 'new_agent';
  if (request.agent.parent !== undefined || (request.verified.chain ?? []).length > 0)
    return 'through_others';
  return whyThisAsk(facts, reviewed, mission);
}

function whyThisAsk(facts: Case, reviewed: Reviewed, mission: MissionSummary): Reason | undefined {
  const { oversight, request, entries, now } = facts;
  const { resourceAsserted, verified } = request;
  const resource = verified.resource?.issuer;
  if (
    resourceAsserted.budget !== undefined ||
    resourceAsserted.interaction !== undefined ||
    resourceAsserted.account !== undefined ||
    verified.told !== undefined ||
    (resourceAsserted.issuer !== undefined && resourceAsserted.issuer !== resource)
  )
    return 'asks_for_more';
  if (request.type === 'auth_token' && !(verified.resource?.known && isApproved(resource, mission, entries)))
    return 'new_resource';
  if (facts.grantsSilently && isCovered(request, mission)) return 'wants_a_person';
  const person = oversight.people.find(({ id }) => id === request.person);
  if (person?.silentGrants !== 'approved') return 'person_wants_to_be_asked';
  if (wantsSeveral(oversight, matterOf(request))) return 'several_people';
  if (isRefusedBefore(request, entries)) return 'refused_before';
  const names = namesOf(request);
  const again = facts.looked.filter(
    (each) => each.requestId !== request.id && each.names.some((name) => names.includes(name)),
  );
  // Whoever was doubted once does not get to try other words on the model.
  if (again.some(({ fits }) => !fits)) return 'doubted_before';
  if (request.state !== 'open' || request.rounds.used > 0 || request.clarifications.length > 0)
    return 'people_are_in_it';
  if (request.previous || facts.isToBeAsked) return 'people_are_in_it';
  if (
    lookEnds(oversight, request, now) <= now ||
    request.expiresAt.getTime() - now.getTime() < reviewed.waitMs + leftForPeopleMs
  )
    return 'too_late';
  const { yeses } = facts;
  return yeses.mission >= reviewed.perMission || yeses.day >= reviewed.perDay ? 'enough_for_now' : undefined;
}

/** People let the agent go there: with the mission itself, or when it asked to, under this mission. */
const isApproved = (
  resource: string | undefined,
  { approvedResources = [] }: MissionSummary,
  entries: readonly LogEntry[],
) =>
  resource !== undefined &&
  (approvedResources.includes(resource) ||
    entries.some(
      (entry) =>
        (entry.kind === 'person_token' || entry.kind === 'auth_token') &&
        entry.resource === resource &&
        entry.outcome === 'granted' &&
        entry.decidedBy?.person !== undefined &&
        !isReviewer(entry.decidedBy),
    ));

/** The mission itself covers it. */
const isCovered = ({ type, verified, agentAsserted }: Request, mission: MissionSummary) =>
  type === 'permission'
    ? (mission.approvedTools ?? []).some(({ name }) => name === agentAsserted.action)
    : (mission.approvedResources ?? []).includes(verified.resource?.issuer ?? '');

/** The operator wants more than one person's plain yes: several, somebody left out, or a word of warning on the card. */
export const wantsSeveral = (oversight: Oversight, matter: Matter) =>
  rulesFor(oversight, matter, 'approve').some(
    (rule) =>
      rule !== undefined && (neededBy(rule) > 1 || rule.exclude || rule.stepUp || rule.risk !== undefined),
  );

const badEnds = new Set(['denied', 'expired', 'withdrawn', 'voided', 'failed', 'refused']);

/** The same was asked before under this mission, and nobody said yes to it. */
const isRefusedBefore = (request: Request, entries: readonly LogEntry[]) =>
  entries.some(
    (entry) =>
      entry.requestId !== request.id &&
      (badEnds.has(entry.outcome ?? '') || entry.kind === 'refused' || entry.kind === 'withdrawn') &&
      isAbout(request, entry),
  );

function isAbout(request: Request, { action, resource, scope }: LogEntry): boolean {
  if (request.type === 'permission') return action !== undefined && action === request.agentAsserted.action;
  if (resource === undefined || resource !== request.verified.resource?.issuer) return false;
  const values = scope?.split(/[\s,]+/);
  // A refusal that names no scope was about the resource as a whole.
  return !values || namesOf(request).some((name) => values.includes(name.slice(resource.length + 1)));
}

/**
 * Whether people answer this ask all the same: `share` of all ids, by a keyed hash, so that whoever does not know `salt`
 * cannot tell one ask from another, and an ask that is changed or looked at again is not drawn again.
 */
export function isSampled(requestId: string, salt: string, share: number): boolean {
  const drawn = createHmac('sha256', salt).update(requestId).digest().readUInt32BE(0);
  return drawn < share * 2 ** 32;
}
