import { describe, expect, test } from 'vitest';
import { requestTypes } from '#mission-control/facts.ts';
import { defaultOversight, type Oversight, type Rule } from '#oversight.ts';
import { alikeAs } from '#policy/alike.ts';
import { permission, request } from '../../support/requests.ts';

const plain = defaultOversight();
const withRule = (rule: Partial<Rule>): Oversight => ({
  ...plain,
  rules: [{ for: 'everyone', approve: ['person'], ...rule }],
});
const one = permission();
const said = one.agentAsserted;

describe('asks are alike', () => {
  test('when only their parameters, ids and times differ', () => {
    const other = permission({
      id: 'another',
      digest: 'digest-2',
      openedAt: '2026-11-21T10:01:00Z',
      expiresAt: '2026-11-21T10:31:00Z',
      agentAsserted: { ...said, parameters: { item: 'eggs' } },
    });
    expect(alikeAs(plain, other)).toBe(alikeAs(plain, one));
    expect(alikeAs(plain, one)).toBeDefined();
    expect(alikeAs(plain, permission({ agentAsserted: { ...said, parameters: undefined } }))).toBe(
      alikeAs(plain, one),
    );
  });

  test('whatever was granted in between', () => {
    const { resource } = request().verified;
    const some = request({ verified: { resource, granted: ['https://corner.example order'] } });
    const more = request({ verified: { resource, granted: ['https://corner.example order', 'more'] } });
    expect(alikeAs(plain, more)).toBe(alikeAs(plain, some));
  });
});

describe('asks are not alike', () => {
  test.each([
    ['the mission', permission({ missionS256: 'another' })],
    ['the agent', permission({ agent: { ...one.agent, id: 'aauth:other@agents.example' } })],
    ['its parent', permission({ agent: { ...one.agent, parent: 'aauth:boss@agents.example' } })],
    ['the person', permission({ person: 'bob' })],
    ['the action', permission({ agentAsserted: { ...said, action: 'sell' } })],
    ['the reason', permission({ agentAsserted: { ...said, justification: 'Just so.' } })],
    ['the words', permission({ agentAsserted: { ...said, description: 'Order more flour' } })],
    ['the kind', request({ agentAsserted: said })],
    ['the call chain', permission({ verified: { chain: [{ agent: 'a', resource: 'r' }] } })],
  ])('when they differ in %s', (_, other) => {
    expect(alikeAs(plain, other)).toBeDefined();
    expect(alikeAs(plain, other)).not.toBe(alikeAs(plain, one));
  });

  test.each([
    ['the resource', { verified: { resource: { issuer: 'https://other.example', known: false } } }],
    ['a scope', { resourceAsserted: { ...request().resourceAsserted, scope: [{ value: 'order' }] } }],
    ['a budget', { resourceAsserted: { ...request().resourceAsserted, budget: { amount: 5 } } }],
  ])('when a token would be for another %s', (_, but) => {
    expect(alikeAs(plain, request(but))).not.toBe(alikeAs(plain, request()));
  });
});

describe('an ask stands alone', () => {
  test.each([
    ['outside of missions', permission({ missionS256: undefined })],
    ['of an agent nobody approved yet', permission({ agent: { ...one.agent, new: true } })],
    ['that somebody asked about', permission({ state: 'clarifying', rounds: { used: 1, max: 5 } })],
    ['that its agent changed', permission({ previous: { digest: 'before' } })],
  ])('%s', (_, ask) => {
    expect(alikeAs(plain, ask)).toBeUndefined();
  });

  test('of every kind but permissions and tokens', () => {
    const together = requestTypes.filter((type) => alikeAs(plain, permission({ type })) !== undefined);
    expect(together).toEqual(['person_token', 'auth_token', 'permission']);
  });

  test('where the rule wants a step more for each, and where the operator wants no batches', () => {
    expect(alikeAs(withRule({ stepUp: 'second_person' }), one)).toBeUndefined();
    expect(alikeAs(withRule({ stepUp: 'sign_in' }), one)).toBeUndefined();
    expect(alikeAs(withRule({ quorum: 2 }), one)).toBeDefined();
    expect(alikeAs({ ...plain, batches: false }, one)).toBeUndefined();
  });
});
