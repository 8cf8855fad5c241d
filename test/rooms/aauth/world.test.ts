// The test world itself: what other tests build on speaks the protocol and refuses what it should.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mintAuthToken, mintPersonToken } from '#aauth/mint-token.ts';
import { signedFetch } from '#aauth/signed-fetch.ts';
import { generateSigningKey, publicJwks, type SigningKey } from '#aauth/signing-keys.ts';
import { type Agent, openAgent } from '../../support/aauth-agent.ts';
import {
  type AgentProvider,
  openAgentProvider,
  openResource,
  openTestServer,
  type TestResource,
  type TestServer,
} from '../../support/aauth-world.ts';

const stack = new AsyncDisposableStack();
let provider: AgentProvider;
let shop: TestResource;
let personServer: TestServer;
let psKey: SigningKey;
let agent: Agent;

beforeAll(async () => {
  psKey = await generateSigningKey();
  provider = stack.use(await openAgentProvider());
  shop = stack.use(await openResource({ revokes: true, alg: 'ES256' }));
  personServer = stack.use(
    await openTestServer((request) =>
      Response.json(
        new URL(request.url).pathname === '/jwks'
          ? publicJwks([psKey])
          : { issuer: personServer.issuer, jwks_uri: `${personServer.issuer}/jwks` },
      ),
    ),
  );
  agent = await openAgent({ provider, personServer: personServer.issuer });
});
afterAll(() => stack.disposeAsync());

const issuing = () => ({ issuer: personServer.issuer, key: psKey, now: new Date() });
const forAgent = () => ({ aud: shop.issuer, sub: 'directed-1', jwk: agent.key.publicJwk });

describe('a resource of the test world', () => {
  test('gives a resource token for a person token it verified, and serves an auth token', async () => {
    const person = mintPersonToken({ ...forAgent(), missionS256: undefined }, issuing());
    const answer = await agent.authorize(shop, person?.jwt ?? '', { scope: 'buy:flour' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ resource_token: expect.any(String) });

    const auth = mintAuthToken({ ...forAgent(), scope: 'buy:flour' }, issuing());
    const used = await agent.use(shop, auth?.jwt ?? '');
    expect(used.body).toEqual({ sub: 'directed-1', scope: 'buy:flour' });
  });

  test('answers a person token with a challenge for an auth token', async () => {
    const person = mintPersonToken(forAgent(), issuing());
    const answer = await agent.use(shop, person?.jwt ?? '');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('aauth-requirement')).toMatch(/^requirement=auth-token; ?resource-token="ey/);
  });

  test('refuses an agent token, and a person token shown by somebody else', async () => {
    expect((await agent.use(shop, agent.token)).headers.get('signature-error')).toBe('error=invalid_jwt');
    const thief = await openAgent({ provider, personServer: personServer.issuer, name: 'thief' });
    const person = mintPersonToken(forAgent(), issuing());
    const stolen = await thief.use(shop, person?.jwt ?? '');
    expect(stolen.headers.get('signature-error')).toBe('error=invalid_signature');
  });

  test('takes a revocation from the server that signs it, and no longer serves the token', async () => {
    const auth = mintAuthToken({ ...forAgent(), scope: 'buy:flour' }, issuing());
    const exp = Math.floor((auth?.expiresAt.getTime() ?? 0) / 1000);
    const revocation = await signedFetch(
      `${shop.issuer}/revoke`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jti: auth?.jti, exp }),
      },
      { kind: 'server', key: psKey, issuer: personServer.issuer, dwk: 'aauth-person.json' },
    );
    expect(revocation.status).toBe(200);
    expect(shop.revocations).toEqual([{ iss: personServer.issuer, jti: auth?.jti, exp }]);
    expect((await agent.use(shop, auth?.jwt ?? '')).headers.get('signature-error')).toBe('error=revoked_jwt');
  });
});
