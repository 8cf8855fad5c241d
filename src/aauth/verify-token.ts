import { z } from 'zod';
import { isAgentIdentifier, isServerIdentifier } from '#aauth/identifiers.ts';
import { CommonClaims, refused, typOf, verifyJwt } from '#aauth/jwt.ts';
import { type PublicJwk, readPublicJwk, thumbprintOf } from '#aauth/key.ts';
import { isS256 } from '#aauth/mission-blob.ts';
import { openProven } from '#aauth/proven.ts';
import type {
  AgentToken,
  AuthToken,
  PersonToken,
  ResourceToken,
  TokenRefusal,
  Verified,
  Verifier,
} from '#aauth/tokens.ts';

/** No person or auth token lives longer (draft §person-token-structure, §auth-token-structure). */
const hourSeconds = 3600;

const text = z.string().min(1).max(2048);
const s256 = z.string().refine(isS256);
/** The key a token is bound to, with its thumbprint, or why it is none. */
const cnf = z.object({ jwk: z.unknown() }).transform(({ jwk }) => {
  const read = readPublicJwk(jwk);
  return read.kind === 'key' ? { ...read, thumbprint: thumbprintOf(read.jwk) } : read;
});

const AgentClaims = CommonClaims.extend({
  sub: text,
  cnf,
  ps: text.optional(),
  parent_agent: text.optional(),
});

const PersonClaims = CommonClaims.extend({
  aud: text,
  sub: text,
  cnf,
  mission_s256: s256.optional(),
  tenant: text.optional(),
  // A token that grants something is no person token, whatever its typ says.
  scope: z.undefined().optional(),
  account: z.undefined().optional(),
});

const AuthClaims = CommonClaims.extend({
  aud: text,
  ps: text,
  sub: text,
  cnf,
  scope: z.string().max(2048).optional(),
  account: text.optional(),
  mission_s256: s256.optional(),
  tenant: text.optional(),
  budget: z.unknown().optional(),
});

const ResourceClaims = CommonClaims.extend({
  aud: text,
  ps: text,
  sub: text,
  presented_jti: text,
  agent_jkt: text,
  scope: z.string().max(2048).optional(),
  account: text.optional(),
  login_hint: text.optional(),
  mission_s256: s256.optional(),
  tenant: text.optional(),
  interaction: z.object({ url: text, code: text }).optional(),
}).loose();

const agentTokens = {
  typ: 'aa-agent+jwt',
  dwks: ['aauth-agent.json'] as const,
  claims: AgentClaims,
  proven: openProven<z.infer<typeof AgentClaims>>(),
};

const resourceTokens = {
  typ: 'aa-resource+jwt',
  dwks: ['aauth-resource.json'] as const,
  claims: ResourceClaims,
  // Each is redeemed once, as a rule.
  proven: openProven<z.infer<typeof ResourceClaims>>({ most: 0 }),
};

const personTokens = {
  typ: 'aa-person+jwt',
  dwks: ['aauth-person.json'] as const,
  claims: PersonClaims,
  proven: openProven<z.infer<typeof PersonClaims>>(),
};

const authTokens = {
  typ: 'aa-auth+jwt',
  dwks: ['aauth-person.json', 'aauth-access.json'] as const,
  claims: AuthClaims,
  proven: openProven<z.infer<typeof AuthClaims>>(),
};

/**
 * Verifies an agent token (draft §agent-token-verification). That its key signed the request is checked where the request
 * is: `verifySignedRequest`.
 */
export function verifyAgentToken(jwt: string, verifier: Verifier): Promise<Verified<AgentToken>> {
  return verifyJwt(jwt, agentTokens, verifier, (claims, common): AgentToken | TokenRefusal => {
    const { sub, ps, parent_agent: parentAgent } = claims;
    if (!isAgentIdentifier(sub, verifier)) return refused('bad_claims', 'sub is no agent identifier');
    if (!belongsTo(sub, common.iss)) {
      return refused('bad_claims', "the domain in sub is not the agent provider's");
    }
    if (ps !== undefined && !isServerIdentifier(ps, verifier)) {
      return refused('bad_claims', 'ps is no server identifier');
    }
    if (parentAgent !== undefined && !isAgentIdentifier(parentAgent, verifier)) {
      return refused('bad_claims', 'parent_agent is no agent identifier');
    }
    if (claims.cnf.kind === 'refused') return claims.cnf;
    const { jwk, thumbprint } = claims.cnf;
    return { kind: 'agent', ...common, jwk, thumbprint, sub, ps, parentAgent };
  });
}

/**
 * Verifies a resource token made out to `audience`, our own identifier, and bound to the agent's key `agentJkt` (draft
 * §resource-token-verification, steps 1 and 2). Step 3 is `verifyPersonOrAuthToken` and `presentedMismatches`; whether
 * `missionS256` names an active mission is for its Person Server to know.
 */
export function verifyResourceToken(
  jwt: string,
  { audience, agentJkt, ...verifier }: Verifier & { readonly audience: string; readonly agentJkt: string },
): Promise<Verified<ResourceToken>> {
  return verifyJwt(jwt, resourceTokens, verifier, (claims, common): ResourceToken | TokenRefusal => {
    const { aud, ps, sub, scope, account, tenant, interaction } = claims;
    if (aud !== audience) return refused('wrong_audience', 'aud is not this server');
    if (!isServerIdentifier(ps, verifier)) return refused('bad_claims', 'ps is no server identifier');
    if (claims.agent_jkt !== agentJkt) return refused('wrong_key', "agent_jkt is not the agent's key");
    return {
      kind: 'resource',
      ...common,
      aud,
      ps,
      sub,
      presentedJti: claims.presented_jti,
      agentJkt,
      scope,
      account,
      loginHint: claims.login_hint,
      missionS256: claims.mission_s256,
      tenant,
      interaction,
      further: Object.fromEntries(
        Object.entries(claims).filter(([name]) => !Object.hasOwn(ResourceClaims.shape, name)),
      ),
    };
  });
}

/**
 * Where a token has to fit: the resource it is for, and the key it is bound to. Undefined is for a caller who goes on to
 * check a signature with the token's own key, whichever that is.
 */
type Place = { readonly audience: string; readonly thumbprint: string | undefined };

/**
 * Verifies a person or an auth token, whichever it is, made out to the resource `audience` and bound to the key with this
 * thumbprint (draft §person-token-verification, §auth-token-verification). At a resource these are its own identifier and
 * the key that signed the request; for a `presented_token` they are the resource token's `iss` and `agent_jkt`.
 */
export function verifyPersonOrAuthToken(
  jwt: string,
  { audience, thumbprint, ...verifier }: Verifier & Place,
): Promise<Verified<PersonToken | AuthToken>> {
  const place = { audience, thumbprint };
  return typOf(jwt) === 'aa-auth+jwt'
    ? verifyAuthToken(jwt, place, verifier)
    : verifyPersonToken(jwt, place, verifier);
}

function verifyPersonToken(jwt: string, place: Place, verifier: Verifier) {
  return verifyJwt(jwt, personTokens, verifier, (claims, common): PersonToken | TokenRefusal => {
    const bound = bindTo(place, claims);
    if (bound.kind === 'refused') return bound;
    const { aud, sub, mission_s256: missionS256, tenant } = claims;
    return { kind: 'person', ...common, ...bound.bound, aud, sub, missionS256, tenant };
  });
}

function verifyAuthToken(jwt: string, place: Place, verifier: Verifier) {
  return verifyJwt(jwt, authTokens, verifier, (claims, common): AuthToken | TokenRefusal => {
    const { aud, ps, sub, scope, account, mission_s256: missionS256, tenant, budget } = claims;
    if (!isServerIdentifier(ps, verifier)) return refused('bad_claims', 'ps is no server identifier');
    if (claims.dwk === 'aauth-person.json' && ps !== common.iss) {
      return refused('bad_claims', 'ps is not the Person Server that issued the token');
    }
    const bound = bindTo(place, claims);
    if (bound.kind === 'refused') return bound;
    const said = { aud, ps, sub, scope, account, missionS256, tenant, budget };
    return { kind: 'auth', ...common, ...bound.bound, ...said };
  });
}

function bindTo(
  { audience, thumbprint }: Place,
  claims: z.infer<typeof PersonClaims> | z.infer<typeof AuthClaims>,
): { readonly kind: 'bound'; readonly bound: { jwk: PublicJwk; thumbprint: string } } | TokenRefusal {
  if (claims.aud !== audience) return refused('wrong_audience', 'aud is not the resource');
  if (claims.exp - claims.iat > hourSeconds) {
    return refused('too_long_lived', 'the token lives longer than an hour');
  }
  if (claims.cnf.kind === 'refused') return claims.cnf;
  const bound = { jwk: claims.cnf.jwk, thumbprint: claims.cnf.thumbprint };
  if (thumbprint !== undefined && bound.thumbprint !== thumbprint) {
    return refused('wrong_key', "cnf.jwk is not the agent's key");
  }
  return { kind: 'bound', bound };
}

/**
 * The claims in which a resource token and the token it was issued against disagree, empty when none (draft
 * §resource-token-verification, step 3). Any is `invalid_resource_token`, and against a token that verified it is
 * evidence of tampering that operators should see.
 */
export function presentedMismatches(resource: ResourceToken, presented: PersonToken | AuthToken): string[] {
  const pairs: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['presented_jti', resource.presentedJti, presented.jti],
    ['ps', resource.ps, presented.kind === 'person' ? presented.iss : presented.ps],
    ['sub', resource.sub, presented.sub],
    ['mission_s256', resource.missionS256, presented.missionS256],
    ['tenant', resource.tenant, presented.tenant],
  ];
  return pairs.filter(([, ours, theirs]) => ours !== theirs).map(([name]) => name);
}

/** An agent provider names agents in its own domain. On loopback it may name any: there it has none of its own. */
function belongsTo(agent: string, issuer: string) {
  return issuer.startsWith('http://') || agent.endsWith(`@${issuer.slice('https://'.length)}`);
}
