// A card as Block Kit and as the text a screen reader hears. Whatever the card holds, what comes out is within Slack's limits.

import { createHash } from 'node:crypto';
import type {
  ActionsBlock,
  HomeView,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  Button as SlackButton,
} from '@slack/types';
import type { Block, Card, Line, Picture, Press, SafeText, Span } from '#cards/card.ts';
import * as drawing from '#cards/words/drawing.ts';
import { ChatError } from '#chat/chat.ts';
import { barred, clip, cutLine, cutMiddle, linesOf } from './cut.ts';
import { limits, messageViolations, type SlackMessage } from './limits.ts';
import { type Dates, escape, isPlain, lineMrkdwn, linePlain, mention, oneLine, strong } from './mrkdwn.ts';
import { noSources, type Sources } from './pictures.ts';
import { carry } from './press.ts';

/** The most characters any one text of a card may have; the first size at which the whole message fits is taken. */
const sizes = [2_800, 1_800, 1_200, 800, 500, 300, 180, 100, 60] as const;
/** How many of the card's blocks stay when even the smallest texts do not fit. */
const keeps = [Number.POSITIVE_INFINITY, 24, 12, 6, 2, 0] as const;
/** More of somebody else's words than this would push the buttons off the screen. */
const quoteRoom = 1_400;
const quoteRows = 20;
const mostCalls = 20;

export const metadataType = 'chaperone_card';

/**
 * Renders a card with its mark (absent for an ephemeral message, which nobody looks for).
 * Long quotes lose their middle, visibly; the button that opens the full text is then always there.
 * A picture is shown from `sources`; one that is not among them says its figures in words.
 * Throws ChatError `refused` for a card whose buttons alone are past what Slack takes.
 */
export function renderCard(
  card: Card,
  mark: string | undefined,
  dates: Dates,
  sources: Sources = noSources,
): SlackMessage {
  const text = completeText(card);
  for (const keep of keeps) {
    for (const size of sizes) {
      const blocks = blocksOf(card, mark, { dates, sources, size }, keep);
      const message = mark === undefined ? { text, blocks } : { text, blocks, metadata: metadataOf(mark) };
      if (messageViolations(message).length === 0) return message;
    }
  }
  const message = { text, blocks: blocksOf(card, mark, { dates, sources, size: 60 }, 0) };
  throw new ChatError('refused', `a card that Slack cannot take: ${messageViolations(message).join('; ')}`);
}

/**
 * A card as the Home tab of one person. It is held to a message's limits, which are the narrower ones. A press there names
 * no message, so it is for cards that point elsewhere: one with buttons is refused.
 */
export function renderHome(card: Card, dates: Dates): HomeView {
  if (card.buttons.length > 0) throw new ChatError('refused', 'a home has no buttons');
  return { type: 'home', blocks: renderCard(card, undefined, dates).blocks };
}

const metadataOf = (mark: string) => ({ event_type: metadataType, event_payload: { mark } });

/** The prefix of the first block's id, by which a copy is found where Slack's metadata is lost. */
export const markPrefix = (mark: string) => `mark:${mark}:`;

/** `size` is the most characters one text may have. */
type Pen = { readonly dates: Dates; readonly sources: Sources; readonly size: number };

function blocksOf(card: Card, mark: string | undefined, pen: Pen, keep: number): KnownBlock[] {
  const { size } = pen;
  const middle = someOf(card.blocks, keep).map((block) =>
    typeof block === 'number' ? gap(block) : blockOf(block, pen),
  );
  const body = middle.flatMap(({ blocks }) => blocks);
  const shortened = card.title.length > limits.header - 2 || middle.some(({ cut }) => cut);
  const blocks: KnownBlock[] = [
    ...titleOf(card, size),
    ...(card.calls.length ? [context(callsOf(card))] : []),
    ...body,
    ...actionsOf(card, mark, shortened),
  ];
  const [first, ...rest] = blocks;
  if (!first || mark === undefined) return blocks;
  // A new id for each version: Slack may keep showing the old state of a block whose id stays.
  const version = createHash('sha256').update(JSON.stringify(blocks)).digest('base64url').slice(0, 10);
  return [{ ...first, block_id: `${markPrefix(mark)}${version}` }, ...rest];
}

const signs: Record<Card['tone'], string> = {
  waiting: '\u23f3 ',
  good: '\u2705 ',
  bad: '\u26d4 ',
  neutral: '',
  alarm: '\u{1f6a8} ',
};

/** The sign helps the eye; the title says the state in words. */
function titleOf(card: Card, size: number): KnownBlock[] {
  const title = oneLine(card.title).trim() || 'Untitled';
  const room = limits.header - signs[card.tone].length;
  const header: KnownBlock = { type: 'header', text: plain(signs[card.tone] + clip(title, room)) };
  return title.length <= room ? [header] : [header, { type: 'section', text: plain(cutLine(title, size)) }];
}

function callsOf(card: Card): MrkdwnElement {
  const named = card.calls
    .slice(0, mostCalls)
    .map((who) => mention({ ...who, name: still(clip(who.name, 60)) }));
  const more = card.calls.length - named.length;
  return mrkdwn([...named, ...(more > 0 ? [`+${more}`] : [])].join(' '));
}

/** The first and the last blocks, with the number of those dropped between them. */
function someOf(blocks: readonly Block[], keep: number): readonly (Block | number)[] {
  if (blocks.length <= keep) return blocks;
  const first = Math.ceil(keep / 2);
  const last = keep - first;
  return [...blocks.slice(0, first), blocks.length - keep, ...(last ? blocks.slice(-last) : [])];
}

type Drawn = { readonly blocks: readonly KnownBlock[]; readonly cut: boolean };

const gap = (dropped: number): Drawn => ({
  blocks: [context(plain(`\u22ef ${drawing.partsLeftOut(dropped)} \u22ef`))],
  cut: true,
});

function blockOf(block: Block, { dates, sources, size }: Pen): Drawn {
  switch (block.kind) {
    case 'picture':
      return pictureOf(block.picture, sources.get(block.picture), size);
    case 'divider':
      return { blocks: [{ type: 'divider' }], cut: false };
    case 'text':
      return drawn(block.line, size, (line) => [{ type: 'section', text: textOf(line, dates) }]);
    case 'note':
      return drawn(block.line, size, (line) => [context(textOf(line, dates))]);
    case 'facts':
      return factsOf(block.facts, dates, size);
    case 'quote':
      return quoteOf(block.whose, block.text, block.cut, size);
  }
}

/** The drawing where there is one; its figures in words otherwise. */
function pictureOf({ title, alt }: Picture, source: string | undefined, size: number): Drawn {
  const words = cutLine(oneLine(alt).trim() || '\u2013', Math.max(size, 180));
  const cut = words !== alt;
  if (source !== undefined) {
    const from = URL.canParse(source) ? { image_url: source } : { slack_file: { id: source } };
    return { blocks: [{ type: 'image', alt_text: clip(words, limits.alt), ...from }], cut };
  }
  const heading = strong(cutLine(title, size));
  return {
    blocks: [
      ...(heading ? [{ type: 'section' as const, text: mrkdwn(heading) }] : []),
      context(plain(words)),
    ],
    cut,
  };
}

/** A line cut to size and drawn; nothing when it holds no visible character. */
function drawn(line: Line, size: number, draw: (line: Line) => KnownBlock[]): Drawn {
  const short = shorten(line, size);
  if (linePlain(short).trim() === '') return { blocks: [], cut: false };
  return { blocks: draw(short), cut: short !== line };
}

function factsOf(facts: Extract<Block, { kind: 'facts' }>['facts'], dates: Dates, size: number): Drawn {
  const fields = facts.map(({ name, value }) => {
    const [label, shown] = [cutLine(name, size), shorten(value, Math.min(size, 1_500))];
    return {
      field: mrkdwn(`${strong(label) || ' '}\n${lineMrkdwn(shown, dates).trim() || '\u2013'}`),
      cut: label !== name || shown !== value,
    };
  });
  return {
    blocks: chunks(fields, limits.fields).map((some) => ({
      type: 'section' as const,
      fields: some.map(({ field }) => field),
    })),
    cut: fields.some(({ cut }) => cut),
  };
}

/** Who speaks stands in a block of ours, the words in blocks of their own where nothing is parsed and every line is barred. */
function quoteOf(whose: SafeText, words: SafeText, already: boolean, size: number): Drawn {
  const { head, left, tail } = cutMiddle(linesOf(words).join('\n'), Math.min(size, quoteRoom), quoteRows);
  const say = (text: string): KnownBlock => ({ type: 'section', text: plain(barred(text)) });
  const room = Math.min(size, 300);
  const speaker = strong(cutLine(whose, room));
  return {
    blocks: [
      ...(speaker ? [context(mrkdwn(speaker))] : []),
      say(head),
      ...(left > 0 ? [context(plain(`\u22ef ${drawing.charactersLeftOut(left)} here \u22ef`))] : []),
      ...(tail ? [say(tail)] : []),
      ...(already ? [context(plain(`\u22ef ${drawing.areShortened} \u22ef`))] : []),
    ],
    cut: already || left > 0 || whose.length > room,
  };
}

/** The same line when it fits, otherwise one whose long spans lose their middle. */
function shorten(line: Line, room: number): Line {
  if (linePlain(line).length <= room) return line;
  const each = Math.max(20, Math.floor(room / line.length));
  return line.flatMap((span, at): readonly Span[] => {
    // More spans than characters allowed: the first ones stay.
    if (at * each >= room) return [];
    switch (span.kind) {
      case 'time':
        return [span];
      case 'link':
        return [{ ...span, label: still(cutLine(span.label, each)) }];
      case 'mention':
        return [{ ...span, who: { ...span.who, name: still(clip(span.who.name, each)) } }];
      default:
        return [{ ...span, text: still(cutLine(span.text, each)) }];
    }
  });
}

/** Safe text with its middle taken out is still safe. */
const still = (text: string) => text as SafeText;

function actionsOf(card: Card, mark: string | undefined, shortened: boolean): ActionsBlock[] {
  const buttons = card.buttons.map((button) => ({ ...button, value: carry(button.press, button.form) }));
  // A `read` with a choice opens something the card refers to, not what stands behind it.
  const own = buttons.filter(({ press }) => press.verb !== 'read' || press.choice === undefined);
  const read = own.some(({ press }) => press.verb === 'read');
  const subject = own[0]?.press ?? (mark === undefined ? undefined : { subject: mark });
  if (!read && subject && (card.expansion.length > 0 || shortened)) {
    const press: Press = { subject: subject.subject, verb: 'read' };
    buttons.push({ label: drawing.fullText, press, style: 'plain', value: carry(press) });
  }
  const seen = new Map<string, number>();
  const elements = buttons.map((button): SlackButton => {
    const label = oneLine(button.label).trim() || button.press.verb;
    const nth = (seen.get(button.press.verb) ?? 0) + 1;
    seen.set(button.press.verb, nth);
    return {
      type: 'button',
      // Slack wants each action_id once in a block; the verb is read from the value.
      action_id: `chaperone:${button.press.verb}${nth === 1 ? '' : `:${nth}`}`,
      text: plain(clip(label, limits.buttonText)),
      value: button.value,
      accessibility_label: clip(`${label}: ${oneLine(card.title).trim()}`, limits.accessibilityLabel),
      ...(button.style === 'plain' ? {} : { style: button.style }),
    };
  });
  return chunks(elements, limits.actionsElements).map((some) => ({ type: 'actions', elements: some }));
}

/**
 * Everything the card says as plain sentences: with blocks present a screen reader hears only this
 * (chat.postMessage, "accessibility"), and `chat.update` refuses more than 4,000 characters of it.
 */
export function completeText(card: Card): string {
  for (const keep of keeps) {
    for (const size of sizes) {
      const text = escape(sentences(card, size, keep)).trim();
      if (text.length <= limits.text - callsText(card).length) return text + callsText(card);
    }
  }
  return escape(cutLine(oneLine(card.title), 500));
}

const callsText = (card: Card) => (card.calls.length ? `\n${callsOf(card).text}` : '');

function sentences(card: Card, size: number, keep: number): string {
  const parts = someOf(card.blocks, keep).map((block): string => {
    if (typeof block === 'number') return `(${drawing.partsLeftOut(block)})`;
    switch (block.kind) {
      case 'divider':
        return '';
      case 'picture':
        return `${cutLine(oneLine(block.picture.title), size)}: ${cutLine(oneLine(block.picture.alt), size)}`;
      case 'text':
      case 'note':
        return linePlain(shorten(block.line, size)).trim();
      case 'facts':
        return block.facts
          .map(({ name, value }) => `${cutLine(oneLine(name), size)}: ${linePlain(shorten(value, size))}`)
          .join('\n');
      case 'quote': {
        const { head, left, tail } = cutMiddle(
          linesOf(block.text).join('\n'),
          Math.min(size, quoteRoom),
          quoteRows,
        );
        return [
          `${cutLine(oneLine(block.whose), size)}:`,
          barred(head),
          ...(left > 0 ? [`(${drawing.charactersLeftOut(left)} here)`] : []),
          ...(tail ? [barred(tail)] : []),
          ...(block.cut ? [`(${drawing.areShortened})`] : []),
        ].join('\n');
      }
    }
  });
  return [cutLine(oneLine(card.title).trim() || 'Untitled', size), ...parts]
    .filter((part) => part !== '')
    .join('\n');
}

const textOf = (line: Line, dates: Dates) =>
  isPlain(line) ? plain(linePlain(line)) : mrkdwn(lineMrkdwn(line, dates));

/** Nothing is parsed in it, and `:names:` stay letters. */
export const plain = (text: string): PlainTextElement => ({ type: 'plain_text', text, emoji: false });

/** `verbatim` keeps Slack from making links and mentions of its own. */
const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

export const context = (element: MrkdwnElement | PlainTextElement): KnownBlock => ({
  type: 'context',
  elements: [element],
});

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
