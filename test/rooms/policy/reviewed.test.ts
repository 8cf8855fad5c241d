// Which asks the reviewer may look at. A model's word is no part of the facts, so there is none here: the properties hold
// whatever a model says.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogEntry, MissionSummary, Request } from '#mission-control/facts.ts';
import type { Oversight, Rule } from '#oversight.ts';
import { namesHandedOver, namesHeldBack } from '#policy/handed-over.ts';
import { reachOf } from '#policy/reversible.ts';
import {
  type Case,
  isHandedOver,
  isSampled,
  lookEnds,
  neededCapabilities,
  whyPeople,
} from '#policy/reviewed.ts';

const now = new Date('2026-11-21T12:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const market = 'https://market.example';

const oversight = (rules: readonly Rule[] = []): Oversight => ({
  people: [
    { id: 'maria', name: 'Maria', silentGrants: 'approved' },
    { id: 'jonas', name: 'Jonas', silentGrants: 'ask' },
  ],
  defaultPerson: 'maria',
  channels: [],
  rules,
  reviewed: {
    passes: [
      { for: 'everyone', actions: ['compare_prices', 'pay_invoice'] },
      { for: 'everyone', resources: [market], scopes: ['catalog:read', 'prices:read'] },
    ],
    sample: 0.1,
    perMission: 5,
    perDay: 50,
    waitMs: 6_000,
  },
});

const permission: Request = {
  id: 'r1',
  type: 'permission',
  state: 'open',
  digest: 'd1',
  person: 'maria',
  missionS256: 'm1',
  openedAt: later(-1_000),
  expiresAt: later(3_600_000),
  agent: { id: 'aauth:errand@agents.example', iss: 'https://agents.example', new: false },
  verified: {},
  resourceAsserted: {},
  agentAsserted: { action: 'compare_prices' },
  rounds: { used: 0, max: 5 },
  clarifications: [],
};
const access: Request = {
  ...permission,
  type: 'auth_token',
  verified: { resource: { issuer: market, known: true } },
  resourceAsserted: { issuer: market, scope: [{ value: 'catalog:read' }] },
  agentAsserted: { justification: 'to see what there is' },
};
const mission: MissionSummary = {
  s256: 'm1',
  status: 'active',
  agent: { id: 'aauth:errand@agents.example', iss: 'https://agents.example' },
  person: 'maria',
  approvedAt: later(-60_000),
  description: '# Cake',
  updates: 0,
  logEntries: 3,
  openRequests: 1,
  liveTokens: 0,
  lastActivityAt: later(-1_000),
};
const entry = (seq: number, more: Partial<LogEntry>): LogEntry => ({
  seq,
  at: later(-50_000),
  kind: 'permission',
  source: 'person',
  agent: 'aauth:errand@agents.example',
  ...more,
});
const visit = entry(2, {
  kind: 'person_token',
  resource: market,
  outcome: 'granted',
  requestId: 'r0',
  decidedBy: { person: 'maria', via: 'slack', id: 'slack:T:U' },
});

const facts = (request: Request, but: Partial<Case> = {}): Case => ({
  oversight: oversight(),
  request,
  mission,
  entries: [visit],
  capabilities: neededCapabilities,
  onHold: false,
  isToBeAsked: false,
  standing: 'on_mission',
  grantsSilently: true,
  looked: [],
  yeses: { mission: 0, day: 0 },
  now,
  ...but,
});

describe('the reviewer may look', () => {
  test('at a named action, and at named scopes where people let the agent go', () => {
    expect(whyPeople(facts(permission))).toBeUndefined();
    expect(whyPeople(facts(access))).toBeUndefined();
    const both = {
      ...access,
      resourceAsserted: { scope: [{ value: 'catalog:read' }, { value: 'prices:read' }] },
    };
    expect(whyPeople(facts(both))).toBeUndefined();
  });

  test('at a resource the mission names, where the server does not grant that by itself', () => {
    const named = { ...mission, approvedResources: [market] };
    const elsewhere = { mission: named, entries: [], grantsSilently: false };
    expect(whyPeople(facts(access, elsewhere))).toBeUndefined();
    expect(whyPeople(facts(access, { ...elsewhere, grantsSilently: true }))).toBe('wants_a_person');
  });

  test('for as long as the operator says, and not at an ask from a clock gone wrong', () => {
    expect(lookEnds(oversight(), permission, now)).toEqual(later(5_000));
    expect(lookEnds(oversight(), { ...permission, openedAt: later(3_600_000) }, now)).toEqual(new Date(0));
    expect(lookEnds({ ...oversight(), reviewed: undefined as never }, permission, now)).toEqual(new Date(0));
  });
});

/** Each makes an ask one that nobody may hand over, whatever else is true of it. */
const forbidding: Readonly<Record<string, (known: Case) => Case>> = {
  'a payment': (known) => ({ ...known, request: { ...known.request, type: 'payment' } }),
  'a mission': (known) => ({ ...known, request: { ...known.request, type: 'mission' } }),
  'a change of a mission': (known) => ({ ...known, request: { ...known.request, type: 'mission_update' } }),
  'the end of a mission': (known) => ({
    ...known,
    request: { ...known.request, type: 'mission_completion' },
  }),
  'acting for a person somewhere': (known) => ({
    ...known,
    request: { ...known.request, type: 'person_token' },
  }),
  claims: (known) => ({ ...known, request: { ...known.request, type: 'claims' } }),
  'a question': (known) => ({ ...known, request: { ...known.request, type: 'question' } }),
  'a page': (known) => ({ ...known, request: { ...known.request, type: 'interaction' } }),
  'a new agent': (known) => ({
    ...known,
    request: { ...known.request, agent: { ...known.request.agent, new: true } },
  }),
  'another agent’s mission': (known) => ({
    ...known,
    request: { ...known.request, agent: { ...known.request.agent, id: 'aauth:other@agents.example' } },
  }),
  'a sub-agent': (known) => ({
    ...known,
    request: { ...known.request, agent: { ...known.request.agent, parent: 'aauth:parent@agents.example' } },
  }),
  'a call through others': (known) => ({
    ...known,
    request: {
      ...known.request,
      verified: { ...known.request.verified, chain: [{ agent: 'a', resource: 'https://r.example' }] },
    },
  }),
  'a budget': (known) => ({
    ...known,
    request: {
      ...known.request,
      resourceAsserted: { ...known.request.resourceAsserted, budget: { amount: 1, unit: 'EUR' } },
    },
  }),
  'an account': (known) => ({
    ...known,
    request: {
      ...known.request,
      resourceAsserted: { ...known.request.resourceAsserted, account: 'A-1' },
    },
  }),
  'a page of the resource': (known) => ({
    ...known,
    request: {
      ...known.request,
      resourceAsserted: { ...known.request.resourceAsserted, interaction: 'https://r.example/page' },
    },
  }),
  'no mission': (known) => ({ ...known, mission: undefined }),
  'a mission that is over': (known) => ({ ...known, mission: { ...mission, status: 'terminated' } }),
  'a mission whose time is up': (known) => ({ ...known, mission: { ...mission, expiresAt: now } }),
  'somebody else’s mission': (known) => ({ ...known, mission: { ...mission, person: 'jonas' } }),
  'a hold': (known) => ({ ...known, onHold: true }),
  'a question that waits for the agent’s next ask': (known) => ({ ...known, isToBeAsked: true }),
  drift: (known) => ({ ...known, standing: 'drifting' }),
  doubt: (known) => ({ ...known, standing: 'undecided' }),
  'a person who wants to be asked': (known) => ({
    ...known,
    request: { ...known.request, person: 'jonas' },
    mission: { ...mission, person: 'jonas' },
  }),
  'a person nobody knows': (known) => ({
    ...known,
    request: { ...known.request, person: 'nina' },
    mission: { ...mission, person: 'nina' },
  }),
  'a quorum': (known) => ({
    ...known,
    oversight: oversight([{ for: 'everyone', approve: ['maria', 'jonas'], quorum: 2 }]),
  }),
  'a step-up': (known) => ({
    ...known,
    oversight: oversight([{ for: 'everyone', approve: ['maria'], stepUp: 'sign_in' }]),
  }),
  'an exclusion': (known) => ({
    ...known,
    oversight: oversight([{ for: 'everyone', approve: ['jonas'], exclude: 'person' }]),
  }),
  'a risk the operator named': (known) => ({
    ...known,
    oversight: oversight([{ for: 'everyone', approve: ['maria'], risk: 'spending money' }]),
  }),
  'an operator who names nothing': (known) => {
    const { reviewed: _, ...rest } = known.oversight;
    return { ...known, oversight: rest };
  },
  'a name the operator did not write': (known) => ({
    ...known,
    request: { ...permission, agentAsserted: { action: 'compare_prices ' } },
  }),
  'a name that pays, even where the operator wrote it': (known) => ({
    ...known,
    request: { ...permission, agentAsserted: { action: 'pay_invoice' } },
  }),
  'a harmful scope beside a harmless one': (known) => ({
    ...known,
    request: {
      ...access,
      resourceAsserted: { scope: [{ value: 'catalog:read' }, { value: 'orders:write' }] },
    },
  }),
  'no scope at all': (known) => ({ ...known, request: { ...access, resourceAsserted: {} } }),
  'a resource nobody used': (known) => ({
    ...known,
    request: { ...access, verified: { resource: { issuer: market, known: false } } },
  }),
  'a resource only the reviewer let it use': (known) => ({
    ...known,
    request: access,
    entries: [{ ...visit, decidedBy: { person: 'reviewer', via: 'reviewer', id: 'reviewer:1' } }],
  }),
  'an earlier no': (known) => ({
    ...known,
    entries: [
      visit,
      entry(3, { action: 'compare_prices', requestId: 'r0', outcome: 'denied' }),
      entry(4, {
        kind: 'auth_token',
        resource: market,
        scope: 'catalog:read',
        requestId: 'r9',
        outcome: 'denied',
      }),
    ],
  }),
  'an earlier silence': (known) => ({
    ...known,
    entries: [
      visit,
      entry(3, { action: 'compare_prices', requestId: 'r0', outcome: 'expired' }),
      entry(4, {
        kind: 'auth_token',
        resource: market,
        scope: 'catalog:read',
        requestId: 'r9',
        outcome: 'expired',
      }),
    ],
  }),
  'an ask taken back and put again': (known) => ({
    ...known,
    entries: [
      visit,
      entry(3, { kind: 'withdrawn', action: 'compare_prices', requestId: 'r0' }),
      entry(4, { kind: 'withdrawn', resource: market, scope: 'catalog:read', requestId: 'r9' }),
    ],
  }),
  'an earlier doubt of the reviewer’s': (known) => ({
    ...known,
    looked: [{ requestId: 'r0', names: ['compare_prices', `${market} catalog:read`], fits: false }],
  }),
  'a question put to the agent': (known) => ({
    ...known,
    request: { ...known.request, rounds: { used: 1, max: 5 } },
  }),
  'a changed ask': (known) => ({ ...known, request: { ...known.request, previous: { digest: 'd0' } } }),
  'a deadline that is near': (known) => ({
    ...known,
    request: { ...known.request, expiresAt: later(30_000) },
  }),
  'an ask people have already': (known) => ({ ...known, now: later(6_000) }),
  'as many as there may be in a mission': (known) => ({ ...known, yeses: { mission: 5, day: 5 } }),
  'as many as there may be in a day': (known) => ({ ...known, yeses: { mission: 0, day: 50 } }),
  ...Object.fromEntries(
    neededCapabilities.map((missing) => [
      `a server that cannot ${missing}`,
      (known: Case) => ({ ...known, capabilities: neededCapabilities.filter((each) => each !== missing) }),
    ]),
  ),
};

describe('people are asked', () => {
  test.each(Object.entries(forbidding))('because of %s', (_, forbid) => {
    expect(whyPeople(forbid(facts(permission)))).toBeDefined();
    expect(whyPeople(forbid(facts(access)))).toBeDefined();
  });

  test('whatever comes on top of what forbids it', () => {
    const names = Object.keys(forbidding);
    fc.assert(
      fc.property(
        fc.subarray(names, { minLength: 1 }),
        fc.constantFrom(permission, access),
        fc.record(
          {
            standing: fc.constantFrom('on_mission' as const, undefined),
            grantsSilently: fc.boolean(),
            looked: fc.array(
              fc.record({ requestId: fc.string(), names: fc.array(fc.string()), fits: fc.constant(true) }),
            ),
          },
          { requiredKeys: [] },
        ),
        (chosen, request, more) => {
          const known = chosen.reduce<Case>(
            (so_far, name) => forbidding[name]?.(so_far) ?? so_far,
            facts(request, more),
          );
          expect(whyPeople(known)).toBeDefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  test('about any name but those that stand in the file, to the letter', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom('Compare_prices', 'compare_price', 'compare_prices\u200b', 'catalog:read'),
        ),
        (action) => {
          fc.pre(action !== 'compare_prices' && action !== 'pay_invoice');
          expect(isHandedOver(oversight(), { ...permission, agentAsserted: { action } })).toBe(false);
        },
      ),
    );
  });
});

test('names that nobody’s ask can pass by are told apart from those that can', () => {
  expect(namesHandedOver(oversight())).toHaveLength(4);
  expect(namesHeldBack(oversight())).toEqual([]);
  const strict = { for: 'everyone', approve: ['maria'], risk: 'reading what is private' } as const;
  expect(namesHeldBack(oversight([{ ...strict, actions: ['compare_*'] }]))).toEqual(['compare_prices']);
  expect(namesHeldBack(oversight([{ ...strict, for: { people: ['jonas'] } }]))).toEqual([]);
  expect(namesHeldBack(oversight([strict]))).toHaveLength(4);
  const asked = oversight();
  expect(
    namesHeldBack({ ...asked, people: asked.people.map((one) => ({ ...one, silentGrants: 'ask' })) }),
  ).toHaveLength(4);
});

describe('what a name tells', () => {
  test.each([
    ['catalog:read', 'reads'],
    ['compare_prices', 'reads'],
    ['getOrderPayments', 'never'],
    ['list_and_delete', 'never'],
    ['transfer_funds', 'never'],
    ['grant_access', 'never'],
    ['send_invitations', 'never'],
    ['list_messages', 'reads'],
    ['reserve_table', 'unclear'],
    ['frobnicate', 'unclear'],
  ])('%s: %s', (name, reach) => expect(reachOf(name)).toBe(reach));
});

describe('the sample', () => {
  test('is about the share the operator wants, and the same whenever it is drawn', () => {
    const ids = Array.from({ length: 4_000 }, (_, at) => `request-${at}`);
    const drawn = ids.filter((id) => isSampled(id, 'salt', 0.1));
    expect(drawn.length).toBeGreaterThan(300);
    expect(drawn.length).toBeLessThan(500);
    expect(ids.filter((id) => isSampled(id, 'salt', 0.1))).toEqual(drawn);
    expect(ids.every((id) => isSampled(id, 'salt', 1))).toBe(true);
  });

  test('tells nothing to whoever does not know the salt', () => {
    const ids = Array.from({ length: 4_000 }, (_, at) => `request-${at}`);
    const ours = ids.filter((id) => isSampled(id, 'salt', 0.5));
    const guessed = ours.filter((id) => isSampled(id, 'guess', 0.5));
    expect(guessed.length / ours.length).toBeGreaterThan(0.45);
    expect(guessed.length / ours.length).toBeLessThan(0.55);
  });
});
