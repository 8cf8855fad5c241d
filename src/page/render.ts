// A card as HTML: no scripts, every string escaped, headings and labels for whoever listens to it.
import { randomUUID } from 'node:crypto';
import type { Block, Button, Card, Field, Line, Span } from '#cards/card.ts';
import { formLimits } from '#cards/card.ts';
import * as words from '#cards/words/visit.ts';
import { inUtc } from '#chat/utc.ts';
import { escapeHtml } from '#person-server/page.ts';

/** Where the forms of a page are sent, and what shows that they are this browser's. */
export type Forms = { readonly action: string; readonly csrf: string };

/**
 * The body of a page: the card, its full text, and below all of it a form for each of its buttons. The title is the page's
 * own heading.
 */
export const renderCard = (card: Card, forms: Forms): string =>
  [
    ...(card.expansion.length > 0 && card.buttons.length > 0
      ? [`<p><a href="#answer">${escapeHtml(words.whole.toAnswer)}</a></p>`]
      : []),
    blocksOf(card.blocks),
    ...fullText(card.expansion),
    ...actions(card.buttons, forms),
  ].join('\n');

/** What became of the visitor's last act, above everything else. */
export const renderTold = ({ title, blocks }: Card): string =>
  `<section class="told" role="status"><h2>${escapeHtml(title)}</h2>${blocksOf(blocks)}</section>`;

/** Links below the card; only what a browser may open safely becomes one. */
export function renderLinks(links: readonly { readonly label: string; readonly url: string }[]): string {
  const items = links
    .filter(({ url }) => /^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    .map(({ label, url }) => `<li><a class="way" href="${escapeHtml(url)}">${escapeHtml(label)}</a></li>`);
  return items.length === 0 ? '' : `<ul class="ways">${items.join('')}</ul>`;
}

const blocksOf = (blocks: readonly Block[]) => blocks.map(blockOf).join('\n');

function blockOf(block: Block): string {
  switch (block.kind) {
    case 'text': {
      const [only, ...more] = block.line;
      // A line of one strong span names what follows it.
      return only?.kind === 'strong' && more.length === 0
        ? `<h2>${escapeHtml(only.text)}</h2>`
        : `<p>${lineOf(block.line)}</p>`;
    }
    case 'facts':
      return `<dl>${block.facts
        .map(({ name, value }) => `<div><dt>${escapeHtml(name)}</dt><dd>${lineOf(value)}</dd></div>`)
        .join('')}</dl>`;
    case 'quote':
      return `<figure class="quote"><figcaption>${escapeHtml(block.whose)}</figcaption><blockquote>${paragraphs(block.text)}</blockquote></figure>`;
    case 'note':
      return `<p class="note">${lineOf(block.line)}</p>`;
    case 'picture':
      return `<figure><figcaption>${escapeHtml(block.picture.title)}</figcaption><p>${escapeHtml(block.picture.alt)}</p></figure>`;
    case 'divider':
      return '<hr>';
  }
}

const lineOf = (line: Line) => line.map(spanOf).join('');

function spanOf(span: Span): string {
  switch (span.kind) {
    case 'plain':
      return escapeHtml(span.text);
    case 'strong':
      return `<strong>${escapeHtml(span.text)}</strong>`;
    case 'code':
      return `<code>${escapeHtml(span.text)}</code>`;
    case 'time':
      return Number.isNaN(span.at.getTime())
        ? escapeHtml(inUtc(span.at))
        : `<time datetime="${span.at.toISOString()}">${escapeHtml(inUtc(span.at))}</time>`;
    case 'link': {
      const page = URL.parse(span.url);
      if (!page || !/^https?:$/.test(page.protocol)) return `<code>${escapeHtml(span.url)}</code>`;
      return `<a href="${escapeHtml(page.href)}" rel="noopener noreferrer">${escapeHtml(span.label)}</a> <code>${escapeHtml(page.host)}</code>`;
    }
    case 'mention':
      return escapeHtml(span.who.name);
  }
}

const paragraphs = (text: string) =>
  text
    .split('\n')
    .map((each) => `<p>${escapeHtml(each)}</p>`)
    .join('');

function fullText(expansion: Card['expansion']): string[] {
  if (expansion.length === 0) return [];
  const parts = expansion.map(
    ({ heading, text }) => `<h3>${escapeHtml(heading)}</h3><pre>${escapeHtml(text)}</pre>`,
  );
  return [
    `<section class="whole"><h2>${escapeHtml(words.whole.title)}</h2><p class="note">${lineOf(words.whole.whose)}</p>${parts.join('')}</section>`,
  ];
}

function actions(buttons: readonly Button[], forms: Forms): string[] {
  if (buttons.length === 0) return [];
  const heading = buttons.some(({ press }) => press.verb === 'pair')
    ? words.arrival.show
    : words.whole.answer;
  return [
    `<section class="actions" id="answer"><h2>${escapeHtml(heading)}</h2>`,
    ...buttons.map((button, at) => formOf(button, at, forms)),
    '</section>',
  ];
}

/** A button with what it asks for. What counts without being filled in stands open; the rest opens when it is wanted. */
function formOf({ label, press, style, form }: Button, at: number, { action, csrf }: Forms): string {
  const hidden = Object.entries({ csrf, act: randomUUID(), ...press })
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join('');
  const fields = (form?.fields ?? []).map((field, index) => fieldOf(field, `f${at}-${index}`)).join('');
  const note = form?.note ? `<p class="note">${lineOf(form.note)}</p>` : '';
  const submit = escapeHtml(form && !form.optional ? form.submit : label);
  const body = `<form method="post" action="${escapeHtml(action)}">${hidden}${note}${fields}<button class="${style}">${submit}</button></form>`;
  return form && !form.optional ? `<details><summary>${escapeHtml(label)}</summary>${body}</details>` : body;
}

function fieldOf(field: Field, id: string): string {
  const { name, label, required } = field;
  const must = required ? ' required' : '';
  const heading = `<label for="${id}">${escapeHtml(label)}</label>`;
  const named = `id="${id}" name="v.${escapeHtml(name)}"`;
  switch (field.kind) {
    case 'line':
      return `${heading}<input ${named} autocomplete="off" maxlength="${formLimits.line}" value="${escapeHtml(field.value ?? '')}"${hintOf(field, id)}${must}>${hint(field, id)}`;
    case 'text':
      return `${heading}<textarea ${named} rows="${field.value ? 8 : 3}" maxlength="${formLimits.text}"${hintOf(field, id)}${must}>\n${escapeHtml(field.value ?? '')}</textarea>${hint(field, id)}`;
    case 'one-of':
      return `${heading}<select ${named}${must}>${required ? '' : '<option value=""></option>'}${field.options
        .map(
          ({ value, label: shown }) =>
            `<option value="${escapeHtml(value)}"${value === field.value ? ' selected' : ''}>${escapeHtml(shown)}</option>`,
        )
        .join('')}</select>`;
    case 'some-of':
      return `<fieldset><legend>${escapeHtml(label)}</legend><input type="hidden" name="some" value="${escapeHtml(name)}">${field.options
        .map(
          ({ value, label: shown }, at) =>
            `<div class="choice"><input type="checkbox" id="${id}-${at}" name="v.${escapeHtml(name)}" value="${escapeHtml(value)}"${field.values.includes(value) ? ' checked' : ''}><label for="${id}-${at}">${escapeHtml(shown)}</label></div>`,
        )
        .join('')}</fieldset>`;
    case 'moment':
      return `<label for="${id}">${escapeHtml(label)} ${escapeHtml(words.whole.utc)}</label><input type="hidden" name="moment" value="${escapeHtml(name)}"><input type="datetime-local" ${named} value="${field.at ? field.at.toISOString().slice(0, 16) : ''}"${must}>`;
  }
}

type Typed = Extract<Field, { kind: 'line' | 'text' }>;
const hintOf = ({ placeholder }: Typed, id: string) => (placeholder ? ` aria-describedby="${id}-hint"` : '');
const hint = ({ placeholder }: Typed, id: string) =>
  placeholder ? `<p class="hint" id="${id}-hint">${escapeHtml(placeholder)}</p>` : '';
