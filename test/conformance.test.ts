// The draft from outside: the real `serve`, spoken to by parties that share none of its code.
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  answerOf,
  type Json,
  jwtOf,
  newKey,
  openParty,
  type Party,
  partsOf,
  seconds,
  sendSigned,
  serveApart,
  type Twist,
} from './support/outside.ts';

/** What its operator has it say of itself. */
const named = {
  CHAPERONE_NAME: 'Kitchen',
  CHAPERONE_LOGO_URI: 'https://kitchen.example/logo.png',
  CHAPERONE_LOGO_DARK_URI: 'https://kitchen.example/dark.png',
  CHAPERONE_DOCUMENTATION_URI: 'https://kitchen.example/docs',
  CHAPERONE_TOS_URI: 'https://kitchen.example/terms',
  CHAPERONE_POLICY_URI: 'https://kitchen.example/privacy',
};

const stack = new AsyncDisposableStack();
let issuer = '';
let provider: Party;
let shop: Party;
/** A Person Server of others. */
let elsewhere: Party;

beforeAll(async () => {
  ({ issuer } = stack.use(await serveApart(named)));
  provider = stack.use(await openParty('aauth-agent.json', { name: 'Provider' }));
  const scopes = { scope_descriptions: { read: 'Read', write: 'Write' } };
  shop = stack.use(await openParty('aauth-resource.json', { name: 'Shop', ...scopes }));
  elsewhere = stack.use(await openParty('aauth-person.json'));
});
afterAll(() => stack.disposeAsync());

function newAgent(over: Json = {}) {
  const key = newKey();
  const claims = {
    iss: provider.issuer,
    dwk: 'aauth-agent.json',
    sub: `aauth:a${randomUUID()}@localhost`,
    jti: randomUUID(),
    ps: issuer,
    iat: seconds(),
    exp: seconds() + 3600,
    cnf: { jwk: key.jwk },
    ...over,
  };
  const token = jwtOf(provider.key, 'aa-agent+jwt', claims);
  const send = (method: string, path: string, body?: Json | string, twist: Twist = {}) =>
    sendSigned(key, `sig=jwt;jwt="${twist.token ?? token}"`, method, new URL(path, issuer).href, body, twist);
  return {
    key,
    claims,
    id: claims.sub,
    send,
    post: (path: string, body?: Json | string, twist?: Twist) => send('POST', path, body, twist),
    get: (path: string) => send('GET', path),
  };
}
type TestAgent = ReturnType<typeof newAgent>;

async function control(method: string, path: string, body?: Json, token = 'secret'): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return await answerOf(
    await fetch(`${issuer}/mission-control${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    }),
  );
}

/** A revocation, signed by a server in its own name. */
function revokeAs({ key, issuer: id, dwk }: Party, body?: Json): Promise<Answer> {
  const signatureKey = `sig=jwks_uri;id="${id}";dwk="${dwk}";kid="${key.kid}"`;
  return sendSigned(key, signatureKey, 'POST', `${issuer}/revoke`, body);
}

const decidedBy = { person: 'p', via: 'test', id: 'test:p' };
const locationOf = ({ headers }: Answer) => headers.get('location') ?? '';

/** The agent's only open ask, as mission control has it. */
async function openAsk({ id }: TestAgent): Promise<Json> {
  const { body } = await control('GET', `/requests?state=open&agent=${encodeURIComponent(id)}`);
  const [ask] = body['requests'] as Json[];
  if (!ask) throw new Error(`nothing of ${id} is open`);
  return ask;
}

async function decide(agent: TestAgent, action: string, more: Json = {}): Promise<Answer> {
  const { id, digest } = await openAsk(agent);
  return await control('POST', `/requests/${String(id)}`, { action, digest, decided_by: decidedBy, ...more });
}

async function approved(agent: TestAgent, pending: Answer, more: Json = {}): Promise<Answer> {
  expect(pending.status).toBe(202);
  expect((await decide(agent, 'approve', more)).status).toBe(200);
  return await agent.get(locationOf(pending));
}

function expectProblem(answer: Answer, status: number, error: string) {
  expect(answer).toMatchObject({ status, body: { error } });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.has('signature-error')).toBe(status === 401);
}

function resourceToken({ key }: TestAgent, presented: string, over: Json = {}): string {
  const { claims } = partsOf(presented);
  return jwtOf(shop.key, 'aa-resource+jwt', {
    iss: shop.issuer,
    dwk: 'aauth-resource.json',
    aud: issuer,
    ps: issuer,
    sub: claims['sub'],
    presented_jti: claims['jti'],
    agent_jkt: key.thumbprint,
    mission_s256: claims['mission_s256'],
    scope: 'read write',
    jti: randomUUID(),
    iat: seconds(),
    exp: seconds() + 300,
    ...over,
  });
}

const everything = ['@method', '@authority', '@path', 'signature-key', 'content-digest', 'content-type'];

describe('a request whose signature', () => {
  const twists: [string, () => Twist, string][] = [
    ['is missing', () => ({ without: 'signature' }), 'invalid_signature'],
    ['says not what it covers', () => ({ without: 'signature-input' }), 'invalid_signature'],
    ['comes without a key', () => ({ without: 'signature-key' }), 'invalid_signature'],
    ['has no created', () => ({ params: '' }), 'invalid_signature'],
    ['is old', () => ({ params: `;created=${seconds() - 90}` }), 'invalid_signature'],
    ['is of the future', () => ({ params: `;created=${seconds() + 90}` }), 'clock_skew'],
    [
      'has expired',
      () => ({ params: `;created=${seconds()};expires=${seconds() - 1}` }),
      'invalid_signature',
    ],
    ['is for another server', () => ({ authority: 'other.example' }), 'invalid_signature'],
    ['is of another body', () => ({ sent: '{"action":"other"}' }), 'invalid_signature'],
    ['is made with a bare key', () => ({ signatureKey: 'sig=hwk;kty="OKP"' }), 'unsupported_scheme'],
    ['is made in no known way', () => ({ signatureKey: 'sig=frob' }), 'unsupported_scheme'],
    ['comes with no token', () => ({ token: 'none' }), 'invalid_jwt'],
  ];
  test.each(twists)('%s is refused with its code', async (_what, twist, code) => {
    const answer = await newAgent().post('/permission', { action: 'x' }, twist());
    expectProblem(answer, 401, code);
    expect(answer.body['type']).toBe(`urn:ietf:params:sig-error:${code}`);
    expect(answer.headers.get('signature-error')).toBe(`error=${code}`);
    expect(answer.headers.get('accept-signature-scheme')).toBe(code === 'unsupported_scheme' ? 'jwt' : null);
  });

  test.each(everything)('leaves out %s is told what is required, created or not', async (left) => {
    const components = everything.filter((name) => name !== left);
    const params = left === '@method' ? { params: '' } : {};
    const answer = await newAgent().post('/permission', { action: 'x' }, { components, ...params });
    expectProblem(answer, 401, 'invalid_input');
    expect(answer.headers.get('signature-error')).toContain('required_input=(');
    expect(answer.headers.get('signature-error')).toContain(`"${left}"`);
  });

  test.each([
    ['of another kind', { typ: 'aa-person+jwt' }, {}, 'invalid_jwt'],
    ['of nobody’s key', { kid: 'nobody' }, {}, 'unknown_key'],
    ['that has expired', {}, { exp: 1 }, 'expired_jwt'],
    [
      'for a key without alg',
      {},
      { cnf: { jwk: { ...newKey().jwk, alg: undefined } } },
      'unsupported_algorithm',
    ],
    [
      'for a key at odds with its alg',
      {},
      { cnf: { jwk: { ...newKey().jwk, alg: 'ES256' } } },
      'invalid_key',
    ],
    [
      'for a key that is for encryption',
      {},
      { cnf: { jwk: { ...newKey().jwk, use: 'enc' } } },
      'invalid_key',
    ],
    ['for something that is no key', {}, { cnf: { jwk: 'key' } }, 'invalid_key'],
    ['of no agent', {}, { sub: 'bob' }, 'invalid_jwt'],
  ] as const)('comes with a token %s is refused', async (_what, header, claims, code) => {
    const agent = newAgent();
    const token = jwtOf(provider.key, 'aa-agent+jwt', { ...agent.claims, ...claims }, header);
    const answer = await agent.post('/permission', { action: 'x' }, { token });
    expectProblem(answer, 401, code);
    expect(answer.headers.has('accept-signature-alg')).toBe(code === 'unsupported_algorithm');
  });
});

test('every endpoint refuses what is no object it takes, as problem details', async () => {
  const agent = newAgent();
  for (const path of ['/person', '/token', '/permission', '/audit', '/interaction', '/mission']) {
    for (const body of ['{', '[]', 'null', '{}', '['.repeat(5000)]) {
      expectProblem(await agent.post(path, body), 400, 'invalid_request');
    }
  }
});

test('a mission goes from proposal to its end as the draft and mission control have it', async () => {
  const agent = newAgent();
  const proposal = {
    description: 'Bake',
    tools: [{ name: 'Oven', description: 'Bakes' }],
    resources: [shop.issuer],
    unknown: [1],
  };
  const pending = await agent.post('/mission', proposal);
  expect(pending).toMatchObject({ status: 202, body: { status: 'pending' } });
  expect(pending.headers.get('cache-control')).toBe('no-store');
  expect(pending.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(new URL(locationOf(pending)).origin).toBe(issuer);
  expect(pending.headers.get('aauth-requirement')).toMatch(
    /^requirement=interaction; url="[^"?#]+"; code="[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"$/,
  );
  const stranger = newAgent();
  expectProblem(await stranger.get(locationOf(pending)), 404, 'not_found');
  expectProblem(await agent.post(locationOf(pending), { action: 'frob' }), 400, 'invalid_request');

  const before = await openAsk(agent);
  expect((await decide(agent, 'ask', { question: 'Why?' })).status).toBe(200);
  const asked = await agent.get(locationOf(pending));
  expect(asked).toMatchObject({ status: 202, body: { clarification: 'Why?' } });
  expect(asked.headers.get('aauth-requirement')).toBe('requirement=clarification');
  const said = { action: 'clarification_response', clarification_response: 'Because' };
  expect((await agent.post(locationOf(pending), said)).status).toBe(202);
  const stale = await decide(agent, 'approve', { digest: before['digest'] });
  expectProblem(stale, 409, 'request_changed');

  const wider = await decide(agent, 'approve', { approved_resources: ['https://other.example'] });
  expectProblem(wider, 400, 'invalid_request');
  const mission = await approved(agent, asked);
  expectProblem(await agent.get(locationOf(pending)), 410, 'gone');
  const { s256, person_tokens: tokens } = mission.body as { s256: string; person_tokens: Json };
  const blob = Buffer.from(String(mission.body['mission']), 'base64url');
  expect(createHash('sha256').update(blob).digest('base64url')).toBe(s256);
  expect(JSON.parse(blob.toString('utf8'))).toEqual({
    agent: agent.id,
    approved_at: expect.stringMatching(/Z$/) as string,
    description: 'Bake',
    approved_tools: proposal.tools,
    approved_resources: [shop.issuer],
  });
  const shown = await control('GET', `/missions/${s256}`);
  expect(shown.body).toMatchObject({ s256, status: 'active', mission: mission.body['mission'] });

  const personToken = String(tokens[shop.issuer]);
  const { header, claims } = partsOf(personToken);
  expect(header).toMatchObject({ typ: 'aa-person+jwt', alg: 'Ed25519' });
  expect(claims).toMatchObject({
    iss: issuer,
    dwk: 'aauth-person.json',
    aud: shop.issuer,
    mission_s256: s256,
  });
  expect(JSON.stringify(claims)).not.toContain('aauth:');
  const granted = await agent.post('/token', {
    resource_token: resourceToken(agent, personToken, { account: 'main' }),
    presented_token: personToken,
  });
  expect(granted.status).toBe(200);
  const auth = partsOf(granted.body['auth_token']);
  expect(auth.header['typ']).toBe('aa-auth+jwt');
  expect(auth.claims).toMatchObject({
    ps: issuer,
    sub: claims['sub'],
    scope: 'read write',
    account: 'main',
    mission_s256: s256,
    cnf: { jwk: agent.key.jwk },
  });
  expect(auth.claims['exp']).toBeLessThanOrEqual(Number(claims['exp']));

  const act = { action: 'update', description: 'More' };
  const unknown = createHash('sha256').update('nothing').digest('base64url');
  const [foreign, none] = [
    await stranger.post(`/mission/${s256}`, act),
    await stranger.post(`/mission/${unknown}`, act),
  ];
  expectProblem(none, 404, 'mission_not_found');
  expect([foreign.status, foreign.text]).toEqual([none.status, none.text]);
  expectProblem(await agent.post('/mission/short', act), 400, 'invalid_request');
  expect((await agent.post('/audit', { mission_s256: s256, action: 'baked' })).status).toBe(201);

  const open = await agent.post('/permission', { mission_s256: s256, action: 'Shop' });
  const end = { action: 'terminate', reason: 'revoked', decided_by: decidedBy };
  const report = await control('POST', `/missions/${s256}`, end);
  expect(report).toMatchObject({ status: 200, body: { s256, reason: 'revoked' } });
  expect(report.body['voided']).toHaveLength(1);
  const late = [
    await agent.get(locationOf(open)),
    await agent.post(`/mission/${s256}`, {}),
    await agent.post('/audit', { mission_s256: s256, action: 'late' }),
    await agent.post('/person', { mission_s256: s256, resource: shop.issuer }),
  ];
  for (const answer of late) {
    expectProblem(answer, 403, 'mission_terminated');
    expect(answer.body).toMatchObject({ mission_status: 'terminated', termination_reason: 'revoked' });
  }
});

test('the same proposal twice at once is two requests, the same signed bytes are one', async () => {
  const agent = newAgent();
  const created = seconds();
  const propose = (nonce: string) =>
    agent.post('/mission', { description: 'Twice' }, { params: `;created=${created};nonce="${nonce}"` });
  const [one, other] = await Promise.all([propose('1'), propose('2')]);
  expect([one.status, other.status]).toEqual([202, 202]);
  expect(locationOf(one)).not.toBe(locationOf(other));
  expectProblem(await propose('1'), 401, 'invalid_signature');
});

test('a path that ends in nothing is not there: an update of no mission is no proposal', async () => {
  const agent = newAgent();
  const body = { action: 'update', description: 'More', resource: shop.issuer };
  for (const path of ['/mission/', '/person/', '/pending/', '/revoke/', '/interact/']) {
    expectProblem(await agent.post(path, body), 404, 'not_found');
  }
});

test('an answer does not repeat what somebody made up', async () => {
  const agent = newAgent();
  const made = '<script>alert(1)</script>';
  const token = jwtOf(provider.key, 'aa-agent+jwt', agent.claims, { kid: made });
  const answers = [
    await agent.post('/permission', { action: 'x' }, { token }),
    await agent.post('/permission', { action: 7, [made]: made }),
    await agent.get(`/pending/${encodeURIComponent(made)}`),
    await agent.get(`/interact?code=${encodeURIComponent(made)}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 400, 404, 410]);
  for (const { text } of answers) expect(text).not.toContain('alert');
});

test.each([
  ['for somebody else', { aud: 'nobody' }, 'invalid_resource_token'],
  ['for another key', { agent_jkt: newKey().thumbprint }, 'invalid_resource_token'],
  ['on another token', { presented_jti: 'other' }, 'invalid_resource_token'],
  ['about somebody else', { sub: 'other' }, 'invalid_resource_token'],
  ['with a tenant of its own', { tenant: 'other' }, 'invalid_resource_token'],
  ['that has expired', { exp: 1 }, 'expired_resource_token'],
  ['of the future', { iat: seconds() + 900, exp: seconds() + 1200 }, 'clock_skew'],
])('a resource token %s is refused', async (_what, over, code) => {
  const agent = newAgent();
  const { body } = await approved(agent, await agent.post('/person', { resource: shop.issuer }));
  const presented = String(body['person_token']);
  const resource_token = resourceToken(agent, presented, over);
  expectProblem(await agent.post('/token', { resource_token, presented_token: presented }), 400, code);
});

test('a provider revokes its agent token, and nobody else does', async () => {
  const agent = newAgent();
  const revocation = { jti: agent.claims.jti, exp: agent.claims.exp };
  const revoke = (party: Party) => revokeAs(party, revocation);
  expect((await revoke(shop)).status).toBe(200);
  // A Person Server of others is no issuer of anything that is accepted here.
  expectProblem(await revoke(elsewhere), 403, 'unsupported_iss');
  expect((await agent.post('/permission', { action: 'x' })).status).toBe(202);
  expect(await revoke(provider)).toMatchObject({ status: 200, text: '' });
  expectProblem(await agent.post('/permission', { action: 'y' }), 401, 'revoked_jwt');
});

test('mission control opens to its token alone', async () => {
  for (const path of ['', '/requests', '/missions', '/agents', '/events']) {
    expect((await control('GET', path, undefined, 'wrong')).status).toBe(401);
  }
  expect(await control('GET', '')).toMatchObject({ status: 200, body: { issuer } });
});

test('its metadata names every endpoint by its own name, and every path takes its methods alone', async () => {
  const found = await fetch(`${issuer}/.well-known/aauth-person.json`);
  expect(found.headers.get('content-type')).toBe('application/json');
  const document = (await found.json()) as Record<string, string>;
  expect(document).toMatchObject({
    issuer,
    name: 'Kitchen',
    description: expect.any(String),
    logo_uri: 'https://kitchen.example/logo.png',
    logo_dark_uri: 'https://kitchen.example/dark.png',
    documentation_uri: 'https://kitchen.example/docs',
    tos_uri: 'https://kitchen.example/terms',
    policy_uri: 'https://kitchen.example/privacy',
    scopes_supported: ['openid'],
    claims_supported: ['sub'],
    accept_signature_algs: ['Ed25519', 'ES256'],
  });
  const endpoints = [
    'person_token_endpoint',
    'auth_token_endpoint',
    'mission_endpoint',
    'permission_endpoint',
    'audit_endpoint',
    'interaction_endpoint',
    'revocation_endpoint',
  ];
  for (const name of endpoints) {
    const url = document[name] ?? '';
    expect([name, new URL(url).origin, new URL(url).search]).toEqual([name, issuer, '']);
    for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
      const answer = await fetch(url, { method });
      expect([name, method, answer.status]).toEqual([name, method, 405]);
      expect(answer.headers.get('allow')).toBe('POST');
    }
    expect((await fetch(url, { method: 'OPTIONS' })).status).toBe(204);
  }
  expect((await fetch(`${issuer}/.well-known/aauth-access.json`)).status).toBe(404);
});

/** An agent with a person token for the shop, under a mission that names it or under none. */
async function atShop(mission: boolean) {
  const agent = newAgent();
  const pending = mission
    ? await agent.post('/mission', { description: 'Spend', resources: [shop.issuer] })
    : await agent.post('/person', { resource: shop.issuer });
  const { body } = await approved(agent, pending);
  const tokens = body['person_tokens'] as Json | undefined;
  return { agent, presented: String(tokens?.[shop.issuer] ?? body['person_token']), s256: body['s256'] };
}

describe('a token in the place of another', () => {
  test('is none: only its typ tells them apart, and it is looked at', async () => {
    const { agent, presented } = await atShop(true);
    const resource_token = resourceToken(agent, presented);
    const own = jwtOf(provider.key, 'aa-agent+jwt', agent.claims);
    for (const [what, body, code] of [
      ['an agent token as presented', { resource_token, presented_token: own }, 'invalid_presented_token'],
      [
        'a resource token as presented',
        { resource_token, presented_token: resource_token },
        'invalid_presented_token',
      ],
      [
        'a person token as resource token',
        { resource_token: presented, presented_token: presented },
        'invalid_resource_token',
      ],
      [
        'a person token as sub-agent',
        { resource_token, presented_token: presented, subagent_token: presented },
        'invalid_subagent_token',
      ],
      [
        'an agent token as upstream',
        { resource_token, presented_token: presented, upstream_token: own },
        'invalid_upstream_token',
      ],
    ] as const) {
      const answer = await agent.post('/token', body);
      expect([what, answer.status, answer.body['error']]).toEqual([what, 400, code]);
    }
    expectProblem(await agent.post('/permission', { action: 'x' }, { token: presented }), 401, 'invalid_jwt');
    expectProblem(
      await agent.post('/permission', { action: 'x' }, { token: resource_token }),
      401,
      'invalid_jwt',
    );
  });
});

describe('a sub-agent', () => {
  test('has its tokens through its parent, for its own key, and asks for nothing itself', async () => {
    const { agent: parent, s256 } = await atShop(true);
    const sub = newAgent({ parent_agent: parent.id });
    const token = jwtOf(provider.key, 'aa-agent+jwt', sub.claims);
    expectProblem(await sub.post('/person', { resource: shop.issuer }), 400, 'invalid_request');
    const granted = await parent.post('/person', {
      resource: shop.issuer,
      mission_s256: s256,
      subagent_token: token,
    });
    expect(granted.status).toBe(200);
    const { claims } = partsOf(granted.body['person_token']);
    expect(claims).toMatchObject({ cnf: { jwk: sub.key.jwk }, mission_s256: s256 });
    const stranger = newAgent();
    expectProblem(
      await stranger.post('/person', { resource: shop.issuer, subagent_token: token }),
      400,
      'invalid_subagent_token',
    );
    const ask = (subagent_token: string) => parent.post('/person', { resource: shop.issuer, subagent_token });
    const over = jwtOf(provider.key, 'aa-agent+jwt', { ...sub.claims, exp: seconds() - 1 });
    expectProblem(await ask(over), 400, 'expired_subagent_token');
    await using rival = await openParty('aauth-agent.json');
    const foreign = jwtOf(rival.key, 'aa-agent+jwt', { ...sub.claims, iss: rival.issuer });
    expectProblem(await ask(foreign), 400, 'invalid_subagent_token');
    const { jti, exp } = sub.claims;
    expect((await revokeAs(provider, { jti, exp })).status).toBe(200);
    expectProblem(await ask(token), 400, 'revoked_subagent_token');
  });
});

test('a person token ends with the agent token it was asked with, and is then said to have expired', async () => {
  const agent = newAgent({ exp: seconds() + 3 });
  const { body } = await approved(agent, await agent.post('/person', { resource: shop.issuer }));
  const presented = String(body['person_token']);
  const { claims } = partsOf(presented);
  expect(claims['exp']).toBeLessThanOrEqual(agent.claims.exp);
  expect(Number(body['expires_in'])).toBeLessThanOrEqual(3);
  const token = jwtOf(provider.key, 'aa-agent+jwt', {
    ...agent.claims,
    jti: randomUUID(),
    exp: seconds() + 600,
  });
  const ask = () =>
    agent.post(
      '/token',
      { resource_token: resourceToken(agent, presented), presented_token: presented },
      { token },
    );
  while (seconds() < agent.claims.exp) await new Promise((again) => setTimeout(again, 50));
  expectProblem(await ask(), 400, 'expired_presented_token');
});

test('a page is relayed no longer than its agent would have it', async () => {
  const agent = newAgent();
  const relay = {
    type: 'interaction',
    url: 'https://booking.example/confirm',
    code: 'X7K2-M9P4',
    max_wait: 1,
  };
  const pending = await agent.post('/interaction', relay);
  expect(pending.status).toBe(202);
  let answer = await agent.get(locationOf(pending));
  for (; answer.status === 202; answer = await agent.get(locationOf(pending))) {
    await new Promise((again) => setTimeout(again, 200));
  }
  expectProblem(answer, 408, 'expired');
  expectProblem(await agent.get(locationOf(pending)), 410, 'gone');
});

describe('a budget', () => {
  const usd = (amount: number) => ({ amount, unit: 'USD', decimals: 6 });

  test('is asked first, repeated in the token, and spent in silence only as far as it reaches', async () => {
    const { agent, presented, s256 } = await atShop(true);
    const ask = (over: Json) =>
      agent.post('/token', {
        resource_token: resourceToken(agent, presented, over),
        presented_token: presented,
      });
    const first = await approved(agent, await ask({ budget: usd(5) }));
    const { claims } = partsOf(first.body['auth_token']);
    expect(claims['budget']).toEqual(usd(5));
    const beyond = await ask({
      budget: usd(4),
      budget_consumed: [{ jti: claims['jti'], consumed: 2 }],
    });
    expect(beyond.status).toBe(202);
    expect(await openAsk(agent)).toMatchObject({
      verified: { spending: { unit: 'USD', decimals: 6, allowed: 5, used: 2, held: 3, left: 0 } },
    });
    expect((await control('GET', `/missions/${String(s256)}`)).body).toMatchObject({
      budgets: [{ resource: shop.issuer, allowed: 5, used: 2, left: 0 }],
    });
  });

  test.each([
    { amount: -1, unit: 'USD', decimals: 6 },
    { amount: 1, unit: '', decimals: 6 },
    { amount: 1, unit: 'USD', decimals: 19 },
    { amount: '1', unit: 'USD', decimals: 6 },
    7,
  ])('that is none (%j) is refused by name', async (budget) => {
    const { agent, presented } = await atShop(false);
    const resource_token = resourceToken(agent, presented, { budget });
    expectProblem(
      await agent.post('/token', { resource_token, presented_token: presented }),
      400,
      'invalid_budget',
    );
  });
});

test('a resource withdraws its token after the yes, and nothing is issued on it', async () => {
  const { agent, presented } = await atShop(false);
  const resource_token = resourceToken(agent, presented);
  const pending = await agent.post('/token', { resource_token, presented_token: presented });
  expect((await decide(agent, 'approve')).status).toBe(200);
  const { jti, exp } = partsOf(resource_token).claims;
  const revoke = (body?: Json) => revokeAs(shop, body);
  for (const bad of [undefined, {}, { jti }, { exp }, { jti: 7, exp }, { jti, exp: 'soon' }]) {
    expectProblem(await revoke(bad), 400, 'invalid_request');
  }
  expect(await revoke({ jti, exp })).toMatchObject({ status: 200, text: '' });
  expectProblem(await agent.get(locationOf(pending)), 403, 'revoked');
  expectProblem(
    await agent.post('/token', { resource_token, presented_token: presented }),
    400,
    'revoked_resource_token',
  );
});
