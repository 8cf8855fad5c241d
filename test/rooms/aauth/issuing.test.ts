import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPublicJwk, thumbprintOf } from '#aauth/key.ts';
import { type Issuing, mintAuthToken } from '#aauth/mint-token.ts';
import { generateSigningKey, publicJwks, readSigningKey } from '#aauth/signing-keys.ts';
import { tokenProblem } from '#aauth/token-problem.ts';

const now = new Date('2026-11-21T12:00:00.250Z');
const in_ = (seconds: number) => new Date(Date.parse('2026-11-21T12:00:00Z') + seconds * 1000);

const [psKey, agentKey] = await Promise.all([generateSigningKey('ES256'), generateSigningKey()]);
const personServer = 'https://ps.example';
const byPersonServer = (more: Partial<Issuing> = {}) => ({ issuer: personServer, key: psKey, now, ...more });
const access = {
  aud: 'https://shop.example',
  sub: 'me-at-shop',
  jwk: agentKey.publicJwk,
  missionS256: 'RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o',
  tenant: 'acme',
  scope: 'buy:flour',
  account: 'kitchen',
};

describe('issuing', () => {
  const lifetime = async (issuing: Partial<Issuing>) => {
    const minted = mintAuthToken(access, byPersonServer(issuing));
    return minted && (minted.expiresAt.getTime() - minted.issuedAt.getTime()) / 1000;
  };

  test('takes the shortest of what a token may not outlive', async () => {
    expect(await lifetime({})).toBe(3600);
    expect(await lifetime({ notAfter: [undefined] })).toBe(3600);
    expect(await lifetime({ notAfter: [in_(7200), in_(90), undefined, in_(600)] })).toBe(90);
    expect(await lifetime({ lifetimeSeconds: 30, notAfter: [in_(90)] })).toBe(30);
    expect(await lifetime({ lifetimeSeconds: 999_999 })).toBe(3600);
  });

  test('makes nothing when there is not a second left', async () => {
    expect(await lifetime({ notAfter: [in_(0)] })).toBe(undefined);
    expect(await lifetime({ notAfter: [new Date(in_(1).getTime() - 1)] })).toBe(undefined);
    expect(await lifetime({ notAfter: [in_(-10)] })).toBe(undefined);
  });

  test('never exceeds any limit, for any limits', async () => {
    const limit = fc.option(fc.integer({ min: -10, max: 8000 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.array(limit, { maxLength: 4 }), async (limits) => {
        const seconds = await lifetime({
          notAfter: limits.map((limit) => (limit === undefined ? limit : in_(limit))),
        });
        const least = Math.min(3600, ...limits.filter((limit) => limit !== undefined));
        expect(seconds).toBe(least > 0 ? least : undefined);
      }),
      { numRuns: 50 },
    );
  });

  test('puts no private key, no agent and no foreign scope into a token', async () => {
    const leaky = {
      ...access,
      jwk: agentKey.privateJwk,
      scope: undefined,
      further: { scope: 'all', ps: 'x', email: 'e' },
    };
    const minted = mintAuthToken(leaky, byPersonServer());
    const claims: unknown = JSON.parse(Buffer.from(minted?.jwt.split('.')[1] ?? '', 'base64url').toString());
    expect(Object.keys(claims as object).toSorted()).toEqual(
      [
        'account',
        'aud',
        'cnf',
        'dwk',
        'email',
        'exp',
        'iat',
        'iss',
        'jti',
        'mission_s256',
        'ps',
        'sub',
        'tenant',
      ].toSorted(),
    );
    expect(claims).toMatchObject({ ps: personServer });
    expect(JSON.stringify(claims)).not.toContain(agentKey.privateJwk.d);
  });
});

describe('signing keys', () => {
  test('are named by their thumbprint and published with a full algorithm and no secret', () => {
    for (const key of [agentKey, psKey]) {
      expect(key.kid).toBe(thumbprintOf(key.publicJwk));
      const [published] = publicJwks([key]).keys;
      expect(published).toEqual({ ...key.publicJwk, use: 'sig' });
      expect(published).not.toHaveProperty('d');
      expect(readSigningKey(JSON.parse(JSON.stringify(key.privateJwk)))).toEqual(key);
    }
  });

  test('have the thumbprint of RFC 8037, appendix A.3', () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
    const read = readPublicJwk({ kty: 'OKP', crv: 'Ed25519', alg: 'Ed25519', x });
    expect(read.kind === 'key' && thumbprintOf(read.jwk)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  test('that cannot sign are a failure when they are read', () => {
    expect(() => readSigningKey(psKey.publicJwk)).toThrow(
      expect.objectContaining({ code: 'bad_signing_key' }),
    );
    expect(() => readSigningKey({ ...psKey.privateJwk, alg: 'RS256' })).toThrow(
      expect.objectContaining({ code: 'bad_signing_key' }),
    );
  });

  test.each(['Ed25519', 'ES256'] as const)(
    'whose %s private part is another key’s are a failure, too',
    async (alg) => {
      const [own, other] = [await generateSigningKey(alg), await generateSigningKey(alg)];
      for (const d of [other.privateJwk.d, 'AA', '!'])
        expect(() => readSigningKey({ ...own.privateJwk, d })).toThrow(
          expect.objectContaining({ code: 'bad_signing_key' }),
        );
    },
  );

  test('of others are read, whatever they are', () => {
    const member = fc.oneof(fc.constantFrom('OKP', 'EC', 'Ed25519', 'P-256', 'ES256'), fc.jsonValue());
    const key = fc.dictionary(fc.constantFrom('kty', 'crv', 'alg', 'x', 'y', 'd', 'use', 'key_ops'), member);
    fc.assert(
      fc.property(fc.oneof(key, fc.jsonValue()), (value) => {
        expect(['key', 'refused']).toContain(readPublicJwk(value).kind);
      }),
    );
  });
});

test('a token refused as a parameter is answered with the parameter’s own code', () => {
  const refusal = { kind: 'refused', detail: 'because' } as const;
  const errorOf = (reason: 'expired' | 'clock_skew' | 'wrong_key') =>
    tokenProblem('presented', { ...refusal, reason });
  expect(errorOf('expired')).toEqual({ status: 400, error: 'expired_presented_token', detail: 'because' });
  expect(errorOf('clock_skew').error).toBe('clock_skew');
  expect(errorOf('wrong_key').error).toBe('invalid_presented_token');
});
