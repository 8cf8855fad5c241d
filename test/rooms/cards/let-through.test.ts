// What people read of the reviewer's own yes: that nobody was asked, why, and whether people agree with it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askCard } from '#cards/ask-card.ts';
import type { Card } from '#cards/card.ts';
import { homeCard } from '#cards/home-card.ts';
import { inert } from '#cards/inert.ts';
import type { Passing } from '#cards/let-through.ts';
import { type Passed, passedFacts, passedRows } from '#cards/passed.ts';
import { cardText } from '../../support/card-text.ts';
import { hostile } from '../../support/hostile.ts';
import { decision, mission, permission, request } from '../../support/requests.ts';

const people = (id: string) => ({ alice: 'Alice', bob: 'Bob Builder' })[id];
const capabilities = ['actor', 'reason', 'digest', 'ask', 'answer', 'narrow', 'revoke'];
const passing: Passing = {
  kind: 'passed',
  why: 'Comparing prices is what the mission asks for first.',
  entries: [3, 5],
  missionWords: 'Compare the prices of the shops first',
  model: 'some-model',
};
const own = { person: 'reviewer', via: 'reviewer', id: 'reviewer:5f1c' };
const notified = [{ platform: 'slack', tenant: 'T1', user: 'U2', name: inert('Bob Builder') }] as const;
const card = (of: ReturnType<typeof request>, told: Passing | undefined = passing) =>
  askCard({
    request: of,
    people,
    approvers: notified,
    notified,
    capabilities,
    passing: told,
    mission: mission(),
  });

const golden = async (file: string, cards: Readonly<Record<string, Card>>) => {
  const texts = Object.entries(cards).map(([name, each]) => `######## ${name}\n\n${cardText(each)}`);
  await expect(texts.join('\n')).toMatchFileSnapshot(`goldens/${file}.txt`);
};
const figures = (counted: Passed): Card => ({
  title: inert('figures'),
  tone: 'neutral',
  blocks: [...passedFacts(counted), ...passedRows(counted, () => mission())],
  buttons: [],
  expansion: [],
  calls: [],
});
const passedAsk = permission({ state: 'approved', decision: decision({ decidedBy: own, apply: 'once' }) });
const counted: Passed = {
  passed: [passedAsk],
  sampled: 0,
  answered: 0,
  agreed: 0,
  more: false,
  off: undefined,
};

test('a yes of the reviewer’s is told as one, with what it rests on; a sample, once people have answered', async () => {
  const approved = decision({ apply: 'once' });
  await golden('let-through', {
    'an action that passed': card(passedAsk),
    'access that passed': card(
      request({ state: 'approved', decision: decision({ decidedBy: own, apply: 'once' }) }),
    ),
    'a sample people approved': card(permission({ state: 'approved', decision: approved }), {
      ...passing,
      kind: 'sampled',
    }),
    'a sample people denied': card(permission({ state: 'denied', decision: decision({ action: 'deny' }) }), {
      ...passing,
      kind: 'sampled',
      missionWords: undefined,
    }),
    'a yes in the reviewer’s name that is not ours': askCard({
      request: passedAsk,
      people,
      approvers: notified,
      capabilities,
      mission: mission(),
    }),
    'figures: nothing yet': figures({ ...counted, passed: [] }),
    'figures: some, and people agree': figures({ ...counted, sampled: 20, answered: 19, agreed: 18 }),
    'figures: people do not agree': figures({ ...counted, sampled: 12, answered: 12, agreed: 9, more: true }),
    'figures: off for want of a model': figures({ ...counted, passed: [], off: 'no_model' }),
    'figures: off at a server that keeps no record': figures({ ...counted, passed: [], off: 'no_record' }),
  });
});

test('a home mentions what passed for the one who looks, and is silent where nothing did', () => {
  const nothing = { all: [], more: false };
  const home = (passed: number | undefined) =>
    cardText(
      homeCard({
        at: new Date('2026-11-21T10:00:00Z'),
        asks: nothing,
        spotOf: () => undefined,
        mine: nothing,
        team: nothing,
        marks: { isHeld: () => false, claimOf: () => undefined },
        people,
        passed,
      }),
    );
  expect(home(2)).toContain('The reviewer let 2 asks pass in the last day');
  expect(home(1)).toContain('The reviewer let 1 ask pass in the last day');
  expect(home(0)).not.toContain('reviewer');
  expect(home(undefined)).not.toContain('reviewer');
});

test('those who are to be told of such asks are called; those who would have decided are not', () => {
  expect(card(passedAsk).calls).toEqual(notified);
  const unnamed = askCard({ request: passedAsk, people, approvers: notified, capabilities, passing });
  expect(unnamed.calls).toEqual([]);
});

test('nothing of it is a button that decides', () => {
  expect(card(passedAsk).buttons.map(({ press }) => press?.verb)).toEqual(['read']);
});

test('what a model says stays in its quotes, whatever it says', () => {
  const plain = card(passedAsk);
  const ours = (of: Card) =>
    of.blocks.filter(({ kind }) => kind === 'text' || kind === 'note').map((block) => JSON.stringify(block));
  fc.assert(
    fc.property(hostile, (text) => {
      const turned = card(passedAsk, { ...passing, why: text, missionWords: text, model: text });
      expect(turned.title).toBe(plain.title);
      expect(turned.buttons).toEqual(plain.buttons);
      expect(turned.calls).toEqual(plain.calls);
      expect(ours(turned)).toEqual(ours(plain));
    }),
    { numRuns: 100 },
  );
});
