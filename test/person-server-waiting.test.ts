// What happens between an ask and its answer: long polls, questions back and forth, codes, deadlines.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '#aauth/canonical.ts';
import { mintAgentToken, mintResourceToken } from '#aauth/mint-token.ts';
import { signedFetch } from '#aauth/signed-fetch.ts';
import { generateSigningKey, publicJwks } from '#aauth/signing-keys.ts';
import type { DecidedBy, Request } from '#mission-control/facts.ts';
import type { Decision } from '#mission-control/port.ts';
import type { Arrival } from '#person-server/server.ts';
import { type Agent, type Answer, openAgent } from './support/aauth-agent.ts';
import {
  type AgentProvider,
  openAgentProvider,
  openResource,
  openTestServer,
  type TestResource,
} from './support/aauth-world.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };

let ps: TestPersonServer;
let hasty: TestPersonServer;
let provider: AgentProvider;
let shop: TestResource;
let agents = 0;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  ps = closing.use(await openTestPersonServer());
  hasty = closing.use(
    await openTestPersonServer({ database: ps.database, limits: { pendingMs: 300, codeAttempts: 3 } }),
  );
  provider = closing.use(await openAgentProvider());
  shop = closing.use(await openResource({ scopes: { read: 'Read', write: 'Write' } }));
});
afterAll(() => closing.disposeAsync());

const newAgent = (server = ps) =>
  openAgent({ provider, personServer: server.issuer, name: `waiting-${(agents += 1)}` });
const locationOf = ({ headers }: Answer) => headers.get('location') ?? '';
const requirementOf = ({ headers }: Answer) => headers.get('aauth-requirement');

async function onlyOpen({ id }: Agent): Promise<Request> {
  const { requests } = await ps.port.listRequests({ state: 'open', agent: id });
  expect(requests).toHaveLength(1);
  return requests[0] as Request;
}

async function decide(agent: Agent, decision: Partial<Decision>): Promise<Request> {
  const ask = await onlyOpen(agent);
  const whole = { digest: ask.digest, decidedBy: alice, ...decision } as Decision;
  const outcome = await ps.port.decide(ask.id, whole);
  if (outcome.kind !== 'decided') throw new Error(`not decided: ${outcome.kind}`);
  return outcome.request;
}

async function onMission(options: { expiresAt?: Date } = {}) {
  const agent = await newAgent();
  const pending = await agent.proposeMission({ description: 'Shop' });
  await decide(agent, { action: 'approve', narrow: options });
  const { s256 } = (await agent.settle(pending)).body as { s256: string };
  return { agent, s256 };
}

describe('a long poll', () => {
  test('answers the moment the person has, not when the wait is over', async () => {
    const agent = await newAgent();
    const pending = await agent.proposeMission({ description: 'Wait' });
    const started = performance.now();
    const polled = agent.poll(locationOf(pending), { wait: 30 });
    await new Promise((resolve) => setTimeout(resolve, 150));
    await decide(agent, { action: 'deny' });
    expect((await polled).status).toBe(403);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('may begin with the request itself', async () => {
    const agent = await newAgent();
    const asked = agent.permission({ action: 'SendEmail' }, { wait: 30 });
    await expect
      .poll(async () => (await ps.port.listRequests({ state: 'open', agent: agent.id })).requests.length)
      .toBe(1);
    await decide(agent, { action: 'approve' });
    expect(await asked).toMatchObject({ status: 200, body: { permission: 'granted' } });
  });

  test('says pending when its time is over, and asks to come back at once', async () => {
    const agent = await newAgent();
    const answer = await agent.proposeMission({ description: 'Wait' }, { wait: 1 });
    expect(answer).toMatchObject({ status: 202, body: { status: 'pending' } });
    expect(answer.headers.get('retry-after')).toBe('0');
  });
});

describe('an agent', () => {
  test('that polls in a loop without a pause is told to slow down', async () => {
    const agent = await newAgent();
    const location = locationOf(await agent.proposeMission({ description: 'Impatient' }));
    const polls = await Promise.all(Array.from({ length: 60 }, () => agent.poll(location)));
    const statuses = new Set(polls.map(({ status }) => status));
    expect(statuses).toEqual(new Set([202, 429]));
    expect(polls.find(({ status }) => status === 429)?.body).toMatchObject({ error: 'slow_down' });
  });

  test('that withdraws twice is told the second time that nothing is there', async () => {
    const agent = await newAgent();
    const location = locationOf(await agent.proposeMission({ description: 'Never mind' }));
    expect((await agent.withdraw(location)).status).toBe(204);
    expect(await agent.withdraw(location)).toMatchObject({ status: 410, body: { error: 'gone' } });
  });

  test('that withdraws what was approved and not fetched gets nothing from it', async () => {
    const agent = await newAgent();
    const pending = await agent.personToken({ resource: shop.issuer });
    await decide(agent, { action: 'approve' });
    expect((await agent.withdraw(locationOf(pending))).status).toBe(204);
    expect((await agent.poll(locationOf(pending))).status).toBe(410);
    expect((await agent.withdraw(locationOf(pending))).status).toBe(410);
  });

  test('that says nothing where it need not is as one that left it out', async () => {
    const [blank, control] = [{ justification: '', device: '  ' }, { device: 'a\nb' }];
    const asks: ((agent: Agent) => Promise<Answer>)[] = [
      (agent) => agent.proposeMission({ description: 'Bake', ...blank }),
      (agent) => agent.personToken({ resource: shop.issuer, ...blank }),
      (agent) => agent.permission({ action: 'Bake', description: ' ' }),
      (agent) => agent.interact({ type: 'question', question: 'Why?', description: '' }),
      (agent) => agent.interact({ type: 'payment', url: 'https://shop.example/pay', question: '' }),
    ];
    for (const ask of asks) {
      const agent = await newAgent();
      expect((await ask(agent)).status).toBe(202);
      const { agentAsserted } = await onlyOpen(agent);
      const said = Object.values(agentAsserted).filter((value) => typeof value === 'string');
      expect(said.filter((text) => text.trim() === '')).toEqual([]);
    }
    const { agent, s256 } = await onMission();
    expect(await agent.audit({ action: 'Bake', description: '', mission_s256: s256 })).toMatchObject({
      status: 201,
    });
    const { entries } = await ps.port.readLog(s256, {});
    expect(entries.at(-1)).toMatchObject({ action: 'Bake' });
    expect(entries.at(-1)?.description).toBeUndefined();
    const missing: Promise<Answer>[] = [
      (await newAgent()).personToken({ resource: shop.issuer, ...control }),
      (await newAgent()).permission({ action: ' ' }),
      (await newAgent()).proposeMission({ description: '' }),
      (await newAgent()).interact({ type: 'question', question: '' }),
    ];
    for (const answer of await Promise.all(missing)) {
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    }
  });

  test('in a browser may send its signature and read the answer', async () => {
    const preflight = await fetch(`${ps.issuer}/mission`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('signature-input');
    const answer = await (await newAgent()).proposeMission({ description: 'In a browser' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const exposed = answer.headers.get('access-control-expose-headers')?.split(', ');
    // Date is what an agent judges a clock_skew by.
    expect(exposed).toEqual(expect.arrayContaining(['location', 'retry-after', 'signature-error', 'date']));
  });

  test('in a browser may read why it was refused, whatever refused it', async () => {
    const agent = await newAgent();
    const at = (path: string) => `${ps.issuer}${path}`;
    const unsigned = { method: 'POST', body: '{}' };
    const refusals: [number, string | undefined, () => Promise<{ status: number; headers: Headers }>][] = [
      [400, undefined, () => agent.permission({})],
      [401, 'signature-error', () => fetch(at('/permission'), unsigned)],
      [403, undefined, () => agent.proposeMission({ description: 'x' }).then(denied)],
      [404, undefined, () => agent.poll(at('/pending/nothing'))],
      [404, undefined, () => agent.permission({ action: 'x', mission_s256: 'A'.repeat(43) })],
      [404, undefined, () => agent.send('POST', at('/mission/'), {})],
      [404, undefined, () => agent.send('GET', at('/pending/a/b'))],
      [404, undefined, () => fetch(at('/nowhere'))],
      [405, 'allow', () => agent.send('GET', at('/audit'))],
      [405, 'allow', () => fetch(at('/pending/x'), { method: 'PUT' })],
      [405, 'allow', () => fetch(at('/.well-known/jwks.json'), { method: 'POST' })],
      [413, undefined, () => agent.audit({ action: 'x'.repeat(70_000) })],
    ];
    for (const [status, told, ask] of refusals) {
      const answered = await ask();
      const { headers } = answered;
      expect(answered.status).toBe(status);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      if (told === undefined) continue;
      expect(headers.has(told)).toBe(true);
      expect(headers.get('access-control-expose-headers')?.split(', ')).toContain(told);
    }
    for (const path of ['/mission/', '/pending/a/b', '/pending/x', '/audit']) {
      expect((await fetch(at(path), { method: 'OPTIONS' })).status).toBe(204);
    }

    async function denied(pending: Answer): Promise<Answer> {
      await decide(agent, { action: 'deny' });
      return await agent.settle(pending);
    }
  });
});

describe('a clarification', () => {
  test('is asked, answered and counted, and the decision is on what it became', async () => {
    const agent = await newAgent();
    const pending = await agent.proposeMission({ description: 'Book a hotel' });
    const before = await onlyOpen(agent);
    const question = {
      action: 'ask',
      question: 'Which city?',
      options: ['Kyoto', 'Osaka'],
      timeoutSeconds: 120,
    } as const;
    const asked = await decide(agent, question);
    expect(asked).toMatchObject({ state: 'clarifying', digest: before.digest, rounds: { used: 1, max: 5 } });
    const again = await ps.port.decide(before.id, {
      ...question,
      digest: before.digest,
      decidedBy: alice,
    });
    expect(again).toMatchObject({ kind: 'decided', request: { rounds: { used: 1 } } });

    const polled = await agent.poll(locationOf(pending));
    expect(requirementOf(polled)).toBe('requirement=clarification');
    expect(polled.body).toEqual({
      status: 'pending',
      clarification: 'Which city?',
      timeout: expect.any(Number),
      options: ['Kyoto', 'Osaka'],
    });
    for (const bad of [
      { clarification_response: 'Kyoto' },
      { action: 'guess', clarification_response: 'Kyoto' },
      { action: 'clarification_response' },
      { action: 'updated_request', resource_token: 'x', presented_token: 'y' },
    ]) {
      expect(await agent.respond(locationOf(pending), bad)).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      });
    }
    const answered = await agent.respond(locationOf(pending), {
      action: 'clarification_response',
      clarification_response: 'Kyoto, near the station',
    });
    expect(answered.status).toBe(202);
    expect(requirementOf(answered)).toContain('requirement=interaction');
    const after = await onlyOpen(agent);
    expect(after).toMatchObject({ state: 'open', clarifications: [{ answer: 'Kyoto, near the station' }] });
    expect(after.digest).not.toBe(before.digest);
    const stale = await ps.port.decide(before.id, {
      action: 'approve',
      digest: before.digest,
      decidedBy: alice,
    });
    expect(stale).toMatchObject({ kind: 'request_changed', request: { digest: after.digest } });
    await decide(agent, { action: 'approve' });
    const { s256 } = (await agent.settle(pending)).body as { s256: string };
    const { entries } = await ps.port.readLog(s256, {});
    expect(entries.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'clarification asked',
      'clarification answered',
      'mission_approved granted',
    ]);
  });

  test('without a question waiting is refused', async () => {
    const agent = await newAgent();
    const pending = await agent.proposeMission({ description: 'x' });
    const said = { action: 'clarification_response', clarification_response: 'unasked' };
    expect(await agent.respond(locationOf(pending), said)).toMatchObject({ status: 400 });
  });

  test('may be answered with a changed request, shown beside the earlier one', async () => {
    const { agent, s256 } = await onMission();
    const asked = await agent.personToken({ resource: shop.issuer, mission_s256: s256 });
    await decide(agent, { action: 'approve' });
    const { person_token } = (await agent.settle(asked)).body as { person_token: string };
    const wants = async (scope: string) => {
      const authorized = await agent.authorize(shop, person_token, { scope });
      return (authorized.body as { resource_token: string }).resource_token;
    };
    const first = { resource_token: await wants('read write'), presented_token: person_token };
    const pending = await agent.authToken({ ...first, justification: 'Everything' });
    const before = await onlyOpen(agent);
    expect(before.resourceAsserted.scope).toEqual([
      { value: 'read', description: 'Read' },
      { value: 'write', description: 'Write' },
    ]);
    await decide(agent, { action: 'ask', question: 'Why write?' });
    const update = { action: 'updated_request', justification: 'Only read', presented_token: person_token };
    const elsewhere = await openResource();
    await using _closing = elsewhere;
    const foreign = await agent.respond(locationOf(pending), { ...update, resource_token: person_token });
    expect(foreign).toMatchObject({ status: 400, body: { error: 'invalid_resource_token' } });
    const { presented_token: _, ...incomplete } = update;
    const missing = await agent.respond(locationOf(pending), {
      ...incomplete,
      resource_token: await wants('read'),
    });
    expect(missing).toMatchObject({ status: 400, body: { error: 'invalid_request' } });

    const updated = await agent.respond(locationOf(pending), {
      ...update,
      resource_token: await wants('read'),
    });
    expect(updated.status).toBe(202);
    const after = await onlyOpen(agent);
    expect(after).toMatchObject({
      resourceAsserted: { scope: [{ value: 'read' }] },
      agentAsserted: { justification: 'Only read' },
      previous: { digest: before.digest, agent_asserted: { justification: 'Everything' } },
    });
    await decide(agent, { action: 'approve' });
    const { auth_token } = (await agent.settle(pending)).body as { auth_token: string };
    expect((await agent.use(shop, auth_token)).body).toMatchObject({ scope: 'read' });

    const silent = await agent.authToken({
      resource_token: await wants('read'),
      presented_token: person_token,
    });
    expect(silent.status).toBe(200);
    const wider = await agent.authToken({
      resource_token: await wants('read write'),
      presented_token: person_token,
    });
    expect(wider.status).toBe(202);
    await decide(agent, { action: 'approve', narrow: { scope: 'write' } });
    const narrowed = (await agent.settle(wider)).body as { auth_token: string };
    expect((await agent.use(shop, narrowed.auth_token)).body).toMatchObject({ scope: 'write' });
  });
});

describe('a mission', () => {
  test('is narrowed by the person, and says what was approved', async () => {
    const agent = await newAgent();
    const pending = await agent.proposeMission({
      description: 'All of it',
      tools: [{ name: 'Search', description: 's' }, { name: 'Pay' }],
      resources: [shop.issuer, 'https://hotels.example'],
    });
    const expiresAt = new Date(Date.now() + 600_000);
    await decide(agent, {
      action: 'approve',
      narrow: {
        description: 'Some of it',
        approvedTools: [{ name: 'Search', description: 'everything' }],
        approvedResources: [shop.issuer],
        expiresAt,
      },
    });
    const { mission, person_tokens } = (await agent.settle(pending)).body as {
      mission: string;
      person_tokens: Record<string, string>;
    };
    expect(JSON.parse(Buffer.from(mission, 'base64url').toString())).toMatchObject({
      description: 'Some of it',
      approved_tools: [{ name: 'Search', description: 's' }],
      approved_resources: [shop.issuer],
      expires_at: expiresAt.toISOString(),
    });
    const [token = ''] = Object.values(person_tokens);
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      exp: number;
    };
    expect(exp).toBeLessThanOrEqual(expiresAt.getTime() / 1000);
  });

  test('takes an update, whose bytes hash to the name the agent gets', async () => {
    const { agent, s256 } = await onMission();
    const pending = await agent.actOnMission(s256, { action: 'update', description: 'And candles' });
    expect(pending.status).toBe(202);
    await decide(agent, { action: 'approve' });
    const { s256: update } = (await agent.settle(pending)).body as { s256: string };
    const mission = await ps.port.readMission(s256);
    expect(mission).toMatchObject({
      updates: 1,
      acceptedUpdates: [{ s256: update, description: 'And candles' }],
    });
    const accepted_at = mission?.acceptedUpdates[0]?.acceptedAt.toISOString();
    const bytes = canonicalJson({ mission_s256: s256, description: 'And candles', accepted_at });
    expect(createHash('sha256').update(bytes).digest('base64url')).toBe(update);
  });

  test('is completed by the person alone, and terminated by it', async () => {
    const { agent, s256 } = await onMission();
    const pending = await agent.actOnMission(s256, { action: 'completion', summary: 'Bought it all' });
    const ask = await onlyOpen(agent);
    expect(ask.agentAsserted.summary).toBe('Bought it all');
    expect(await ps.port.readMission(s256)).toMatchObject({ status: 'active' });
    await decide(agent, { action: 'approve' });
    expect(await agent.settle(pending)).toMatchObject({ status: 200 });
    expect(await agent.permission({ action: 'x', mission_s256: s256 })).toMatchObject({
      status: 403,
      body: { error: 'mission_terminated', termination_reason: 'completed' },
    });
  });

  test('past its expiry is terminated on every path, before anybody swept', async () => {
    const { agent, s256 } = await onMission({ expiresAt: new Date(Date.now() + 400) });
    const pending = await agent.permission({ action: 'soon', mission_s256: s256 });
    await new Promise((resolve) => setTimeout(resolve, 450));
    const { missions } = await ps.port.listMissions({ agent: agent.id, status: 'terminated' });
    expect(missions).toMatchObject([{ s256, terminationReason: 'expired' }]);
    const ended = {
      status: 403,
      body: { error: 'mission_terminated', mission_status: 'terminated', termination_reason: 'expired' },
    };
    expect(await agent.settle(pending)).toMatchObject(ended);
    expect(await agent.personToken({ resource: shop.issuer, mission_s256: s256 })).toMatchObject(ended);
    expect(await agent.audit({ action: 'x', mission_s256: s256 })).toMatchObject(ended);
    expect(await ps.port.readTermination(s256)).toMatchObject({
      reason: 'expired',
      agentToldAt: expect.any(Date),
    });
  });
});

describe('the person', () => {
  test('answers a question in words', async () => {
    const { agent, s256 } = await onMission();
    const pending = await agent.interact({
      type: 'question',
      question: 'Refundable or not?',
      mission_s256: s256,
    });
    expect(requirementOf(pending)).toBe('requirement=approval');
    const ask = await onlyOpen(agent);
    expect(ask).toMatchObject({ type: 'question', agentAsserted: { question: 'Refundable or not?' } });
    expect(
      await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice }),
    ).toMatchObject({ kind: 'invalid_request' });
    await decide(agent, { action: 'answer', answer: 'Refundable' });
    expect(await agent.settle(pending)).toMatchObject({ status: 200, body: { answer: 'Refundable' } });
  });

  test('is sent to a page elsewhere, and only to a web page', async () => {
    const agent = await newAgent();
    for (const url of [
      undefined,
      'javascript:alert(1)',
      'http://shop.example/pay',
      'https://a:b@shop.example/',
      'x',
    ]) {
      expect(await agent.interact({ type: 'payment', url })).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      });
    }
    const pending = await agent.interact({
      type: 'payment',
      url: 'https://shop.example/pay',
      code: 'A1B2-C3D4',
    });
    expect(pending.status).toBe(202);
    expect(await onlyOpen(agent)).toMatchObject({
      type: 'payment',
      agentAsserted: { url: 'https://shop.example/pay?code=A1B2-C3D4' },
    });
    await decide(agent, { action: 'approve' });
    expect(await agent.settle(pending)).toMatchObject({ status: 200, body: { status: 'completed' } });
  });

  test.each([0, 600, 1e300])('is sent to a page its agent would have held for %d s', async (max_wait) => {
    const agent = await newAgent();
    const relay = { type: 'interaction', url: 'https://shop.example/confirm', max_wait };
    expect((await agent.interact(relay)).status).toBe(202);
    const { openedAt, expiresAt } = await onlyOpen(agent);
    const heldMs = expiresAt.getTime() - openedAt.getTime();
    expect(heldMs).toBe(max_wait === 600 ? 600_000 : 3_600_000);
  });

  test('is not sent to a page that is to be held for less than no time', async () => {
    const relay = { type: 'interaction', url: 'https://shop.example/confirm', max_wait: -1 };
    expect(await (await newAgent()).interact(relay)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
  });
});

describe('an interaction code', () => {
  const codeOf = (answer: Answer) => /code="([^"]+)"/.exec(requirementOf(answer) ?? '')?.[1] ?? '';
  const visit = (code: string, server = ps, headers = {}) =>
    fetch(`${server.issuer}/interact?code=${encodeURIComponent(code)}`, { headers });

  test('leads to the request once, however it is typed, and decides nothing', async () => {
    const agent = await newAgent();
    const pending = await agent.proposeMission({ description: '<b>Bold</b> claims' });
    const page = await visit(codeOf(pending).toLowerCase().replace('-', ''));
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain(agent.id);
    expect(html).not.toContain('Bold');
    expect(await agent.poll(locationOf(pending))).toMatchObject({
      status: 202,
      body: { status: 'interacting' },
    });
    const second = await visit(codeOf(pending));
    expect(second.status).toBe(410);
    expect(second.headers.get('content-type')).toBe('application/problem+json');
    expect(await second.json()).toMatchObject({ error: 'invalid_code' });
    const third = await visit(codeOf(pending), ps, { accept: 'text/html,*/*;q=0.8' });
    expect(third.status).toBe(410);
    expect(third.headers.get('content-type')).toContain('text/html');
    expect(await third.text()).toContain('invalid_code');
    expect(await onlyOpen(agent)).toMatchObject({ state: 'open' });
  });

  test('does not outlive its request', async () => {
    const agent = await newAgent(hasty);
    const pending = await agent.proposeMission({ description: 'Quick' });
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect((await visit(codeOf(pending), hasty)).status).toBe(408);
  });

  test('that can lead nowhere sends the person back to the agent, and only there', async () => {
    await using own = await openTestServer((request) =>
      new URL(request.url).pathname === '/jwks.json'
        ? Response.json(publicJwks([key]))
        : Response.json({
            issuer: own.issuer,
            jwks_uri: `${own.issuer}/jwks.json`,
            callback_endpoint: 'https://agent.example/back',
          }),
    );
    const key = await generateSigningKey();
    const minted = mintAgentToken(
      { sub: 'aauth:back@localhost', jwk: key.publicJwk },
      { issuer: own.issuer, key, now: new Date() },
    );
    const answer = await signedFetch(
      `${ps.issuer}/mission`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ description: 'Back' }),
      },
      { kind: 'agent', key, token: minted?.jwt ?? '' },
    );
    const { requests } = await ps.port.listRequests({ state: 'open', agent: 'aauth:back@localhost' });
    const [ask] = requests;
    await ps.port.decide(ask?.id ?? '', { action: 'deny', digest: ask?.digest ?? '', decidedBy: alice });
    const code = /code="([^"]+)"/.exec(answer.headers.get('aauth-requirement') ?? '')?.[1] ?? '';
    const visitWith = (callback: string) =>
      fetch(`${ps.issuer}/interact?code=${code}&callback=${encodeURIComponent(callback)}`, {
        redirect: 'manual',
      });
    const back = await visitWith('https://agent.example/back');
    expect(back.status).toBe(303);
    expect(back.headers.get('location')).toBe('https://agent.example/back?error=access_denied');
    expect((await visitWith('https://evil.example/back')).status).toBe(410);
  });

  test('is not guessed: after a few wrong ones nothing is looked at', async () => {
    const statuses: number[] = [];
    for (const code of ['AAAAAAAA', 'short', '12345678', 'BBBBBBBB'])
      statuses.push((await visit(code, hasty)).status);
    expect(statuses).toEqual([410, 410, 410, 429]);
    const agent = await newAgent(hasty);
    const pending = await agent.proposeMission({ description: 'Right' });
    expect((await visit(codeOf(pending), hasty)).status).toBe(429);
  });

  test('is not kept from anybody by somebody else who guesses, where the operator’s proxy tells them apart', async () => {
    await using proxied = await openTestPersonServer({
      database: ps.database,
      limits: { codeAttempts: 3 },
      proxies: 1,
    });
    const from = (client: string, code: string) =>
      fetch(`${proxied.issuer}/interact?code=${code}`, {
        headers: { 'x-forwarded-for': `198.51.100.1, ${client}` },
      });
    for (const code of ['AAAAAAAA', 'BBBBBBBB', 'CCCCCCCC'])
      expect((await from('203.0.113.7', code)).status).toBe(410);
    const agent = await newAgent(proxied);
    const code = codeOf(await agent.proposeMission({ description: 'Right' }));
    expect((await from('203.0.113.7', code)).status).toBe(429);
    expect((await from('203.0.113.8', code)).status).toBe(200);
  });
});

describe('a resource that wants more', () => {
  const withInteraction = (url = 'https://bank.example/connect') =>
    withFurther({ interaction: { url, code: 'B2C3-D4E5' } });

  /** An auth token asked for with a resource token that says more. */
  async function withFurther(further: Record<string, unknown>) {
    const agent = await newAgent();
    const asked = await agent.personToken({ resource: shop.issuer });
    await decide(agent, { action: 'approve' });
    const { person_token } = (await agent.settle(asked)).body as { person_token: string };
    const { sub, jti } = JSON.parse(
      Buffer.from(person_token.split('.')[1] ?? '', 'base64url').toString(),
    ) as { sub: string; jti: string };
    const minted = mintResourceToken(
      {
        aud: ps.issuer,
        ps: ps.issuer,
        sub,
        presentedJti: jti,
        agentJkt: agent.key.kid,
        scope: 'read',
        further,
      },
      { issuer: shop.issuer, key: shop.key, now: new Date() },
    );
    const pending = await agent.authToken({
      resource_token: minted?.jwt,
      presented_token: person_token,
    });
    return { agent, pending };
  }

  test('with a page of its own is visited before anything is issued, even when the yes came first', async () => {
    const { agent, pending } = await withInteraction();
    const ask = await onlyOpen(agent);
    const address = new URL(ask.resourceAsserted.interaction ?? '');
    expect(address.origin).toBe('https://bank.example');
    expect(address.searchParams.get('code')).toBe('B2C3-D4E5');
    const callback = address.searchParams.get('callback') ?? '';
    expect(callback).toMatch(new RegExp(`^${ps.issuer}/interact/`));
    await decide(agent, { action: 'approve' });
    expect((await agent.poll(locationOf(pending))).status).toBe(202);
    expect((await fetch(callback)).status).toBe(200);
    expect(await agent.settle(pending)).toMatchObject({
      status: 200,
      body: { auth_token: expect.any(String) },
    });
    expect((await fetch(callback)).status).toBe(410);
  });

  test('whose visitor has a code is handed on, once, with the page that comes first', async () => {
    const arrivals: Arrival[] = [];
    const welcome = (arrival: Arrival) => {
      arrivals.push(arrival);
      return Promise.resolve(new Response('welcome'));
    };
    await using welcoming = await openTestPersonServer({ database: ps.database, welcome });
    const { agent, pending } = await withInteraction();
    const ask = await onlyOpen(agent);
    const code = /code="([^"]+)"/.exec(requirementOf(pending) ?? '')?.[1] ?? '';
    const visit = () => fetch(`${welcoming.issuer}/interact?code=${code}&callback=https://evil.example/`);
    expect(await (await visit()).text()).toBe('welcome');
    expect((await visit()).status).toBe(410);
    expect(arrivals).toEqual([{ requestId: ask.id, errand: ask.resourceAsserted.interaction }]);
    expect((await agent.poll(locationOf(pending))).body).toMatchObject({ status: 'interacting' });
  });

  test.each([
    ['access_denied', 403, 'denied'],
    ['user_abandoned', 403, 'abandoned'],
    ['interaction_expired', 408, 'expired'],
    ['temporarily_unavailable', 500, 'server_error'],
  ])('whose page says %s ends the request', async (error, status, code) => {
    const { agent, pending } = await withInteraction();
    const ask = await onlyOpen(agent);
    const callback = new URL(ask.resourceAsserted.interaction ?? '').searchParams.get('callback') ?? '';
    expect((await fetch(`${callback}?error=${error}`)).status).toBe(200);
    const late = await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
    expect(late.kind).not.toBe('decided');
    expect(await agent.settle(pending)).toMatchObject({ status, body: { error: code } });
  });

  test('that states a budget has it shown, and repeated in the token', async () => {
    const budget = { amount: 5_000_000, unit: 'USD', decimals: 6 };
    const { agent, pending } = await withFurther({ budget });
    expect((await onlyOpen(agent)).resourceAsserted.budget).toEqual(budget);
    await decide(agent, { action: 'approve' });
    const { auth_token } = (await agent.settle(pending)).body as { auth_token: string };
    expect(JSON.parse(Buffer.from(auth_token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      budget,
    });
  });

  test.each([
    { amount: -1, unit: 'USD', decimals: 6 },
    { amount: 1.5, unit: 'USD', decimals: 6 },
    { amount: 1e15, unit: 'USD', decimals: 6 },
    { amount: '5', unit: 'USD', decimals: 6 },
    { amount: 5, decimals: 6 },
    'five dollars',
  ])('that states %j is refused', async (budget) => {
    const { pending } = await withFurther({ budget });
    expect(pending).toMatchObject({ status: 400, body: { error: 'invalid_budget' } });
  });

  test('that asks for what is not understood here is refused', async () => {
    const { pending } = await withFurther({ r3_uri: 'https://bank.example/r3', r3_s256: 'x' });
    expect(pending).toMatchObject({ status: 400, body: { error: 'invalid_resource_token' } });
  });

  test('whose page is none is refused', async () => {
    const { pending } = await withInteraction('javascript:alert(1)');
    expect(pending).toMatchObject({ status: 400, body: { error: 'invalid_resource_token' } });
  });
});

describe('a deadline', () => {
  test('passed is a timeout to the agent, once, and no decision is taken any more', async () => {
    const agent = await newAgent(hasty);
    const pending = await agent.proposeMission({ description: 'Quick' });
    const ask = await onlyOpen(agent);
    await new Promise((resolve) => setTimeout(resolve, 350));
    const late = await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
    expect(late).toMatchObject({ kind: 'expired', request: { state: 'expired' } });
    expect(await agent.poll(locationOf(pending))).toMatchObject({
      status: 408,
      body: { error: 'expired' },
    });
    expect((await agent.poll(locationOf(pending))).status).toBe(410);
  });

  test('passed since a yes nobody fetched leaves nothing to fetch', async () => {
    const agent = await newAgent(hasty);
    const pending = await agent.personToken({ resource: shop.issuer });
    await decide(agent, { action: 'approve' });
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(await agent.poll(locationOf(pending))).toMatchObject({
      status: 408,
      body: { error: 'expired' },
    });
    expect((await agent.poll(locationOf(pending))).status).toBe(410);
  });

  test('ends a long poll when it comes', async () => {
    const agent = await newAgent(hasty);
    const answer = await agent.proposeMission({ description: 'Quick' }, { wait: 20 });
    expect(answer.status).toBe(408);
  });

  test('nobody looked at is found by the sweep', async () => {
    const agent = await newAgent(hasty);
    await agent.proposeMission({ description: 'Quick' });
    const ask = await onlyOpen(agent);
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(await hasty.sweep()).toBeGreaterThanOrEqual(1);
    expect(await ps.port.readRequest(ask.id)).toMatchObject({ state: 'expired' });
    expect(await hasty.sweep()).toBe(0);
  });
});

describe('what it publishes', () => {
  test('names every endpoint, and a key that verifies what was signed before and after a rotation', async () => {
    const metadata = (await (await fetch(`${ps.issuer}/.well-known/aauth-person.json`)).json()) as Record<
      string,
      unknown
    >;
    expect(metadata).toMatchObject({
      issuer: ps.issuer,
      jwks_uri: `${ps.issuer}/.well-known/jwks.json`,
      accept_signature_algs: ['Ed25519', 'ES256'],
    });
    for (const name of [
      'auth_token',
      'person_token',
      'mission',
      'permission',
      'audit',
      'interaction',
      'revocation',
    ]) {
      expect(metadata[`${name}_endpoint`]).toMatch(new RegExp(`^${ps.issuer}/`));
    }
    const kids = async () => {
      const { keys } = (await (await fetch(String(metadata.jwks_uri))).json()) as {
        keys: { kid: string; alg: string; d?: string }[];
      };
      expect(keys.every(({ alg, d }) => alg === 'Ed25519' && d === undefined)).toBe(true);
      return keys.map(({ kid }) => kid);
    };
    const before = await kids();
    const { kid, signsFrom } = await ps.rotateKeys();
    expect(signsFrom.getTime()).toBeGreaterThan(Date.now() + 60_000);
    expect(await kids()).toEqual([...before, kid]);
    const agent = await newAgent();
    const pending = await agent.proposeMission({ description: 'x', resources: [shop.issuer] });
    await decide(agent, { action: 'approve' });
    const { person_tokens } = (await agent.settle(pending)).body as {
      person_tokens: Record<string, string>;
    };
    const [token = ''] = Object.values(person_tokens);
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as {
      kid: string;
    };
    expect(before).toContain(header.kid);
  });
});
