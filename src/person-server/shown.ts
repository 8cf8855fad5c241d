import type { Selectable } from 'kysely';
import { digestOf } from '#aauth/canonical.ts';
import type { Asserted, DecidedBy, Tables } from '#person-server/tables.ts';

export type RequestRow = Selectable<Tables['request']>;
export type ClarificationRow = Selectable<Tables['clarification']>;

/** All of a request, by name: the plan of a statement that reads whatever there is cannot be kept. */
export const requestColumns = [
  'id',
  'number',
  'pending',
  'code',
  'type',
  'state',
  'digest',
  'person',
  'missionS256',
  'agentIss',
  'agentSub',
  'subagent',
  'agentNew',
  'asserted',
  'wanted',
  'previous',
  'openedAt',
  'deadline',
  'expiresAt',
  'rounds',
  'arrivedAt',
  'decision',
  'answer',
  'closedAt',
  'deliveredAt',
  'federation',
  'callback',
  'returnedAt',
  'signed',
] as const satisfies readonly (keyof RequestRow)[];

/** What the digest is taken of. */
export type Shown = {
  readonly id: string;
  readonly type: RequestRow['type'];
  readonly person: string;
  readonly missionS256: string | null;
  readonly agentIss: string;
  readonly agentSub: string;
  readonly subagent: string | null;
  readonly openedAt: Date;
  readonly deadline: Date;
  readonly asserted: Asserted;
  readonly clarifications: readonly { readonly question: string; readonly answer: string }[];
  readonly previous: { readonly digest: string } | null;
};

/**
 * The name of exactly what a person is shown; a decision repeats it. It covers whatever an agent, a resource or this
 * server put before the person, and so changes with an `updated_request` and with each answer to a clarification.
 *
 * Left out is what the overseers themselves did (state, rounds, a question still open, the decision) and `agent.new`: it
 * only ever turns from new to known, by the person's own approval, and the decision on the stronger warning stands.
 */
export function digestOfShown(shown: Shown): string {
  return digestOf({
    id: shown.id,
    type: shown.type,
    person: shown.person,
    mission_s256: shown.missionS256 ?? undefined,
    agent: agentOf(shown),
    opened_at: shown.openedAt.toISOString(),
    deadline: shown.deadline.toISOString(),
    asserted: shown.asserted,
    clarifications: shown.clarifications.map(({ question, answer }) => ({ question, answer })),
    previous: shown.previous?.digest,
  });
}

/** Closed states are final; the other two wait for somebody. */
export const openStates = ['open', 'clarifying'] as const;

export function isOpen(state: RequestRow['state']): boolean {
  return state === 'open' || state === 'clarifying';
}

/** A request as the bot's port knows it. One past its deadline reads as expired, whether or not the sweep has been there. */
export function showRequest(
  row: RequestRow,
  clarifications: readonly ClarificationRow[],
  limits: { readonly rounds: number },
  now: Date,
) {
  const { decision } = row;
  return {
    id: row.id,
    type: row.type,
    state: isOpen(row.state) && row.expiresAt <= now ? ('expired' as const) : row.state,
    digest: row.digest,
    person: row.person,
    missionS256: row.missionS256 ?? undefined,
    openedAt: row.openedAt,
    expiresAt: row.expiresAt,
    agent: { ...agentOf(row), new: row.agentNew },
    verified: showVerified(row.asserted.verified),
    resourceAsserted: row.asserted.resource,
    agentAsserted: row.asserted.agent,
    rounds: { used: row.rounds, max: limits.rounds },
    clarifications: clarifications.map((round) => ({
      question: round.question,
      askedBy: nameOf(round.askedBy),
      askedAt: round.askedAt,
      options: round.options ?? undefined,
      answer: round.answer ?? undefined,
      answeredAt: round.answeredAt ?? undefined,
    })),
    previous: row.previous ?? undefined,
    policy: row.wanted.type === 'auth_token' ? row.wanted.policy : undefined,
    decision: decision
      ? {
          action: decision.action,
          decidedBy: { ...decision.decidedBy },
          decidedAt: new Date(decision.decidedAt),
          reason: decision.reason,
          answer: decision.answer,
          apply: decision.apply,
        }
      : undefined,
  };
}

function showVerified({ spending, ...verified }: Asserted['verified']) {
  if (!spending) return verified;
  const { reportedAt, ...sums } = spending;
  return { ...verified, spending: { ...sums, ...(reportedAt && { reportedAt: new Date(reportedAt) }) } };
}

/** Who acts: the sub-agent where there is one, with the parent that speaks for it. */
export function agentOf(row: {
  readonly agentIss: string;
  readonly agentSub: string;
  readonly subagent: string | null;
}) {
  return row.subagent === null
    ? { id: row.agentSub, iss: row.agentIss }
    : { id: row.subagent, iss: row.agentIss, parent: row.agentSub };
}

const nameOf = ({ person }: DecidedBy) => person;
