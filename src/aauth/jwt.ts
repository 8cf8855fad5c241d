import { z } from 'zod';
import type { DiscoveryRefusal, WellKnown } from '#aauth/discovery.ts';
import { isServerIdentifier } from '#aauth/identifiers.ts';
import { isSignedBy, openJws } from '#aauth/jws.ts';
import { acceptedAlgorithms, isSameKey } from '#aauth/key.ts';
import type { Proven } from '#aauth/proven.ts';
import type { TokenRefusal, TokenRefusalReason, Verified, Verifier } from '#aauth/tokens.ts';

/** Longer tokens are not read; a token also has to fit into a header. */
const longestToken = 16 * 1024;

/** How far ahead of our clock a token may be issued: the signature validity window (draft §common-verification). */
const windowSeconds = 60;

const Header = z.object({ typ: z.string(), alg: z.string(), kid: z.string().min(1).max(512) });

const seconds = z.number().nonnegative().max(8.64e12);

/** The claims every AAuth token has (draft §common-claims). */
export const CommonClaims = z.object({
  iss: z.string(),
  dwk: z.string(),
  jti: z.string().min(1).max(512),
  iat: seconds,
  exp: seconds,
});
type CommonClaims = z.infer<typeof CommonClaims>;

type Common = {
  readonly iss: string;
  readonly jti: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly jwt: string;
};

/** What kind of token is expected: its `typ`, where its issuer's keys are found, its claims, and which were verified before. */
export type Expected<Claims extends CommonClaims> = {
  readonly typ: string;
  readonly dwks: readonly WellKnown[];
  readonly claims: z.ZodType<Claims>;
  readonly proven: Proven<Claims>;
};

/**
 * The verification all four tokens share (draft §common-verification), with `read` for what is particular to one. The
 * expiry is looked at last, so that `expired` means that nothing else is wrong. A token that was verified before is not read
 * again, and its signature is not if its issuer's key is still the one that made it.
 */
export async function verifyJwt<Claims extends CommonClaims, Token>(
  jwt: string,
  expected: Expected<Claims>,
  { discovery, now, development }: Verifier,
  read: (claims: Claims, common: Common) => Token | TokenRefusal,
): Promise<Verified<Token>> {
  const nowSeconds = now.getTime() / 1000;
  const known = expected.proven.recall(jwt, nowSeconds);
  const opened = known ? { kind: 'opened' as const, ...known } : openAs(jwt, expected);
  if (opened.kind === 'refused') return opened;
  const { kid, claims } = opened;
  const dwk = expected.dwks.find((name) => name === claims.dwk);
  if (!dwk) return refused('wrong_dwk', `dwk is not ${expected.dwks.join(' or ')}`);
  if (!isServerIdentifier(claims.iss, { development })) {
    return refused('issuer_invalid', 'iss is no server identifier');
  }

  const found = await discovery.key(claims.iss, dwk, kid);
  if (found.kind === 'refused') return notFound(found);
  if (!known || !isSameKey(known.by, found.jwk)) {
    let by = found.jwk;
    if (!isSignedBy(jwt, by)) {
      const again = await discovery.key(claims.iss, dwk, kid, by);
      if (again.kind === 'refused') return notFound(again);
      by = again.jwk;
      if (!isSignedBy(jwt, by)) {
        return refused('bad_signature', "the issuer's key did not sign the token");
      }
    }
    expected.proven.keep(jwt, { kid, claims, by });
  }

  if (claims.iat > nowSeconds + windowSeconds) return refused('clock_skew', 'iat is ahead of our clock');
  const token = read(claims, {
    iss: claims.iss,
    jti: claims.jti,
    issuedAt: new Date(claims.iat * 1000),
    expiresAt: new Date(claims.exp * 1000),
    jwt,
  });
  if (isRefusal(token)) return token;
  if (claims.exp <= nowSeconds) return refused('expired', 'the token has expired');
  return { kind: 'verified', token };
}

/** Reads a token as the kind that is expected; whether it is one, its issuer's key will say. */
function openAs<Claims extends CommonClaims>(jwt: string, expected: Expected<Claims>) {
  const opened = openJwt(jwt);
  if (!opened) return refused('malformed', 'the token is no JWT of this profile');
  const { header } = opened;
  if (header.typ !== expected.typ) return refused('wrong_typ', `the token's typ is not ${expected.typ}`);
  if (!acceptedAlgorithms.some((alg) => alg === header.alg)) {
    return refused('unsupported_algorithm', "the token's alg is not accepted");
  }
  const parsed = expected.claims.safeParse(opened.claims);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.') || 'payload');
    return refused('bad_claims', `claims missing or malformed: ${[...new Set(names)].join(', ')}`);
  }
  return { kind: 'opened' as const, kid: header.kid, claims: parsed.data };
}

/** The `typ` a token claims, to choose how to verify it; nothing else is known of it. */
export function typOf(jwt: string): string | undefined {
  return openJwt(jwt)?.header.typ;
}

export function refused(reason: TokenRefusalReason, detail: string): TokenRefusal {
  return { kind: 'refused', reason, detail };
}

function isRefusal(value: unknown): value is TokenRefusal {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'refused';
}

function openJwt(jwt: string) {
  const opened = jwt.length > longestToken ? undefined : openJws(jwt);
  const header = Header.safeParse(opened?.header);
  return header.success ? { header: header.data, claims: opened?.payload } : undefined;
}

function notFound({ reason, detail }: DiscoveryRefusal): TokenRefusal {
  switch (reason) {
    case 'unreachable':
    case 'malformed':
      return refused('issuer_unreachable', detail);
    default:
      return refused(reason, detail);
  }
}
