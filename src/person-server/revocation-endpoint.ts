import { sql } from 'kysely';
import { z } from 'zod';
import { type Problem, problemResponse } from '#aauth/problem.ts';
import { verifySignedRequest } from '#aauth/signature.ts';
import { receive } from '#person-server/admit.ts';
import { announceRevocations, endChained, revokeTokens } from '#person-server/announce.ts';
import { readJson, readMembers } from '#person-server/body.ts';
import { holdMission } from '#person-server/missions.ts';
import { endWithin } from '#person-server/requests.ts';
import { agentOfToken, mayRevokeMore, recordRevocation } from '#person-server/revocations.ts';
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
 * difference to the answer. Requests that wait on the token end with `revoked`.
 */
export async function revoke(server: Server, request: Request): Promise<Response> {
  const arrived = await receive(server, request);
  if (arrived.kind === 'refused') return problemResponse(arrived.problem);
  const { received } = arrived;
  const signed = await verifySignedRequest(received, {
    ...verifierOf(server),
    accept: 'server',
    authority: new URL(server.issuer).host,
  });
  if (signed.kind === 'refused') return problemResponse(signed.problem);
  if (signed.dwk !== 'aauth-agent.json' && signed.dwk !== 'aauth-resource.json') {
    return problemResponse(unsupported);
  }
  const json = readJson(received.headers, received.body, server.limits.bodyDepth);
  if (json.kind === 'refused') return problemResponse(json.problem);
  const read = readMembers(json.json, Revocation);
  if (read.kind === 'refused') return problemResponse(read.problem);
  const { jti, exp } = read.members;

  const at = server.now();
  if (!(await mayRevokeMore(server.store, signed.issuer, server.limits.revocations))) {
    return problemResponse(rateLimited);
  }
  const expiresAt = new Date(Math.min(exp * 1000, at.getTime() + longestMs));
  const iss = signed.issuer;
  await recordRevocation(server.store, { iss, jti, expiresAt }, at);
  if (signed.dwk === 'aauth-agent.json') await endAgentToken(server, iss, jti);
  else await endResourceToken(server, iss, jti);
  server.log.info({ iss, jti, dwk: signed.dwk }, 'a token was revoked by its issuer');
  return new Response(null, { status: 200, headers: { 'cache-control': 'no-store' } });
}

/** Everything issued to that agent goes with its token, whichever agent token it showed when it asked. */
async function endAgentToken(server: Server, iss: string, jti: string) {
  const sub = await agentOfToken(server.store, iss, jti);
  if (sub === undefined) return;
  await server.store.transaction().execute(async (trx) => {
    const at = server.now();
    await endChained(trx, await revokeTokens(trx, { agent: { iss, sub } }, at), at);
  });
  const open = await server.store
    .selectFrom('request')
    .selectAll()
    .where('agentIss', '=', iss)
    .where('agentSub', '=', sub)
    .where('state', 'in', openStates)
    .execute();
  await end(server, open, 'the agent token was revoked by its provider');
  // The provider is answered when its cascade is over, as far as it can be now; what failed is tried again by itself.
  await announceRevocations(server);
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
      await endWithin(trx, request, { state: 'voided', answer }, server.now());
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
