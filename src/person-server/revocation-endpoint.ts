import { sql } from 'kysely';
import { z } from 'zod';
import { type Problem, problemResponse } from '#aauth/problem.ts';
import { verifySignedRequest } from '#aauth/signature.ts';
import { receive, waitMs } from '#person-server/admit.ts';
import type { Agent } from '#person-server/agents.ts';
import { endChained, revokeTokens, tellAgain, untilTold } from '#person-server/announce.ts';
import { readJson, readMembers } from '#person-server/body.ts';
import { nothingHere, slowDown } from '#person-server/deferred.ts';
import { gone } from '#person-server/deliver.ts';
import { failWithin } from '#person-server/fail.ts';
import { holdMission } from '#person-server/missions.ts';
import { endWithin } from '#person-server/requests.ts';
import {
  agentOfToken,
  findPending,
  mayRevokeMore,
  pendingOf,
  recordRevocation,
  takeAnswer,
} from '#person-server/revocations.ts';
import { type Server, verifierOf } from '#person-server/server.ts';
import { openStates } from '#person-server/shown.ts';

/** No token this server accepts lives longer; a revocation is not kept for more. */
const longestMs = 48 * 3_600_000;

const Revocation = z.object({
  jti: z.string().min(1).max(256),
  exp: z.number().int().nonnegative().max(1e11),
});

/**
 * `POST {revocation_endpoint}` (draft §token-revocation): an agent provider withdraws an agent token, a resource a resource
 * token. The issuer is whoever signed, so nobody revokes what is not its own; whether the token was ever seen makes no
 * difference to the answer. Requests that wait on the token end with `revoked`. `200` says that everything issued on it has
 * been told of; where that takes longer than the connection is held it is `202`, and asked after.
 */
export async function revoke(server: Server, request: Request): Promise<Response> {
  const arrived = await arriveSigned(server, request);
  if (arrived.kind === 'refused') return problemResponse(arrived.problem);
  const { received, issuer: iss, dwk } = arrived;
  if (dwk !== 'aauth-agent.json' && dwk !== 'aauth-resource.json') return problemResponse(unsupported);
  const json = readJson(received.headers, received.body, server.limits.bodyDepth);
  if (json.kind === 'refused') return problemResponse(json.problem);
  const read = readMembers(json.json, Revocation);
  if (read.kind === 'refused') return problemResponse(read.problem);
  const { jti, exp } = read.members;

  const at = server.now();
  if (!(await mayRevokeMore(server.store, iss, server.limits.revocations))) {
    return problemResponse(rateLimited);
  }
  const expiresAt = new Date(Math.min(exp * 1000, at.getTime() + longestMs));
  await recordRevocation(server.store, { iss, jti, expiresAt }, at);
  server.log.info({ iss, jti, dwk }, 'a token was revoked by its issuer');
  if (dwk === 'aauth-resource.json') {
    await endResourceToken(server, iss, jti);
    return done();
  }
  const sub = await agentOfToken(server.store, iss, jti);
  if (sub === undefined) return done();
  await endAgentToken(server, { iss, sub });
  const holdMs = waitMs(received.headers, server.limits.waitMs) ?? server.limits.revocationMs;
  if (await untilTold(server, { iss, sub }, holdMs, request.signal)) return done();
  return stillTelling(server, await pendingOf(server.store, iss, jti));
}

/**
 * `GET {revocation_endpoint}/{pending}` (draft §token-revocation, deferred completion): the issuer that revoked asks whether
 * the cascade is over. To anybody else there is nothing here.
 */
export async function askAfterRevocation(
  server: Server,
  request: Request,
  pending: string,
): Promise<Response> {
  const arrived = await arriveSigned(server, request);
  if (arrived.kind === 'refused') return problemResponse(arrived.problem);
  const { received, issuer: iss } = arrived;
  const found = await findPending(server.store, iss, pending);
  if (!found) return problemResponse(nothingHere);
  if (found.answeredAt) return gone();
  if (!server.pace.mayPoll(pending)) return slowDown();
  const sub = await agentOfToken(server.store, iss, found.jti);
  const holdMs = waitMs(received.headers, server.limits.waitMs) ?? 0;
  const told = sub === undefined || (await untilTold(server, { iss, sub }, holdMs, request.signal));
  if (!told) return stillTelling(server, pending);
  return (await takeAnswer(server.store, iss, pending, server.now())) ? done() : gone();
}

async function arriveSigned(server: Server, request: Request) {
  const arrived = await receive(server, request);
  if (arrived.kind === 'refused') return arrived;
  const { received } = arrived;
  const signed = await verifySignedRequest(received, {
    ...verifierOf(server),
    accept: 'server',
    authority: new URL(server.issuer).host,
  });
  return signed.kind === 'refused' ? signed : { ...signed, kind: 'arrived' as const, received };
}

const done = () => new Response(null, { status: 200, headers: { 'cache-control': 'no-store' } });

function stillTelling({ issuer }: Server, pending: string): Response {
  return new Response(JSON.stringify({ status: 'pending' }), {
    status: 202,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      location: `${issuer}/revoke/${pending}`,
      'retry-after': '1',
    },
  });
}

/** Everything issued to that agent goes with its token, whichever agent token it showed when it asked. */
async function endAgentToken(server: Server, agent: Agent) {
  await server.store.transaction().execute(async (trx) => {
    const at = server.now();
    await endChained(trx, await revokeTokens(trx, { agent }, at), at);
    await tellAgain(trx, agent, at);
  });
  const open = await server.store
    .selectFrom('request')
    .selectAll()
    .where('agentIss', '=', agent.iss)
    .where('agentSub', '=', agent.sub)
    .where((eb) =>
      eb.or([
        eb('state', 'in', openStates),
        // A yes nobody fetched is still waited for. A mission stands: without its name the agent could not know of it.
        eb.and([eb('state', '=', 'approved'), eb('deliveredAt', 'is', null), eb('type', '!=', 'mission')]),
      ]),
    )
    .execute();
  await end(server, open, 'the agent token was revoked by its provider');
}

async function endResourceToken(server: Server, iss: string, jti: string) {
  const open = await server.store
    .selectFrom('request')
    .selectAll()
    .where(sql`wanted ->> 'resourceTokenJti'`, '=', jti)
    .where('state', 'in', openStates)
    .execute();
  const onIt = open.filter(({ wanted }) => wanted.type === 'auth_token' && wanted.resource === iss);
  await end(server, onIt, 'the resource withdrew its resource token');
}

async function end(server: Server, requests: readonly Parameters<typeof endWithin>[1][], detail: string) {
  for (const request of requests) {
    await server.store.transaction().execute(async (trx) => {
      if (request.missionS256) await holdMission(trx, request.missionS256);
      const answer = { kind: 'problem', status: 403, error: 'revoked', detail } as const;
      if (await endWithin(trx, request, { state: 'voided', answer }, server.now())) return;
      await failWithin(trx, request, answer, server.now());
    });
  }
}

const rateLimited: Problem = {
  status: 429,
  error: 'rate_limited',
  detail: 'this issuer has more revocations on record here than it may',
  headers: { 'retry-after': '3600' },
};

const unsupported: Problem = {
  status: 403,
  error: 'unsupported_iss',
  detail: 'only agent providers and resources revoke tokens here',
};
