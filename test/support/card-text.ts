// A card as text that people can read, for golden files. It shows what each span is, so that somebody else's words
// standing where ours belong would be seen: `code` in backticks, times in braces, quotes behind a bar.
import type { Card, Field, Form, Line, Span } from '#cards/card.ts';

export function cardText(card: Card): string {
  return [
    `== ${card.title} ==  (${card.tone})`,
    ...card.blocks.flatMap((block): string[] => {
      switch (block.kind) {
        case 'text':
          return [lineText(block.line)];
        case 'note':
          return [`(${lineText(block.line)})`];
        case 'facts':
          return block.facts.map(({ name, value }) => `  ${name}: ${lineText(value)}`);
        case 'quote':
          return [`${block.whose}:`, ...block.text.split('\n').map((each) => `  | ${each}`)];
        case 'picture':
          return [
            `[picture: ${block.picture.title}]`,
            `  ${block.picture.alt}`,
            ...block.picture.panels.map(({ kind, heading }) => `  (${kind}: ${heading})`),
          ];
        case 'divider':
          return ['---'];
      }
    }),
    ...card.buttons.flatMap(({ label, press, style, form }) => {
      const digest = press.digest === undefined ? '' : ` @${press.digest}`;
      const choice = press.choice === undefined ? '' : ` (${press.choice})`;
      return [`[${label}] ${style} -> ${press.verb}${choice} ${press.subject}${digest}`, ...formText(form)];
    }),
    ...(card.calls.length > 0 ? [`calls ${card.calls.map(({ name }) => name).join(', ')}`] : []),
    ...card.expansion.flatMap(({ heading, text }) => [`## ${heading}`, text]),
    '',
  ].join('\n');
}

const formText = (form: Form | undefined): string[] =>
  form
    ? [
        `    ${form.title}${form.note ? ` (${lineText(form.note)})` : ''}`,
        ...form.fields.map((field) => `    ${field.label}${field.required ? '*' : ''}: ${fieldText(field)}`),
        `    [${form.submit}]${form.optional ? ' counts without the form' : ''}`,
      ]
    : [];

function fieldText(field: Field): string {
  switch (field.kind) {
    case 'line':
    case 'text':
      return `${field.value ? `"${field.value.replaceAll('\n', '\\n')}" ` : ''}${field.placeholder ?? ''}`;
    case 'one-of':
      return field.options
        .map(({ value, label }) => `${value === field.value ? '(x)' : '( )'} ${label}`)
        .join(' ');
    case 'some-of':
      return field.options
        .map(({ value, label }) => `${field.values.includes(value) ? '[x]' : '[ ]'} ${label}`)
        .join(' ');
    case 'moment':
      return field.at?.toISOString() ?? '';
  }
}

export const lineText = (line: Line) => line.map(spanText).join('');

function spanText(span: Span): string {
  switch (span.kind) {
    case 'plain':
      return span.text;
    case 'strong':
      return `*${span.text}*`;
    case 'code':
      return `\`${span.text}\``;
    case 'time':
      return `{${span.at.toISOString().slice(0, 16)}Z}`;
    case 'link':
      return `[${span.label}](${span.url})`;
    case 'mention':
      return `@${span.who.name}`;
  }
}
