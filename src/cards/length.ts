import type { Card, Line } from './card.ts';

/** How many characters a card shows without being opened, its buttons left out. */
export const shownLength = ({ title, blocks }: Card): number =>
  blocks.reduce((sum, block) => {
    switch (block.kind) {
      case 'text':
      case 'note':
        return sum + lengthOf(block.line);
      case 'facts':
        return block.facts.reduce((all, { name, value }) => all + name.length + lengthOf(value), sum);
      case 'quote':
        return sum + block.whose.length + block.text.length;
      case 'picture':
        return sum + block.picture.title.length;
      case 'divider':
        return sum;
    }
  }, title.length);

/** A time is read at a glance; an address is judged by its label and host. */
const lengthOf = (line: Line) =>
  line.reduce((sum, span) => {
    switch (span.kind) {
      case 'plain':
      case 'strong':
      case 'code':
        return sum + span.text.length;
      case 'link':
        return sum + span.label.length;
      case 'mention':
        return sum + span.who.name.length;
      case 'time':
        return sum;
    }
  }, 0);
