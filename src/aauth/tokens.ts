// The four tokens, as verified. Only `typ` tells a person token from an auth token, so `kind` is never left out.
//
//   agent token     which agent: from its provider, presented to the Person Server
//   person token    which person, to one resource; grants nothing
//   resource token  what the resource wants authorised, tied to the token it was presented
//   auth token      what is authorised, for one key at one resource
import type { Discovery } from '#aauth/discovery.ts';
import type { PublicJwk } from '#aauth/key.ts';

type Common = {
  readonly iss: string;
  readonly jti: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** The token itself, to be passed on where the draft says so. Never logged. */
  readonly jwt: string;
};

type Bound = {
  /** The key the token is bound to (`cnf.jwk`) and its RFC 7638 thumbprint. */
  readonly jwk: PublicJwk;
  readonly thumbprint: string;
};

export type AgentToken = Common &
  Bound & {
    readonly kind: 'agent';
    /** The agent identifier; the agent is `(iss, sub)`. */
    readonly sub: string;
    /** The Person Server the provider configured for the agent. */
    readonly ps?: string;
    /** Present: a sub-agent, and this is its parent. */
    readonly parentAgent?: string;
  };

export type PersonToken = Common &
  Bound & {
    readonly kind: 'person';
    readonly aud: string;
    readonly sub: string;
    readonly missionS256?: string;
    readonly tenant?: string;
  };

export type AuthToken = Common &
  Bound & {
    readonly kind: 'auth';
    readonly aud: string;
    readonly ps: string;
    readonly sub: string;
    readonly scope?: string;
    readonly account?: string;
    readonly missionS256?: string;
    readonly tenant?: string;
    /** What it may spend, as its issuer wrote it (draft-hardt-aauth-budgets §auth-token). */
    readonly budget?: unknown;
  };

export type ResourceToken = Common & {
  readonly kind: 'resource';
  readonly aud: string;
  readonly ps: string;
  readonly sub: string;
  readonly presentedJti: string;
  /** Thumbprint of the agent's key. */
  readonly agentJkt: string;
  readonly scope?: string;
  readonly account?: string;
  readonly loginHint?: string;
  readonly missionS256?: string;
  readonly tenant?: string;
  readonly interaction?: { readonly url: string; readonly code: string };
  /** Claims this server does not know (`r3_uri`, `budget`, …): what it cannot honour it must not drop in silence. */
  readonly further: Readonly<Record<string, unknown>>;
};

export type TokenRefusalReason =
  | 'malformed'
  | 'wrong_typ'
  | 'wrong_dwk'
  | 'issuer_invalid'
  | 'issuer_missing'
  | 'issuer_mismatch'
  | 'issuer_unreachable'
  | 'unknown_key'
  | 'unsupported_algorithm'
  | 'invalid_key'
  | 'bad_signature'
  | 'bad_claims'
  | 'wrong_audience'
  | 'wrong_key'
  | 'too_long_lived'
  /** Issued further ahead of our clock than the validity window. */
  | 'clock_skew'
  /** Everything else is right. */
  | 'expired';

export type TokenRefusal = {
  readonly kind: 'refused';
  readonly reason: TokenRefusalReason;
  readonly detail: string;
};

export type Verified<Token> = { readonly kind: 'verified'; readonly token: Token } | TokenRefusal;

export type Verifier = {
  readonly discovery: Discovery;
  readonly now: Date;
  readonly development: boolean;
};

/** A token just made. Times are whole seconds, as in the token. */
export type Minted = {
  readonly jwt: string;
  readonly jti: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
};
