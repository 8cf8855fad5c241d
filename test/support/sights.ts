// A sight over missions and logs in memory, for one person who may see some of them.
import type { Sight } from '#conversation/sight.ts';
import type { LogEntry, MissionSummary, Request } from '#mission-control/facts.ts';
import type { Review } from '#reviewer/model/review.ts';
import { entry, mission } from './requests.ts';

export type World = {
  readonly missions: readonly MissionSummary[];
  readonly logs?: Readonly<Record<string, readonly LogEntry[]>>;
  readonly asks?: readonly Request[];
  readonly reviews?: Readonly<Record<string, { readonly review: Review; readonly at: Date }>>;
};

/** An `s256` of 43 characters whose first eight are `name` filled up. */
export const s256Of = (name: string) => name.padEnd(8, '0').slice(0, 8).padEnd(43, 'x');

export const missionCalled = (
  name: string,
  description: string,
  but: Partial<Parameters<typeof mission>[0]> = {},
) => mission({ s256: s256Of(name), description, ...but });

export const entryOf = (seq: number, but: Parameters<typeof entry>[0] = {}) =>
  entry({ seq, kind: 'audit', source: 'agent', outcome: 'reported', action: 'order', ...but });

/** Everything `visible` says may be seen. What is asked for beside that is remembered in `refused`. */
export function sightOf(world: World, visible: (mission: MissionSummary) => boolean = () => true) {
  const refused: string[] = [];
  const find = (s256: string) => {
    const found = world.missions.find((each) => each.s256 === s256 && visible(each));
    if (!found) refused.push(s256);
    return found;
  };
  const fits = (text: string, words: string) =>
    words === '' ||
    words
      .toLowerCase()
      .split(/\s+/)
      .some((word) => text.toLowerCase().includes(word));
  const sight: Sight = {
    findMissions: (words, status, limit) => {
      const all = world.missions.filter(
        (each) =>
          visible(each) &&
          (status === 'any' || (status === 'active') === (each.status === 'active')) &&
          fits(`${each.description} ${each.agent.id}`, words),
      );
      return Promise.resolve({ missions: all.slice(0, limit), more: all.length > limit });
    },
    readMission: (s256) => Promise.resolve(find(s256)),
    searchLog: (s256, { words, since, after = 0, limit }) => {
      const log = find(s256) ? (world.logs?.[s256] ?? []) : [];
      const all = log.filter(
        (each) => each.seq > after && (!since || each.at >= since) && fits(JSON.stringify(each), words),
      );
      return Promise.resolve({ entries: all.slice(-limit), more: all.length > limit });
    },
    readEntries: (s256, numbers) =>
      Promise.resolve(
        find(s256) ? (world.logs?.[s256] ?? []).filter(({ seq }) => numbers.includes(seq)) : [],
      ),
    waiting: (s256, limit) => {
      const all = (world.asks ?? []).filter((each) => s256 === undefined || each.missionS256 === s256);
      return Promise.resolve({ asks: all.slice(0, limit), more: all.length > limit });
    },
    latestReview: (s256) => Promise.resolve(find(s256) && world.reviews?.[s256]),
  };
  return { sight, refused };
}
