import { randomUUID } from 'node:crypto';
import type { WellKnown } from '#aauth/discovery.ts';
import { signJws } from '#aauth/jws.ts';
import type { PublicJwk } from '#aauth/key.ts';
import type { SigningKey } from '#aauth/signing-keys.ts';
import type { Minted } from '#aauth/tokens.ts';

/**
 * Who issues, with which key, when and for how long. `notAfter` are the moments the token may not outlive (agent token,
 * mission, presented and upstream token, …; an absent one binds nothing); `lifetimeSeconds` is how long it lives if they
 * allow, the draft's maximum or recommendation when absent.
 */
export type Issuing = {
  readonly issuer: string;
  readonly key: SigningKey;
  readonly now: Date;
  readonly notAfter?: readonly (Date | undefined)[];
  readonly lifetimeSeconds?: number;
};

type ForPerson = {
  /** The resource, and the person as this resource knows them. */
  readonly aud: string;
  readonly sub: string;
  /** The agent's key. */
  readonly jwk: PublicJwk;
  readonly missionS256?: string | undefined;
  readonly tenant?: string | undefined;
};

const hourSeconds = 3600;

/**
 * Issues a person token (draft §person-token-structure): at most an hour, no later than any of `notAfter`. Undefined when
 * those leave it not one whole second.
 */
export function mintPersonToken(token: ForPerson, issuing: Issuing): Minted | undefined {
  const { aud, sub, jwk, missionS256, tenant } = token;
  const claims = { aud, sub, cnf: cnfOf(jwk), mission_s256: missionS256, tenant };
  return mint('aa-person+jwt', 'aauth-person.json', claims, issuing, hourSeconds);
}

/**
 * Issues an auth token as a Person Server (draft §auth-token-structure): `ps` is the issuer, at most an hour, no later
 * than any of `notAfter`. Undefined when those leave it not one whole second. `further` are claims about the person.
 */
export function mintAuthToken(
  token: ForPerson & {
    readonly scope?: string | undefined;
    readonly account?: string | undefined;
    readonly further?: Readonly<Record<string, unknown>>;
    /** As which of its roles the issuer speaks; as a Person Server where nothing is said (draft §ps-as-collapse). */
    readonly dwk?: 'aauth-person.json' | 'aauth-access.json';
  },
  issuing: Issuing,
): Minted | undefined {
  const { aud, sub, jwk, missionS256, tenant, scope, account, further, dwk = 'aauth-person.json' } = token;
  const known = { aud, sub, cnf: cnfOf(jwk), scope, account, mission_s256: missionS256, tenant };
  const claims = { ...further, ...known, ps: issuing.issuer };
  return mint('aa-auth+jwt', dwk, claims, issuing, hourSeconds);
}

/** Issues an agent token as an agent provider (draft §agent-token-structure): a day when nothing else is said. */
export function mintAgentToken(
  token: {
    readonly sub: string;
    readonly jwk: PublicJwk;
    readonly ps?: string | undefined;
    readonly parentAgent?: string | undefined;
  },
  issuing: Issuing,
): Minted | undefined {
  const { sub, jwk, ps, parentAgent } = token;
  const claims = { sub, cnf: cnfOf(jwk), ps, parent_agent: parentAgent };
  return mint('aa-agent+jwt', 'aauth-agent.json', claims, issuing, 24 * hourSeconds);
}

/**
 * Issues a resource token as a resource that verified a person or auth token (draft §resource-token-structure), whose
 * `sub`, `missionS256`, `tenant`, Person Server and `jti` it repeats. Five minutes when nothing else is said.
 */
export function mintResourceToken(
  token: {
    readonly aud: string;
    readonly ps: string;
    readonly sub: string;
    readonly presentedJti: string;
    readonly agentJkt: string;
    readonly scope?: string | undefined;
    readonly account?: string | undefined;
    readonly missionS256?: string | undefined;
    readonly tenant?: string | undefined;
    readonly further?: Readonly<Record<string, unknown>>;
  },
  issuing: Issuing,
): Minted | undefined {
  const { aud, ps, sub, presentedJti, agentJkt, scope, account, missionS256, tenant, further } = token;
  const claims = {
    ...further,
    aud,
    ps,
    sub,
    presented_jti: presentedJti,
    agent_jkt: agentJkt,
    scope,
    account,
    mission_s256: missionS256,
    tenant,
  };
  return mint('aa-resource+jwt', 'aauth-resource.json', claims, issuing, 300);
}

/** Public members only: a caller's private key must not slip into a token. */
function cnfOf(jwk: PublicJwk) {
  const { kty, crv, alg, x } = jwk;
  return { jwk: jwk.kty === 'EC' ? { kty, crv, alg, x, y: jwk.y } : { kty, crv, alg, x } };
}

function mint(
  typ: string,
  dwk: WellKnown,
  claims: Readonly<Record<string, unknown>>,
  { issuer, key, now, notAfter = [], lifetimeSeconds }: Issuing,
  longestSeconds: number,
): Minted | undefined {
  const iat = Math.floor(now.getTime() / 1000);
  const caps = notAfter.filter((cap) => cap !== undefined).map((cap) => Math.floor(cap.getTime() / 1000));
  const exp = Math.min(iat + Math.min(lifetimeSeconds ?? longestSeconds, longestSeconds), ...caps);
  if (exp <= iat) return undefined;
  const jti = randomUUID();
  const jwt = signJws(typ, { ...claims, iss: issuer, dwk, jti, iat, exp }, key);
  return { jwt, jti, issuedAt: new Date(iat * 1000), expiresAt: new Date(exp * 1000) };
}
