// Every card in every state as people read it. A change of a word shows here as a change of a line.
import { expect, test } from 'vitest';
import { alarmCard } from '#cards/alarm-card.ts';
import { answeredCard } from '#cards/answered-card.ts';
import {
  alreadyEndedCard,
  missionStatusCard,
  missionsCard,
  notFoundCard,
  nothingToDecideCard,
  nothingToStopCard,
  notKeptCard,
  statusCard,
  unclearCard,
  waitingCard,
  whichAskCard,
  whichMissionCard,
} from '#cards/answers.ts';
import { type AskFacts, askCard } from '#cards/ask-card.ts';
import type { Card } from '#cards/card.ts';
import { claimedCard, withClaim } from '#cards/claim-card.ts';
import { helpCard } from '#cards/help-card.ts';
import { askOnHold, heldCard, holdCard, holdOverCard, missionOnHold } from '#cards/hold-card.ts';
import { inert } from '#cards/inert.ts';
import { missionCard } from '#cards/mission-card.ts';
import { delayedCard, outcomeCard, type Refusal, refusalCard } from '#cards/refusals.ts';
import { keptCard, nothingAskedCard, staleCard } from '#cards/stale-card.ts';
import { confirmStopCard, settledStopCard, stoppedCard, stopReportCard } from '#cards/stop-card.ts';
import { tamperingCard } from '#cards/tampering-card.ts';
import {
  arrivalCard,
  confirmationCard,
  endedVisitCard,
  stepUpCard,
  vouchCard,
  vouchedCard,
} from '#cards/visit-card.ts';
import { escalatedAsk, reminderCard, unansweredCard } from '#cards/waiting-card.ts';
import { refusals } from '#cards/words.ts';
import { type Request, requestStates } from '#mission-control/facts.ts';
import { cardText } from '../../support/card-text.ts';
import { decision, entry, mission, permission, proposal, report, request } from '../../support/requests.ts';

const names: Readonly<Record<string, string>> = { alice: 'Alice', bob: 'Bob Builder' };
const people = (id: string) => names[id];
const capabilities = ['actor', 'reason', 'digest', 'ask', 'answer', 'narrow', 'revoke'];
const approvers = [{ platform: 'slack', tenant: 'T1', user: 'U2', name: inert('Bob Builder') }] as const;

type More = Partial<Pick<AskFacts, 'mission' | 'capabilities' | 'background'>>;
const ask = (of: Request, more: More = {}) =>
  askCard({ request: of, people, approvers, capabilities, ...more });

const golden = async (file: string, cards: Readonly<Record<string, Card>>) => {
  const texts = Object.entries(cards).map(([name, card]) => `######## ${name}\n\n${cardText(card)}`);
  await expect(texts.join('\n')).toMatchFileSnapshot(`goldens/${file}.txt`);
};

test('an open ask shows who asks, for whom, what, where, why, under which mission and until when', async () => {
  await golden('open-asks', {
    'a token, under a mission': ask(request(), { mission: mission() }),
    'a token, the mission could not be read': ask(request()),
    'a token, outside any mission': ask(request({ missionS256: undefined })),
    'a person token from a new agent': ask(
      request({
        type: 'person_token',
        missionS256: undefined,
        agent: { id: 'aauth:who@agents.example', iss: 'https://agents.example', new: true },
        resourceAsserted: { issuer: 'https://toys.example', name: 'Toy Shop', accessMode: 'person-token' },
        agentAsserted: { platform: 'linux', device: 'kitchen tablet' },
      }),
    ),
    'a permission': ask(permission(), { mission: mission() }),
    'a mission': ask(proposal()),
    'a mission from a new agent': ask(
      proposal({ agent: { id: 'aauth:who@agents.example', iss: 'https://agents.example', new: true } }),
    ),
    'a change to a mission': ask(
      request({
        type: 'mission_update',
        verified: {},
        resourceAsserted: {},
        agentAsserted: { description: 'And candles.' },
      }),
      { mission: mission() },
    ),
    'a mission reported as done': ask(
      request({
        type: 'mission_completion',
        verified: {},
        resourceAsserted: {},
        agentAsserted: { summary: 'All is bought.' },
      }),
      { mission: mission() },
    ),
    'a question': ask(
      request({
        type: 'question',
        verified: {},
        resourceAsserted: {},
        agentAsserted: { question: 'White flour?' },
      }),
      { mission: mission() },
    ),
    'a mission reported as done, beside its log': ask(
      request({
        type: 'mission_completion',
        verified: {},
        resourceAsserted: {},
        agentAsserted: { summary: 'I placed every order at corner.example.' },
      }),
      {
        mission: mission({
          approvedTools: [{ name: 'order' }, { name: 'compare_prices' }],
          approvedResources: ['https://corner.example', 'https://bakery.example'],
        }),
        background: {
          updates: [],
          past: {
            whole: false,
            entries: [
              entry({ kind: 'auth_token', resource: 'https://corner.example', scope: 'order' }),
              entry({
                kind: 'audit',
                source: 'agent',
                outcome: 'reported',
                resource: undefined,
                action: 'order',
              }),
              entry({
                kind: 'audit',
                source: 'agent',
                outcome: 'reported',
                resource: undefined,
                action: 'sing',
              }),
              entry({ kind: 'permission', source: 'person', resource: undefined, action: 'mail:send' }),
            ],
          },
        },
      },
    ),
    'a change to a mission that was changed before': ask(
      request({
        type: 'mission_update',
        verified: {},
        resourceAsserted: {},
        agentAsserted: { description: 'And candles.' },
      }),
      {
        mission: mission({ updates: 4 }),
        background: {
          past: { whole: true, entries: [] },
          updates: ['Sugar, too.', 'No butter.', 'Cherries in a jar.', 'A card.'].map((description, at) => ({
            s256: `u${at}`,
            description,
            acceptedAt: new Date(`2026-11-21T09:0${at}:00Z`),
          })),
        },
      },
    ),
    'a token asked for before': ask(
      request({
        verified: {
          provider: { issuer: 'https://agents.example', name: 'Example Agents' },
          resource: { issuer: 'https://toys.example', known: false },
          granted: ['https://toys.example catalogue'],
        },
      }),
      {
        mission: mission(),
        background: {
          updates: [],
          past: {
            whole: true,
            entries: [
              ...(['denied', 'expired', 'denied'] as const).map((outcome, at) =>
                entry({
                  seq: at + 1,
                  source: outcome === 'expired' ? 'person_server' : 'person',
                  outcome,
                  requestId: `earlier-${at}`,
                  resource: 'https://toys.example',
                  scope: 'order',
                  description: outcome === 'denied' ? 'A toy is no ingredient.' : undefined,
                  decidedBy: outcome === 'denied' ? { person: 'bob' } : undefined,
                }),
              ),
              entry({
                seq: 9,
                resource: 'https://toys.example',
                scope: 'catalogue',
                decidedBy: { policy: 'consented earlier in this mission' },
              }),
            ],
          },
        },
      },
    ),
    'a question with three answers to choose from': ask(
      request({
        type: 'question',
        verified: {},
        resourceAsserted: {},
        agentAsserted: { question: 'Which flour?', options: ['wheat', 'spelt', 'rye'] },
      }),
      { mission: mission() },
    ),
    'a question with more answers than buttons': ask(
      request({
        type: 'question',
        verified: {},
        resourceAsserted: {},
        agentAsserted: { question: 'How many?', options: ['one', 'two', 'three', 'four'] },
      }),
      { mission: mission() },
    ),
    'a payment with its amount': ask(
      request({
        type: 'payment',
        verified: {},
        resourceAsserted: { budget: { amount: 1250, unit: 'EUR', decimals: 2 } },
        agentAsserted: {
          url: 'https://pay.example/1',
          parameters: { amount: 12.5, currency: 'EUR', payee: 'Corner Shop', note: 'flour' },
        },
      }),
    ),
    'a permission with many parameters': ask(
      permission({
        agentAsserted: {
          action: 'order',
          parameters: Object.fromEntries(
            Array.from({ length: 14 }, (_, at) => [`item ${at}`, { name: `thing\n${at}`, tags: [] }]),
          ),
        },
      }),
    ),
    'an access server that wants to be paid': ask(
      request({
        type: 'payment',
        verified: { resource: { issuer: 'https://toys.example', known: true } },
        resourceAsserted: {
          issuer: 'https://access.example',
          payment: { challenge: 'Payment id="x7"', accepts: [{ maxAmountRequired: '250', asset: 'EUR' }] },
        },
      }),
    ),
    'a payment': ask(
      request({
        type: 'payment',
        verified: {},
        resourceAsserted: {},
        agentAsserted: { url: 'https://pay.example/1' },
      }),
    ),
    'an interaction': ask(
      request({
        type: 'interaction',
        verified: {},
        resourceAsserted: {},
        agentAsserted: { url: 'https://do.example/1' },
      }),
    ),
    claims: ask(
      request({
        type: 'claims',
        verified: {
          resource: { issuer: 'https://toys.example', known: true },
          told: { party: 'https://access.example', claims: ['email', 'email_verified', 'tenant'] },
        },
        resourceAsserted: { issuer: 'https://access.example', name: 'Access for Toys' },
      }),
      { mission: mission() },
    ),
    'a token that tells and spends, beyond what is left': ask(
      request({
        verified: {
          resource: { issuer: 'https://toys.example', known: true },
          told: { party: 'https://toys.example', claims: ['name', 'email'] },
          spending: {
            unit: 'USD',
            decimals: 6,
            allowed: 5_000_000,
            used: 3_200_000,
            held: 1_000_000,
            left: 800_000,
            reportedAt: '2026-11-21T09:58:00Z',
          },
        },
        resourceAsserted: {
          issuer: 'https://toys.example',
          scope: [{ value: 'order' }, { value: 'profile' }, { value: 'email' }],
          budget: { amount: 2_000_000, unit: 'USD', decimals: 6 },
        },
      }),
      { mission: mission() },
    ),
    'a token that spends, where nothing was set aside': ask(
      request({
        verified: {
          resource: { issuer: 'https://toys.example', known: true },
          spending: { unit: 'tokens', decimals: 0, allowed: 0, used: 0, held: 0, left: 0 },
        },
        resourceAsserted: { budget: { amount: 5000, unit: 'tokens', decimals: 0 } },
      }),
      { mission: mission() },
    ),
    'an ask that was changed, with a question answered, through a chain': ask(
      request({
        previous: { digest: 'digest-0' },
        rounds: { used: 1, max: 5 },
        verified: {
          chain: [{ agent: 'aauth:sub@agents.example', resource: 'https://hub.example' }],
          resource: { issuer: 'https://toys.example', known: true },
        },
        agent: {
          id: 'aauth:sub+1@agents.example',
          iss: 'https://agents.example',
          parent: 'aauth:errand@agents.example',
          new: false,
        },
        clarifications: [
          {
            question: 'Why a PlayStation?',
            askedBy: 'bob',
            askedAt: '2026-11-21T10:01:00Z',
            options: ['for the child', 'by mistake'],
            answer: 'for the child',
            answeredAt: '2026-11-21T10:02:00Z',
          },
        ],
      }),
      { mission: mission() },
    ),
    'an ask that was changed, the old beside the new': ask(
      request({
        previous: {
          digest: 'digest-0',
          resource_asserted: { scope: [{ value: 'order' }, { value: 'catalogue' }, { value: 'returns' }] },
          agent_asserted: { justification: 'It is on sale.' },
        },
      }),
      { mission: mission() },
    ),
    'an ask whose agent was asked a question': ask(request({ state: 'clarifying' })),
    'an ask about which nothing more can be asked': ask(request({ rounds: { used: 5, max: 5 } })),
    'a mission at a server that takes a yes as it is': ask(proposal(), { capabilities: ['digest'] }),
    'a question at a server that takes no answer': ask(
      request({ type: 'question', agentAsserted: { question: 'White flour?' } }),
      { capabilities: ['digest'] },
    ),
    'an ask at a server that keeps no actor, reason or digest': ask(request(), { capabilities: [] }),
  });
});

test('what an agent came back with says who asked, and that nothing is decided', async () => {
  const round = {
    question: 'Why a PlayStation?',
    askedBy: 'bob',
    askedAt: new Date('2026-11-21T10:01:00Z'),
    answeredAt: new Date('2026-11-21T10:02:00Z'),
  };
  await golden('answered', {
    'an answer': answeredCard({
      request: request(),
      round: { ...round, answer: 'For the child.' },
      nth: 0,
      asker: approvers,
      people,
    }),
    'a changed request, by somebody without an account here': answeredCard({
      request: request(),
      round,
      nth: 4,
      asker: [],
      people,
    }),
  });
});

test('a decided ask says by whom, where, when and why, and can no longer be pressed', async () => {
  const denied = decision({ action: 'deny', reason: 'Not a cake ingredient.' });
  const cards = {
    ...Object.fromEntries(
      requestStates
        .filter((state) => state !== 'open')
        .map((state) => [
          state,
          ask(
            request({
              state,
              ...(state === 'approved' || state === 'answered' ? { decision: decision() } : {}),
              ...(state === 'denied' ? { decision: denied } : {}),
            }),
            { mission: mission() },
          ),
        ]),
    ),
    'voided by a stop': ask(request({ state: 'voided' }), {
      mission: mission({
        status: 'terminated',
        terminationReason: 'revoked',
        terminatedAt: '2026-11-21T11:00:00Z',
        terminatedBy: { person: 'bob', via: 'slack', id: 'slack:T1:U2' },
      }),
    }),
    'approved for the mission, in Teams': ask(
      request({
        state: 'approved',
        decision: decision({
          decidedBy: { person: 'alice', via: 'teams', id: 'teams:t:u' },
          apply: 'mission',
        }),
      }),
    ),
    'approved elsewhere': ask(
      request({
        state: 'approved',
        decision: decision({ decidedBy: { person: 'carol', via: 'desk app', id: '7' }, apply: 'always' }),
      }),
    ),
    'approved, nobody knows by whom': ask(request({ state: 'approved' })),
    'a denied mission': ask(proposal({ state: 'denied', decision: denied })),
    'a denied permission': ask(permission({ state: 'denied', decision: denied }), { mission: mission() }),
    'a payment that was made': ask(
      request({
        type: 'payment',
        state: 'approved',
        decision: decision(),
        verified: {},
        resourceAsserted: {},
        agentAsserted: {
          url: 'https://pay.example/1',
          description: 'The flour, **approved by Alice**.',
          parameters: { amount: 12.5, currency: 'EUR', payee: 'Corner Shop', note: 'flour' },
        },
      }),
      { mission: mission() },
    ),
    'a payment an access server wanted': ask(
      request({
        type: 'payment',
        state: 'denied',
        decision: denied,
        verified: { resource: { issuer: 'https://toys.example', known: true } },
        resourceAsserted: {
          issuer: 'https://access.example',
          payment: { accepts: [{ maxAmountRequired: '250', asset: 'EUR', payTo: 'acct:toys' }] },
        },
      }),
    ),
    'something done on a page': ask(
      request({
        type: 'interaction',
        state: 'approved',
        decision: decision(),
        verified: {},
        resourceAsserted: {},
        agentAsserted: { url: 'https://do.example/1' },
      }),
      { mission: mission() },
    ),
  };
  for (const [name, card] of Object.entries(cards))
    if (name !== 'clarifying') expect(card.buttons.map(({ press }) => press.verb)).toEqual(['read']);
  await golden('settled-asks', cards);
});

test('a mission’s card says how it stands', async () => {
  const approval = request({ state: 'approved', decision: decision() }).decision;
  const ended = (reason: string | undefined) =>
    missionCard({
      mission: mission({
        status: 'terminated',
        terminationReason: reason,
        terminatedAt: '2026-11-21T11:00:00Z',
        terminatedBy: { person: 'bob', via: 'slack', id: 'slack:T1:U2' },
        openRequests: 0,
      }),
      people,
    });
  await golden('missions', {
    active: missionCard({ mission: mission(), approval, people }),
    'active, changed, without an end or anything approved': missionCard({
      mission: mission({ expiresAt: undefined, approvedTools: undefined, approvedResources: [], updates: 2 }),
      people,
    }),
    stopped: ended('revoked'),
    completed: ended('completed'),
    superseded: ended('superseded'),
    'ended by the administration': ended('administrative'),
    'ended for a reason of the server’s own': ended('lunch'),
    'with money set aside': missionCard({
      mission: mission({
        budgets: [
          {
            resource: 'https://corner.example',
            unit: 'EUR',
            decimals: 2,
            allowed: 4000,
            used: 1250,
            held: 0,
            left: 2750,
            reportedAt: '2026-11-21T09:58:00Z',
          },
          {
            resource: 'https://corner.example',
            account: 'household',
            unit: 'calls',
            decimals: 0,
            allowed: 10,
            used: 0,
            held: 10,
            left: 0,
          },
        ],
      }),
      approval,
      people,
    }),
    'run out': missionCard({
      mission: mission({
        status: 'terminated',
        terminationReason: 'expired',
        terminatedAt: '2026-11-28T09:00:00Z',
      }),
      people,
    }),
  });
});

test('a stop is confirmed by name and proved afterwards', async () => {
  const stopped = mission({
    status: 'terminated',
    terminationReason: 'revoked',
    terminatedAt: '2026-11-21T11:00:00Z',
    terminatedBy: { person: 'bob', via: 'slack', id: 'slack:T1:U2' },
  });
  const other = mission({
    s256: 'Zz9_yX-1'.padEnd(43, 'A'),
    description: 'Plan the summer party',
    person: 'bob',
  });
  const stop = (minute: string, more: Partial<Parameters<typeof stopReportCard>[0]> = {}) =>
    stopReportCard({
      report: report(),
      mission: stopped,
      people,
      capabilities,
      now: new Date(`2026-11-21T11:${minute}:00Z`),
      ...more,
    });
  const by = { person: 'bob', via: 'slack', id: 'slack:T1:U2' };
  const at = new Date('2026-11-21T11:00:00Z');
  await golden('stops', {
    'one near name': confirmStopCard({
      proposal: 'p-1',
      missions: [mission()],
      people,
      said: 'the cake mission',
      note: 'it buys toys',
    }),
    everything: confirmStopCard({ proposal: 'p-2', missions: [mission(), other], people }),
    'more than a card lists': confirmStopCard({ proposal: 'p-3', missions: Array(12).fill(other), people }),
    confirmed: settledStopCard({ kind: 'confirmed', by, at }, people),
    cancelled: settledStopCard({ kind: 'cancelled', by, at }, people),
    lapsed: settledStopCard({ kind: 'lapsed', at }, people),
    'stopped from elsewhere': stoppedCard(stopped),
    'tokens still live': stop('01', { report: report({ note: 'It bought a PlayStation.' }) }),
    'nothing remains': stop('21', { report: report({ agentToldAt: '2026-11-21T11:03:00Z' }) }),
    'nothing was live or open': stop('01', {
      report: report({ voided: [], tokens: [], authorityEndsAt: '2026-11-21T11:00:00Z' }),
    }),
    'at a server that cannot revoke': stop('01', {
      capabilities: [],
      report: report({
        tokens: [
          {
            jti: 'token-2',
            resource: 'https://toys.example',
            expiresAt: '2026-11-21T11:20:00Z',
            revocation: 'no_endpoint',
          },
        ],
      }),
    }),
    'the resource was told, or could not be': stop('01', {
      report: report({
        tokens: (['sent', 'failed'] as const).map((revocation) => ({
          jti: revocation,
          resource: 'https://toys.example',
          expiresAt: '2026-11-21T11:20:00Z',
          revocation,
        })),
      }),
    }),
    'something happened afterwards': stop('21', {
      report: report({
        activityAfter: [
          entry({ seq: 9, kind: 'audit', source: 'agent', action: 'order', outcome: 'reported' }),
        ].map((each) => ({ ...each, at: each.at.toISOString() })),
      }),
    }),
    'ended by completion': stop('21', { report: report({ reason: 'completed' }) }),
  });
});

test('a hold says what waits, until when, and what it cannot stop', async () => {
  const hold = {
    by: { person: 'bob', via: 'slack', id: 'slack:T1:U2' },
    since: new Date('2026-11-21T10:10:00Z'),
    note: 'I want to look at the cart.',
  };
  const held = { mission: mission(), hold, people };
  const by = { person: 'alice', via: 'teams', id: 'teams:t:u' };
  const active = missionCard({ mission: mission(), people });
  const asks = [request(), permission({ id: '0198f3ab-0001' })];
  await golden('holds', {
    'the mission': missionOnHold(active, mission().s256, hold, people),
    'an ask under it': askOnHold(ask(request(), { mission: mission() }), hold, people),
    'in its thread': holdCard({ ...held, asks, silentToo: true, now: hold.since }),
    'with nothing waiting, at a server that is not ours': holdCard({
      ...held,
      asks: [],
      silentToo: false,
      now: hold.since,
    }),
    released: holdOverCard({ ...held, released: { by, at: new Date('2026-11-21T10:20:00Z') } }),
    'ended by a stop': holdOverCard({ ...held, released: undefined }),
    held: heldCard(mission(), 'held'),
    'released from elsewhere': heldCard(mission(), 'released'),
    'held before': heldCard(mission(), 'alreadyHeld'),
    'not held': heldCard(mission(), 'notHeld'),
    'held since': heldCard(mission(), 'heldSince'),
    'a near name': whichMissionCard({ said: 'cake', missions: [mission()], more: false, to: 'hold' }),
    'which to release': whichMissionCard({ missions: [mission()], more: false, to: 'release' }),
  });
});

test('an ask that waits is called for, and one that nobody answered is said to be denied', async () => {
  const asks = [request(), permission({ id: '0198f3ab-0001' })];
  const answered = asks.map((each) => ({ ...each, state: 'denied' as const }));
  const elsewhere = escalatedAsk(ask(request(), { mission: mission() }), new Date('2026-11-21T10:30:00Z'));
  await golden('waiting', {
    'a reminder': reminderCard({ asks: asks.slice(0, 1), approvers, escalated: false }),
    'a reminder of several': reminderCard({ asks, approvers, escalated: false }),
    'a reminder of what was answered': reminderCard({ asks: answered, approvers, escalated: false }),
    'the call to another channel': reminderCard({ asks: asks.slice(0, 1), approvers, escalated: true }),
    'an ask in another channel, above what it says anyway': {
      ...elsewhere,
      blocks: elsewhere.blocks.slice(0, 2),
      buttons: [],
      expansion: [],
    },
    'nobody answered': unansweredCard({ asks: [request({ state: 'expired' })], mission: mission() }),
    'nobody answered a proposal': unansweredCard({
      asks: [proposal({ state: 'expired' })],
      mission: undefined,
    }),
    'nobody answered any of three': unansweredCard({
      asks: ['a1', 'a2', 'a3'].map((id) => request({ id, state: 'expired' })),
      mission: mission(),
    }),
  });
});

test('what was decided outside says how it came about, as far as the server tells', async () => {
  const by = { person: 'alice', via: 'console', id: 'console:7' };
  const approved = permission({ state: 'approved', decision: decision({ decidedBy: by }) });
  const facts = { mission: mission(), people, approvers };
  const found = {
    seq: 7,
    at: new Date('2026-11-21T10:15:00Z'),
    agent: 'aauth:errand@agents.example',
    resource: 'https://shop.example',
    claims: ['mission_s256'],
  };
  await golden('alarms', {
    'approved by a console': alarmCard({ ...facts, request: approved }),
    'denied by it': alarmCard({
      ...facts,
      request: permission({
        state: 'denied',
        decision: decision({ action: 'deny', decidedBy: by, reason: 'no' }),
      }),
    }),
    'by itself, at a server that tells nothing': alarmCard({
      ...facts,
      request: request({ state: 'approved' }),
    }),
    'under no mission': alarmCard({ ...facts, mission: undefined, request: approved }),
    'a token that lost its mission': tamperingCard({ mission: mission(), found, callees: approvers }),
    'one with other claims, after the end': tamperingCard({
      mission: mission({ status: 'terminated' }),
      found: { ...found, claims: ['sub', 'tenant'] },
      callees: approvers,
    }),
  });
});

test('the page of an ask asks who is there, and the chat whether it is them', async () => {
  const until = new Date('2026-11-21T10:05:00Z');
  const facts = { visit: 'v1', request: request(), platforms: ['slack', 'teams'] as const, canSignIn: true };
  await golden('visits', {
    'who comes with a code': arrivalCard({ ...facts, pairing: undefined }),
    'where nobody can be recognised': arrivalCard({
      ...facts,
      platforms: [],
      canSignIn: false,
      pairing: undefined,
    }),
    'once they are asked': arrivalCard({
      ...facts,
      pairing: { code: 'K7M2', platform: 'slack', expiresAt: until },
    }),
    'the question in chat': vouchCard({
      visit: 'v1',
      request: request(),
      choices: ['A1B2', 'K7M2', 'Z9Y8'],
      until,
    }),
    'it was them': vouchedCard('vouched'),
    'it was not': vouchedCard('disowned'),
    'by the wrong code': vouchedCard('wrong_code'),
    'nobody answered': vouchedCard('lapsed'),
    'a private page': confirmationCard(),
    'an approval that takes a sign-in': stepUpCard('https://ps.example/visit/v1', until),
    'closed by its person': endedVisitCard('disowned'),
    'closed by a wrong code': endedVisitCard('wrong_code'),
    'closed by wrong tries': endedVisitCard('wrong_tries'),
    expired: endedVisitCard('expired'),
  });
});

test('a mission nobody uses is asked about, and the answer is told', async () => {
  const facts = {
    mission: mission(),
    number: 1,
    kept: undefined,
    over: false,
    canComplete: true,
    people,
    person: approvers,
  };
  const kept = {
    by: { person: 'bob', via: 'slack', id: 'slack:T1:U2' },
    at: new Date('2026-11-24T10:05:00Z'),
    quietUntil: new Date('2026-11-25T10:05:00Z'),
  };
  await golden('stale', {
    idle: staleCard({ ...facts, why: 'idle' }),
    ending: staleCard({ ...facts, why: 'ending' }),
    overdue: staleCard({ ...facts, why: 'overdue' }),
    'said to be done': staleCard({ ...facts, why: 'said_done' }),
    'past its goal': staleCard({ ...facts, why: 'past_goal' }),
    'cannot be ended as done': staleCard({ ...facts, why: 'idle', canComplete: false }),
    kept: staleCard({ ...facts, why: 'idle', kept }),
    'no longer open': staleCard({ ...facts, why: 'idle', over: true }),
    'kept from elsewhere': keptCard(facts.mission),
    'nothing to keep': nothingAskedCard(facts.mission),
  });
});

test('who is looking into an ask stands on it, and nothing about deciding changes', async () => {
  const plain = ask(request(), { mission: mission() });
  const claim = {
    by: { person: 'bob', via: 'slack', id: 'slack:T1:U2' },
    until: new Date('2026-11-21T10:20:00Z'),
  };
  const [free, taken] = [undefined, claim].map((each) => withClaim(plain, request().id, each, people));
  const deciding = plain.buttons.filter(({ press }) => press.verb !== 'read');
  expect(free?.buttons.slice(0, deciding.length)).toEqual(deciding);
  expect(taken?.buttons).toEqual(plain.buttons);
  const only = (card = plain, blocks = 1) => ({
    ...card,
    blocks: card.blocks.slice(0, blocks),
    buttons: card.buttons.filter(({ press }) => press.verb === 'claim'),
    expansion: [],
  });
  await golden('claims', {
    'not claimed': only(free),
    claimed: only(taken, 2),
    'claimed by somebody else': claimedCard(claim, people),
  });
});

test('questions are answered with what stands', async () => {
  const second = mission({
    s256: 'Zz9_yX-1'.padEnd(43, 'A'),
    description: 'Plan the summer party',
    openRequests: 0,
  });
  const missions = [mission(), second];
  const asks = [request(), permission({ id: '0198f3ab-0001' }), proposal({ id: '0198f3ab-0002' })];
  const many = Array.from({ length: 12 }, (_, at) => mission({ s256: `${at}`.padEnd(43, 'B') }));
  await golden('answers', {
    'help in a channel': helpCard({ thread: 'none', asks: 0, private: false }),
    'help in private': helpCard({ thread: 'none', asks: 0, private: true }),
    'help in a mission’s thread': helpCard({ thread: 'mission', asks: 1, private: false }),
    'help in an ask’s thread': helpCard({ thread: 'ask', asks: 1, private: false }),
    status: statusCard({ missions, asks, more: false }),
    'status of nothing': statusCard({ missions: [], asks: [], more: false }),
    missions: missionsCard(missions, false),
    'too many missions': missionsCard(many, false),
    'only the beginning is known': missionsCard(missions, true),
    'no missions': missionsCard([], false),
    waiting: waitingCard({ missions, asks, more: false }),
    'nothing waits': waitingCard({ missions, asks: [], more: false }),
    'one mission': missionStatusCard({
      mission: mission(),
      people,
      asks,
      entries: [entry(), entry({ seq: 4, action: 'order', outcome: 'denied' })],
    }),
    'one mission that is over': missionStatusCard({
      mission: mission({ status: 'terminated', terminationReason: 'completed' }),
      people,
      asks: [],
      entries: [],
    }),
    'no such mission': notFoundCard('the birthday', missions, false),
    'no such mission, none active': notFoundCard('the birthday', [], false),
    'a mission that is not kept any more': notKeptCard(),
    'which to stop': whichMissionCard({ said: 'cake', missions, more: false, to: 'stop' }),
    'which to stop, none named': whichMissionCard({ missions, more: false, to: 'stop' }),
    'approved since it was said': whichMissionCard({
      said: 'cake',
      missions: missions.slice(0, 1),
      more: false,
      to: 'stop',
      since: true,
    }),
    'which to read': whichMissionCard({ said: 'cake', missions, more: false, to: 'read' }),
    'which to read, none is active': whichMissionCard({ missions: [], more: false, to: 'read' }),
    'nothing to stop': nothingToStopCard(),
    'already over': alreadyEndedCard(
      mission({ status: 'terminated', terminationReason: 'revoked', terminatedAt: '2026-11-21T11:00:00Z' }),
      people,
    ),
    unclear: unclearCard(),
    'unclear, a stop may be meant': unclearCard({
      kind: 'stop',
      target: { of: 'named', words: 'the cake mission' },
    }),
    'unclear, everything may be meant': unclearCard({ kind: 'stop', target: { of: 'everything' } }),
    'unclear, approve may be meant': unclearCard({ kind: 'approve' }),
    'unclear, a question may be meant': unclearCard({ kind: 'waiting' }),
    'nothing to decide': nothingToDecideCard(),
    'no such ask': nothingToDecideCard('4fGh81xQ'),
    'which ask': whichAskCard(asks),
    'which ask, “all” was said of one': whichAskCard(asks.slice(0, 1)),
  });
});

test('a refusal says why, and that nothing was done', async () => {
  const now = request({ state: 'denied', decision: decision({ action: 'deny' }) });
  const reasons = Object.keys(refusals) as Refusal[];
  await golden('refusals', {
    ...Object.fromEntries(reasons.map((reason) => [reason, refusalCard(reason)])),
    'not done yet': delayedCard(),
    already_decided: outcomeCard({ kind: 'already_decided', request: now }, people),
    'already_decided, nobody knows by whom': outcomeCard(
      { kind: 'already_decided', request: request({ state: 'approved' }) },
      people,
    ),
    request_changed: outcomeCard({ kind: 'request_changed', request: request() }, people),
    mission_terminated: outcomeCard(
      { kind: 'mission_terminated', request: request({ state: 'voided' }) },
      people,
    ),
    expired: outcomeCard({ kind: 'expired', request: request({ state: 'expired' }) }, people),
    too_many_rounds: outcomeCard({ kind: 'too_many_rounds', request: request() }, people),
    request_not_found: outcomeCard({ kind: 'request_not_found' }, people),
    invalid_request: outcomeCard(
      { kind: 'invalid_request', detail: 'scope `*` is wider than asked' },
      people,
    ),
  });
});
