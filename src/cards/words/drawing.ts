// What the chat platforms' drawing adds by itself: that something was left out, and the ways to the full text.
import type { SafeText } from '#cards/card.ts';
import { ours } from '#cards/line.ts';

export const fullText = ours`Full text`;
export const close = ours`Close`;
export const back = ours`Back`;
export const untitled = ours`Untitled`;
export const loading = ours`Loading…`;
export const nothingToRead = ours`There is nothing here to read, or it is not yours to read.`;
export const nextPage = ours`Next page`;
export const previousPage = ours`Previous page`;
export const backToCard = ours`Back to the card`;
export const pageOf = (page: number, pages: number): SafeText => ours`Page ${page} of ${pages}`;
export const yourPageOf = (page: number, pages: number): SafeText =>
  ours`Full text, page ${page} of ${pages}. Only you see this.`;

/** Followed by where. */
export const charactersLeftOut = (count: number): SafeText =>
  count === 1
    ? ours`1 character left out`
    : ours`${count.toLocaleString('en-GB') as SafeText} characters left out`;
export const partsLeftOut = (count: number): SafeText =>
  count === 1 ? ours`1 more part left out here` : ours`${count} more parts left out here`;
export const moreChoices = (count: number): SafeText => ours`${count} more choices do not fit here.`;
export const shortened = ours`shortened`;
export const areShortened = ours`These words are shortened`;

export const noCharts = ours`This client draws no charts; the figures stand below.`;
export const inYourZone = ours`In your time zone`;

export const nothingDone = ours`Nothing was done`;
export const cardChanged = ours`The card has changed since it was shown to you. Please look at it again.`;
export const fillIn = ours`Please fill this in.`;

// What somebody who pressed in Teams reads at once, before anything has come of it.

export const received = ours`Received. The card changes as soon as it is settled; what is for you alone comes in your own chat with this bot.`;
export const onlyAPress = ours`Nothing was done: only a press counts.`;
export const nothingToShow = ours`There is nothing to show here any more.`;
export const unknownButton = ours`This button is not known here.`;
export const notRecorded = ours`This was not recorded. Please press again in a moment.`;
