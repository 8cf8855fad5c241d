// The live card of a mission: the root of its thread, from the approval to the end.
// Until then the root is the card of the proposal, which is an ask like any other (`ask-card.ts`).

import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import { money } from './asserted.ts';
import { approvers, type Ballot } from './ballot.ts';
import type { Block, Card } from './card.ts';
import { holdButton } from './hold-card.ts';
import { code, line, time } from './line.ts';
import { called, fact, factsOf, full, lines, listed, quote, told } from './parts.ts';
import { stopButton } from './stop-card.ts';
import { decider, type People, person } from './who.ts';
import * as givingWords from './words/giving.ts';
import { timeline } from './words/picture.ts';
import * as words from './words.ts';

/** `approval` is the decision on the proposal, where the server knows it. */
export type MissionFacts = {
  readonly mission: MissionSummary;
  readonly approval?: Request['decision'] | undefined;
  /** Whose approvals the proposal took, where several or somebody else’s say were needed. */
  readonly ballot?: Ballot | undefined;
  readonly people: People;
};

/**
 * The mission as it stands. Its buttons carry the whole `s256` and no digest: a press without a digest is about a
 * mission, one with a digest about an ask.
 */
export function missionCard(facts: MissionFacts): Card {
  const { mission } = facts;
  const active = mission.status === 'active';
  return {
    title: missionStanding(mission),
    tone: active ? 'good' : 'neutral',
    blocks: [
      { kind: 'text', line: [code(missionTitle(mission.description))] },
      ...missionFacts(facts),
      ...quote(words.labels.approvedText, mission.description),
      ...(active ? [{ kind: 'note', line: words.howToStop } as const] : []),
    ],
    buttons: [
      ...(active ? [stopButton(mission.s256), holdButton(mission.s256)] : []),
      { label: words.buttons.read, press: { verb: 'read', subject: mission.s256 }, style: 'plain' },
      { label: timeline.button, press: { verb: 'timeline', subject: mission.s256 }, style: 'plain' },
    ],
    expansion: missionText(mission),
    calls: [],
  };
}

/** The state of a mission as a title. */
export const missionStanding = ({ status, terminationReason }: MissionSummary) =>
  status === 'active' ? words.missionActive : words.endedTitle(terminationReason);

/** Why, by whom and when a mission ended, as far as the server says. */
export const howEnded = (
  { terminatedBy, terminatedAt, terminationReason: reason }: MissionSummary,
  people: People,
) =>
  words.endedBy(
    words.ending(reason, code(reason ?? '', 60)),
    terminatedBy && decider(terminatedBy, people),
    terminatedAt && time(terminatedAt),
  );

const budgetsShown = 4;

/** What is to be known of a mission at a glance. */
export function missionFacts({ mission, approval, ballot, people }: MissionFacts): Block[] {
  const approver = approval && approvers(approval, people, ballot);
  return factsOf(
    told(words.facts.missionId, shortId(mission.s256)),
    told(words.facts.agent, mission.agent.id),
    fact(words.facts.person, [person(mission.person, people)]),
    fact(words.facts.approved, words.approvedBy(approver, time(mission.approvedAt))),
    mission.status === 'terminated'
      ? fact(words.facts.ended, howEnded(mission, people))
      : fact(words.facts.expires, mission.expiresAt ? [time(mission.expiresAt)] : words.noExpiry),
    fact(
      words.facts.approvedTools,
      listed(mission.approvedTools?.map(({ name }) => name)) ?? words.nothingApprovedYet,
    ),
    fact(words.facts.approvedResources, listed(mission.approvedResources) ?? words.nothingApprovedYet),
    ...(mission.budgets ?? []).slice(0, budgetsShown).map(({ resource, account, ...spending }) => ({
      name: givingWords.facts.budget,
      value: givingWords.at(
        code(resource, 80),
        account === undefined ? undefined : code(account, 40),
        money(spending),
      ),
    })),
    mission.updates > 0 ? fact(words.facts.updates, line`${mission.updates}`) : undefined,
    fact(words.facts.openAsks, line`${mission.openRequests}`),
    fact(words.facts.liveTokens, line`${mission.liveTokens}`),
    fact(words.facts.lastActivity, [time(mission.lastActivityAt)]),
  );
}

/** The mission's text and everything approved with it, whole. */
export function missionText(mission: MissionSummary): Card['expansion'] {
  return full(
    [words.headings.mission, mission.description],
    [words.headings.approvedTools, lines(mission.approvedTools?.map(called))],
    [words.headings.approvedResources, lines(mission.approvedResources)],
    [words.headings.identity, lines([mission.agent.id, mission.agent.iss, mission.s256])],
  );
}
