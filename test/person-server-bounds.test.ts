// What one party may take of the Person Server: each bound is met by an answer that says so, and the next in line is served.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedFetch } from '#aauth/signed-fetch.ts';
import type { DecidedBy, Request } from '#mission-control/facts.ts';
import { type Agent, type Answer, openAgent } from './support/aauth-agent.ts';
import { type AgentProvider, openAgentProvider } from './support/aauth-world.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };
const limits = { newResourcesPerHour: 2, openRequests: 3, revocations: 2, rounds: 2, missedMissions: 3 };

let ps: TestPersonServer;
let provider: AgentProvider;
let agents = 0;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  ps = closing.use(await openTestPersonServer({ limits }));
  provider = closing.use(await openAgentProvider());
});
afterAll(() => closing.disposeAsync());

const newAgent = () => openAgent({ provider, personServer: ps.issuer, name: `greedy-${(agents += 1)}` });

async function onlyOpen({ id }: Agent): Promise<Request> {
  const { requests } = await ps.port.listRequests({ state: 'open', agent: id });
  expect(requests).toHaveLength(1);
  return requests[0] as Request;
}

function expectLater({ status, headers, body }: Answer, error: string) {
  expect({ status, body }).toMatchObject({ status: 429, body: { error } });
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(headers.has('signature-error')).toBe(false);
}

test('an agent names so many new resources within the hour, and those it has named before again', async () => {
  const agent = await newAgent();
  const ask = (name: string) => agent.personToken({ resource: `https://${name}.example` });
  const first = await ask('one');
  expect([first.status, (await ask('two')).status]).toEqual([202, 202]);
  expectLater(await ask('three'), 'slow_down');
  expect((await agent.withdraw(first.headers.get('location') ?? '')).status).toBe(204);
  expect((await ask('one')).status).toBe(202);
  expect((await (await newAgent()).personToken({ resource: 'https://three.example' })).status).toBe(202);
});

test('an agent has so many requests open, and room for another when one of them is over', async () => {
  const agent = await newAgent();
  const ask = (action: string) => agent.permission({ action });
  const opened = [await ask('one'), await ask('two'), await ask('three')];
  expect(opened.map(({ status }) => status)).toEqual([202, 202, 202]);
  expectLater(await ask('four'), 'slow_down');
  expect((await (await newAgent()).permission({ action: 'four' })).status).toBe(202);
  expect((await agent.withdraw(opened[0]?.headers.get('location') ?? '')).status).toBe(204);
  expect((await ask('five')).status).toBe(202);
});

test('an issuer has so many revocations on record', async () => {
  const { issuer, key } = provider;
  const revoke = async (jti: string): Promise<Answer> => {
    const body = JSON.stringify({ jti, exp: Math.floor(Date.now() / 1000) + 600 });
    const headers = { 'content-type': 'application/json' };
    const signer = { kind: 'server', issuer, dwk: 'aauth-agent.json', key } as const;
    const answer = await signedFetch(`${ps.issuer}/revoke`, { method: 'POST', headers, body }, signer);
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  expect([(await revoke('one')).status, (await revoke('two')).status]).toEqual([200, 200]);
  expectLater(await revoke('three'), 'rate_limited');
});

test('an agent names so many missions that are not its own, be they somebody’s or nobody’s, and its own meanwhile', async () => {
  const [owner, prowler] = [await newAgent(), await newAgent()];
  const missions = [];
  for (const agent of [owner, prowler]) {
    const proposed = await agent.proposeMission({ description: 'Shop' });
    const { id, digest } = await onlyOpen(agent);
    await ps.port.decide(id, { action: 'approve', digest, decidedBy: alice });
    missions.push(((await agent.settle(proposed)).body as { s256: string }).s256);
  }
  const [foreign = '', own = ''] = missions;
  const invented = `${'A'.repeat(42)}E`;
  const ask = (mission_s256: string) => prowler.audit({ mission_s256, action: 'look' });
  for (const s256 of [foreign, invented, foreign]) {
    expect(await ask(s256)).toMatchObject({ status: 404, body: { error: 'mission_not_found' } });
  }
  const [one, other] = [await ask(foreign), await ask(invented)];
  for (const answer of [one, other]) expectLater(answer, 'slow_down');
  expect(one.body).toEqual(other.body);
  expect((await ask(own)).status).toBe(201);
  expect((await owner.audit({ mission_s256: invented, action: 'look' })).status).toBe(404);
});

test('a person puts so many questions to one request, and then decides', async () => {
  const agent = await newAgent();
  const pending = await agent.permission({ action: 'explain' });
  const location = pending.headers.get('location') ?? '';
  const ask = async (question: string) => {
    const { id, digest } = await onlyOpen(agent);
    return (await ps.port.decide(id, { action: 'ask', digest, question, decidedBy: alice })).kind;
  };
  for (const question of ['Why?', 'And why that?']) {
    expect(await ask(question)).toBe('decided');
    const said = { action: 'clarification_response', clarification_response: `Because of “${question}”` };
    expect((await agent.respond(location, said)).status).toBe(202);
  }
  expect(await ask('Once more?')).toBe('too_many_rounds');
  const { id, digest } = await onlyOpen(agent);
  await ps.port.decide(id, { action: 'deny', digest, decidedBy: alice });
  expect(await agent.poll(location)).toMatchObject({ status: 200, body: { permission: 'denied' } });
});
