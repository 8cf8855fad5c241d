import { describe, expect, test } from 'vitest';
import type { Ballot } from '#cards/ballot.ts';
import {
  type BatchFacts,
  batchCard,
  batchIn,
  batchSubject,
  digestOfItems,
  type Item,
  isCalled,
  mostListed,
} from '#cards/batch-card.ts';
import { askOnHold } from '#cards/hold-card.ts';
import { inert } from '#cards/inert.ts';
import { formView } from '#chat/slack/form.ts';
import { messageViolations } from '#chat/slack/limits.ts';
import { renderCard } from '#chat/slack/render.ts';
import { faultsOf } from '#chat/teams/limits.ts';
import { renderMessage } from '#chat/teams/render.ts';
import { capabilities } from '#mission-control/facts.ts';
import { cardText } from '../../support/card-text.ts';
import { decision, mission, permission, request } from '../../support/requests.ts';

const item = (
  number: number,
  but: Parameters<typeof permission>[0] = {},
  more: Partial<Item> = {},
): Item => ({
  number,
  apart: false,
  request: permission({
    id: `ask-${number}`,
    digest: `digest-${number}`,
    agentAsserted: { action: 'order', parameters: { shop: 'corner', item: `item ${number}` } },
    ...but,
  }),
  ...more,
});
const facts = (items: readonly Item[], more: Partial<BatchFacts> = {}): BatchFacts => ({
  leader: 'ask-1',
  items,
  held: false,
  mission: mission(),
  people: () => undefined,
  approvers: [],
  capabilities: [...capabilities],
  ...more,
});
const many = (count: number, but: Parameters<typeof permission>[0] = {}) =>
  Array.from({ length: count }, (_, at) => item(at + 1, but));
const presses = (items: readonly Item[], more: Partial<BatchFacts> = {}) =>
  batchCard(facts(items, more)).buttons.map(({ press }) => press);

describe.each([2, 10, mostListed])('%i items', (count) => {
  const hostile = {
    agentAsserted: {
      action: 'order',
      parameters: { text: `<!channel> *bold* [x](https://evil.example) ${'long '.repeat(400)}` },
    },
  };
  const cards = [
    batchCard(facts(many(count))),
    batchCard(facts(many(count)), true),
    batchCard(facts(many(count, hostile)), true),
    batchCard(facts(many(count, { state: 'expired' }))),
  ];

  test('are within what Slack takes, buttons and form included', () => {
    for (const card of cards) {
      const message = renderCard(card, 'mark', 'native');
      expect(messageViolations(message)).toEqual([]);
      expect(message.blocks.length).toBeLessThanOrEqual(50);
      const actions = message.blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
      expect(actions).toHaveLength(card.buttons.length);
      for (const { form } of card.buttons) {
        if (!form) continue;
        const view = formView({ value: '{}', channel: 'C1', message: '1.1' }, form);
        expect(JSON.stringify(view).length).toBeLessThan(250_000);
      }
    }
  });

  test('are within the 28 KB that Teams takes, with their group verbs', () => {
    for (const card of cards) {
      const message = renderMessage(card, '11111111-2222-3333-4444-555555555555', 'mark', false);
      expect(faultsOf(message)).toEqual([]);
      for (const { label } of card.buttons.filter(({ press }) => press.verb !== 'read'))
        expect(JSON.stringify(message)).toContain(label);
    }
  });

  test('stand whole behind the card, however few are on it', () => {
    const texts = batchCard(facts(many(count)), true).expansion.map(({ text }) => text);
    for (let nth = 1; nth <= count; nth += 1)
      expect(
        texts.filter((text) => text.includes(`"item ${nth}"`) && text.includes(`ask-${nth}\n`)),
      ).toHaveLength(1);
    expect(batchCard(facts(many(count))).expansion).toEqual([]);
  });

  test('are named by the group verbs to the last, and counted on them', () => {
    const items = many(count);
    const card = batchCard(facts(items));
    expect(card.buttons.map(({ label }) => label).slice(0, 2)).toEqual([
      `Approve all ${count} once`,
      `Deny all ${count}`,
    ]);
    expect(card.buttons[0]?.press).toEqual({
      verb: 'approve',
      subject: 'batch:ask-1',
      digest: digestOfItems(items),
      choice: String(count),
    });
  });
});

const names: Readonly<Record<string, string>> = { alice: 'Alice', bob: 'Bob Builder' };
const people = (id: string) => names[id];
const user = { platform: 'slack', tenant: 'T1', user: 'U2', name: inert('Bob Builder') } as const;
const stillWaits = () => {
  const denied = item(
    2,
    { state: 'denied', decision: decision({ action: 'deny', reason: 'It is no ingredient.' }) },
    { ballot: { ...noBallot, decidedFor: 'alice' } },
  );
  return facts([item(1), denied, item(3)], { people, approvers: [user] });
};
const noBallot: Ballot = {
  needs: [],
  reach: undefined,
  notified: [],
  delegations: [],
  decidedFor: undefined,
};

describe('the card reads', () => {
  const vote = { by: { person: 'bob', via: 'slack', id: 'slack:T1:U2' } };
  const need = { count: 2, risk: undefined, stepUp: false, signIn: false, excluded: undefined };
  const approvedBy = (...votes: readonly (typeof vote)[]): Ballot => ({
    ...noBallot,
    needs: [{ ...need, votes }],
  });
  const cards = {
    'one denied by a delegate, two wait': batchCard(stillWaits()),
    'one with a card of its own': batchCard(facts([item(1, {}, { apart: true }), item(2)], { people })),
    'all with cards of their own': batchCard(
      facts(
        many(2).map((each) => ({ ...each, apart: true })),
        { people },
      ),
    ),
    'a delegate is named while it waits': batchCard(
      facts(
        many(2).map((each) => ({
          ...each,
          ballot: {
            ...noBallot,
            delegations: [{ from: 'alice', to: 'bob', until: new Date('2026-11-22T10:00:00Z') }],
          },
        })),
        { people },
      ),
    ),
    'two have to approve, and not all have one': batchCard(
      facts([item(1, {}, { ballot: approvedBy(vote) }), item(2, {}, { ballot: approvedBy() })], { people }),
    ),
    'on hold': askOnHold(
      batchCard({ ...stillWaits(), held: true }),
      { by: vote.by, since: new Date('2026-11-21T10:10:00Z'), note: undefined },
      people,
    ),
    'tokens, with nothing to tell them apart': batchCard(
      facts(
        ['ask-1', 'ask-2'].map((id, at) => ({ number: at + 1, apart: false, request: request({ id }) })),
        { people },
      ),
    ),
    'nobody answered': batchCard(facts(many(2, { state: 'expired' }), { people })),
    'nobody answered one of them': batchCard(
      facts([item(1, { state: 'approved', decision: decision() }), item(2, { state: 'expired' })], {
        people,
      }),
    ),
    'void with its mission': batchCard(facts(many(2, { state: 'voided' }), { people })),
  };

  test('the same in every state', async () => {
    const texts = Object.entries(cards).map(([name, card]) => `######## ${name}\n\n${cardText(card)}`);
    await expect(texts.join('\n')).toMatchFileSnapshot('goldens/batches.txt');
  });

  test('the same in Slack, for eyes and for ears', async () => {
    const drawn = Object.values(cards).map((card) => renderCard(card, 'mark', 'native'));
    for (const message of drawn) expect(messageViolations(message)).toEqual([]);
    await expect(`${JSON.stringify(drawn[0], null, 1)}\n`).toMatchFileSnapshot('goldens/batch-in-slack.txt');
  });

  test('the same in Teams', async () => {
    const home = '11111111-2222-3333-4444-555555555555';
    const drawn = Object.values(cards).map((card) => renderMessage(card, home, 'mark', false));
    for (const message of drawn) expect(faultsOf(message)).toEqual([]);
    await expect(`${JSON.stringify(drawn[0], null, 1)}\n`).toMatchFileSnapshot('goldens/batch-in-teams.txt');
  });
});

describe('the digest of a list', () => {
  test('stays while its asks are decided, and changes with whatever else happens to them', () => {
    const before = digestOfItems(many(3));
    const [first, second, third] = many(3) as [Item, Item, Item];
    const denied = item(2, { state: 'denied', decision: decision({ action: 'deny' }) });
    expect(digestOfItems([first, denied, third])).toBe(before);
    for (const other of [
      [first, second],
      [first, third, second],
      [first, { ...second, apart: true }, third],
      [first, item(2, { digest: 'changed' }), third],
      [...many(4)],
    ])
      expect(digestOfItems(other)).not.toBe(before);
  });
});

describe('a card of several', () => {
  test('says once what all send and under each number what differs, and never that two differ in nothing when they do', () => {
    const text = cardText(batchCard(facts(many(2))));
    expect(text).toContain('shop: corner');
    expect(text).toContain('1: `item: item 1`');
    const same = { agentAsserted: { action: 'order', parameters: { item: '1' } } };
    const number = { agentAsserted: { action: 'order', parameters: { item: 1 } } };
    expect(cardText(batchCard(facts([item(1, same), item(2, same)])))).toContain('2: the same again');
    expect(cardText(batchCard(facts([item(1, same), item(2, number)])))).not.toContain('the same again');
  });

  test('reaches neither what has its own card, nor what waits for its agent, nor what is decided', () => {
    const items = [
      item(1, {}, { apart: true }),
      item(2, { state: 'clarifying' }),
      item(3, { state: 'approved', decision: decision() }),
      item(4),
    ];
    const [approve] = batchCard(facts(items)).buttons;
    expect(approve?.label).toBe('Approve it once');
    const pick = batchCard(facts(items)).buttons.find(({ press }) => press.verb === 'pick');
    expect(pick?.form?.fields[0]).toMatchObject({ options: [{ value: '4' }] });
    expect(presses(items.slice(0, 3)).map(({ verb }) => verb)).toEqual(['read']);
    const text = cardText(batchCard(facts(items)));
    expect(text).toContain('has a card of its own');
    expect(text).toContain('*Approved* by `bob` in Slack');
  });

  test('offers no approval of one while the mission is on hold, and no question the server cannot take', () => {
    const what = (more: Partial<BatchFacts>) =>
      JSON.stringify(
        batchCard(facts(many(2), more)).buttons.find(({ press }) => press.verb === 'pick')?.form,
      );
    expect(what({})).toContain('"approve"');
    expect(what({ held: true })).not.toContain('"approve"');
    expect(what({ capabilities: [] })).not.toContain('"ask"');
  });

  test('is named by a subject that no ask has', () => {
    expect(batchIn(batchSubject('ask-1'))).toBe('ask-1');
    expect(batchIn('ask-1')).toBeUndefined();
  });

  test('has items that are called by a value they send, spelled out', () => {
    const { request } = item(1, {
      agentAsserted: { parameters: { to: 'Bob@Example.com', note: 'urgent for Ann' } },
    });
    expect(isCalled(request, 'bob@example.com')).toBe(true);
    expect(isCalled(request, 'bob')).toBe(false);
    expect(isCalled(request, '')).toBe(false);
  });
});
