import type { Algorithm, PublicJwk } from '#aauth/key.ts';

/** A key this server signs with. `privateJwk` is the secret: it goes into the key store and nowhere else. */
export type SigningKey = {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly publicJwk: PublicJwk & { readonly kid: string };
  readonly privateJwk: PublicJwk & { readonly kid: string; readonly d: string };
};
