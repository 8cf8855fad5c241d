import type { PublicJwk } from '#aauth/key.ts';

/** What the exact bytes of a token say, and the key that was seen to have signed them. */
export type Proof<Claims> = {
  readonly kid: string;
  readonly claims: Claims;
  readonly by: PublicJwk;
};

/**
 * Remembers tokens whose signature verified, by their exact bytes, so that an agent that shows its token with every request
 * costs one verification and not one a request. Nothing that can change is remembered: which key the issuer publishes,
 * whether the token has expired, and whether it was revoked is asked anew each time.
 */
export type Proven<Claims> = {
  /** What was proven of these bytes, if it still is remembered and the token has not expired at `nowSeconds`. */
  recall(jwt: string, nowSeconds: number): Proof<Claims> | undefined;
  keep(jwt: string, proof: Proof<Claims>): void;
  readonly size: number;
};

/** Keeps at most `most` tokens of at most `longest` characters; the one longest out of use makes room. */
export function openProven<Claims extends { readonly exp: number }>({
  most = 2_000,
  longest = 4_096,
} = {}): Proven<Claims> {
  const proofs = new Map<string, Proof<Claims>>();
  return {
    recall(jwt, nowSeconds) {
      const proof = proofs.get(jwt);
      if (!proof) return undefined;
      proofs.delete(jwt);
      if (proof.claims.exp <= nowSeconds) return undefined;
      proofs.set(jwt, proof);
      return proof;
    },
    keep(jwt, proof) {
      if (jwt.length > longest) return;
      proofs.delete(jwt);
      proofs.set(jwt, proof);
      for (const oldest of proofs.keys()) {
        if (proofs.size <= most) break;
        proofs.delete(oldest);
      }
    },
    get size() {
      return proofs.size;
    },
  };
}
