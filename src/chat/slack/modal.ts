// The full text behind a card as a modal, in pages where one view cannot hold it.

import type { KnownBlock, ModalView } from '@slack/types';
import type { Block, Card } from '#cards/card.ts';
import * as words from '#cards/words/drawing.ts';
import { barred, clip, linesOf } from './cut.ts';
import { bytes, limits } from './limits.ts';
import { linePlain, oneLine } from './mrkdwn.ts';
import type { Origin } from './press.ts';
import { context, plain } from './render.ts';

/** Prefix of the action ids that turn a page; the button's value is the page. */
export const pageAction = 'chaperone:page';

const fullCallback = 'chaperone:full';
/** What one page may weigh and hold; well below the 250 kB and 100 blocks of a view, to leave room for heading and buttons. */
const pageBytes = 150_000;
const pageBlocks = 90;
const pieceRoom = 2_700;

/** Shown at once, because a trigger lives three seconds and the text may take longer. */
export const loadingView = (origin: Origin): ModalView => fullView(origin, [context(plain(words.loading))]);

/** Shown where there is nothing to read, or nothing for this person. */
export const closedView = (origin: Origin): ModalView =>
  fullView(origin, [context(plain(words.nothingToRead))]);

/** One page of everything behind a card. A page that does not exist is the last one. */
export function textView(origin: Origin, card: Card): ModalView {
  const pages = pagesOf(card);
  const at = Math.min(origin.page ?? 0, pages.length - 1);
  const turn = (to: number, label: string, which: string) => ({
    type: 'button' as const,
    action_id: `${pageAction}:${which}`,
    text: plain(label),
    value: String(to),
  });
  const turns = [
    ...(at > 0 ? [turn(at - 1, words.previousPage, 'previous')] : []),
    ...(at < pages.length - 1 ? [turn(at + 1, words.nextPage, 'next')] : []),
  ];
  return fullView({ ...origin, page: at }, [
    ...(pages[at] ?? []),
    ...(turns.length
      ? [context(plain(words.pageOf(at + 1, pages.length))), { type: 'actions' as const, elements: turns }]
      : []),
  ]);
}

const fullView = (origin: Origin, blocks: KnownBlock[]): ModalView => ({
  type: 'modal',
  callback_id: fullCallback,
  private_metadata: JSON.stringify(origin),
  title: plain(words.fullText),
  close: plain(words.close),
  blocks,
});

function pagesOf(card: Card): KnownBlock[][] {
  const texts = card.expansion.length > 0 ? card.expansion : card.blocks.flatMap(asText);
  const title = oneLine(card.title).trim() || words.untitled;
  const blocks: KnownBlock[] = [
    { type: 'section', text: plain(clip(title, limits.section)) },
    ...texts.flatMap(({ heading, text }): KnownBlock[] => [
      { type: 'header', text: plain(clip(oneLine(heading).trim() || '\u2013', limits.header)) },
      ...pieces(text).map((piece): KnownBlock => ({ type: 'section', text: plain(piece) })),
    ]),
  ];
  const pages: KnownBlock[][] = [[]];
  let [weight, page] = [0, pages[0] ?? []];
  for (const block of blocks) {
    const more = bytes(block);
    if (page.length === pageBlocks || (page.length > 0 && weight + more > pageBytes)) {
      pages.push((page = []));
      weight = 0;
    }
    page.push(block);
    weight += more;
  }
  return pages;
}

/** A card without an expansion is read as its own words, uncut. */
function asText(block: Block): { heading: string; text: string }[] {
  switch (block.kind) {
    case 'divider':
      return [];
    case 'picture':
      return [{ heading: block.picture.title, text: block.picture.alt }];
    case 'quote':
      return [{ heading: block.whose, text: block.text }];
    case 'facts':
      return block.facts.map(({ name, value }) => ({ heading: name, text: linePlain(value) }));
    case 'text':
    case 'note':
      return [{ heading: block.kind === 'note' ? 'Note' : 'Card', text: linePlain(block.line) }];
  }
}

/** A text as barred pieces of at most `pieceRoom` characters, broken between lines where there are any. */
function pieces(text: string): string[] {
  // Counted in whole characters, of which each may take two of the units that Slack counts.
  const lines = linesOf(text).flatMap((line) => line.match(/[^]{1,1350}/gu) ?? ['']);
  const found: string[] = [];
  let piece: string[] = [];
  let room = pieceRoom;
  for (const line of lines) {
    const takes = line.length + 3;
    if (piece.length > 0 && takes > room) {
      found.push(barred(piece.join('\n')));
      [piece, room] = [[], pieceRoom];
    }
    piece.push(line);
    room -= takes;
  }
  return [...found, barred(piece.join('\n'))];
}
