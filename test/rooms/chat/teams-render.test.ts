// What Teams is given to draw: whatever a card holds it fits, nothing in it is read as markup, and nothing of ours is forged.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Block,
  type Button,
  type Card,
  type Field,
  type Form,
  formLimits,
  type Mention,
  type SafeText,
  type Span,
} from '#cards/card.ts';
import { inert, inertText } from '#cards/inert.ts';
import { renderPage } from '#chat/teams/full-text.ts';
import { cut, escaped, plain } from '#chat/teams/inert-text.ts';
import { bytesOf, faultsOf, maxBytes } from '#chat/teams/limits.ts';
import { renderCard, renderMessage } from '#chat/teams/render.ts';
import { executes, home, people, textOf } from '../../support/fake-teams-people.ts';

const safe = (text: string) => text as SafeText;
const mention = (who = people.alice, name = who.name): Mention => ({
  platform: 'teams',
  tenant: who.tenant,
  user: who.aad,
  name: safe(name),
});
const text = (words: string): Block => ({ kind: 'text', line: [{ kind: 'plain', text: safe(words) }] });
const button = (verb: Button['press']['verb'], more: Partial<Button> = {}): Button => ({
  label: safe(verb),
  press: { verb, subject: 'ask-1', digest: 'digest-1' },
  style: 'plain',
  ...more,
});
const card = (more: Partial<Card> = {}): Card => ({
  title: safe('Waiting: buy flour'),
  tone: 'waiting',
  blocks: [],
  buttons: [],
  expansion: [],
  calls: [],
  ...more,
});
const drawn = (more: Partial<Card>) => renderCard(card(more), home, 'mark-1', true);
type Node = { readonly [name: string]: unknown };
const nodes = (node: unknown): readonly Node[] =>
  Array.isArray(node)
    ? node.flatMap(nodes)
    : typeof node === 'object' && node !== null
      ? [node as Node, ...Object.values(node).flatMap(nodes)]
      : [];
const ofType = (node: unknown, type: string) => nodes(node).filter((one) => one['type'] === type);

const hostile = [
  '**bold** _it_ `code` [click](https://evil.example) ![x](https://evil.example/x.png)',
  '<at>Alice</at> <AT>Bob</AT > </at>',
  '{{DATE(2026-11-21T00:00:00Z, LONG)}} {{TIME(2026-11-21T00:00:00Z)}} ${title}',
  '# Heading\n- list\n1. one\n> quote\n---\nApproved by Alice at 12:00\r\u2028Approved by Bob',
  '</script><img src=x onerror=alert(1)>&lt;at&gt;Alice&lt;/at&gt;&nbsp;',
  '\\*\\_ \\[a](b) ~~gone~~ | a | b |\n|---|---|',
];

describe('a card', () => {
  test('is Adaptive Card 1.5 with its mark, its words and nothing Teams would drop', () => {
    const message = renderMessage(
      card({
        blocks: [
          text('The agent asks for a token.'),
          { kind: 'divider' },
          {
            kind: 'facts',
            facts: [
              { name: safe('Agent'), value: [{ kind: 'code', text: safe('aauth:cake@shop.example') }] },
              { name: safe('Until'), value: [{ kind: 'time', at: new Date('2026-11-21T18:05:00Z') }] },
              {
                name: safe('Resource'),
                value: [
                  {
                    kind: 'link',
                    url: 'https://shop.example/flour',
                    label: safe('our partner bank.example'),
                  },
                ],
              },
            ],
          },
          {
            kind: 'quote',
            whose: safe('The agent says'),
            text: safe('I need flour.\nFor the cake.'),
            cut: false,
          },
          { kind: 'note', line: [{ kind: 'strong', text: safe('Silence is no.') }] },
        ],
        buttons: [
          button('approve', { style: 'primary' }),
          button('deny', { style: 'danger' }),
          button('read'),
        ],
        expansion: [{ heading: safe('Justification'), text: safe('All of it') }],
      }),
      home,
      'mark-1',
      true,
    );
    expect(faultsOf(message)).toEqual([]);
    const [{ content }] = message.attachments;
    expect(nodes(content).some(({ id }) => id === 'mark-1')).toBe(true);
    expect(textOf(content)).toContain('Until: 21 Nov 2026, 18:05 UTC');
    expect(textOf(content)).toContain('Resource: our partner bank.example (shop.example)');
    expect(textOf(content)).toContain('The agent says\n│ I need flour.\n│ For the cake.');
    for (const words of [message.summary, content.speak, content.fallbackText]) {
      expect(words).toContain(
        'Waiting: buy flour. The agent asks for a token. Agent: aauth:cake@shop.example',
      );
    }
    expect(executes(content)).toEqual([
      expect.objectContaining({
        verb: 'chaperone.approve',
        style: 'positive',
        data: { subject: 'ask-1', digest: 'digest-1' },
      }),
      expect.objectContaining({ verb: 'chaperone.deny', style: 'destructive' }),
    ]);
  });

  test('asks for the optional reason behind the button, and each reason is its own', () => {
    const form: Form = {
      title: safe('Deny'),
      submit: safe('Deny'),
      optional: true,
      fields: [
        {
          kind: 'text',
          name: 'reason',
          label: safe('Why not?'),
          placeholder: safe('optional'),
          required: false,
        },
      ],
    };
    const made = drawn({
      buttons: [button('deny', { form }), button('approve'), button('stop', { form })],
    });
    expect(ofType(made, 'Action.ShowCard')).toHaveLength(2);
    const fields = ofType(made, 'Input.Text').map(({ id }) => id);
    expect(new Set(fields).size).toBe(2);
    expect(executes(made).map(({ data }) => data['form'])).toEqual(['form0', undefined, 'form2']);
    expect(fields).toEqual(['form0.reason', 'form2.reason']);
    expect(ofType(made, 'Input.Text').every((field) => !('isRequired' in field))).toBe(true);
  });

  test('opens its full text in place where it fits, and by a page of its own where it does not', () => {
    const short = drawn({
      buttons: [button('read')],
      expansion: [{ heading: safe('All'), text: safe('whole') }],
    });
    expect(ofType(short, 'Action.ToggleVisibility')).toHaveLength(1);
    expect(textOf(short)).toContain('│ whole');
    const long = drawn({
      blocks: [{ kind: 'quote', whose: safe('The agent says'), text: safe('short'), cut: true }],
      buttons: [button('approve'), button('read')],
      expansion: [{ heading: safe('All'), text: safe('x'.repeat(50_000)) }],
    });
    expect(ofType(long, 'Action.ToggleVisibility')).toHaveLength(0);
    expect(executes(long).find(({ verb }) => verb === 'chaperone.read')?.data).toMatchObject({ page: 1 });
    expect(textOf(long)).toContain('│ short');
  });

  test('that offers several things to read opens each by its own press', () => {
    const press = (subject: string) => ({ verb: 'read' as const, subject });
    const made = drawn({
      buttons: [button('read', { press: press('a') }), button('read', { press: press('b') })],
    });
    expect(executes(made).map(({ data }) => data['subject'])).toEqual(['a', 'b']);
  });

  test('keeps the head and the tail of what is too long, and says how many characters are missing', () => {
    const long = `START${'x'.repeat(100_000)}END`;
    const made = drawn({
      blocks: [{ kind: 'quote', whose: safe('The agent says'), text: safe(long), cut: false }, text('after')],
    });
    const shown = textOf(made);
    expect(shown).toContain('│ START');
    expect(shown).toContain('END');
    expect(shown).toContain('after');
    const left = Number(/\[([\d,]+) characters left out here\]/.exec(shown)?.[1]?.replaceAll(',', ''));
    const kept = (shown.match(/x{2,}/g) ?? []).join('').length + 8;
    expect(left + kept).toBe(long.length);
  });

  test('shows every choice there is room for, six in a row, and says when there are more', () => {
    const buttons = Array.from({ length: 30 }, (_, n) =>
      button('confirm_stop', { press: { verb: 'confirm_stop', subject: `m${n}` } }),
    );
    const made = drawn({ buttons });
    expect(faultsOf(made)).toEqual([]);
    expect(executes(made)).toHaveLength(24);
    expect(textOf(made)).toContain('6 more choices do not fit here.');
  });
});

describe('words that are not ours', () => {
  test.each(hostile)('%j stand nowhere Markdown is read', (words) => {
    const spans: readonly Span[] = [
      { kind: 'plain', text: safe(words) },
      { kind: 'link', url: 'https://shop.example/', label: safe(words) },
    ];
    const made = drawn({
      title: safe(words),
      blocks: [
        { kind: 'text', line: spans },
        { kind: 'facts', facts: [{ name: safe(words), value: spans }] },
        { kind: 'quote', whose: safe(words), text: safe(words), cut: false },
      ],
      buttons: [button('approve', { label: safe(words) })],
      expansion: [{ heading: safe(words), text: safe(words) }],
    });
    expect(faultsOf(made)).toEqual([]);
    expect(ofType(made, 'TextBlock')).toEqual([]);
    expect(JSON.stringify(made)).not.toMatch(/\{\{|<\/?at\b/i);
    // A line of theirs never begins like a line of ours.
    const theirs = ofType(made, 'Container').filter(({ style }) => style === 'emphasis');
    for (const block of theirs.flatMap(({ items }) => (items as Node[]).slice(1))) {
      expect(textOf(block)).toMatch(/^│ [^\n\r\u2028]*$/);
    }
  });

  test.each(hostile)('%j beside a mention are escaped', (words) => {
    const made = drawn({
      blocks: [
        {
          kind: 'text',
          line: [
            { kind: 'plain', text: safe(words) },
            { kind: 'mention', who: mention() },
          ],
        },
      ],
    });
    const [block] = ofType(made, 'TextBlock');
    const shown = String(block?.['text']);
    expect(faultsOf(made)).toEqual([]);
    expect(shown.match(/<at>/g)).toHaveLength(1);
    const bare = shown.replace('<at>Alice</at>', '').replace(/\\[\\`*_{}[\]()#+\-.!<>~|&:]/g, '');
    expect(bare).not.toMatch(/[\\`*_{}[\]()#+!<>~|&]/);
    expect(bare).not.toContain('\n');
  });

  test('open nothing but https, and show the host that opens', () => {
    const link = (url: string) =>
      drawn({ blocks: [{ kind: 'text', line: [{ kind: 'link', url, label: safe('bank.example') }] }] });
    for (const url of [
      'javascript:alert(1)',
      'http://shop.example',
      'https://bank.example@evil.example/',
      'nonsense',
      'data:text/html,x',
    ]) {
      expect(ofType(link(url), 'Action.OpenUrl')).toEqual([]);
    }
    expect(textOf(link('https://evil.example/bank.example'))).toContain('bank.example (evil.example)');
    expect(ofType(link('http://localhost:4700/x'), 'Action.OpenUrl')).toHaveLength(1);
  });
});

describe('a mention', () => {
  test('is an entity whose text stands in the card', () => {
    const made = drawn({
      blocks: [{ kind: 'text', line: [{ kind: 'mention', who: mention() }] }],
      calls: [mention(people.bob)],
    });
    expect(made.msteams?.entities?.map(({ mentioned }) => mentioned.id)).toEqual([
      people.alice.aad,
      people.bob.aad,
    ]);
    expect(faultsOf(made)).toEqual([]);
  });

  test('of two people of one name stays two people', () => {
    const made = drawn({ calls: [mention(), mention(people.bob, 'Alice')] });
    expect(new Set(made.msteams?.entities?.map((entity) => entity.text)).size).toBe(2);
    expect(faultsOf(made)).toEqual([]);
  });

  test('of somebody on the other platform or in another tenant is their name alone', () => {
    const slack: Mention = { platform: 'slack', tenant: 'T1', user: 'U1', name: safe('Sam') };
    const made = drawn({
      blocks: [{ kind: 'text', line: [{ kind: 'mention', who: slack }] }],
      calls: [mention(people.otto)],
    });
    expect(made.msteams?.entities).toBeUndefined();
    expect(textOf(made)).toContain('Sam');
  });

  test('calls people when a card is first posted, not when it changes', () => {
    const calling = card({ calls: [mention()] });
    expect(renderCard(calling, home, 'm', true).msteams?.entities).toHaveLength(1);
    expect(renderCard(calling, home, 'm', false).msteams?.entities).toBeUndefined();
  });

  test('of a very long name is cut between characters', () => {
    const made = drawn({ calls: [mention(people.alice, `a${'𠀀'.repeat(200)}`)] });
    expect(faultsOf(made)).toEqual([]);
    expect(made.msteams?.entities?.[0]?.text.isWellFormed()).toBe(true);
  });

  test('carries a name that can close nothing', () => {
    const made = drawn({ calls: [mention(people.alice, '</at>*x*](https://e)<at>Bob')] });
    expect(faultsOf(made)).toEqual([]);
    expect(textOf(made)).toContain('<at>atxhttpseatBob</at>');
  });
});

const words = (max: number) =>
  fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.constantFrom(...hostile),
      fc
        .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max }))
        .map(([unit, length]) => unit.repeat(Math.ceil(length / unit.length))),
      fc.integer({ min: 1, max }).map((length) => '"\n\\'.repeat(length / 3)),
    )
    .map((raw) => inertText(raw));
const who = fc.record({
  platform: fc.constantFrom('teams' as const, 'slack' as const),
  tenant: fc.constantFrom(home, 'T1'),
  user: fc.uuid(),
  name: words(100),
});
const span: fc.Arbitrary<Span> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('plain' as const, 'strong' as const, 'code' as const),
    text: words(100_000),
  }),
  fc.record({ kind: fc.constant('time' as const), at: fc.date() }),
  fc.record({
    kind: fc.constant('link' as const),
    url: fc.oneof(fc.webUrl(), fc.string()),
    label: words(3_000),
  }),
  fc.record({ kind: fc.constant('mention' as const), who }),
);
const line = fc.array(span, { maxLength: 6 });
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constantFrom('text' as const, 'note' as const), line }),
  fc.record({
    kind: fc.constant('facts' as const),
    facts: fc.array(fc.record({ name: words(500), value: line }), { maxLength: 30 }),
  }),
  fc.record({
    kind: fc.constant('quote' as const),
    whose: words(300),
    text: words(100_000),
    cut: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('divider' as const) }),
);
const field = fc.tuple(
  words(300),
  fc.constantFrom('line' as const, 'text' as const, 'one-of' as const, 'some-of' as const, 'moment' as const),
  fc.array(words(200), { minLength: 1, maxLength: 4 }),
  words(200),
  fc.boolean(),
);
const form: fc.Arbitrary<Form> = fc
  .tuple(words(200), fc.array(field, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([label, fields, optional]) => ({
    title: label,
    submit: label,
    optional,
    fields: fields.map(([label, kind, labels, value, required], at): Field => {
      const asked = { name: `field${at}`, label: safe(label.trim() || 'x'), required };
      const options = labels.map((each, nth) => ({ value: `${nth}`, label: each }));
      switch (kind) {
        case 'line':
        case 'text':
          return { ...asked, kind, placeholder: label, value };
        case 'one-of':
          return { ...asked, kind, options, value: '0' };
        case 'some-of':
          return { ...asked, kind, options, values: ['0'] };
        case 'moment':
          return { ...asked, kind, at: new Date('2026-11-21T18:00:00Z') };
      }
    }),
  }));
const pressable = {
  label: words(200),
  press: fc.record({
    verb: fc.constantFrom('approve' as const, 'deny' as const, 'read' as const, 'stop' as const),
    subject: fc.string({ minLength: 1, maxLength: 120 }),
    digest: fc.string({ maxLength: 64 }),
  }),
  style: fc.constantFrom('primary' as const, 'danger' as const, 'plain' as const),
};
const anyCard: fc.Arbitrary<Card> = fc.record({
  title: words(1_000),
  tone: fc.constantFrom(
    'waiting' as const,
    'good' as const,
    'bad' as const,
    'neutral' as const,
    'alarm' as const,
  ),
  blocks: fc.array(block, { maxLength: 40 }),
  buttons: fc
    .tuple(
      fc.array(fc.record({ ...pressable, form }), { maxLength: 4 }),
      fc.array(fc.record(pressable), { maxLength: 26 }),
    )
    .map((some): readonly Button[] => some.flat()),
  expansion: fc.array(fc.record({ heading: words(300), text: words(100_000) }), { maxLength: 4 }),
  calls: fc.array(who, { maxLength: 30 }),
});

describe('a form', () => {
  const asked = (fields: readonly Field[], optional = false): Form => ({
    title: safe('Approve with changes'),
    submit: safe('Approve as changed'),
    note: [{ kind: 'plain', text: safe('Nothing is decided until you send this.') }],
    optional,
    fields,
  });
  const options = Array.from({ length: formLimits.options }, (_, at) => ({
    value: `${at}`,
    label: safe(`${at}`.padEnd(75, 'x')),
  }));
  const values = options.map(({ value }) => value);
  const largest = asked([
    { kind: 'some-of', name: 'tools', label: safe('Tools'), options, values, required: false },
    { kind: 'some-of', name: 'resources', label: safe('Resources'), options, values, required: false },
    {
      kind: 'one-of',
      name: 'ends',
      label: safe('Ends'),
      options: options.slice(0, 6),
      value: '0',
      required: true,
    },
    { kind: 'moment', name: 'at', label: safe('At'), at: new Date('2026-11-30T18:05:00Z'), required: false },
    {
      kind: 'text',
      name: 'description',
      label: safe('What'),
      value: safe('d'.repeat(1_500)),
      required: true,
    },
  ]);

  test('as large as ours get stands on a card as full as cards get, with every other button', () => {
    const long = safe('w'.repeat(3_000));
    const message = renderMessage(
      {
        title: safe('An ask'),
        tone: 'waiting',
        blocks: Array.from({ length: 30 }, () => ({
          kind: 'quote' as const,
          whose: safe('The agent says'),
          text: long,
          cut: false,
        })),
        buttons: [
          button('approve'),
          button('approve', { form: largest }),
          button('deny', {
            form: asked([{ kind: 'text', name: 'reason', label: safe('Why'), required: false }], true),
          }),
        ],
        expansion: [{ heading: safe('All'), text: long }],
        calls: [],
      },
      home,
      'mark',
      true,
    );
    expect(faultsOf(message)).toEqual([]);
    expect(executes(message).filter(({ verb }) => verb !== 'chaperone.read')).toHaveLength(3);
    expect(ofType(message, 'Input.ChoiceSet').map(({ value }) => value)).toEqual([
      values.join(),
      values.join(),
      '0',
    ]);
    expect(ofType(message, 'Input.Date')).toMatchObject([{ id: 'form1.at~date', value: '2026-11-30' }]);
    expect(ofType(message, 'Input.Time')).toMatchObject([{ id: 'form1.at~time', value: '18:05' }]);
  });

  test('that fits no card leaves a yes and a no, and never a press that lacks what it asks for', () => {
    const message = renderMessage(
      {
        title: safe('An ask'),
        tone: 'waiting',
        blocks: [],
        buttons: [
          button('approve'),
          ...Array.from({ length: 6 }, () => button('approve', { form: largest })),
          button('deny', { form: { ...largest, optional: true } }),
        ],
        expansion: [],
        calls: [],
      },
      home,
      'mark',
      true,
    );
    expect(faultsOf(message)).toEqual([]);
    expect(executes(message).map(({ verb, data }) => [verb, data['form']])).toEqual([
      ['chaperone.approve', undefined],
      ['chaperone.deny', undefined],
    ]);
    expect(JSON.stringify(message)).toContain('6 more choices do not fit here');
  });
});

describe('times', () => {
  test('are said once more in the reader’s zone, each minute once, where no word of an agent stands', () => {
    const at = (iso: string) => ({ kind: 'time', at: new Date(iso) }) as const;
    const made = drawn({
      blocks: [
        {
          kind: 'text',
          line: [{ kind: 'code', text: safe('{{DATE(x)}} **x**') }, at('2026-11-21T10:30:10.250Z')],
        },
        { kind: 'note', line: [at('2026-11-21T10:30:40Z'), at('2026-11-20T23:00:00Z')] },
      ],
    });
    expect(ofType(made, 'TextBlock').map(({ text }) => text)).toEqual([
      'In your time zone: 20 Nov 2026, 23:00 UTC → {{DATE(2026-11-20T23:00:00Z,SHORT)}} {{TIME(2026-11-20T23:00:00Z)}}; ' +
        '21 Nov 2026, 10:30 UTC → {{DATE(2026-11-21T10:30:00Z,SHORT)}} {{TIME(2026-11-21T10:30:00Z)}}',
    ]);
    expect(faultsOf(made)).toEqual([]);
    expect(ofType(drawn({ blocks: [] }), 'TextBlock')).toEqual([]);
  });
});

describe('any card at all', () => {
  test('fits, with every one of its first buttons on it', () => {
    fc.assert(
      fc.property(anyCard, fc.boolean(), (any, calls) => {
        const message = renderMessage(any, home, 'mark-1', calls);
        expect(faultsOf(message)).toEqual([]);
        const acts = any.buttons.slice(0, 24).filter(({ press }) => press.verb !== 'read');
        const pressed = executes(message).filter(({ verb }) => verb !== 'chaperone.read');
        expect(pressed.map(({ data }) => data['subject'])).toEqual(acts.map(({ press }) => press.subject));
      }),
      { numRuns: 60 },
    );
  });

  test('has a full text whose every page fits', () => {
    fc.assert(
      fc.property(anyCard, fc.integer({ min: 0, max: 200 }), (any, page) => {
        const press = { verb: 'read', subject: 's'.repeat(120), digest: 'd'.repeat(64) } as const;
        expect(faultsOf(renderPage(any, press, home, page))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a cut', () => {
  test('never splits a character, stays within its bounds, and counts what it left out', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.integer({ min: 3, max: 200 }),
        fc.integer({ min: 2, max: 12 }),
        (raw, chars, lines) => {
          const { head, left, tail } = cut(raw, chars, lines);
          expect(head.length + left + tail.length).toBe(raw.length);
          expect(raw.startsWith(head) && raw.endsWith(tail)).toBe(true);
          expect(head.isWellFormed() && tail.isWellFormed()).toBe(true);
          if (left > 0) {
            expect(head.length + tail.length).toBeLessThanOrEqual(chars);
            expect(head.split('\n').length + (tail === '' ? 0 : tail.split('\n').length)).toBeLessThanOrEqual(
              lines,
            );
          } else expect(raw.length <= chars && raw.split('\n').length <= lines).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the limits', () => {
  const good = drawn({ blocks: [text('fine')], buttons: [button('approve')] });
  test.each([
    ['another version', { ...good, version: '1.6' }, 'version 1.6'],
    ['an element nobody draws', { ...good, body: [{ type: 'Media' }] }, 'unknown element Media'],
    [
      'a chart that some clients cannot show',
      { ...good, body: [{ type: 'Chart.Line', title: 'a', xAxisTitle: 'x', yAxisTitle: 'y', data: [{}] }] },
      'Chart.Line without a fallback',
    ],
    ['an unknown member', { ...good, refresh: {} }, 'AdaptiveCard has no refresh'],
    [
      'seven actions in a row',
      { ...good, actions: Array.from({ length: 7 }, () => good.actions?.[0]) },
      '7 actions in one row',
    ],
    ['one id twice', { ...good, body: [good.body[0], good.body[0]] }, 'two elements mark-1'],
    [
      'an empty run',
      { ...good, body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: '' }] }] },
      'an empty TextRun',
    ],
    [
      'a mention without its entity',
      { ...good, body: [{ type: 'TextBlock', text: '<at>Alice</at>', wrap: true }] },
      'an <at> that mentions nobody',
    ],
    [
      'too much',
      { ...good, fallbackText: 'x'.repeat(maxBytes) },
      `${bytesOf({ ...good, fallbackText: 'x'.repeat(maxBytes) })} bytes, ${maxBytes} at most`,
    ],
  ])('name %s', (_, broken, fault) => {
    expect(faultsOf(broken)).toContain(fault);
  });

  test('count the bytes that are sent', () => {
    expect(bytesOf('e')).toBe(3);
    expect(bytesOf('é')).toBe(4);
    expect(bytesOf('😀')).toBe(6);
  });

  test('and the words themselves: plain text keeps its Markdown, escaped text has none', () => {
    expect(plain('**a** {{DATE(x)}} <at>b</at>')).toBe('**a** { {DATE(x)}} ‹at>b‹/at>');
    expect(escaped('**a** 1.')).toBe('\\*\\*a\\*\\* 1\\.');
    expect(inert('fine')).toBe('fine');
  });
});
