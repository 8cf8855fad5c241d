// What one answer has been shown. A model never learns a mission's `s256`: it is given handles, which code hands out for
// missions the sight has shown and takes back as those missions and no others.
import type { LogEntry, MissionSummary } from '#mission-control/facts.ts';

/** What was looked at for an answer, for people to read beside it. */
export type Looked =
  | { readonly kind: 'searched'; readonly words: string; readonly found: number; readonly more: boolean }
  | { readonly kind: 'mission'; readonly mission: MissionSummary }
  | {
      readonly kind: 'log';
      readonly mission: MissionSummary;
      readonly words: string;
      readonly entries: number;
      readonly more: boolean;
    }
  | {
      readonly kind: 'waiting';
      readonly mission?: MissionSummary;
      readonly asks: number;
      readonly more: boolean;
    }
  | { readonly kind: 'review'; readonly mission: MissionSummary; readonly found: boolean };

export type Seen = {
  /** The handle of a mission the sight has shown: `m1`, `m2`, … */
  handle(mission: MissionSummary): string;
  /** The mission behind a handle; undefined for anything else. */
  mission(handle: string): MissionSummary | undefined;
  showEntries(mission: MissionSummary, entries: readonly LogEntry[]): void;
  /** An entry of a mission that was shown, by its number. */
  entry(mission: MissionSummary, seq: number): LogEntry | undefined;
  /** The entries of a mission that were shown. */
  entries(mission: MissionSummary): readonly LogEntry[];
  /** True when an entry of this number was shown, of whichever mission. */
  anyEntry(seq: number): boolean;
  look(looked: Looked): void;
  readonly looked: readonly Looked[];
};

export function openSeen(): Seen {
  const missions: MissionSummary[] = [];
  const shown = new Map<string, Map<number, LogEntry>>();
  const looked: Looked[] = [];
  return {
    looked,
    handle: (mission) => {
      const known = missions.findIndex(({ s256 }) => s256 === mission.s256);
      return `m${known === -1 ? missions.push(mission) : known + 1}`;
    },
    mission: (handle) => {
      const number = /^m([1-9]\d{0,3})$/.exec(handle.trim())?.[1];
      return number === undefined ? undefined : missions[Number(number) - 1];
    },
    showEntries: ({ s256 }, entries) => {
      const kept = shown.get(s256) ?? new Map<number, LogEntry>();
      for (const entry of entries) kept.set(entry.seq, entry);
      shown.set(s256, kept);
    },
    entry: ({ s256 }, seq) => shown.get(s256)?.get(seq),
    entries: ({ s256 }) => [...(shown.get(s256)?.values() ?? [])],
    anyEntry: (seq) => [...shown.values()].some((entries) => entries.has(seq)),
    look: (each) => {
      looked.push(each);
    },
  };
}
