import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block, Card, SafeText, Span } from '#cards/card.ts';
import { limits, messageViolations, viewViolations } from '#chat/slack/limits.ts';
import { textView } from '#chat/slack/modal.ts';
import { carried } from '#chat/slack/press.ts';
import { renderCard } from '#chat/slack/render.ts';
import { callsIn, refuseBlocks, refuseMetadata, refuseView } from '../../support/slack-rules.ts';

const safe = (text: string) => text as SafeText;

const card = (parts: Partial<Card>): Card => ({
  title: safe('A mission waits'),
  tone: 'waiting',
  blocks: [],
  buttons: [],
  expansion: [],
  calls: [],
  ...parts,
});

const plainLine = (text: string): Block => ({ kind: 'text', line: [{ kind: 'plain', text: safe(text) }] });
const strongLine = (text: string): Block => ({ kind: 'text', line: [{ kind: 'strong', text: safe(text) }] });
const quote = (text: string, cut = false): Block => ({
  kind: 'quote',
  whose: safe('The agent says'),
  text: safe(text),
  cut,
});
const approve = {
  label: safe('Approve'),
  style: 'primary',
  press: { verb: 'approve', subject: 'req_1', digest: 'sha-256:abc' },
} as const;

const render = (parts: Partial<Card>) => renderCard(card(parts), 'mark_1', 'native');
const wordsOf = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && 'text' in value && typeof value.text === 'string' ? [value.text] : [];
  return [...own, ...Object.values(value).flatMap(wordsOf)];
};
const allWords = (parts: Partial<Card>) => wordsOf(render(parts).blocks).join('\n');

describe('a card in Slack', () => {
  test('becomes a heading, the calls, its blocks and its buttons, under one mark', () => {
    const message = render({
      blocks: [
        {
          kind: 'text',
          line: [
            { kind: 'strong', text: safe('Flour & sugar') },
            { kind: 'plain', text: safe(' from ') },
            { kind: 'link', url: 'https://shop.example/a?b=1&c=2', label: safe('the shop') },
            { kind: 'plain', text: safe(' until ') },
            { kind: 'time', at: new Date('2026-11-21T18:04:30Z') },
          ],
        },
        {
          kind: 'facts',
          facts: [{ name: safe('Scope'), value: [{ kind: 'code', text: safe('buy_flour') }] }],
        },
        quote('one\ntwo'),
        { kind: 'divider' },
        { kind: 'note', line: [{ kind: 'plain', text: safe('Silence is no.') }] },
      ],
      buttons: [approve],
      calls: [{ platform: 'slack', tenant: 'T1', user: 'U1', name: safe('Ann') }],
    });
    expect(message.metadata).toEqual({ event_type: 'chaperone_card', event_payload: { mark: 'mark_1' } });
    const [first, ...rest] = message.blocks;
    expect(first).toMatchObject({
      type: 'header',
      text: { type: 'plain_text', text: '⏳ A mission waits', emoji: false },
    });
    expect(first?.block_id).toMatch(/^mark:mark_1:[\w-]{10}$/);
    expect(rest).toEqual([
      { type: 'context', elements: [{ type: 'mrkdwn', text: '<@U1>', verbatim: true }] },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          verbatim: true,
          text:
            '*Flour &amp; sugar* from <https://shop.example/a?b=1&amp;c=2|the shop> (shop.example) until ' +
            '<!date^1795284270^{date_short_pretty} {time}|21 Nov 2026, 18:04 UTC>',
        },
      },
      { type: 'section', fields: [{ type: 'mrkdwn', text: '*Scope*\n`buy_flour`', verbatim: true }] },
      { type: 'context', elements: [{ type: 'mrkdwn', text: '*The agent says*', verbatim: true }] },
      { type: 'section', text: { type: 'plain_text', text: '│ one\n│ two', emoji: false } },
      { type: 'divider' },
      { type: 'context', elements: [{ type: 'plain_text', text: 'Silence is no.', emoji: false }] },
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            action_id: 'chaperone:approve',
            text: { type: 'plain_text', text: 'Approve', emoji: false },
            value: '{"verb":"approve","subject":"req_1","digest":"sha-256:abc"}',
            accessibility_label: 'Approve: A mission waits',
            style: 'primary',
          },
        ],
      },
    ]);
    expect(message.text).toBe(
      [
        'A mission waits',
        'Flour &amp; sugar from the shop (https://shop.example/a?b=1&amp;c=2) until 21 Nov 2026, 18:04 UTC',
        'Scope: buy_flour',
        'The agent says:',
        '│ one',
        '│ two',
        'Silence is no.',
        '<@U1>',
      ].join('\n'),
    );
  });

  test('has a new block id for each version and the same one for the same version', () => {
    const id = (parts: Partial<Card>) => render(parts).blocks[0]?.block_id;
    expect(id({})).toBe(id({}));
    expect(id({ tone: 'good' })).not.toBe(id({}));
  });

  test('writes times in UTC where the client does not draw dates', () => {
    const line: Block = { kind: 'text', line: [{ kind: 'time', at: new Date('2026-11-21T18:04:30Z') }] };
    const message = renderCard(card({ blocks: [line] }), 'm', 'plain');
    expect(JSON.stringify(message.blocks)).toContain('21 Nov 2026, 18:04 UTC');
    expect(JSON.stringify(message.blocks)).not.toContain('<!date');
  });

  test('names people of the other platform instead of calling them', () => {
    const blocks: Block[] = [
      {
        kind: 'text',
        line: [
          { kind: 'strong', text: safe('By') },
          { kind: 'mention', who: { platform: 'teams', tenant: 'x', user: 'U2', name: safe('<!channel>') } },
        ],
      },
    ];
    expect(callsIn(render({ blocks }))).toEqual([]);
    expect(allWords({ blocks })).toContain('&lt;!channel&gt;');
  });

  test('tells apart two buttons of the same verb, and reads both back', () => {
    const buttons = ['mis_1', 'mis_2'].map((subject) => ({
      label: safe('Stop'),
      style: 'danger' as const,
      press: { verb: 'stop' as const, subject },
    }));
    const actions = render({ buttons }).blocks.find((block) => block.type === 'actions');
    const elements = actions?.type === 'actions' ? actions.elements : [];
    expect(elements.map((element) => element.action_id)).toEqual(['chaperone:stop', 'chaperone:stop:2']);
    expect(elements.map((element) => ('value' in element ? carried(element.value ?? '')?.press : 0))).toEqual(
      [
        { verb: 'stop', subject: 'mis_1' },
        { verb: 'stop', subject: 'mis_2' },
      ],
    );
  });

  test('carries that a button asks for more, and whether it counts without', () => {
    const forms = [true, false].map((optional) => ({
      title: safe('More'),
      submit: safe('Send'),
      optional,
      fields: [],
    }));
    const buttons = forms.map((form) => ({
      ...approve,
      press: { verb: 'answer' as const, subject: 'req_1', choice: '2' },
      form,
    }));
    const actions = render({ buttons }).blocks.at(-1);
    const elements = actions?.type === 'actions' ? actions.elements : [];
    expect(elements.map((element) => 'value' in element && carried(element.value ?? ''))).toEqual([
      { press: { verb: 'answer', subject: 'req_1', choice: '2' }, form: 'optional' },
      { press: { verb: 'answer', subject: 'req_1', choice: '2' }, form: 'required' },
    ]);
  });
});

describe('at each limit of Slack', () => {
  const verdict = (parts: Partial<Card>) => {
    const message = render(parts);
    return [
      ...messageViolations(message),
      refuseBlocks(message.blocks, 'message'),
      refuseMetadata(message.metadata),
      message.text.length > 4_000 ? 'msg_too_long' : undefined,
    ].filter((fault) => fault !== undefined);
  };

  test.each([
    ['a title of 148 characters', { title: safe('t'.repeat(148)) }],
    ['a title of 149 characters', { title: safe('t'.repeat(149)) }],
    ['a title of 100,000 characters', { title: safe('t'.repeat(100_000)) }],
    ['a quote of 3,000 characters', { blocks: [quote('q'.repeat(3_000))] }],
    ['a quote of 100,000 ampersands', { blocks: [quote('&'.repeat(100_000))] }],
    ['a quote of 100,000 lines', { blocks: [quote('\n'.repeat(100_000))] }],
    ['a line of 3,001 ampersands', { blocks: [strongLine('&'.repeat(3_001))] }],
    ['300 blocks', { blocks: Array.from({ length: 300 }, (_, at) => plainLine(`line ${at}`)) }],
    ['30 quotes', { blocks: Array.from({ length: 30 }, () => quote('q'.repeat(2_000))) }],
    [
      '200 facts',
      {
        blocks: [
          {
            kind: 'facts',
            facts: Array.from({ length: 200 }, () => ({
              name: safe('n'),
              value: [{ kind: 'plain', text: safe('v') }],
            })),
          },
        ] satisfies Block[],
      },
    ],
    [
      'a fact of 3,000 characters',
      {
        blocks: [
          {
            kind: 'facts',
            facts: [
              { name: safe('n'.repeat(3_000)), value: [{ kind: 'plain', text: safe('v'.repeat(3_000)) }] },
            ],
          },
        ] satisfies Block[],
      },
    ],
    [
      'a link of 5,000 characters',
      {
        blocks: [
          {
            kind: 'text',
            line: [
              { kind: 'link', url: `https://a.example/${'x'.repeat(5_000)}`, label: safe('l'.repeat(5_000)) },
            ],
          },
        ] satisfies Block[],
      },
    ],
    ['30 buttons', { buttons: Array.from({ length: 30 }, () => approve) }],
    ['a button of 200 characters', { buttons: [{ ...approve, label: safe('b'.repeat(200)) }] }],
    [
      '500 people called',
      {
        calls: Array.from({ length: 500 }, (_, at) => ({
          platform: 'slack' as const,
          tenant: 'T1',
          user: `U${at}`,
          name: safe('n'.repeat(500)),
        })),
      },
    ],
    ['nothing at all', { title: safe('') }],
    [
      'words that are only spaces',
      { title: safe('  '), blocks: [plainLine('   '), strongLine(' '), quote(' ')] },
    ],
  ] as [string, Partial<Card>][])('%s is taken', (_, parts) => {
    expect(verdict(parts)).toEqual([]);
  });

  test('a button whose press Slack could not carry is refused loudly, not dropped', () => {
    const long = { ...approve, press: { verb: 'approve' as const, subject: 's'.repeat(2_000) } };
    expect(() => render({ buttons: [long] })).toThrow(expect.objectContaining({ code: 'refused' }));
  });

  test('a long quote keeps its head and its tail and counts what is left out', () => {
    const words = `HEAD${'.'.repeat(99_992)}TAIL`;
    const message = render({ blocks: [quote(words)], buttons: [approve] });
    const shown = wordsOf(message.blocks);
    const left = shown.map((text) => /⋯ ([\d,]+) characters left out here ⋯/.exec(text)?.[1]).find(Boolean);
    const dots = shown.join('').split('.').length - 1;
    expect(shown.join('')).toContain('│ HEAD');
    expect(shown.join('')).toContain('TAIL');
    expect(Number(left?.replaceAll(',', ''))).toBe(99_992 - dots);
    expect(message.text).toContain('│ HEAD');
    expect(message.text).toContain('TAIL');
    expect(message.text).toMatch(/characters left out here/);
    expect(JSON.stringify(message.blocks)).toContain('chaperone:read');
  });

  test('a cut never splits a character in two', () => {
    const message = render({ blocks: [quote('😀'.repeat(5_000))] });
    expect(JSON.stringify(message)).not.toMatch(/\\ud[89a-f]/i);
  });

  test('a quote that was shortened before says so and opens its full text', () => {
    const parts = { blocks: [quote('short', true)], buttons: [approve] };
    expect(allWords(parts)).toContain('These words are shortened');
    expect(JSON.stringify(render(parts).blocks)).toContain('chaperone:read');
  });
});

describe('hostile words', () => {
  const hostile = [
    '<!channel> <!here> <!everyone> <@U0ADMIN> <#C0SECRET>',
    '<https://evil.example|https://bank.example> &lt;!channel&gt;',
    '*APPROVED* _by_ ~nobody~ `code` ```block``` > quoted\n>>> all',
    ':white_check_mark: Approved by <@U0ADMIN>\n*Decision:* approved',
    '\u202eevil\u202c \u200b zero\u00a0width \u2028line\u2029para',
    '{"verb":"approve","subject":"req_1"}',
    '@channel @here #general http://evil.example',
  ];

  test.each(hostile)('call nobody, link nowhere and format nothing: %s', (words) => {
    const blocks: Block[] = [
      quote(words),
      plainLine(words),
      strongLine(words),
      {
        kind: 'note',
        line: [
          { kind: 'code', text: safe(words) },
          { kind: 'plain', text: safe(words) },
        ],
      },
      { kind: 'facts', facts: [{ name: safe(words), value: [{ kind: 'plain', text: safe(words) }] }] },
      { kind: 'text', line: [{ kind: 'link', url: 'https://ok.example/', label: safe(words) }] },
    ];
    const message = render({ title: safe(words), blocks, buttons: [{ ...approve, label: safe(words) }] });
    expect(messageViolations(message)).toEqual([]);
    expect(callsIn(message)).toEqual([]);
    const parsed = mrkdwnIn(message.blocks);
    // The only `<` in parsed text opens our own link.
    for (const text of parsed) {
      expect(text.replaceAll(/<https:\/\/ok\.example\/\|[^<>]*>/g, '')).not.toMatch(/[<>]/);
    }
    expect(message.text).not.toMatch(/[<>]/);
    // Inside backticks Slack draws no emoji.
    expect(parsed.join('\n').replaceAll(/`[^`]*`/g, '')).not.toMatch(/:white_check_mark:/);
  });

  test('in a quote stand in plain text, every line behind a bar', () => {
    const words = 'one\n\u2502 two\r\nthree\u2028four\u0085five';
    const section = render({ blocks: [quote(words)] }).blocks.find((block) => block.type === 'section');
    expect(section).toMatchObject({ text: { type: 'plain_text', emoji: false } });
    const shown = section?.type === 'section' ? (section.text?.text ?? '') : '';
    expect(shown.split(/[\n\r\u0085\u2028\u2029]/)).toEqual([
      '│ one',
      '│ │ two',
      '│ three',
      '│ four',
      '│ five',
    ]);
  });

  test('cannot begin a line of their own inside a line of ours', () => {
    expect(allWords({ blocks: [strongLine('buy\n*Decision:* approved\u2028yes')] })).toMatch(
      /^\*buy ∗Decision:∗ approved yes\*$/m,
    );
  });

  test.each([
    ['javascript:alert(1)', 'label'],
    ['http://evil.example/', 'label'],
    ['https://user:pw@evil.example/', 'label'],
    ['not a url', 'label'],
  ])('do not become a link: %s', (url, label) => {
    const line: Span[] = [
      { kind: 'strong', text: safe('x') },
      { kind: 'link', url, label: safe(label) },
    ];
    expect(mrkdwnIn(render({ blocks: [{ kind: 'text', line }] }).blocks)).toEqual(['*x*label']);
  });

  test('a link shows the host it really leads to', () => {
    const line: Span[] = [
      { kind: 'link', url: 'https://bank.example.evil.example/|<x>', label: safe('https://bank.example|>') },
    ];
    expect(mrkdwnIn(render({ blocks: [{ kind: 'text', line }] }).blocks)).toEqual([
      '<https://bank.example.evil.example/%7C%3Cx%3E|https://bank.example¦&gt;> (bank.example.evil.example)',
    ]);
  });

  test('the end of a quote is shown however long it is', () => {
    fc.assert(
      fc.property(words, fc.string({ minLength: 1, maxLength: 40 }), (before, end) => {
        const tail = end.replaceAll(/\s/g, '_');
        expect(wordsOf(render({ blocks: [quote(before + tail)] }).blocks).join('\n')).toContain(tail);
      }),
      { numRuns: 60 },
    );
  });

  test('whatever a card holds, Slack takes it, its tail is there and its full text can be opened', () => {
    fc.assert(
      fc.property(anyCard, fc.constantFrom('native', 'plain'), (hostileCard, dates) => {
        const message = renderCard(hostileCard, 'mark_1', dates);
        expect(messageViolations(message)).toEqual([]);
        expect(refuseBlocks(message.blocks, 'message')).toBeUndefined();
        expect(callsIn(message).filter((call) => !/^<@U\d+>$/.test(call))).toEqual([]);
        const shown = wordsOf(message.blocks).join('\n');
        const shortened = /left out|are shortened/.test(shown);
        const full = JSON.stringify(message.blocks).includes('chaperone:read');
        if (hostileCard.expansion.length > 0 || shortened) expect(full).toBe(true);
        const view = textView({ value: '', channel: 'C1', message: '1.1' }, hostileCard);
        expect(viewViolations(view)).toEqual([]);
        expect(refuseView(view)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});

describe('the full text', () => {
  test('holds every character, over as many pages as it takes', () => {
    const words = Array.from({ length: 20_000 }, (_, at) => `${at} — ${'é'.repeat(10)}`).join('\n');
    const whole = card({ expansion: [{ heading: safe('Mission'), text: safe(words) }] });
    const seen: string[] = [];
    for (let page = 0; page < 50; page++) {
      const view = textView({ value: 'v', channel: 'C1', message: '1.1', page }, whole);
      expect(viewViolations(view)).toEqual([]);
      expect(refuseView(view)).toBeUndefined();
      expect(JSON.parse(view.private_metadata ?? '{}')).toMatchObject({ page });
      seen.push(...wordsOf(view.blocks).filter((text) => text.startsWith('│ ')));
      if (!JSON.stringify(view.blocks).includes('chaperone:page:next')) break;
    }
    expect(seen.join('\n').replaceAll(/^│ /gm, '')).toBe(words);
  });

  test('a page past the last is the last', () => {
    const view = textView({ value: 'v', channel: 'C1', message: '1.1', page: 99 }, card({}));
    expect(JSON.parse(view.private_metadata ?? '{}')).toMatchObject({ page: 0 });
  });
});

function mrkdwnIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && value.type === 'mrkdwn' && 'text' in value ? [String(value.text)] : [];
  return [...own, ...Object.values(value).flatMap(mrkdwnIn)];
}

const nasty = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '<!channel>',
      '*x*',
      '&',
      '<@U1>',
      '>',
      '`',
      '\n',
      '\u202e',
      ':x:',
      '😀',
      '│ ',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('&', '\n', 'x', '<!here> ', '😀', '漢', '"', '\\'),
        fc.integer({ min: 1, max: 100_000 }),
      )
      .map(([unit, times]) => unit.repeat(Math.ceil(times / unit.length))),
  },
);
const words = nasty.map(safe);
const who = fc.record({
  platform: fc.constantFrom('slack' as const, 'teams' as const),
  tenant: fc.constant('T1'),
  user: fc.oneof(
    fc.nat().map((n) => `U${n}`),
    nasty,
  ),
  name: words,
});
const span: fc.Arbitrary<Span> = fc.oneof(
  fc.record({ kind: fc.constantFrom('plain' as const, 'strong' as const, 'code' as const), text: words }),
  fc.record({ kind: fc.constant('time' as const), at: fc.date() }),
  fc.record({
    kind: fc.constant('link' as const),
    url: fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), nasty),
    label: words,
  }),
  fc.record({ kind: fc.constant('mention' as const), who }),
);
const line = fc.array(span, { maxLength: 6 });
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constantFrom('text' as const, 'note' as const), line }),
  fc.record({
    kind: fc.constant('facts' as const),
    facts: fc.array(fc.record({ name: words, value: line }), { maxLength: 15 }),
  }),
  fc.record({ kind: fc.constant('quote' as const), whose: words, text: words, cut: fc.boolean() }),
  fc.constant({ kind: 'divider' as const }),
);
const anyCard: fc.Arbitrary<Card> = fc.record({
  title: words,
  tone: fc.constantFrom('waiting', 'good', 'bad', 'neutral', 'alarm'),
  blocks: fc.array(block, { maxLength: 12 }),
  buttons: fc.array(
    fc.record({
      label: words,
      press: fc.record({
        verb: fc.constantFrom('approve', 'deny', 'read', 'stop', 'confirm_stop', 'cancel'),
        subject: fc.string({ maxLength: 60 }),
        digest: fc.string({ maxLength: 60 }),
      }),
      style: fc.constantFrom('primary', 'danger', 'plain'),
    }),
    { maxLength: 6 },
  ),
  expansion: fc.array(fc.record({ heading: words, text: words }), { maxLength: 4 }),
  calls: fc.array(who, { maxLength: 40 }),
});

test('the budget of a whole message stays below what Slack was seen to refuse', () => {
  expect(limits.totalBytes).toBeLessThan(13_200);
});
