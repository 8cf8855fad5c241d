// Nobody there to bring an ask before its person: no chat, no door to mission control. What an agent is told then, and what
// is left: the page that it brings its person to itself.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readConfig } from '#config.ts';
import { freePort } from '#http.ts';
import { openLog } from '#log.ts';
import { openChaperone } from '#main.ts';
import type { DecidedBy } from '#mission-control/facts.ts';
import { type Agent, type Answer, openAgent } from './support/aauth-agent.ts';
import {
  type AgentProvider,
  openAgentProvider,
  openResource,
  type TestResource,
} from './support/aauth-world.ts';
import { openAccessServer } from './support/access-server.ts';
import { layBlankStore } from './support/blank-store.ts';
import { openOidcIssuer } from './support/oidc-issuer.ts';
import { linkOf } from './support/page-visit.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';
import { offerOf } from './support/resource-token.ts';
import { brisk } from './support/tempo.ts';
import { openVisitor, type Visitor } from './support/visitor.ts';

const closing = new AsyncDisposableStack();
let provider: AgentProvider;
let shop: TestResource;
beforeAll(async () => {
  provider = closing.use(await openAgentProvider());
  shop = closing.use(await openResource({ scopes: { read: 'Read' } }));
});
afterAll(() => closing.disposeAsync());

const unreachable = { status: 403, body: { status: 403, error: 'user_unreachable' } };
const notRelayed = { status: 424, body: { status: 424, error: 'interaction_unavailable' } };
const relay = { type: 'interaction', url: 'https://bank.example/connect', code: 'B2C3-D4E5' };

describe('a product that has a sign-in page and nothing else', () => {
  let agent: Agent;
  let visitor: Visitor;
  beforeAll(async () => {
    const sayer = closing.use(await openOidcIssuer({ id: 'chaperone', secret: 'a secret of the client’s' }));
    const maria = sayer.addAccount('maria');
    const port = await freePort('127.0.0.1');
    sayer.register(`http://localhost:${port}/visit/signed-in`);
    const directory = await mkdtemp(join(tmpdir(), 'chaperone-'));
    closing.defer(() => rm(directory, { recursive: true, force: true }));
    const data = join(directory, 'data');
    await layBlankStore(data);
    const settings = {
      CHAPERONE_DEV: '1',
      PORT: String(port),
      CHAPERONE_DATA: data,
      CHAPERONE_OVERSIGHT: 'oversight.yaml',
      CHAPERONE_OIDC_ISSUER: sayer.issuer,
      CHAPERONE_OIDC_CLIENT_ID: sayer.client.id,
      CHAPERONE_OIDC_CLIENT_SECRET: sayer.client.secret,
    };
    const file = stringify({ people: [{ id: 'maria', name: 'Maria', oidc: { sub: maria.sub } }] });
    const config = readConfig(settings, () => file);
    closing.use(await openChaperone(config, openLog('silent'), brisk));
    agent = await openAgent({ provider, personServer: `http://localhost:${port}` });
    visitor = openVisitor();
  });

  /** The agent brings its person to the page, who signs in and approves. */
  async function approveOnPage(asked: Answer): Promise<Answer> {
    expect(asked.status).toBe(202);
    const asks = await visitor.follow(await visitor.open(linkOf(asked)), 'Sign in');
    const password = 'password of maria';
    const whole = asks.text.includes('Password')
      ? await visitor.send(asks, 'Sign in', { user: 'maria', password })
      : asks;
    expect((await visitor.send(whole, 'Approve')).text).toContain('Maria on its page');
    return await agent.settle(asked);
  }

  test('is of use to an agent that can bring its person there, and says to any other that nobody can be reached', async () => {
    const wish = { resource: shop.issuer };
    expect(await agent.personToken(wish)).toMatchObject(unreachable);
    expect(await agent.personToken({ ...wish, capabilities: ['clarification'] })).toMatchObject(unreachable);
    const asked = await agent.personToken({ ...wish, capabilities: ['interaction', 'telepathy'] });
    const { body } = await approveOnPage(asked);
    const { person_token } = body as { person_token: string };
    const { body: issued } = await agent.authorize(shop, person_token, { scope: 'read' });
    const { resource_token } = issued as { resource_token: string };
    const access = { resource_token, presented_token: person_token };
    expect(await agent.authToken(access)).toMatchObject(unreachable);
    const able = await agent.authToken({ ...access, capabilities: ['interaction'] });
    expect((await approveOnPage(able)).body).toMatchObject({ auth_token: expect.any(String) });
  });

  test('relays nothing, so that the agent goes with its own link, and offers nothing to a mission', async () => {
    expect(await agent.interact(relay)).toMatchObject(notRelayed);
    expect(await agent.interact({ ...relay, type: 'payment' })).toMatchObject(notRelayed);
    const mission = await approveOnPage(await agent.proposeMission({ description: '# Tend the garden' }));
    expect(mission).toMatchObject({ status: 200, body: { capabilities: [] } });
    const { s256 } = mission.body as { s256: string };
    expect(await agent.interact({ ...relay, mission_s256: s256 })).toMatchObject(notRelayed);
    const question = { type: 'question', question: 'Roses or peas?', mission_s256: s256 };
    expect(await agent.interact({ ...question, capabilities: [] })).toMatchObject(unreachable);
    const asked = await agent.interact(question);
    const shown = await visitor.follow(await visitor.open(linkOf(asked)), 'Sign in');
    await visitor.send(shown, 'Send the answer', { 'v.answer': 'Peas' });
    expect((await agent.settle(asked)).body).toEqual({ answer: 'Peas' });
    const permission = await approveOnPage(await agent.permission({ action: 'dig', mission_s256: s256 }));
    expect(permission.body).toEqual({ permission: 'granted' });
  });
});

describe('a person whom no channel shows', () => {
  const bob: DecidedBy = { person: 'bob', via: 'page', id: 'page' };
  let ps: TestPersonServer;
  let agents = 0;
  beforeAll(async () => {
    ps = closing.use(
      await openTestPersonServer({
        people: [
          { id: 'alice', silentGrants: 'approved' },
          { id: 'bob', silentGrants: 'approved', claims: { email: 'bob@example.com' } },
        ],
        reaches: (person) => person !== 'bob',
        welcome: () => Promise.resolve(new Response('Who are you?')),
      }),
    );
  });
  const newAgent = () => openAgent({ provider, personServer: ps.issuer, name: `unheard-${(agents += 1)}` });

  /** A mission bob approved on a page, with one tool and one resource. */
  async function onMission() {
    const agent = await newAgent();
    const asked = await agent.proposeMission({
      description: '# Paint the fence',
      tools: [{ name: 'brush' }],
      resources: [shop.issuer],
      login_hint: 'bob',
    });
    const { requests } = await ps.port.listRequests({ state: 'open', agent: agent.id });
    const { id, digest } = requests[0] ?? { id: '', digest: '' };
    await ps.port.decide(id, { action: 'approve', digest, decidedBy: bob });
    const approved = (await agent.settle(asked)).body as {
      s256: string;
      person_tokens: Record<string, string>;
    };
    return { agent, s256: approved.s256, personToken: approved.person_tokens[shop.issuer] ?? '' };
  }

  /** The yes to an ask for access, given on a page. */
  async function approveElsewhere({ id: agent }: Agent, asked: Answer): Promise<Answer> {
    const [ask] = (await ps.port.listRequests({ state: 'open', agent })).requests;
    if (ask) await ps.port.decide(ask.id, { action: 'approve', digest: ask.digest, decidedBy: bob });
    return asked;
  }

  test('is told apart from one whom a channel shows, and nothing is put before either by mistake', async () => {
    const agent = await newAgent();
    const question = { type: 'question', question: 'Which colour?' };
    expect(await agent.interact({ ...question, login_hint: 'bob' })).toMatchObject(unreachable);
    expect(await agent.interact({ ...relay, login_hint: 'bob' })).toMatchObject(notRelayed);
    expect((await ps.port.listRequests({ state: 'open', agent: agent.id })).requests).toEqual([]);
    for (const ask of [question, relay])
      expect(await agent.interact({ ...ask, login_hint: 'alice' })).toMatchObject({ status: 202 });
    expect((await ps.port.listRequests({ state: 'open', agent: agent.id })).requests).toHaveLength(2);
  });

  test('is not needed for what was said yes to before', async () => {
    const { agent, s256 } = await onMission();
    expect(await agent.permission({ action: 'brush', mission_s256: s256 })).toMatchObject({
      status: 200,
      body: { permission: 'granted' },
    });
    const wish = { resource: shop.issuer, mission_s256: s256, capabilities: [] };
    expect(await agent.personToken(wish)).toMatchObject({
      status: 200,
      body: { person_token: expect.any(String) },
    });
    expect(await agent.personToken({ ...wish, prompt: 'consent' })).toMatchObject(unreachable);
  });

  test('finds in the log of the mission what came before nobody', async () => {
    const { agent, s256 } = await onMission();
    await agent.interact({ ...relay, description: 'Sign in at the bank', mission_s256: s256 });
    await agent.personToken({
      resource: 'https://paint.example',
      mission_s256: s256,
      capabilities: [],
      justification: 'We ran out',
    });
    const { entries } = await ps.port.readLog(s256, { after: 1, limit: 10 });
    expect(entries).toMatchObject([
      {
        kind: 'refused',
        source: 'person_server',
        outcome: 'user_unreachable',
        action: 'interaction',
        description: 'Sign in at the bank',
        agent: agent.id,
      },
      {
        kind: 'refused',
        source: 'person_server',
        outcome: 'user_unreachable',
        action: 'person_token',
        resource: 'https://paint.example',
        description: 'We ran out',
      },
    ]);
  });

  test('is neither asked for money nor told about, where an access server wants either', async () => {
    const as = closing.use(await openAccessServer());
    const { agent, s256, personToken } = await onMission();
    const offer = async (scope: string) =>
      await agent.authToken(await offerOf(shop, agent, personToken, { aud: as.issuer, scope }));
    expect(await agent.settle(await approveElsewhere(agent, await offer('payment')))).toMatchObject(
      unreachable,
    );
    expect((await agent.settle(await approveElsewhere(agent, await offer('claims')))).status).toBe(200);
    expect(as.told.at(-1)).toEqual({});
    const { requests } = await ps.port.listRequests({ missionS256: s256 });
    expect(requests.map(({ type }) => type)).toEqual(['mission', 'auth_token', 'auth_token']);
  });

  test('is reached by nobody where no page could tell who they are, whatever their agent can do', async () => {
    await using mute = await openTestPersonServer({ reaches: () => false });
    const agent = await openAgent({ provider, personServer: mute.issuer, name: 'mute' });
    const capabilities = ['interaction'];
    const answers = [
      await agent.proposeMission({ description: '# Paint the fence' }),
      await agent.permission({ action: 'brush' }),
      await agent.personToken({ resource: shop.issuer, capabilities }),
      await agent.interact({ type: 'question', question: 'Which colour?', capabilities }),
    ];
    expect(answers).toMatchObject([unreachable, unreachable, unreachable, unreachable]);
    expect(await agent.interact(relay)).toMatchObject(notRelayed);
    expect((await mute.port.listRequests({})).requests).toEqual([]);
  });
});
