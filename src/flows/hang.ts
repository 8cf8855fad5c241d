import { setTimeout as pause } from 'node:timers/promises';
import { withTwin } from '#cards/left-card.ts';
import { type Chat, ChatError, type Place, type Platform, type Posted } from '#chat/chat.ts';
import { postQueue } from '#ledger/ledger.ts';
import { type Due, keyOf } from '#ledger/wall.ts';
import { offerAgain } from './away.ts';
import type { Bot } from './bot.ts';
import { bringLater, bringWhatLacks } from './bring.ts';

/** How long one job keeps posting to a place before it lets others have a go. */
const shiftMs = 20_000;
/** How soon a card is tried again that was passed over, because somebody wrote to it just then. */
const passedOverMs = 50;
/** A platform may show a message a little after it took it; look for a copy only then. */
const settleMs = 3_000;
/** How often a reply that finds no thread has its root looked after before it is given up. */
const doubts = 3;

/** Makes a place show what should hang there, at the pace the platform bears. Safe to run twice, and at once. */
export async function hangCards(bot: Bot, place: Place): Promise<void> {
  const chat = bot.chats.get(place.platform);
  if (!chat) {
    if (await bot.ledger.wall.isWaiting(place, bot.now()))
      await offerAgain(bot, place.platform, postQueue, place, keyOf(place));
    return;
  }
  const end = bot.now().getTime() + shiftMs;
  while (bot.now().getTime() < end) {
    const due = await bot.ledger.wall.take(place, bot.now(), bot.tempo.cardMs);
    if (!due) {
      if (!(await bot.ledger.wall.isWaiting(place, bot.now()))) return;
      await pause(passedOverMs);
      continue;
    }
    const turn = await bot.ledger.places.takeTurn(
      place,
      bot.now(),
      bot.tempo.paceMs?.[place.platform] ?? chat.paceMs,
    );
    const waitMs = turn.getTime() - bot.now().getTime();
    if (waitMs > shiftMs / 2) return await later(bot, due, turn, due.attemptedAt === undefined);
    if (waitMs > 0) await pause(waitMs);
    await hang(bot, chat, due);
  }
  await bot.jobs.send(postQueue, place, { key: keyOf(place) });
}

async function hang(bot: Bot, chat: Chat, due: Due): Promise<void> {
  const { wall } = bot.ledger;
  let posted = due.posted;
  try {
    const copy = posted ? undefined : await found(bot, chat, due);
    const twice = due.maybeTwice || copy === 'cannot-tell';
    if (twice && !due.maybeTwice) await wall.maybeTwice(due.id, true);
    if (copy !== 'cannot-tell') posted ??= copy;
    const card = twice ? withTwin(due.card) : due.card;
    const hangs = posted
      ? { ...posted, ...(await chat.replace(posted, card, due.id)) }
      : await chat.post(due.place, due.thread, card, due.id);
    const recorded = await wall.hung(due.id, hangs, due, bot.now());
    if (!recorded) await chat.remove(hangs);
    else if (hangs.lacks) await bringLater(bot, due.id);
    bot.log.debug({ card: due.id, place: due.place, repainted: Boolean(posted) }, 'card hangs');
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    await recover(bot, { ...due, posted }, error);
  }
}

/** The copy an interrupted attempt left behind, if the platform can be asked; spare copies are taken down. */
async function found(bot: Bot, chat: Chat, due: Due): Promise<Posted | 'cannot-tell' | undefined> {
  if (!due.attemptedAt) return undefined;
  const since = new Date(due.attemptedAt.getTime() - 60_000);
  const copies = await chat.find(due.place, due.thread, due.id, since);
  if (copies === 'cannot-tell') {
    bot.log.warn(
      { card: due.id, place: due.place },
      'posting again: this platform cannot say whether a copy hangs',
    );
    return copies;
  }
  const [first, ...spare] = copies;
  for (const copy of spare) await chat.remove(copy);
  return first;
}

async function recover(bot: Bot, due: Due, error: ChatError): Promise<void> {
  const { wall, places } = bot.ledger;
  const now = bot.now().getTime();
  bot.log.warn(
    { card: due.id, place: due.place, code: error.code, attempts: due.attempts, err: error },
    'card not hung',
  );
  switch (error.code) {
    case 'rate_limited': {
      const until = new Date(now + (error.retryAfterMs ?? 30_000));
      await places.quiet(due.place, until);
      return await later(bot, due, until, due.attemptedAt === undefined);
    }
    case 'ambiguous':
      return await later(bot, due, new Date(now + Math.max(settleMs, backOffMs(due.attempts))), false);
    case 'unavailable':
      return await later(bot, due, new Date(now + backOffMs(due.attempts)), due.attemptedAt === undefined);
    case 'gone':
      if (!due.posted) {
        // Nobody tells us of a root that was deleted: what cannot be said under it makes us look.
        const again = due.attempts <= doubts && (await wall.doubtRoot(due.id));
        return again
          ? await later(bot, due, new Date(now + settleMs), true)
          : await wall.giveUp(due.id, error.code);
      }
      await wall.torn(due.id);
      return await bot.jobs.send(postQueue, due.place, { key: keyOf(due.place) });
    case 'refused':
      return await wall.giveUp(due.id, error.code);
  }
}

const backOffMs = (attempts: number) => Math.min(1_000 * 2 ** Math.min(attempts, 10), 60_000);

async function later(bot: Bot, due: Due, at: Date, clean: boolean): Promise<void> {
  await bot.ledger.wall.putBack(due.id, at, clean);
  await bot.jobs.send(postQueue, due.place, { key: keyOf(due.place), startAfter: at });
}

/** A platform is connected: whatever should hang there goes out, given up or not; it may be the cure that was waited for. */
export async function catchUp(bot: Bot, platform: Platform): Promise<void> {
  await bot.ledger.wall.mend({ platform });
  await hangWhatIsDue(bot);
  await bringWhatLacks(bot);
}

/** Sends a job to every place that has work nobody was told of: what a crash or a lost job left behind. */
export async function hangWhatIsDue(bot: Bot): Promise<void> {
  for (const { place, at } of await bot.ledger.wall.duePlaces()) {
    await bot.jobs.send(postQueue, place, { key: keyOf(place), startAfter: at });
  }
}
