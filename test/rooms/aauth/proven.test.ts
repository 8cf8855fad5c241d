// A token that was verified before: what is remembered of it, and what is asked anew each time.
import { importJWK, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { openDiscovery } from '#aauth/discovery.ts';
import type { Egress } from '#aauth/egress.ts';
import { mintAgentToken, mintPersonToken } from '#aauth/mint-token.ts';
import { openProven } from '#aauth/proven.ts';
import { generateSigningKey, type SigningKey } from '#aauth/signing-keys.ts';
import { verifyAgentToken, verifyPersonOrAuthToken } from '#aauth/verify-token.ts';
import { openLog } from '#log.ts';
import { publishedKeys } from '../../support/published-keys.ts';

const provider = 'https://agents.example';
const personServer = 'https://ps.example';
const shop = 'https://shop.example';
const now = new Date('2026-11-21T12:00:00.250Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

const [agentKey, otherKey] = await Promise.all([generateSigningKey(), generateSigningKey('ES256')]);

/** A provider whose JWKS the test changes, and a token of it that was verified once. */
async function verifiedOnce({ alg = 'Ed25519' as 'Ed25519' | 'ES256' } = {}) {
  const key = await generateSigningKey(alg);
  const jwks: { keys: readonly ({ readonly kid: string } & object)[] } = { keys: [key.publicJwk] };
  const discovery = publishedKeys(() => ({ [provider]: jwks.keys, [personServer]: jwks.keys }));
  const check = (jwt: string, at = now) => verifyAgentToken(jwt, { discovery, now: at, development: false });
  const minted = mintAgentToken(
    { sub: 'aauth:errand@agents.example', jwk: agentKey.publicJwk },
    { issuer: provider, key, now, lifetimeSeconds: 60 },
  );
  const jwt = minted?.jwt ?? '';
  expect(await check(jwt)).toMatchObject({ kind: 'verified' });
  return { key, jwks, discovery, check, jwt };
}

async function sign(claims: object, key: SigningKey) {
  return await new SignJWT({ ...claims })
    .setProtectedHeader({ typ: 'aa-agent+jwt', alg: key.alg, kid: key.kid })
    .sign(await importJWK({ ...key.privateJwk }, key.alg));
}

const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')) as object;

describe('a token that was verified before', () => {
  test('is verified again, with the same result', async () => {
    const { check, jwt } = await verifiedOnce();
    expect(await check(jwt, later(30))).toEqual(await check(jwt));
  });

  test('is refused from the second it expires', async () => {
    const { check, jwt } = await verifiedOnce();
    expect(await check(jwt, later(59))).toMatchObject({ kind: 'verified' });
    expect(await check(jwt, later(60))).toMatchObject({ kind: 'refused', reason: 'expired' });
    expect(await check(jwt, later(59))).toMatchObject({ kind: 'verified' });
  });

  test('is refused when its key is published no longer', async () => {
    const { check, jwt, jwks } = await verifiedOnce();
    jwks.keys = [otherKey.publicJwk];
    expect(await check(jwt)).toMatchObject({ kind: 'refused', reason: 'unknown_key' });
  });

  test('is refused when another key is published under the same kid', async () => {
    const { check, jwt, jwks, key } = await verifiedOnce();
    jwks.keys = [{ ...(await generateSigningKey()).publicJwk, kid: key.kid }];
    expect(await check(jwt)).toMatchObject({ kind: 'refused', reason: 'bad_signature' });
    jwks.keys = [{ ...otherKey.publicJwk, kid: key.kid }];
    expect(await check(jwt)).toMatchObject({ kind: 'refused', reason: 'bad_signature' });
    jwks.keys = [key.publicJwk];
    expect(await check(jwt)).toMatchObject({ kind: 'verified' });
  });

  test('lends nothing to a token of the same claims with another signature', async () => {
    const { check, jwt, key } = await verifiedOnce({ alg: 'ES256' });
    // ECDSA signs the same words differently each time: this one is as good as the first.
    const again = await sign(claimsOf(jwt), key);
    expect(again).not.toBe(jwt);
    expect(await check(again)).toMatchObject({ kind: 'verified' });
    // This one is not.
    const strange = await generateSigningKey('ES256');
    const forged = await sign(claimsOf(jwt), { ...strange, kid: key.kid });
    expect(await check(forged)).toMatchObject({ kind: 'refused', reason: 'bad_signature' });
    const [header, payload] = jwt.split('.');
    for (const signature of ['', 'AAAA', forged.split('.')[2]]) {
      expect((await check(`${header}.${payload}.${signature}`)).kind).toBe('refused');
    }
  });

  test('is another token with one letter changed, wherever it is', async () => {
    const { check, jwt } = await verifiedOnce();
    for (let at = 0; at < jwt.length; at += 7) {
      const letter = jwt[at] === 'A' ? 'Q' : 'A';
      if (jwt[at] === '.') continue;
      expect((await check(jwt.slice(0, at) + letter + jwt.slice(at + 1))).kind, `at ${at}`).toBe('refused');
    }
  });

  test('is still no token of another kind', async () => {
    const { discovery, jwt } = await verifiedOnce();
    const verifier = { discovery, now, development: false, audience: shop, thumbprint: agentKey.kid };
    expect(await verifyPersonOrAuthToken(jwt, verifier)).toMatchObject({
      kind: 'refused',
      reason: 'wrong_typ',
    });
  });

  test('still has to be made out to the resource, and bound to the key, that each use names', async () => {
    const { discovery, key } = await verifiedOnce();
    const minted = mintPersonToken(
      { aud: shop, sub: 'me-at-shop', jwk: agentKey.publicJwk },
      { issuer: personServer, key, now },
    );
    const check = (audience: string, thumbprint: string) =>
      verifyPersonOrAuthToken(minted?.jwt ?? '', {
        discovery,
        now,
        development: false,
        audience,
        thumbprint,
      });
    expect(await check(shop, agentKey.kid)).toMatchObject({ kind: 'verified' });
    expect(await check('https://toys.example', agentKey.kid)).toMatchObject({ reason: 'wrong_audience' });
    expect(await check(shop, otherKey.kid)).toMatchObject({ reason: 'wrong_key' });
  });
});

describe('a token that was verified before, under the rules of discovery', () => {
  /** A provider on the web with real discovery before it, and a clock the test moves. A token of a day was verified at its start. */
  async function openWorld(cacheControl: string) {
    const key = await generateSigningKey();
    let keys: readonly object[] | undefined = [key.publicJwk];
    let at = now.getTime();
    const page = (): object | undefined =>
      keys && { issuer: provider, jwks_uri: `${provider}/.well-known/keys`, keys };
    const egress: Egress = {
      async fetch() {
        const json = page();
        if (!json) return { kind: 'refused', reason: 'unreachable', detail: 'nobody there' };
        const headers = new Headers({ 'cache-control': cacheControl });
        return {
          kind: 'answered',
          status: 200,
          headers,
          body: new TextEncoder().encode(JSON.stringify(json)),
        };
      },
      async [Symbol.asyncDispose]() {},
    };
    const clock = () => new Date(at);
    const discovery = openDiscovery({ egress, log: openLog('silent'), development: false, now: clock });
    const minted = mintAgentToken(
      { sub: 'aauth:errand@agents.example', jwk: agentKey.publicJwk },
      // A little ahead of our clock: it outlives what was fetched for it.
      { issuer: provider, key, now: later(50), lifetimeSeconds: 24 * 3600 },
    );
    const check = () => verifyAgentToken(minted?.jwt ?? '', { discovery, now: clock(), development: false });
    expect(await check()).toMatchObject({ kind: 'verified' });
    return {
      check,
      pass: (ms: number) => {
        at += ms;
      },
      publish: (published: readonly object[] | undefined) => {
        keys = published;
      },
    };
  }

  test('is refused as soon as its key is seen to be published no longer', async () => {
    const { check, pass, publish } = await openWorld('max-age=300');
    publish([otherKey.publicJwk]);
    pass(299_000);
    expect(await check()).toMatchObject({ kind: 'verified' });
    pass(1_000);
    expect(await check()).toMatchObject({ kind: 'refused', reason: 'unknown_key' });
  });

  test('is refused once its issuer has not been heard of for a day', async () => {
    const { check, pass, publish } = await openWorld('max-age=999999');
    publish(undefined);
    pass(24 * 3600_000 - 1);
    expect(await check()).toMatchObject({ kind: 'verified' });
    pass(1);
    expect(await check()).toMatchObject({ kind: 'refused', reason: 'issuer_unreachable' });
  });
});

describe('what is remembered of tokens', () => {
  const proof = { kid: 'k', claims: { exp: 100 }, by: agentKey.publicJwk };

  test('stays within its bound under a flood of tokens, and keeps the one in use', () => {
    const proven = openProven({ most: 50 });
    proven.keep('in use', proof);
    for (let token = 0; token < 5_000; token++) {
      proven.keep(`token ${token}`, proof);
      expect(proven.recall('in use', 1)).toBe(proof);
    }
    expect(proven.size).toBe(50);
    expect(proven.recall('token 0', 1)).toBeUndefined();
    expect(proven.recall('token 4999', 1)).toBe(proof);
  });

  test('does not include long tokens, nor expired ones', () => {
    const proven = openProven({ longest: 10 });
    proven.keep('x'.repeat(11), proof);
    expect(proven.size).toBe(0);
    proven.keep('short', proof);
    expect(proven.recall('short', 99.9)).toBe(proof);
    expect(proven.recall('short', 100)).toBeUndefined();
    expect(proven.size).toBe(0);
  });
});
