// A stop proves itself: resources are told, say so, and the report tells when the last authority is gone.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedFetch } from '#aauth/signed-fetch.ts';
import type { DecidedBy } from '#mission-control/facts.ts';
import { openAgent } from './support/aauth-agent.ts';
import {
  type AgentProvider,
  openAgentProvider,
  openResource,
  openTestServer,
  type TestResource,
} from './support/aauth-world.ts';
import { claimsOf } from './support/access-server.ts';
import { openIntermediary } from './support/intermediary.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };

let ps: TestPersonServer;
let provider: AgentProvider;
let shop: TestResource;
let agents = 0;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  ps = closing.use(await openTestPersonServer());
  provider = closing.use(await openAgentProvider());
  shop = closing.use(await openResource({ revokes: true }));
});
afterAll(() => closing.disposeAsync());

/** An agent with a mission and a person token for each of these resources. */
async function onMission(resources: readonly string[]) {
  const agent = await openAgent({ provider, personServer: ps.issuer, name: `revoked-${(agents += 1)}` });
  const pending = await agent.proposeMission({ description: 'Shop', resources });
  const { requests } = await ps.port.listRequests({ state: 'open', agent: agent.id });
  const [ask] = requests;
  if (!ask) throw new Error('nothing was asked');
  await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
  const { s256, person_tokens } = (await agent.settle(pending)).body as {
    s256: string;
    person_tokens: Record<string, string>;
  };
  return { agent, s256, tokens: person_tokens };
}

const stop = (s256: string) => ps.port.terminate(s256, { reason: 'revoked', decidedBy: alice });

describe('a stop', () => {
  test('reaches the resource, which says so and serves the tokens no longer', async () => {
    const { agent, s256, tokens } = await onMission([shop.issuer]);
    const presented_token = tokens[shop.issuer] ?? '';
    const { resource_token } = (await agent.authorize(shop, presented_token, { scope: 'buy:flour' }))
      .body as { resource_token: string };
    const { auth_token } = (await agent.authToken({ resource_token, presented_token })).body as {
      auth_token: string;
    };
    expect((await agent.use(shop, auth_token)).status).toBe(200);
    const report = await stop(s256);
    expect(report?.authorityEndsAt.getTime()).toBeGreaterThan(Date.now() + 60_000);
    await expect
      .poll(async () => (await ps.port.readTermination(s256))?.tokens.map(({ revocation }) => revocation))
      .toEqual(['acknowledged', 'acknowledged']);
    const gone = await ps.port.readTermination(s256);
    expect(gone?.authorityEndsAt.getTime()).toBeLessThanOrEqual(Date.now());
    expect((await ps.port.readMission(s256))?.liveTokens).toBe(0);
    expect(shop.revocations.map(({ iss }) => iss)).toEqual([ps.issuer, ps.issuer]);
    const refused = await agent.use(shop, auth_token);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('signature-error')).toContain('revoked_jwt');
  });

  test('says of a resource without an endpoint that its tokens live until they expire', async () => {
    await using plain = await openResource();
    const { s256 } = await onMission([plain.issuer]);
    const report = await stop(s256);
    await expect
      .poll(async () => (await ps.port.readTermination(s256))?.tokens[0]?.revocation)
      .toBe('no_endpoint');
    const later = await ps.port.readTermination(s256);
    expect(later?.authorityEndsAt).toEqual(report?.tokens[0]?.expiresAt);
  });

  test('tries a resource again that could not be told', async () => {
    let up = false;
    let told = 0;
    await using slow = await openTestServer((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/revoke') {
        told += 1;
        return new Response(null, { status: up ? 200 : 503 });
      }
      return Response.json({
        issuer: slow.issuer,
        jwks_uri: `${slow.issuer}/jwks.json`,
        revocation_endpoint: `${slow.issuer}/revoke`,
      });
    });
    const { s256 } = await onMission([slow.issuer]);
    await stop(s256);
    await expect
      .poll(async () => (await ps.port.readTermination(s256))?.tokens[0]?.revocation)
      .toBe('failed');
    expect(told).toBe(1);
    up = true;
    await expect
      .poll(
        async () => {
          await ps.sweep();
          return (await ps.port.readTermination(s256))?.tokens[0]?.revocation;
        },
        { timeout: 12_000, interval: 500 },
      )
      .toBe('acknowledged');
    expect(told).toBe(2);
  }, 15_000);
});

describe('what goes on after a stop', () => {
  test('is in the mission’s log where a resource calls on with the token it was handed', async () => {
    await using desk = await openIntermediary(ps.issuer);
    const { s256, tokens } = await onMission([desk.issuer]);
    await stop(s256);
    const upstream_token = tokens[desk.issuer];
    expect(await desk.post('/person', { resource: shop.issuer, upstream_token })).toMatchObject({
      status: 400,
      body: { error: 'revoked_upstream_token' },
    });
    const report = await ps.port.readTermination(s256);
    expect(report?.activityAfter).toMatchObject([
      {
        kind: 'refused',
        outcome: 'token_used',
        source: 'person_server',
        agent: desk.id,
        resource: desk.issuer,
      },
    ]);
    expect(report?.agentToldAt).toBeUndefined();
  });

  test('is an attempt and no more where the resource took the token before the stop', async () => {
    await using plain = await openResource();
    const { agent, s256, tokens } = await onMission([plain.issuer]);
    const presented_token = tokens[plain.issuer] ?? '';
    const { resource_token } = (await agent.authorize(plain, presented_token, { scope: 'buy:flour' }))
      .body as { resource_token: string };
    await stop(s256);
    expect((await agent.authToken({ resource_token, presented_token })).status).toBe(403);
    const after = (await ps.port.readTermination(s256))?.activityAfter;
    expect(after?.map(({ outcome }) => outcome)).toEqual(['mission_terminated']);
  });

  test('is not hidden behind any number of attempts', async () => {
    const { agent, s256 } = await onMission([]);
    await stop(s256);
    for (let nth = 0; nth < 110; nth += 10)
      await Promise.all(
        Array.from({ length: 10 }, (_, at) =>
          agent.permission({ action: `again_${nth + at}`, mission_s256: s256 }),
        ),
      );
    expect((await agent.audit({ mission_s256: s256, action: 'bought' })).status).toBe(403);
    const after = (await ps.port.readTermination(s256))?.activityAfter ?? [];
    expect(after.filter(({ kind }) => kind === 'refused').length).toBeLessThan(110);
    expect(after.at(-1)).toMatchObject({ kind: 'audit', outcome: 'reported', action: 'bought' });
  });
});

describe('an agent provider that revokes', () => {
  /** A resource that takes a revocation and answers it with what `answers` says at the time. */
  async function openTold(answers: () => number) {
    const server = await openTestServer((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/revoke') return new Response(null, { status: answers() });
      return Response.json({
        issuer: server.issuer,
        jwks_uri: `${server.issuer}/jwks.json`,
        revocation_endpoint: `${server.issuer}/revoke`,
      });
    });
    return server;
  }

  const signer = ({ issuer, key }: AgentProvider) =>
    ({ kind: 'server', key, issuer, dwk: 'aauth-agent.json' }) as const;

  async function revoke({ token }: { readonly token: string }, wait?: number) {
    const { jti, exp } = claimsOf(token);
    return await signedFetch(
      `${ps.issuer}/revoke`,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(wait !== undefined && { prefer: `wait=${wait}` }),
        },
        body: JSON.stringify({ jti, exp }),
      },
      signer(provider),
    );
  }

  const askAfter = (location: string, as = provider) => signedFetch(location, {}, signer(as));

  test('is answered at once where nothing was issued on the token', async () => {
    const agent = await openAgent({ provider, personServer: ps.issuer, name: `revoked-${(agents += 1)}` });
    await agent.proposeMission({ description: 'Nothing yet' });
    expect((await revoke(agent, 0)).status).toBe(200);
  });

  test('is answered when every resource has been told, or could not be', async () => {
    await using deaf = await openTold(() => 503);
    const { agent, s256 } = await onMission([shop.issuer, deaf.issuer]);
    const answer = await revoke(agent);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
    const { tokens = [] } = (await ps.port.readMission(s256)) ?? {};
    expect(tokens.filter(({ acknowledgedAt }) => acknowledgedAt).map(({ resource }) => resource)).toEqual([
      shop.issuer,
    ]);
  });

  test('is told to ask again while a resource is still at it, and then once that it is over', async () => {
    let busy = true;
    await using slow = await openTold(() => (busy ? 202 : 200));
    const { agent } = await onMission([slow.issuer]);
    const answer = await revoke(agent, 1);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ status: 'pending' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(answer.headers.has('aauth-requirement')).toBe(false);
    const location = answer.headers.get('location') ?? '';
    expect(location).toMatch(new RegExp(`^${ps.issuer}/revoke/[A-Za-z0-9_-]{32}$`));
    expect((await askAfter(location)).status).toBe(202);

    await using another = await openAgentProvider();
    const nosy = await askAfter(location, another);
    const invented = await askAfter(`${ps.issuer}/revoke/${'x'.repeat(32)}`);
    expect([nosy.status, invented.status]).toEqual([404, 404]);
    expect(await nosy.text()).toBe(await invented.text());
    expect((await fetch(location)).status).toBe(401);

    busy = false;
    await expect
      .poll(
        async () => {
          await ps.sweep();
          return (await askAfter(location)).status;
        },
        { timeout: 12_000, interval: 500 },
      )
      .toBe(200);
    expect((await askAfter(location)).status).toBe(410);
  }, 15_000);

  test('that says it again has those told again who could not be told', async () => {
    let told = 0;
    let up = false;
    await using resource = await openTold(() => {
      told += 1;
      return up ? 200 : 503;
    });
    const { agent, s256 } = await onMission([resource.issuer]);
    expect((await revoke(agent)).status).toBe(200);
    const before = told;
    up = true;
    // The same second would sign the same bytes, which nothing forbids: both are this provider's word.
    expect((await revoke(agent)).status).toBe(200);
    expect(told).toBe(before + 1);
    expect((await ps.port.readMission(s256))?.tokens[0]?.acknowledgedAt).toBeInstanceOf(Date);
  });
});

describe('a resource that withdraws its resource token', () => {
  test('after a yes that was not fetched yet leaves nothing to fetch', async () => {
    const { agent, s256, tokens } = await onMission([shop.issuer]);
    const presented_token = tokens[shop.issuer] ?? '';
    const { resource_token } = (await agent.authorize(shop, presented_token, { scope: 'buy:flour' }))
      .body as { resource_token: string };
    const pending = await agent.authToken({ resource_token, presented_token, prompt: 'consent' });
    const [ask] = (await ps.port.listRequests({ state: 'open', missionS256: s256 })).requests;
    if (!ask) throw new Error('nothing was asked');
    await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
    const { jti, exp } = claimsOf(resource_token);
    const revoked = await signedFetch(
      `${ps.issuer}/revoke`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jti, exp }),
      },
      { kind: 'server', key: shop.key, issuer: shop.issuer, dwk: 'aauth-resource.json' },
    );
    expect(revoked.status).toBe(200);
    expect(await agent.settle(pending)).toMatchObject({
      status: 403,
      body: { error: 'revoked', detail: expect.stringContaining('resource token') },
    });
    expect((await ps.port.readMission(s256))?.tokens.filter(({ scope }) => scope)).toEqual([]);
  });
});

describe('an agent whose token was revoked', () => {
  test('does not fetch with its next one what was said yes to before, but still learns of its mission', async () => {
    const agent = await openAgent({ provider, personServer: ps.issuer, name: `revoked-${(agents += 1)}` });
    const proposed = await agent.proposeMission({ description: 'Shop' });
    const asked = await agent.permission({ action: 'Ask' });
    const { requests } = await ps.port.listRequests({ state: 'open', agent: agent.id });
    for (const { id } of requests) {
      const request = await ps.port.readRequest(id);
      if (!request) throw new Error('it was there');
      await ps.port.decide(id, { action: 'approve', digest: request.digest, decidedBy: alice });
    }
    const { jti, exp } = claimsOf(agent.token);
    await signedFetch(
      `${ps.issuer}/revoke`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jti, exp }),
      },
      { kind: 'server', key: provider.key, issuer: provider.issuer, dwk: 'aauth-agent.json' },
    );
    const renewed = await agent.rekeyed();
    expect(await renewed.poll(asked.headers.get('location') ?? '')).toMatchObject({
      status: 403,
      body: { error: 'revoked' },
    });
    expect(await renewed.poll(proposed.headers.get('location') ?? '')).toMatchObject({
      status: 200,
      body: { s256: expect.any(String) },
    });
  });
});
