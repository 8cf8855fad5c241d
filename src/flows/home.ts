import type { Card } from '#cards/card.ts';
import { homeCard, homeRows, type Spot, unreadHomeCard } from '#cards/home-card.ts';
import { refusalCard } from '#cards/refusals.ts';
import { type Actor, ChatError, type Happening, type Place, type Posted } from '#chat/chat.ts';
import { MissionControlError } from '#mission-control/error.ts';
import type { Request } from '#mission-control/facts.ts';
import type { Person } from '#oversight.ts';
import { type Matter, matterOf } from '#policy/matter.ts';
import { channelsFor, mayDecide, personBehind, type Why } from '#policy/policy.ts';
import { isSimple, needsOf } from '#policy/quorum.ts';
import { type Bot, peopleOf } from './bot.ts';
import { marksOf } from './marks.ts';
import { passedIn } from './passed.ts';
import { dayMs } from './period.ts';
import type { Reply, Said } from './said.ts';
import { activeMissions, openAsks, type Scope, scopeOfPerson } from './scope.ts';
import { isPrivate } from './stop.ts';

/** Somebody opened the bot's page: it is made to show what is theirs. */
export async function openHome(bot: Bot, { actor, place }: Happening): Promise<void> {
  const chat = bot.chats.get(place.platform);
  if (!chat || actor.standing === 'bot') return;
  try {
    await chat.showHome(actor, await homeOf(bot, actor, place));
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    // The page keeps what it showed, with its time on it, until it is opened again.
    bot.log.warn({ actor: actor.user, code: error.code, err: error }, 'a home was not shown');
  }
}

/** "home" said: an answer where it was said in private, and words for the speaker alone anywhere else. */
export async function sayHome(bot: Bot, said: Said): Promise<Reply> {
  const card = await homeOf(bot, said.actor, said.place);
  return isPrivate(said) ? { public: card } : { private: card };
}

async function homeOf(bot: Bot, actor: Actor, place: Place): Promise<Card> {
  const who = ownerOf(bot, actor);
  if (typeof who === 'string') return refusalCard(who);
  try {
    return await read(bot, actor, place, who);
  } catch (error) {
    if (!(error instanceof MissionControlError)) throw error;
    bot.log.warn({ err: error }, 'a home could not be read');
    return unreadHomeCard();
  }
}

/** Only a member whom the operator named has a home. */
function ownerOf({ oversight }: Bot, actor: Actor): Person | Why {
  switch (actor.standing) {
    case 'guest':
    case 'external':
    case 'bot':
      return actor.standing;
    case 'unknown':
      return 'unverified';
    case 'member':
      return personBehind(oversight, actor) ?? 'unknown_person';
  }
}

async function read(bot: Bot, actor: Actor, place: Place, who: Person): Promise<Card> {
  const delegations = await bot.ledger.delegations.standing(bot.now());
  // Whoever decides for somebody else may see nothing more than what waits for them by that.
  const decidable = (matter: Matter) =>
    mayDecide({ oversight: bot.oversight, actor, place, private: true, shared: false, matter, delegations })
      .allowed;
  const open = await openAsks(bot, { places: [], has: decidable, brought: async () => false });
  const asks: Request[] = [];
  for (const request of open.all) if (!(await hasVoted(bot, who, request))) asks.push(request);
  const spots = new Map<string, Spot>();
  for (const ask of asks.slice(0, homeRows)) {
    const spot = await spotOf(bot, actor, ask);
    if (spot) spots.set(ask.id, spot);
  }
  const scope = scopeOfPerson(bot, actor, place);
  const everybodys = await activeMissions(bot, scope);
  const mine = await activeMissions(bot, scope, who.id);
  const team = { ...everybodys, all: everybodys.all.filter(({ person }) => person !== who.id) };
  const shown = [mine, team].flatMap(({ all }) => all.slice(0, homeRows));
  return homeCard({
    at: bot.now(),
    asks: { all: asks, more: open.more },
    spotOf: ({ id }) => spots.get(id),
    mine,
    team,
    passed: await passedLately(bot, scope),
    marks: await marksOf(bot, asks.slice(0, homeRows), shown),
    people: peopleOf(bot.oversight),
  });
}

/** What the reviewer let pass in the last day. */
async function passedLately(bot: Bot, scope: Scope): Promise<number | undefined> {
  const to = bot.now();
  const from = new Date(to.getTime() - dayMs);
  return (await passedIn(bot, scope, { from, to }))?.passed.length;
}

/** Whoever approved already waits for others, and nothing waits for them. */
async function hasVoted(bot: Bot, who: Person, request: Request): Promise<boolean> {
  if (isSimple(needsOf(bot.oversight, matterOf(request)))) return false;
  const votes = await bot.ledger.votes.about(request.id);
  return votes.some((vote) => vote.by === who.id && vote.digest === request.digest);
}

/** Where the ask can be decided, on the person's own platform if it hangs there. */
async function spotOf(bot: Bot, actor: Actor, request: Request): Promise<Spot | undefined> {
  const channels = channelsFor(bot.oversight, matterOf(request)).toSorted(
    (a, b) => Number(b.place.platform === actor.platform) - Number(a.place.platform === actor.platform),
  );
  for (const { place } of channels.filter((channel) => channel.place.platform === actor.platform)) {
    const subject = request.type === 'mission' ? `mission:${request.id}` : `request:${request.id}`;
    const hanging = await bot.ledger.wall.hangingAt(place, subject);
    const url = hanging?.posted && (await linkTo(bot, hanging.posted));
    if (url) return { kind: 'link', url };
  }
  const [channel] = channels;
  return channel && { kind: 'channel', platform: channel.place.platform, name: channel.id };
}

/** A page is worth showing without an address. */
async function linkTo(bot: Bot, posted: Posted): Promise<string | undefined> {
  try {
    return await bot.chats.get(posted.place.platform)?.linkTo(posted);
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    bot.log.warn({ code: error.code, err: error }, 'no address of a card could be told');
    return undefined;
  }
}
