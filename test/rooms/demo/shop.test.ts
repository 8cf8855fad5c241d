// The demo's shops are real resources: what would not buy anything elsewhere buys nothing here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mintAgentToken, mintAuthToken, mintPersonToken } from '#aauth/mint-token.ts';
import { type Signer, signedFetch, signRequest } from '#aauth/signed-fetch.ts';
import { generateSigningKey, publicJwks, type SigningKey } from '#aauth/signing-keys.ts';
import { openShop, type Shop } from '#demo/shop.ts';
import { openLog } from '#log.ts';
import { openTestServer, type TestServer } from '../../support/aauth-world.ts';

const log = openLog('silent');
const wares = [
  { item: 'flour', label: 'flour', price: '€ 1.20' },
  { item: 'candles', label: 'candles', price: '€ 4.50' },
];

/** A server with a name and a key, as any party of the protocol has them. */
type Party = { readonly issuer: string; readonly key: SigningKey; readonly server: TestServer };

let ps: Party;
let stranger: Party;
let provider: Party;
let shop: Shop;
let agentKey: SigningKey;

beforeAll(async () => {
  ps = await openParty('aauth-person.json');
  stranger = await openParty('aauth-person.json');
  provider = await openParty('aauth-agent.json');
  shop = await openShop({ name: 'Corner shop', description: '', wares, personServer: ps.issuer, log });
  agentKey = await generateSigningKey();
});

afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  for (const { server } of [ps, stranger, provider]) await server[Symbol.asyncDispose]();
});

async function openParty(dwk: string): Promise<Party> {
  const key = await generateSigningKey();
  const server: TestServer = await openTestServer((request) =>
    Response.json(
      new URL(request.url).pathname === `/.well-known/${dwk}`
        ? { issuer: server.issuer, jwks_uri: `${server.issuer}/jwks` }
        : publicJwks([key]),
    ),
  );
  return { server, issuer: server.issuer, key };
}

const forPerson = (change: object = {}) => ({
  aud: shop.issuer,
  sub: 'maria-here',
  jwk: agentKey.publicJwk,
  ...change,
});
const issuedBy = ({ issuer, key }: Party) => ({ issuer, key, now: new Date() });

async function personToken(change: object = {}, by = ps) {
  return mintPersonToken(forPerson(change), issuedBy(by))?.jwt ?? '';
}

async function authToken(scope: string | undefined, change: object = {}, by = ps) {
  return mintAuthToken({ ...forPerson(change), scope }, issuedBy(by));
}

const buying = (item: string) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ item }),
});
const presenting = (token: string): Signer => ({ kind: 'agent', key: agentKey, token });

function buy(item: string, token: string): Promise<Response> {
  return signedFetch(`${shop.issuer}/buy`, buying(item), presenting(token));
}

function revoke(body: object, by: Party, dwk: 'aauth-person.json' | 'aauth-agent.json'): Promise<Response> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  return signedFetch(`${shop.issuer}/revoke`, request, {
    kind: 'server',
    key: by.key,
    issuer: by.issuer,
    dwk,
  });
}

describe('a shop of the demo', () => {
  test('says what it is and what its scopes mean', async () => {
    const metadata = await (await fetch(`${shop.issuer}/.well-known/aauth-resource.json`)).json();
    expect(metadata).toMatchObject({
      issuer: shop.issuer,
      access_mode: 'auth-token',
      scope_descriptions: { 'buy:flour': 'Buy flour, € 1.20' },
    });
  });

  test('sells for an auth token with the scope, and nothing else sells', async () => {
    const before = shop.sales.length;
    const bought = await buy('flour', (await authToken('buy:flour buy:milk'))?.jwt ?? '');
    expect([bought.status, await bought.json()]).toEqual([200, { item: 'flour', price: '€ 1.20' }]);
    expect(shop.sales.length).toBe(before + 1);

    const unsigned = await fetch(`${shop.issuer}/buy`, buying('flour'));
    expect([unsigned.status, unsigned.headers.get('signature-error')]).toEqual([
      401,
      'error=invalid_signature',
    ]);
    expect(shop.sales.length).toBe(before + 1);
  });

  test('answers a person token with a challenge that names it', async () => {
    const s256 = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const minted = mintPersonToken(forPerson({ missionS256: s256 }), issuedBy(ps));
    const challenge = await buy('flour', minted?.jwt ?? '');
    expect(challenge.status).toBe(401);
    const [, token = ''] =
      /resource-token="([^"]+)"/.exec(challenge.headers.get('aauth-requirement') ?? '') ?? [];
    expect(claimsOf(token)).toMatchObject({
      iss: shop.issuer,
      aud: ps.issuer,
      ps: ps.issuer,
      sub: 'maria-here',
      presented_jti: minted?.jti,
      agent_jkt: agentKey.kid,
      mission_s256: s256,
      scope: 'buy:flour',
    });
  });

  test('challenges an auth token whose scope is for something else', async () => {
    const minted = await authToken('buy:flour');
    const challenge = await buy('candles', minted?.jwt ?? '');
    expect(challenge.status).toBe(401);
    const [, token = ''] =
      /resource-token="([^"]+)"/.exec(challenge.headers.get('aauth-requirement') ?? '') ?? [];
    expect(claimsOf(token)).toMatchObject({ presented_jti: minted?.jti, scope: 'buy:candles' });
  });

  test('asks an agent without a person for one', async () => {
    const token = { sub: 'aauth:errands@localhost', jwk: agentKey.publicJwk, ps: ps.issuer };
    const minted = mintAgentToken(token, issuedBy(provider));
    const answer = await buy('flour', minted?.jwt ?? '');
    expect([answer.status, answer.headers.get('aauth-requirement')]).toEqual([
      401,
      'requirement=person-token',
    ]);
  });

  test.each([
    ['of a Person Server it does not know', () => authToken('buy:flour', {}, stranger)],
    ['made out to another shop', () => authToken('buy:flour', { aud: 'http://localhost:1' })],
    [
      'in the name of its Person Server, signed by another',
      () => authToken('buy:flour', {}, { ...ps, key: stranger.key }),
    ],
    ['bound to another key', () => authToken('buy:flour', { jwk: stranger.key.publicJwk })],
  ])('refuses an auth token %s', async (_, mint) => {
    const before = shop.sales.length;
    const answer = await buy('flour', (await mint())?.jwt ?? '');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('signature-error')).toMatch(/^error=/);
    expect(answer.headers.get('aauth-requirement')).toBeNull();
    expect(shop.sales.length).toBe(before);
  });

  test('refuses a request whose body was changed on the way', async () => {
    const signer = presenting((await authToken('buy:flour buy:candles'))?.jwt ?? '');
    const headers = await signRequest(`${shop.issuer}/buy`, buying('flour'), signer);
    const answer = await fetch(`${shop.issuer}/buy`, { ...buying('candles'), headers });
    expect([answer.status, answer.headers.get('signature-error')]).toEqual([401, 'error=invalid_signature']);
  });

  test('never honours a token again that its Person Server revoked', async () => {
    const minted = await authToken('buy:flour');
    const body = { jti: minted?.jti, exp: Math.floor((minted?.expiresAt.getTime() ?? 0) / 1000) };
    expect((await buy('flour', minted?.jwt ?? '')).status).toBe(200);
    expect((await revoke(body, ps, 'aauth-person.json')).status).toBe(200);
    const answer = await buy('flour', minted?.jwt ?? '');
    expect([answer.status, answer.headers.get('signature-error')]).toEqual([401, 'error=revoked_jwt']);
  });

  test('takes a revocation from nobody else', async () => {
    const minted = await authToken('buy:flour');
    const answer = await revoke({ jti: minted?.jti, exp: 1 }, stranger, 'aauth-person.json');
    expect(answer.status).toBe(403);
    expect((await revoke({ jti: minted?.jti, exp: 1 }, provider, 'aauth-agent.json')).status).toBe(403);
    expect((await buy('flour', minted?.jwt ?? '')).status).toBe(200);
  });

  test('answers nonsense with a problem', async () => {
    const token = await personToken();
    const signer = presenting(token);
    const headers = { 'content-type': 'application/json' };
    const broken = { method: 'POST', headers, body: '{' };
    expect((await signedFetch(`${shop.issuer}/buy`, broken, signer)).status).toBe(400);
    expect((await buy('playstation', token)).status).toBe(404);
    const long = { method: 'POST', headers, body: 'x'.repeat(20_000) };
    expect((await signedFetch(`${shop.issuer}/buy`, long, signer)).status).toBe(413);
    expect((await fetch(`${shop.issuer}/buy`)).status).toBe(405);
  });
});

function claimsOf(jwt: string): unknown {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
}
