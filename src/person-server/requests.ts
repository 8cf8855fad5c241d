import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { foldInteractionCode, newInteractionCode } from '#aauth/interaction-code.ts';
import type { Agent } from '#person-server/agents.ts';
import { tell } from '#person-server/events.ts';
import { type Line, writeLog, writeRecord } from '#person-server/mission-log.ts';
import { holdMission } from '#person-server/missions.ts';
import { isReached, userUnreachable } from '#person-server/reach.ts';
import type { Server } from '#person-server/server.ts';
import { agentOf, digestOfShown, openStates, type RequestRow, requestColumns } from '#person-server/shown.ts';
import type { Answer, Asserted, LogKind, RequestType, Store, Wanted, Within } from '#person-server/tables.ts';

/** Whether what is granted by policy still may be, asked in the transaction of the grant with its mission held. */
export type Proviso = (within: Within) => Promise<boolean>;

/** An ask about to be put before a person. */
export type NewRequest = {
  readonly person: string;
  readonly agent: Agent;
  readonly agentNew: boolean;
  readonly subagent?: string | undefined;
  readonly missionS256?: string | undefined;
  readonly asserted: Asserted;
  readonly wanted: Wanted;
  /** Moments after which an answer would be of no use: tokens it depends on, the mission's end. */
  readonly notAfter?: readonly (Date | undefined)[];
  /** For how many milliseconds it is held at most; the Person Server's own limit stands besides. */
  readonly heldMs?: number | undefined;
  /** Granted already, by policy and for this reason: the request is not put before anybody, it waits for somebody else. */
  readonly granted?: { readonly policy: string } | undefined;
  /** What the agent says it could do itself; see `Call`. */
  readonly capabilities?: readonly string[] | undefined;
  /** What its agent signed, as one digest. */
  readonly signed?: string | undefined;
  /** Where it is not met, what was granted by policy is asked after all. */
  readonly proviso?: Proviso | undefined;
  /** Where the resource's own page sends the person back to; until they are back nothing is issued. */
  readonly callback?: string | undefined;
};

export type Opened =
  | { readonly kind: 'opened'; readonly request: RequestRow }
  | { readonly kind: 'mission_not_active' }
  /** Nobody would learn of it. Under a mission its log says so. */
  | { readonly kind: 'unreachable' }
  /** The same signed bytes opened one already, and it still waits. */
  | { readonly kind: 'replayed' }
  /** The agent already has as many requests open as it may. */
  | { readonly kind: 'too_many' };

/**
 * Puts an ask before its person: one transaction with its first line in the mission's log and its event. A mission that is
 * no longer active takes no new asks, and that is decided by the statement that writes the line.
 */
export async function openRequest(server: Server, ask: NewRequest): Promise<Opened> {
  const at = server.now();
  const id = randomBytes(12).toString('base64url');
  const ends = (ask.notAfter ?? []).flatMap((date) => date?.getTime() ?? []);
  const heldMs = Math.min(server.limits.pendingMs, ask.heldMs ?? Infinity);
  const shown = {
    id,
    type: ask.wanted.type,
    person: ask.person,
    missionS256: ask.missionS256 ?? null,
    agentIss: ask.agent.iss,
    agentSub: ask.agent.sub,
    subagent: ask.subagent ?? null,
    openedAt: at,
    deadline: new Date(Math.min(at.getTime() + heldMs, ...ends)),
    asserted: ask.asserted,
  };
  return await server.store.transaction().execute(async (trx): Promise<Opened> => {
    if (ask.signed) await sql`select pg_advisory_xact_lock(hashtext(${`signed/${ask.signed}`}))`.execute(trx);
    const { count, alike } = await trx
      .selectFrom('request')
      .select(({ fn, eb }) => [
        fn.countAll<number>().as('count'),
        eb.fn
          .coalesce(sql<boolean>`bool_or(signed = ${ask.signed ?? null})`, sql<boolean>`false`)
          .as('alike'),
      ])
      .where('agentIss', '=', ask.agent.iss)
      .where('agentSub', '=', ask.agent.sub)
      .where('state', 'in', openStates)
      .executeTakeFirstOrThrow();
    if (alike) return { kind: 'replayed' };
    if (count >= server.limits.openRequests) return { kind: 'too_many' };
    const granted = (await mayStillBe(trx, ask)) ? ask.granted : undefined;
    const isHeard = granted !== undefined || isReached(server, callOf(ask));
    if (ask.missionS256) {
      const line = isHeard ? requested(id, { ...ask, granted }) : unheard(ask);
      const seq = await writeLog(trx, ask.missionS256, line, at, { active: true });
      if (seq === undefined) return { kind: 'mission_not_active' };
    }
    if (!isHeard) return { kind: 'unreachable' };
    const request = await trx
      .insertInto('request')
      .values({
        ...shown,
        pending: randomBytes(24).toString('base64url'),
        code: foldInteractionCode(newInteractionCode()) ?? '',
        state: granted ? 'approved' : 'open',
        digest: digestOfShown({ ...shown, clarifications: [], previous: null }),
        agentNew: ask.agentNew,
        expiresAt: shown.deadline,
        asserted: JSON.stringify(ask.asserted),
        wanted: JSON.stringify({ ...ask.wanted, ...granted }),
        previous: null,
        arrivedAt: null,
        decision: null,
        answer: null,
        closedAt: granted ? at : null,
        deliveredAt: null,
        federation: null,
        callback: ask.callback ?? null,
        returnedAt: null,
        signed: ask.signed ?? null,
      })
      .returning(requestColumns)
      .executeTakeFirstOrThrow();
    await tell(trx, { kind: 'request', requestId: id, missionS256: ask.missionS256 }, at);
    return { kind: 'opened', request };
  });
}

async function mayStillBe(trx: Within, { granted, proviso, missionS256 }: NewRequest): Promise<boolean> {
  if (!granted || !proviso || !missionS256) return true;
  await holdMission(trx, missionS256);
  return await proviso(trx);
}

const callOf = ({ person, agent, subagent, capabilities }: NewRequest) => ({
  person,
  agent: subagent ?? agent.sub,
  capabilities,
});

function unheard(ask: NewRequest): Line {
  const { requestId: _, action = ask.wanted.type, ...line } = requested('', ask);
  return { ...line, action, kind: 'refused', source: 'person_server', outcome: userUnreachable.error };
}

function requested(requestId: string, { wanted, asserted, agent, subagent, granted }: NewRequest): Line {
  const said = asserted.agent;
  return {
    kind: logKinds[wanted.type],
    source: granted ? 'person_server' : 'agent',
    outcome: granted ? 'granted' : 'requested',
    decidedBy: granted && { policy: granted.policy },
    requestId,
    agent: subagent ?? agent.sub,
    description: said.justification ?? said.description ?? said.summary ?? said.question,
    parameters: said.parameters,
    ...aboutWanted(wanted),
  };
}

/** The log's word for each type of request. A proposal has no mission to be logged in until it is approved. */
export const logKinds: Readonly<Record<RequestType, LogKind>> = {
  mission: 'mission_approved',
  mission_update: 'update',
  mission_completion: 'completion',
  person_token: 'person_token',
  auth_token: 'auth_token',
  permission: 'permission',
  interaction: 'interaction',
  payment: 'payment',
  question: 'question',
  // What is told about the person is part of the access it is told for.
  claims: 'auth_token',
};

/** What a request was about, for a line of the log. */
function aboutWanted(wanted: Wanted): Pick<Line, 'resource' | 'scope' | 'action' | 'parameters'> {
  switch (wanted.type) {
    case 'person_token':
      return { resource: wanted.resource };
    case 'auth_token':
      return { resource: wanted.resource, scope: wanted.scope.join(' ') || undefined };
    case 'permission':
      return { action: wanted.action };
    case 'claims':
      return { resource: wanted.party, parameters: { claims: wanted.claims } };
    default:
      return {};
  }
}

export async function readRequest(store: Store, id: string) {
  return await store.selectFrom('request').select(requestColumns).where('id', '=', id).executeTakeFirst();
}

/** The rounds of clarification of these requests, first to last. */
export async function readClarifications(store: Store, requestIds: readonly string[]) {
  if (!requestIds.length) return [];
  return await store
    .selectFrom('clarification')
    .selectAll()
    .where('requestId', 'in', requestIds)
    .orderBy('requestId')
    .orderBy('round')
    .execute();
}

/** Ways a request ends that are nobody's decision. */
export type Ending =
  | { readonly state: 'expired' }
  | { readonly state: 'withdrawn' }
  | { readonly state: 'voided'; readonly answer: Answer };

/**
 * Ends an open request without a decision; false when it was no longer open (or, for `expired`, not yet due). The line in
 * the log and the event are of the same transaction.
 */
export async function endRequest(server: Server, request: RequestRow, ending: Ending): Promise<boolean> {
  return await server.store.transaction().execute(async (trx) => {
    if (request.missionS256) await holdMission(trx, request.missionS256);
    return await endWithin(trx, request, ending, server.now());
  });
}

/** As `endRequest`, in a transaction that already holds the request's mission. */
export async function endWithin(
  within: Within,
  request: RequestRow,
  ending: Ending,
  at: Date,
): Promise<boolean> {
  const ended = await within
    .updateTable('request')
    .set({
      state: ending.state,
      closedAt: at,
      ...(ending.state === 'voided' && { answer: JSON.stringify(ending.answer) }),
    })
    .where('id', '=', request.id)
    .where('state', 'in', openStates)
    .$if(ending.state === 'expired', (query) => query.where('expiresAt', '<=', at))
    .executeTakeFirst();
  if (!ended.numUpdatedRows) return false;
  await logFor(within, request, { ...endLine(request, ending), outcome: ending.state }, at);
  await tellOf(within, request, at);
  return true;
}

function endLine(request: RequestRow, { state }: Ending): Pick<Line, 'kind' | 'source'> {
  if (state === 'withdrawn') return { kind: 'withdrawn', source: 'agent' };
  return { kind: request.type === 'mission' ? 'refused' : logKinds[request.type], source: 'person_server' };
}

/** A line about a request: in its mission's log, or among the records when it has none. */
export async function logFor(
  within: Store,
  request: RequestRow,
  line: Omit<Line, 'agent' | 'requestId'>,
  at: Date,
) {
  const whole = {
    ...aboutWanted(request.wanted),
    ...line,
    agent: agentOf(request).id,
    requestId: request.id,
  };
  if (request.missionS256) await writeLog(within, request.missionS256, whole, at);
  else await writeRecord(within, whole, at);
}

/** Tells that a request changed. */
export async function tellOf(within: Store, { id, missionS256 }: RequestRow, at: Date) {
  await tell(within, { kind: 'request', requestId: id, missionS256: missionS256 ?? undefined }, at);
}
