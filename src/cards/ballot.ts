// How far an ask that several people share has come, on every copy of its card.
import type { DecidedBy } from '#mission-control/facts.ts';
import type { Block, Line, Span } from './card.ts';
import { code, joined, line, time } from './line.ts';
import * as shared from './shared-words.ts';
import { decider, type People, person } from './who.ts';
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
    readonly excluded: string | undefined;
  }[];
  /** How far the approvals reach; the first of them said it. */
  readonly reach: 'once' | 'mission' | 'always' | undefined;
  readonly notified: readonly string[];
  readonly delegations: readonly { readonly from: string; readonly to: string; readonly until: Date }[];
  /** For whom the decision was made, where not by themselves. */
  readonly decidedFor: string | undefined;
};

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
    ...needs
      .filter(({ count }) => count > 1)
      .slice(0, 1)
      .map(({ stepUp }) => note(stepUp ? shared.howStepUp : shared.howQuorum)),
    ...[...excluded].map((id) => note(shared.noSay(person(id, people)))),
    ...delegations.map(({ from, to, until }) =>
      note(shared.decidesFor(person(to, people), person(from, people), time(until))),
    ),
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
    .map(({ count, votes, risk }) => ({
      kind: 'text',
      line: shared.progress(votes.length, count, {
        who: votes.length > 0 ? all(votes.map((vote) => giver(vote, people))) : undefined,
        reach: votes.length > 0 ? reach : undefined,
        risk: risk === undefined ? undefined : code(risk, 60),
      }),
    }));

const all = (names: readonly (Line | readonly Span[])[]) => joined(names, line`, `);
const note = (text: Line): Block => ({ kind: 'note', line: text });
