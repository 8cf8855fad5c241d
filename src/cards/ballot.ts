// How far an ask that several people share has come, on every copy of its card.
import type { DecidedBy } from '#mission-control/facts.ts';
import type { Block, Line } from './card.ts';
import { code, joined, line, time } from './line.ts';
import { note } from './parts.ts';
import { decider, type People, person } from './who.ts';
import * as shared from './words/shared.ts';
import * as words from './words.ts';

/** One approval, or a decision: who gave it, and for whom, where it was not their own say. */
export type Given = { readonly by: DecidedBy; readonly for?: string | undefined };

/** What the operator's rules want of an ask, and what it has. Persons' ids. */
export type Ballot = {
  readonly needs: readonly {
    readonly count: number;
    readonly votes: readonly Given[];
    readonly risk: string | undefined;
    readonly stepUp: boolean;
    /** Approving takes a fresh sign-in. */
    readonly signIn: boolean;
    readonly excluded: string | undefined;
  }[];
  /** How far the approvals reach; the first of them said it. */
  readonly reach: 'once' | 'mission' | 'always' | undefined;
  readonly notified: readonly string[];
  readonly delegations: readonly { readonly from: string; readonly to: string; readonly until: Date }[];
  /** For whom the decision was made, where not by themselves. */
  readonly decidedFor: string | undefined;
};

/** How many names, rules or delegations a card has room for; the acts name all. */
const most = 8;

/** Whoever approved: the one who decided, or everybody whose approval it took. */
export function approvers(
  { decidedBy }: { readonly decidedBy: DecidedBy },
  people: People,
  ballot?: Ballot,
): Line {
  const voters = new Map(ballot?.needs.flatMap(({ votes }) => votes.map((vote) => [vote.by.person, vote])));
  return voters.size > 1
    ? all([...voters.values()].map((vote) => giver(vote, people)))
    : giver({ by: decidedBy, for: ballot?.decidedFor }, people);
}

/** "Jonas in Slack", or "Jonas for Maria in Slack". */
export function giver({ by, for: principal }: Given, people: People): Line {
  return principal === undefined
    ? decider(by, people)
    : shared.onBehalf(
        person(by.person, people),
        person(principal, people),
        words.by(by.via, code(by.via, 40)),
      );
}

/** What somebody should know who is about to decide. */
export function waitingFor({ needs, reach, notified, delegations }: Ballot, people: People): Block[] {
  const excluded = new Set(needs.flatMap((need) => need.excluded ?? []));
  return [
    ...progress(needs, reach, people),
    ...(needs.length > 1 ? [note(shared.everyRule)] : []),
    ...needs
      .filter(({ count }) => count > 1)
      .slice(0, 1)
      .map(({ stepUp }) => note(stepUp ? shared.howStepUp : shared.howQuorum)),
    ...(needs.some(({ signIn }) => signIn) ? [note(shared.howSignIn)] : []),
    ...[...excluded].map((id) => note(shared.noSay(person(id, people)))),
    ...(delegations.length > 0 ? [note(standing(delegations, people))] : []),
    ...(notified.length > 0 ? [note(shared.told(all(notified.map((id) => [person(id, people)]))))] : []),
  ];
}

/** Who approved, once there is nothing to wait for. */
export const approvedBy = ({ needs, reach }: Ballot, people: People): Block[] =>
  progress(
    needs.filter(({ votes }) => votes.length > 0),
    reach,
    people,
  );

/** One line for each need that one person alone cannot meet, or that is one of several. */
const progress = (needs: Ballot['needs'], reach: Ballot['reach'], people: People): Block[] =>
  needs
    .filter(({ count, risk }) => count > 1 || needs.length > 1 || risk !== undefined)
    .slice(0, most)
    .map(({ count, votes, risk }) => ({
      kind: 'text',
      line: shared.progress(votes.length, count, {
        who: votes.length > 0 ? all(votes.map((vote) => giver(vote, people))) : undefined,
        reach: votes.length > 0 ? reach : undefined,
        risk: risk === undefined ? undefined : code(risk, 60),
      }),
    }));

/** Whoever decides for somebody meanwhile. */
const standing = (delegations: Ballot['delegations'], people: People): Line =>
  joined(
    delegations
      .slice(0, most)
      .map(({ from, to, until }) => shared.decidesFor(person(to, people), person(from, people), time(until))),
    line` `,
  );

const all = (names: readonly Line[]): Line => [
  ...joined(names.slice(0, most), line`, `),
  ...(names.length > most ? shared.andOthers(names.length - most) : []),
];
