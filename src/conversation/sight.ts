// What an answer may look at. Whoever asks the agent something makes a sight for that one question: who speaks, in which
// workspace and channel, and what they may see there are closed into it. No word of a model can widen it.
import type { LogEntry, MissionSummary, Request } from '#mission-control/facts.ts';
import type { Review } from '#reviewer/model/review.ts';

export type LogSearch = {
  /** Entries that hold one of these words in any member; all entries when empty. */
  readonly words: string;
  readonly since?: Date;
  /** Entries with `seq` greater than this. */
  readonly after?: number;
  readonly limit: number;
};

/**
 * Every verb shows only what whoever asks may see where they ask, and answers for the rest as if it were not there.
 * `more` says that there was more than the limit.
 */
export type Sight = {
  /** Missions whose description or agent the words fit, best first; the newest when there are no words. */
  findMissions(
    words: string,
    status: 'active' | 'ended' | 'any',
    limit: number,
  ): Promise<{ readonly missions: readonly MissionSummary[]; readonly more: boolean }>;
  readMission(s256: string): Promise<MissionSummary | undefined>;
  /** The newest entries that fit, in order. Only asked for missions this sight has shown. */
  searchLog(
    s256: string,
    search: LogSearch,
  ): Promise<{ readonly entries: readonly LogEntry[]; readonly more: boolean }>;
  /** The entries with these numbers, as far as there are any. Only asked for missions this sight has shown. */
  readEntries(s256: string, numbers: readonly number[]): Promise<readonly LogEntry[]>;
  /** Open asks, oldest first: of one mission, or all of them. */
  waiting(
    s256: string | undefined,
    limit: number,
  ): Promise<{ readonly asks: readonly Request[]; readonly more: boolean }>;
  latestReview(s256: string): Promise<{ readonly review: Review; readonly at: Date } | undefined>;
};
