// Four parties: the person says yes at the Person Server, and the resource's own access server has the last word.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecidedBy } from '#mission-control/facts.ts';
import { type Agent, type Answer, openAgent } from './support/aauth-agent.ts';
import {
  type AgentProvider,
  openAgentProvider,
  openResource,
  type TestResource,
} from './support/aauth-world.ts';
import { claimsOf, openAccessServer } from './support/access-server.ts';
import { openIntermediary } from './support/intermediary.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';
import { offerOf } from './support/resource-token.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };

let ps: TestPersonServer;
let provider: AgentProvider;
let shop: TestResource;
let as: Awaited<ReturnType<typeof openAccessServer>>;
let agent: Agent;
let s256: string;
let personToken: string;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  ps = closing.use(await openTestPersonServer());
  provider = closing.use(await openAgentProvider());
  shop = closing.use(await openResource());
  as = closing.use(await openAccessServer());
  agent = await openAgent({ provider, personServer: ps.issuer, name: 'federated', lifetimeSeconds: 1800 });
  const pending = await agent.proposeMission({ description: 'Shop', resources: [shop.issuer] });
  await approve();
  const { body } = await agent.settle(pending);
  const approved = body as { s256: string; person_tokens: Record<string, string> };
  s256 = approved.s256;
  personToken = approved.person_tokens[shop.issuer] ?? '';
});
afterAll(() => closing.disposeAsync());

async function approve() {
  const { requests } = await ps.port.listRequests({ state: 'open', agent: agent.id });
  const [ask] = requests;
  if (!ask) throw new Error('nothing was asked');
  await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: alice });
  return ask.id;
}

/** Asks for an auth token of this scope, which the resource leaves to its access server. */
async function ask(scope: string, aud = as.issuer): Promise<Answer> {
  return await agent.authToken(await offerOf(shop, agent, personToken, { aud, scope }));
}

describe('an access server', () => {
  test('issues the token, and sees who asks and what was presented', async () => {
    const answer = await ask('direct');
    expect(answer.status).toBe(200);
    const { auth_token } = answer.body as { auth_token: string };
    expect(claimsOf(auth_token)).toMatchObject({ iss: as.issuer, aud: shop.issuer, scope: 'direct' });
    expect(as.asked.at(-1)).toEqual({
      resource_token: expect.any(String),
      agent_token: agent.token,
      presented_token: personToken,
    });
    const { entries } = await ps.port.readLog(s256, {});
    expect(entries.at(-1)).toMatchObject({
      kind: 'auth_token',
      outcome: 'granted',
      decidedBy: { policy: expect.any(String) },
    });
    expect((await ps.port.readMission(s256))?.tokens.map(({ scope }) => scope)).toContain('direct');
  });

  test('that needs the person at its own page has the agent send them there', async () => {
    const answer = await ask('interaction');
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toContain(`${ps.issuer}/pending/`);
    expect(answer.headers.get('aauth-requirement')).toBe(
      'requirement=interaction; url="https://as.example/bind"; code="A1B2-C3D4"',
    );
    expect((await agent.settle(answer)).status).toBe(200);
    expect((await agent.poll(answer.headers.get('location') ?? '')).status).toBe(410);
  });

  test('that wants claims gets none it must not have', async () => {
    expect((await ask('claims')).status).toBe(200);
    expect(as.told.at(-1)).toEqual({});
  });

  test('that asks a question is answered by the agent, through us', async () => {
    const answer = await ask('question');
    expect(answer).toMatchObject({
      status: 202,
      body: { status: 'pending', clarification: 'For whom?', options: ['me', 'us'] },
    });
    expect(answer.headers.get('aauth-requirement')).toBe('requirement=clarification');
    const said = { action: 'clarification_response', clarification_response: 'me' };
    const answered = await agent.respond(answer.headers.get('location') ?? '', said);
    expect(answered.status).toBe(200);
    expect(as.told.at(-1)).toEqual(said);
  });

  test('that wants to be paid first has its person asked, in its own words, and is waited for', async () => {
    const answer = await ask('payment');
    expect(answer.status).toBe(202);
    expect(answer.headers.get('aauth-requirement')).toBe('requirement=approval');
    const [asked] = (await ps.port.listRequests({ state: 'open', agent: agent.id })).requests;
    expect(asked).toMatchObject({
      type: 'payment',
      missionS256: s256,
      resourceAsserted: {
        issuer: as.issuer,
        payment: {
          challenge: 'Payment id="x7", method="invoice"',
          accepts: [{ maxAmountRequired: '250', asset: 'EUR', payTo: 'acct:toys' }],
        },
      },
    });
    const question = {
      action: 'ask',
      question: 'Why?',
      digest: asked?.digest ?? '',
      decidedBy: alice,
    } as const;
    expect((await ps.port.decide(asked?.id ?? '', question)).kind).toBe('invalid_request');
    expect((await agent.settle(answer)).status).toBe(200);
    expect((await ps.port.listRequests({ state: 'open', agent: agent.id })).requests).toEqual([]);
  });

  test('that wants to be paid is not paid by somebody who says no, and the agent is told no', async () => {
    const answer = await ask('payment');
    const visits = as.asked.length;
    const [asked] = (await ps.port.listRequests({ state: 'open', agent: agent.id })).requests;
    await ps.port.decide(asked?.id ?? '', {
      action: 'deny',
      digest: asked?.digest ?? '',
      decidedBy: alice,
    });
    expect(await agent.settle(answer)).toMatchObject({ status: 403, body: { error: 'denied' } });
    expect(as.asked).toHaveLength(visits);
  });

  test('that says no is heard as it said it, whatever the person said', async () => {
    expect(await ask('no')).toMatchObject({
      status: 403,
      body: { error: 'denied', detail: 'not on a Saturday' },
    });
    const { requests } = await ps.port.listRequests({ missionS256: s256, state: 'closed', limit: 200 });
    expect(requests.at(-1)).toMatchObject({ type: 'auth_token', state: 'failed' });
    const { entries } = await ps.port.readLog(s256, {});
    expect(entries.at(-1)).toMatchObject({ kind: 'auth_token', outcome: 'failed', description: 'denied' });
  });

  test.each(['nonsense', 'wider', 'longer', 'somebody'])(
    'whose grant does not hold (%s) is as one that cannot be reached',
    async (scope) => {
      expect(await ask(scope)).toMatchObject({ status: 502, body: { error: 'as_unreachable' } });
    },
  );

  test('that is busy for a moment is asked again', async () => {
    while (as.asked.length % 2) await ask('direct');
    const answer = await ask('busy');
    expect(answer.status).toBe(202);
    expect((await agent.settle(answer)).status).toBe(200);
  });

  test('that takes our signature for nobody’s does not make the agent doubt its own', async () => {
    const answer = await ask('unsigned');
    expect(answer).toMatchObject({ status: 502, body: { error: 'as_unreachable' } });
    expect(answer.headers.has('signature-error')).toBe(false);
  });

  test('that asks what cannot be kept is asked back about what is left of it', async () => {
    expect(await ask('unkeepable')).toMatchObject({
      status: 202,
      body: { clarification: 'a\ufffdb\ufffd', options: ['\ufffd'] },
    });
  });

  test('that is not there is said to be unreachable', async () => {
    expect(await ask('direct', 'http://localhost:9')).toMatchObject({
      status: 502,
      body: { error: 'as_unreachable' },
    });
  });

  test('stands behind a token that is shown upstream: whoever it was for is known here', async () => {
    await using desk = await openIntermediary(ps.issuer);
    const pending = await agent.personToken({ resource: desk.issuer, mission_s256: s256 });
    await approve();
    const { person_token } = (await agent.settle(pending)).body as { person_token: string };
    const wanted = { aud: as.issuer, scope: 'direct' };
    const asked = await agent.authToken(await offerOf(desk, agent, person_token, wanted));
    await approve();
    const { auth_token } = (await agent.settle(asked)).body as { auth_token: string };
    expect(claimsOf(auth_token).iss).toBe(as.issuer);
    const chained = await desk.post('/person', { resource: shop.issuer, upstream_token: auth_token });
    expect(chained.status).toBe(200);
    expect(claimsOf(String(chained.body.person_token))).toMatchObject({
      aud: shop.issuer,
      mission_s256: s256,
    });
  });

  test('comes after the person, not instead of them', async () => {
    const other = await openAgent({ provider, personServer: ps.issuer, name: 'unfederated' });
    const pending = await other.personToken({ resource: shop.issuer });
    const { requests } = await ps.port.listRequests({ state: 'open', agent: other.id });
    const [first] = requests;
    await ps.port.decide(first?.id ?? '', {
      action: 'approve',
      digest: first?.digest ?? '',
      decidedBy: alice,
    });
    const { person_token } = (await other.settle(pending)).body as { person_token: string };
    const before = as.asked.length;
    const wanted = { aud: as.issuer, scope: 'direct' };
    const asked = await other.authToken(await offerOf(shop, other, person_token, wanted));
    expect(asked.status).toBe(202);
    expect(as.asked).toHaveLength(before);
    const again = await ps.port.listRequests({ state: 'open', agent: other.id });
    const [second] = again.requests;
    await ps.port.decide(second?.id ?? '', {
      action: 'approve',
      digest: second?.digest ?? '',
      decidedBy: alice,
    });
    expect((await other.settle(asked)).status).toBe(200);
    expect(as.asked).toHaveLength(before + 1);
  });

  test('is told when the mission ends, by the token it was shown', async () => {
    await ps.port.terminate(s256, { reason: 'revoked', decidedBy: alice });
    await expect.poll(() => as.revoked.length, { timeout: 5_000 }).toBeGreaterThan(0);
    expect(as.revoked[0]).toEqual({
      jti: claimsOf(personToken).jti,
      exp: claimsOf(personToken).exp,
    });
    expect(await ask('direct')).toMatchObject({ status: 403, body: { error: 'mission_terminated' } });
  });
});

describe('an access server that is the Person Server itself', () => {
  test('decides with it in one go, and its tokens hold at the resource as an access server’s', async () => {
    await using chosen = await openResource({ revokes: true });
    await using both = await openTestPersonServer({
      database: ps.database,
      accessServerFor: [chosen.issuer],
    });
    const own = await openAgent({ provider, personServer: both.issuer, name: 'collapsed' });
    const pending = await own.proposeMission({
      description: 'Shop',
      resources: [chosen.issuer, shop.issuer],
    });
    const [proposal] = (await both.port.listRequests({ state: 'open', agent: own.id })).requests;
    if (!proposal) throw new Error('nothing was asked');
    await both.port.decide(proposal.id, { action: 'approve', digest: proposal.digest, decidedBy: alice });
    const approved = (await own.settle(pending)).body as {
      s256: string;
      person_tokens: Record<string, string>;
    };
    async function grantAt(resource: TestResource, presented_token: string) {
      const { resource_token } = (await own.authorize(resource, presented_token, { scope: 'buy:flour' }))
        .body as { resource_token: string };
      const answer = await own.authToken({ resource_token, presented_token });
      expect(answer.status).toBe(200);
      return (answer.body as { auth_token: string }).auth_token;
    }
    const hops = as.asked.length;
    const token = await grantAt(chosen, approved.person_tokens[chosen.issuer] ?? '');
    expect(claimsOf(token)).toMatchObject({
      iss: both.issuer,
      ps: both.issuer,
      dwk: 'aauth-access.json',
      mission_s256: approved.s256,
    });
    expect((await own.use(chosen, token)).status).toBe(200);
    expect(claimsOf(await grantAt(chosen, token)).dwk).toBe('aauth-access.json');
    expect(as.asked).toHaveLength(hops);
    expect(claimsOf(await grantAt(shop, approved.person_tokens[shop.issuer] ?? '')).dwk).toBe(
      'aauth-person.json',
    );
    await both.port.terminate(approved.s256, { reason: 'revoked', decidedBy: alice });
    await expect.poll(async () => (await own.use(chosen, token)).status).toBe(401);
  });

  test('is published only where a resource chose it', async () => {
    const url = `${ps.issuer}/.well-known/aauth-access.json`;
    expect((await fetch(url)).status).toBe(404);
  });
});
