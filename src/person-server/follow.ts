import { canonicalJson } from '#aauth/canonical.ts';
import { s256Of } from '#aauth/mission-blob.ts';
import { bindAgent } from '#person-server/agents.ts';
import { type Consented, rememberConsents } from '#person-server/consents.ts';
import { tell } from '#person-server/events.ts';
import { claimConsents, claimsWithin, toldLine } from '#person-server/identity.ts';
import type { Line } from '#person-server/mission-log.ts';
import { insertMission, type MissionRow } from '#person-server/missions.ts';
import type { Narrowing } from '#person-server/narrowing.ts';
import { endWithin, logFor, logKinds, readClarifications, tellOf } from '#person-server/requests.ts';
import { openStates, type RequestRow } from '#person-server/shown.ts';
import { allow } from '#person-server/spending.ts';
import type { Answer, DecidedBy, Reach, Within } from '#person-server/tables.ts';
import { terminateWithin } from '#person-server/terminate.ts';
import { purseOf } from '#person-server/wanted-access.ts';

export type Approval = {
  readonly decidedBy: DecidedBy;
  readonly narrow?: Narrowing;
  readonly apply?: Reach;
};

/**
 * The first approval binds the agent to the person it was offered to. Asks the same agent put before somebody else can no
 * longer be approved and are voided. False when the agent meanwhile acts for somebody else: then this ask is voided too.
 * A chained request neither uses nor makes a binding (draft §agent-person-binding).
 */
export async function bind(trx: Within, request: RequestRow, at: Date): Promise<boolean> {
  if (isChained(request)) return true;
  const agent = { iss: request.agentIss, sub: request.agentSub };
  const binding = await bindAgent(trx, agent, request.person, request.id, at);
  if (binding === 'known') return true;
  if (binding === 'another') {
    await trx
      .updateTable('request')
      .set({ state: 'voided', decision: null, answer: JSON.stringify(boundElsewhere) })
      .where('id', '=', request.id)
      .execute();
    await logFor(trx, request, { kind: 'refused', source: 'person_server', outcome: 'voided' }, at);
    await tellOf(trx, request, at);
    return false;
  }
  const others = await trx
    .selectFrom('request')
    .selectAll()
    .where('agentIss', '=', agent.iss)
    .where('agentSub', '=', agent.sub)
    .where('state', 'in', openStates)
    .execute();
  for (const other of others) {
    if (isChained(other)) continue;
    if (other.person !== request.person) {
      await endWithin(trx, other, { state: 'voided', answer: boundElsewhere }, at);
      continue;
    }
    await trx.updateTable('request').set({ agentNew: false }).where('id', '=', other.id).execute();
    await tellOf(trx, other, at);
  }
  return true;
}

/** Whether a request is for whoever an upstream token names, rather than for the asking agent's own person. */
export function isChained({ wanted }: RequestRow): boolean {
  return 'upstream' in wanted && wanted.upstream !== undefined;
}

const boundElsewhere: Answer = {
  kind: 'problem',
  status: 403,
  error: 'denied',
  detail: 'the agent acts for another person',
};

/** What a yes brings about, by what was asked. */
export async function follow(
  trx: Within,
  request: RequestRow,
  mission: MissionRow | undefined,
  decision: Approval,
  line: Pick<Line, 'source' | 'decidedBy'> & { readonly outcome: string },
  at: Date,
) {
  const { wanted } = request;
  const kind = logKinds[wanted.type];
  const answerWith = async (body: Record<string, unknown>) => {
    const answer: Answer = { kind: 'body', body };
    await trx
      .updateTable('request')
      .set({ answer: JSON.stringify(answer) })
      .where('id', '=', request.id)
      .execute();
  };
  const remember = (consented: readonly Consented[]) => remembered(trx, request, decision, consented, at);

  switch (wanted.type) {
    case 'mission': {
      const { narrow } = decision;
      const description = narrow?.description ?? wanted.description;
      const blob = await insertMission(
        trx,
        {
          agent: { iss: request.agentIss, sub: request.agentSub },
          person: request.person,
          requestId: request.id,
          description,
          tools: narrow?.approvedTools
            ? wanted.tools?.filter(({ name }) => narrow.approvedTools?.some((tool) => tool.name === name))
            : wanted.tools,
          resources: narrow?.approvedResources ?? wanted.resources,
          expiresAt: narrow?.expiresAt,
        },
        at,
      );
      await trx.updateTable('request').set({ missionS256: blob.s256 }).where('id', '=', request.id).execute();
      const approved = { ...request, missionS256: blob.s256 };
      for (const round of await readClarifications(trx, [request.id])) {
        const asked = { kind: 'clarification', source: 'person', decidedBy: round.askedBy } as const;
        await logFor(trx, approved, { ...asked, outcome: 'asked', description: round.question }, at);
        if (round.answer === null) continue;
        const answered = { kind: 'clarification', source: 'agent', outcome: 'answered' } as const;
        await logFor(trx, approved, { ...answered, description: round.answer }, at);
      }
      await logFor(trx, approved, { ...line, kind, description }, at);
      await tell(trx, { kind: 'mission', requestId: request.id, missionS256: blob.s256 }, at);
      return;
    }
    case 'mission_update': {
      if (!mission) return;
      const s256 = await acceptUpdate(trx, request, mission, wanted.description, at);
      await logFor(trx, request, { ...line, kind, description: wanted.description, result: { s256 } }, at);
      await tell(trx, { kind: 'mission', missionS256: mission.s256 }, at);
      return await answerWith({ s256 });
    }
    case 'mission_completion': {
      if (!mission) return;
      await logFor(trx, request, { ...line, kind, description: wanted.summary }, at);
      await terminateWithin(trx, mission, { reason: 'completed', decidedBy: decision.decidedBy }, at);
      return await answerWith({ mission_status: 'terminated', termination_reason: 'completed' });
    }
    case 'person_token':
      await remember([{ kind: 'person_token', resource: wanted.resource }]);
      return await logFor(trx, request, { ...line, kind }, at);
    case 'auth_token': {
      const scope = request.decision?.scope ?? wanted.scope;
      const there = { kind: 'auth_token', resource: wanted.resource, account: wanted.account } as const;
      const told = claimsWithin(wanted.claims, scope);
      await remember([
        ...(scope.length ? scope.map((value) => ({ ...there, value })) : [there]),
        ...claimConsents(wanted.resource, told),
      ]);
      const purse = purseOf(wanted, request.missionS256 ?? undefined);
      if (purse && wanted.budget && reachOf(request, decision) !== 'once') {
        await allow(trx, purse, wanted.budget.amount, request.id, at);
      }
      const granted = { ...line, kind, scope: scope.join(' ') || undefined, ...toldLine(told) };
      return await logFor(trx, request, granted, at);
    }
    case 'claims':
      await remember(claimConsents(wanted.party, wanted.claims));
      return await logFor(trx, request, { ...line, kind, ...toldLine(wanted.claims) }, at);
    case 'permission':
      await remember([{ kind: 'permission', value: wanted.action }]);
      await logFor(trx, request, { ...line, kind }, at);
      return await answerWith({ permission: 'granted' });
    case 'interaction':
    case 'payment':
      await logFor(trx, request, { ...line, kind, outcome: 'completed' }, at);
      return await answerWith({ status: 'completed' });
    case 'question':
      return;
  }
}

/**
 * Remembers a yes as far as it reaches. Within a mission a token's consent is remembered unless the person said `once`: nobody
 * is asked twice for the same resource and scope (draft §resource-token). Everything else is for one time unless said otherwise.
 */
async function remembered(
  trx: Within,
  request: RequestRow,
  approval: Approval,
  consented: readonly Consented[],
  at: Date,
) {
  const reach = reachOf(request, approval);
  if (reach === 'once' || (reach === 'mission' && !request.missionS256)) return;
  const given = {
    agent: { iss: request.agentIss, sub: request.agentSub },
    person: request.person,
    missionS256: reach === 'mission' ? (request.missionS256 ?? undefined) : undefined,
    requestId: request.id,
  };
  await rememberConsents(trx, given, consented, at);
}

/** How far a yes reaches where the person did not say. */
function reachOf({ type, missionS256 }: RequestRow, { apply }: Approval): Reach {
  return apply ?? (type !== 'permission' && missionS256 ? 'mission' : 'once');
}

/** Appends an accepted update; its name is the digest of its bytes as they are kept (draft §mission-update). */
async function acceptUpdate(
  trx: Within,
  request: RequestRow,
  mission: MissionRow,
  description: string,
  at: Date,
): Promise<string> {
  const last = await trx
    .selectFrom('missionUpdate')
    .select('acceptedAt')
    .where('missionS256', '=', mission.s256)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  // Two updates alike in the same millisecond would share a name.
  const acceptedAt = new Date(Math.max(at.getTime(), (last?.acceptedAt.getTime() ?? 0) + 1));
  const bytes = new TextEncoder().encode(
    canonicalJson({ mission_s256: mission.s256, description, accepted_at: acceptedAt.toISOString() }),
  );
  const s256 = s256Of(bytes);
  await trx
    .insertInto('missionUpdate')
    .values({
      s256,
      missionS256: mission.s256,
      number: mission.updates + 1,
      bytes,
      description,
      acceptedAt,
      requestId: request.id,
    })
    .execute();
  await trx
    .updateTable('mission')
    .set({ updates: mission.updates + 1 })
    .where('s256', '=', mission.s256)
    .execute();
  return s256;
}
