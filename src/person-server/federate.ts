import type { Problem } from '#aauth/problem.ts';
import { verifyPersonOrAuthToken } from '#aauth/verify-token.ts';
import {
  type AccessAnswer,
  type Awaited,
  askAccessServer,
  exchange,
  type Federation,
} from '#person-server/access-server.ts';
import {
  type Asked,
  answerElsewhere,
  askForElsewhere,
  endElsewhere,
} from '#person-server/asked-elsewhere.ts';
import { type Budget, isWithin } from '#person-server/budget.ts';
import { failWithin } from '#person-server/fail.ts';
import { claimsTold } from '#person-server/identity.ts';
import { scopeValues } from '#person-server/narrowing.ts';
import { userUnreachable } from '#person-server/reach.ts';
import { type Server, verifierOf } from '#person-server/server.ts';
import type { RequestRow } from '#person-server/shown.ts';
import { isStorable } from '#person-server/storable.ts';
import type { Wanted } from '#person-server/tables.ts';
import { mayTell } from '#person-server/tell-claims.ts';
import { findToken, type Prepared } from '#person-server/tokens-issued.ts';

type Federated = Extract<Wanted, { readonly type: 'auth_token' }> & { readonly federated: object };

export type Outcome =
  | { readonly kind: 'prepared'; readonly prepared: Prepared }
  | { readonly kind: 'waits'; readonly federation: Federation | undefined }
  /** Written down: the request has failed, and its answer is this problem. */
  | { readonly kind: 'failed' };

/** Whether this request's token comes from an access server. */
export function isFederated(wanted: Wanted): wanted is Federated {
  return wanted.type === 'auth_token' && wanted.federated !== undefined;
}

/**
 * Takes a granted request one step further at its access server, and brings back the token once there is one (draft
 * §ps-as-federation). The person has said yes; the access server may still ask, and may still say no. `reply` answers what it
 * asked. One step at a time: whoever comes while another is under way waits.
 */
export async function federate(
  server: Server,
  request: RequestRow,
  wanted: Federated,
  reply?: Readonly<Record<string, unknown>>,
): Promise<Outcome> {
  if (server.federating.has(request.id)) {
    return { kind: 'waits', federation: request.federation ?? undefined };
  }
  server.federating.add(request.id);
  try {
    const { federation } = request;
    if (federation?.awaited.kind === 'claims') {
      return await takeAnswer(server, request, wanted, federation, federation.awaited);
    }
    if (federation?.payment && (await answerElsewhere(server, federation.payment)).kind === 'no') {
      return await fail(server, request, unpaid);
    }
    const answer = federation
      ? await exchange(server, federation.location, reply)
      : await askAccessServer(server, wanted.federated.accessServer, wanted.federated.tokens);
    return await take(server, request, wanted, answer);
  } finally {
    server.federating.delete(request.id);
  }
}

async function take(
  server: Server,
  request: RequestRow,
  wanted: Federated,
  answer: AccessAnswer,
): Promise<Outcome> {
  switch (answer.kind) {
    case 'token': {
      const prepared = await verifyDelivered(server, request, wanted, answer.jwt);
      await endElsewhere(server, request.federation);
      return prepared ? { kind: 'prepared', prepared } : await fail(server, request, unverifiable);
    }
    case 'waits':
      return await wait(server, request, answer.federation);
    case 'wants_claims': {
      const { location, names } = answer;
      const answered = request.federation?.answered ?? [];
      const federation: Federation = { location, awaited: { kind: 'approval' } };
      // What was answered before is not answered otherwise by asking again.
      const news = names.filter((name) => !answered.includes(name));
      if (!news.length && request.federation?.answered) return await wait(server, request, federation);
      const party = wanted.federated.accessServer;
      const telling = await mayTell(server, request, wanted, { party, names: news, federation });
      return telling.kind === 'waits'
        ? await wait(server, request, telling.federation)
        : await tellClaims(server, request, wanted, federation, news, telling.claims);
    }
    case 'wants_payment': {
      const party = wanted.federated.accessServer;
      const { location, payment } = answer;
      const known = request.federation?.payment;
      const asked: Asked = known
        ? { kind: 'asked', ask: known }
        : await askForElsewhere(server, request, wanted, {
            wanted: { type: 'payment', party, upstream: wanted.upstream },
            payment,
          });
      if (asked.kind === 'unreachable') return await fail(server, request, userUnreachable);
      const ask = asked.kind === 'asked' ? asked.ask : undefined;
      return await wait(server, request, { location, awaited: { kind: 'approval' }, payment: ask });
    }
    case 'busy':
      return { kind: 'waits', federation: request.federation ?? undefined };
    case 'refuses':
      return await fail(server, request, answer.problem);
    case 'unreachable':
      return await fail(server, request, { status: 502, error: 'as_unreachable', detail: answer.detail });
  }
}

/** The person was asked what may be told: waits for them, then tells what they said yes to. */
async function takeAnswer(
  server: Server,
  request: RequestRow,
  wanted: Federated,
  federation: Federation,
  { names, ask }: Extract<Awaited, { readonly kind: 'claims' }>,
): Promise<Outcome> {
  if (ask === undefined) {
    const answer = { kind: 'wants_claims', location: federation.location, names } as const;
    return await take(server, request, wanted, answer);
  }
  const answer = await answerElsewhere(server, ask);
  if (answer.kind === 'waits') return { kind: 'waits', federation };
  const claims = answer.kind === 'yes' && answer.wanted.type === 'claims' ? answer.wanted.claims : [];
  return await tellClaims(server, request, wanted, federation, names, claims);
}

/** Posts the claims where they are waited for, and goes on with what the access server says then. */
async function tellClaims(
  server: Server,
  request: RequestRow,
  wanted: Federated,
  federation: Federation,
  names: readonly string[],
  claims: readonly string[],
): Promise<Outcome> {
  const answered = [...(request.federation?.answered ?? []), ...names];
  const told = await exchange(server, federation.location, claimsTold(server, request.person, claims));
  const { payment } = request.federation ?? {};
  const asked = { ...federation, awaited: { kind: 'approval' as const }, answered, payment };
  return await take(server, { ...request, federation: asked }, wanted, told);
}

/** Keeps where it waits now, with what was asked and answered on the way. */
async function wait(server: Server, request: RequestRow, now: Federation): Promise<Outcome> {
  const federation = { ...request.federation, ...now };
  await server.store
    .updateTable('request')
    .set({ federation: JSON.stringify(federation) })
    .where('id', '=', request.id)
    .execute();
  return { kind: 'waits', federation };
}

const unpaid: Problem = {
  status: 403,
  error: 'denied',
  detail: 'the access server wants to be paid, and the person said no',
};

const unverifiable: Problem = {
  status: 502,
  error: 'as_unreachable',
  detail: 'the access server issued a token that does not hold',
};

/** The checks before a foreign token is handed on (draft §auth-token-delivery). */
async function verifyDelivered(
  server: Server,
  request: RequestRow,
  wanted: Federated,
  jwt: string,
): Promise<Prepared | undefined> {
  const verified = await verifyPersonOrAuthToken(jwt, {
    ...verifierOf(server),
    audience: wanted.resource,
    thumbprint: wanted.agentJkt,
  });
  if (verified.kind === 'refused' || verified.token.kind !== 'auth') return undefined;
  const { token } = verified;
  const { budget } = token;
  if (!isWithin(budget, wanted.budget)) return undefined;
  const granted = request.decision?.scope ?? wanted.scope;
  const holds =
    isStorable({ ...token }) &&
    token.iss === wanted.federated.accessServer &&
    token.ps === server.issuer &&
    token.sub === wanted.sub &&
    token.missionS256 === (request.missionS256 ?? undefined) &&
    scopeValues(token.scope).every((value) => granted.includes(value)) &&
    token.expiresAt <= new Date(wanted.notAfter) &&
    // A name used before would hide this token behind another.
    (await findToken(server.store, token.jti)) === undefined;
  if (!holds) return undefined;
  const { jti, issuedAt, expiresAt } = token;
  return {
    minted: { jwt, jti, issuedAt, expiresAt },
    row: {
      jti,
      kind: 'auth',
      person: request.person,
      agentIss: request.agentIss,
      agentSub: request.agentSub,
      subagentSub: request.subagent,
      missionS256: request.missionS256,
      resource: wanted.resource,
      directedSub: wanted.sub,
      scope: token.scope ?? null,
      requestId: request.id,
      presentedJti: wanted.presentedJti,
      upstreamIss: wanted.upstream?.iss ?? null,
      upstreamJti: wanted.upstream?.jti ?? null,
      accessServer: token.iss,
      issuedAt,
      expiresAt,
      revokedAt: null,
      revocation: null,
      acknowledgedAt: null,
      announceAt: null,
      budget: budget ? JSON.stringify({ ...sumOf(budget), account: wanted.account }) : null,
    },
  };
}

const sumOf = ({ amount, unit, decimals }: Budget): Budget => ({ amount, unit, decimals });

/** The person said yes and the access server did not: the request says so, and so does the log. */
async function fail(server: Server, request: RequestRow, problem: Problem): Promise<Outcome> {
  await endElsewhere(server, request.federation);
  await server.store.transaction().execute((trx) => failWithin(trx, request, problem, server.now()));
  return { kind: 'failed' };
}
