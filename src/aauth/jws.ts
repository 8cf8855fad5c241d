// JSON Web Signatures in their compact form (RFC 7515 §7.1). Signed and verified on the spot, as requests are: telling another
// thread costs more than the signature, and a token brings up to three (docs/performance.md).
import { decodeProtectedHeader } from 'jose';
import { type PublicJwk, verifies } from '#aauth/key.ts';
import { type SigningKey, signatureOf } from '#aauth/signing-keys.ts';

/** What one says of itself. Nobody has vouched for any of it. */
export type Opened = { readonly header: Readonly<Record<string, unknown>>; readonly payload: unknown };

/** Three parts in base64url; of an unsigned one the last is empty. */
const compact = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Signs `payload` as JSON; `alg` and `kid` are the key's. */
export function signJws(typ: string, payload: Readonly<Record<string, unknown>>, key: SigningKey): string {
  const input = `${part({ typ, alg: key.alg, kid: key.kid })}.${part(payload)}`;
  return `${input}.${signatureOf(key, Buffer.from(input)).toString('base64url')}`;
}

/** Reads one whose payload is JSON. Undefined where it is none, or asks for an extension (`crit`), for none is known here. */
export function openJws(jws: string): Opened | undefined {
  if (!compact.test(jws)) return undefined;
  try {
    const header = decodeProtectedHeader(jws);
    const payload: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return 'crit' in header ? undefined : { header: { ...header }, payload };
  } catch {
    return undefined;
  }
}

/** Whether this key signed it, by the one algorithm the key is for (RFC 8725 §3.1). */
export function isSignedBy(jws: string, jwk: PublicJwk): boolean {
  if (openJws(jws)?.header['alg'] !== jwk.alg) return false;
  const end = jws.lastIndexOf('.');
  return verifies(jwk, Buffer.from(jws.slice(end + 1), 'base64url'), Buffer.from(jws.slice(0, end)));
}

const part = (value: Readonly<Record<string, unknown>>) =>
  Buffer.from(JSON.stringify(value)).toString('base64url');
