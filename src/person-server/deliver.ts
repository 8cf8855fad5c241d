import { type Problem, problemResponse } from '#aauth/problem.ts';
import { stillPending, waitsElsewhere } from '#person-server/deferred.ts';
import { federate, isFederated } from '#person-server/federate.ts';
import { tellTerminated } from '#person-server/mission-gate.ts';
import { holdMission, type OwnMission, readMission, standingOf } from '#person-server/missions.ts';
import { takeAlone } from '#person-server/polls.ts';
import { readRequest } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import type { RequestRow } from '#person-server/shown.ts';
import {
  type Prepared,
  prepareAuthToken,
  preparePersonToken,
  recordToken,
  secondsLeft,
} from '#person-server/tokens-issued.ts';
import type { WantedAccess } from '#person-server/wanted-access.ts';

/** What the person's channel can carry for an agent that cannot reach the person itself (draft §mission-approval). */
const ourCapabilities = ['interaction', 'payment'];

/**
 * Hands a closed request's answer to its agent, once: whoever comes second finds the URL gone (draft §pending-url-security).
 * Tokens are made here, at the last moment, and only while the mission they name is active: an approved token that nobody
 * fetched is no authority.
 */
export async function deliver(
  server: Server,
  request: RequestRow,
  reply?: Readonly<Record<string, unknown>>,
): Promise<Response> {
  const mission = request.missionS256 ? await missionOf(server, request, request.missionS256) : undefined;
  const ended = mission !== undefined && standingOf(mission, server.now()).kind !== 'active';
  const endedByIt = request.type === 'mission_completion' && request.state === 'approved';
  if (mission && ended && !endedByIt && (request.state === 'approved' || request.state === 'voided')) {
    if (!(await takeDelivery(server, request))) return gone();
    const agent = { iss: request.agentIss, sub: request.agentSub };
    return problemResponse(await tellTerminated(server, mission.s256, agent, undefined));
  }
  switch (request.state) {
    case 'approved':
      if (isStale(server, request)) return (await takeDelivery(server, request)) ? expired() : gone();
      // The person said yes here and is not back from the resource's own page: nothing is issued before.
      if (request.callback !== null && request.returnedAt === null) {
        if (request.expiresAt > server.now()) return await stillPending(server, request, 0);
        return (await takeDelivery(server, request)) ? expired() : gone();
      }
      return await deliverApproved(server, request, mission, reply);
    case 'denied':
    case 'answered':
    case 'voided':
    case 'failed':
      return (await takeDelivery(server, request)) ? stored(request) : gone();
    case 'expired':
      if (!(await takeDelivery(server, request))) return gone();
      return request.answer ? stored(request) : expired();
    case 'withdrawn':
    case 'open':
    case 'clarifying':
      return gone();
  }
}

/** The mission a request is under: its agent's own, or the one its upstream token carries. */
async function missionOf(server: Server, { agentIss, agentSub }: RequestRow, s256: string) {
  const own = await server.ownMission({ agent: { iss: agentIss, sub: agentSub }, s256 });
  return own ?? (await readMission(server.store, s256));
}

/**
 * A yes is not kept for ever for an agent that does not fetch it: what the person had in mind is over. A mission's is, for
 * without it the agent would never learn the name of what it was given.
 */
function isStale(server: Server, { type, closedAt }: RequestRow): boolean {
  if (type === 'mission' || closedAt === null) return false;
  return closedAt.getTime() + server.limits.pendingMs <= server.now().getTime();
}

/** `410`: the answer was given, or the request withdrawn. */
export function gone(): Response {
  return problemResponse({ status: 410, error: 'gone', detail: 'nothing is pending here any more' });
}

async function deliverApproved(
  server: Server,
  request: RequestRow,
  mission: OwnMission | undefined,
  reply: Readonly<Record<string, unknown>> | undefined,
): Promise<Response> {
  const { wanted } = request;
  const whose = {
    agent: { iss: request.agentIss, sub: request.agentSub },
    person: request.person,
    missionS256: request.missionS256 ?? undefined,
    missionExpiresAt: mission?.expiresAt,
    requestId: request.id,
  };
  switch (wanted.type) {
    case 'person_token':
    case 'auth_token': {
      const withdrawn = wanted.type === 'auth_token' ? await whyWithdrawn(server, wanted) : undefined;
      if (withdrawn) return (await takeDelivery(server, request)) ? revoked(withdrawn) : gone();
      if (isFederated(wanted)) return await deliverFederated(server, request, wanted, reply);
      const prepared =
        wanted.type === 'person_token'
          ? await preparePersonToken(server, whose, wanted)
          : await prepareAuthToken(server, whose, wanted, request.decision?.scope ?? wanted.scope);
      if (!prepared) return (await takeDelivery(server, request)) ? expired() : gone();
      const handed = await handOut(server, request, [prepared]);
      return handed ?? tokenAnswer(wanted.type, prepared, server.now());
    }
    case 'mission': {
      const blob = mission && (await readMission(server.store, mission.s256))?.blob;
      if (!mission || !blob) return gone();
      const prepared = await Promise.all(
        (mission.approvedResources ?? []).map((resource) =>
          preparePersonToken(server, whose, { ...wanted, resource }),
        ),
      );
      const tokens = prepared.filter((token) => token !== undefined);
      const handed = await handOut(server, request, tokens);
      return (
        handed ??
        answerJson({
          s256: mission.s256,
          mission: Buffer.from(blob).toString('base64url'),
          capabilities: server.reaches(request.person, request.agentSub) ? ourCapabilities : [],
          ...(mission.approvedResources && {
            person_tokens: Object.fromEntries(tokens.map(({ minted, row }) => [row.resource, minted.jwt])),
          }),
        })
      );
    }
    default:
      return (await takeDelivery(server, request)) ? stored(request) : gone();
  }
}

/**
 * Why nothing is issued any more on what the agent brought, in words: its resource has withdrawn the resource token since, or
 * the token it was issued on was revoked (draft §revocation-cascade). Undefined while both stand.
 */
async function whyWithdrawn(
  server: Server,
  { resource, resourceTokenJti, sub, presentedJti }: WantedAccess,
): Promise<string | undefined> {
  const past = await server.tokenPast({ iss: resource, jti: resourceTokenJti, sub, presentedJti });
  if (past.revoked) return 'the resource withdrew its resource token';
  return past.presented?.isRevoked ? 'the presented token was revoked' : undefined;
}

/** What the access server says to a request its person approved: its token, its no, or its own question (draft §as-response). */
async function deliverFederated(
  server: Server,
  request: RequestRow,
  wanted: Parameters<typeof federate>[2],
  reply: Readonly<Record<string, unknown>> | undefined,
): Promise<Response> {
  // The tokens brought for it are part of what it looks at: past their end there is nothing to ask it any more.
  if (new Date(wanted.notAfter) <= server.now()) {
    return (await takeDelivery(server, request)) ? expired() : gone();
  }
  const outcome = await federate(server, request, wanted, reply);
  switch (outcome.kind) {
    case 'prepared': {
      const handed = await handOut(server, request, [outcome.prepared]);
      return handed ?? tokenAnswer('auth_token', outcome.prepared, server.now());
    }
    case 'waits':
      return waitsElsewhere(server, request, outcome.federation?.awaited);
    case 'failed': {
      const failed = await readRequest(server.store, request.id);
      return failed && (await takeDelivery(server, request)) ? stored(failed) : gone();
    }
  }
}

/** The grant as both token endpoints answer it, at once or at the end of a wait. */
export function tokenAnswer(type: 'person_token' | 'auth_token', prepared: Prepared, now: Date): Response {
  return answerJson({ [type]: prepared.minted.jwt, expires_in: secondsLeft(prepared, now) });
}

/** Writes the tokens down in the transaction that takes the delivery. A response when that is no longer possible. */
async function handOut(
  server: Server,
  request: RequestRow,
  tokens: readonly Prepared[],
): Promise<Response | undefined> {
  const outcome = await server.store.transaction().execute(async (trx) => {
    if (request.missionS256) {
      const mission = await holdMission(trx, request.missionS256);
      if (!mission || standingOf(mission, server.now()).kind !== 'active') return 'ended';
    }
    if (!(await takeAlone(trx, { id: request.id, at: server.now() }))) return 'gone';
    for (const token of tokens) await recordToken(trx, token);
    return 'handed';
  });
  if (outcome === 'handed') return undefined;
  if (outcome === 'gone' || !request.missionS256) return gone();
  if (!(await takeDelivery(server, request))) return gone();
  const agent = { iss: request.agentIss, sub: request.agentSub };
  return problemResponse(await tellTerminated(server, request.missionS256, agent, undefined));
}

/** Takes the one delivery a request has; false when it was taken before. */
export async function takeDelivery(server: Server, request: RequestRow): Promise<boolean> {
  return await server.takeDelivery({ id: request.id, at: server.now() });
}

function stored({ answer }: RequestRow): Response {
  if (answer?.kind === 'body') return answerJson(answer.body);
  const problem: Problem = answer ?? {
    status: 500,
    error: 'server_error',
    detail: 'the request ended without an answer',
  };
  return problemResponse(problem);
}

function revoked(detail: string): Response {
  return problemResponse({ status: 403, error: 'revoked', detail });
}

function expired(): Response {
  return problemResponse({
    status: 408,
    error: 'expired',
    detail: 'nobody answered before the request expired',
  });
}

/** A JSON answer to an agent; never cached. */
export function answerJson(body: Readonly<Record<string, unknown>>, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}
