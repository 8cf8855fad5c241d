// The story of an errand at the Person Server: proposed, approved, silent where it fits, asked where it does not, denied, stopped.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecidedBy, Request } from '#mission-control/facts.ts';
import { type Agent, openAgent } from './support/aauth-agent.ts';
import {
  type AgentProvider,
  openAgentProvider,
  openResource,
  type TestResource,
} from './support/aauth-world.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };

let ps: TestPersonServer;
let provider: AgentProvider;
let shop: TestResource;
let toys: TestResource;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  ps = closing.use(await openTestPersonServer());
  provider = closing.use(await openAgentProvider());
  shop = closing.use(await openResource());
  toys = closing.use(await openResource({ name: 'Toy Shop', scopes: { 'buy:toys': 'Buy toys' } }));
});
afterAll(() => closing.disposeAsync());

describe('an errand', () => {
  let agent: Agent;
  let s256: string;
  let flour: string;

  test('is proposed, and waits for the person', async () => {
    agent = await openAgent({ provider, personServer: ps.issuer });
    const answer = await agent.proposeMission({
      description: 'Buy the ingredients for the cake',
      tools: [{ name: 'WebSearch', description: 'Search the web' }],
      resources: [shop.issuer],
    });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ status: 'pending' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(answer.headers.get('location')).toMatch(new RegExp(`^${ps.issuer}/pending/[\\w-]{32}$`));
    expect(answer.headers.get('aauth-requirement')).toMatch(
      /^requirement=interaction; url="http:\/\/localhost:\d+\/interact"; code="[0-9A-Z]{4}-[0-9A-Z]{4}"$/,
    );
    const ask = await onlyOpen(agent);
    expect(ask).toMatchObject({ type: 'mission', person: 'alice', agent: { id: agent.id, new: true } });
    expect(ask.verified.provider).toMatchObject({ issuer: provider.issuer, name: 'Test Provider' });

    await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
    const approved = await agent.settle(answer);
    expect(approved.status).toBe(200);
    const body = approved.body as { s256: string; mission: string; person_tokens: Record<string, string> };
    s256 = body.s256;
    const blob = Buffer.from(body.mission, 'base64url');
    expect(createHash('sha256').update(blob).digest('base64url')).toBe(s256);
    expect(JSON.parse(blob.toString('utf8'))).toMatchObject({
      agent: agent.id,
      description: 'Buy the ingredients for the cake',
      approved_resources: [shop.issuer],
    });
    expect(Object.keys(body.person_tokens)).toEqual([shop.issuer]);
    flour = body.person_tokens[shop.issuer] ?? '';
    expect((await agent.poll(answer.headers.get('location') ?? '')).status).toBe(410);
  });

  test('is silent about what fits, with the reason in the log', async () => {
    const authorized = await agent.authorize(shop, flour, { scope: 'buy:flour' });
    const { resource_token } = authorized.body as { resource_token: string };
    const granted = await agent.authToken({ resource_token, presented_token: flour });
    expect(granted.status).toBe(200);
    const { auth_token } = granted.body as { auth_token: string };
    const used = await agent.use(shop, auth_token);
    expect(used.body).toMatchObject({ scope: 'buy:flour', mission_s256: s256 });
    const { entries } = await ps.port.readLog(s256, {});
    expect(entries.at(-1)).toMatchObject({
      kind: 'auth_token',
      source: 'person_server',
      outcome: 'granted',
      scope: 'buy:flour',
      decidedBy: { policy: expect.stringContaining('approved with the mission') },
    });
  });

  test('asks about what does not, and says no', async () => {
    const answer = await agent.personToken({
      resource: toys.issuer,
      mission_s256: s256,
      justification: 'A PlayStation',
    });
    expect(answer.status).toBe(202);
    const ask = await onlyOpen(agent);
    expect(ask).toMatchObject({
      type: 'person_token',
      missionS256: s256,
      agent: { new: false },
      verified: { resource: { issuer: toys.issuer, known: false } },
      resourceAsserted: { name: 'Toy Shop', accessMode: 'auth-token' },
      agentAsserted: { justification: 'A PlayStation' },
    });
    await ps.port.decide(ask.id, {
      action: 'deny',
      digest: ask.digest,
      decidedBy: alice,
      reason: 'no toys',
    });
    const denied = await agent.settle(answer);
    expect(denied.status).toBe(403);
    expect(denied.body).toMatchObject({ error: 'denied', detail: 'no toys' });
    expect(denied.headers.get('signature-error')).toBeNull();
    expect((await agent.poll(answer.headers.get('location') ?? '')).status).toBe(410);
  });

  test('does not ask twice about what was granted in it', async () => {
    const first = await agent.permission({ action: 'SendEmail', mission_s256: s256 });
    const ask = await onlyOpen(agent);
    await ps.port.decide(ask.id, {
      action: 'approve',
      digest: ask.digest,
      decidedBy: alice,
      apply: 'mission',
    });
    expect((await agent.settle(first)).body).toEqual({ permission: 'granted' });
    const second = await agent.permission({ action: 'SendEmail', mission_s256: s256, description: 'again' });
    expect(second).toMatchObject({ status: 200, body: { permission: 'granted' } });
    const tool = await agent.permission({ action: 'WebSearch', mission_s256: s256 });
    expect(tool).toMatchObject({ status: 200, body: { permission: 'granted' } });
  });

  test('keeps what the agent says it did', async () => {
    const recorded = await agent.audit({ mission_s256: s256, action: 'bought', result: { flour: '1 kg' } });
    expect(recorded.status).toBe(201);
    const { entries } = await ps.port.readLog(s256, {});
    expect(entries.at(-1)).toMatchObject({ kind: 'audit', source: 'agent', action: 'bought' });
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  });

  test('ends when a person stops it, open asks and tokens with it', async () => {
    const waiting = await agent.permission({ action: 'BookHotel', mission_s256: s256 });
    expect(waiting.status).toBe(202);
    const ask = await onlyOpen(agent);
    const report = await ps.port.terminate(s256, { reason: 'revoked', decidedBy: alice });
    expect(report).toMatchObject({ s256, reason: 'revoked', voided: [ask.id] });
    expect(report?.agentToldAt).toBeUndefined();
    expect(report?.tokens.length).toBe(2);
    expect(report?.authorityEndsAt.getTime()).toBeGreaterThan(Date.now());

    const told = await agent.settle(waiting);
    const terminated = {
      error: 'mission_terminated',
      mission_status: 'terminated',
      termination_reason: 'revoked',
    };
    expect(told).toMatchObject({ status: 403, body: terminated });
    const tries = [
      agent.personToken({ resource: shop.issuer, mission_s256: s256 }),
      agent.permission({ action: 'WebSearch', description: 'late', mission_s256: s256 }),
      agent.audit({ mission_s256: s256, action: 'late' }),
      agent.interact({ type: 'question', question: 'why?', mission_s256: s256 }),
      agent.actOnMission(s256, { action: 'completion', summary: 'done' }),
    ];
    for (const tried of await Promise.all(tries)) {
      expect(tried).toMatchObject({ status: 403, body: terminated });
      expect(tried.headers.get('content-type')).toBe('application/problem+json');
    }
    const after = await ps.port.terminate(s256, { reason: 'administrative', decidedBy: alice });
    expect(after).toMatchObject({ reason: 'revoked', agentToldAt: expect.any(Date) });
    expect(after?.activityAfter).toHaveLength(5);
    // What an agent reports is its word for a deed, and no attempt.
    expect(after?.activityAfter.map(({ kind }) => kind).toSorted()).toEqual([
      'audit',
      ...Array(4).fill('refused'),
    ]);
    const decided = await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
    expect(decided).toMatchObject({ kind: 'mission_terminated', request: { state: 'voided' } });
  });
});

async function onlyOpen({ id }: Agent): Promise<Request> {
  const { requests } = await ps.port.listRequests({ state: 'open', agent: id });
  expect(requests).toHaveLength(1);
  return requests[0] as Request;
}
