import { z } from 'zod';
import { ChatError } from '#chat/chat.ts';
import type { Queue } from '#database/jobs.ts';
import { offerAgain } from './away.ts';
import type { Bot } from './bot.ts';

export const pictureQueue: Queue<{ card: string }> = {
  name: 'picture',
  data: z.object({ card: z.string() }),
};

/** How many cards a round looks after. */
const pageSize = 100;

/** A platform takes a moment to process what was uploaded; it is asked again later and later. */
const pauseMs = (times: number) => Math.min(500 * 2 ** times, 60_000);

/** Asks for the pictures a card hangs without. */
export const bringLater = (bot: Bot, card: string, at?: Date) =>
  bot.jobs.send(pictureQueue, { card }, { key: card, ...(at && { startAfter: at }) });

/**
 * Brings a card's pictures to its platform and has it hung again with them. The card hangs already, with the figures in
 * words, so nothing waits for this; where it fails for good, the words stay. Safe to run twice.
 */
export async function bringPictures(bot: Bot, id: string): Promise<void> {
  const { pictures } = bot.ledger;
  const lacking = await pictures.lacking(id);
  if (!lacking) return;
  const chat = bot.chats.get(lacking.place.platform);
  if (!chat) return await offerAgain(bot, lacking.place.platform, pictureQueue, { card: id }, id);
  const { place, card, times, triedAt } = lacking;
  const due = new Date(triedAt.getTime() + (times > 1 ? pauseMs(times) : 0));
  if (due > bot.now()) return await bringLater(bot, id, due);
  try {
    await chat.bring(card);
    await pictures.hangAgain(id, place);
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    const { code, retryAfterMs } = error;
    bot.log.warn({ card: id, place, code, times, err: error }, 'a picture was not brought');
    if (code === 'gone' || code === 'refused') return await pictures.giveUp(id);
    await pictures.failed(id, bot.now());
    await bringLater(bot, id, new Date(bot.now().getTime() + (retryAfterMs ?? pauseMs(times))));
  }
}

/** Whatever lacks a picture and nobody was told of: what a crash or a lost job left behind. */
export async function bringWhatLacks(bot: Bot): Promise<void> {
  for (const id of await bot.ledger.pictures.allLacking(pageSize)) await bringLater(bot, id);
}
