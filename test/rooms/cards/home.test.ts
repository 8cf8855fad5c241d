// A home and a digest with more in them than fits: both platforms take them, and what needs people is not what is cut.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestCard } from '#cards/digest-card.ts';
import { healthCard } from '#cards/health-card.ts';
import { type HomeFacts, homeCard } from '#cards/home-card.ts';
import { shownLength } from '#cards/length.ts';
import { duration } from '#cards/words/home.ts';
import { renderCard, renderHome } from '#chat/slack/render.ts';
import { faultsOf } from '#chat/teams/limits.ts';
import { renderMessage } from '#chat/teams/render.ts';
import type { Request } from '#mission-control/facts.ts';
import { cardText, lineText } from '../../support/card-text.ts';
import { hostile, unsafe } from '../../support/hostile.ts';
import { mission, permission } from '../../support/requests.ts';
import { refuseBlocks, refuseHome } from '../../support/slack-rules.ts';

const people = (id: string) => ({ alice: 'Alice', bob: 'Bob' })[id];
const at = new Date('2026-11-21T12:00:00Z');
const listed = <T>(all: readonly T[], more = false) => ({ all, more });
const health = {
  from: new Date('2026-11-20T12:00:00Z'),
  to: at,
  decided: 12,
  approvals: 9,
  medianMs: 40_000,
  p90Ms: 3 * 3_600_000,
  expired: 100,
  hasty: 2,
  alone: { person: 'bob', share: 11 / 12 },
  mostShare: 0.8,
  waits: [7, 2, 1, 1, 1],
  deciders: [
    { person: 'bob', count: 11 },
    { person: 'alice', count: 1 },
  ],
  more: false,
};
const asks = (words: string): Request[] =>
  Array.from({ length: 100 }, (_, n) =>
    permission({ id: `ask-${n}`, agentAsserted: { action: `${n} ${words}` }, agent: agentOf(words) }),
  );
const agentOf = (words: string) => ({
  id: `aauth:${words}@agents.example`,
  iss: 'https://a.example',
  new: false,
});
const missions = (words: string) =>
  Array.from({ length: 100 }, (_, n) =>
    mission({ s256: `mission-${n}`, description: `# ${n} ${words}`, agent: agentOf(words) }),
  );

const allMarks = {
  isHeld: () => true,
  claimOf: () => ({ by: { person: 'bob', via: 'slack', id: 'slack:T1:U2' }, until: at }),
};
const fullHome = (words: string, spotOf: HomeFacts['spotOf'] = () => undefined) =>
  homeCard({
    at,
    asks: listed(asks(words)),
    spotOf,
    mine: listed(missions(words)),
    team: listed(missions(words), true),
    marks: allMarks,
    people,
  });
const fullDigest = (words: string) =>
  digestCard({
    asks: listed(asks(words).map((each) => ({ request: each, deciders: Array(12).fill(words) as string[] }))),
    active: listed(missions(words)),
    ended: listed(
      missions(words).map((each) => ({ ...each, status: 'terminated' as const, terminatedAt: at })),
    ),
    expired: listed(asks(words)),
    drifting: listed(missions(words).map((each) => ({ mission: each, since: 4, reason: words }))),
    health,
    marks: allMarks,
    people,
  });

describe.each([
  ['home', fullHome],
  ['digest', fullDigest],
])('a %s with a hundred of everything', (_, card) => {
  const words = 'something that takes a good while to say and is said at length all the same';

  test('says how many there are beyond its rows', () => {
    expect(cardText(card(words))).toMatch(/And 9\d more\./);
  });

  test('is taken by Slack and by Teams, whatever agents wrote', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const full = card(text.slice(0, 400));
        expect(cardText(full)).not.toMatch(unsafe);
        const { text: spoken, blocks } = renderCard(full, 'mark', 'native');
        expect(spoken.length).toBeLessThanOrEqual(4_000);
        expect(refuseBlocks(blocks, 'message')).toBeUndefined();
        expect(refuseHome(renderHome(full, 'native'))).toBeUndefined();
        expect(faultsOf(renderMessage(full, 'tenant', 'mark', true).attachments[0].content)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  test('begins with what needs people even where it is cut', () => {
    const { text } = renderCard(card(words), 'mark', 'plain');
    expect(text).toMatch(/action: decide before 21 Nov 2026, 10:30 UTC, asked by /);
  });
});

test('a home points to the card of each ask, and holds nothing that could be pressed', () => {
  const url = 'https://home.slack.com/archives/C1/p1795284270000100';
  const card = fullHome('flour', ({ id }) =>
    id === 'ask-0' ? { kind: 'link', url } : { kind: 'channel', platform: 'teams', name: 'household' },
  );
  expect(card.buttons).toEqual([]);
  expect(cardText(card)).toMatch(/open its card.*, on hold, Bob in Slack is looking into it until/);
  const drawn = JSON.stringify(renderHome(card, 'native'));
  expect(drawn).toContain(`<${url}|open its card> (home.slack.com)`);
  expect(drawn).toContain('in the Teams channel `household`');
  const withButton = {
    ...card,
    buttons: [{ label: card.title, press: { verb: 'approve', subject: 'x' }, style: 'plain' }],
  } as const;
  expect(() => renderHome(withButton, 'native')).toThrow('a home has no buttons');
});

describe('health', () => {
  test('is said in words and plain figures', () => {
    const text = cardText(healthCard(health, people));
    expect(text).toContain('12, of which 9 approved');
    expect(text).toContain('half within 40 s, nine of ten within 3 h');
    expect(text).toContain('2 of 9 approvals');
    expect(text).toContain('Bob decided 92 %');
  });

  test('claims nothing of what was never decided', () => {
    const none = { ...health, decided: 0, approvals: 0, medianMs: undefined, p90Ms: undefined, hasty: 0 };
    const text = cardText(healthCard({ ...none, alone: undefined }, people));
    expect(text).not.toMatch(/half within|approvals|more than 80|%/);
  });

  test('says a length in the unit in which it is a small whole number', () => {
    const spoken = (ms: number) => lineText(duration(ms));
    expect([0, 89_000, 90_000, 5_400_000, 47 * 3_600_000, 72 * 3_600_000].map(spoken)).toEqual([
      '1 s',
      '89 s',
      '2 min',
      '2 h',
      '47 h',
      '3 days',
    ]);
  });

  test('takes for the length of a card what stands on it, and not what it opens', () => {
    const card = healthCard(health, people);
    const short = { ...card, blocks: card.blocks.slice(0, 1) };
    expect(shownLength({ ...short, title: card.title })).toBe(
      'Oversight health'.length + 'From  to .'.length,
    );
    const opened = { ...card, expansion: [{ heading: card.title, text: card.title }] };
    expect(shownLength(opened)).toBe(shownLength(card));
    expect(shownLength(card)).toBeGreaterThan(300);
  });
});
