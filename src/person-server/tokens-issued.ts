import type { Insertable } from 'kysely';
import { mintAuthToken, mintPersonToken } from '#aauth/mint-token.ts';
import type { Minted } from '#aauth/tokens.ts';
import type { Agent } from '#person-server/agents.ts';
import type { Budget } from '#person-server/budget.ts';
import { claimsTold, claimsWithin } from '#person-server/identity.ts';
import type { Server } from '#person-server/server.ts';
import { directedSubject } from '#person-server/subjects.ts';
import type { Store, Tables, TokenTerms } from '#person-server/tables.ts';

/** A token signed and not yet handed out: it counts once its row is in the store. */
export type Prepared = { readonly minted: Minted; readonly row: Insertable<Tables['token']> };

export type For = {
  readonly agent: Agent;
  readonly person: string;
  readonly missionS256?: string | undefined;
  /** The mission's own end, which no token under it outlives. */
  readonly missionExpiresAt?: Date | null | undefined;
  readonly requestId?: string | undefined;
};

/** Signs a person token for one resource (draft §person-token-structure). Undefined when its terms leave it no time to live. */
export async function preparePersonToken(
  server: Server,
  whose: For,
  wanted: TokenTerms & { readonly resource: string },
): Promise<Prepared | undefined> {
  const sub = await directedSubject(server.store, whose.person, wanted.resource, server.now());
  const minted = mintPersonToken(claimsFor(whose, wanted, sub), await issuing(server, whose, wanted));
  return minted && { minted, row: rowFor('person', whose, wanted, sub, minted) };
}

/**
 * Signs an auth token (draft §auth-token-structure) with the scope that was granted, and with what was decided to be told
 * about the person as far as that scope asks for it (§scopes). As `preparePersonToken` otherwise.
 */
export async function prepareAuthToken(
  server: Server,
  whose: For,
  wanted: TokenTerms & {
    readonly resource: string;
    readonly sub: string;
    readonly presentedJti: string;
    readonly account?: string;
    readonly budget?: Budget;
    readonly claims?: readonly string[];
  },
  scope: readonly string[],
): Promise<Prepared | undefined> {
  const granted = scope.join(' ') || undefined;
  const { account, budget } = wanted;
  const { tenant, ...told } = claimsTold(server, whose.person, claimsWithin(wanted.claims, scope));
  const named = claimsFor(whose, wanted, wanted.sub);
  const minted = mintAuthToken(
    {
      ...named,
      tenant: named.tenant ?? (typeof tenant === 'string' ? tenant : undefined),
      scope: granted,
      account,
      dwk: server.accessServerFor.has(wanted.resource) ? 'aauth-access.json' : 'aauth-person.json',
      further: { ...told, ...(budget && { budget }) },
    },
    await issuing(server, whose, wanted),
  );
  if (!minted) return undefined;
  const row = rowFor('auth', whose, wanted, wanted.sub, minted);
  return {
    minted,
    row: {
      ...row,
      scope: granted ?? null,
      presentedJti: wanted.presentedJti,
      budget: budget ? JSON.stringify({ ...budget, account }) : null,
    },
  };
}

/** Writes a token down: from here on it is one this server issued, and a stop of its mission finds it. */
export async function recordToken(within: Store, { row }: Prepared) {
  await within.insertInto('token').values(row).execute();
}

/** The whole seconds a token has left, as `expires_in` says it. */
export function secondsLeft({ minted }: Prepared, now: Date): number {
  return Math.max(0, minted.expiresAt.getTime() / 1000 - Math.floor(now.getTime() / 1000));
}

export async function findToken(store: Store, jti: string) {
  return await store.selectFrom('token').selectAll().where('jti', '=', jti).executeTakeFirst();
}

function claimsFor(
  { missionS256 }: For,
  { resource, jwk, tenant }: TokenTerms & { readonly resource: string },
  sub: string,
) {
  return { aud: resource, sub, jwk, missionS256, tenant };
}

async function issuing(server: Server, { missionExpiresAt }: For, { notAfter }: TokenTerms) {
  return {
    issuer: server.issuer,
    key: await server.keys.signing(),
    now: server.now(),
    notAfter: [new Date(notAfter), missionExpiresAt ?? undefined],
  };
}

function rowFor(
  kind: 'person' | 'auth',
  { agent, person, missionS256, requestId }: For,
  { resource, subagent, upstream }: TokenTerms & { readonly resource: string },
  directedSub: string,
  minted: Minted,
): Insertable<Tables['token']> {
  return {
    jti: minted.jti,
    kind,
    person,
    agentIss: agent.iss,
    agentSub: agent.sub,
    subagentSub: subagent ?? null,
    missionS256: missionS256 ?? null,
    resource,
    directedSub,
    scope: null,
    requestId: requestId ?? null,
    presentedJti: null,
    upstreamIss: upstream?.iss ?? null,
    upstreamJti: upstream?.jti ?? null,
    accessServer: null,
    issuedAt: minted.issuedAt,
    expiresAt: minted.expiresAt,
    revokedAt: null,
    revocation: null,
    acknowledgedAt: null,
    announceAt: null,
    budget: null,
  };
}
