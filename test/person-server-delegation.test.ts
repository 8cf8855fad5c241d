// Agents that act through others, and how far a person's yes reaches.
import { importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecidedBy, Request } from '#mission-control/facts.ts';
import type { Decision } from '#mission-control/port.ts';
import { type Agent, openAgent } from './support/aauth-agent.ts';
import {
  type AgentProvider,
  openAgentProvider,
  openResource,
  type TestResource,
} from './support/aauth-world.ts';
import { openIntermediary } from './support/intermediary.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };

let ps: TestPersonServer;
let provider: AgentProvider;
let shop: TestResource;
let agents = 0;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  ps = closing.use(await openTestPersonServer());
  provider = closing.use(await openAgentProvider());
  shop = closing.use(await openResource());
});
afterAll(() => closing.disposeAsync());

const newAgent = () => openAgent({ provider, personServer: ps.issuer, name: `delegate-${(agents += 1)}` });
const claims = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

async function onlyOpen(agent: string): Promise<Request> {
  const { requests } = await ps.port.listRequests({ state: 'open', agent });
  expect(requests).toHaveLength(1);
  return requests[0] as Request;
}

async function decide(agent: string, decision: Partial<Decision> = {}) {
  const ask = await onlyOpen(agent);
  const whole = { action: 'approve', digest: ask.digest, decidedBy: alice, ...decision } as Decision;
  expect((await ps.port.decide(ask.id, whole)).kind).toBe('decided');
  return ask;
}

async function onMission(resources: readonly string[] = [], hint?: string) {
  const agent = await newAgent();
  const pending = await agent.proposeMission({ description: 'Shop', resources, login_hint: hint });
  await decide(agent.id);
  const { s256, person_tokens } = (await agent.settle(pending)).body as {
    s256: string;
    person_tokens: Record<string, string>;
  };
  return { agent, s256, personToken: person_tokens?.[resources[0] ?? ''] ?? '' };
}

const tokenOf = async (agent: Agent, request: Record<string, unknown>) =>
  (await agent.settle(await agent.personToken(request))).body as { person_token: string };

describe('a sub-agent', () => {
  test('gets its tokens through its parent, bound to its own key', async () => {
    const { agent: parent, s256 } = await onMission([shop.issuer]);
    const sub = await parent.subAgent('search');
    const { person_token } = await tokenOf(parent, {
      resource: shop.issuer,
      mission_s256: s256,
      subagent_token: sub.token,
    });
    expect(claims(person_token)).toMatchObject({ cnf: { jwk: { x: sub.key.publicJwk.x } } });
    expect(JSON.stringify(claims(person_token))).not.toContain('aauth:');
    const { resource_token } = (await sub.authorize(shop, person_token, { scope: 'buy:flour' })).body as {
      resource_token: string;
    };
    const tokens = { resource_token, presented_token: person_token };
    expect(await parent.authToken(tokens)).toMatchObject({
      status: 400,
      body: { error: 'invalid_resource_token' },
    });
    const granted = await parent.authToken({ ...tokens, subagent_token: sub.token });
    expect(granted.status).toBe(200);
    const { auth_token } = granted.body as { auth_token: string };
    expect((await sub.use(shop, auth_token)).status).toBe(200);
    const { entries } = await ps.port.readLog(s256, {});
    expect(entries.at(-1)).toMatchObject({ kind: 'auth_token', agent: sub.id, outcome: 'granted' });
  });

  test('is shown as such, and belongs to its own parent only', async () => {
    const { agent: parent } = await onMission();
    const { agent: stranger } = await onMission();
    const sub = await parent.subAgent('search');
    expect(await stranger.personToken({ resource: shop.issuer, subagent_token: sub.token })).toMatchObject({
      status: 400,
      body: { error: 'invalid_subagent_token' },
    });
    await using elsewhere = await openAgentProvider();
    const foreign = await elsewhere.issue({
      name: `${parent.id.slice('aauth:'.length, -'@localhost'.length)}+x`,
      jwk: sub.key.publicJwk,
      parentAgent: parent.id,
    });
    expect(await parent.personToken({ resource: shop.issuer, subagent_token: foreign })).toMatchObject({
      status: 400,
      body: { error: 'invalid_subagent_token' },
    });
    const unkeepable = await new SignJWT({
      ...claims(sub.token),
      jti: 'nothing\0here',
    })
      .setProtectedHeader({ typ: 'aa-agent+jwt', alg: provider.key.alg, kid: provider.key.kid })
      .sign(await importJWK({ ...provider.key.privateJwk }, provider.key.alg));
    expect(await parent.personToken({ resource: shop.issuer, subagent_token: unkeepable })).toMatchObject({
      status: 400,
      body: { error: 'invalid_subagent_token' },
    });
    const pending = await parent.personToken({ resource: shop.issuer, subagent_token: sub.token });
    expect(pending.status).toBe(202);
    expect((await decide(parent.id)).agent).toEqual({
      id: sub.id,
      iss: provider.issuer,
      parent: parent.id,
      new: false,
    });
    expect((await parent.settle(pending)).status).toBe(200);
  });
});

describe('a chain', () => {
  test('acts for the person of the token it was shown, in its mission, with the hops on record', async () => {
    await using desk = await openIntermediary(ps.issuer);
    const { agent, s256, personToken } = await onMission([desk.issuer, shop.issuer]);
    const answer = await desk.post('/person', { resource: shop.issuer, upstream_token: personToken });
    expect(answer.status).toBe(200);
    const downstream = claims(String(answer.body.person_token));
    const upstream = claims(personToken);
    expect(downstream).toMatchObject({ aud: shop.issuer, mission_s256: s256 });
    expect(downstream.sub).not.toBe(upstream.sub);
    expect(Number(downstream.exp)).toBeLessThanOrEqual(Number(upstream.exp));
    const { entries } = await ps.port.readLog(s256, {});
    expect(entries.at(-1)).toMatchObject({ kind: 'person_token', agent: desk.id, resource: shop.issuer });
    expect(await ps.port.listAgents({})).not.toContainEqual(expect.objectContaining({ agent: desk.id }));

    const asked = await desk.post('/person', {
      resource: 'http://localhost:9',
      upstream_token: personToken,
      justification: 'The airline wants to know',
    });
    expect(asked.status).toBe(202);
    const ask = await onlyOpen(desk.id);
    expect(ask).toMatchObject({
      person: 'alice',
      missionS256: s256,
      agent: { id: desk.id, new: false },
      verified: { chain: [{ agent: agent.id, resource: desk.issuer }] },
    });
    await ps.port.terminate(s256, { reason: 'revoked', decidedBy: alice });
    expect(
      await desk.post('/person', { resource: shop.issuer, upstream_token: personToken, device: 'late' }),
    ).toMatchObject({
      status: 400,
      body: { error: 'revoked_upstream_token' },
    });
  });

  test('is cut where the agent it began with loses its person', async () => {
    await using desk = await openIntermediary(ps.issuer);
    const { agent, personToken } = await onMission([desk.issuer]);
    const waiting = await agent.personToken({ resource: desk.issuer });
    await decide(agent.id);
    const { person_token: free } = (await agent.settle(waiting)).body as { person_token: string };
    const asked = await desk.post('/person', { resource: shop.issuer, upstream_token: free });
    expect(asked.status).toBe(202);
    const ask = await onlyOpen(desk.id);
    // Whoever the intermediary itself acts for has nothing to do with whom it is called for.
    await desk.post('/mission', { description: 'Run the desk', login_hint: 'bob' });
    const { requests } = await ps.port.listRequests({ state: 'open', agent: desk.id, person: 'bob' });
    const [own] = requests;
    await ps.port.decide(own?.id ?? '', { action: 'approve', digest: own?.digest ?? '', decidedBy: alice });
    const desks = (await ps.port.listAgents({ person: 'bob' })).find((each) => each.agent === desk.id);
    await ps.port.revokeAgent(desks?.id ?? '', alice);
    expect(await ps.port.readRequest(ask.id)).toMatchObject({ state: 'open', person: 'alice' });
    const binding = (await ps.port.listAgents({})).find((each) => each.agent === agent.id);
    await ps.port.revokeAgent(binding?.id ?? '', alice);
    expect(await ps.port.readRequest(ask.id)).toMatchObject({ state: 'voided' });
    for (const upstream_token of [free, personToken]) {
      expect(
        await desk.post('/person', { resource: shop.issuer, upstream_token, device: 'x' }),
      ).toMatchObject({
        status: 400,
        body: { error: 'revoked_upstream_token' },
      });
    }
  });

  test('is refused with a token made out to somebody else, or none of ours', async () => {
    await using desk = await openIntermediary(ps.issuer);
    const { agent, personToken } = await onMission([shop.issuer]);
    expect(await desk.post('/person', { resource: shop.issuer, upstream_token: personToken })).toMatchObject({
      status: 400,
      body: { error: 'invalid_upstream_token' },
    });
    expect(await desk.post('/person', { resource: shop.issuer, upstream_token: agent.token })).toMatchObject({
      status: 400,
      body: { error: 'invalid_upstream_token' },
    });
    const { agent: other, s256, personToken: fits } = await onMission([desk.issuer]);
    expect(
      await desk.post('/person', { resource: shop.issuer, upstream_token: fits, mission_s256: s256 }),
    ).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(other.id).not.toBe(agent.id);
  });
});

describe('a yes', () => {
  test('to a token holds for its mission, and not for another', async () => {
    const { agent, s256 } = await onMission();
    const pending = await agent.personToken({ resource: shop.issuer, mission_s256: s256 });
    await decide(agent.id);
    expect((await agent.settle(pending)).status).toBe(200);
    const again = await agent.personToken({
      resource: shop.issuer,
      mission_s256: s256,
      justification: 'again',
    });
    expect(again.status).toBe(200);
    const { entries } = await ps.port.readLog(s256, {});
    expect(entries.at(-1)?.decidedBy).toEqual({ policy: expect.stringMatching(/^consented earlier/) });
    expect((await agent.personToken({ resource: shop.issuer })).status).toBe(202);
    const insisting = { resource: shop.issuer, mission_s256: s256, prompt: 'consent' };
    expect((await agent.personToken(insisting)).status).toBe(202);
  });

  test('for once is for once, and for always is for every mission', async () => {
    const { agent, s256 } = await onMission();
    const ask = (description: string) =>
      agent.permission({ action: 'SendEmail', description, mission_s256: s256 });
    await ask('first');
    await decide(agent.id, { apply: 'once' });
    await ask('second');
    await decide(agent.id, { apply: 'always' });
    expect(await ask('third')).toMatchObject({ status: 200, body: { permission: 'granted' } });
    const next = await agent.proposeMission({ description: 'Another' });
    await decide(agent.id);
    const { s256: another } = (await agent.settle(next)).body as { s256: string };
    const elsewhere = await agent.permission({ action: 'SendEmail', mission_s256: another });
    expect(elsewhere).toMatchObject({ status: 200, body: { permission: 'granted' } });
    const free = await agent.permission({ action: 'SendEmail' });
    expect(free).toMatchObject({ status: 200, body: { permission: 'granted' } });
  });

  test('is never given for somebody who wants to be asked every time', async () => {
    const { agent, s256 } = await onMission([shop.issuer], 'bob');
    const asks = [
      await agent.personToken({ resource: shop.issuer, mission_s256: s256 }),
      await agent.permission({ action: 'x', mission_s256: s256 }),
    ];
    expect(asks.map(({ status }) => status)).toEqual([202, 202]);
    const { requests } = await ps.port.listRequests({ state: 'open', agent: agent.id });
    expect(requests.map(({ person }) => person)).toEqual(['bob', 'bob']);
  });
});

describe('a person', () => {
  test('is the same to one resource whichever agent acts, and another to each resource', async () => {
    await using toys = await openResource({ name: 'Toy Shop' });
    const first = await onMission([shop.issuer]);
    const second = await onMission([shop.issuer]);
    const sub = (jwt: string) => claims(jwt).sub;
    expect(sub(first.personToken)).toBe(sub(second.personToken));
    const pending = await first.agent.personToken({ resource: toys.issuer });
    await decide(first.agent.id);
    const { person_token } = (await first.agent.settle(pending)).body as { person_token: string };
    expect(sub(person_token)).not.toBe(sub(first.personToken));
    expect(claims(person_token)).not.toHaveProperty('scope');
    const bobs = await onMission([shop.issuer], 'bob');
    expect(sub(bobs.personToken)).not.toBe(sub(first.personToken));
  });
});
