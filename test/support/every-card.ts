// One card of each kind, as people would meet it: what the gallery hangs in both clients.
import { wentOnCard } from '#cards/after-stop.ts';
import { alarmCard } from '#cards/alarm-card.ts';
import { answeredCard } from '#cards/answered-card.ts';
import { statusCard, whichMissionCard } from '#cards/answers.ts';
import { type AskFacts, askCard } from '#cards/ask-card.ts';
import { batchCard } from '#cards/batch-card.ts';
import type { Card } from '#cards/card.ts';
import { withClaim } from '#cards/claim-card.ts';
import { delegatedCard } from '#cards/delegation-card.ts';
import { digestCard } from '#cards/digest-card.ts';
import { entryCard } from '#cards/entry-card.ts';
import { type Health, healthCard } from '#cards/health-card.ts';
import { helpCard } from '#cards/help-card.ts';
import { askOnHold, holdCard } from '#cards/hold-card.ts';
import { homeCard } from '#cards/home-card.ts';
import { inert } from '#cards/inert.ts';
import { leftCard } from '#cards/left-card.ts';
import { missionCard } from '#cards/mission-card.ts';
import { modelAnswerCard } from '#cards/model-answer-card.ts';
import { periodCard } from '#cards/period-card.ts';
import { refusalCard } from '#cards/refusals.ts';
import { driftCard, type ReviewFacts, reviewCard } from '#cards/review-card.ts';
import { staleCard } from '#cards/stale-card.ts';
import { confirmStopCard, stopReportCard } from '#cards/stop-card.ts';
import { tamperingCard } from '#cards/tampering-card.ts';
import { timelineCard } from '#cards/timeline.ts';
import { stepUpCard, vouchCard } from '#cards/visit-card.ts';
import { escalatedAsk, reminderCard } from '#cards/waiting-card.ts';
import { noTalk } from '#conversation/talk.ts';
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
  const later = entry({ seq: 11, resource: 'https://toys.example' });
  const wentOn = report({
    activityAfter: [
      { ...later, kind: 'refused' as const, outcome: 'token_used' },
      {
        ...later,
        seq: 12,
        kind: 'audit' as const,
        source: 'agent' as const,
        action: 'order',
        outcome: 'reported',
      },
      { ...later, seq: 13, kind: 'refused' as const, action: 'order', outcome: 'mission_terminated' },
    ].map((each) => ({ ...each, at: '2026-11-21T11:05:00Z' })),
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
    'seen against the mission': ask(permission(), {
      review: {
        review: drifted,
        brief: {
          word: {
            kind: 'briefed',
            brief: { kind: 'fits', why: 'Flour is on the list.', entries: [5], missionWords: 'Flour, eggs' },
            through: 9,
          },
          cited: [done(5, 'flour')],
        },
      },
    }),
    batch: batchCard({
      leader: 'ask-1',
      items: ['flour', 'eggs', 'cherries'].map((item, nth) => ({
        number: nth + 1,
        apart: false,
        request: permission({
          id: `ask-${nth + 1}`,
          agentAsserted: { action: 'order', parameters: { shop: 'corner', item } },
          ...(nth === 1 && {
            state: 'denied',
            decision: decision({ action: 'deny', decidedBy: by('alice') }),
          }),
        }),
      })),
      held: false,
      mission: cake,
      people,
      approvers: who,
      capabilities: [...capabilities],
    }),
    'several decide': ask(request(), {
      ballot: {
        needs: [
          {
            count: 2,
            votes: [{ by: by('bob'), for: 'alice' }],
            risk: 'spending money',
            stepUp: false,
            signIn: false,
            excluded: undefined,
          },
        ],
        reach: 'mission',
        notified: [],
        delegations: [],
        decidedFor: undefined,
      },
    }),
    changed: ask(
      request({
        previous: {
          digest: 'digest-0',
          resource_asserted: { scope: [{ value: 'order' }, { value: 'catalogue' }, { value: 'returns' }] },
          agent_asserted: { justification: 'It is on sale.' },
        },
      }),
    ),
    'the agent answered': answeredCard({
      request: request(),
      nth: 0,
      round: {
        question: 'Why a PlayStation?',
        askedBy: 'bob',
        askedAt: at(1),
        answer: 'It is for the child.',
        answeredAt: at(2),
      },
      asker: who,
      people,
    }),
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
    expired: ask(permission({ state: 'expired' })),
    'let through': ask(
      permission({
        state: 'approved',
        decision: decision({
          decidedBy: { person: 'reviewer', via: 'reviewer', id: 'reviewer:5f1c' },
          apply: 'once',
        }),
      }),
      {
        passing: {
          kind: 'passed',
          why: 'Ordering flour is what the mission asks for first.',
          entries: [5],
          missionWords: 'Flour, eggs',
          model: 'some-model',
        },
      },
    ),
    denied: ask(
      permission({
        state: 'denied',
        decision: decision({ action: 'deny', decidedBy: by('alice'), reason: 'It is no ingredient.' }),
      }),
    ),
    claimed: withClaim(ask(permission()), permission().id, { by: by('bob'), until: at(20) }, people),
    'on hold': askOnHold(ask(permission()), held, people),
    hold: holdCard({
      mission: cake,
      hold: held,
      asks: [permission()],
      silentToo: true,
      people,
      now: held.since,
    }),
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
    'activity on a stop report': stopReportCard({
      report: wentOn,
      mission: stopped,
      people,
      capabilities: [...capabilities],
      now: new Date('2026-11-21T11:06:00Z'),
    }),
    'activity after a stop': wentOnCard({ mission: stopped, report: wentOn, callees: who }),
    alarm: alarmCard({
      request: permission({
        state: 'approved',
        decision: decision({ decidedBy: { ...by('alice'), via: 'console' } }),
      }),
      mission: cake,
      people,
      approvers: who,
    }),
    tampering: tamperingCard({
      mission: cake,
      found: {
        seq: 7,
        at: at(15),
        agent: 'aauth:errand@agents.example',
        resource: 'https://corner.example',
        claims: ['mission_s256'],
      },
      callees: who,
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
      review: drifted,
      finding: 1,
      cited: log,
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
    review: reviewCard({
      mission: cake,
      review: drifted,
      cited: log,
      entries: log,
      points: [{ says: 'Flour, then a tablecloth.', entries: [5, 7] }],
      spending: undefined,
    }),
    'what happened': periodCard({
      mission: cake,
      from: at(0),
      to: undefined,
      zone: 'Europe/Berlin',
      entries: log,
      more: false,
      review: drifted,
    }),
    entry: entryCard(cake, done(7, 'a tablecloth')),
    timeline: timelineCard(cake, { entries: log, all: 9, drift: { since: 5, accepted: [] } }),
    'model answer': modelAnswerCard({
      kind: 'answered',
      text: 'It ordered a tablecloth #7.',
      citations: [{ mission: cake, entry: done(7, 'a tablecloth') }],
      dropped: 1,
      looked: [{ kind: 'log', mission: cake, words: 'tablecloth', entries: 1, more: false }],
      proposals: [{ act: 'hold', mission: cake }],
      talk: noTalk,
      tokens: 900,
    }),
    'who is at the page': vouchCard({
      visit: 'v-1',
      request: permission(),
      choices: ['A1B2', 'C3D4', 'E5F6'],
      until: at(20),
    }),
    'sign in for it': stepUpCard('https://chaperone.example/visit?code=X7K2-M9P4', at(20)),
  };
}

const cake = mission();
const done = (seq: number, item: string) =>
  entry({
    seq,
    kind: 'audit',
    source: 'agent',
    outcome: 'reported',
    action: 'order',
    description: `Ordering ${item}`,
    parameters: { item },
  });
const log = [done(5, 'flour'), done(7, 'a tablecloth')];
const drifted: ReviewFacts = {
  kind: 'drifting',
  through: 9,
  since: 5,
  reasons: ['Entries #5 and #7 use words the mission does not know ("tablecloth").'],
  said: 'The cart has become a party.',
};
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
