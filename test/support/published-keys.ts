import type { Discovery } from '#aauth/discovery.ts';
import { readPublicJwk } from '#aauth/key.ts';

/** Discovery of issuers that need no server: their keys are what the test says, by issuer, read on every call. */
export function publishedKeys(
  keys: () => Readonly<Record<string, readonly ({ readonly kid: string } & object)[]>>,
): Discovery {
  return {
    async metadata(issuer) {
      return { kind: 'found', metadata: { issuer } };
    },
    async key(issuer, _dwk, kid) {
      const jwk = keys()[issuer]?.find((key) => key.kid === kid);
      if (!jwk) return { kind: 'refused', reason: 'unknown_key', detail: `${issuer} has no key ${kid}` };
      const read = readPublicJwk(jwk);
      return read.kind === 'key' ? { kind: 'found', jwk: read.jwk } : read;
    },
  };
}
