import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openDiscovery } from '#aauth/discovery.ts';
import type { Answered, Egress, EgressRefusal } from '#aauth/egress.ts';
import { thumbprintOf } from '#aauth/key.ts';
import { generateSigningKey } from '#aauth/signing-keys.ts';
import { openLog } from '#log.ts';

const issuer = 'https://agents.example';
const metadataUrl = `${issuer}/.well-known/aauth-agent.json`;
const jwksUri = 'https://keys.example/jwks';
const dwk = 'aauth-agent.json';
const minuteMs = 60_000;

const [one, two, three] = await Promise.all([
  generateSigningKey(),
  generateSigningKey(),
  generateSigningKey('ES256'),
]);

type Page =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly json: unknown }
  | EgressRefusal;

/** The web as the test says it is, asked through the egress port; and a clock the test moves. */
function openWorld(pages: Record<string, Page>) {
  const asked: string[] = [];
  let now = Date.parse('2026-11-21T12:00:00Z');
  const egress: Egress = {
    async fetch(url): Promise<Answered | EgressRefusal> {
      asked.push(url);
      const page = pages[url] ?? { kind: 'refused', reason: 'unreachable', detail: 'nobody there' };
      if ('kind' in page) return page;
      const body = typeof page.json === 'string' ? page.json : JSON.stringify(page.json);
      return {
        kind: 'answered',
        status: page.status ?? 200,
        headers: new Headers(page.headers),
        body: new TextEncoder().encode(body),
      };
    },
    async [Symbol.asyncDispose]() {},
  };
  const discovery = openDiscovery({
    egress,
    log: openLog('silent'),
    development: false,
    now: () => new Date(now),
    own: { issuer: 'https://ps.example', keys: async () => [two.publicJwk] },
  });
  return {
    discovery,
    pages,
    pass: (ms: number) => {
      now += ms;
    },
    times: (url: string) => asked.filter((one) => one === url).length,
  };
}

const published = (keys: readonly unknown[], headers?: Record<string, string>) => ({
  [metadataUrl]: { json: { issuer, jwks_uri: jwksUri, name: 'Agents' } },
  [jwksUri]: { json: { keys }, ...(headers && { headers }) },
});

describe('a metadata document', () => {
  test('must name the issuer it was fetched from, byte for byte', async () => {
    const reasonOf = async (json: unknown) => {
      const found = await openWorld({ [metadataUrl]: { json } }).discovery.metadata(issuer, dwk);
      return found.kind === 'refused' ? found.reason : found.kind;
    };
    expect(await reasonOf({ issuer })).toBe('found');
    expect(await reasonOf({ jwks_uri: jwksUri })).toBe('issuer_missing');
    expect(await reasonOf({ issuer: 7 })).toBe('issuer_missing');
    expect(await reasonOf([])).toBe('issuer_missing');
    expect(await reasonOf({ issuer: `${issuer}/` })).toBe('issuer_mismatch');
    expect(await reasonOf({ issuer: 'https://evil.example' })).toBe('issuer_mismatch');
    expect(await reasonOf('<html>')).toBe('malformed');
  });

  test('keeps members it does not know and drops known ones of a wrong kind', async () => {
    const json = { issuer, name: 7, description: 'sells', more: true };
    const found = await openWorld({ [metadataUrl]: { json } }).discovery.metadata(issuer, dwk);
    expect(found).toMatchObject({ metadata: { description: 'sells', more: true } });
    expect(found.kind === 'found' && found.metadata.name).toBe(undefined);
  });

  test('is not asked of a name that is no server identifier', async () => {
    const { discovery, times } = openWorld({});
    for (const name of [
      'http://agents.example',
      'https://agents.example/',
      'https://10.0.0.1',
      'file:///etc',
    ]) {
      expect(await discovery.metadata(name, dwk)).toMatchObject({ reason: 'issuer_invalid' });
      expect(await discovery.key(name, dwk, 'k')).toMatchObject({ reason: 'issuer_invalid' });
    }
    expect(times(metadataUrl)).toBe(0);
  });
});

describe('a key', () => {
  test('is found by its kid among others that are of no use', async () => {
    const keys = [
      null,
      'key',
      { kty: 'oct', kid: 'o', k: 'AA' },
      { kid: 7 },
      { kty: 'AKP', kid: 'pq', alg: 'ML-DSA-44' },
    ];
    const { discovery } = openWorld(published([...keys, one.publicJwk, three.publicJwk]));
    const found = await discovery.key(issuer, dwk, one.kid);
    expect(found.kind === 'found' && thumbprintOf(found.jwk)).toBe(one.kid);
    expect(await discovery.key(issuer, dwk, three.kid)).toMatchObject({
      kind: 'found',
      jwk: { alg: 'ES256' },
    });
    expect(await discovery.key(issuer, dwk, 'o')).toMatchObject({ reason: 'unsupported_algorithm' });
  });

  test('must say its algorithm in full and be of its kind', async () => {
    const { alg: _alg, ...silent } = one.publicJwk;
    const { discovery } = openWorld(
      published([
        { ...silent, kid: 'silent' },
        { ...silent, kid: 'poly', alg: 'EdDSA' },
        { ...silent, kid: 'hs', alg: 'HS256' },
        { ...silent, kid: 'none', alg: 'none' },
        { ...silent, kid: 'crossed', alg: 'ES256' },
        { ...silent, kid: 'short', alg: 'Ed25519', x: 'AA' },
      ]),
    );
    for (const kid of ['silent', 'poly', 'hs', 'none']) {
      expect(await discovery.key(issuer, dwk, kid)).toMatchObject({ reason: 'unsupported_algorithm' });
    }
    expect(await discovery.key(issuer, dwk, 'crossed')).toMatchObject({ reason: 'invalid_key' });
    expect(await discovery.key(issuer, dwk, 'short')).toMatchObject({ reason: 'invalid_key' });
  });

  test('must not say that it is for something else than verifying', async () => {
    const { discovery } = openWorld(
      published([
        { ...one.publicJwk, kid: 'enc', use: 'enc' },
        { ...one.publicJwk, kid: 'none', use: null },
        { ...one.publicJwk, kid: 'signs', use: 'sig', key_ops: ['sign'] },
        { ...one.publicJwk, kid: 'nothing', key_ops: [] },
        { ...one.publicJwk, kid: 'text', key_ops: 'verify' },
        { ...one.publicJwk, kid: 'sig', use: 'sig', key_ops: ['encrypt', 'verify'] },
      ]),
    );
    for (const kid of ['enc', 'none', 'signs', 'nothing', 'text']) {
      expect(await discovery.key(issuer, dwk, kid)).toMatchObject({ reason: 'invalid_key' });
    }
    const { kid: _kid, ...jwk } = one.publicJwk;
    expect(await discovery.key(issuer, dwk, 'sig')).toEqual({ kind: 'found', jwk });
  });

  test('is found behind one of its name that is for something else, and not replaced by a later one', async () => {
    const { discovery } = openWorld(
      published([
        { ...two.publicJwk, kid: 'k', use: 'enc' },
        { ...one.publicJwk, kid: 'k' },
        { ...two.publicJwk, kid: 'k' },
      ]),
    );
    expect(await discovery.key(issuer, dwk, 'k')).toMatchObject({ jwk: { x: one.publicJwk.x } });
  });

  test('of our own is never fetched', async () => {
    const { discovery, times } = openWorld({});
    const own = 'https://ps.example';
    expect(await discovery.key(own, 'aauth-person.json', two.kid)).toMatchObject({ kind: 'found' });
    expect(await discovery.key(own, 'aauth-person.json', one.kid)).toMatchObject({ reason: 'unknown_key' });
    expect(times(`${own}/.well-known/aauth-person.json`)).toBe(0);
  });
});

describe('the JWKS of one issuer', () => {
  test('is fetched once for many who wait, and kept', async () => {
    const { discovery, times } = openWorld(published([one.publicJwk]));
    await Promise.all(Array.from({ length: 20 }, () => discovery.key(issuer, dwk, one.kid)));
    await discovery.key(issuer, dwk, one.kid);
    expect([times(metadataUrl), times(jwksUri)]).toEqual([1, 1]);
  });

  test('is fetched again for an unknown kid, but not within a minute', async () => {
    const { discovery, pages, pass, times } = openWorld(published([one.publicJwk]));
    await discovery.key(issuer, dwk, one.kid);
    Object.assign(pages, published([two.publicJwk]));
    pass(minuteMs - 1);
    for (const kid of [two.kid, 'x', 'y', 'z']) {
      expect(await discovery.key(issuer, dwk, kid)).toMatchObject({ reason: 'unknown_key' });
    }
    expect(times(jwksUri)).toBe(1);
    pass(1);
    expect(await discovery.key(issuer, dwk, two.kid)).toMatchObject({ kind: 'found' });
    expect(times(jwksUri)).toBe(2);
  });

  test('is one, by whichever document it is reached', async () => {
    const other = { json: { issuer, jwks_uri: jwksUri } };
    const { discovery, times } = openWorld({
      ...published([one.publicJwk]),
      [`${issuer}/.well-known/aauth-resource.json`]: other,
    });
    await discovery.key(issuer, dwk, one.kid);
    expect(await discovery.key(issuer, 'aauth-resource.json', 'unknown')).toMatchObject({
      reason: 'unknown_key',
    });
    expect(times(jwksUri)).toBe(1);
  });

  test('is fetched again once when a key it holds did not verify', async () => {
    const kid = 'same';
    const { discovery, pages, pass, times } = openWorld(published([{ ...one.publicJwk, kid }]));
    const before = await discovery.key(issuer, dwk, kid);
    Object.assign(pages, published([{ ...two.publicJwk, kid }]));
    pass(minuteMs);
    const failed = before.kind === 'found' ? before.jwk : undefined;
    const after = await discovery.key(issuer, dwk, kid, failed);
    expect(after.kind === 'found' && thumbprintOf(after.jwk)).toBe(two.kid);
    await discovery.key(issuer, dwk, kid, after.kind === 'found' ? after.jwk : undefined);
    expect(times(jwksUri)).toBe(2);
  });

  test('stays in use when it cannot be fetched, and is asked for at growing intervals', async () => {
    const { discovery, pages, pass, times } = openWorld(published([one.publicJwk]));
    await discovery.key(issuer, dwk, one.kid);
    Object.assign(pages, { [jwksUri]: { status: 500, json: {} } });
    pass(20 * minuteMs);
    for (let minute = 0; minute < 7; minute++) {
      expect(await discovery.key(issuer, dwk, one.kid)).toMatchObject({ kind: 'found' });
      pass(minuteMs);
    }
    // Asked for at 0, 1, 3 and not yet at 7 minutes, on top of the first time.
    expect(times(jwksUri)).toBe(4);
  });

  test('is forgotten after a day, whatever its headers say', async () => {
    const long = { 'cache-control': 'max-age=99999999' };
    const { discovery, pages, pass, times } = openWorld(published([one.publicJwk], long));
    await discovery.key(issuer, dwk, one.kid);
    pass(24 * 60 * minuteMs - 1);
    expect(await discovery.key(issuer, dwk, one.kid)).toMatchObject({ kind: 'found' });
    expect(times(jwksUri)).toBe(1);
    Object.assign(pages, { [jwksUri]: { status: 500, json: {} } });
    pass(1);
    expect(await discovery.key(issuer, dwk, one.kid)).toMatchObject({ reason: 'unreachable' });
  });

  test.each([
    ['max-age', { 'cache-control': 'public, max-age=300' }, 300],
    ['expires', { expires: 'Sat, 21 Nov 2026 12:05:00 GMT' }, 300],
    ['no-store, down to the minute', { 'cache-control': 'no-store' }, 60],
    ['nothing, so ten minutes', {}, 600],
  ])('is used as long as its headers allow: %s', async (_name, headers, seconds) => {
    const { discovery, pass, times } = openWorld(published([one.publicJwk], headers));
    await discovery.key(issuer, dwk, one.kid);
    pass(seconds * 1000 - 1);
    await discovery.key(issuer, dwk, one.kid);
    expect(times(jwksUri)).toBe(1);
    pass(1);
    await discovery.key(issuer, dwk, one.kid);
    expect(times(jwksUri)).toBe(2);
  });

  test('that cannot be had, or is none, is no key and no failure', async () => {
    const reasonOf = async (json: unknown, metadata: object = { issuer, jwks_uri: jwksUri }) => {
      const pages = { [metadataUrl]: { json: metadata }, [jwksUri]: { json } };
      const found = await openWorld(pages).discovery.key(issuer, dwk, 'k');
      return found.kind === 'refused' && found.reason;
    };
    expect(await reasonOf({ keys: 'none' })).toBe('malformed');
    expect(await reasonOf('{')).toBe('malformed');
    expect(await reasonOf({ keys: [] }, { issuer })).toBe('malformed');
    expect(await reasonOf({ keys: Array.from({ length: 201 }, () => ({})) })).toBe('malformed');
  });
});

test('an endless row of new issuers is no way round the floor, and does not forget a known one', async () => {
  const { discovery, pass, times } = openWorld(published([one.publicJwk]));
  await discovery.key(issuer, dwk, one.kid);
  for (let i = 0; i < 1000; i++) await discovery.metadata(`https://n${i}.example`, dwk);
  await discovery.key(issuer, dwk, 'unknown');
  expect(times(jwksUri)).toBe(1);
  const refused = await discovery.metadata('https://one-more.example', dwk);
  expect(refused).toMatchObject({ kind: 'refused', detail: expect.stringContaining('too many') });
  pass(minuteMs);
  await discovery.metadata('https://one-more.example', dwk);
  expect(times('https://one-more.example/.well-known/aauth-agent.json')).toBe(1);
});

test('whatever is published as metadata or keys, a key is found or the issuer is refused', async () => {
  const member = (name: string) =>
    fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(issuer, jwksUri, 'http://10.0.0.1/', `${issuer}/`, one.kid, name),
    );
  const document = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.record(
      {
        issuer: fc.oneof(fc.constant(issuer), member('issuer')),
        jwks_uri: fc.oneof(fc.constant(jwksUri), member('jwks_uri')),
        name: member('name'),
        scope_descriptions: member('x'),
        budget_units: member('x'),
        __proto__: member('x'),
      },
      { requiredKeys: [] },
    ),
  );
  const key = fc.oneof(
    fc.constant(one.publicJwk),
    fc.record(
      {
        kid: fc.oneof(fc.constant(one.kid), fc.jsonValue()),
        kty: fc.constantFrom('OKP', 'EC', 'oct', 'RSA'),
        alg: fc.constantFrom('Ed25519', 'EdDSA', 'ES256', 'HS256', 'none'),
        crv: fc.constantFrom('Ed25519', 'P-256', 'X25519'),
        x: fc.oneof(fc.constant(one.publicJwk.x), fc.string()),
        y: fc.string(),
      },
      { requiredKeys: [] },
    ),
    fc.jsonValue(),
  );
  const keys = fc.oneof(fc.json(), fc.record({ keys: fc.oneof(fc.array(key), fc.jsonValue()) }));
  const header = fc.record(
    {
      'cache-control': fc.constantFrom('max-age=-5', 'max-age=1e9', 'no-store', 'max-age="1"'),
      expires: fc.constantFrom('0', 'soon'),
    },
    { requiredKeys: [] },
  );
  const status = fc.constantFrom(200, 200, 200, 204, 301, 404, 500);
  await fc.assert(
    fc.asyncProperty(document, keys, header, status, async (document, keys, headers, status) => {
      const { discovery } = openWorld({
        [metadataUrl]: { json: document },
        [jwksUri]: { json: keys, headers: headers as Record<string, string>, status },
      });
      const found = await discovery.key(issuer, dwk, one.kid);
      if (found.kind === 'found') expect(['Ed25519', 'ES256']).toContain(found.jwk.alg);
      else expect(found.reason).toMatch(/^[a-z_]+$/);
      expect(['found', 'refused']).toContain((await discovery.metadata(issuer, dwk)).kind);
    }),
    { numRuns: 300 },
  );
});
