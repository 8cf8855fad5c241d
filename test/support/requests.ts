// Asks and missions as a Person Server tells them, for tests of what is made of them.

import type { z } from 'zod';
import { LogEntry, MissionSummary, Request, TerminationReport } from '#mission-control/facts.ts';

const s256 = 'aB3dE5fGhIjKlMnOpQrStUvWxYz0123456789-_abcd';

const description = `# Buy the ingredients for the cake

Flour, eggs, sugar, butter and cherries, for at most 40 euros, from the corner shop.`;

type Loose<T extends z.ZodType> = Partial<z.input<T>>;

/** A token request under the cake mission; `but` replaces members. */
export const request = (but: Loose<typeof Request> = {}): Request =>
  Request.parse({
    id: '0198f3aa-7c11',
    type: 'auth_token',
    state: 'open',
    digest: 'digest-1',
    person: 'alice',
    missionS256: s256,
    openedAt: '2026-11-21T10:00:00Z',
    expiresAt: '2026-11-21T10:30:00Z',
    agent: { id: 'aauth:errand@agents.example', iss: 'https://agents.example', new: false },
    verified: {
      provider: { issuer: 'https://agents.example', name: 'Example Agents' },
      resource: { issuer: 'https://toys.example', known: false },
      granted: ['https://corner.example order'],
    },
    resourceAsserted: {
      issuer: 'https://toys.example',
      name: 'Toy Shop',
      description: 'Toys for all ages.',
      scope: [{ value: 'order', description: 'Place an order and pay it' }, { value: 'catalogue' }],
    },
    agentAsserted: { justification: 'A PlayStation makes waiting for the cake easier.' },
    rounds: { used: 0, max: 5 },
    clarifications: [],
    ...but,
  });

export const permission = (but: Loose<typeof Request> = {}) =>
  request({
    type: 'permission',
    verified: { provider: { issuer: 'https://agents.example' } },
    resourceAsserted: {},
    agentAsserted: {
      action: 'order',
      description: 'Order the flour',
      parameters: { item: 'flour', grams: 500, shop: { name: 'corner', floor: 0 }, gift: false },
      justification: 'It is on the list.',
    },
    ...but,
  });

export const proposal = (but: Loose<typeof Request> = {}) =>
  request({
    type: 'mission',
    missionS256: undefined,
    verified: { provider: { issuer: 'https://agents.example', name: 'Example Agents' } },
    resourceAsserted: {},
    agentAsserted: {
      description,
      tools: [{ name: 'order', description: 'Order groceries' }, { name: 'compare_prices' }],
      resources: ['https://corner.example'],
    },
    ...but,
  });

type Decision = NonNullable<z.input<typeof Request>['decision']>;

export const decision = (but: Partial<Decision> = {}): Decision => ({
  action: 'approve',
  decidedBy: { person: 'bob', via: 'slack', id: 'slack:T1:U2' },
  decidedAt: '2026-11-21T10:05:00Z',
  ...but,
});

export const mission = (but: Loose<typeof MissionSummary> = {}): MissionSummary =>
  MissionSummary.parse({
    s256,
    status: 'active',
    agent: { id: 'aauth:errand@agents.example', iss: 'https://agents.example' },
    person: 'alice',
    approvedAt: '2026-11-21T09:00:00Z',
    expiresAt: '2026-11-28T09:00:00Z',
    description,
    approvedTools: [{ name: 'order', description: 'Order groceries' }],
    approvedResources: ['https://corner.example'],
    updates: 0,
    logEntries: 4,
    openRequests: 1,
    liveTokens: 2,
    lastActivityAt: '2026-11-21T10:00:00Z',
    ...but,
  });

export const entry = (but: Loose<typeof LogEntry> = {}): LogEntry =>
  LogEntry.parse({
    seq: 3,
    at: '2026-11-21T09:30:00Z',
    kind: 'auth_token',
    source: 'person_server',
    outcome: 'granted',
    agent: 'aauth:errand@agents.example',
    resource: 'https://corner.example',
    ...but,
  });

export const report = (but: Loose<typeof TerminationReport> = {}): TerminationReport =>
  TerminationReport.parse({
    s256,
    terminatedAt: '2026-11-21T11:00:00Z',
    reason: 'revoked',
    voided: ['0198f3aa-7c11'],
    tokens: [
      {
        jti: 'token-1',
        resource: 'https://corner.example',
        expiresAt: '2026-11-21T11:40:00Z',
        revocation: 'acknowledged',
        acknowledgedAt: '2026-11-21T11:00:02Z',
      },
      {
        jti: 'token-2',
        resource: 'https://toys.example',
        expiresAt: '2026-11-21T11:20:00Z',
        revocation: 'no_endpoint',
      },
    ],
    authorityEndsAt: '2026-11-21T11:20:00Z',
    activityAfter: [],
    ...but,
  });
