// Telling resources that a token is revoked (draft §token-revocation), until they say so or the token is over.

import { setTimeout as pause } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { signRequest } from '#aauth/signed-fetch.ts';
import type { Agent } from '#person-server/agents.ts';
import { tell } from '#person-server/events.ts';
import { endWithin } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { openStates } from '#person-server/shown.ts';
import type { Store, Tables, Within } from '#person-server/tables.ts';
import { findToken } from '#person-server/tokens-issued.ts';

type TokenRow = Selectable<Tables['token']>;

const batch = 20;
/** Longer than one telling can take; whoever claimed a token and died gives it back this way. */
const leaseMs = 30_000;
const firstRetryMs = 5_000;
const longestRetryMs = 300_000;

export type Announcer = AsyncDisposable & {
  /** Goes round soon; for after the transaction that revoked something. */
  kick(): void;
};

/** Opens the round of announcements: one at a time in this process, claimed in the store so that replicas share the work. */
export function openAnnouncer(round: () => Promise<unknown>, server: Pick<Server, 'log'>): Announcer {
  let running: Promise<void> | undefined;
  let again = false;
  const closed = new AbortController();

  async function run() {
    do {
      again = false;
      await round();
    } while (again && !closed.signal.aborted);
  }

  return {
    kick() {
      if (closed.signal.aborted) return;
      again = true;
      running ??= run()
        .catch((error: unknown) => server.log.error({ err: error }, 'revocations could not be announced'))
        .finally(() => {
          running = undefined;
        });
    },
    async [Symbol.asyncDispose]() {
      closed.abort();
      await running;
    },
  };
}

/**
 * Marks these tokens revoked, and every token issued on one of them further down a chain (draft §revocation-cascade): from now
 * on refused here, and due to be announced. In the transaction of whatever ends them; returns their `jti`s.
 */
export async function revokeTokens(
  within: Store,
  which: { readonly missionS256: string } | { readonly agent: Agent; readonly person?: string },
  at: Date,
): Promise<string[]> {
  const first =
    'agent' in which
      ? sql`${isOf(which.agent)} and person = coalesce(${which.person ?? null}::text, person)`
      : sql`mission_s256 = ${which.missionS256}`;
  const { rows } = await sql<{ jti: string }>`
    ${downFrom(first, at)}
    update person_server.token set revoked_at = ${at}, announce_at = ${at}
    where jti in (select jti from gone) and expires_at > ${at} and revoked_at is null
    returning jti`.execute(within);
  return rows.map(({ jti }) => jti);
}

const isOf = ({ iss, sub }: Agent) => sql`agent_iss = ${iss} and agent_sub = ${sub}`;

/** `gone`: the live tokens that fit, and every token issued on one of them further down a chain. */
const downFrom = (first: ReturnType<typeof sql>, at: Date) => sql`
  with recursive gone as (
    select jti from person_server.token where ${first} and expires_at > ${at}
    union
    select next.jti from person_server.token next join gone on next.upstream_jti = gone.jti
  )`;

/** Has those told again of an agent's revoked tokens who could not be told before (draft §revocation-response, Idempotence). */
export async function tellAgain(within: Store, agent: Agent, at: Date) {
  await sql`
    ${downFrom(isOf(agent), at)}
    update person_server.token set announce_at = ${at}, revocation = null
    where jti in (select jti from gone) and expires_at > ${at} and revoked_at is not null
      and revocation = 'failed'`.execute(within);
}

/** How often it is looked whether everybody has been told. */
const lookMs = 100;

/**
 * Waits until each revoked token of this agent, and what was issued on it, has been told of or could not be (draft
 * §revocation-response: each downstream revocation has a terminal outcome). False when that is not so after `holdMs`.
 */
export async function untilTold(
  server: Server,
  agent: Agent,
  holdMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  server.announcer.kick();
  for (const until = performance.now() + holdMs; ; ) {
    const { rows } = await sql<{ open: boolean }>`
      ${downFrom(isOf(agent), server.now())}
      select exists (
        select from person_server.token
        where jti in (select jti from gone) and expires_at > ${server.now()} and revoked_at is not null
          and (revocation is null or revocation = 'sent')
      ) as open`.execute(server.store);
    if (!rows[0]?.open) return true;
    const leftMs = until - performance.now();
    if (leftMs <= 0 || signal.aborted) return false;
    await pause(Math.min(lookMs, leftMs));
  }
}

/** Ends what still waits on revoked upstream tokens: a chained request is for nobody once its chain is cut. */
export async function endChained(within: Within, revoked: readonly string[], at: Date) {
  if (!revoked.length) return;
  const waiting = await within
    .selectFrom('request')
    .selectAll()
    .where(sql<string>`wanted #>> '{upstream,jti}'`, 'in', revoked)
    .where('state', 'in', openStates)
    .execute();
  const answer = {
    kind: 'problem',
    status: 403,
    error: 'revoked',
    detail: 'the upstream token was revoked',
  } as const;
  for (const request of waiting) await endWithin(within, request, { state: 'voided', answer }, at);
}

/** Announces what is due, a batch at a time, until nothing is. */
export async function announceRevocations(server: Server): Promise<void> {
  for (;;) {
    const due = await claim(server);
    await Promise.all(due.map((token) => announce(server, token)));
    if (due.length < batch) return;
  }
}

async function claim(server: Server): Promise<TokenRow[]> {
  const now = server.now();
  return await server.store
    .updateTable('token')
    .set({ announceAt: new Date(now.getTime() + leaseMs), announced: sql`announced + 1` })
    .where('jti', 'in', (eb) =>
      eb
        .selectFrom('token')
        .select('jti')
        .where('announceAt', '<=', now)
        .where('expiresAt', '>', now)
        .orderBy('announceAt')
        .limit(batch)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute();
}

async function announce(server: Server, token: TokenRow): Promise<void> {
  const outcome = await tellResource(server, token);
  const at = server.now();
  const retryMs = Math.min(firstRetryMs * 2 ** (token.announced - 1), longestRetryMs);
  await server.store.transaction().execute(async (trx) => {
    await trx
      .updateTable('token')
      .set({
        revocation: outcome,
        acknowledgedAt: outcome === 'acknowledged' ? at : null,
        announceAt: outcome === 'failed' || outcome === 'sent' ? new Date(at.getTime() + retryMs) : null,
      })
      .where('jti', '=', token.jti)
      .execute();
    if (token.missionS256) await tell(trx, { kind: 'mission', missionS256: token.missionS256 }, at);
  });
  server.log.info({ jti: token.jti, resource: token.resource, outcome }, 'a revocation was announced');
}

/**
 * What is revoked where. A token of ours is revoked at its resource; of one an access server issued, the person token it was
 * issued on is revoked there, and the access server tells its resources (draft §revocation-cascade).
 */
async function targetOf(server: Server, token: TokenRow) {
  if (token.accessServer === null) {
    return { issuer: token.resource, dwk: 'aauth-resource.json', revoked: token } as const;
  }
  let root = token;
  for (let hops = 0; root.kind === 'auth' && root.presentedJti !== null && hops < 10; hops++) {
    const presented = await findToken(server.store, root.presentedJti);
    if (!presented) break;
    root = presented;
  }
  return { issuer: token.accessServer, dwk: 'aauth-access.json', revoked: root } as const;
}

/** One telling. `sent` is a resource that took it and has not said that it is done; saying it again is harmless. */
async function tellResource(server: Server, token: TokenRow): Promise<NonNullable<TokenRow['revocation']>> {
  const { issuer, dwk, revoked } = await targetOf(server, token);
  const found = await server.discovery.metadata(issuer, dwk);
  if (found.kind === 'refused') return 'failed';
  const url = found.metadata.revocation_endpoint;
  if (url === undefined || !URL.canParse(url)) return 'no_endpoint';
  const unsigned = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jti: revoked.jti, exp: Math.floor(revoked.expiresAt.getTime() / 1000) }),
  };
  const headers = await signRequest(url, unsigned, {
    kind: 'server',
    key: await server.keys.signing(),
    issuer: server.issuer,
    dwk: 'aauth-person.json',
  });
  const answer = await server.egress.fetch(url, { ...unsigned, headers, timeoutMs: 10_000 });
  if (answer.kind === 'refused') return 'failed';
  if (answer.status === 200 || answer.status === 204) return 'acknowledged';
  if (answer.status === 202) return 'sent';
  // It does not take revocations from us, and will not later either: it honours the token until it expires.
  return answer.status === 403 ? 'no_endpoint' : 'failed';
}
