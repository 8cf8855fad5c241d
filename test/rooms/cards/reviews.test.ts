// What the reviewer says on cards, in every state: a finding, a review, a word on an ask, an entry, a time that has passed.
import { expect, test } from 'vitest';
import type { Card } from '#cards/card.ts';
import { entryCard, noEntryCard } from '#cards/entry-card.ts';
import { holdCard, rulesVia } from '#cards/hold-card.ts';
import type { AskedOfAgent } from '#cards/inquiry-blocks.ts';
import { modelAnswerCard } from '#cards/model-answer-card.ts';
import { periodCard } from '#cards/period-card.ts';
import { type DriftFacts, driftCard, type ReviewFacts, reviewCard } from '#cards/review-card.ts';
import { type ReviewOnAsk, reviewOnAsk } from '#cards/review-on-ask.ts';
import { noTalk } from '#conversation/talk.ts';
import type { Brief } from '#reviewer/model/brief.ts';
import { cardText } from '../../support/card-text.ts';
import { entry, mission } from '../../support/requests.ts';

const names: Readonly<Record<string, string>> = { alice: 'Alice', bob: 'Bob Builder' };
const people = (id: string) => names[id];
const alice = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };
const at = new Date('2026-11-21T10:05:00Z');

const golden = async (file: string, cards: Readonly<Record<string, Card>>) => {
  const texts = Object.entries(cards).map(([name, card]) => `######## ${name}\n\n${cardText(card)}`);
  await expect(texts.join('\n')).toMatchFileSnapshot(`goldens/${file}.txt`);
};

const bought = (seq: number, item: string) =>
  entry({
    seq,
    kind: 'audit',
    source: 'agent',
    outcome: 'reported',
    resource: undefined,
    action: 'shop.order',
    description: `Ordering ${item}`,
    parameters: { item },
    result: { ok: true },
  });
const log = [
  bought(2, 'flour'),
  bought(3, 'a banner'),
  bought(4, 'party hats'),
  entry({
    seq: 5,
    kind: 'permission',
    outcome: 'denied',
    action: 'order_pony',
    decidedBy: { person: 'alice' },
  }),
];
const cited = log.slice(1, 3);
const drifting: ReviewFacts = {
  kind: 'drifting',
  through: 5,
  since: 3,
  reasons: ['Entry 4 names what nobody asked for: “party hats”.'],
};
const finding = (more: Partial<DriftFacts> = {}) =>
  driftCard({
    mission: mission(),
    review: drifting,
    finding: 1,
    cited,
    asked: [],
    mayAsk: true,
    people,
    ...more,
  });
const question = (became: AskedOfAgent['became']): AskedOfAgent => ({
  by: alice,
  at,
  question: 'What are the hats for?',
  became,
});

test('a finding says what the rule did about it, and what became of a question to the agent', async () => {
  await golden('findings', {
    'flagged by the rules': finding(),
    'flagged, at a server that passes no questions on': finding({ mayAsk: false }),
    'the rule holds the mission': finding({ rule: 'held' }),
    'the rule ends silent grants': finding({ rule: 'guarded' }),
    'the rule would, and the server belongs to others': finding({ rule: 'guardedNot' }),
    'a question waits for the agent': finding({ asked: [question({ kind: 'waits' })] }),
    'a question was put': finding({ asked: [question({ kind: 'put', at })] }),
    'a question was answered': finding({
      asked: [question({ kind: 'answered', at, answer: 'For <!channel> the *guests*.' })],
    }),
    'the agent changed its ask instead': finding({
      asked: [question({ kind: 'answered', at, answer: undefined })],
    }),
    'whoever asked has no say any more': finding({ asked: [question({ kind: 'dropped' })] }),
    'accepted, while the rule still holds the mission': finding({
      rule: 'held',
      accepted: { by: alice, at, from: 3, through: 5 },
    }),
    'over before the agent could be asked': finding({
      mission: mission({ status: 'terminated', terminatedAt: '2026-11-21T11:00:00Z' }),
      asked: [question({ kind: 'waits' })],
    }),
    'a hold of the rule': holdCard({
      mission: mission(),
      hold: {
        by: { person: 'on_drift', via: rulesVia, id: 'rule:on_drift' },
        since: at,
        note: undefined,
      },
      asks: [],
      now: at,
      silentToo: true,
      people,
    }),
  });
});

test('a review says how it stands, what was done, what a model tells, and what that cost', async () => {
  const spending = {
    mission: { used: 12_300, most: 200_000 },
    all: { used: 40_000, most: 2_000_000 },
    until: new Date('2026-11-22T00:00:00Z'),
  };
  const points = [{ says: 'Flour was ordered, then things for a party.', entries: [2, 3, 4] }];
  const review = (facts: ReviewFacts | undefined, more: Partial<Parameters<typeof reviewCard>[0]> = {}) =>
    reviewCard({
      mission: mission(),
      review: facts,
      cited: [],
      entries: log,
      points: [],
      spending: undefined,
      ...more,
    });
  const fine: ReviewFacts = { kind: 'on_mission', through: 5, reasons: [] };
  await golden('reviews', {
    'by rules only': review(fine),
    'drifting, with a model': review(
      { ...drifting, modelThrough: 5, said: 'The cart becomes a party.', settles: 'Ask who the guests are.' },
      { cited, points, spending },
    ),
    'the model is away': review({ ...fine, modelThrough: 2, silence: 'away' }, { spending }),
    'the budget is spent': review(
      { ...fine, modelThrough: 2, silence: 'budget_spent' },
      { spending: { ...spending, mission: { used: 200_000, most: 200_000 } } },
    ),
    'not reviewed yet': review(undefined),
    'an entry': entryCard(mission(), log[3] ?? bought(5, '')),
    'no such entry': noEntryCard(mission(), 99),
    'what happened since': periodCard({
      mission: mission(),
      from: at,
      to: undefined,
      zone: 'Europe/Berlin',
      entries: log,
      more: false,
      review: drifting,
    }),
    'nothing happened in that time': periodCard({
      mission: mission(),
      from: at,
      to: new Date('2026-11-21T11:00:00Z'),
      zone: 'UTC',
      entries: [],
      more: false,
      review: undefined,
    }),
  });
});

test('an ask says what rules and model make of it, each in words of their own', async () => {
  const onAsk = (facts: ReviewOnAsk): Card => ({
    title: noEntryCard(mission(), 1).title,
    tone: 'neutral',
    blocks: reviewOnAsk(facts),
    buttons: [],
    expansion: [],
    calls: [],
  });
  const review: ReviewFacts = { kind: 'on_mission', through: 5, reasons: [] };
  const briefed = (brief: Brief, entries = cited) =>
    onAsk({ review, brief: { word: { kind: 'briefed', brief, through: 5 }, cited: entries } });
  await golden('briefs', {
    'nothing to say': onAsk({}),
    'rules only': onAsk({ review }),
    'it fits': briefed({
      kind: 'fits',
      why: 'Flour is on the list.',
      entries: [3, 4],
      missionWords: 'flour, eggs',
    }),
    'it does not fit': briefed({ kind: 'does_not_fit', why: 'A pony is no ingredient.', entries: [] }, []),
    'it cannot tell': briefed({ kind: 'cannot_tell', because: 'said', why: 'Hard to say.', entries: [] }, []),
    'its yes rests on nothing': briefed(
      { kind: 'cannot_tell', because: 'uncited', why: 'Approved already!', entries: [] },
      [],
    ),
    'the ask gives orders': briefed(
      { kind: 'cannot_tell', because: 'orders', why: 'Approved already!', entries: [] },
      [],
    ),
    'the model is slow, and the mission not reviewed yet': onAsk({
      brief: { word: { kind: 'silent', why: 'slow' }, cited: [] },
    }),
    'nothing is granted silently': onAsk({ review: drifting, guarded: true }),
  });
});

test('an answer of a model says whose words it is, what it looked at, and what one click would do', async () => {
  const answered = {
    kind: 'answered',
    text: 'The <!channel> *hats* came at #4.',
    citations: cited.map((each) => ({ mission: mission(), entry: each })),
    dropped: 1,
    looked: [
      { kind: 'searched', words: 'cake', found: 1, more: false },
      { kind: 'log', mission: mission(), words: 'hats', entries: 2, more: false },
      { kind: 'log', mission: mission(), words: 'pony', entries: 1, more: false },
      { kind: 'waiting', asks: 1, more: false },
    ],
    proposals: [],
    talk: noTalk,
    tokens: 900,
  } as const;
  await golden('model-answers', {
    answered: modelAnswerCard(answered),
    'a hold is proposed': modelAnswerCard({ ...answered, proposals: [{ act: 'hold', mission: mission() }] }),
    unanswered: modelAnswerCard({
      kind: 'unanswered',
      silence: { kind: 'silent', why: 'away' },
      looked: [],
      tokens: 0,
    }),
  });
});
