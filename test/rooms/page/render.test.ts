// A card as HTML: whatever stands on it is read as text, and every field has a name.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askCard } from '#cards/ask-card.ts';
import type { Card } from '#cards/card.ts';
import { arrivalCard, vouchedCard } from '#cards/visit-card.ts';
import { requestStates, requestTypes } from '#mission-control/facts.ts';
import { renderCard, renderLinks, renderTold } from '#page/render.ts';
import { hostile } from '../../support/hostile.ts';
import { parse } from '../../support/html.ts';
import { mission, request } from '../../support/requests.ts';

const forms = { action: '/visit/1', csrf: 'the-token' };
const capabilities = ['actor', 'reason', 'digest', 'ask', 'answer', 'narrow'];
/** Everything between `<` and `>` that the page may hold; what others wrote is between none. */
const ours =
  /<\/?(?:p|h[123]|dl|div|dt|dd|figure|figcaption|blockquote|hr|strong|code|time|a|section|pre|form|input|label|textarea|select|option|fieldset|legend|details|summary|button|ul|li)(?:\s[a-z-]+(?:="[^"<>]*")?)*>/g;

const asks = fc.record({
  type: fc.constantFrom(...requestTypes),
  state: fc.constantFrom(...requestStates),
  text: hostile,
  words: fc.array(hostile, { maxLength: 5 }),
});

test('whatever an agent or a resource writes, no character of it is markup', () => {
  fc.assert(
    fc.property(asks, hostile, ({ type, state, text, words }, name) => {
      const ask = request({
        type,
        state,
        agentAsserted: {
          justification: text,
          description: text,
          action: text,
          question: text,
          url: text,
          options: words,
          resources: words,
          tools: words.map((each) => ({ name: each, description: text })),
          parameters: { [text]: words },
        },
        resourceAsserted: { name, description: text, scope: words.map((value) => ({ value })) },
      });
      const card = askCard({
        request: ask,
        mission: mission(),
        people: () => name,
        approvers: [],
        capabilities,
      });
      const html = renderCard(card, forms);
      expect(html.replace(ours, '')).not.toMatch(/[<>]/);
      for (const { text: whole } of card.expansion)
        for (const line of whole.split('\n').slice(0, 5))
          expect(html).toContain(
            line
              .replaceAll('&', '&amp;')
              .replaceAll('<', '&lt;')
              .replaceAll('>', '&gt;')
              .replaceAll('"', '&quot;')
              .replaceAll("'", '&#39;'),
          );
      for (const href of html.matchAll(/href="([^"]*)"/g)) expect(href[1]).toMatch(/^(https?:|#answer)/);
    }),
    { numRuns: 60 },
  );
});

test('every button is a form with its press, its session and a name for this one sending', () => {
  const ask = request({ type: 'mission', agentAsserted: { description: 'Bake', tools: [{ name: 'oven' }] } });
  const card = askCard({ request: ask, people: () => 'Alice', approvers: [], capabilities });
  const html = renderCard(card, forms);
  const page = parse(html);
  expect(page.forms).toHaveLength(card.buttons.length);
  const acts = new Set<string>();
  for (const [at, { press }] of card.buttons.entries()) {
    const fields = new Map(page.forms[at]?.fields ?? []);
    expect([fields.get('verb'), fields.get('subject'), fields.get('digest')]).toEqual([
      press.verb,
      press.subject,
      press.digest,
    ]);
    expect(fields.get('csrf')).toBe('the-token');
    acts.add(fields.get('act') ?? '');
  }
  expect(acts.size).toBe(card.buttons.length);
  for (const [, id] of html.matchAll(/<(?:input(?! type="hidden")|textarea|select)[^>]* id="([^"]+)"/g))
    expect(html).toContain(`for="${id}"`);
});

test('only what a browser opens safely is a link', () => {
  const links = ['https://shop.example/', 'javascript:alert(1)', 'data:text/html,x', 'nonsense'].map(
    (url) => ({
      label: 'x',
      url,
    }),
  );
  expect(parse(renderLinks(links)).links.map(({ href }) => href)).toEqual(['https://shop.example/']);
  expect(renderLinks([])).toBe('');
});

test('who comes with a code is told whose request it is, and nothing of what it says', () => {
  const ask = request({ agentAsserted: { justification: 'a secret reason', description: 'a secret plan' } });
  const facts = { visit: 'v1', request: ask, canSignIn: false, pairing: undefined };
  const asked = renderCard(arrivalCard({ ...facts, platforms: ['slack', 'teams'] }), forms);
  expect(asked).toContain(ask.agent.id);
  expect(asked).not.toContain('secret');
  expect(parse(asked).forms).toHaveLength(1);
  const alone = renderCard(arrivalCard({ ...facts, platforms: [] }), forms);
  expect(parse(alone)).toMatchObject({
    forms: [],
    text: expect.stringContaining('Nobody can be recognised'),
  });
});

test('what became of an act is said to who listens', () => {
  const card: Card = vouchedCard('disowned');
  expect(renderTold(card)).toContain('role="status"');
});
