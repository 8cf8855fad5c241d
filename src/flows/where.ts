import { isOpen } from '#cards/ask-card.ts';
import { shortId } from '#conversation/match.ts';
import type { Hanging } from '#ledger/hanging.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import { matterOf } from '#policy/matter.ts';
import { maySee, personBehind, type Why } from '#policy/policy.ts';
import { isEscalationPlace } from '#policy/waiting.ts';
import { itemsOf, seatsOf } from './batch.ts';
import type { Bot } from './bot.ts';
import { type Said, stoodThen } from './said.ts';
import { isPrivate } from './stop.ts';

/** What the spot where something was said is about. */
export type Here = {
  /** The mission whose thread it is. */
  readonly mission: MissionSummary | undefined;
  /** The proposal whose thread it is, while nobody has approved it. */
  readonly proposal: Request | undefined;
  /** The ask without a mission whose thread it is. */
  readonly ask: Request | undefined;
  /** Asks that are open in this thread, and were as they are when it was said. */
  readonly asks: readonly Request[];
  /** What the thread was about is not known any more. */
  readonly gone: 'mission' | 'ask' | undefined;
};

export const nowhere: Here = {
  mission: undefined,
  proposal: undefined,
  ask: undefined,
  asks: [],
  gone: undefined,
};
const pageSize = 100;
/** How many missions an answer looks through before it says there are more. */
const enough = 200;

/**
 * Why somebody's words are not answered where they were said; undefined when they are. In private the bot answers people
 * the operator named; in a channel that watches over somebody, everybody who belongs there.
 */
export function mayNotSpeak(bot: Bot, said: Said): Why | undefined {
  const { standing } = said.actor;
  if (standing === 'unknown') return 'unverified';
  if (standing === 'external' || standing === 'bot') return standing;
  if (!isPrivate(said)) return isOverseeing(bot, said) ? undefined : 'may_not_see';
  if (standing === 'guest') return standing;
  return personBehind(bot.oversight, said.actor) ? undefined : 'unknown_person';
}

/** What is at the spot where something was said. */
export async function here(bot: Bot, said: Said): Promise<Here> {
  if (isPrivate(said)) return nowhere;
  const hanging = said.thread ? await bot.ledger.wall.behind(said.place, said.thread) : undefined;
  if (!hanging) return nowhere;
  const { missionControl } = bot;
  const mission = hanging.missionS256 ? await missionControl.readMission(hanging.missionS256) : undefined;
  // Where an ask went because nobody answered it, its thread is about that ask and nothing more of its mission.
  if (mission && sees(bot, said, mission.person, mission.agent.id)) {
    const { requests } = await missionControl.listRequests({
      state: 'open',
      missionS256: mission.s256,
      limit: pageSize,
    });
    return {
      ...nowhere,
      mission,
      asks: requests.filter(
        (request) => sees(bot, said, request.person, request.agent.id) && stoodThen(said, request),
      ),
    };
  }
  const request = hanging.requestId ? await missionControl.readRequest(hanging.requestId) : undefined;
  if (!request && !mission) return { ...nowhere, gone: whatIsGone(hanging) };
  if (!request || !isShownAt(bot, said, request)) return nowhere;
  const asks = (await sharing(bot, request)).filter((each) => isOpen(each) && stoodThen(said, each));
  return request.type === 'mission'
    ? { ...nowhere, proposal: request, asks }
    : { ...nowhere, ask: request, asks };
}

function whatIsGone({ missionS256, requestId }: Hanging): Here['gone'] {
  if (missionS256 !== undefined) return 'mission';
  return requestId === undefined ? undefined : 'ask';
}

/** Active missions that may be shown where something was said, newest first, at most `most`. */
export async function missionsSeen(
  bot: Bot,
  said: Said,
  most = enough,
): Promise<{ missions: MissionSummary[]; more: boolean }> {
  const missions: MissionSummary[] = [];
  let after: string | undefined;
  do {
    const page = await bot.missionControl.listMissions({
      status: 'active',
      limit: pageSize,
      ...(after && { after }),
    });
    missions.push(...page.missions.filter(({ person, agent }) => sees(bot, said, person, agent.id)));
    after = page.after;
  } while (after && missions.length < most);
  return {
    missions: missions.slice(0, Math.min(most, missions.length)),
    more: Boolean(after) || missions.length > most,
  };
}

/** Open asks that may be shown where something was said, oldest first. */
export async function asksSeen(bot: Bot, said: Said): Promise<Request[]> {
  const { requests } = await bot.missionControl.listRequests({ state: 'open', limit: pageSize });
  return requests.filter((request) => sees(bot, said, request.person, request.agent.id));
}

/** A mission, if it may be shown where something was said. */
export async function missionSeen(bot: Bot, said: Said, s256: string): Promise<MissionSummary | undefined> {
  const mission = await bot.missionControl.readMission(s256);
  return mission && sees(bot, said, mission.person, mission.agent.id) ? mission : undefined;
}

/** Missions that words may mean: by id where they look like one, by search otherwise; ended ones too. */
export async function missionNamed(bot: Bot, said: Said, words: string): Promise<MissionSummary[]> {
  const found = new Map<string, MissionSummary>();
  const add = (mission: MissionSummary | undefined) => {
    if (mission && sees(bot, said, mission.person, mission.agent.id)) found.set(mission.s256, mission);
  };
  const { missions } = await missionsSeen(bot, said);
  for (const mission of missions) add(mission);
  for (const word of words.split(/\s+/)) {
    if (!/^[\w-]+$/.test(word)) continue;
    for (const s256 of await idsLike(bot, word)) add(await bot.missionControl.readMission(s256));
    if (word.length > 2) {
      const page = await bot.missionControl.listMissions({ q: word, limit: pageSize });
      for (const mission of page.missions) add(mission);
    }
  }
  return [...found.values()];
}

/** Whether words name, by its id or the beginning of it, a mission that hung at this place and is not known any more. */
export async function namesWhatIsGone(bot: Bot, { place }: Said, words: string): Promise<boolean> {
  const { wall } = bot.ledger;
  for (const word of words.split(/\s+/)) {
    for (const s256 of await idsLike(bot, word)) {
      const root = await wall.rootOf(s256);
      const hung = root !== undefined && (await wall.hangingAt(place, root)) !== undefined;
      if (hung && !(await bot.missionControl.readMission(s256))) return true;
    }
  }
  return false;
}

/** The missions a word may be the id of, or what people type in its place. */
async function idsLike(bot: Bot, word: string): Promise<readonly string[]> {
  if (!/^[\w-]+$/.test(word)) return [];
  if (word.length > 40) return [word];
  return word.length === shortId(word).length ? await bot.ledger.wall.missionsNamed(word, pageSize) : [];
}

/** An ask, or all that share its card. */
async function sharing(bot: Bot, request: Request): Promise<readonly Request[]> {
  const [seat] = await seatsOf(bot, [request]);
  if (!seat) return [request];
  const items = await itemsOf(bot, seat.batch);
  return items.filter(({ apart }) => !apart).map((item) => item.request);
}

const sees = (bot: Bot, said: Said, person: string, agent: string) =>
  maySee({
    oversight: bot.oversight,
    actor: said.actor,
    place: said.place,
    private: isPrivate(said),
    matter: { person, agent },
  });

/** An ask is shown where it is overseen, and where it goes when nobody answers it. */
const isShownAt = (bot: Bot, said: Said, request: Request) =>
  sees(bot, said, request.person, request.agent.id) ||
  (said.actor.platform === said.place.platform &&
    isEscalationPlace(bot.oversight, matterOf(request), said.place));

/** The operator registered this channel to watch over somebody. */
const isOverseeing = ({ oversight }: Bot, { place }: Said) =>
  oversight.channels.some(
    (channel) =>
      channel.place.platform === place.platform &&
      channel.place.tenant === place.tenant &&
      channel.place.channel === place.channel,
  );
