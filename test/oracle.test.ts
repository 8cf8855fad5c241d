// Another Person Server, Hellō's mock, asked the same as ours: where both speak the same text, the answers have one shape.
// Where they do not (it speaks the text of August: docs/decisions.md), they are not compared.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedFetch } from '#aauth/signed-fetch.ts';
import { freePort } from '#http.ts';
import { type Agent, type Answer, openAgent } from './support/aauth-agent.ts';
import { type AgentProvider, openAgentProvider } from './support/aauth-world.ts';
import { claimsOf } from './support/access-server.ts';
import { until } from './support/office.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';

const resource = 'https://shop.example';
const alice = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };

let mock: ChildProcess;
let theirs: string;
let ours: TestPersonServer;
let provider: AgentProvider;
let atTheirs: Agent;
let atOurs: Agent;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  const port = await freePort('127.0.0.1');
  theirs = `http://localhost:${port}`;
  const program = fileURLToPath(import.meta.resolve('@hellocoop/mockin/src/server.js'));
  mock = spawn(process.execPath, ['--no-warnings', program], {
    env: { PATH: process.env['PATH'], PORT: String(port), IP: '127.0.0.1', ISSUER: theirs },
    stdio: 'ignore',
  });
  closing.defer(async () => {
    const ended = once(mock, 'exit');
    if (mock.kill()) await ended;
  });
  ours = closing.use(await openTestPersonServer());
  provider = closing.use(await openAgentProvider());
  await until('the mock', () =>
    fetch(`${theirs}/.well-known/aauth-person.json`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  atTheirs = await openAgent({ provider, personServer: theirs, name: 'compared' });
  atOurs = await openAgent({ provider, personServer: ours.issuer, name: 'compared' });
});
afterAll(() => closing.disposeAsync());

const document = async (url: string) => (await (await fetch(url)).json()) as Record<string, unknown>;
const metadataOf = (issuer: string) => document(`${issuer}/.well-known/aauth-person.json`);
const headerOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>;
const mocked = (setting: object) =>
  fetch(`${theirs}/mock/aauth`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(setting),
  });

/** A value's kind, and for an object the kinds of its members. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, shapeOf(member)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

async function approve() {
  const ask = (await ours.port.listRequests({ state: 'open', agent: atOurs.id })).requests.at(-1);
  if (!ask) throw new Error('nothing was asked');
  await ours.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
}

async function personTokens() {
  const pending = await atOurs.personToken({ resource });
  await approve();
  const answers = [await atOurs.settle(pending), await atTheirs.personToken({ resource })];
  for (const { status } of answers) expect(status).toBe(200);
  return answers as [Answer, Answer];
}

describe('published by both', () => {
  test('metadata has the same members, as far as both have the endpoint', async () => {
    const [a, b] = [await metadataOf(ours.issuer), await metadataOf(theirs)];
    const missing = Object.keys(b).filter((name) => !(name in a));
    expect(missing).toEqual(['bootstrap_endpoint']);
    for (const name of Object.keys(b).filter((name) => name in a)) {
      expect([name, typeof a[name]]).toEqual([name, typeof b[name]]);
    }
    expect([a.issuer, b.issuer]).toEqual([ours.issuer, theirs]);
  });

  test('keys say their algorithm in full, and nothing that is secret', async () => {
    for (const issuer of [ours.issuer, theirs]) {
      const { keys } = await document(String((await metadataOf(issuer)).jwks_uri));
      for (const key of keys as Record<string, unknown>[]) {
        expect(key).toMatchObject({
          kty: 'OKP',
          crv: 'Ed25519',
          alg: 'Ed25519',
          kid: expect.any(String),
          x: expect.any(String),
        });
        expect(key).not.toHaveProperty('d');
      }
    }
  });
});

describe('answered by both', () => {
  test('a person token has the same header, claims and lifetime', async () => {
    const [a, b] = await personTokens();
    expect(shapeOf(a.body)).toEqual(shapeOf(b.body));
    const tokens = [a, b].map(({ body }) => (body as { person_token: string }).person_token);
    const [ourHeader, theirHeader] = tokens.map(headerOf);
    expect(shapeOf(ourHeader)).toEqual(shapeOf(theirHeader));
    expect([ourHeader?.typ, ourHeader?.alg]).toEqual([theirHeader?.typ, theirHeader?.alg]);
    const [ourClaims, theirClaims] = tokens.map(claimsOf);
    expect(shapeOf(ourClaims)).toEqual(shapeOf(theirClaims));
    for (const claims of [ourClaims, theirClaims]) {
      expect(claims).toMatchObject({ dwk: 'aauth-person.json', aud: resource });
      expect(Number(claims?.exp) - Number(claims?.iat)).toBeLessThanOrEqual(3600);
    }
  });

  test('a wait is a 202 with the same headers, and a code for the person', async () => {
    await mocked({ person_requirement: 'interaction', auto_approve: false });
    try {
      const other = 'https://other.example';
      const capabilities = ['interaction'];
      for (const agent of [atOurs, atTheirs]) {
        const { status, headers, body } = await agent.personToken({ resource: other, capabilities });
        expect(status).toBe(202);
        expect(body).toMatchObject({ status: 'pending' });
        expect(headers.get('cache-control')).toBe('no-store');
        expect(headers.get('retry-after')).toMatch(/^\d+$/);
        expect(headers.get('location')).toMatch(/^http:\/\/localhost:\d+\/\S+$/);
        expect(headers.get('aauth-requirement')).toMatch(
          /^requirement=interaction; url="http:\/\/localhost:\d+\/[a-z/]+"; code="[0-9A-Za-z-]{8,}"$/,
        );
        expect(await agent.poll(headers.get('location') ?? '')).toMatchObject({
          status: 202,
          body: { status: 'pending' },
        });
      }
    } finally {
      await mocked({ person_requirement: null, auto_approve: true });
    }
  });

  test.each([
    ['no resource', {}],
    ['a resource that is none', { resource: 'http://shop.example/' }],
    ['a mission that is none', { resource, mission_s256: 7 }],
    ['a sub-agent token that is none', { resource, subagent_token: 7 }],
  ])('%s is the same problem', async (_what, body) => {
    const [a, b] = [await atOurs.personToken(body), await atTheirs.personToken(body)];
    for (const { headers } of [a, b]) {
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(headers.has('signature-error')).toBe(false);
    }
    const codes = [a, b].map(({ status, body }) => [status, (body as { error: string }).error]);
    expect(codes[0]).toEqual(codes[1]);
  });

  test('a signature in another scheme, or by another key, is a 401', async () => {
    for (const [issuer, agent] of [
      [ours.issuer, atOurs],
      [theirs, atTheirs],
    ] as const) {
      const url = String((await metadataOf(issuer)).person_token_endpoint);
      const body = JSON.stringify({ resource });
      const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
      const server = {
        kind: 'server',
        key: provider.key,
        issuer: provider.issuer,
        dwk: 'aauth-agent.json',
      } as const;
      expect((await signedFetch(url, request, server)).status).toBe(401);
      const stranger = await provider.issue({ name: 'somebody', jwk: provider.key.publicJwk });
      const key = await signedFetch(url, request, { kind: 'agent', key: agent.key, token: stranger });
      expect(key.status).toBe(401);
    }
  });

  test('a permission is granted in the same words, and what never waited is not found', async () => {
    const pending = await atOurs.permission({ action: 'look' });
    await approve();
    const [a, b] = [await atOurs.settle(pending), await atTheirs.permission({ action: 'look' })];
    expect([a.status, a.body]).toEqual([b.status, b.body]);
    const never = await Promise.all([
      atOurs.poll(`${ours.issuer}/pending/never`),
      atTheirs.poll(`${theirs}/aauth/pending/never`),
    ]);
    expect(never.map(({ status }) => status)).toEqual([404, 404]);
  });
});
