// Teams tells a time in the reader's own zone in TextBlocks alone, and words of agents never stand in one. So the times a card
// names in UTC are said once more at its foot, in a TextBlock that holds nothing but times and our own words.
// adaptivecards.io, "Date/Time Function Formatting and Localization"
import type { Block, Card, Line } from '#cards/card.ts';
import { inYourZone } from '#cards/words/drawing.ts';
import type { Marked } from '#chat/teams/elements.ts';
import { inUtc } from '#chat/utc.ts';

const most = 6;

/** The foot of a card that names times; nothing where it names none. The earliest come first. */
export function localTimes({ blocks }: Pick<Card, 'blocks'>): Marked[] {
  const minutes = blocks
    .flatMap(linesOf)
    .flatMap((line) =>
      line.flatMap((span) =>
        span.kind === 'time' && !Number.isNaN(span.at.getTime()) ? span.at.getTime() : [],
      ),
    );
  const times = [...new Set(minutes.map((at) => Math.floor(at / 60_000) * 60_000))]
    .toSorted((a, b) => a - b)
    .slice(0, most)
    .map((at) => new Date(at));
  if (times.length === 0) return [];
  const said = times.map((at) => {
    const iso = at.toISOString().replace(/\.\d+/, '');
    return `${inUtc(at)} → {{DATE(${iso},SHORT)}} {{TIME(${iso})}}`;
  });
  return [
    {
      type: 'TextBlock',
      text: `${inYourZone}: ${said.join('; ')}`,
      wrap: true,
      size: 'Small',
      isSubtle: true,
    },
  ];
}

function linesOf(block: Block): readonly Line[] {
  switch (block.kind) {
    case 'text':
    case 'note':
      return [block.line];
    case 'facts':
      return block.facts.map(({ value }) => value);
    case 'quote':
    case 'divider':
    case 'picture':
      return [];
  }
}
