// Money: a person sets a sum aside for a mission at a resource, the resource counts, and nothing beyond it goes in silence.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDiscovery } from '#aauth/discovery.ts';
import { openEgress } from '#aauth/egress.ts';
import { problemResponse } from '#aauth/problem.ts';
import { verifySignedRequest } from '#aauth/signature.ts';
import { generateSigningKey, publicJwks, type SigningKey } from '#aauth/signing-keys.ts';
import { openLog } from '#log.ts';
import type { DecidedBy, Request } from '#mission-control/facts.ts';
import type { Decision } from '#mission-control/port.ts';
import { type Agent, type Answer, openAgent } from './support/aauth-agent.ts';
import {
  type AgentProvider,
  arrive,
  openAgentProvider,
  openTestServer,
  type TestServer,
} from './support/aauth-world.ts';
import { claimsOf, openAccessServer } from './support/access-server.ts';
import { openTestPersonServer, type TestPersonServer } from './support/person-server.ts';
import { signRaw } from './support/raw-signature.ts';
import { offerOf } from './support/resource-token.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };
const usd = (amount: number) => ({ amount, unit: 'USD', decimals: 6 });

/** A resource that meters: it declares its units and, where `counts` says so, answers what a mission has used in all. */
async function openMeter() {
  const key: SigningKey = await generateSigningKey();
  const egress = openEgress({ development: true });
  const discovery = openDiscovery({ egress, log: openLog('silent'), development: true });
  const asked: { by: string; body: unknown }[] = [];
  let counts: unknown;
  const server: TestServer = await openTestServer(async (request) => {
    switch (new URL(request.url).pathname) {
      case '/.well-known/aauth-resource.json':
        return Response.json({
          issuer: server.issuer,
          jwks_uri: `${server.issuer}/jwks.json`,
          access_mode: 'auth-token',
          scope_descriptions: { infer: 'Generate text, billed to your account' },
          budget_units: [{ unit: 'USD', decimals: 6, max: 50_000_000 }],
          usage_endpoint: `${server.issuer}/usage`,
        });
      case '/jwks.json':
        return Response.json(publicJwks([key]));
      case '/usage': {
        const { received, receiver } = await arrive(request, server.issuer, discovery);
        const signed = await verifySignedRequest(received, { ...receiver, accept: 'server' });
        if (signed.kind === 'refused') return problemResponse(signed.problem);
        const body: unknown = JSON.parse(Buffer.from(received.body).toString());
        asked.push({ by: signed.issuer, body });
        return counts === undefined ? new Response('<html>', { status: 200 }) : Response.json(counts);
      }
      default:
        return new Response(null, { status: 404 });
    }
  });
  return {
    ...server,
    key,
    asked,
    /** What its counters say from now on; nothing that can be read where this is undefined. */
    counting(answer: unknown) {
      counts = answer;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await egress[Symbol.asyncDispose]();
    },
  };
}

let ps: TestPersonServer;
let later: TestPersonServer;
let provider: AgentProvider;
let meter: Awaited<ReturnType<typeof openMeter>>;
let as: Awaited<ReturnType<typeof openAccessServer>>;
let agents = 0;
/** How far the clock of the Person Server `later` is ahead. */
let aheadMs = 0;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  ps = closing.use(await openTestPersonServer());
  later = closing.use(
    await openTestPersonServer({ now: () => new Date(Date.now() + aheadMs), database: ps.database }),
  );
  provider = closing.use(await openAgentProvider());
  meter = closing.use(await openMeter());
  as = closing.use(await openAccessServer());
});
afterAll(() => closing.disposeAsync());

type Errand = { readonly agent: Agent; readonly s256: string; readonly personToken: string };

/** An agent on a mission for which the meter was approved: everything but money is silent there. */
async function onMission(): Promise<Errand> {
  const agent = await openAgent({ provider, personServer: ps.issuer, name: `spender-${(agents += 1)}` });
  const pending = await agent.proposeMission({ description: 'Think', resources: [meter.issuer] });
  await decide(agent);
  const approved = (await agent.settle(pending)).body as {
    s256: string;
    person_tokens: Record<string, string>;
  };
  return { agent, s256: approved.s256, personToken: approved.person_tokens[meter.issuer] ?? '' };
}

async function onlyOpen({ id }: Agent): Promise<Request> {
  const { requests } = await ps.port.listRequests({ state: 'open', agent: id });
  expect(requests).toHaveLength(1);
  return requests[0] as Request;
}

async function decide(agent: Agent, decision: Partial<Decision> = { action: 'approve' }): Promise<Request> {
  const ask = await onlyOpen(agent);
  const whole = { digest: ask.digest, decidedBy: alice, ...decision } as Decision;
  const outcome = await ps.port.decide(ask.id, whole);
  if (outcome.kind !== 'decided') throw new Error(`not decided: ${outcome.kind}`);
  return ask;
}

type Offer = {
  readonly budget?: object;
  readonly consumed?: readonly object[];
  readonly account?: string;
  readonly scope?: string;
  readonly aud?: string;
};

/** Asks to spend as much as the meter offers. */
async function ask(errand: Errand, offer: Offer): Promise<Answer> {
  return await errand.agent.authToken(await offered(errand, offer));
}

/** What an agent brings that asks for it: the meter's offer, and the token it showed there. */
async function offered({ agent, personToken }: Errand, offer: Offer) {
  const { budget, consumed, account, scope = 'infer', aud = ps.issuer } = offer;
  const further = { ...(budget && { budget }), ...(consumed && { budget_consumed: consumed }) };
  return await offerOf(meter, agent, personToken, { aud, scope, account, further });
}

const tokenOf = (answer: Answer) => {
  expect(answer.status).toBe(200);
  return claimsOf((answer.body as { auth_token: string }).auth_token);
};

/** The first ask, which the person says yes to: a sum is set aside. */
async function withMoney(amount: number, decision: Partial<Decision> = { action: 'approve' }) {
  const errand = await onMission();
  const pending = await ask(errand, { budget: usd(amount) });
  expect(pending.status).toBe(202);
  await decide(errand.agent, decision);
  return { errand, token: tokenOf(await errand.agent.settle(pending)) };
}

const budgetsOf = async ({ s256 }: Errand) => (await ps.port.readMission(s256))?.budgets;

describe('the first money a mission asks for', () => {
  test('is asked about although the resource was approved, and set aside by the yes', async () => {
    const { errand, token } = await withMoney(5_000_000);
    expect(token.budget).toEqual(usd(5_000_000));
    expect(await budgetsOf(errand)).toEqual([
      {
        resource: meter.issuer,
        account: undefined,
        unit: 'USD',
        decimals: 6,
        allowed: 5_000_000,
        used: 0,
        held: 5_000_000,
        left: 0,
      },
    ]);
  });

  test('said yes to for once is set aside for nothing after it', async () => {
    const { errand, token } = await withMoney(5_000_000, { action: 'approve', apply: 'once' });
    const consumed = [{ jti: token.jti, consumed: 0 }];
    expect((await ask(errand, { budget: usd(1), consumed })).status).toBe(202);
    expect(await budgetsOf(errand)).toBeUndefined();
  });

  test('without a mission is always asked about, whatever was said before', async () => {
    const agent = await openAgent({ provider, personServer: ps.issuer, name: `spender-${(agents += 1)}` });
    const pending = await agent.personToken({ resource: meter.issuer });
    await decide(agent, { action: 'approve', apply: 'always' });
    const { person_token } = (await agent.settle(pending)).body as { person_token: string };
    const wanted = { scope: 'infer', further: { budget: usd(5) } };
    const spend = async () => await agent.authToken(await offerOf(meter, agent, person_token, wanted));
    const first = await spend();
    await decide(agent, { action: 'approve', apply: 'always' });
    tokenOf(await agent.settle(first));
    expect((await spend()).status).toBe(202);
  });
});

describe('money set aside', () => {
  /** The clock where the errand's first token is over, in a Person Server on the same store. */
  async function afterTheHour<T>(work: () => Promise<T>): Promise<T> {
    aheadMs = 2 * 3_600_000;
    try {
      return await work();
    } finally {
      aheadMs = 0;
    }
  }

  test('is used as the resource says, and what is left is what nothing else holds', async () => {
    const { errand, token } = await withMoney(5_000_000);
    const consumed = [{ jti: token.jti, consumed: 2_000_000 }];
    await ask(errand, { budget: usd(4_000_000), consumed });
    expect((await onlyOpen(errand.agent)).verified.spending).toEqual({
      unit: 'USD',
      decimals: 6,
      allowed: 5_000_000,
      used: 2_000_000,
      held: 3_000_000,
      left: 0,
      reportedAt: expect.any(Date),
    });
    const [shown] = await afterTheHour(
      async () => (await later.port.readMission(errand.s256))?.budgets ?? [],
    );
    expect(shown).toMatchObject({ used: 2_000_000, held: 0, left: 3_000_000 });
  });

  test('counts as spent whole where its token ended and nobody said what it used', async () => {
    const { errand } = await withMoney(5_000_000);
    const [shown] = await afterTheHour(
      async () => (await later.port.readMission(errand.s256))?.budgets ?? [],
    );
    expect(shown).toMatchObject({ used: 0, held: 5_000_000, left: 0 });
  });

  test('covers an ask within it in silence, and the log says so', async () => {
    const { errand } = await withMoney(5_000_000);
    // Some of it is free again: a second yes sets more aside than it grants.
    const more = await ask(errand, { budget: usd(3_000_000) });
    await decide(errand.agent);
    await errand.agent.withdraw(more.headers.get('location') ?? '');
    const [free] = (await budgetsOf(errand)) ?? [];
    expect(free).toMatchObject({ allowed: 8_000_000, held: 5_000_000, left: 3_000_000 });
    expect(tokenOf(await ask(errand, { budget: usd(3_000_000) })).budget).toEqual(usd(3_000_000));
    const { entries } = await ps.port.readLog(errand.s256, {});
    expect(entries.at(-1)).toMatchObject({ source: 'person_server', outcome: 'granted' });
    expect((await ask(errand, { budget: usd(1) })).status).toBe(202);
  });

  test('is not spent twice by asks that come at once', async () => {
    const { errand } = await withMoney(5_000_000);
    const more = await ask(errand, { budget: usd(4_000_000) });
    await decide(errand.agent);
    await errand.agent.withdraw(more.headers.get('location') ?? '');
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => ask(errand, { budget: usd(1_500_000) })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(4);
    expect(((await budgetsOf(errand)) ?? [])[0]?.left).toBe(1_000_000);
  });

  test('is not spent again by an ask that is captured and sent at once', async () => {
    const { errand } = await withMoney(5_000_000);
    const more = await ask(errand, { budget: usd(4_000_000) });
    await decide(errand.agent);
    await errand.agent.withdraw(more.headers.get('location') ?? '');
    const { key, token } = errand.agent;
    const request = {
      method: 'POST',
      url: `${ps.issuer}/token`,
      body: JSON.stringify(await offered(errand, { budget: usd(1_000_000) })),
    };
    const { headers } = await signRaw({
      ...request,
      key,
      keys: { sig: { scheme: 'jwt', params: { jwt: token } } },
      // By a clock a little ahead, so that a slow machine is not late.
      params: { created: Math.floor(Date.now() / 1000) + 2 },
    });
    const { url, ...sent } = request;
    const answers = await Promise.all(Array.from({ length: 4 }, () => fetch(url, { ...sent, headers })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401]);
    const refused = answers.find(({ status }) => status === 401);
    expect(refused?.headers.get('signature-error')).toBe('error=invalid_signature');
    expect(((await budgetsOf(errand)) ?? [])[0]?.left).toBe(3_000_000);
  });

  test('is for its account, its unit and its scale alone', async () => {
    const { errand } = await withMoney(5_000_000);
    const more = await ask(errand, { budget: usd(4_000_000) });
    await decide(errand.agent);
    await errand.agent.withdraw(more.headers.get('location') ?? '');
    expect((await ask(errand, { budget: usd(1), account: 'somebody-else' })).status).toBe(202);
    expect(await ask(errand, { budget: { amount: 1, unit: 'USD', decimals: 2 } })).toMatchObject({
      status: 400,
      body: { error: 'invalid_budget' },
    });
    expect((await ask(errand, { budget: usd(1) })).status).toBe(200);
  });

  test('is not freed by records of tokens that are none of this mission at this resource', async () => {
    const { token } = await withMoney(5_000_000);
    const { errand } = await withMoney(5_000_000);
    const foreign = [
      { jti: token.jti, consumed: 0 },
      { jti: 'made-up', consumed: 0 },
    ];
    expect((await ask(errand, { budget: usd(1), consumed: foreign })).status).toBe(202);
    expect((await onlyOpen(errand.agent)).verified.spending).toMatchObject({ used: 0, held: 5_000_000 });
  });

  test('is not freed by a record the agent could wish for: nonsense beside a budget is as good as none', async () => {
    const { errand, token } = await withMoney(5_000_000);
    for (const consumed of [-1, 1.5, '0', null]) {
      const answer = await ask(errand, { budget: usd(1), consumed: [{ jti: token.jti, consumed }] });
      expect(answer.status).toBe(202);
    }
    expect(((await budgetsOf(errand)) ?? [])[0]).toMatchObject({ used: 0, held: 5_000_000, left: 0 });
  });

  test('is read from the counters of a resource that has them, asked in our own name', async () => {
    const { errand } = await withMoney(5_000_000);
    const before = meter.asked.length;
    meter.counting({
      as_of: Math.floor(Date.now() / 1000),
      usage: [{ unit: 'USD', decimals: 6, all_time: 1_200_000 }],
    });
    await ask(errand, { budget: usd(4_000_000) });
    expect(meter.asked.slice(before)).toEqual([{ by: ps.issuer, body: { mission_s256: errand.s256 } }]);
    expect((await onlyOpen(errand.agent)).verified.spending).toMatchObject({
      allowed: 5_000_000,
      used: 1_200_000,
      held: 3_800_000,
      left: 0,
    });
    meter.counting(undefined);
  });

  test('stays as it was known where the counters answer nonsense', async () => {
    const { errand, token } = await withMoney(5_000_000);
    for (const answer of [
      { as_of: 'now', usage: [] },
      { as_of: 1, usage: [{ unit: 'USD', decimals: 6, all_time: -5 }] },
      [],
      null,
    ]) {
      meter.counting(answer);
      const consumed = [{ jti: token.jti, consumed: 1_000_000 }];
      expect((await ask(errand, { budget: usd(5), consumed })).status).toBe(202);
    }
    meter.counting(undefined);
    expect(((await budgetsOf(errand)) ?? [])[0]).toMatchObject({ used: 1_000_000, held: 4_000_000 });
  });

  test('is never silent for a person who wants to be asked', async () => {
    const agent = await openAgent({ provider, personServer: ps.issuer, name: `spender-${(agents += 1)}` });
    const proposal = { description: 'Think', resources: [meter.issuer], login_hint: 'bob' };
    const proposed = await agent.proposeMission(proposal);
    await decide(agent);
    const approved = (await agent.settle(proposed)).body as {
      s256: string;
      person_tokens: Record<string, string>;
    };
    const errand = { agent, s256: approved.s256, personToken: approved.person_tokens[meter.issuer] ?? '' };
    const first = await ask(errand, { budget: usd(5) });
    await decide(agent);
    await agent.withdraw(first.headers.get('location') ?? '');
    expect((await ask(errand, { budget: usd(5) })).status).toBe(202);
  });
});

describe('an access server', () => {
  test('may grant what was offered, and not a cent more', async () => {
    const errand = await onMission();
    const first = await ask(errand, { budget: usd(5), scope: 'spend', aud: as.issuer });
    await decide(errand.agent);
    expect(tokenOf(await errand.agent.settle(first)).budget).toEqual(usd(5));
    const second = await ask(errand, { budget: usd(5), scope: 'overspend', aud: as.issuer });
    expect(second.status).toBe(202);
    await decide(errand.agent);
    expect(await errand.agent.settle(second)).toMatchObject({
      status: 502,
      body: { error: 'as_unreachable' },
    });
  });
});
