// Public keys as other parties send them. The algorithm is what the key says it is, in full, or the key is not used.
//
//   alg         a fully specified algorithm (RFC 9864): it fixes curve and hash; `EdDSA`, `none` and shared secrets are not
//   thumbprint  a key's name everywhere: RFC 7638 over SHA-256, base64url
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';

/** Exactly what this verifier accepts; the value of `accept_signature_algs` and of `Accept-Signature-Alg`. */
export const acceptedAlgorithms = ['Ed25519', 'ES256'] as const;

export type Algorithm = (typeof acceptedAlgorithms)[number];

export type PublicJwk =
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly alg: 'Ed25519'; readonly x: string }
  | {
      readonly kty: 'EC';
      readonly crv: 'P-256';
      readonly alg: 'ES256';
      readonly x: string;
      readonly y: string;
    };

export type KeyRead =
  | { readonly kind: 'key'; readonly jwk: PublicJwk }
  | {
      readonly kind: 'refused';
      readonly reason: 'unsupported_algorithm' | 'invalid_key';
      readonly detail: string;
    };

/** 32 bytes in base64url, as each coordinate of the two curves is. */
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const Ed25519Jwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  alg: z.literal('Ed25519'),
  x: coordinate,
});
const Es256Jwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  alg: z.literal('ES256'),
  x: coordinate,
  y: coordinate,
});

/** What a key says it is for (RFC 7517 §4.2, §4.3), if it says so: to verify what its owner signs. */
const ForVerifying = z.object({
  use: z.literal('sig').optional(),
  key_ops: z
    .array(z.string())
    .refine((operations) => operations.includes('verify'))
    .optional(),
});

/**
 * Reads one JWK and keeps its public members alone (draft §signature-algorithms). `unsupported_algorithm` when `alg` is
 * missing, polymorphic or unknown here; `invalid_key` when it is no JWK at all, its other members disagree with its `alg`, or
 * it says that it is for something else than verifying signatures.
 */
export function readPublicJwk(value: unknown): KeyRead {
  const named = z.object({ alg: z.unknown().optional() }).safeParse(value);
  if (!named.success) return { kind: 'refused', reason: 'invalid_key', detail: 'the key is no JWK' };
  const { alg } = named.data;
  if (alg !== 'Ed25519' && alg !== 'ES256') {
    return {
      kind: 'refused',
      reason: 'unsupported_algorithm',
      detail: `the key must name one of the algorithms ${acceptedAlgorithms.join(', ')}`,
    };
  }
  const read = alg === 'Ed25519' ? Ed25519Jwk.safeParse(value) : Es256Jwk.safeParse(value);
  if (!read.success) {
    return { kind: 'refused', reason: 'invalid_key', detail: `the key's members do not fit its alg ${alg}` };
  }
  if (!ForVerifying.safeParse(value).success) {
    return {
      kind: 'refused',
      reason: 'invalid_key',
      detail: 'the key says it is not for verifying signatures',
    };
  }
  return { kind: 'key', jwk: read.data };
}

/** The key's thumbprint (RFC 7638): its required members in order, SHA-256, base64url. */
export function thumbprintOf(jwk: PublicJwk): string {
  const members =
    jwk.kty === 'OKP'
      ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x }
      : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y };
  return hash('sha256', JSON.stringify(members), 'base64url');
}

/** Whether these are one key: the same curve and the same point. */
export function isSameKey(one: PublicJwk, other: PublicJwk): boolean {
  return one === other || (one.crv === other.crv && one.x === other.x && yOf(one) === yOf(other));
}

const yOf = (jwk: PublicJwk) => (jwk.kty === 'EC' ? jwk.y : undefined);

const imported = new WeakMap<PublicJwk, KeyObject>();

/**
 * Whether the key made this signature of these bytes (RFC 9421 §3.3: an ECDSA signature is its two numbers). On the spot: a
 * verification is done before another thread would have been told of it.
 */
export function verifies(jwk: PublicJwk, signature: Uint8Array, bytes: Uint8Array): boolean {
  const key = keyObjectOf(jwk);
  if (!key) return false;
  return jwk.kty === 'OKP'
    ? verify(null, bytes, key, signature)
    : verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** The key as OpenSSL knows it; undefined for a point that is not on the curve, which is no key. */
function keyObjectOf(jwk: PublicJwk): KeyObject | undefined {
  const known = imported.get(jwk);
  if (known) return known;
  const { alg: _alg, ...members } = jwk;
  try {
    const key = createPublicKey({ key: members, format: 'jwk' });
    imported.set(jwk, key);
    return key;
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && error.code === 'ERR_CRYPTO_INVALID_JWK')
      return undefined;
    throw error;
  }
}
