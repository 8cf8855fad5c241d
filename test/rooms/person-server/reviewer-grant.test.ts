// The reviewer's yes at the Person Server: taken for little, once, and logged as nobody's. What its overseers believe of it
// is no matter here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Decision, MissionControl } from '#mission-control/port.ts';
import { readEntry } from '#reviewer/drift.ts';
import { type Agent, openAgent } from '../../support/aauth-agent.ts';
import { openAgentProvider, openResource, type TestResource } from '../../support/aauth-world.ts';
import { openTestPersonServer, type TestPersonServer } from '../../support/person-server.ts';

let server: TestPersonServer;
let port: MissionControl;
let market: TestResource;
let agent: Agent;
let s256 = '';
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  server = stack.use(await openTestPersonServer());
  port = server.port;
  market = stack.use(await openResource({ name: 'Market', scopes: { 'catalog:read': 'Read' } }));
  const provider = stack.use(await openAgentProvider());
  agent = await openAgent({ provider, personServer: server.issuer });
  const asked = await agent.proposeMission({ description: '# Cake' });
  expect((await decide('approve', { apply: undefined }, person)).kind).toBe('decided');
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
});
afterAll(() => stack.disposeAsync());

const person = { person: 'alice', via: 'slack', id: 'slack:T:U' };
const reviewer = { person: 'reviewer', via: 'reviewer', id: 'reviewer:1' };

/** Decides the one ask that is open. */
async function decide(action: 'approve' | 'deny', more: object, decidedBy = reviewer) {
  const { requests } = await port.listRequests({ state: 'open' });
  const [open] = requests;
  expect(requests).toHaveLength(1);
  const decision = { action, digest: open?.digest ?? '', decidedBy, ...more } as Decision;
  return await port.decide(open?.id ?? '', decision);
}
const end = async () => await decide('deny', {}, person);

test('a permission passes once, and its line in the log is the reviewer’s', async () => {
  const asked = await agent.permission({ action: 'compare_prices', mission_s256: s256 });
  expect(await decide('approve', { apply: 'once' })).toMatchObject({
    kind: 'decided',
    request: { state: 'approved', decision: { decidedBy: reviewer, apply: 'once' } },
  });
  expect((await agent.settle(asked)).body).toEqual({ permission: 'granted' });
  const { entries } = await port.readLog(s256, {});
  const granted = entries.findLast(({ action }) => action === 'compare_prices');
  expect(granted).toMatchObject({
    source: 'person_server',
    outcome: 'granted',
    decidedBy: { reviewer: 'reviewer:1', via: 'reviewer' },
  });
  expect(granted?.decidedBy).not.toHaveProperty('person');
  if (granted) expect(readEntry(granted)).toMatchObject({ answer: 'granted' });

  expect((await agent.permission({ action: 'compare_prices', mission_s256: s256 })).status).toBe(202);
  await end();
});

describe('is refused, and the ask stays open for people:', () => {
  const ask = () => agent.permission({ action: 'open_door', mission_s256: s256 });
  test.each([
    ['a no', 'deny', {}],
    ['a yes for the rest of the mission', 'approve', { apply: 'mission' }],
    ['a yes from now on', 'approve', { apply: 'always' }],
    ['a yes that does not say how far', 'approve', {}],
    ['a yes to less', 'approve', { apply: 'once', narrow: { scope: 'a' } }],
  ] as const)('%s', async (_, action, more) => {
    await ask();
    expect(await decide(action, more)).toMatchObject({ kind: 'invalid_request' });
    await end();
  });

  test('a question put to the agent', async () => {
    await ask();
    const { requests } = await port.listRequests({ state: 'open' });
    const question = {
      action: 'ask',
      digest: requests[0]?.digest ?? '',
      decidedBy: reviewer,
      question: 'Why?',
    };
    expect(await port.decide(requests[0]?.id ?? '', question as Decision)).toMatchObject({
      kind: 'invalid_request',
    });
    await end();
  });

  test('a yes to a new mission, a change, an end, and to going somewhere', async () => {
    await agent.proposeMission({ description: '# Another' });
    expect((await decide('approve', { apply: 'once' })).kind).toBe('invalid_request');
    await end();
    await agent.actOnMission(s256, { action: 'update', description: 'and a party' });
    expect((await decide('approve', { apply: 'once' })).kind).toBe('invalid_request');
    await end();
    await agent.actOnMission(s256, { action: 'completion', summary: 'done' });
    expect((await decide('approve', { apply: 'once' })).kind).toBe('invalid_request');
    await end();
    await agent.personToken({ resource: market.issuer, mission_s256: s256 });
    expect((await decide('approve', { apply: 'once' })).kind).toBe('invalid_request');
    await end();
  });

  test('a yes to an agent nobody knows, and to what is asked outside of any mission', async () => {
    await agent.permission({ action: 'open_door' });
    expect((await decide('approve', { apply: 'once' })).kind).toBe('invalid_request');
    await end();
  });
});
