import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { AgentToken } from '#aauth/tokens.ts';
import type { Server } from '#person-server/server.ts';
import type { Store } from '#person-server/tables.ts';

/** Clocks differ: what concerns a token is kept this much longer than the token. */
const skewMs = 60_000;

/** Whether the issuer of a token has withdrawn it (draft §token-revocation). */
export async function isRevoked(store: Store, iss: string, jti: string): Promise<boolean> {
  const row = await store
    .selectFrom('revocation')
    .select('jti')
    .where('iss', '=', iss)
    .where('jti', '=', jti)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether an issuer has room for another revocation: they are kept until the tokens would have expired, so they are bounded. */
export async function mayRevokeMore(store: Store, iss: string, limit: number): Promise<boolean> {
  const { count } = await store
    .selectFrom('revocation')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('iss', '=', iss)
    .executeTakeFirstOrThrow();
  return count < limit;
}

/** Records a withdrawal by a token's issuer until the token would have expired; saying it again records nothing new. */
export async function recordRevocation(
  store: Store,
  { iss, jti, expiresAt }: { readonly iss: string; readonly jti: string; readonly expiresAt: Date },
  at: Date,
) {
  const until = new Date(expiresAt.getTime() + skewMs);
  await store
    .insertInto('revocation')
    .values({ iss, jti, revokedAt: at, until })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The last part of the URL this revocation is asked after at; made the first time. */
export async function pendingOf(store: Store, iss: string, jti: string): Promise<string> {
  const pending = randomBytes(24).toString('base64url');
  const row = await store
    .updateTable('revocation')
    .set({ pending: sql`coalesce(pending, ${pending})`, answeredAt: null })
    .where('iss', '=', iss)
    .where('jti', '=', jti)
    .returning('pending')
    .executeTakeFirst();
  return row?.pending ?? pending;
}

/** The revocation asked after there, if this is its issuer. */
export async function findPending(store: Store, iss: string, pending: string) {
  return await store
    .selectFrom('revocation')
    .select(['jti', 'answeredAt'])
    .where('pending', '=', pending)
    .where('iss', '=', iss)
    .executeTakeFirst();
}

/** Takes the one answer such a URL has; false when it was taken before. */
export async function takeAnswer(store: Store, iss: string, pending: string, at: Date): Promise<boolean> {
  const taken = await store
    .updateTable('revocation')
    .set({ answeredAt: at })
    .where('pending', '=', pending)
    .where('iss', '=', iss)
    .where('answeredAt', 'is', null)
    .executeTakeFirst();
  return taken.numUpdatedRows > 0n;
}

/**
 * Remembers whose an agent token is, until it expires: when its provider revokes it by `jti`, this finds the agent (draft
 * §revocation-cascade, Records). A token is written once per process and token, not once per request.
 */
export async function rememberAgentToken(server: Server, { iss, jti, sub, expiresAt }: AgentToken) {
  if (server.seenAgentTokens.has(`${iss} ${jti}`)) return;
  await server.store
    .insertInto('agentToken')
    .values({ iss, jti, sub, until: new Date(expiresAt.getTime() + skewMs) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  if (server.seenAgentTokens.size > 10_000) server.seenAgentTokens.clear();
  server.seenAgentTokens.add(`${iss} ${jti}`);
}

/** The agent that presented this agent token, if one did. */
export async function agentOfToken(store: Store, iss: string, jti: string): Promise<string | undefined> {
  const row = await store
    .selectFrom('agentToken')
    .select('sub')
    .where('iss', '=', iss)
    .where('jti', '=', jti)
    .executeTakeFirst();
  return row?.sub;
}

/** Forgets what concerns tokens that have expired. */
export async function forgetRevocations(store: Store, now: Date) {
  await store.deleteFrom('revocation').where('until', '<', now).execute();
  await store.deleteFrom('agentToken').where('until', '<', now).execute();
}
