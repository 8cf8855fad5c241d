import { holdAgent } from '#person-server/agents.ts';
import { ask, isAsked } from '#person-server/clarify.ts';
import { bind, follow } from '#person-server/follow.ts';
import { holdMission, readMission, standingOf } from '#person-server/missions.ts';
import { faultOfNarrowing, type Narrowing, scopeValues } from '#person-server/narrowing.ts';
import { logFor, logKinds, readClarifications, readRequest, tellOf } from '#person-server/requests.ts';
import { faultOfReviewer, vouchedBy } from '#person-server/reviewer-grant.ts';
import type { Server } from '#person-server/server.ts';
import { openStates, type RequestRow, showRequest } from '#person-server/shown.ts';
import { isStorable } from '#person-server/storable.ts';
import type { Answer, Decided, DecidedBy, Reach, Within } from '#person-server/tables.ts';

export type Decision = { readonly digest: string; readonly decidedBy: DecidedBy } & (
  | { readonly action: 'approve'; readonly narrow?: Narrowing; readonly apply?: Reach }
  | { readonly action: 'deny'; readonly reason?: string }
  | {
      readonly action: 'ask';
      readonly question: string;
      readonly options?: readonly string[];
      readonly timeoutSeconds?: number;
    }
  | { readonly action: 'answer'; readonly answer: string }
);

type Final = Exclude<Decision, { readonly action: 'ask' }>;

/** The longest text a person's side may put into a decision. */
const longestText = 16 * 1024;

/**
 * Decides a request, or asks its agent back. One statement decides: open, the digest as shown, not past its deadline, its
 * mission active. The first to get through wins; the same decision said again by the same decider has the same result;
 * everybody else learns who won, or what the request looks like now. Whatever follows from the decision is in its transaction.
 */
export async function decide(server: Server, id: string, decision: Decision) {
  const request = await readRequest(server.store, id);
  if (!request) return { kind: 'request_not_found' as const };
  const fault = faultOf(request, decision, server.now());
  if (fault) return { kind: 'invalid_request' as const, detail: fault };

  const done =
    decision.action === 'ask'
      ? await ask(server, request, decision)
      : await server.store.transaction().execute((trx) => decideWithin(server, trx, request, decision));
  if (done && request.type === 'mission_completion') server.announcer.kick();
  if (done) return { kind: 'decided' as const, request: await show(server, id, request) };
  return await whyNot(server, request.id, decision);
}

/** The request as it stands now, as the bot's port knows it. */
async function show(server: Server, id: string, fallback: RequestRow) {
  const row = (await readRequest(server.store, id)) ?? fallback;
  const clarifications = await readClarifications(server.store, [id]);
  return showRequest(row, clarifications, server.limits, server.now());
}

/** Nothing was changed: says why, from the truth as it is now. */
async function whyNot(server: Server, id: string, decision: Decision) {
  const now = server.now();
  const row = await readRequest(server.store, id);
  if (!row) return { kind: 'request_not_found' as const };
  const request = await show(server, id, row);
  if (decision.action === 'ask' ? await isAsked(server, row, decision) : isRepeated(row, decision)) {
    return { kind: 'decided' as const, request };
  }
  if (row.state === 'voided' && row.answer?.kind === 'problem' && row.answer.error === 'mission_terminated') {
    return { kind: 'mission_terminated' as const, request };
  }
  if (request.state === 'expired') return { kind: 'expired' as const, request };
  if (row.closedAt) return { kind: 'already_decided' as const, request };
  const mission = row.missionS256 ? await readMission(server.store, row.missionS256) : undefined;
  if (mission && standingOf(mission, now).kind !== 'active') {
    return { kind: 'mission_terminated' as const, request };
  }
  if (decision.action === 'ask' && row.digest === decision.digest && row.rounds >= server.limits.rounds) {
    return { kind: 'too_many_rounds' as const, request };
  }
  return { kind: 'request_changed' as const, request };
}

function isRepeated({ decision: made }: RequestRow, { action, decidedBy }: Final) {
  return (
    made?.action === action &&
    made.decidedBy.person === decidedBy.person &&
    made.decidedBy.via === decidedBy.via &&
    made.decidedBy.id === decidedBy.id
  );
}

/** What is wrong with the decision itself, in words; undefined when it fits the request. */
function faultOf(request: RequestRow, decision: Decision, now: Date): string | undefined {
  const { person, via, id } = decision.decidedBy;
  if (!person || !via || !id) return 'decided_by names a person, a surface and its proof';
  if (!isStorable(decision)) return 'a text holds a character that cannot be kept';
  const texts = [
    person,
    via,
    id,
    decision.action === 'ask' ? decision.question : undefined,
    ...(decision.action === 'ask' ? (decision.options ?? []) : []),
    decision.action === 'answer' ? decision.answer : undefined,
    decision.action === 'deny' ? decision.reason : undefined,
  ];
  if (texts.some((text) => text !== undefined && text.length > longestText)) return 'a text is too long';
  const unfit = faultOfReviewer(request, decision);
  if (unfit) return unfit;
  switch (decision.action) {
    case 'approve':
      if (request.type === 'question') return 'a question is answered or denied, not approved';
      return faultOfNarrowing(request.wanted, decision.narrow, now);
    case 'answer':
      if (request.type !== 'question') return 'only a question is answered';
      return decision.answer.trim() ? undefined : 'the answer is empty';
    case 'ask':
      if (request.type === 'question') return 'a question is answered or denied';
      if ('party' in request.wanted && request.wanted.party !== undefined) {
        return 'an access server asks this: the agent has no part in it, and is not asked';
      }
      if (!decision.question.trim()) return 'the question is empty';
      if (decision.timeoutSeconds !== undefined && !(decision.timeoutSeconds >= 1)) {
        return 'the timeout is at least a second';
      }
      return undefined;
    case 'deny':
      return undefined;
  }
}

/**
 * The decision and everything that follows from it, or false and nothing. Who approves has the agent first, whose binding it
 * stands on; then the mission, then the request.
 */
async function decideWithin(
  server: Server,
  trx: Within,
  seen: RequestRow,
  decision: Final,
): Promise<boolean> {
  const { agentIss: iss, agentSub: sub } = seen;
  if (decision.action === 'approve') await holdAgent(trx, { iss, sub });
  const at = server.now();
  const mission = seen.missionS256 ? await holdMission(trx, seen.missionS256) : undefined;
  if (mission && standingOf(mission, at).kind !== 'active') return false;
  const state =
    decision.action === 'approve' ? 'approved' : decision.action === 'deny' ? 'denied' : 'answered';
  const [request] = await trx
    .updateTable('request')
    .set({ state, decision: JSON.stringify(decidedOf(seen, decision, at)), closedAt: at })
    .where('id', '=', seen.id)
    .where('digest', '=', decision.digest)
    .where('state', 'in', openStates)
    .where('expiresAt', '>', at)
    .returningAll()
    .execute();
  if (!request) return false;

  if (decision.action === 'approve' && !(await bind(trx, request, at))) return false;
  const outcome = { approved: 'granted', denied: 'denied', answered: 'answered' }[state];
  const line = {
    ...vouchedBy(decision.decidedBy),
    outcome,
    description:
      decision.action === 'deny'
        ? decision.reason
        : decision.action === 'answer'
          ? decision.answer
          : undefined,
  };
  if (decision.action === 'approve') {
    await follow(trx, request, mission, decision, line, at);
  } else {
    const answer = refusalOrAnswer(request, decision);
    await trx
      .updateTable('request')
      .set({ answer: JSON.stringify(answer) })
      .where('id', '=', request.id)
      .execute();
    const kind = request.type === 'mission' ? 'refused' : logKinds[request.type];
    await logFor(trx, request, { ...line, kind }, at);
  }
  await tellOf(trx, request, at);
  return true;
}

function decidedOf(request: RequestRow, decision: Final, at: Date): Decided {
  const { action, decidedBy } = decision;
  const made = { action, decidedBy, decidedAt: at.toISOString() };
  if (decision.action === 'deny') return { ...made, reason: decision.reason };
  if (decision.action === 'answer') return { ...made, answer: decision.answer };
  const { narrow, apply } = decision;
  const scope =
    request.wanted.type === 'auth_token'
      ? narrow?.scope === undefined
        ? undefined
        : scopeValues(narrow.scope)
      : undefined;
  return { ...made, apply, scope };
}

function refusalOrAnswer(
  request: RequestRow,
  decision: Exclude<Final, { readonly action: 'approve' }>,
): Answer {
  if (decision.action === 'answer') return { kind: 'body', body: { answer: decision.answer } };
  const { reason } = decision;
  if (request.type === 'permission') {
    return { kind: 'body', body: { permission: 'denied', ...(reason && { reason }) } };
  }
  return { kind: 'problem', status: 403, error: 'denied', detail: reason || 'the person said no' };
}
