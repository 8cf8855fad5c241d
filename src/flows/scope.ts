// What a digest, a home or the health of oversight is about: everything one channel oversees, or everything one person may see.
import type { Actor, Place } from '#chat/chat.ts';
import { samePlace } from '#ledger/wall.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import type { Channel } from '#oversight.ts';
import { type Matter, matterOf, missionMatter } from '#policy/matter.ts';
import { channelsFor, maySee } from '#policy/policy.ts';
import { isEscalationPlace } from '#policy/waiting.ts';
import type { Bot } from './bot.ts';
import { subjectOf } from './remind.ts';
import type { Said } from './said.ts';
import { isPrivate } from './stop.ts';

export type Scope = {
  /** Where what is in it hangs. */
  readonly places: readonly Place[];
  has(matter: Matter): boolean;
  /** An ask of elsewhere that hangs here, because nobody answered it there. */
  brought(request: Request): Promise<boolean>;
};

/** A list that was read as far as it may be; `more` says that it goes on. */
export type Some<T> = { readonly all: readonly T[]; readonly more: boolean };

const pageSize = 100;
/** How much of a list is read for one answer. */
const enough = 500;

export const scopeOfChannel = ({ oversight, ledger }: Bot, channel: Channel): Scope => ({
  places: [channel.place],
  has: (matter) => channelsFor(oversight, matter).includes(channel),
  brought: async (request) =>
    isEscalationPlace(oversight, matterOf(request), channel.place) &&
    (await ledger.wall.hangingAt(channel.place, subjectOf(request)))?.posted !== undefined,
});

/** What a person may see in private, at their own conversation with the bot. */
export const scopeOfPerson = ({ oversight }: Bot, actor: Actor, place: Place): Scope => ({
  places: oversight.channels.map((channel) => channel.place),
  has: (matter) => maySee({ oversight, actor, place, private: true, matter }),
  brought: async () => false,
});

/** Where words were said: what the channel oversees, or what the speaker may see in private. */
export function scopeOfWords(bot: Bot, said: Said): Scope {
  if (isPrivate(said)) return scopeOfPerson(bot, said.actor, said.place);
  const channel = bot.oversight.channels.find(({ place }) => samePlace(place, said.place));
  return channel
    ? scopeOfChannel(bot, channel)
    : { places: [], has: () => false, brought: async () => false };
}

/** Open asks, the nearest deadline first. */
export async function openAsks(bot: Bot, scope: Scope): Promise<Some<Request>> {
  const { all, more } = await read(
    (after) => bot.missionControl.listRequests({ state: 'open', limit: pageSize, ...after }),
    ({ requests }) => requests,
  );
  const found: Request[] = [];
  for (const request of all) {
    if (scope.has(matterOf(request)) || (await scope.brought(request))) found.push(request);
  }
  return { all: found.toSorted((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime()), more };
}

/** Active missions, newest first; of one person where that is said. */
export async function activeMissions(bot: Bot, scope: Scope, person?: string): Promise<Some<MissionSummary>> {
  const { all, more } = await read(
    (after) =>
      bot.missionControl.listMissions({
        status: 'active',
        limit: pageSize,
        ...(person !== undefined && { person }),
        ...after,
      }),
    ({ missions }) => missions,
  );
  return { all: all.filter((mission) => scope.has(missionMatter(mission))), more };
}

async function read<Page extends { readonly after?: string }, T>(
  page: (after: { after?: string }) => Promise<Page>,
  items: (page: Page) => readonly T[],
): Promise<Some<T>> {
  const all: T[] = [];
  let after: string | undefined;
  do {
    const next = await page(after === undefined ? {} : { after });
    all.push(...items(next));
    after = next.after;
  } while (after !== undefined && all.length < enough);
  return { all, more: after !== undefined };
}

export type Past = {
  /** Asks that ran out in the time, the latest first. */
  readonly expired: readonly Request[];
  /** Missions that ended in the time, the latest first. */
  readonly ended: readonly MissionSummary[];
  /** More happened than was read. */
  readonly more: boolean;
};

/**
 * What came to its end within a time. A server's lists know no times, so this goes by the wall: whatever ended was looked
 * at then, or later.
 */
export async function past(bot: Bot, scope: Scope, { from, to }: { from: Date; to: Date }): Promise<Past> {
  const requests = new Set<string>();
  const missions = new Set<string>();
  let more = false;
  for (const place of scope.places) {
    const left = enough - requests.size - missions.size;
    const rows = left > 0 ? await bot.ledger.wall.lookedAt(place, from, left) : [];
    more ||= rows.length >= left;
    for (const { requestId, missionS256 } of rows) {
      if (requestId !== undefined) {
        requests.add(requestId);
        for (const seat of await bot.ledger.batches.of(requestId)) requests.add(seat.requestId);
      }
      if (missionS256 !== undefined) missions.add(missionS256);
    }
  }
  const within = (at: Date | undefined) => at !== undefined && at >= from && at < to;
  const expired: Request[] = [];
  for (const id of requests) {
    const request = await bot.missionControl.readRequest(id);
    if (request?.state !== 'expired' || !within(request.expiresAt)) continue;
    if (scope.has(matterOf(request)) || (await scope.brought(request))) expired.push(request);
  }
  const ended: MissionSummary[] = [];
  for (const s256 of missions) {
    const mission = await bot.missionControl.readMission(s256);
    if (mission?.status === 'terminated' && within(mission.terminatedAt) && scope.has(missionMatter(mission)))
      ended.push(mission);
  }
  const latest = (a: Date | undefined, b: Date | undefined) => (b?.getTime() ?? 0) - (a?.getTime() ?? 0);
  return {
    expired: expired.toSorted((a, b) => latest(a.expiresAt, b.expiresAt)),
    ended: ended.toSorted((a, b) => latest(a.terminatedAt, b.terminatedAt)),
    more,
  };
}
