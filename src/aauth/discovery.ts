// Who a party says it is, and its keys: `{issuer}/.well-known/{dwk}` and the JWKS it names (draft §jwks-discovery).
import { z } from 'zod';
import type { Egress } from '#aauth/egress.ts';
import type { PublicJwk } from '#aauth/key.ts';
import type { Log } from '#log.ts';

export type WellKnown =
  | 'aauth-agent.json'
  | 'aauth-person.json'
  | 'aauth-resource.json'
  | 'aauth-access.json';

/** What a server publishes about itself. `name` and `description` are its own words: inert until sanitized. */
export const Metadata = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.string().optional(),
  name: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  logo_uri: z.string().optional().catch(undefined),
  access_mode: z.string().optional().catch(undefined),
  scope_descriptions: z.record(z.string(), z.string()).optional().catch(undefined),
  revocation_endpoint: z.string().optional().catch(undefined),
  auth_token_endpoint: z.string().optional().catch(undefined),
});
export type Metadata = Readonly<z.infer<typeof Metadata>>;

export type DiscoveryRefusalReason =
  /** The issuer is no server identifier. */
  | 'issuer_invalid'
  | 'issuer_missing'
  | 'issuer_mismatch'
  /** The document or the JWKS could not be had, or is not what it should be. */
  | 'unreachable'
  | 'malformed'
  | 'unknown_key'
  | 'unsupported_algorithm'
  | 'invalid_key';

export type DiscoveryRefusal = {
  readonly kind: 'refused';
  readonly reason: DiscoveryRefusalReason;
  readonly detail: string;
};

export type Discovery = {
  /** The issuer's metadata document, which must name that issuer. */
  metadata(
    issuer: string,
    dwk: WellKnown,
  ): Promise<{ readonly kind: 'found'; readonly metadata: Metadata } | DiscoveryRefusal>;
  /**
   * The issuer's key `kid`. `failed` is the key that did not verify a signature: the JWKS is fetched again, once a minute
   * at most, in case the issuer replaced the key under the same name.
   */
  key(
    issuer: string,
    dwk: WellKnown,
    kid: string,
    failed?: PublicJwk,
  ): Promise<{ readonly kind: 'found'; readonly jwk: PublicJwk } | DiscoveryRefusal>;
};

export type DiscoveryOptions = {
  readonly egress: Egress;
  readonly log: Log;
  readonly development: boolean;
  readonly now?: () => Date;
  /** Our own keys, so that tokens we issued are verified without calling ourselves. */
  readonly own?: {
    readonly issuer: string;
    keys(): Promise<readonly (PublicJwk & { readonly kid: string })[]>;
  };
};
