// Anything at all, sent to every door of the Person Server: a clear answer, never a failure of ours, never an echo as markup.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedFetch } from '#aauth/signed-fetch.ts';
import type { DecidedBy } from '#mission-control/facts.ts';
import { type Agent, openAgent } from './support/aauth-agent.ts';
import { type AgentProvider, openAgentProvider } from './support/aauth-world.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };

let ps: TestPersonServer;
let provider: AgentProvider;
let agent: Agent;
let s256: string;
let pending: string;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  ps = closing.use(
    await openTestPersonServer({ limits: { codeAttempts: 1_000_000, openRequests: 100_000 } }),
  );
  provider = closing.use(await openAgentProvider());
  agent = await openAgent({ provider, personServer: ps.issuer, name: 'anything' });
  const proposed = await agent.proposeMission({ description: 'Anything' });
  const [ask] = (await ps.port.listRequests({ state: 'open', agent: agent.id })).requests;
  if (!ask) throw new Error('nothing was asked');
  await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
  s256 = ((await agent.settle(proposed)).body as { s256: string }).s256;
  pending = (await agent.permission({ action: 'Ask' })).headers.get('location') ?? '';
});
afterAll(() => closing.disposeAsync());

/** A problem with a code, in its own words. */
async function isClear(response: Response) {
  expect(response.status).toBeLessThan(500);
  const text = await response.text();
  expect(text).not.toMatch(/\bat .+\.ts:\d+|node_modules|\bselect \S+ from\b|postgres/i);
  if (response.status < 400 || response.headers.get('content-type')?.startsWith('text/html')) return;
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(JSON.parse(text)).toMatchObject({ error: expect.any(String) });
  if (response.status === 401) expect(response.headers.get('signature-error')).toMatch(/^error=[a-z_]+/);
  else expect(response.headers.has('signature-error')).toBe(false);
}

const anyJson = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc
    .dictionary(
      fc.constantFrom(
        'action',
        'clarification_response',
        'resource_token',
        'presented_token',
        'justification',
        'description',
        'summary',
        'mission_s256',
        'jti',
        'exp',
        '__proto__',
      ),
      fc.oneof(
        fc.constantFrom<unknown>(
          'update',
          'completion',
          'clarification_response',
          'updated_request',
          '',
          1e12,
        ),
        fc.jsonValue({ maxDepth: 2 }),
        fc.string({ unit: 'binary' }),
      ),
    )
    .map((value) => JSON.stringify(value)),
);

test('what an agent posts to a mission or to what waits', async () => {
  const url = fc.oneof(
    fc.constant(`${ps.issuer}/mission/${s256}`),
    fc.constant(pending),
    fc.stringMatching(/^[A-Za-z0-9_~%.-]{1,60}$/).map((id) => `${ps.issuer}/mission/${id}`),
    fc.stringMatching(/^[A-Za-z0-9_~.-]{1,60}$/).map((id) => `${ps.issuer}/pending/${id}`),
  );
  await fc.assert(
    fc.asyncProperty(url, anyJson, async (url, body) => {
      fc.pre(URL.canParse(url));
      const headers = { 'content-type': 'application/json' };
      const signer = { kind: 'agent', key: agent.key, token: agent.token } as const;
      await isClear(await signedFetch(url, { method: 'POST', headers, body }, signer));
    }),
    { numRuns: 100 },
  );
}, 60_000);

test('what a provider posts as a revocation', async () => {
  const signer = {
    kind: 'server',
    key: provider.key,
    issuer: provider.issuer,
    dwk: 'aauth-agent.json',
  } as const;
  await fc.assert(
    fc.asyncProperty(anyJson, async (body) => {
      const headers = { 'content-type': 'application/json' };
      await isClear(await signedFetch(`${ps.issuer}/revoke`, { method: 'POST', headers, body }, signer));
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('what a browser asks the page of codes, and where it comes back', async () => {
  const word = fc.oneof(
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x>',
      'A1B2-C3D4',
      'javascript:alert(1)',
      '\u0000',
    ),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const said = fc.record({ code: word, callback: word, error: word, state: word }, { requiredKeys: [] });
  const path = fc.oneof(
    fc.constant('/interact'),
    fc.stringMatching(/^[A-Za-z0-9_~.-]{1,40}$/).map((end) => `/interact/${end}`),
  );
  await fc.assert(
    fc.asyncProperty(path, said, fc.boolean(), async (path, said, browser) => {
      const url = new URL(path, ps.issuer);
      for (const [name, value] of Object.entries(said)) url.searchParams.set(name, value.toWellFormed());
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { accept: browser ? 'text/html' : 'application/json' },
      });
      expect(response.headers.get('location') ?? '').not.toMatch(/^javascript:/i);
      const clone = response.clone();
      await isClear(response);
      expect(await clone.text()).not.toMatch(/<script|<img/i);
    }),
    { numRuns: 120 },
  );
}, 60_000);

test('what nobody signed, in any method, at any path, with any headers', async () => {
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');
  const path = fc.oneof(
    fc.constantFrom(
      '/mission',
      '/mission/',
      '/person',
      '/token',
      '/permission',
      '/audit',
      '/interaction',
      '/revoke',
      '/revoke/x',
      '/pending/x',
      '/interact',
      '/.well-known/aauth-person.json',
      '/.well-known/jwks.json',
    ),
    fc.webPath(),
  );
  const field = fc.string({
    unit: fc.constantFrom(...'sig=jwt;:"()@method created0123456789,-_.\u00ff'.split('')),
    maxLength: 80,
  });
  const headers = fc.record(
    {
      signature: field,
      'signature-input': field,
      'signature-key': fc.oneof(
        field,
        fc.constantFrom('sig=hwk;kty="OKP"', 'sig=jwt;jwt="a.b.c"', 'sig=none'),
      ),
      'content-type': fc.constantFrom('application/json', 'text/plain', 'multipart/form-data', ''),
      'content-digest': field,
      prefer: field,
      accept: field,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      method,
      path,
      headers,
      fc.string({ maxLength: 50 }),
      async (method, path, headers, body) => {
        const response = await fetch(`${ps.issuer}${path}`, {
          method,
          headers: headers as Record<string, string>,
          redirect: 'manual',
          ...(method !== 'GET' && method !== 'OPTIONS' && { body }),
        });
        if (response.status === 405) expect(response.headers.get('allow')).toMatch(/^[A-Z]+(?:, [A-Z]+)*$/);
        await isClear(response);
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);
