// The full text behind a card, in pages, for the one person who asked: the answer to an invoke is seen by nobody else.

import type { Card, Press } from '#cards/card.ts';
import * as words from '#cards/words/drawing.ts';
import { execute } from '#chat/teams/buttons.ts';
import type { Action, AdaptiveCard, Element } from '#chat/teams/elements.ts';
import { rich, run } from '#chat/teams/elements.ts';
import { lineBreak, plain, shorten } from '#chat/teams/inert-text.ts';
import { bytesOf, cardVersion, maxBytes } from '#chat/teams/limits.ts';
import { renderCard } from '#chat/teams/render.ts';

const pageBytes = maxBytes - 6_144;
const lineChars = 1_000;

/**
 * Page `page` (from 1, clamped) of a card's expansion, with the way to the other pages and back; page 0 is the card as it
 * stands. Every character of the expansion is on exactly one page.
 */
export function renderPage(card: Card, press: Press, tenant: string, page: number): AdaptiveCard {
  const pages = pagesOf(card);
  if (page === 0 || pages.length === 0) return renderCard(card, tenant, 'full-text-back', false);
  const shown = Math.min(page, pages.length);
  const read: Press = { ...press, verb: 'read' };
  const actions: Action[] = [
    ...(shown < pages.length ? [execute(words.nextPage, read, { page: shown + 1 })] : []),
    ...(shown > 1 ? [execute(words.previousPage, read, { page: shown - 1 })] : []),
    execute(words.backToCard, read, { page: 0 }),
  ];
  const where = words.yourPageOf(shown, pages.length);
  const title = plain(shorten(card.title, 200));
  return {
    type: 'AdaptiveCard',
    version: cardVersion,
    body: [
      rich([run(title, { weight: 'Bolder', size: 'Large' })]),
      rich([run(where, { isSubtle: true, size: 'Small' })]),
      { type: 'Container', style: 'emphasis', items: pages[shown - 1] ?? [] },
    ],
    actions,
    fallbackText: `${title}. ${where}`,
    speak: `${title}. ${where}`.replace(/[<>&]/g, ' '),
  };
}

function pagesOf(card: Card): readonly (readonly Element[])[] {
  const rows = card.expansion.flatMap(({ heading, text }) => [
    rich([run(plain(shorten(heading, 200)), { weight: 'Bolder' })]),
    ...text
      .split(lineBreak)
      .flatMap(inPieces)
      .map((line) => rich([run(plain(`│ ${line}`))], { spacing: 'None' })),
  ]);
  const pages: Element[][] = [];
  let room = 0;
  for (const row of rows) {
    const bytes = bytesOf(row) + 2;
    if (bytes > room) {
      pages.push([]);
      room = pageBytes;
    }
    pages.at(-1)?.push(row);
    room -= bytes;
  }
  return pages;
}

/** A line longer than a page could take, in pieces that never split a character. */
function inPieces(line: string): readonly string[] {
  if (line.length <= lineChars) return [line];
  const pieces: string[] = [];
  let piece = '';
  for (const character of line) {
    if (piece.length + character.length > lineChars) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}
