import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { mintAgentToken, mintPersonToken } from '#aauth/mint-token.ts';
import { type Received, verifySignedRequest } from '#aauth/signature.ts';
import { signRequest } from '#aauth/signed-fetch.ts';
import { generateSigningKey, type SigningKey } from '#aauth/signing-keys.ts';
import { publishedKeys } from '../../support/published-keys.ts';
import { type KeyMember, type RawRequest, signRaw } from '../../support/raw-signature.ts';

const provider = 'https://agents.example';
const personServer = 'https://ps.example';
const url = `${personServer}/mission?wait=1`;
const now = new Date('2026-11-21T12:00:00Z');
const created = now.getTime() / 1000;

let providerKey: SigningKey;
let serverKey: SigningKey;
let agentKey: SigningKey;
let jwt: KeyMember;
let server: KeyMember;

beforeAll(async () => {
  providerKey = await generateSigningKey('ES256');
  serverKey = await generateSigningKey();
  agentKey = await generateSigningKey();
  jwt = { scheme: 'jwt', params: { jwt: await agentToken() } };
  server = {
    scheme: 'jwks_uri',
    params: { id: 'https://shop.example', dwk: 'aauth-resource.json', kid: serverKey.kid },
  };
});

async function agentToken(
  claims: { key?: SigningKey; parentAgent?: string; lifetimeSeconds?: number; at?: Date } = {},
) {
  const { key = agentKey, parentAgent, lifetimeSeconds = 600, at = now } = claims;
  const sub = parentAgent ? 'aauth:errand+one@agents.example' : 'aauth:errand@agents.example';
  const minted = mintAgentToken(
    { sub, jwk: key.publicJwk, ps: personServer, parentAgent },
    { issuer: provider, key: providerKey, now: at, lifetimeSeconds },
  );
  return minted?.jwt ?? '';
}

const discovery = publishedKeys(() => ({
  [provider]: [providerKey.publicJwk],
  'https://shop.example': [
    serverKey.publicJwk,
    { ...serverKey.publicJwk, kid: 'poly', alg: 'EdDSA' },
    { ...serverKey.publicJwk, kid: 'crossed', crv: 'P-256' },
  ],
}));
const receiver = { authority: 'ps.example', discovery, now, development: false };

const asAgent = (received: Received, at = now) =>
  verifySignedRequest(received, { ...receiver, now: at, accept: 'agent' });
const asServer = (received: Received) => verifySignedRequest(received, { ...receiver, accept: 'server' });

const sign = (request: Partial<RawRequest> = {}) =>
  signRaw({ url, key: agentKey, keys: { sig: jwt }, params: { created }, ...request });
const post = (request: Partial<RawRequest> = {}) =>
  sign({ method: 'POST', body: '{"description":"cake"}', ...request });

async function errorOf(received: Received, at = now) {
  const answer = await asAgent(received, at);
  if (answer.kind !== 'refused') return answer.kind;
  expect(answer.problem.status).toBe(401);
  expect(answer.problem.headers?.['signature-error']).toMatch(`error=${answer.problem.error}`);
  return answer.problem.error;
}

describe('a request signed by an agent', () => {
  test('is accepted, with the agent and what a replay would repeat', async () => {
    const answer = await asAgent(await post());
    expect(answer).toMatchObject({
      kind: 'agent',
      agent: { iss: provider, sub: 'aauth:errand@agents.example', ps: personServer },
      thumbprint: agentKey.kid,
      proof: { thumbprint: agentKey.kid, created, method: 'POST', path: '/mission' },
    });
  });

  test('is accepted as a well-behaved client signs it, with Ed25519 and with ES256', async () => {
    for (const key of [agentKey, await generateSigningKey('ES256')]) {
      const at = new Date();
      const signer = { kind: 'agent', key, token: await agentToken({ key, at }) } as const;
      const headers = new Headers({ 'content-type': 'application/json' });
      const signed = await signRequest(url, { method: 'POST', headers, body: '{}' }, signer);
      const body = new TextEncoder().encode('{}');
      const received = { method: 'POST', path: '/mission', query: 'wait=1', headers: signed, body };
      expect(await asAgent(received, at)).toMatchObject({ kind: 'agent', thumbprint: key.kid });
    }
  });

  test('may cover more: the query, the target, headers of its own', async () => {
    const components = ['@method', '@authority', '@path', '@query', '@target-uri', 'signature-key', 'prefer'];
    expect(await errorOf(await sign({ components, headers: { prefer: 'wait=5' } }))).toBe('agent');
  });

  test('has a proof that differs with the body and not with the spelling of the signature', async () => {
    const [first, same, other] = await Promise.all([
      post(),
      post(),
      post({ body: '{"description":"cakes"}' }),
    ]);
    const signed = await Promise.all([first, same, other].map((one) => asAgent(one)));
    const [a, b, c] = signed.map((one) => (one.kind === 'agent' ? one.proof.signed : undefined));
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  test('by a sub-agent is nobody else’s', async () => {
    const token = await agentToken({ parentAgent: 'aauth:errand@agents.example' });
    const answer = await asAgent(await sign({ keys: { sig: { scheme: 'jwt', params: { jwt: token } } } }));
    expect(answer).toMatchObject({
      kind: 'sub_agent',
      agent: { parentAgent: 'aauth:errand@agents.example' },
    });
  });
});

describe('the covered parts', () => {
  const changes: readonly [string, (received: Received) => Partial<Received>][] = [
    ['the method', () => ({ method: 'DELETE' })],
    ['the path', () => ({ path: '/permission' })],
    ['the body', () => ({ body: new TextEncoder().encode('{"description":"yacht"}') })],
    ['the content type', ({ headers }) => ({ headers: changed(headers, 'content-type', 'text/plain') })],
    ['the signature', ({ headers }) => ({ headers: changed(headers, 'signature', 'sig=:AAAA:') })],
  ];

  test.each(changes)('cannot be changed: %s', async (_name, change) => {
    const received = await post();
    expect(await errorOf({ ...received, ...change(received) })).toBe('invalid_signature');
  });

  test('cannot be changed: body and digest together', async () => {
    const [received, other] = [await post(), await post({ body: '{"description":"yacht"}' })];
    const digest = other.headers.get('content-digest') ?? '';
    const headers = changed(received.headers, 'content-digest', digest);
    expect(await errorOf({ ...received, headers, body: other.body })).toBe('invalid_signature');
  });

  test('cannot be changed: the key, for a token of another agent', async () => {
    const other = await generateSigningKey();
    const token = await agentToken({ key: other });
    const received = await sign();
    const headers = changed(received.headers, 'signature-key', `sig=jwt;jwt="${token}"`);
    expect(await errorOf({ ...received, headers })).toBe('invalid_signature');
  });

  test('include our own name: a request signed for another server is refused, whatever Host says', async () => {
    const headers = { host: 'ps.example', 'x-forwarded-host': 'ps.example' };
    const received = await sign({ url: 'https://other.example/mission', headers });
    expect(await errorOf(received)).toBe('invalid_signature');
  });

  test.each(['@method', '@authority', '@path', 'signature-key', 'content-digest', 'content-type'])(
    'must include %s, and the refusal says so',
    async (left) => {
      const all = ['@method', '@authority', '@path', 'signature-key', 'content-digest', 'content-type'];
      const answer = await asAgent(await post({ components: all.filter((name) => name !== left) }));
      expect(answer).toMatchObject({ kind: 'refused', problem: { status: 401, error: 'invalid_input' } });
      expect(answer.kind === 'refused' && answer.problem.headers?.['signature-error']).toBe(
        `error=invalid_input, required_input=(${all.map((name) => `"${name}"`).join(' ')})`,
      );
    },
  );

  test('are not covered by a component with parameters', async () => {
    const components = ['@method', '@authority', '@path;req', 'signature-key'];
    expect(await errorOf(await sign({ components }))).toBe('invalid_signature');
  });

  test('may be named once only', async () => {
    const components = ['@method', '@authority', '@path', '@path', 'signature-key'];
    expect(await errorOf(await sign({ components }))).toBe('invalid_signature');
  });
});

describe('the time of a signature', () => {
  test('may lie a minute back and a minute ahead, no further', async () => {
    expect(await errorOf(await sign({ params: { created: created - 60 } }))).toBe('agent');
    expect(await errorOf(await sign({ params: { created: created - 61 } }))).toBe('invalid_signature');
    expect(await errorOf(await sign({ params: { created: created + 60 } }))).toBe('agent');
    expect(await errorOf(await sign({ params: { created: created + 61 } }))).toBe('clock_skew');
  });

  test('must be given, as an integer', async () => {
    expect(await errorOf(await sign({ params: {} }))).toBe('invalid_signature');
    expect(await errorOf(await sign({ params: { created: String(created) } }))).toBe('invalid_signature');
    expect(await errorOf(await sign({ params: { created: created + 0.5 } }))).toBe('invalid_signature');
  });

  test('is looked at after what is covered, and before the scheme of the key', async () => {
    const untimely: RawRequest['params'][] = [
      {},
      { created: 'now' },
      { created: created - 61 },
      { created, expires: 'later' },
    ];
    for (const params of untimely) {
      const uncovered = await asAgent(await sign({ components: ['@method', '@path'], params }));
      expect(uncovered).toMatchObject({
        kind: 'refused',
        problem: {
          error: 'invalid_input',
          headers: { 'signature-error': expect.stringContaining('required_input=(') as string },
        },
      });
      const keys = { sig: { scheme: 'telepathy', params: {} } };
      expect(await errorOf(await sign({ keys, params }))).toBe('invalid_signature');
    }
  });

  test('ends at expires, where the signer set it', async () => {
    expect(await errorOf(await sign({ params: { created, expires: created + 1 } }))).toBe('agent');
    expect(await errorOf(await sign({ params: { created, expires: created } }))).toBe('invalid_signature');
    expect(await errorOf(await sign({ params: { created, expires: 'later' } }))).toBe('invalid_signature');
  });

  test('is not changed by alg or keyid parameters, which are ignored', async () => {
    const params = { created, alg: 'hmac-sha256', keyid: 'another' };
    expect(await errorOf(await sign({ params }))).toBe('agent');
  });
});

describe('Signature-Key', () => {
  test.each(['signature', 'signature-input', 'signature-key'])(
    'and its companions must be there: %s',
    async (name) => {
      const { headers, ...received } = await sign();
      headers.delete(name);
      expect(await errorOf({ ...received, headers })).toBe('invalid_signature');
    },
  );

  test.each(['hwk', 'jkt-jwt', 'jwks_uri', 'x509', 'telepathy'])(
    'in the scheme %s is not an agent’s',
    async (scheme) => {
      const answer = await asAgent(await sign({ keys: { sig: { scheme, params: jwt.params } } }));
      expect(answer).toMatchObject({
        kind: 'refused',
        problem: {
          error: 'unsupported_scheme',
          headers: { 'signature-error': 'error=unsupported_scheme', 'accept-signature-scheme': 'jwt' },
        },
      });
    },
  );

  test('may hold members of schemes nobody knows', async () => {
    const other = { scheme: 'telepathy', params: { brain: '1' } };
    expect(await errorOf(await sign({ keys: { other, sig: jwt } }))).toBe('agent');
    expect(await errorOf(await sign({ keys: { sig: jwt, other } }))).toBe('agent');
  });

  test('must carry a label that was signed', async () => {
    expect(await errorOf(await sign({ keys: { other: jwt } }))).toBe('invalid_signature');
  });

  test('must carry a token, and one of an agent', async () => {
    const none = { scheme: 'jwt', params: {} };
    expect(await errorOf(await sign({ keys: { sig: none } }))).toBe('invalid_jwt');
    const junk = { scheme: 'jwt', params: { jwt: 'a.b.c' } };
    expect(await errorOf(await sign({ keys: { sig: junk } }))).toBe('invalid_jwt');
    const person = mintPersonToken(
      { aud: personServer, sub: 'me', jwk: agentKey.publicJwk },
      { issuer: provider, key: providerKey, now },
    );
    const wrong = { scheme: 'jwt', params: { jwt: person?.jwt ?? '' } };
    expect(await errorOf(await sign({ keys: { sig: wrong } }))).toBe('invalid_jwt');
  });

  test('with a token that has expired is told so', async () => {
    const token = await agentToken({ lifetimeSeconds: 30 });
    const keys = { sig: { scheme: 'jwt', params: { jwt: token } } };
    const later = new Date(now.getTime() + 30_000);
    expect(await errorOf(await sign({ keys }), later)).toBe('expired_jwt');
  });

  test('with a token nobody’s key made is told which', async () => {
    const strange = await generateSigningKey();
    const minted = mintAgentToken(
      { sub: 'aauth:errand@agents.example', jwk: agentKey.publicJwk },
      { issuer: provider, key: strange, now },
    );
    const keys = { sig: { scheme: 'jwt', params: { jwt: minted?.jwt ?? '' } } };
    expect(await errorOf(await sign({ keys }))).toBe('unknown_key');
  });
});

describe('a request signed by a server', () => {
  const signAs = (member: KeyMember, request: Partial<RawRequest> = {}) =>
    post({ key: serverKey, keys: { sig: member }, ...request });
  const withParams = (params: Record<string, string>) => ({
    ...server,
    params: { ...server.params, ...params },
  });

  test('is accepted in the name of its issuer', async () => {
    expect(await asServer(await signAs(server))).toMatchObject({
      kind: 'server',
      issuer: 'https://shop.example',
      dwk: 'aauth-resource.json',
      kid: serverKey.kid,
      proof: { thumbprint: serverKey.kid, created },
    });
  });

  test('is not accepted in the place of an agent’s, nor an agent’s in its place', async () => {
    expect(await errorOf(await signAs(server))).toBe('unsupported_scheme');
    const answer = await asServer(await post());
    expect(answer).toMatchObject({ problem: { headers: { 'accept-signature-scheme': 'jwks_uri' } } });
  });

  test.each([
    ['an unknown key', { kid: 'lost' }, 'unknown_key'],
    ['an unknown issuer', { id: 'https://nobody.example' }, 'unknown_key'],
    ['an issuer with a path', { id: 'https://shop.example/' }, 'invalid_key'],
    ['an unknown document', { dwk: 'openid-configuration' }, 'invalid_key'],
    ['a polymorphic algorithm', { kid: 'poly' }, 'unsupported_algorithm'],
    ['a curve that is not the algorithm’s', { kid: 'crossed' }, 'invalid_key'],
  ])('is refused with %s', async (_name, params, error) => {
    const answer = await asServer(await signAs(withParams(params)));
    expect(answer).toMatchObject({ kind: 'refused', problem: { status: 401, error } });
    const accepts = answer.kind === 'refused' && answer.problem.headers?.['accept-signature-alg'];
    expect(accepts).toBe(error === 'unsupported_algorithm' ? 'Ed25519, ES256' : undefined);
  });

  test('is refused when another key made the signature', async () => {
    const answer = await asServer(await signAs(server, { key: agentKey }));
    expect(answer).toMatchObject({ kind: 'refused', problem: { error: 'invalid_signature' } });
  });
});

describe('Content-Digest', () => {
  const body = '{"description":"cake"}';
  const digestOf = async (name: string) =>
    Buffer.from(await crypto.subtle.digest(name, new TextEncoder().encode(body))).toString('base64');

  test('may be SHA-512, may come with others, and every one known must be right', async () => {
    const right256 = `sha-256=:${await digestOf('SHA-256')}:`;
    const right512 = `sha-512=:${await digestOf('SHA-512')}:`;
    const withDigest = (digest: string) => post({ body, headers: { 'content-digest': digest } });
    expect(await errorOf(await withDigest(right512))).toBe('agent');
    expect(await errorOf(await withDigest(`${right256}, ${right512}`))).toBe('agent');
    expect(await errorOf(await withDigest(`md5=:AAAA:, ${right256}`))).toBe('agent');
    expect(await errorOf(await withDigest(`${right256}, sha-512=:AAAA:`))).toBe('invalid_signature');
    expect(await errorOf(await withDigest('md5=:AAAA:'))).toBe('invalid_signature');
    expect(await errorOf(await withDigest('sha-256="x"'))).toBe('invalid_signature');
    expect(await errorOf(await withDigest('(('))).toBe('invalid_signature');
  });

  test('is looked at once the scheme is one that could be verified', async () => {
    const keys = { sig: { scheme: 'telepathy', params: {} } };
    const other = { 'content-digest': 'sha-256=:AAAA:' };
    expect(await errorOf(await post({ body, keys, headers: other }))).toBe('unsupported_scheme');
  });
});

test('whatever stands in the signature headers, what was signed is accepted or the request is refused', async () => {
  const good = await post();
  const signed = await asAgent(good);
  const fields = ['signature', 'signature-input', 'signature-key', 'content-digest'];
  const text = fc
    .string({ unit: 'grapheme-ascii', maxLength: 40 })
    .filter((value) => !/[\r\n\0]/.test(value));
  const mutated = fc
    .tuple(fc.constantFrom(...fields), fc.nat(), fc.nat({ max: 3 }), text)
    .map(([field, at, cut, put]) => {
      const value = good.headers.get(field) ?? '';
      const start = at % (value.length + 1);
      return [field, `${value.slice(0, start)}${put}${value.slice(start + cut)}`] as const;
    });
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(mutated, fc.tuple(fc.constantFrom(...fields), text)),
      async ([field, value]) => {
        const headers = changed(good.headers, field, value);
        const answer = await asAgent({ ...good, headers });
        if (answer.kind === 'refused') expect(answer.problem.status).toBe(401);
        // Spelling may vary where the field is not covered; what was signed may not.
        else expect(answer).toEqual(signed);
        const isCovered = field === 'signature-key' || field === 'content-digest';
        if (isCovered && headers.get(field) !== good.headers.get(field)) expect(answer.kind).toBe('refused');
      },
    ),
    { numRuns: 400 },
  );
});

function changed(headers: Headers, name: string, value: string) {
  const copy = new Headers(headers);
  copy.set(name, value);
  return copy;
}
