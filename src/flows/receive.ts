import type { Card } from '#cards/card.ts';
import { delayedCard, refusalCard } from '#cards/refusals.ts';
import { ChatError, type Happening } from '#chat/chat.ts';
import { understand } from '#conversation/grammar.ts';
import { MissionControlError } from '#mission-control/error.ts';
import type { Submitted } from '#page/page.ts';
import type { Bot } from './bot.ts';
import { hear } from './hear.ts';
import { openHome } from './home.ts';
import { inHand } from './in-hand.ts';
import { press } from './press.ts';
import { isPrivate, under } from './stop.ts';
import { answerFromPage } from './submitted.ts';

/** An answer that could not be taken to the Person Server by then is given back to its person. A stop never is. */
const patienceMs = 15 * 60_000;
/** A redelivery of what was dealt with comes within hours; a month is for whoever has to look into something. */
const wordsKeptMs = 30 * 24 * 3_600_000;
const visitsKeptMs = 24 * 3_600_000;
const talksKeptMs = 7 * 24 * 3_600_000;
/** How long a platform's word about who can read a place, and about who somebody is, holds. */
const trustMs = 60_000;
/** How far a look at the inbox reaches. A stop behind more than that waits until some of it is done. */
const waitingAtMost = 1_000;
const retryMs = (attempts: number) => Math.min(2_000 * 2 ** Math.min(attempts - 1, 5), 30_000);

/** Keeps what happened; durable when it resolves, and only then may the platform be told it arrived. */
export async function accept(bot: Bot, happening: Happening): Promise<void> {
  await bot.ledger.inbox.keep(happening, bot.now());
}

/**
 * Does what one happening asks for, once: it is taken, done, and marked done. Whatever fails is left for the next
 * round, and the person who acted hears that it is not done yet. Where it was taken from us meanwhile, because we seemed
 * dead, whoever has it says what became of it.
 */
export async function attend(bot: Bot, id: string): Promise<void> {
  const { inbox } = bot.ledger;
  const taken = await inbox.take(id, bot.now(), bot.tempo.happeningMs);
  if (!taken) return;
  const { happening, attempts, receivedAt } = taken;
  const ours = { id, attempts };
  try {
    const card = await inHand(
      bot,
      bot.tempo.happeningMs,
      (until) => inbox.claimUntil(ours, until),
      async () => await respond(bot, await asOfNow(bot, happening, receivedAt)),
    );
    if (await inbox.done(ours, card ? 'told' : 'done', bot.now())) await tell(bot, happening, card);
  } catch (error) {
    bot.log.error({ happening: id, attempts, err: error }, 'a happening was not dealt with');
    const late = bot.now().getTime() - receivedAt.getTime() > patienceMs;
    if (late && !isStop(happening)) {
      if (await inbox.done(ours, 'given_up', bot.now()))
        await tell(bot, happening, refusalCard('unavailable'));
      return;
    }
    if (attempts === 1) await tell(bot, happening, delayedCard());
    // A chat that is not connected yet will be soon; whatever else is away is asked less and less often.
    const isAway = happening.kind !== 'submitted' && !bot.chats.has(happening.place.platform);
    const waitMs = retryMs(isAway ? 1 : attempts);
    await inbox.claimUntil(ours, new Date(bot.now().getTime() + waitMs));
    if (!(error instanceof MissionControlError || error instanceof ChatError)) throw error;
  }
}

/** Forgets the words of what was dealt with long ago, and talks nobody went on with. Acts stay. */
export async function forgetWords(bot: Bot): Promise<void> {
  const now = bot.now().getTime();
  await bot.ledger.inbox.forget(new Date(now - wordsKeptMs));
  await bot.ledger.talks.forget(new Date(now - talksKeptMs));
  await bot.ledger.visits.forget(new Date(now - visitsKeptMs));
  await bot.ledger.briefs.forget(new Date(now - wordsKeptMs));
}

/**
 * What waits is dealt with in lanes, so many at once in each: a stop waits for nothing, and whatever is plain waits for no
 * words that a model may have to be asked about.
 */
const lanes = { stops: 20, plain: 8, words: 4 } as const;
type Lane = keyof typeof lanes;
export const inboxLanes: readonly Lane[] = ['stops', 'plain', 'words'];

/** Everything kept and not done in a lane, oldest first: what a crash interrupted, and what failed and is due again. */
export async function attendWaiting(bot: Bot, lane: Lane): Promise<void> {
  const waiting = await bot.ledger.inbox.waiting(bot.now(), waitingAtMost);
  const due = waiting.filter((happening) => laneOf(happening) === lane).values();
  const attendDue = async () => {
    for (const { id } of due) {
      await attend(bot, id).catch((error: unknown) =>
        bot.log.error({ happening: id, err: error }, 'a happening waits for the next round'),
      );
    }
  };
  await Promise.all(Array.from({ length: lanes[lane] }, attendDue));
}

function laneOf(happening: Happening | Submitted): Lane {
  if (isStop(happening)) return 'stops';
  if (happening.kind !== 'said') return 'plain';
  const { kind } = understand(happening.text, { thread: 'none' });
  return kind === 'unclear' || kind === 'review' ? 'words' : 'plain';
}

async function respond(bot: Bot, happening: Happening | Submitted): Promise<Card | undefined> {
  const { places, wall } = bot.ledger;
  switch (happening.kind) {
    case 'submitted':
      return await answerFromPage(bot, happening);
    case 'pressed':
      return await press(bot, happening, await isShared(bot, happening));
    case 'said': {
      const reply = await hear(bot, happening, await isShared(bot, happening));
      if (!reply || 'private' in reply) return reply?.private;
      // A command leaves nothing in the channel to reply to.
      if (happening.message === '') return reply.public;
      await wall.want({
        subject: `reply:${happening.id}`,
        place: happening.place,
        ...under(happening),
        card: reply.public,
        seenAt: bot.now(),
        settled: true,
        urgency: 0,
      });
      return undefined;
    }
    case 'opened-home':
      await openHome(bot, happening);
      return undefined;
    case 'place-changed':
      if (happening.change === 'shared' || happening.change === 'unshared') {
        await places.setShared(happening.place, happening.change === 'shared', bot.now());
      }
      if (happening.change === 'added') await wall.mend(happening.place);
      if (typeof happening.change === 'object') {
        bot.log.warn(
          { place: happening.place, to: happening.change.to },
          'a channel has a new id: oversight.yaml names the old one',
        );
      }
      bot.log.info({ place: happening.place, change: happening.change }, 'a place changed');
      return undefined;
  }
}

/**
 * Who acted has the standing of now, where what they did had to wait: they may have been dismissed since. That only ever
 * takes away. A stop goes by what was known, for the same reason as below; a page asks for itself.
 */
async function asOfNow<Kept extends Happening | Submitted>(
  bot: Bot,
  happening: Kept,
  receivedAt: Date,
): Promise<Kept> {
  if (happening.kind !== 'pressed' && happening.kind !== 'said') return happening;
  const { actor, place } = happening;
  const waited = bot.now().getTime() - receivedAt.getTime() > trustMs;
  if (!waited || actor.standing !== 'member' || isStop(happening)) return happening;
  const chat = bot.chats.get(place.platform);
  if (!chat) throw new ChatError('unavailable', `${place.platform} is not connected`);
  return { ...happening, actor: { ...actor, standing: await chat.standingOf(place, actor.user) } };
}

/**
 * Whether outsiders can read the place. The platform is asked again every minute; while it does not answer, or is not
 * connected, nothing is decided. A stop goes by what was last known: it must work with the platform's API away.
 */
async function isShared(bot: Bot, happening: Happening): Promise<boolean> {
  const { places } = bot.ledger;
  const { place } = happening;
  if (isPrivate(happening)) return false;
  const since = isStop(happening) ? new Date(0) : new Date(bot.now().getTime() - trustMs);
  const known = await places.isShared(place, since);
  if (known !== undefined || isStop(happening)) return known ?? false;
  const chat = bot.chats.get(place.platform);
  if (!chat) throw new ChatError('unavailable', `${place.platform} is not connected`);
  const askedAt = bot.now();
  const { shared } = await chat.inspect(place);
  return await places.answered(place, shared, askedAt);
}

/** Whoever acted hears what became of it where they acted: in chat alone, or on their page. */
async function tell(bot: Bot, happening: Happening | Submitted, card: Card | undefined): Promise<void> {
  if (happening.kind === 'submitted') return await bot.ledger.visits.tell(happening.visit, card);
  if (!card) return;
  const thread =
    happening.kind === 'pressed'
      ? happening.on.thread
      : happening.kind === 'said'
        ? happening.thread
        : undefined;
  await bot.chats
    .get(happening.place.platform)
    ?.whisper(happening.place, thread, happening.actor, card)
    .catch((error: unknown) =>
      bot.log.warn({ happening: happening.id, err: error }, 'a person could not be told'),
    );
}

const isStop = (happening: Happening | Submitted) =>
  happening.kind === 'pressed'
    ? happening.press.verb === 'stop' || happening.press.verb === 'confirm_stop'
    : happening.kind === 'said' && understand(happening.text, { thread: 'none' }).kind === 'stop';
