// The forms our cards ask for, whatever an agent wrote into them: each platform takes them, and gives back what they hold.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askCard } from '#cards/ask-card.ts';
import type { Card, Form } from '#cards/card.ts';
import { Entered, formView } from '#chat/slack/form.ts';
import { viewViolations } from '#chat/slack/limits.ts';
import { filledIn } from '#chat/teams/form.ts';
import { faultsOf } from '#chat/teams/limits.ts';
import { renderMessage } from '#chat/teams/render.ts';
import { changesIn } from '#flows/filled.ts';
import type { Request } from '#mission-control/facts.ts';
import { executes, inputsOf } from '../../support/fake-teams-people.ts';
import { hostile } from '../../support/hostile.ts';
import { proposal, request } from '../../support/requests.ts';
import { stateOf } from '../../support/slack-form.ts';
import { refuseView } from '../../support/slack-rules.ts';

const capabilities = ['actor', 'reason', 'digest', 'ask', 'answer', 'narrow'];
const cardOf = (of: Request): Card =>
  askCard({ request: of, people: () => undefined, approvers: [], capabilities });
const formsOf = (card: Card): Form[] => card.buttons.flatMap(({ form }) => form ?? []);
const origin = { value: 'v'.repeat(2_000), channel: 'C0', message: '1.0' };

const long = fc.tuple(hostile, fc.integer({ min: 0, max: 30 })).map(([text, more]) => text.repeat(more + 1));
const asks = fc
  .record({
    description: long,
    tools: fc.array(fc.record({ name: long, description: long }), { maxLength: 25 }),
    resources: fc.array(long, { maxLength: 25 }),
    question: long,
    options: fc.array(long, { maxLength: 25 }),
  })
  .map(({ description, tools, resources, question, options }) => [
    proposal({ agentAsserted: { description, tools, resources } }),
    request({ type: 'question', agentAsserted: { question, options } }),
    request({ agentAsserted: { justification: description } }),
  ]);

describe('whatever an agent asks for', () => {
  test('its forms are taken by both platforms, and untouched they change nothing', () => {
    fc.assert(
      fc.property(asks, (all) => {
        for (const ask of all) {
          const card = cardOf(ask);
          for (const form of formsOf(card)) {
            const view = formView(origin, form);
            expect(viewViolations(view)).toEqual([]);
            expect(refuseView(view)).toBeUndefined();
          }
          expect(faultsOf(renderMessage(card, 'tenant', 'mark', true))).toEqual([]);
        }
        const [ask] = all;
        const changes = ask && cardOf(ask).buttons.find(({ press }) => press.choice === 'changes')?.form;
        if (!ask || !changes) throw new Error('a proposal offers changes');
        const now = new Date('2026-11-21T10:00:00Z');
        const values = Entered.parse(stateOf(formView(origin, changes).blocks, {}));
        expect(changesIn(ask, values, now)).toEqual({});
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});

describe('a form that comes back', () => {
  const ask = proposal();
  const now = new Date('2026-11-21T10:00:00Z');
  const whole = {
    tools: '0,1',
    resources: '0',
    ends: 'open',
    at: '',
    description: ask.agentAsserted.description ?? '',
  };

  test.each([
    ['fewer tools', { tools: '1' }, { approvedTools: [{ name: 'compare_prices' }] }],
    ['no tool at all', { tools: '' }, { approvedTools: [] }],
    ['no resource', { resources: '' }, { approvedResources: [] }],
    ['an end in a week', { ends: 'week' }, { expiresAt: new Date('2026-11-28T10:00:00Z') }],
    [
      'an exact end, which says more',
      { ends: 'week', at: '2026-11-22T08:00:00Z' },
      { expiresAt: new Date('2026-11-22T08:00:00Z') },
    ],
    ['other words', { description: 'Buy flour' }, { description: 'Buy flour' }],
    [
      'the same words on other lines',
      { description: ask.agentAsserted.description?.replaceAll('\n', '') },
      {},
    ],
    ['one tool named twice', { tools: '1,1' }, { approvedTools: [{ name: 'compare_prices' }] }],
    ['tools nobody asked for, beside those that were', { tools: '0,1,7,x' }, {}],
  ])('narrows by %s', (_, typed, narrowing) => {
    expect(changesIn(ask, { ...whole, ...(typed as Record<string, string>) }, now)).toEqual(narrowing);
  });

  test.each([
    ['nothing', undefined],
    ['nothing that was asked', {}],
    ['an end that has passed', { ...whole, at: '2026-11-21T09:00:00Z' }],
    ['an end that is no time', { ...whole, at: 'tomorrow' }],
    ['an end that is not offered', { ...whole, ends: 'never' }],
  ])('with %s is no answer', (_, values) => {
    expect(changesIn(ask, values, now)).toBeUndefined();
  });

  test('from a client that sends what it likes holds only texts of that form, bounded', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.anything()),
        fc.string({ maxLength: 5_000 }),
        (junk, text) => {
          const values = filledIn('form1', {
            ...junk,
            'form1.reason': text,
            'form2.reason': 'x',
            'form1.a~date': '2031-01-01',
          });
          expect(values['reason']).toBe(text.slice(0, 3_000).trim());
          expect(values['a']).toBe('2031-01-01T23:59:00Z');
          for (const value of Object.values(values)) expect(value.length).toBeLessThanOrEqual(3_030);
        },
      ),
      { numRuns: 100, endOnFailure: true },
    );
  });

  test('is the same from Teams as from Slack', () => {
    const card = cardOf(ask);
    const form = card.buttons.find(({ press }) => press.choice === 'changes')?.form;
    const message = renderMessage(card, 'tenant', 'mark', true);
    const content = message.attachments[0].content;
    const action = executes(content).find(({ data }) => data['choice'] === 'changes');
    const typed = { tools: '1', ends: 'day' };
    const inTeams = filledIn(String(action?.data['form']), inputsOf(content, action, typed));
    const inSlack = form && Entered.parse(stateOf(formView(origin, form).blocks, { ...typed, tools: ['1'] }));
    expect(changesIn(ask, inTeams, now)).toEqual(changesIn(ask, inSlack, now));
    expect(changesIn(ask, inTeams, now)).toMatchObject({ approvedTools: [{ name: 'compare_prices' }] });
  });
});
