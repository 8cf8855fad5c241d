// Nobody's mistake or malice gets past the Person Server: each of these is refused, and none is a 5xx.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedFetch } from '#aauth/signed-fetch.ts';
import { openLog } from '#log.ts';
import type { DecidedBy, Request } from '#mission-control/facts.ts';
import { type Agent, type Answer, openAgent } from './support/aauth-agent.ts';
import {
  type AgentProvider,
  openAgentProvider,
  openResource,
  type TestResource,
} from './support/aauth-world.ts';
import { openAccessServer } from './support/access-server.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';
import { signRaw } from './support/raw-signature.ts';
import { offerOf } from './support/resource-token.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };
const bob: DecidedBy = { person: 'bob', via: 'teams', id: 'teams:t:u' };

let ps: TestPersonServer;
let provider: AgentProvider;
let shop: TestResource;
let toys: TestResource;
let agents = 0;
/** What operators are warned of. */
const warnings: string[] = [];
const log = { ...openLog('silent'), warn: (_facts: object, line: string) => warnings.push(line) };
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  ps = closing.use(await openTestPersonServer({ log }));
  provider = closing.use(await openAgentProvider());
  shop = closing.use(await openResource());
  toys = closing.use(await openResource({ name: 'Toy Shop' }));
});
afterAll(() => closing.disposeAsync());

const newAgent = () => openAgent({ provider, personServer: ps.issuer, name: `agent-${(agents += 1)}` });
const locationOf = ({ headers }: Answer) => headers.get('location') ?? '';

async function onlyOpen({ id }: Agent): Promise<Request> {
  const { requests } = await ps.port.listRequests({ state: 'open', agent: id });
  expect(requests).toHaveLength(1);
  return requests[0] as Request;
}

async function approve(agent: Agent, pending: Answer): Promise<Answer> {
  const ask = await onlyOpen(agent);
  const outcome = await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
  expect(outcome.kind).toBe('decided');
  return await agent.settle(pending);
}

/** An agent with a mission, and its person token for the shop. */
async function onMission() {
  const agent = await newAgent();
  const pending = await agent.proposeMission({ description: 'Shop', resources: [shop.issuer] });
  const { body } = await approve(agent, pending);
  const { s256, person_tokens } = body as { s256: string; person_tokens: Record<string, string> };
  return { agent, s256, personToken: person_tokens[shop.issuer] ?? '' };
}

/** A signed POST whose body is no JSON this agent would send. */
async function post(agent: Agent, path: string, body: string | Uint8Array, type = 'application/json') {
  const signer = { kind: 'agent', key: agent.key, token: agent.token } as const;
  const response = await signedFetch(
    `${ps.issuer}${path}`,
    { method: 'POST', headers: { 'content-type': type }, body },
    signer,
  );
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
}

describe('a pending URL', () => {
  test('of another agent is as one that never was, for every method', async () => {
    const [owner, stranger] = [await newAgent(), await newAgent()];
    const location = locationOf(await owner.proposeMission({ description: 'Mine' }));
    const invented = `${ps.issuer}/pending/${'x'.repeat(32)}`;
    const act = { action: 'clarification_response', clarification_response: 'let me in' };
    for (const send of [
      (url: string) => stranger.poll(url),
      (url: string) => stranger.respond(url, act),
      (url: string) => stranger.withdraw(url),
    ]) {
      const foreign = await send(location);
      const unknown = await send(invented);
      expect(foreign.status).toBe(404);
      expect({ ...foreign, headers: plain(foreign) }).toEqual({ ...unknown, headers: plain(unknown) });
    }
    expect((await owner.poll(location)).status).toBe(202);
  });

  test('unsigned tells nothing', async () => {
    const location = locationOf(await (await newAgent()).proposeMission({ description: 'Mine' }));
    const response = await fetch(location);
    expect(response.status).toBe(401);
    expect(response.headers.get('signature-error')).toContain('error=invalid_signature');
  });

  test('is polled by the same agent under a new key', async () => {
    const agent = await newAgent();
    const location = locationOf(await agent.proposeMission({ description: 'Mine' }));
    expect((await (await agent.rekeyed()).poll(location)).status).toBe(202);
  });

  test('is withdrawn once, and gone for everybody after', async () => {
    const agent = await newAgent();
    const location = locationOf(await agent.proposeMission({ description: 'Mine' }));
    const ask = await onlyOpen(agent);
    expect((await agent.withdraw(location)).status).toBe(204);
    expect((await agent.poll(location)).status).toBe(410);
    expect(await ps.port.readRequest(ask.id)).toMatchObject({ state: 'withdrawn' });
    const late = await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
    expect(late).toMatchObject({ kind: 'already_decided', request: { state: 'withdrawn' } });
  });

  test('hands its answer out once, to whichever of two polls comes first', async () => {
    const agent = await newAgent();
    const pending = await agent.proposeMission({ description: 'Mine' });
    const ask = await onlyOpen(agent);
    await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
    const polls = await Promise.all([1, 2, 3].map((wait) => agent.poll(locationOf(pending), { wait })));
    expect(polls.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410, 410]);
  });
});

describe('a signed request', () => {
  /** One request as bytes that can be sent again, signed `secondsOld` ago. */
  async function signedOnce(secondsOld: number) {
    const agent = await newAgent();
    const url = `${ps.issuer}/mission`;
    const body = JSON.stringify({ description: 'Once' });
    const { headers } = await signRaw({
      method: 'POST',
      url,
      body,
      key: agent.key,
      keys: { sig: { scheme: 'jwt', params: { jwt: agent.token } } },
      params: { created: Math.floor(Date.now() / 1000) - secondsOld },
    });
    return { agent, send: () => fetch(url, { method: 'POST', headers, body }) };
  }

  test('that comes back within its window is refused', async () => {
    const { send } = await signedOnce(10);
    expect((await send()).status).toBe(202);
    const replayed = await send();
    expect(replayed.status).toBe(401);
    expect(replayed.headers.get('signature-error')).toBe('error=invalid_signature');
  });

  test('that arrives many times at once opens one ask', async () => {
    const { agent, send } = await signedOnce(0);
    const answers = await Promise.all(Array.from({ length: 6 }, send));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([202, 401, 401, 401, 401, 401]);
    await onlyOpen(agent);
  });

  test('that an agent means again, once its first was answered, is another', async () => {
    // By a clock a little ahead, so that a slow machine is not late.
    const { agent, send } = await signedOnce(-2);
    expect((await send()).status).toBe(202);
    const ask = await onlyOpen(agent);
    await ps.port.decide(ask.id, { action: 'deny', digest: ask.digest, decidedBy: alice });
    expect((await send()).status).toBe(202);
  });

  test('for a mission without a name is refused, not taken for one without a mission', async () => {
    const agent = await newAgent();
    const tries = [
      agent.personToken({ resource: shop.issuer, mission_s256: '' }),
      agent.permission({ action: 'x', mission_s256: '' }),
      agent.audit({ action: 'x', mission_s256: '' }),
      agent.interact({ type: 'question', question: 'x', mission_s256: '' }),
    ];
    for (const tried of await Promise.all(tries)) {
      expect(tried).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    }
  });

  test('by a sub-agent is refused everywhere', async () => {
    const { agent, s256 } = await onMission();
    const sub = await agent.subAgent('helper');
    const tries = [
      sub.proposeMission({ description: 'Mine' }),
      sub.personToken({ resource: shop.issuer }),
      sub.permission({ action: 'x' }),
      sub.audit({ action: 'x', mission_s256: s256 }),
      sub.interact({ type: 'question', question: 'x' }),
    ];
    for (const tried of await Promise.all(tries)) {
      expect(tried).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    }
  });

  test('by an agent of another person server is refused', async () => {
    const agent = await openAgent({ provider, personServer: ps.issuer, name: 'elsewhere' });
    const token = await provider.issue({
      name: 'elsewhere',
      jwk: agent.key.publicJwk,
      ps: 'https://other.example',
    });
    const answer = await agent.send('POST', `${ps.issuer}/mission`, { description: 'x' }, { token });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test('with a token its provider revoked is refused, and what it had waiting ends', async () => {
    const agent = await newAgent();
    const pending = await agent.proposeMission({ description: 'Mine' });
    const { jti, exp } = JSON.parse(Buffer.from(agent.token.split('.')[1] ?? '', 'base64url').toString()) as {
      jti: string;
      exp: number;
    };
    const revocation = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jti, exp }),
    };
    const asProvider = {
      kind: 'server',
      key: provider.key,
      issuer: provider.issuer,
      dwk: 'aauth-agent.json',
    } as const;
    const revoked = await signedFetch(`${ps.issuer}/revoke`, revocation, asProvider);
    expect(revoked.status).toBe(200);
    expect(await revoked.text()).toBe('');
    const refused = await agent.poll(locationOf(pending));
    expect(refused.status).toBe(401);
    expect(refused.headers.get('signature-error')).toBe('error=revoked_jwt');
    const renewed = await agent.rekeyed();
    expect(await renewed.poll(locationOf(pending))).toMatchObject({
      status: 403,
      body: { error: 'revoked' },
    });
  });
});

describe('a body', () => {
  test.each([
    ['no JSON', '{"description": ', 400],
    ['no object', '["description"]', 400],
    ['no UTF-8', Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['a NUL', '{"description": "a\\u0000b"}', 400],
    ['half a character', '{"description": "\\ud800"}', 400],
    ['a number out of this world', '{"description": "x", "parameters": {"n": 1e999}}', 400],
    ['a hundred kilobytes', JSON.stringify({ description: 'x'.repeat(100_000) }), 413],
    ['twenty megabytes', JSON.stringify({ description: 'x'.repeat(20_000_000) }), 413],
    ['a pit', `{"description": "x", "parameters": ${'['.repeat(5000)}${']'.repeat(5000)}}`, 400],
    ['nothing to say', '{"description": "  "}', 400],
  ])('with %s is refused', async (_what, body, status) => {
    const answer = await post(await newAgent(), '/mission', body);
    expect(answer).toMatchObject({ status, body: { error: 'invalid_request' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test('of another content type is refused', async () => {
    const answer = await post(
      await newAgent(),
      '/permission',
      'action=x',
      'application/x-www-form-urlencoded',
    );
    expect(answer).toMatchObject({ status: 415, body: { error: 'invalid_request' } });
  });

  test('of any JSON gets a clear answer from every endpoint', async () => {
    const agent = await newAgent();
    const paths = ['/mission', '/person', '/token', '/permission', '/audit', '/interaction'];
    const member = fc.constantFrom(
      'description',
      'resource',
      'resource_token',
      'presented_token',
      'subagent_token',
      'upstream_token',
      'mission_s256',
      'action',
      'parameters',
      'type',
      'url',
      'code',
      'question',
      'tools',
      'resources',
      'device',
      'prompt',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.dictionary(member, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
        async (path, json) => {
          const answer = await post(agent, path, JSON.stringify(json));
          expect([400, 401, 404, 202]).toContain(answer.status);
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);
});

describe('a path', () => {
  test('takes the methods it takes, and names them', async () => {
    for (const [path, allow] of [
      ['/mission', 'POST'],
      ['/person', 'POST'],
      ['/pending/x', 'GET, POST, DELETE'],
      ['/.well-known/aauth-person.json', 'GET, HEAD'],
    ]) {
      const response = await fetch(`${ps.issuer}${path}`, { method: 'PATCH' });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe(allow);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    }
  });

  test('that would decide is not there for an agent', async () => {
    const agent = await newAgent();
    const pending = await agent.proposeMission({ description: 'Mine' });
    const ask = await onlyOpen(agent);
    const approval = { action: 'approve', digest: ask.digest, decided_by: alice };
    for (const url of [
      locationOf(pending),
      `${ps.issuer}/mission/${ask.digest}`,
      `${ps.issuer}/mission-control/requests/${ask.id}`,
      `${ps.issuer}/interact`,
      `${ps.issuer}/requests/${ask.id}`,
    ]) {
      expect((await agent.send('POST', url, approval)).status).toBeGreaterThanOrEqual(400);
    }
    expect(await ps.port.readRequest(ask.id)).toMatchObject({ state: 'open' });
  });
});

describe('a mission', () => {
  test('of another agent is not found, word for word as one that never was, whatever the body', async () => {
    const { s256 } = await onMission();
    const { agent: stranger } = await onMission();
    const never = `${'A'.repeat(42)}A`;
    const bodies = [
      { action: 'update', description: 'more' },
      { action: 'completion', summary: 'done' },
      { action: 'nonsense' },
      {},
    ];
    for (const body of bodies) {
      const foreign = await stranger.actOnMission(s256, body);
      const unknown = await stranger.actOnMission(never, body);
      expect(foreign).toMatchObject({ status: 404, body: { error: 'mission_not_found' } });
      expect({ ...foreign, headers: plain(foreign) }).toEqual({ ...unknown, headers: plain(unknown) });
    }
    for (const answer of [
      await stranger.personToken({ resource: shop.issuer, mission_s256: s256 }),
      await stranger.permission({ action: 'x', mission_s256: s256 }),
      await stranger.audit({ action: 'x', mission_s256: s256 }),
      await stranger.interact({ type: 'question', question: 'x', mission_s256: s256 }),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { error: 'mission_not_found' } });
    }
    expect((await stranger.actOnMission('no-hash', { action: 'update' })).status).toBe(400);
  });
});

describe('an agent', () => {
  test('offered to one person is not another person’s to claim', async () => {
    const agent = await newAgent();
    const forBob = await agent.proposeMission({ description: 'For Bob', login_hint: 'bob' });
    const hinted = await onlyOpen(agent);
    expect(hinted.person).toBe('bob');
    await agent.proposeMission({ description: 'For whoever' });
    const { requests } = await ps.port.listRequests({ state: 'open', agent: agent.id, person: 'alice' });
    const forAlice = requests[0] as Request;

    const outcomes = await Promise.all([
      ps.port.decide(hinted.id, { action: 'approve', digest: hinted.digest, decidedBy: bob }),
      ps.port.decide(forAlice.id, { action: 'approve', digest: forAlice.digest, decidedBy: alice }),
    ]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['already_decided', 'decided']);
    const bound = (await ps.port.listAgents({})).filter((each) => each.agent === agent.id);
    expect(bound).toHaveLength(1);
    const winner = bound[0]?.person;
    const states = [await ps.port.readRequest(hinted.id), await ps.port.readRequest(forAlice.id)];
    expect(new Set(states.map((request) => request?.state))).toEqual(new Set(['approved', 'voided']));
    expect(states.find((request) => request?.state === 'approved')?.person).toBe(winner);

    const later = await agent.proposeMission({
      description: 'Later',
      login_hint: winner === 'bob' ? 'alice' : 'bob',
    });
    expect(later.status).toBe(202);
    expect(await onlyOpen(agent)).toMatchObject({ person: winner, agent: { new: false } });
    expect(forBob.status).toBe(202);
  });

  test('whose binding ended is new again, with nothing left', async () => {
    const { agent, s256, personToken } = await onMission();
    const free = await approve(agent, await agent.personToken({ resource: shop.issuer }));
    const { person_token } = free.body as { person_token: string };
    const waiting = await agent.permission({ action: 'x' });
    const unfetched = await agent.personToken({ resource: 'https://unfetched.example' });
    const [, ask] = (await ps.port.listRequests({ state: 'open', agent: agent.id })).requests;
    await ps.port.decide(ask?.id ?? '', { action: 'approve', digest: ask?.digest ?? '', decidedBy: alice });
    const binding = (await ps.port.listAgents({})).find((each) => each.agent === agent.id);
    expect(await ps.port.revokeAgent(binding?.id ?? '', alice)).toBe(true);
    for (const each of [waiting, unfetched])
      expect(await agent.settle(each)).toMatchObject({ status: 403, body: { error: 'revoked' } });
    expect(await ps.port.readMission(s256)).toMatchObject({
      status: 'terminated',
      terminationReason: 'revoked',
    });
    const authToken = async (presented_token: string) => {
      const { body } = await agent.authorize(shop, presented_token, { scope: 'buy:flour' });
      return await agent.authToken({ ...(body as { resource_token: string }), presented_token });
    };
    expect(await authToken(personToken)).toMatchObject({
      status: 403,
      body: { error: 'mission_terminated' },
    });
    expect(await authToken(person_token)).toMatchObject({
      status: 400,
      body: { error: 'revoked_presented_token' },
    });
    await agent.proposeMission({ description: 'Again' });
    expect(await onlyOpen(agent)).toMatchObject({ agent: { new: true } });
  });
});

describe('a resource token', () => {
  const claims = (jwt: string) =>
    JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, string>;

  /** A resource token as the shop would make it, with some of it changed. */
  async function forged(agent: Agent, personToken: string, changed: Record<string, unknown>, by = shop) {
    const wanted = { scope: 'buy:flour', ...changed };
    return (await offerOf(by, agent, personToken, wanted)).resource_token;
  }

  test('that lost its mission, or names another person or token, is refused, and operators are warned', async () => {
    const { agent, personToken } = await onMission();
    for (const changed of [
      { missionS256: undefined },
      { missionS256: `${'B'.repeat(42)}A` },
      { sub: 'somebody-else' },
      { presentedJti: 'another' },
      { ps: shop.issuer },
      { tenant: 'acme' },
    ]) {
      const resource_token = await forged(agent, personToken, changed);
      warnings.length = 0;
      expect(await agent.authToken({ resource_token, presented_token: personToken })).toMatchObject({
        status: 400,
        body: { error: 'invalid_resource_token' },
      });
      expect(warnings).toEqual([expect.stringContaining('tampering')]);
    }
  });

  test('that lost its mission stands in the log of the mission, once for each resource and for so many of them', async () => {
    const resources = await Promise.all(
      Array.from({ length: 7 }, (_, n) => openResource({ name: `Shop ${n}` })),
    );
    for (const resource of resources) closing.use(resource);
    const agent = await newAgent();
    const proposed = await agent.proposeMission({
      description: 'Shop around',
      resources: resources.map(({ issuer }) => issuer),
    });
    const { s256, person_tokens } = (await approve(agent, proposed)).body as {
      s256: string;
      person_tokens: Record<string, string>;
    };
    const before = (await ps.port.readMission(s256))?.logEntries ?? 0;
    for (const resource of [...resources, ...resources]) {
      const presented_token = person_tokens[resource.issuer] ?? '';
      const bring = async (changed: Record<string, unknown>) =>
        await agent.authToken({
          resource_token: await forged(agent, presented_token, changed, resource),
          presented_token,
        });
      const stripped = { missionS256: undefined };
      const brought = await Promise.all([bring(stripped), bring(stripped), bring({ tenant: 'acme' })]);
      expect(brought.map(({ status }) => status)).toEqual([400, 400, 400]);
      // It names another token than it was brought with: a mix-up as easily.
      expect((await bring({ presentedJti: 'another' })).status).toBe(400);
    }
    const { entries } = await ps.port.readLog(s256, { after: before });
    expect(entries).toHaveLength(5);
    expect(entries[0]).toMatchObject({
      kind: 'refused',
      source: 'person_server',
      outcome: 'tampered',
      agent: agent.id,
    });
    const mission = await ps.port.readMission(s256);
    expect(mission?.tampering?.map(({ seq, resource }) => [seq, resource])).toEqual(
      entries.map(({ seq, resource }) => [seq, resource]),
    );
    expect(new Set(mission?.tampering?.map(({ resource }) => resource)).size).toBe(5);
    for (const { claims } of mission?.tampering ?? []) {
      expect([['mission_s256'], ['tenant']]).toContainEqual(claims);
    }
    const { missions } = await ps.port.listMissions({ agent: agent.id });
    expect(missions[0]?.tampering).toEqual(mission?.tampering);
  });

  test('writes into no mission but the one our own record names, whatever an access server of the agent’s says', async () => {
    const { s256: victim } = await onMission();
    const { agent, personToken, s256 } = await onMission();
    const accessServer = closing.use(await openAccessServer());
    const presented_token = await accessServer.mint({
      ...claims(personToken),
      aud: shop.issuer,
      ps: ps.issuer,
      cnf: { jwk: agent.key.publicJwk },
      jti: 'made-up',
      mission_s256: victim,
    });
    const stripped = { aud: accessServer.issuer, presentedJti: 'made-up', missionS256: undefined };
    const resource_token = await forged(agent, personToken, stripped);
    warnings.length = 0;
    expect(await agent.authToken({ resource_token, presented_token })).toMatchObject({
      status: 400,
      body: { error: 'invalid_resource_token' },
    });
    expect(warnings).toEqual([expect.stringContaining('tampering')]);
    for (const mission of [victim, s256]) {
      expect((await ps.port.readMission(mission))?.tampering).toBeUndefined();
    }
  });

  test('no agent writes such a line itself', async () => {
    const { agent, s256 } = await onMission();
    const line = { outcome: 'tampered', kind: 'refused', source: 'person_server', resource: shop.issuer };
    const act = { mission_s256: s256, action: 'tampered', parameters: line, result: line, ...line };
    expect((await agent.audit(act)).status).toBe(201);
    expect((await ps.port.readMission(s256))?.tampering).toBeUndefined();
  });

  test('made out to somebody else, of another resource, or of another agent is refused', async () => {
    const { agent, personToken } = await onMission();
    const { agent: thief } = await onMission();
    const fits = await forged(agent, personToken, {});
    expect(await thief.authToken({ resource_token: fits, presented_token: personToken })).toMatchObject({
      status: 400,
      body: { error: 'invalid_resource_token' },
    });
    const elsewhere = await forged(agent, personToken, { aud: toys.issuer });
    const refused = await agent.authToken({ resource_token: elsewhere, presented_token: personToken });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    const other = await forged(agent, personToken, {}, toys);
    expect(await agent.authToken({ resource_token: other, presented_token: personToken })).toMatchObject({
      status: 400,
      body: { error: 'invalid_presented_token' },
    });
    const agentToken = await agent.authToken({ resource_token: fits, presented_token: agent.token });
    expect(agentToken).toMatchObject({ status: 400, body: { error: 'invalid_presented_token' } });
    const swapped = await agent.authToken({ resource_token: personToken, presented_token: personToken });
    expect(swapped).toMatchObject({ status: 400, body: { error: 'invalid_resource_token' } });
    expect(await agent.authToken({ resource_token: fits })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
    const well = await agent.authToken({ resource_token: fits, presented_token: personToken });
    expect(well.status).toBe(200);
  });

  test('the resource withdrew is refused, and said to be withdrawn', async () => {
    const { agent, personToken } = await onMission();
    const resource_token = await forged(agent, personToken, {});
    const { jti, exp } = claims(resource_token);
    const withdrawal = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jti, exp }),
    };
    const asShop = {
      kind: 'server',
      key: shop.key,
      issuer: shop.issuer,
      dwk: 'aauth-resource.json',
    } as const;
    expect((await signedFetch(`${ps.issuer}/revoke`, withdrawal, asShop)).status).toBe(200);
    expect(await agent.authToken({ resource_token, presented_token: personToken })).toMatchObject({
      status: 400,
      body: { error: 'revoked_resource_token' },
    });
  });
});

describe('two people at once', () => {
  test('make one decision, and the other learns who was first', async () => {
    const { agent, s256 } = await onMission();
    for (let round = 0; round < 5; round++) {
      await agent.permission({ action: `race ${round}`, mission_s256: s256 });
      const ask = await onlyOpen(agent);
      const outcomes = await Promise.all([
        ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice }),
        ps.port.decide(ask.id, { action: 'deny', digest: ask.digest, decidedBy: bob }),
        ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice }),
      ]);
      const decision = (await ps.port.readRequest(ask.id))?.decision;
      for (const outcome of outcomes) expect(outcome).toMatchObject({ request: { decision } });
      const { entries } = await ps.port.readLog(s256, {});
      const decided = entries.filter(({ requestId, source }) => requestId === ask.id && source === 'person');
      expect(decided).toHaveLength(1);
    }
  });

  test('one stopping and one approving leave nothing approved after the stop', async () => {
    for (let round = 0; round < 3; round++) {
      const { agent, s256 } = await onMission();
      const pending = await agent.personToken({ resource: toys.issuer, mission_s256: s256 });
      const ask = await onlyOpen(agent);
      const [decided, stopped] = await Promise.all([
        ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice }),
        ps.port.terminate(s256, { reason: 'revoked', decidedBy: bob }),
      ]);
      expect(['decided', 'mission_terminated']).toContain(decided.kind);
      expect(stopped?.voided.includes(ask.id)).toBe(decided.kind === 'mission_terminated');
      expect(await agent.settle(pending)).toMatchObject({
        status: 403,
        body: { error: 'mission_terminated' },
      });
    }
  });
});

/** The headers that are ours to choose. */
function plain({ headers }: Answer) {
  const own = new Map(headers);
  own.delete('date');
  return Object.fromEntries(own);
}
