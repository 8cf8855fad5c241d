// One card of each kind, as people would meet it: what the gallery hangs in both clients.
import { alarmCard } from '#cards/alarm-card.ts';
import { statusCard, whichMissionCard } from '#cards/answers.ts';
import { type AskFacts, askCard } from '#cards/ask-card.ts';
import type { Card } from '#cards/card.ts';
import { withClaim } from '#cards/claim-card.ts';
import { delegatedCard } from '#cards/delegation-card.ts';
import { digestCard } from '#cards/digest-card.ts';
import { type Health, healthCard } from '#cards/health-card.ts';
import { helpCard } from '#cards/help-card.ts';
import { askOnHold, holdCard } from '#cards/hold-card.ts';
import { homeCard } from '#cards/home-card.ts';
import { inert } from '#cards/inert.ts';
import { leftCard } from '#cards/left-card.ts';
import { missionCard } from '#cards/mission-card.ts';
import { refusalCard } from '#cards/refusals.ts';
import { driftCard } from '#cards/review-card.ts';
import { staleCard } from '#cards/stale-card.ts';
import { confirmStopCard, stopReportCard } from '#cards/stop-card.ts';
import { escalatedAsk, reminderCard } from '#cards/waiting-card.ts';
import { capabilities, type Request } from '#mission-control/facts.ts';
import { decision, entry, mission, permission, proposal, report, request } from './requests.ts';

const names: Readonly<Record<string, string>> = { alice: 'Alice', bob: 'Bob Builder' };
const people = (id: string) => names[id];
const by = (person: string) => ({ person, via: 'slack', id: `slack:T1:${person}` });
const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 10, minute));

/** The cards by kind; `who` is called on them, as each platform calls people. */
export function everyCard(who: AskFacts['approvers']): Readonly<Record<string, Card>> {
  const ask = (of: Request, more: Partial<AskFacts> = {}) =>
    askCard({
      request: of,
      mission: of.missionS256 === undefined ? undefined : cake,
      people,
      approvers: who,
      capabilities: [...capabilities],
      ...more,
    });
  const plain = { verified: {}, resourceAsserted: {} };
  const held = { by: by('bob'), since: at(5), note: 'Let me look at the cart.' };
  const stopped = mission({
    status: 'terminated',
    terminationReason: 'revoked',
    terminatedAt: '2026-11-21T11:00:00Z',
    terminatedBy: by('bob'),
  });
  return {
    proposal: ask(
      proposal({
        agent: { id: 'aauth:errand@agents.example', iss: 'https://agents.example', new: true },
      }),
    ),
    mission: missionCard({
      mission: cake,
      approval: permission({ state: 'approved', decision: decision({ decidedBy: by('alice') }) }).decision,
      people,
    }),
    update: ask(
      request({ type: 'mission_update', ...plain, agentAsserted: { description: 'And candles.' } }),
    ),
    completion: ask(
      request({
        type: 'mission_completion',
        ...plain,
        agentAsserted: { summary: 'I placed every order at corner.example and paid 31 euros.' },
      }),
      {
        background: {
          updates: [],
          past: {
            whole: true,
            entries: [
              entry({ kind: 'auth_token', resource: 'https://corner.example', scope: 'order' }),
              entry({ kind: 'audit', source: 'agent', outcome: 'reported', action: 'order' }),
            ],
          },
        },
      },
    ),
    token: ask(request()),
    'person token': ask(
      request({ type: 'person_token', agentAsserted: { platform: 'linux', device: 'kitchen tablet' } }),
    ),
    permission: ask(permission()),
    interaction: ask(
      request({
        type: 'interaction',
        ...plain,
        agentAsserted: { url: 'https://shop.example/confirm?order=7' },
      }),
    ),
    payment: ask(
      permission({
        type: 'payment',
        agentAsserted: {
          action: 'pay',
          parameters: { amount: 12.5, currency: 'EUR', payee: 'Corner Shop', note: 'flour' },
        },
      }),
    ),
    question: ask(
      request({
        type: 'question',
        ...plain,
        agentAsserted: { question: 'White flour or wholemeal?', options: ['White', 'Wholemeal'] },
      }),
    ),
    claims: ask(request({ type: 'claims', ...plain, agentAsserted: { description: 'name, e-mail' } })),
    'sub-agent and chain': ask(
      request({
        agent: {
          id: 'aauth:errand+shopper@agents.example',
          iss: 'https://agents.example',
          parent: 'aauth:errand@agents.example',
          new: false,
        },
        verified: {
          resource: { issuer: 'https://toys.example', known: false },
          chain: [
            { agent: 'aauth:errand@agents.example', resource: 'https://corner.example' },
            { agent: 'aauth:corner@corner.example', resource: 'https://toys.example' },
          ],
        },
      }),
    ),
    approved: ask(permission({ state: 'approved', decision: decision({ decidedBy: by('alice') }) })),
    denied: ask(
      permission({
        state: 'denied',
        decision: decision({ action: 'deny', decidedBy: by('alice'), reason: 'It is no ingredient.' }),
      }),
    ),
    claimed: withClaim(ask(permission()), permission().id, { by: by('bob'), until: at(20) }, people),
    'on hold': askOnHold(ask(permission()), held, people),
    hold: holdCard({ mission: cake, hold: held, asks: [permission()], silentToo: true, people }),
    reminder: reminderCard({ asks: [permission(), request()], approvers: who, escalated: false }),
    escalated: escalatedAsk(ask(permission()), at(30)),
    'confirm stop': confirmStopCard({
      proposal: 'p-1',
      missions: [cake],
      people,
      said: 'the cake thing',
      note: 'it buys toys',
    }),
    'stop report': stopReportCard({
      report: report({ note: 'it buys toys' }),
      mission: stopped,
      people,
      capabilities: [...capabilities],
      now: new Date('2026-11-21T11:01:00Z'),
    }),
    alarm: alarmCard({
      request: permission({
        state: 'approved',
        decision: decision({ decidedBy: { ...by('alice'), via: 'console' } }),
      }),
      mission: cake,
      people,
      approvers: who,
    }),
    stale: staleCard({
      mission: cake,
      number: 1,
      why: 'said_done',
      kept: undefined,
      over: false,
      canComplete: true,
      people,
      person: who,
    }),
    drift: driftCard({
      mission: cake,
      review: {
        kind: 'drifting',
        through: 9,
        since: 5,
        reasons: ['Entries #5 and #7 use words the mission does not know ("tablecloth").'],
        said: 'The cart has become a party.',
      },
      finding: 1,
      cited: [5, 7].map((seq) =>
        entry({ seq, kind: 'audit', source: 'agent', outcome: 'reported', action: 'order' }),
      ),
      asked: [],
      mayAsk: true,
      people,
    }),
    digest: digestCard({
      asks: listed([{ request: permission(), deciders: ['Alice', 'Bob Builder'] }]),
      active: listed([cake]),
      ended: listed([stopped]),
      expired: listed([permission({ state: 'expired' })]),
      drifting: listed([
        { mission: cake, since: 5, reason: 'Entries #5 and #7 use words it does not know.' },
      ]),
      health,
      marks,
      people,
    }),
    home: homeCard({
      at: at(10),
      asks: listed([permission()]),
      spotOf: () => ({ kind: 'link', url: 'https://home.slack.com/archives/C1/p1795284270000100' }),
      mine: listed([cake]),
      team: listed([mission({ description: '# Plan the summer party' })]),
      marks,
      people,
    }),
    health: healthCard(health, people),
    delegation: delegatedCard({ from: 'alice', to: 'bob', until: at(59) }, people),
    status: statusCard({ missions: [cake], asks: [permission()], more: false }),
    which: whichMissionCard({ said: 'the cake', missions: [cake], more: false, to: 'stop' }),
    refusal: refusalCard('not_an_approver'),
    left: leftCard(),
    help: helpCard({ thread: 'mission', asks: 1, private: false }),
  };
}

const cake = mission();
const listed = <T>(all: readonly T[]) => ({ all, more: false });
const marks = { isHeld: () => true, claimOf: () => ({ by: by('bob'), until: at(20) }) };
const health: Health = {
  from: new Date('2026-11-20T12:00:00Z'),
  to: new Date('2026-11-21T12:00:00Z'),
  decided: 12,
  approvals: 9,
  medianMs: 40_000,
  p90Ms: 3 * 3_600_000,
  expired: 1,
  hasty: 2,
  alone: { person: inert('bob'), share: 11 / 12 },
  mostShare: 0.8,
  waits: [7, 2, 1, 1, 1],
  deciders: [
    { person: 'bob', count: 11 },
    { person: 'alice', count: 1 },
  ],
  more: false,
};
