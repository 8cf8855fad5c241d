import fc from 'fast-check';
import { importJWK, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Discovery } from '#aauth/discovery.ts';
import {
  type Issuing,
  mintAgentToken,
  mintAuthToken,
  mintPersonToken,
  mintResourceToken,
} from '#aauth/mint-token.ts';
import { s256Of } from '#aauth/mission-blob.ts';
import { generateSigningKey, type SigningKey } from '#aauth/signing-keys.ts';
import type { Minted } from '#aauth/tokens.ts';
import {
  presentedMismatches,
  verifyAgentToken,
  verifyPersonOrAuthToken,
  verifyResourceToken,
} from '#aauth/verify-token.ts';
import { publishedKeys } from '../../support/published-keys.ts';

const provider = 'https://agents.example';
const personServer = 'https://ps.example';
const shop = 'https://shop.example';
const now = new Date('2026-11-21T12:00:00.250Z');
const nowSeconds = Math.floor(now.getTime() / 1000);
const in_ = (seconds: number) => new Date((nowSeconds + seconds) * 1000);
const missionS256 = s256Of(new TextEncoder().encode('mission'));

const [providerKey, psKey, shopKey, agentKey, strange] = await Promise.all([
  generateSigningKey(),
  generateSigningKey('ES256'),
  generateSigningKey(),
  generateSigningKey('ES256'),
  generateSigningKey(),
]);

const discovery = publishedKeys(() => ({
  [provider]: [providerKey.publicJwk],
  [personServer]: [psKey.publicJwk],
  [shop]: [shopKey.publicJwk],
}));
const verifier = { discovery, now, development: false };

const byProvider = (more: Partial<Issuing> = {}) => ({ issuer: provider, key: providerKey, now, ...more });
const byPersonServer = (more: Partial<Issuing> = {}) => ({ issuer: personServer, key: psKey, now, ...more });
const byShop = (more: Partial<Issuing> = {}) => ({ issuer: shop, key: shopKey, now, ...more });

const agent = { sub: 'aauth:Errand@agents.example', jwk: agentKey.publicJwk, ps: personServer };
const person = { aud: shop, sub: 'me-at-shop', jwk: agentKey.publicJwk, missionS256, tenant: 'acme' };
const access = { ...person, scope: 'buy:flour', account: 'kitchen' };
const wanted = {
  aud: personServer,
  ps: personServer,
  sub: 'me-at-shop',
  presentedJti: 'p-1',
  agentJkt: agentKey.kid,
  scope: 'buy:flour',
  missionS256,
};

const jwtOf = (minted: Minted | undefined) => minted?.jwt ?? '';
const checkAgent = (jwt: string, at = now) => verifyAgentToken(jwt, { ...verifier, now: at });
const checkShown = (jwt: string, place: Partial<{ audience: string; thumbprint: string }> = {}, at = now) =>
  verifyPersonOrAuthToken(jwt, { ...verifier, now: at, audience: shop, thumbprint: agentKey.kid, ...place });
const checkWanted = (jwt: string, place: Partial<{ audience: string; agentJkt: string }> = {}) =>
  verifyResourceToken(jwt, { ...verifier, audience: personServer, agentJkt: agentKey.kid, ...place });

async function reasonOf(checking: Promise<{ kind: string; reason?: string }>) {
  const { kind, reason } = await checking;
  return reason ?? kind;
}

/** A token whose every claim and header is the test's. */
async function forge(
  claims: object,
  header: Partial<{ typ: string; alg: string; kid: string }> = {},
  key = providerKey,
) {
  return await new SignJWT({ ...claims })
    .setProtectedHeader({ typ: 'aa-agent+jwt', alg: key.alg, kid: key.kid, ...header })
    .sign(await importJWK({ ...key.privateJwk }, key.alg));
}

const agentClaims = {
  iss: provider,
  dwk: 'aauth-agent.json',
  sub: agent.sub,
  jti: 'a-1',
  iat: nowSeconds,
  exp: nowSeconds + 60,
  cnf: { jwk: agentKey.publicJwk },
};

describe('an agent token', () => {
  test('is verified as it was issued', async () => {
    const jwt = jwtOf(mintAgentToken({ ...agent, parentAgent: 'aauth:Boss@agents.example' }, byProvider()));
    expect(await checkAgent(jwt)).toMatchObject({
      kind: 'verified',
      token: {
        kind: 'agent',
        iss: provider,
        sub: agent.sub,
        ps: personServer,
        parentAgent: 'aauth:Boss@agents.example',
        thumbprint: agentKey.kid,
        issuedAt: in_(0),
        expiresAt: in_(24 * 3600),
        jwt,
      },
    });
  });

  test('may carry claims nobody here knows', async () => {
    expect(await reasonOf(checkAgent(await forge({ ...agentClaims, attested: { enclave: true } })))).toBe(
      'verified',
    );
  });

  test('is valid until the very second of exp', async () => {
    const jwt = await forge(agentClaims);
    expect(await reasonOf(checkAgent(jwt, new Date(in_(60).getTime() - 1)))).toBe('verified');
    expect(await reasonOf(checkAgent(jwt, in_(60)))).toBe('expired');
  });

  test('is not refused for its iat, unless that lies more than the window ahead', async () => {
    const issued = (iat: number) => forge({ ...agentClaims, iat, exp: nowSeconds + 3600 });
    expect(await reasonOf(checkAgent(await issued(nowSeconds - 86_400)))).toBe('verified');
    expect(await reasonOf(checkAgent(await issued(nowSeconds + 60)))).toBe('verified');
    expect(await reasonOf(checkAgent(await issued(nowSeconds + 61)))).toBe('clock_skew');
  });

  const privateX = agentKey.publicJwk.x;
  test.each([
    ['wrong_dwk', { dwk: 'aauth-person.json' }],
    ['issuer_invalid', { iss: 'https://agents.example/' }],
    ['issuer_invalid', { iss: 'http://agents.example' }],
    ['unknown_key', { iss: 'https://other.example' }],
    ['bad_claims', { jti: undefined }],
    ['bad_claims', { iat: undefined }],
    ['bad_claims', { exp: '2030' }],
    ['bad_claims', { exp: undefined }],
    ['bad_claims', { sub: 'errand@agents.example' }],
    ['bad_claims', { sub: 'aauth:errand@good.example' }],
    ['bad_claims', { sub: 'aauth:errand@xagents.example' }],
    ['bad_claims', { ps: 'https://ps.example/path' }],
    ['bad_claims', { parent_agent: 'boss' }],
    ['bad_claims', { cnf: undefined }],
    ['bad_claims', { cnf: {} }],
    ['unsupported_algorithm', { cnf: { jwk: { kty: 'oct', k: 'AAAA', alg: 'HS256' } } }],
    ['unsupported_algorithm', { cnf: { jwk: { kty: 'OKP', crv: 'Ed25519', x: privateX, alg: 'EdDSA' } } }],
    ['invalid_key', { cnf: { jwk: { kty: 'OKP', crv: 'Ed25519', x: privateX, alg: 'ES256' } } }],
    ['invalid_key', { cnf: { jwk: { ...agentKey.publicJwk, use: 'enc' } } }],
    ['invalid_key', { cnf: { jwk: { ...agentKey.publicJwk, key_ops: ['deriveKey'] } } }],
  ])('is refused as %s with %j', async (reason, change) => {
    expect(await reasonOf(checkAgent(await forge({ ...agentClaims, ...change })))).toBe(reason);
  });

  test('is refused when its header is not of the profile', async () => {
    expect(await reasonOf(checkAgent(await forge(agentClaims, { typ: 'JWT' })))).toBe('wrong_typ');
    expect(await reasonOf(checkAgent(await forge(agentClaims, { typ: 'aa-person+jwt' })))).toBe('wrong_typ');
    expect(await reasonOf(checkAgent(await forge(agentClaims, { kid: strange.kid })))).toBe('unknown_key');
    expect(await reasonOf(checkAgent(await forge(agentClaims, { kid: '' })))).toBe('malformed');
  });

  test('is refused without a signature, with a shared secret, and with the polymorphic name', async () => {
    const [, payload, signature] = (await forge(agentClaims)).split('.');
    const headed = (alg: string) =>
      Buffer.from(JSON.stringify({ typ: 'aa-agent+jwt', alg, kid: providerKey.kid })).toString('base64url');
    expect(await reasonOf(checkAgent(`${headed('none')}.${payload}.`))).toBe('unsupported_algorithm');
    expect(await reasonOf(checkAgent(`${headed('EdDSA')}.${payload}.${signature}`))).toBe(
      'unsupported_algorithm',
    );
    // The classic: the issuer's public key taken for a secret.
    const secret = new TextEncoder().encode(JSON.stringify(providerKey.publicJwk));
    const confused = await new SignJWT(agentClaims)
      .setProtectedHeader({ typ: 'aa-agent+jwt', alg: 'HS256', kid: providerKey.kid })
      .sign(secret);
    expect(await reasonOf(checkAgent(confused))).toBe('unsupported_algorithm');
    expect(await reasonOf(checkAgent(`${headed('ES256')}.${payload}.${signature}`))).toBe('bad_signature');
  });

  test('is refused when somebody else signed it, before its expiry is even told', async () => {
    const expired = { ...agentClaims, exp: nowSeconds - 1 };
    const jwt = await forge(expired, { kid: providerKey.kid }, strange);
    expect(await reasonOf(checkAgent(jwt))).toBe('bad_signature');
  });

  test('whose signature or payload is changed anywhere is refused', async () => {
    const jwt = await forge(agentClaims);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: jwt.length - 1 }),
        fc.constantFrom('A', 'z', '0', '_', '.', '='),
        async (at, symbol) => {
          if (jwt[at] === symbol) return;
          // The last symbol of a base64url part may hold bits nobody reads.
          if (jwt[at + 1] === '.' || at === jwt.length - 1) return;
          const changed = `${jwt.slice(0, at)}${symbol}${jwt.slice(at + 1)}`;
          expect((await checkAgent(changed)).kind).toBe('refused');
        },
      ),
      { numRuns: 200 },
    );
  });

  test('that is anything else is refused, not a failure', async () => {
    const part = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        expect((await checkAgent(parts.join('.'))).kind).toBe('refused');
      }),
    );
    expect(await reasonOf(checkAgent('a'.repeat(20_000)))).toBe('malformed');
  });

  test('with any claims is verified or refused, not a failure', async () => {
    const name = fc.constantFrom(...Object.keys(agentClaims), 'ps', 'parent_agent');
    await fc.assert(
      fc.asyncProperty(name, fc.jsonValue(), async (name, value) => {
        const verified = await checkAgent(await forge({ ...agentClaims, [name]: value }));
        expect(['verified', 'refused']).toContain(verified.kind);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a token whose issuer replaced its key under the same name', () => {
  const kid = 'same';
  const rekeyed = (before: SigningKey, after: SigningKey): Discovery => ({
    ...discovery,
    key: async (_issuer, _dwk, _kid, failed) => ({
      kind: 'found',
      jwk: failed ? after.publicJwk : before.publicJwk,
    }),
  });

  test('is verified with the key found when the one held fails', async () => {
    const jwt = await forge(agentClaims, { kid });
    const check = (before: SigningKey, after: SigningKey) =>
      verifyAgentToken(jwt, { ...verifier, discovery: rekeyed(before, after) });
    expect(await reasonOf(check(strange, providerKey))).toBe('verified');
    expect(await reasonOf(check(psKey, providerKey))).toBe('verified');
    expect(await reasonOf(check(strange, psKey))).toBe('bad_signature');
  });
});

describe('a person token and an auth token', () => {
  test('are verified as they were issued, and told apart', async () => {
    const shown = await checkShown(jwtOf(mintPersonToken(person, byPersonServer())));
    const { jwk: _jwk, ...claims } = person;
    expect(shown).toMatchObject({
      token: { kind: 'person', iss: personServer, ...claims, thumbprint: agentKey.kid },
    });
    const granted = await checkShown(jwtOf(mintAuthToken(access, byPersonServer())));
    expect(granted).toMatchObject({
      token: {
        kind: 'auth',
        iss: personServer,
        ps: personServer,
        ...claims,
        scope: 'buy:flour',
        account: 'kitchen',
      },
    });
  });

  test('fit one resource and one key', async () => {
    for (const jwt of [
      jwtOf(mintPersonToken(person, byPersonServer())),
      jwtOf(mintAuthToken(access, byPersonServer())),
    ]) {
      expect(await reasonOf(checkShown(jwt, { audience: 'https://toys.example' }))).toBe('wrong_audience');
      expect(await reasonOf(checkShown(jwt, { thumbprint: strange.kid }))).toBe('wrong_key');
    }
  });

  const base = {
    iss: personServer,
    dwk: 'aauth-person.json',
    aud: shop,
    sub: 'me',
    jti: 'p-1',
    iat: nowSeconds,
    exp: nowSeconds + 3600,
    cnf: { jwk: agentKey.publicJwk },
  };
  const asPerson = (change: object) => forge({ ...base, ...change }, { typ: 'aa-person+jwt' }, psKey);
  const asAuth = (change: object) =>
    forge({ ...base, ps: personServer, ...change }, { typ: 'aa-auth+jwt' }, psKey);

  test('live an hour at most', async () => {
    for (const forged of [asPerson, asAuth]) {
      expect(await reasonOf(checkShown(await forged({})))).toBe('verified');
      expect(await reasonOf(checkShown(await forged({ exp: base.exp + 1 })))).toBe('too_long_lived');
    }
  });

  test('are refused when a person token grants anything, or an auth token says no Person Server', async () => {
    expect(await reasonOf(checkShown(await asPerson({ scope: 'buy:flour' })))).toBe('bad_claims');
    expect(await reasonOf(checkShown(await asPerson({ account: 'kitchen' })))).toBe('bad_claims');
    expect(await reasonOf(checkShown(await asAuth({ ps: undefined })))).toBe('bad_claims');
    expect(await reasonOf(checkShown(await asAuth({ ps: 'https://other.example' })))).toBe('bad_claims');
    expect(await reasonOf(checkShown(await asPerson({ mission_s256: 'short' })))).toBe('bad_claims');
    expect(await reasonOf(checkShown(await asPerson({ aud: [shop] })))).toBe('bad_claims');
  });

  test('come from a Person Server; an auth token from an access server too', async () => {
    expect(await reasonOf(checkShown(await asPerson({ dwk: 'aauth-access.json' })))).toBe('wrong_dwk');
    expect(
      await reasonOf(checkShown(await asAuth({ dwk: 'aauth-access.json', ps: 'https://other.example' }))),
    ).toBe('verified');
  });

  test('are not an agent token, nor is one of them', async () => {
    expect(await reasonOf(checkAgent(jwtOf(mintPersonToken(person, byPersonServer()))))).toBe('wrong_typ');
    expect(await reasonOf(checkShown(jwtOf(mintAgentToken(agent, byProvider()))))).toBe('wrong_typ');
  });
});

describe('a resource token', () => {
  test('is verified as it was issued, with the claims nobody here knows beside', async () => {
    const further = { r3_uri: 'https://shop.example/r3', budget: { amount: 3 } };
    const jwt = jwtOf(mintResourceToken({ ...wanted, further }, byShop()));
    expect(await checkWanted(jwt)).toMatchObject({
      kind: 'verified',
      token: { kind: 'resource', iss: shop, ...wanted, further, expiresAt: in_(300) },
    });
  });

  test('is for one Person Server and one key', async () => {
    const jwt = jwtOf(mintResourceToken(wanted, byShop()));
    expect(await reasonOf(checkWanted(jwt, { audience: 'https://other.example' }))).toBe('wrong_audience');
    expect(await reasonOf(checkWanted(jwt, { agentJkt: strange.kid }))).toBe('wrong_key');
  });

  test('belongs to the very token it was issued against', async () => {
    const minted = mintPersonToken(person, byPersonServer());
    const shown = await checkShown(minted?.jwt ?? '');
    const of = async (change: object) => {
      const claims = { ...wanted, presentedJti: minted?.jti ?? '', tenant: 'acme', ...change };
      const verified = await checkWanted(jwtOf(mintResourceToken(claims, byShop())));
      if (verified.kind === 'refused' || shown.kind === 'refused') throw new Error('neither is refused here');
      return presentedMismatches(verified.token, shown.token);
    };
    expect(await of({})).toEqual([]);
    expect(await of({ missionS256: undefined })).toEqual(['mission_s256']);
    expect(await of({ tenant: undefined, sub: 'another' })).toEqual(['sub', 'tenant']);
    expect(await of({ presentedJti: 'other', ps: 'https://other.example' })).toEqual(['presented_jti', 'ps']);
  });
});
