// A neutral card as an Adaptive Card 1.5. Words that are not ours alone stand in TextRuns, where Teams reads no Markdown;
// a TextBlock appears only where somebody is mentioned. Whatever the card holds, what comes out satisfies `limits.ts`.
import type { Block, Button, Card, Line, Mention, Press, Span } from '#cards/card.ts';
import { inputLimit, verbPrefix } from '#chat/teams/activity.ts';
import {
  type Action,
  type AdaptiveCard,
  type Container,
  type Element,
  type MentionEntity,
  rich,
  run,
  type TextRun,
} from '#chat/teams/elements.ts';
import { cut, escaped, leftOut, lineBreak, mentionName, plain, shorten } from '#chat/teams/inert-text.ts';
import { bytesOf, cardType, cardVersion, maxActions, maxBytes } from '#chat/teams/limits.ts';

export type Outgoing = {
  readonly type: 'message';
  /** What a notification and the activity feed say. */
  readonly summary: string;
  readonly attachments: readonly [{ readonly contentType: typeof cardType; readonly content: AdaptiveCard }];
};

const maxButtons = 24;
const maxMentions = 15;
const labelChars = 80;
const wordChars = 600;
/** What is left for ids, names and whatever the connector adds on the way. */
const cardBytes = maxBytes - 6_144;
/** How many characters one piece of text may keep, tried in turn until the card fits. */
const allowances = [Number.POSITIVE_INFINITY, 4_000, 2_000, 1_000, 500, 250, 120, 60];
const fullTextId = 'full-text';

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
  for (const chars of allowances) {
    for (const inline of pages ? [true, false] : [true]) {
      const drawn = draw(card, { chars, tenant, mentions: new Map() }, mark, calls, inline);
      if (bytesOf(drawn) <= cardBytes) return drawn;
    }
  }
  return squeeze(draw(card, { chars: 60, tenant, mentions: new Map() }, mark, calls, false));
}

function draw(card: Card, pen: Pen, mark: string, calls: boolean, inline: boolean): AdaptiveCard {
  const expander = inline && card.expansion.length > 0;
  const { actions, rest } = drawButtons(card.buttons, expander);
  const body: Element[] = [
    {
      type: 'Container',
      id: mark,
      style: styles[card.tone],
      bleed: true,
      items: [rich([run(plain(shorten(card.title, pen.chars)), { weight: 'Bolder', size: 'Large' })])],
    },
    ...drawBlocks(card.blocks, pen),
    ...(calls ? drawCalls(card.calls, pen) : []),
    ...(expander ? [drawExpansion(card, pen)] : []),
    ...rest,
  ];
  const words = wordsOf(card, wordChars);
  return {
    type: 'AdaptiveCard',
    version: cardVersion,
    body,
    ...(actions.length > 0 && { actions }),
    fallbackText: words,
    speak: words.replace(/[<>&]/g, ' '),
    msteams: { width: 'Full', ...(pen.mentions.size > 0 && { entities: [...pen.mentions.values()] }) },
  };
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
    case 'quote': {
      const whose = plain(shorten(block.whose, pen.chars)) + (block.cut ? ' (shortened)' : '');
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
      return run(inWords(span.at));
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

/** One `read` opens what stands behind the card itself; several choose between other things. */
const opensItself = (buttons: readonly Button[]) =>
  buttons.filter(({ press }) => press.verb === 'read').length === 1;

function drawButtons(buttons: readonly Button[], expander: boolean) {
  const toggles = expander && opensItself(buttons);
  const drawn = buttons.slice(0, maxButtons).map((button, at) => drawButton(button, at, toggles));
  if (expander && !toggles) drawn.push(toggle('Full text'));
  const rows: Element[] = [];
  for (let at = maxActions; at < drawn.length; at += maxActions) {
    rows.push({ type: 'ActionSet', actions: drawn.slice(at, at + maxActions) });
  }
  const more = buttons.length - maxButtons;
  if (more > 0) rows.push(rich([run(`${more} more choices do not fit here.`, { isSubtle: true })]));
  return { actions: drawn.slice(0, maxActions), rest: rows };
}

const toggle = (title: string): Action => ({
  type: 'Action.ToggleVisibility',
  title,
  targetElements: [fullTextId],
});

function drawButton({ label, press, style, input }: Button, at: number, toggles: boolean): Action {
  const title = plain(shorten(label, labelChars));
  const look =
    style === 'primary'
      ? { style: 'positive' as const }
      : style === 'danger'
        ? { style: 'destructive' as const }
        : {};
  if (press.verb === 'read') return toggles ? toggle(title) : execute(title, press, { page: 1 });
  if (!input) return { ...execute(title, press), ...look };
  const id = `input-${at}`;
  const ask = {
    type: 'Input.Text',
    id,
    label: plain(shorten(input.label, labelChars)),
    placeholder: plain(shorten(input.placeholder, labelChars)),
    isMultiline: true,
    maxLength: inputLimit,
  } as const;
  const go = { ...execute(title, press, { input: id }), ...look };
  const card = { type: 'AdaptiveCard', version: cardVersion, body: [ask], actions: [go] } as const;
  return { type: 'Action.ShowCard', title, card, ...look };
}

/** A button that comes back as an invoke; its data is the press and nothing else. */
export function execute(
  title: string,
  press: Press,
  more: Readonly<Record<string, string | number>> = {},
): Action {
  const { verb, subject, digest } = press;
  const data = { subject, ...(digest !== undefined && { digest }), ...more };
  return { type: 'Action.Execute', title, verb: verbPrefix + verb, data };
}

/** Leaves out the middle of a body that is too long even with every text cut short, and says so. */
function squeeze(card: AdaptiveCard): AdaptiveCard {
  const { body } = card;
  for (let keep = body.length - 1; keep > 1; keep -= 1) {
    const head = Math.ceil(keep / 2);
    const gap = rich([run(`[${body.length - keep} parts of this card left out here]`, { weight: 'Bolder' })]);
    const kept = [...body.slice(0, head), gap, ...body.slice(body.length - (keep - head))];
    const texts = JSON.stringify(kept);
    const entities = card.msteams?.entities?.filter(({ text }) => texts.includes(text)) ?? [];
    const msteams = { width: 'Full' as const, ...(entities.length > 0 && { entities }) };
    const drawn = { ...card, body: kept, msteams };
    if (bytesOf(drawn) <= cardBytes) return drawn;
  }
  return { ...card, body: body.slice(0, 1), msteams: { width: 'Full' } };
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
      case 'divider':
        return [];
    }
  });
  return plain(shorten([card.title, ...said].join('. ').replace(/\s+/g, ' '), chars));
}

/** `21 Nov 2026, 18:05 UTC`: said in words, because `{{DATE}}` is not read in TextRuns everywhere. */
function inWords(at: Date): string {
  if (Number.isNaN(at.getTime())) return 'an unknown time';
  const words = at.toLocaleString('en-GB', { timeZone: 'UTC', dateStyle: 'medium', timeStyle: 'short' });
  return `${words} UTC`;
}

function openable(url: string): URL | undefined {
  const parsed = URL.parse(url);
  if (!parsed || parsed.username || parsed.password || parsed.href.length > 2_000) return undefined;
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && loopback) ? parsed : undefined;
}
