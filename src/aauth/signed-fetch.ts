import type { WellKnown } from '#aauth/discovery.ts';
import type { SigningKey } from '#aauth/signing-keys.ts';

/** Who signs a request: an agent with the token it presents, or a server by its published key. */
export type Signer =
  | { readonly kind: 'agent'; readonly key: SigningKey; readonly token: string }
  | { readonly kind: 'server'; readonly key: SigningKey; readonly issuer: string; readonly dwk: WellKnown };
