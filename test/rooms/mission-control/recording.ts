// A port that answers what a test tells it to and remembers what it was asked: for the manners of the wire alone, where
// no Person Server is needed to tell right from wrong.
import type { Request, TerminationReport } from '#mission-control/facts.ts';
import type { MissionControl } from '#mission-control/port.ts';

export const asked: Request = {
  id: 'req-1',
  type: 'auth_token',
  state: 'open',
  digest: 'digest-1',
  person: 'cook',
  missionS256: 's256-1',
  openedAt: new Date('2026-11-21T18:00:00Z'),
  expiresAt: new Date('2026-11-21T18:10:00Z'),
  agent: { id: 'aauth:errand@agents.example', iss: 'https://agents.example', new: false },
  verified: { resource: { issuer: 'https://toys.example', known: true } },
  resourceAsserted: { scope: [{ value: 'buy' }], budget: { maxPrice: 499 } },
  agentAsserted: { justification: 'for the cake', parameters: { itemName: 'console' } },
  rounds: { used: 0, max: 3 },
  clarifications: [],
};

export const report: TerminationReport = {
  s256: 's256-1',
  terminatedAt: new Date('2026-11-21T18:05:00Z'),
  reason: 'revoked',
  voided: ['req-1'],
  tokens: [],
  authorityEndsAt: new Date('2026-11-21T18:05:00Z'),
  activityAfter: [],
};

export type Recording = MissionControl & { readonly calls: [verb: string, ...args: unknown[]][] };

export function recording(answers: Partial<MissionControl> = {}): Recording {
  const calls: Recording['calls'] = [];
  const verbs: MissionControl = {
    describe: async () => ({
      issuer: 'https://ps.example',
      capabilities: ['digest'],
      limits: { maxRounds: 3 },
    }),
    listRequests: async () => ({ requests: [asked], after: 'next page/+&' }),
    readRequest: async (id) => (id === asked.id ? asked : undefined),
    decide: async () => ({ kind: 'decided', request: asked }),
    listMissions: async () => ({ missions: [] }),
    readMission: async () => undefined,
    readLog: async () => ({ entries: [] }),
    terminate: async (s256) => (s256 === report.s256 ? report : undefined),
    readTermination: async () => undefined,
    listAgents: async () => [],
    revokeAgent: async (id) => id === 'binding-1',
    async *watch() {},
    ...answers,
  };
  const noted = Object.entries(verbs).map(([verb, answer]: [string, (...args: never[]) => unknown]) => [
    verb,
    (...args: never[]) => {
      calls.push([verb, ...args]);
      return answer(...args);
    },
  ]);
  return { ...(Object.fromEntries(noted) as MissionControl), calls };
}
