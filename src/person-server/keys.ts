import { sql } from 'kysely';
import { generateSigningKey, readSigningKey, type SigningKey } from '#aauth/signing-keys.ts';
import { PersonServerError } from '#person-server/error.ts';
import type { Store } from '#person-server/tables.ts';

/** A new key is published this long before it signs, so that verifiers that may look only once a minute have seen it. */
const leadMs = 90_000;
/** A replaced key stays published until its last token has expired, and a little longer for clocks that differ. */
const outliveMs = 61 * 60_000;
/** How long one replica may not know of a rotation by another: far less than the lead. */
const rememberMs = 5_000;

export type Keys = {
  /** The key that signs now. */
  signing(): Promise<SigningKey>;
  /** Every key a verifier may still need. */
  published(): Promise<readonly SigningKey[]>;
  /** Makes the next key and publishes it at once. It signs from `signsFrom`, so that no token is unverifiable. */
  rotate(): Promise<{ readonly kid: string; readonly signsFrom: Date }>;
};

type Kept = { readonly key: SigningKey; readonly signsFrom: Date };

/** Opens the signing keys, making the first one when there is none. Replicas that start together make one between them. */
export async function openKeys(store: Store, now: () => Date): Promise<Keys> {
  let remembered: { readonly kept: readonly Kept[]; readonly at: number } | undefined;

  async function kept(): Promise<readonly Kept[]> {
    const at = performance.now();
    if (remembered && at - remembered.at < rememberMs) return remembered.kept;
    const rows = await store
      .selectFrom('signingKey')
      .select(['privateJwk', 'signsFrom'])
      .where((eb) => eb.or([eb('publishedUntil', 'is', null), eb('publishedUntil', '>', now())]))
      .orderBy('signsFrom')
      .execute();
    const read = rows.map(({ privateJwk, signsFrom }) => ({ key: readSigningKey(privateJwk), signsFrom }));
    remembered = { kept: read, at };
    return read;
  }

  await addKey(store, now(), (existing) => (existing ? undefined : now()));
  return {
    async signing() {
      const at = now();
      const ready = (await kept()).filter(({ signsFrom }) => signsFrom <= at);
      const newest = ready.at(-1) ?? (await kept())[0];
      if (!newest) throw new PersonServerError('no_signing_key', 'the signing keys are gone from the store');
      return newest.key;
    },
    async published() {
      return (await kept()).map(({ key }) => key);
    },
    async rotate() {
      const signsFrom = new Date(now().getTime() + leadMs);
      const kid = await addKey(store, now(), () => signsFrom);
      remembered = undefined;
      return { kid, signsFrom };
    },
  };
}

/** Adds a key that signs from the moment `signsFrom` says, if it says one; the keys before it are published until their last token is over. */
async function addKey(store: Store, at: Date, signsFrom: (existing: number) => Date | undefined) {
  const key = await generateSigningKey();
  await store.transaction().execute(async (trx) => {
    await sql`lock table person_server.signing_key in exclusive mode`.execute(trx);
    const existing = await trx.selectFrom('signingKey').select('kid').execute();
    const from = signsFrom(existing.length);
    if (!from) return;
    await trx
      .updateTable('signingKey')
      .set({ publishedUntil: new Date(from.getTime() + outliveMs) })
      .where('publishedUntil', 'is', null)
      .execute();
    await trx
      .insertInto('signingKey')
      .values({
        kid: key.kid,
        privateJwk: JSON.stringify(key.privateJwk),
        createdAt: at,
        signsFrom: from,
        publishedUntil: null,
      })
      .execute();
  });
  return key.kid;
}
