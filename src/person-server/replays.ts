import type { Proof } from '#aauth/signature.ts';
import type { Server } from '#person-server/server.ts';
import type { Store } from '#person-server/tables.ts';

/** A signature is good this long on either side of its `created`: past it, nothing needs to be remembered. */
const windowMs = 60_000;

/**
 * Whether this signed request is seen for the first time, here or on another replica (draft §freshness-and-replay). What is
 * remembered is the digest of what was signed: another body, or another second, is another request.
 */
export async function isFirstTime(server: Server, proof: Proof): Promise<boolean> {
  const inserted = await server.store
    .insertInto('signedRequest')
    .values({ signed: proof.signed, until: new Date(proof.created * 1000 + windowMs + 1000) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Forgets signatures whose window has closed. */
export async function forgetReplays(store: Store, now: Date) {
  await store.deleteFrom('signedRequest').where('until', '<', now).execute();
}
