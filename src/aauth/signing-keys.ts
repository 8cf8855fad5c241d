import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';
import { AauthError } from '#aauth/error.ts';
import { type Algorithm, type PublicJwk, readPublicJwk, thumbprintOf, verifies } from '#aauth/key.ts';

/** A key this server signs with. `privateJwk` is the secret: it goes into the key store and nowhere else. */
export type SigningKey = {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly publicJwk: PublicJwk & { readonly kid: string };
  readonly privateJwk: PublicJwk & { readonly kid: string; readonly d: string };
};

/** A new key; its `kid` is its thumbprint. Ed25519 unless the platform it is for needs ES256 (draft §signature-algorithms). */
export async function generateSigningKey(alg: Algorithm = 'Ed25519'): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return readSigningKey({ ...(await exportJWK(privateKey)), alg });
}

/**
 * Reads a private JWK as stored. A key without a `kid` is named by its thumbprint.
 * @throws {AauthError} `bad_signing_key`
 */
export function readSigningKey(stored: unknown): SigningKey {
  const read = readPublicJwk(stored);
  if (read.kind === 'refused') throw new AauthError('bad_signing_key', read.detail);
  const secret = z.object({ d: z.string().min(1), kid: z.string().min(1).optional() }).safeParse(stored);
  if (!secret.success) throw new AauthError('bad_signing_key', 'the stored key has no private part');
  const kid = secret.data.kid ?? thumbprintOf(read.jwk);
  const publicJwk = { ...read.jwk, kid };
  const key = { kid, alg: read.jwk.alg, publicJwk, privateJwk: { ...publicJwk, d: secret.data.d } };
  if (!fits(key)) throw new AauthError('bad_signing_key', 'the private part does not fit the public one');
  return key;
}

/** The private part of another key would sign what nobody can verify. */
function fits(key: SigningKey): boolean {
  const probe = new Uint8Array(1);
  try {
    return verifies(key.publicJwk, signatureOf(key, probe), probe);
  } catch {
    return false;
  }
}

/** The JWKS to publish, each key with its fully specified `alg` (draft §jwks-discovery). */
export function publicJwks(keys: readonly SigningKey[]) {
  return { keys: keys.map(({ publicJwk }) => ({ ...publicJwk, use: 'sig' })) };
}

const imported = new WeakMap<SigningKey['privateJwk'], KeyObject>();

/** The signature of these bytes, as `verifies` reads it: an ECDSA signature is its two numbers (RFC 7518 §3.4). */
export function signatureOf({ privateJwk }: SigningKey, bytes: Uint8Array): Buffer {
  const { alg, kid: _kid, ...members } = privateJwk;
  const key = imported.get(privateJwk) ?? createPrivateKey({ key: members, format: 'jwk' });
  imported.set(privateJwk, key);
  return alg === 'Ed25519'
    ? sign(null, bytes, key)
    : sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
}
