// A neutral card as an Adaptive Card 1.5. Words that are not ours alone stand in TextRuns, where Teams reads no Markdown;
// a TextBlock appears only where somebody is mentioned. Whatever the card holds, what comes out satisfies `limits.ts`.

import type { Block, Card, Line, Mention, Span } from '#cards/card.ts';
import * as words from '#cards/words/drawing.ts';
import { drawButtons, fullTextId, opensItself } from '#chat/teams/buttons.ts';
import { drawPicture } from '#chat/teams/charts.ts';
import {
  type AdaptiveCard,
  type Container,
  type Element,
  type MentionEntity,
  rich,
  run,
  type TextRun,
} from '#chat/teams/elements.ts';
import { cut, escaped, leftOut, lineBreak, mentionName, plain, shorten } from '#chat/teams/inert-text.ts';
import { bytesOf, cardType, cardVersion, maxBytes } from '#chat/teams/limits.ts';
import { localTimes } from '#chat/teams/local-times.ts';
import { inUtc } from '#chat/utc.ts';

export type Outgoing = {
  readonly type: 'message';
  /** What a notification and the activity feed say. */
  readonly summary: string;
  readonly attachments: readonly [{ readonly contentType: typeof cardType; readonly content: AdaptiveCard }];
};

const maxMentions = 15;
const wordChars = 600;
/** What is left for ids, names and whatever the connector adds on the way. */
const cardBytes = maxBytes - 6_144;
const everything = Number.POSITIVE_INFINITY;
/** How many characters one piece of text may keep, tried in turn until the card fits. */
const allowances = [everything, 4_000, 2_000, 1_000, 500, 250, 120, 60];

const styles = {
  waiting: 'accent',
  good: 'good',
  bad: 'attention',
  neutral: 'emphasis',
  alarm: 'warning',
} as const;

/** What is drawn under one allowance, and the mentions gathered while drawing. */
type Pen = {
  readonly chars: number;
  readonly tenant: string;
  readonly mentions: Map<string, MentionEntity>;
};

/**
 * The activity that shows a card in a place of `tenant`. `mark` becomes an element id. `calls` says whether the people the
 * card calls are mentioned: when it is first posted, not when it is changed.
 */
export function renderMessage(card: Card, tenant: string, mark: string, calls: boolean): Outgoing {
  return {
    type: 'message',
    summary: wordsOf(card, wordChars),
    attachments: [{ contentType: cardType, content: renderCard(card, tenant, mark, calls) }],
  };
}

/** The card alone, whole if it fits; else its longest texts are cut in the middle and the full text waits behind `read`. */
export function renderCard(card: Card, tenant: string, mark: string, calls: boolean): AdaptiveCard {
  const pages = opensItself(card.buttons);
  const attempts = [
    ...allowances.flatMap((chars) =>
      (pages ? [true, false] : [true]).map((inline) => ({ chars, inline, keep: everything, forms: true })),
    ),
    // Short as its texts are by now, there are too many of them: the middle goes, and the gap says so.
    ...[60, 50, 40, 32, 25, 20, 15, 10, 5, 2, 1].map((keep) => ({
      chars: 60,
      inline: !pages,
      keep,
      forms: true,
    })),
    { chars: 60, inline: !pages, keep: 10, forms: false },
  ];
  for (const { chars, ...how } of attempts) {
    if (charsOf(card, chars, how.inline) > cardBytes) continue;
    const drawn = draw(card, { chars, tenant, mentions: new Map() }, { mark, calls, ...how });
    if (bytesOf(drawn) <= cardBytes) return drawn;
  }
  const bare = { inline: !pages, keep: 0, forms: false };
  return draw(card, { chars: 30, tenant, mentions: new Map() }, { mark, calls: false, ...bare });
}

/** How many characters of others' longest texts are kept: with too many of them no card needs to be drawn to see that it is too large. */
function charsOf({ blocks, expansion }: Card, chars: number, inline: boolean): number {
  const quoted = blocks.flatMap((block) => (block.kind === 'quote' ? [block.text] : []));
  const texts = inline ? [...quoted, ...expansion.map(({ text }) => text)] : quoted;
  return texts.reduce((sum, text) => sum + Math.min(text.length, chars), 0);
}

type How = {
  readonly mark: string;
  readonly calls: boolean;
  readonly inline: boolean;
  readonly keep: number;
  readonly forms: boolean;
};

/** `inline`: the full text stands hidden in the card. `keep`: how many parts between title and buttons may stay. */
function draw(card: Card, pen: Pen, how: How) {
  const expander = how.inline && card.expansion.length > 0;
  const { foot, rows } = drawButtons(card.buttons, expander, pen.chars, how.forms);
  const title = rich([run(plain(shorten(card.title, pen.chars)), { weight: 'Bolder', size: 'Large' })]);
  const parts = [...drawBlocks(card.blocks, pen), ...(how.calls ? drawCalls(card.calls, pen) : [])];
  const body: Element[] = [
    { type: 'Container', id: how.mark, style: styles[card.tone], bleed: true, items: [title] },
    ...withoutMiddle(parts, how.keep),
    ...localTimes(card),
    ...(expander ? [drawExpansion(card, pen)] : []),
    ...rows,
  ];
  const shown = JSON.stringify(body);
  const entities = [...pen.mentions.values()].filter(({ text }) => shown.includes(text));
  const words = wordsOf(card, wordChars);
  return {
    type: 'AdaptiveCard',
    version: cardVersion,
    body,
    ...(foot.length > 0 && { actions: foot }),
    fallbackText: words,
    speak: words.replace(/[<>&]/g, ' '),
    ...(entities.length > 0 && { msteams: { entities } }),
  } satisfies AdaptiveCard;
}

function withoutMiddle(parts: readonly Element[], keep: number): readonly Element[] {
  if (parts.length <= keep) return parts;
  const head = Math.ceil(keep / 2);
  const gap = rich([run(`[${words.partsLeftOut(parts.length - keep)}]`, { weight: 'Bolder' })]);
  return [...parts.slice(0, head), gap, ...parts.slice(parts.length - (keep - head))];
}

function drawBlocks(blocks: readonly Block[], pen: Pen): Element[] {
  const drawn: Element[] = [];
  let separator = false;
  for (const block of blocks) {
    if (block.kind === 'divider') {
      separator = true;
      continue;
    }
    const [first, ...others] = drawBlock(block, pen);
    if (!first) continue;
    drawn.push(separator ? { type: 'Container', separator: true, items: [first] } : first, ...others);
    separator = false;
  }
  return drawn;
}

function drawBlock(block: Exclude<Block, { kind: 'divider' }>, pen: Pen): Element[] {
  switch (block.kind) {
    case 'text':
      return [drawLine(block.line, pen, {})];
    case 'note':
      return [drawLine(block.line, pen, { isSubtle: true, size: 'Small' })];
    case 'facts':
      return block.facts.map(({ name, value }) => {
        const label = run(plain(`${shorten(name, pen.chars)}: `), { weight: 'Bolder' });
        return drawLine(value, pen, {}, label);
      });
    case 'picture':
      return drawPicture(block.picture, pen.chars);
    case 'quote': {
      const whose = plain(shorten(block.whose, pen.chars)) + (block.cut ? ` (${words.shortened})` : '');
      const heading = rich([run(whose, { weight: 'Bolder', isSubtle: true })]);
      return [{ type: 'Container', style: 'emphasis', items: [heading, ...setApart(block.text, pen)] }];
    }
  }
}

/** Somebody else's words: a bar before every line of theirs and none before ours, so that none of theirs passes for ours. */
function setApart(text: string, { chars }: Pen): Element[] {
  const { head, left, tail } = cut(
    text,
    chars,
    chars === Number.POSITIVE_INFINITY ? chars : Math.ceil(chars / 30),
  );
  const theirs = (part: string) =>
    part.split(lineBreak).map((line) => rich([run(plain(`│ ${line}`))], { spacing: 'None' }));
  if (left === 0) return theirs(head);
  return [...theirs(head), rich([run(leftOut(left), { weight: 'Bolder' })]), ...theirs(tail)];
}

function drawLine(line: Line, pen: Pen, look: Omit<TextRun, 'type' | 'text'>, label?: TextRun): Element {
  const mentioned = line.some((span) => span.kind === 'mention' && mentionOf(span.who, pen));
  if (mentioned) {
    const text = line.map((span) => markedSpan(span, pen)).join('');
    return {
      type: 'TextBlock',
      text: label ? `**${escaped(label.text.trim())}** ${text}` : text,
      wrap: true,
    };
  }
  const runs = line.map((span) => ({ ...look, ...drawSpan(span, pen) }));
  return rich(label ? [label, ...runs] : runs.length > 0 ? runs : [run('')]);
}

function drawSpan(span: Span, { chars }: Pen): TextRun {
  switch (span.kind) {
    case 'plain':
      return run(plain(shorten(span.text, chars)));
    case 'strong':
      return run(plain(shorten(span.text, chars)), { weight: 'Bolder' });
    case 'code':
      return run(plain(shorten(span.text, chars)), { fontType: 'Monospace' });
    case 'time':
      return run(inUtc(span.at));
    case 'mention':
      return run(plain(shorten(span.who.name, chars)), { weight: 'Bolder' });
    case 'link': {
      const url = openable(span.url);
      const label = plain(shorten(span.label, chars));
      if (!url) return run(label);
      return run(`${label} (${url.host})`, { selectAction: { type: 'Action.OpenUrl', url: url.href } });
    }
  }
}

/** The same span inside a TextBlock: nothing opens there, and nothing is formatted. */
function markedSpan(span: Span, pen: Pen): string {
  if (span.kind === 'mention')
    return mentionOf(span.who, pen)?.text ?? escaped(shorten(span.who.name, pen.chars));
  return escaped(drawSpan(span, pen).text);
}

/** The entity behind a mention, or undefined where it cannot be one: on the other platform, elsewhere, or one too many. */
function mentionOf(who: Mention, { mentions, tenant }: Pen): MentionEntity | undefined {
  if (who.platform !== 'teams' || who.tenant.toLowerCase() !== tenant.toLowerCase()) return undefined;
  const known = mentions.get(who.user);
  if (known || mentions.size >= maxMentions || who.user.length > 100) return known;
  const name = mentionName(who.name);
  const taken = [...mentions.values()].some(({ mentioned }) => mentioned.name === name);
  const unique = taken ? `${name} ${mentions.size + 1}` : name;
  const entity = {
    type: 'mention',
    text: `<at>${unique}</at>`,
    mentioned: { id: who.user, name: unique },
  } as const;
  mentions.set(who.user, entity);
  return entity;
}

function drawCalls(calls: readonly Mention[], pen: Pen): Element[] {
  const texts = calls.map((who) => mentionOf(who, pen)?.text).filter((text) => text !== undefined);
  return texts.length > 0 ? [{ type: 'TextBlock', text: [...new Set(texts)].join(' '), wrap: true }] : [];
}

function drawExpansion(card: Card, pen: Pen): Container {
  const items = card.expansion.flatMap(({ heading, text }) => [
    rich([run(plain(shorten(heading, pen.chars)), { weight: 'Bolder' })]),
    ...setApart(text, pen),
  ]);
  return { type: 'Container', id: fullTextId, isVisible: false, style: 'emphasis', items };
}

/** The card in one plain sentence after the other, for notifications and clients that draw no cards. */
export function wordsOf(card: Card, chars: number): string {
  const line = (spans: Line) =>
    spans.map((span) => drawSpan(span, { chars: 200, tenant: '', mentions: new Map() }).text).join('');
  const said = card.blocks.flatMap((block) => {
    switch (block.kind) {
      case 'text':
      case 'note':
        return [line(block.line)];
      case 'facts':
        return block.facts.map(({ name, value }) => `${name}: ${line(value)}`);
      case 'quote':
        return [`${block.whose}: “${shorten(block.text.replace(/\s+/g, ' '), 200)}”`];
      case 'picture':
        return [`${block.picture.title}: ${block.picture.alt}`];
      case 'divider':
        return [];
    }
  });
  const sentences = [card.title, ...said].map((words) => (/[.!?…”]\s*$/.test(words) ? words : `${words}.`));
  return plain(shorten(sentences.join(' ').replace(/\s+/g, ' '), chars));
}

function openable(url: string): URL | undefined {
  const parsed = URL.parse(url);
  if (!parsed || parsed.username || parsed.password || parsed.href.length > 2_000) return undefined;
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && loopback) ? parsed : undefined;
}
