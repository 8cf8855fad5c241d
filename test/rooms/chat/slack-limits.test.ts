import type { KnownBlock, ModalView } from '@slack/types';
import { describe, expect, test } from 'vitest';
import { limits, messageViolations, viewViolations } from '#chat/slack/limits.ts';
import { refuseBlocks, refuseView } from '../../support/slack-rules.ts';

const plain = (size: number) => ({ type: 'plain_text' as const, text: 'x'.repeat(size) });
const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));
const button = (parts: object) => ({ type: 'button' as const, action_id: 'a', text: plain(1), ...parts });
const actions = (parts: object): KnownBlock[] => [{ type: 'actions', elements: [button(parts)] }];

describe('what Slack refuses is noticed before it is sent', () => {
  test.each([
    ['header', limits.header, (size) => [{ type: 'header', text: plain(size) }]],
    ['section', limits.section, (size) => [{ type: 'section', text: plain(size) }]],
    ['field', limits.field, (size) => [{ type: 'section', fields: [plain(size)] }]],
    ['fields', limits.fields, (size) => [{ type: 'section', fields: times(size, () => plain(1)) }]],
    [
      'context elements',
      limits.contextElements,
      (size) => [{ type: 'context', elements: times(size, () => plain(1)) }],
    ],
    [
      'buttons',
      limits.actionsElements,
      (size) => [{ type: 'actions', elements: times(size, (at) => button({ action_id: `a${at}` })) }],
    ],
    ['button text', limits.buttonText, (size) => actions({ text: plain(size) })],
    ['button value', limits.buttonValue, (size) => actions({ value: 'v'.repeat(size) })],
    [
      'accessibility label',
      limits.accessibilityLabel,
      (size) => actions({ accessibility_label: 'l'.repeat(size) }),
    ],
    ['action id', limits.id, (size) => actions({ action_id: 'i'.repeat(size) })],
    ['block id', limits.id, (size) => [{ type: 'divider', block_id: 'i'.repeat(size) }]],
    ['blocks', limits.blocks, (size) => times(size, () => ({ type: 'divider' }))],
  ] as [string, number, (size: number) => KnownBlock[]][])(
    '%s: %i is taken, one more is not',
    (_, most, make) => {
      const violations = (size: number) => messageViolations({ text: 'x', blocks: make(size) });
      expect(violations(most)).toEqual([]);
      expect(refuseBlocks(make(most), 'message')).toBeUndefined();
      expect(violations(most + 1)).toHaveLength(1);
      expect(refuseBlocks(make(most + 1), 'message')).toBe('invalid_blocks');
    },
  );

  test.each([
    ['an empty text', [{ type: 'section', text: plain(0) }]],
    ['a section of nothing', [{ type: 'section' }]],
    ['a context of nothing', [{ type: 'context', elements: [] }]],
    ['an actions block of nothing', [{ type: 'actions', elements: [] }]],
    ['an action id twice in one block', [{ type: 'actions', elements: [button({}), button({})] }]],
    [
      'a block id twice',
      [
        { type: 'divider', block_id: 'b' },
        { type: 'divider', block_id: 'b' },
      ],
    ],
    ['an image without words', [{ type: 'image', slack_file: { id: 'F012345678' }, alt_text: '' }]],
    [
      'an image whose words are too many',
      [{ type: 'image', slack_file: { id: 'F012345678' }, alt_text: 'a'.repeat(2_001) }],
    ],
    ['an image from nowhere', [{ type: 'image', alt_text: 'a' } as KnownBlock]],
    ['a block no card of ours holds', [{ type: 'file', external_id: 'a', source: 'remote' }]],
  ] as [string, KnownBlock[]][])('%s is not taken', (_, blocks) => {
    expect(messageViolations({ text: 'x', blocks })).not.toEqual([]);
    expect(refuseBlocks(blocks, 'message')).toBe('invalid_blocks');
  });

  test('a text of 4,001 characters is not taken, nor is none', () => {
    expect(messageViolations({ text: 'x'.repeat(4_000), blocks: [] })).toEqual([]);
    expect(messageViolations({ text: 'x'.repeat(4_001), blocks: [] })).toHaveLength(1);
    expect(messageViolations({ text: '', blocks: [] })).toHaveLength(1);
  });

  test('a message that is too much as a whole is not taken, though each part is', () => {
    const blocks: KnownBlock[] = times(5, () => ({ type: 'section', text: plain(2_900) }));
    expect(messageViolations({ text: 'x', blocks })).toEqual([expect.stringContaining('bytes of blocks')]);
    expect(refuseBlocks(blocks, 'message')).toBe('msg_blocks_too_long');
  });

  const view = (parts: Partial<ModalView>): ModalView => ({
    type: 'modal',
    title: plain(1),
    blocks: [{ type: 'divider' }],
    ...parts,
  });
  const input: KnownBlock = {
    type: 'input',
    label: plain(1),
    element: { type: 'plain_text_input', action_id: 'a' },
  };

  test.each([
    ['a title', (size) => view({ title: plain(size) }), limits.viewTitle],
    ['a submit button', (size) => view({ submit: plain(size) }), limits.viewTitle],
    ['a close button', (size) => view({ close: plain(size) }), limits.viewTitle],
    ['private metadata', (size) => view({ private_metadata: 'm'.repeat(size) }), limits.privateMetadata],
    ['a callback id', (size) => view({ callback_id: 'c'.repeat(size) }), limits.id],
    ['blocks', (size) => view({ blocks: times(size, () => ({ type: 'divider' })) }), limits.viewBlocks],
    [
      'a placeholder',
      (size) =>
        view({
          submit: plain(1),
          blocks: [
            {
              ...input,
              element: { type: 'plain_text_input', action_id: 'a', placeholder: plain(size) },
            } as KnownBlock,
          ],
        }),
      limits.placeholder,
    ],
  ] as [string, (size: number) => ModalView, number][])(
    'a modal with %s at its limit is taken, one past it is not',
    (_, make, most) => {
      expect(viewViolations(make(most))).toEqual([]);
      expect(refuseView(make(most))).toBeUndefined();
      expect(viewViolations(make(most + 1))).toHaveLength(1);
      expect(refuseView(make(most + 1))).toBeDefined();
    },
  );

  const asked = (element: object): ModalView =>
    view({ submit: plain(1), blocks: [{ type: 'input', label: plain(1), element } as KnownBlock] });
  const option = (at: number, size = 1) => ({ text: plain(size), value: `${at}` });
  const options = (count: number) => times(count, (at) => option(at));

  test.each([
    [
      'initial text',
      (size) => ({ type: 'plain_text_input', initial_value: 'x'.repeat(size), max_length: 50 }),
      50,
    ],
    ['a longest text', (size) => ({ type: 'plain_text_input', max_length: size }), limits.inputText],
    ['radio buttons', (size) => ({ type: 'radio_buttons', options: options(size) }), limits.boxes],
    ['checkboxes', (size) => ({ type: 'checkboxes', options: options(size) }), limits.boxes],
    ['a menu', (size) => ({ type: 'static_select', options: options(size) }), limits.options],
    [
      'a menu of several',
      (size) => ({ type: 'multi_static_select', options: options(size) }),
      limits.options,
    ],
    ['an option’s text', (size) => ({ type: 'checkboxes', options: [option(0, size)] }), limits.optionText],
  ] as [string, (size: number) => object, number][])(
    'a field with %s at its limit is taken, one past it is not',
    (_, make, most) => {
      const made = (size: number) => asked({ action_id: 'a', ...make(size) });
      expect(viewViolations(made(most))).toEqual([]);
      expect(refuseView(made(most))).toBeUndefined();
      expect(viewViolations(made(most + 1))).toHaveLength(1);
      expect(refuseView(made(most + 1))).toBeDefined();
    },
  );

  test.each([
    ['an option twice', { type: 'checkboxes', options: [option(0), option(0)] }],
    ['no option', { type: 'radio_buttons', options: [] }],
    [
      'a beginning that is not offered',
      { type: 'radio_buttons', options: [option(0)], initial_option: option(1) },
    ],
    ['a moment in milliseconds', { type: 'datetimepicker', initial_date_time: 1_795_000_000_000 }],
    ['an element no form of ours holds', { type: 'number_input', is_decimal_allowed: false }],
  ])('a field with %s is not taken', (_, element) => {
    const made = asked({ action_id: 'a', ...element });
    expect(viewViolations(made)).not.toEqual([]);
    expect(refuseView(made)).toBeDefined();
  });

  test('a modal that asks for something needs a button to send it', () => {
    expect(viewViolations(view({ blocks: [input] }))).toHaveLength(1);
    expect(refuseView(view({ blocks: [input] }))).toBeDefined();
  });

  test('a modal past 250 kB is not taken', () => {
    const blocks: KnownBlock[] = times(90, () => ({
      type: 'section',
      text: { type: 'plain_text', text: '漢'.repeat(2_900) },
    }));
    expect(viewViolations(view({ blocks }))).toEqual([expect.stringContaining('bytes of the view')]);
    expect(refuseView(view({ blocks }))).toBe('view_too_large');
  });
});
