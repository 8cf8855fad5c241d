// Who may speak to the bot: the Bot Connector's bearer tokens, checked here before anything reads what they came with.
// learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
import {
  createRemoteJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
  jwtVerify,
} from 'jose';
import { z } from 'zod';

export const connectorIssuer = 'https://api.botframework.com';
export const connectorMetadataUrl = 'https://login.botframework.com/v1/.well-known/openidconfiguration';

const algorithms = ['RS256', 'RS384', 'RS512'];
const skewS = 5 * 60;
const keysLiveMs = 24 * 60 * 60 * 1_000;
const keysWaitMs = 5_000;

export type Verdict =
  | { readonly kind: 'trusted'; readonly serviceUrl: string; readonly endorsements: readonly string[] }
  /** `why` names a rule, never a value from the token, so that it may be logged and answered. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The issuer's keys cannot be had, so nobody can be believed for now. */
  | { readonly kind: 'cannot-tell'; readonly cause: unknown };

export type TokenVerifier = (authorization: string | null) => Promise<Verdict>;

const metadata = z.object({ issuer: z.literal(connectorIssuer), jwks_uri: z.url() });
const claims = z.object({ serviceurl: z.url() });
const endorsed = z.object({ endorsements: z.array(z.string()).min(1) });

/**
 * Checks an `Authorization` header: signature by a key of the issuer's JWKS (kept 24 hours, asked again at most every
 * 30 seconds for an unknown key), issuer, audience = `appId`, expiry and not-before within five minutes. Gives back what
 * the activity must still agree with: the `serviceurl` claim and the channels the key is endorsed for.
 */
export function openVerifier(appId: string, metadataUrl = connectorMetadataUrl): TokenVerifier {
  let known: { readonly keys: ReturnType<typeof createRemoteJWKSet>; readonly until: number } | undefined;

  async function currentKeys() {
    if (known && known.until > Date.now()) return known.keys;
    const response = await fetch(metadataUrl, { signal: AbortSignal.timeout(keysWaitMs), redirect: 'error' });
    if (!response.ok) throw new Error(`the issuer's metadata answered ${response.status}`);
    const { jwks_uri } = metadata.parse(await response.json());
    const keys = createRemoteJWKSet(new URL(jwks_uri), {
      cacheMaxAge: keysLiveMs,
      timeoutDuration: keysWaitMs,
    });
    known = { keys, until: Date.now() + keysLiveMs };
    return keys;
  }

  return async (authorization) => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) return { kind: 'refused', why: 'no bearer token' };
    let unreachable: unknown;
    let endorsements: readonly string[] = [];

    async function key(header: JWSHeaderParameters, input: FlattenedJWSInput) {
      // Without a key id there is no telling which endorsements speak for the signature.
      if (!header.kid) throw new errors.JWKSNoMatchingKey();
      try {
        const keys = await currentKeys();
        const found = await keys(header, input);
        const jwk = keys.jwks()?.keys.find(({ kid }) => kid === header.kid);
        endorsements = endorsed.safeParse(jwk).data?.endorsements ?? [];
        return found;
      } catch (error) {
        if (!isVerdictOfJose(error)) unreachable = error;
        throw error;
      }
    }

    try {
      const { payload } = await jwtVerify(token, key, {
        issuer: connectorIssuer,
        audience: appId,
        algorithms,
        clockTolerance: skewS,
        requiredClaims: ['exp'],
      });
      const said = claims.safeParse(payload);
      if (!said.success) return { kind: 'refused', why: 'no serviceurl claim' };
      return { kind: 'trusted', serviceUrl: said.data.serviceurl, endorsements };
    } catch (error) {
      if (unreachable) return { kind: 'cannot-tell', cause: unreachable };
      return { kind: 'refused', why: reason(error) };
    }
  };
}

/** A closed answer about the token itself, not a failure to reach the keys. */
const isVerdictOfJose = (error: unknown) =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;

function reason(error: unknown) {
  if (error instanceof errors.JWTExpired) return 'token expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `wrong ${error.claim} claim`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'wrong signature';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm not allowed';
  if (isVerdictOfJose(error)) return 'unknown signing key';
  return 'not a token';
}
