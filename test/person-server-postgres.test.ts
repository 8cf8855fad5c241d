// The same truth on a real Postgres, with two replicas: asked at one, decided at the other.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '#database/database.ts';
import type { DecidedBy, Request } from '#mission-control/facts.ts';
import { type Agent, type Answer, openAgent } from './support/aauth-agent.ts';
import {
  type AgentProvider,
  openAgentProvider,
  openResource,
  type TestResource,
} from './support/aauth-world.ts';
import { openTestDatabase } from './support/database.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';
import { openPostgres } from './support/postgres.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };
const bob: DecidedBy = { person: 'bob', via: 'slack', id: 'slack:T1:U2' };

let here: TestPersonServer;
let there: TestPersonServer;
let provider: AgentProvider;
let shop: TestResource;
let toys: TestResource;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  const postgres = closing.use(await openPostgres());
  const replica = async (): Promise<Database> =>
    closing.use(await openTestDatabase([], { url: postgres.url }));
  const [first, second] = await Promise.all([replica(), replica()]);
  here = closing.use(await openTestPersonServer({ database: first }));
  there = closing.use(await openTestPersonServer({ database: second }));
  provider = closing.use(await openAgentProvider());
  shop = closing.use(await openResource());
  toys = closing.use(await openResource({ name: 'Toy Shop' }));
}, 60_000);
afterAll(() => closing.disposeAsync(), 30_000);

async function onlyOpen({ id }: Agent): Promise<Request> {
  const { requests } = await there.port.listRequests({ state: 'open', agent: id });
  expect(requests).toHaveLength(1);
  return requests[0] as Request;
}

async function decide(agent: Agent, action: 'approve' | 'deny') {
  const ask = await onlyOpen(agent);
  return await there.port.decide(ask.id, { action, digest: ask.digest, decidedBy: alice });
}

describe('on Postgres', () => {
  let agent: Agent;
  let s256: string;
  let personToken: string;

  test('a proposal waits here and is approved there, and the poll is woken', async () => {
    agent = await openAgent({ provider, personServer: here.issuer, name: 'postgres' });
    const pending = await agent.proposeMission({ description: 'Bake', resources: [shop.issuer] });
    const location = pending.headers.get('location') ?? '';
    const started = performance.now();
    const polled = agent.poll(location, { wait: 20 });
    expect(await decide(agent, 'approve')).toMatchObject({ kind: 'decided' });
    const approved = await polled;
    expect(approved.status).toBe(200);
    expect(performance.now() - started).toBeLessThan(10_000);
    const body = approved.body as { s256: string; person_tokens: Record<string, string> };
    s256 = body.s256;
    personToken = body.person_tokens[shop.issuer] ?? '';
  });

  test('what fits is silent, what does not is asked and denied', async () => {
    const { resource_token } = (await agent.authorize(shop, personToken, { scope: 'buy:flour' })).body as {
      resource_token: string;
    };
    expect((await agent.authToken({ resource_token, presented_token: personToken })).status).toBe(200);
    const pending = await agent.personToken({ resource: toys.issuer, mission_s256: s256 });
    await decide(agent, 'deny');
    expect(await agent.settle(pending)).toMatchObject({ status: 403, body: { error: 'denied' } });
    const { entries } = await there.port.readLog(s256, {});
    expect(entries.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'mission_approved granted',
      'auth_token granted',
      'person_token requested',
      'person_token denied',
    ]);
    const bytes = Buffer.from((await there.port.readMission(s256))?.mission ?? '', 'base64url');
    expect(JSON.parse(bytes.toString())).toMatchObject({ agent: agent.id, description: 'Bake' });
  });

  test('many decide at once at both, and one wins', async () => {
    for (let round = 0; round < 5; round++) {
      await agent.permission({ action: `race ${round}`, mission_s256: s256 });
      const ask = await onlyOpen(agent);
      const outcomes = await Promise.all(
        [here, there, here, there].map(({ port }, index) =>
          port.decide(ask.id, {
            action: index % 2 ? 'approve' : 'deny',
            digest: ask.digest,
            decidedBy: index < 2 ? alice : bob,
          }),
        ),
      );
      expect(outcomes.filter(({ kind }) => kind === 'decided')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'already_decided')).toHaveLength(3);
    }
  });

  test('the log has no gaps and no doubles, however many write at once', async () => {
    const before = (await here.port.readMission(s256))?.logEntries ?? 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => agent.audit({ mission_s256: s256, action: `step ${index}` })),
    );
    const { entries } = await here.port.readLog(s256, { after: before });
    expect(entries.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 20 }, (_, index) => before + 1 + index),
    );
  });

  test('a stop there and approvals here leave nothing approved after it', async () => {
    const pendings: Answer[] = [];
    for (const action of ['a', 'b', 'c', 'd'])
      pendings.push(await agent.permission({ action, mission_s256: s256 }));
    const { requests } = await there.port.listRequests({ state: 'open', agent: agent.id });
    const [stopped, ...decided] = await Promise.all([
      there.port.terminate(s256, { reason: 'revoked', decidedBy: bob }),
      ...requests.map(({ id, digest }) =>
        here.port.decide(id, { action: 'approve', digest, decidedBy: alice }),
      ),
    ]);
    const approved = decided.filter(({ kind }) => kind === 'decided').length;
    expect(stopped?.voided).toHaveLength(4 - approved);
    for (const pending of pendings) {
      expect(await agent.settle(pending)).toMatchObject({
        status: 403,
        body: { error: 'mission_terminated', termination_reason: 'revoked' },
      });
    }
    expect(await agent.permission({ action: 'after', mission_s256: s256 })).toMatchObject({
      status: 403,
      body: { error: 'mission_terminated' },
    });
    const report = await here.port.readTermination(s256);
    expect(report).toMatchObject({ agentToldAt: expect.any(Date), tokens: [{}, {}] });
    expect(report?.activityAfter.map(({ kind }) => kind)).toEqual(['refused']);
  });
});

describe('an agent whose binding ends while somebody approves', () => {
  test.each([
    ['at one replica', () => here],
    ['at two', () => there],
  ] as const)('has nothing left afterwards, %s', async (where, other) => {
    for (let round = 0; round < 6; round++) {
      const agent = await openAgent({
        provider,
        personServer: here.issuer,
        name: `ended-${where.replaceAll(' ', '-')}-${round}`,
      });
      const first = await agent.proposeMission({ description: 'One' });
      await decide(agent, 'approve');
      await agent.settle(first);
      const pending = await agent.proposeMission({ description: 'Two', resources: [shop.issuer] });
      const ask = await onlyOpen(agent);
      const bound = (await here.port.listAgents({})).find((each) => each.agent === agent.id);
      await Promise.all([
        here.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice }),
        other().port.revokeAgent(bound?.id ?? '', alice),
      ]);
      expect((await agent.settle(pending)).status).toBe(403);
      const { missions } = await here.port.listMissions({ status: 'active', agent: agent.id });
      expect(missions).toEqual([]);
    }
  });

  test('a new agent’s first two approvals at once are both decided', async () => {
    for (let round = 0; round < 6; round++) {
      const agent = await openAgent({ provider, personServer: here.issuer, name: `first-${round}` });
      for (const description of ['One', 'Two']) await agent.proposeMission({ description });
      const { requests } = await there.port.listRequests({ state: 'open', agent: agent.id });
      const outcomes = await Promise.all(
        requests.map(({ id, digest }, at) =>
          (at ? here : there).port.decide(id, { action: 'approve', digest, decidedBy: alice }),
        ),
      );
      expect(outcomes.map(({ kind }) => kind)).toEqual(['decided', 'decided']);
    }
  });
});
