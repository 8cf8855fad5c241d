// The card of one ask, from its first showing to its last: a mission proposal, a token, a permission, and the rest.

import { missionTitle } from '#conversation/title.ts';
import type { Mission, MissionSummary, Request } from '#mission-control/facts.ts';
import { agentSays, checked, fullText, resourceSays, toldFact, underMission, wasToDo } from './asserted.ts';
import { approvedBy, type Ballot, giver, waitingFor } from './ballot.ts';
import type { Block, Button, Card, Line, Mention, Span } from './card.ts';
import { comparison } from './comparison.ts';
import { shownByLog } from './completion.ts';
import { grounds, letThrough, type Passing } from './let-through.ts';
import { code, line, ours, strong, time } from './line.ts';
import { howEnded } from './mission-card.ts';
import { fact, factsOf, listed, note, quote, told } from './parts.ts';
import { type Past, precedents } from './precedent.ts';
import { type ReviewOnAsk, reviewOnAsk } from './review-on-ask.ts';
import { acceptedSoFar, updatesText } from './updates.ts';
import { aboutVerbs, type Offering, verbsOf } from './verbs.ts';
import { type People, person } from './who.ts';
import * as askWords from './words/ask.ts';
import * as givingWords from './words/giving.ts';
import * as passingWords from './words/let-through.ts';
import * as words from './words.ts';

/**
 * `mission` is the one the ask is made under, where the server could be asked for it. `approvers` and
 * `notified` are called once, when the card is first posted. `ballot` says how many people it takes, and who has approved.
 * `capabilities` are the server's (`describe`): what it cannot do is said on the card.
 */
export type AskFacts = {
  readonly request: Request;
  readonly mission?: MissionSummary | undefined;
  readonly people: People;
  readonly approvers: readonly Mention[];
  readonly notified?: readonly Mention[];
  readonly ballot?: Ballot | undefined;
  readonly capabilities: readonly string[];
  /** It stands for several that are asked together: what is said of their time, in place of its own and of its verbs. */
  readonly together?: Line;
  readonly background?: Background | undefined;
  /** What the reviewer says of the mission and of this ask; in a block of its own, and no part of what a decision is bound to. */
  readonly review?: ReviewOnAsk | undefined;
  /** The reviewer's own part in what became of it; absent while people can still decide. */
  readonly passing?: Passing | undefined;
};

/** What an ask is read against: the mission's latest log, and the changes accepted so far. Absent outside of missions. */
export type Background = { readonly past: Past; readonly updates: Mission['acceptedUpdates'] };

const tones: Readonly<Record<Request['state'], Card['tone']>> = {
  open: 'waiting',
  clarifying: 'waiting',
  approved: 'good',
  answered: 'good',
  denied: 'bad',
  expired: 'bad',
  failed: 'bad',
  withdrawn: 'neutral',
  voided: 'neutral',
};

/** True while a person can still decide. */
export const isOpen = ({ state }: Request) => state === 'open' || state === 'clarifying';

/** The ask as it stands. Every button carries its id and the digest of what is shown (law 2). */
export function askCard(ask: AskFacts): Card {
  const { request, people } = ask;
  const open = isOpen(request);
  const standing = letThrough(request, ask.passing) ? passingWords.title : words.standings[request.state];
  return {
    title: ours`${standing}: ${words.subjects[request.type]}`,
    tone: tones[request.state],
    blocks: [
      {
        kind: 'text',
        line: words.asking(
          request.type,
          code(request.agent.id),
          person(request.person, people),
          about(request),
        ),
      },
      ...(open ? question(ask) : answer(ask)),
    ],
    buttons: open ? verbsOf(offeringOf(ask)) : [read(request)],
    expansion: [...fullText(request, ask.mission), ...updatesText(ask.background?.updates ?? [])],
    calls: open
      ? [...ask.approvers, ...(ask.notified ?? [])]
      : letThrough(request, ask.passing)
        ? (ask.notified ?? [])
        : [],
  };
}

/** What the ask is about: the resource as the server checked it, the action, or the title of what is proposed. */
function about({ type, agentAsserted, resourceAsserted, verified }: Request): Span | undefined {
  switch (type) {
    case 'mission':
      return agentAsserted.description === undefined
        ? undefined
        : code(missionTitle(agentAsserted.description));
    case 'permission':
      return agentAsserted.action === undefined ? undefined : code(agentAsserted.action);
    case 'person_token':
    case 'auth_token':
      return verified.resource && code(verified.resource.issuer);
    case 'claims':
      return verified.told && code(verified.told.party);
    case 'payment':
      return resourceAsserted.payment && code(resourceAsserted.issuer ?? '');
    default:
      return undefined;
  }
}

function question(ask: AskFacts): Block[] {
  const { request, mission, people, capabilities, ballot, background } = ask;
  return [
    ...(ballot ? waitingFor(ballot, people) : []),
    ...(request.agent.new ? newcomer(request, people) : []),
    ...(request.previous ? [note(words.replaced)] : []),
    ...comparison(request),
    ...checked(request, people),
    { kind: 'divider' },
    ...resourceSays(request),
    ...agentSays(request),
    ...clarifications(request, people),
    { kind: 'divider' },
    ...(background ? backdrop(request, mission, background, people) : []),
    ...underMission(request, mission),
    ...(ask.review ? reviewOnAsk(ask.review) : []),
    ...(ask.together
      ? [note(ask.together)]
      : [...aboutVerbs(offeringOf(ask)).map(note), note(words.untilDenied(time(request.expiresAt)))]),
    ...(capabilities.includes('actor') ? [] : [note(words.noActor)]),
    ...(capabilities.includes('reason') ? [] : [note(words.noReason)]),
    ...(capabilities.includes('digest') ? [] : [note(words.noDigest)]),
  ];
}

/** What the ask is read against, by its kind. */
function backdrop(
  request: Request,
  mission: MissionSummary | undefined,
  { past, updates }: Background,
  people: People,
): Block[] {
  return [
    ...(request.type === 'mission_completion' && mission ? shownByLog(request, mission, past) : []),
    ...(request.type === 'mission_update' || request.type === 'mission_completion'
      ? acceptedSoFar(updates)
      : []),
    ...precedents(request, past, people),
  ];
}

const offeringOf = ({ request, capabilities, ballot }: AskFacts): Offering => ({
  request,
  capabilities,
  shared: ballot?.needs.some(({ count }) => count > 1) ?? false,
});

const newcomer = (request: Request, people: People): Block[] => [
  { kind: 'text', line: [strong(words.labels.newAgent)] },
  { kind: 'text', line: words.newAgent(person(request.person, people)) },
];

/** The latest round on the card; the earlier ones are in the full text. */
function clarifications(request: Request, people: People): Block[] {
  const last = request.clarifications.at(-1);
  if (!last) return [];
  return [
    { kind: 'text', line: [strong(words.labels.questions)] },
    { kind: 'text', line: words.askedBy(person(last.askedBy, people), time(last.askedAt)) },
    ...quote(words.labels.question, last.question),
    ...quote(words.labels.agentAnswers, last.answer),
  ];
}

function answer({ request, mission, people, ballot, passing }: AskFacts): Block[] {
  const { decision } = request;
  const reach = request.state === 'approved' && decision?.apply ? words.reaches[decision.apply] : line``;
  const settled = words.settled(request.state, {
    until: time(request.expiresAt),
    ...(decision && {
      who: giver({ by: decision.decidedBy, for: ballot?.decidedFor }, people),
      at: time(decision.decidedAt),
    }),
    ...(mission?.status === 'terminated' && { end: howEnded(mission, people) }),
  });
  return [
    { kind: 'text', line: letThrough(request, passing) ?? byPolicy(request) ?? [...settled, ...reach] },
    ...grounds(request, passing),
    ...(ballot ? approvedBy(ballot, people) : []),
    ...quote(words.labels.reason, decision?.reason),
    ...quote(words.headings.question, request.agentAsserted.question, 240),
    ...quote(askWords.given, decision?.answer),
    ...(request.type === 'mission_update'
      ? quote(words.headings.description, request.agentAsserted.description, 240)
      : []),
    ...quote(words.headings.summary, request.agentAsserted.summary, 240),
    ...factsOf(
      fact(words.facts.scope, listed(request.resourceAsserted.scope?.map(({ value }) => value))),
      request.state === 'approved' ? toldFact(request) : undefined,
      request.type === 'mission' || !mission
        ? undefined
        : told(words.facts.mission, missionTitle(mission.description)),
    ),
    ...wasToDo(request),
  ];
}

/** What nobody was asked about, and why. */
const byPolicy = ({ state, policy, decision }: Request) =>
  state === 'approved' && policy !== undefined && !decision
    ? givingWords.withoutAsking(code(policy, 200))
    : undefined;

const read = ({ id, digest }: Request): Button => ({
  label: words.buttons.read,
  press: { verb: 'read', subject: id, digest },
  style: 'plain',
});
