import { CompactSign, compactVerify, decodeProtectedHeader, errors, importJWK } from 'jose';
import type { PublicJwk } from '#aauth/key.ts';
import type { SigningKey } from '#aauth/signing-keys.ts';

const typ = 'chaperone-receipt';

/** Signs the canonical text of an act: a compact JWS (RFC 7515) that anybody with the public key can check by itself. */
export async function signReceipt(text: string, { kid, alg, privateJwk }: SigningKey): Promise<string> {
  return await new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader({ alg, kid, typ })
    .sign(await importJWK({ ...privateJwk }, alg));
}

/** The text a receipt was signed over; undefined when no key of `keys` signed it. */
export async function openReceipt(
  receipt: string,
  keys: readonly (PublicJwk & { kid: string })[],
): Promise<string | undefined> {
  try {
    const header = decodeProtectedHeader(receipt);
    const key = keys.find(({ kid }) => kid === header.kid);
    if (!key || header.typ !== typ) return undefined;
    const { payload } = await compactVerify(receipt, await importJWK({ ...key }, key.alg), {
      algorithms: [key.alg],
    });
    return new TextDecoder().decode(payload);
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}
