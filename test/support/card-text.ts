// A card as text that people can read, for golden files. It shows what each span is, so that somebody else's words
// standing where ours belong would be seen: `code` in backticks, times in braces, quotes behind a bar.
import type { Card, Line, Span } from '#cards/card.ts';

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
        case 'divider':
          return ['---'];
      }
    }),
    ...card.buttons.map(({ label, press, style, input }) => {
      const asks = input ? ` + ${input.label}: ${input.placeholder}` : '';
      const digest = press.digest === undefined ? '' : ` @${press.digest}`;
      return `[${label}] ${style} -> ${press.verb} ${press.subject}${digest}${asks}`;
    }),
    ...(card.calls.length > 0 ? [`calls ${card.calls.map(({ name }) => name).join(', ')}`] : []),
    ...card.expansion.flatMap(({ heading, text }) => [`## ${heading}`, text]),
    '',
  ].join('\n');
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
