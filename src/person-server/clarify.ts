// Clarification chat: the person asks back, the agent answers or changes its request (draft §clarification-chat).
import { holdMission, standingOf } from '#person-server/missions.ts';
import { logFor, readClarifications, tellOf } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { digestOfShown, type RequestRow } from '#person-server/shown.ts';
import type { Asserted, DecidedBy, Wanted, Within } from '#person-server/tables.ts';

export type Question = {
  readonly digest: string;
  readonly decidedBy: DecidedBy;
  readonly question: string;
  readonly options?: readonly string[];
  readonly timeoutSeconds?: number;
};

/**
 * Puts a person's question to the agent: one question at a time, as many as there are rounds. With a timeout the request
 * ends there unless the agent has answered. False when the request is not as it was shown, or no round is left.
 */
export async function ask(server: Server, seen: RequestRow, question: Question): Promise<boolean> {
  const at = server.now();
  const { timeoutSeconds } = question;
  const answerBy = timeoutSeconds === undefined ? undefined : new Date(at.getTime() + timeoutSeconds * 1000);
  const expiresAt = answerBy && answerBy < seen.deadline ? answerBy : seen.deadline;
  return await server.store.transaction().execute(async (trx) => {
    if (!(await missionIsActive(trx, seen, at))) return false;
    const [request] = await trx
      .updateTable('request')
      .set(({ eb }) => ({ state: 'clarifying', rounds: eb('rounds', '+', 1), expiresAt }))
      .where('id', '=', seen.id)
      .where('digest', '=', question.digest)
      .where('state', '=', 'open')
      .where('rounds', '<', server.limits.rounds)
      .where('expiresAt', '>', at)
      .returningAll()
      .execute();
    if (!request) return false;
    await trx
      .insertInto('clarification')
      .values({
        requestId: request.id,
        round: request.rounds,
        question: question.question,
        askedBy: JSON.stringify(question.decidedBy),
        askedAt: at,
        options: question.options?.length ? JSON.stringify(question.options) : null,
        answerBy: answerBy ? expiresAt : null,
        answer: null,
        answeredAt: null,
      })
      .execute();
    const line = { kind: 'clarification', source: 'person', outcome: 'asked' } as const;
    await logFor(
      trx,
      request,
      { ...line, decidedBy: question.decidedBy, description: question.question },
      at,
    );
    await tellOf(trx, request, at);
    return true;
  });
}

/** Whether this very question is the one that waits: a decision delivered twice asks once. */
export async function isAsked(server: Server, request: RequestRow, question: Question): Promise<boolean> {
  const last = (await readClarifications(server.store, [request.id])).at(-1);
  return (
    request.state === 'clarifying' &&
    last?.question === question.question &&
    last.askedBy.person === question.decidedBy.person &&
    last.askedBy.via === question.decidedBy.via &&
    last.askedBy.id === question.decidedBy.id
  );
}

/** What the agent comes back with: words, or a changed request with words of its own (draft §agent-response-to-clarification). */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: string }
  | { readonly kind: 'update'; readonly asserted: Asserted; readonly wanted: Wanted };

/**
 * Takes the agent's reply to the question that waits: the request is open again, under a new digest, so that nobody decides
 * on what it was before. False when no question waits (any more).
 */
export async function reply(server: Server, seen: RequestRow, said: Reply): Promise<boolean> {
  const at = server.now();
  return await server.store
    .transaction()
    .execute(async (trx) => {
      if (!(await missionIsActive(trx, seen, at))) return false;
      const [answered] = await trx
        .updateTable('clarification')
        .set({ answer: said.kind === 'answer' ? said.answer : null, answeredAt: at })
        .where('requestId', '=', seen.id)
        .where('answeredAt', 'is', null)
        .returning('round')
        .execute();
      if (!answered) return false;
      const rounds = await readClarifications(trx, [seen.id]);
      const asserted = said.kind === 'update' ? said.asserted : seen.asserted;
      const previous =
        said.kind === 'update' ? { digest: seen.digest, ...earlier(seen.asserted) } : seen.previous;
      const [request] = await trx
        .updateTable('request')
        .set({
          state: 'open',
          expiresAt: seen.deadline,
          asserted: JSON.stringify(asserted),
          previous: previous && JSON.stringify(previous),
          digest: digestOfShown({
            ...seen,
            asserted,
            previous,
            clarifications: rounds.flatMap(({ question, answer }) =>
              answer === null ? [] : [{ question, answer }],
            ),
          }),
          ...(said.kind === 'update' && { wanted: JSON.stringify(said.wanted) }),
        })
        .where('id', '=', seen.id)
        .where('digest', '=', seen.digest)
        .where('state', '=', 'clarifying')
        .where('expiresAt', '>', at)
        .returningAll()
        .execute();
      // The question was taken back by the request's end: its answer is not kept either.
      if (!request) throw new NothingWaits();
      await logFor(
        trx,
        request,
        {
          kind: 'clarification',
          source: 'agent',
          outcome: said.kind === 'answer' ? 'answered' : 'updated',
          description: said.kind === 'answer' ? said.answer : said.asserted.agent.justification,
        },
        at,
      );
      await tellOf(trx, request, at);
      return true;
    })
    .catch((error: unknown) => {
      if (error instanceof NothingWaits) return false;
      throw error;
    });
}

class NothingWaits extends Error {}

/** What was shown before an update, beside which the update is shown. */
function earlier({ resource, agent }: Asserted) {
  return { resource_asserted: resource, agent_asserted: agent };
}

async function missionIsActive(trx: Within, { missionS256 }: RequestRow, at: Date): Promise<boolean> {
  if (!missionS256) return true;
  const mission = await holdMission(trx, missionS256);
  return mission !== undefined && standingOf(mission, at).kind === 'active';
}
