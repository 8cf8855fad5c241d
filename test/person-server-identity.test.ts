// Who the person is: told by decision alone, to the one named, and never as more than names on a card or in the log.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecidedBy, Request } from '#mission-control/facts.ts';
import type { Decision } from '#mission-control/port.ts';
import { type Agent, type Answer, openAgent } from './support/aauth-agent.ts';
import {
  type AgentProvider,
  openAgentProvider,
  openResource,
  type TestResource,
} from './support/aauth-world.ts';
import { claimsOf, openAccessServer } from './support/access-server.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';
import { offerOf } from './support/resource-token.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };
const identity = { name: 'Alice Example', email: 'alice@example.com', email_verified: true, tenant: 'corp' };

let ps: TestPersonServer;
let provider: AgentProvider;
let shop: TestResource;
let as: Awaited<ReturnType<typeof openAccessServer>>;
let agents = 0;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  ps = closing.use(
    await openTestPersonServer({
      people: [
        { id: 'alice', silentGrants: 'approved', claims: identity },
        { id: 'bob', silentGrants: 'approved' },
      ],
    }),
  );
  provider = closing.use(await openAgentProvider());
  shop = closing.use(await openResource());
  as = closing.use(await openAccessServer());
});
afterAll(() => closing.disposeAsync());

type Errand = { readonly agent: Agent; readonly s256: string; readonly personToken: string };

/** An agent on a mission for which the shop was approved. */
async function onMission(loginHint = 'alice'): Promise<Errand> {
  const agent = await openAgent({ provider, personServer: ps.issuer, name: `identity-${(agents += 1)}` });
  const proposal = { description: 'Shop', resources: [shop.issuer], login_hint: loginHint };
  const pending = await agent.proposeMission(proposal);
  await decide(agent);
  const approved = (await agent.settle(pending)).body as {
    s256: string;
    person_tokens: Record<string, string>;
  };
  return { agent, s256: approved.s256, personToken: approved.person_tokens[shop.issuer] ?? '' };
}

async function openOnes({ id }: Agent): Promise<Request[]> {
  return (await ps.port.listRequests({ state: 'open', agent: id })).requests;
}

async function decide(agent: Agent, decision: Partial<Decision> = { action: 'approve' }): Promise<Request> {
  const [ask] = await openOnes(agent);
  if (!ask) throw new Error('nothing was asked');
  const whole = { digest: ask.digest, decidedBy: alice, ...decision } as Decision;
  const outcome = await ps.port.decide(ask.id, whole);
  if (outcome.kind !== 'decided') throw new Error(`not decided: ${outcome.kind}`);
  return ask;
}

/** Asks for an auth token of this scope, from us or from the shop's access server. */
async function ask({ agent, personToken }: Errand, scope: string, aud = ps.issuer): Promise<Answer> {
  return await agent.authToken(await offerOf(shop, agent, personToken, { aud, scope }));
}

const tokenOf = (answer: Answer) => {
  expect(answer.status).toBe(200);
  return claimsOf((answer.body as { auth_token: string }).auth_token);
};

describe('a resource', () => {
  test('reads in the metadata which scopes are answered and which claims there are', async () => {
    const published = (await (await fetch(`${ps.issuer}/.well-known/aauth-person.json`)).json()) as object;
    expect(published).toMatchObject({
      scopes_supported: ['openid', 'profile', 'email', 'tenant'],
      claims_supported: ['sub', 'name', 'email', 'email_verified', 'tenant'],
    });
  });

  test('approved with the mission is still told nothing before somebody says so', async () => {
    const errand = await onMission();
    const pending = await ask(errand, 'buy:flour openid profile email');
    expect(pending.status).toBe(202);
    const [asked] = await openOnes(errand.agent);
    expect(asked?.verified.told).toEqual({ party: shop.issuer, claims: ['name', 'email', 'email_verified'] });
    expect(JSON.stringify(asked)).not.toContain('alice@example.com');
    await decide(errand.agent);
    const token = tokenOf(await errand.agent.settle(pending));
    expect(token).toMatchObject({
      name: identity.name,
      email: identity.email,
      email_verified: true,
      sub: claimsOf(errand.personToken).sub,
    });
    expect(token).not.toHaveProperty('tenant');
  });

  test('that asks for no more than it was told within the mission is told again, and the log says why', async () => {
    const errand = await onMission();
    const first = await ask(errand, 'email');
    await decide(errand.agent);
    await errand.agent.settle(first);
    expect(tokenOf(await ask(errand, 'email'))).toMatchObject({ email: identity.email });
    expect((await ask(errand, 'email profile')).status).toBe(202);
    const { entries } = await ps.port.readLog(errand.s256, {});
    expect(entries.filter(({ outcome }) => outcome === 'granted').at(-1)).toMatchObject({
      source: 'person_server',
      decidedBy: { policy: expect.any(String) },
      result: { claims_told: ['email', 'email_verified'] },
    });
    expect(JSON.stringify(entries)).not.toContain('alice@example.com');
  });

  test('whose scope is narrowed learns only what is left of it', async () => {
    const errand = await onMission();
    const pending = await ask(errand, 'buy:flour email tenant');
    await decide(errand.agent, { action: 'approve', narrow: { scope: 'buy:flour tenant' } });
    const token = tokenOf(await errand.agent.settle(pending));
    expect(token).toMatchObject({ scope: 'buy:flour tenant', tenant: 'corp' });
    expect(token).not.toHaveProperty('email');
    expect((await ask(errand, 'email')).status).toBe(202);
  });

  test('told for once is told once', async () => {
    const errand = await onMission();
    const pending = await ask(errand, 'email');
    await decide(errand.agent, { action: 'approve', apply: 'once' });
    await errand.agent.settle(pending);
    expect((await ask(errand, 'email')).status).toBe(202);
  });

  test('asking about somebody of whom nothing is written down learns nothing, and nobody is bothered', async () => {
    const errand = await onMission('bob');
    const token = tokenOf(await ask(errand, 'email profile'));
    expect(token).not.toHaveProperty('email');
    expect(token).not.toHaveProperty('name');
  });

  test('is told nothing after a no', async () => {
    const errand = await onMission();
    const pending = await ask(errand, 'email');
    await decide(errand.agent, { action: 'deny' });
    expect(await errand.agent.settle(pending)).toMatchObject({ status: 403, body: { error: 'denied' } });
  });
});

describe('an access server that wants to know who the person is', () => {
  test('is told what the person said yes to, and neither their name here nor what it made up', async () => {
    const errand = await onMission();
    const pending = await ask(errand, 'claims', as.issuer);
    expect(pending.status).toBe(202);
    expect(pending.headers.get('aauth-requirement')).toBe('requirement=approval');
    const told = as.told.length;
    const asked = await decide(errand.agent);
    expect(asked).toMatchObject({
      type: 'claims',
      missionS256: errand.s256,
      verified: { told: { party: as.issuer, claims: ['email', 'tenant'] } },
      resourceAsserted: { issuer: as.issuer },
    });
    expect((await errand.agent.settle(pending)).status).toBe(200);
    expect(as.told.slice(told)).toEqual([{ email: identity.email, tenant: 'corp' }]);
    const { entries } = await ps.port.readLog(errand.s256, {});
    expect(entries.filter(({ resource }) => resource === as.issuer)).toMatchObject([
      { kind: 'auth_token', outcome: 'requested', parameters: { claims: ['email', 'tenant'] } },
      { outcome: 'granted', decidedBy: alice, result: { claims_told: ['email', 'tenant'] } },
    ]);
  });

  test('within the same mission is told the same again without another question', async () => {
    const errand = await onMission();
    const first = await ask(errand, 'claims', as.issuer);
    await decide(errand.agent);
    await errand.agent.settle(first);
    const told = as.told.length;
    expect((await ask(errand, 'claims', as.issuer)).status).toBe(200);
    expect(as.told.slice(told)).toEqual([{ email: identity.email, tenant: 'corp' }]);
    const { entries } = await ps.port.readLog(errand.s256, {});
    expect(entries.filter(({ resource }) => resource === as.issuer).at(-1)).toMatchObject({
      source: 'person_server',
      decidedBy: { policy: expect.stringContaining('consented') },
    });
  });

  test('is told nothing after a no, and decides without', async () => {
    const errand = await onMission();
    const pending = await ask(errand, 'claims', as.issuer);
    const told = as.told.length;
    await decide(errand.agent, { action: 'deny', reason: 'none of its business' });
    expect((await errand.agent.settle(pending)).status).toBe(200);
    expect(as.told.slice(told)).toEqual([{}]);
  });

  test('that wants more afterwards has the person asked for that alone', async () => {
    const errand = await onMission();
    const pending = await ask(errand, 'more-claims', as.issuer);
    await decide(errand.agent);
    const told = as.told.length;
    const location = pending.headers.get('location') ?? '';
    expect((await errand.agent.poll(location)).status).toBe(202);
    expect((await decide(errand.agent)).verified.told?.claims).toEqual(['tenant']);
    expect((await errand.agent.settle(pending)).status).toBe(200);
    expect(as.told.slice(told)).toEqual([{ email: identity.email }, { tenant: 'corp' }]);
  });

  test('puts no question to the agent, which has no part in it', async () => {
    const errand = await onMission();
    await ask(errand, 'claims', as.issuer);
    const [asked] = await openOnes(errand.agent);
    const question = {
      action: 'ask',
      question: 'Why?',
      digest: asked?.digest ?? '',
      decidedBy: alice,
    } as const;
    expect((await ps.port.decide(asked?.id ?? '', question)).kind).toBe('invalid_request');
  });

  test('is not asked about any more once the agent has withdrawn', async () => {
    const errand = await onMission();
    const pending = await ask(errand, 'claims', as.issuer);
    const told = as.told.length;
    const [asked] = await openOnes(errand.agent);
    expect((await errand.agent.withdraw(pending.headers.get('location') ?? '')).status).toBe(204);
    expect(await openOnes(errand.agent)).toEqual([]);
    const late = await ps.port.decide(asked?.id ?? '', {
      action: 'approve',
      digest: asked?.digest ?? '',
      decidedBy: alice,
    });
    expect(late.kind).toBe('already_decided');
    expect(as.told).toHaveLength(told);
  });

  test('is told nothing once the mission has ended, whatever was said before', async () => {
    const errand = await onMission();
    const pending = await ask(errand, 'claims', as.issuer);
    const told = as.told.length;
    await decide(errand.agent);
    await ps.port.terminate(errand.s256, { reason: 'revoked', decidedBy: alice });
    expect(await errand.agent.settle(pending)).toMatchObject({
      status: 403,
      body: { error: 'mission_terminated' },
    });
    expect(as.told).toHaveLength(told);
  });

  test('does not learn it through somebody else: another agent is asked about anew', async () => {
    const first = await onMission();
    const pending = await ask(first, 'claims', as.issuer);
    await decide(first.agent, { action: 'approve', apply: 'always' });
    await first.agent.settle(pending);
    const second = await onMission();
    expect((await ask(second, 'claims', as.issuer)).status).toBe(202);
    expect((await openOnes(second.agent)).map(({ type }) => type)).toEqual(['claims']);
  });
});
