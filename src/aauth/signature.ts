// Who signed this request: the AAuth profile of HTTP Message Signatures (draft §http-message-signatures-profile).
import type { PublicJwk } from '#aauth/key.ts';
import type { Problem } from '#aauth/problem.ts';
import type { AgentToken, AuthToken, PersonToken, Verifier } from '#aauth/tokens.ts';

/** A request as it arrived. `path` and `query` are as on the wire, `query` without its `?`. */
export type Received = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
};

/** What a replay of this request would repeat (draft §freshness-and-replay). */
export type Proof = {
  readonly thumbprint: string;
  /** Unix seconds. */
  readonly created: number;
  readonly method: string;
  readonly path: string;
  /** SHA-256 of what was signed, base64url: unlike the signature's own bytes it has one spelling only. */
  readonly signed: string;
};

export type SignedByAgent = {
  readonly kind: 'agent';
  readonly agent: AgentToken;
  readonly jwk: PublicJwk;
  readonly thumbprint: string;
  readonly proof: Proof;
};

/** A sub-agent signed for itself, which a Person Server refuses everywhere (draft §single-level-depth). */
export type SignedBySubAgent = {
  readonly kind: 'sub_agent';
  readonly agent: AgentToken & { readonly parentAgent: string };
  readonly proof: Proof;
};

export type SignedByServer = {
  readonly kind: 'server';
  readonly issuer: string;
  readonly dwk: string;
  readonly kid: string;
  readonly proof: Proof;
};

/** An agent showed a person or auth token: at a resource, never at a Person Server. */
export type SignedForPerson = {
  readonly kind: 'person';
  readonly token: PersonToken | AuthToken;
  readonly proof: Proof;
};

/** A `401` with its `Signature-Error`. */
export type SignatureRefused = { readonly kind: 'refused'; readonly problem: Problem };

export type Receiver = Verifier & {
  /** Our own host as configured (`ps.example`, `localhost:4700`): never what the request claims to be for. */
  readonly authority: string;
};
