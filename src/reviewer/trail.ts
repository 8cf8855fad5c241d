// What the reviewer keeps of one mission while it follows the log: bounded, whatever the log does.
import type { ActKind } from './act-kinds.ts';
import type { AcceptedUpdate, MissionFacts } from './entry.ts';
import { type Memory, openMemory } from './memory.ts';
import { openTopic, type Topic, widen } from './topic.ts';

/** How often a field held what the mission names, what anything named, and how much its words were the mission's. */
export type FieldHistory = {
  values: number;
  named: number;
  known: number;
  texts: number;
  related: number;
};

export type Trail = {
  readonly tools: ReadonlySet<string>;
  readonly updates: readonly AcceptedUpdate[];
  acceptedUpdates: number;
  topic: Topic;
  /** What a later update took out of force, and what people declined; their topics, and the entry that did it. */
  replaced: { readonly topic: Topic; readonly seq: number } | undefined;
  declined: { readonly topic: Topic; readonly seq: number } | undefined;
  /** Values told by results and approvals, and values the agent itself brought in. */
  readonly told: Memory;
  readonly own: Memory;
  readonly fields: Map<string, FieldHistory>;
  readonly kinds: Set<ActKind>;
  /** Words and values of results that gave orders, and the first such entry. */
  readonly orders: { seq: number; readonly words: Set<number>; readonly values: Set<number> };
  readonly recent: Recent[];
  readonly denied: Recent[];
  /** Justification → the actions it was given for, and the entry that gave it first. */
  readonly justifications: Map<number, { readonly actions: Set<string>; readonly seq: number }>;
  readonly resources: Set<string>;
  readonly scopes: Set<string>;
  readonly unusedTokens: Map<string, number>;
  readonly times: number[];
  previous: { readonly words: ReadonlySet<number>; readonly values: ReadonlySet<number> } | undefined;
  acts: number;
  irrelevance: number;
  spent: number;
  completedAt: number;
};

/** An act or ask of late, by the digest of its action and parameters. */
export type Recent = {
  readonly digest: number;
  readonly action: string;
  readonly values: readonly number[];
  readonly seq: number;
};

const maxTools = 512;

/** Opens the trail of a mission as it was approved; its accepted updates count from the log entry that accepts them. */
export function startTrail(mission: MissionFacts): Trail {
  return {
    tools: new Set(mission.approvedTools.slice(0, maxTools)),
    updates: mission.acceptedUpdates,
    acceptedUpdates: 0,
    topic: openTopic(mission.description),
    replaced: undefined,
    declined: undefined,
    told: openMemory(),
    own: openMemory(),
    fields: new Map(),
    kinds: new Set(),
    orders: { seq: 0, words: new Set(), values: new Set() },
    recent: [],
    denied: [],
    justifications: new Map(),
    resources: new Set(mission.approvedResources.slice(0, maxTools)),
    scopes: new Set(),
    unusedTokens: new Map(),
    times: [],
    previous: undefined,
    acts: 0,
    irrelevance: 0,
    spent: 0,
    completedAt: 0,
  };
}

/** Takes a decided update into the trail: what is accepted widens or replaces the mission, what is declined is remembered. */
export function takeUpdate(
  trail: Trail,
  update: {
    seq: number;
    description: string;
    outcome: 'accepted' | 'declined' | 'open';
    mode: 'add' | 'replace';
  },
): void {
  if (update.outcome === 'declined') {
    trail.declined = { topic: openTopic(update.description), seq: update.seq };
  }
  if (update.outcome !== 'accepted') return;
  const accepted = trail.updates[trail.acceptedUpdates++] ?? update;
  if (accepted.mode === 'replace') {
    trail.replaced = { topic: trail.topic, seq: update.seq };
    trail.topic = openTopic(accepted.description);
  } else {
    widen(trail.topic, accepted.description);
  }
  trail.completedAt = 0;
  trail.previous = undefined;
  trail.fields.clear();
}

const maxFields = 256;
const neverSeen: FieldHistory = { values: 0, named: 0, known: 0, texts: 0, related: 0 };

export function historyOf(trail: Trail, field: string): FieldHistory {
  return trail.fields.get(field) ?? neverSeen;
}

/** The history to write to; a mission with more fields than are kept gets a fresh one each time. */
export function writableHistory(trail: Trail, field: string): FieldHistory {
  const kept = trail.fields.get(field);
  if (kept !== undefined) return kept;
  const fresh = { ...neverSeen };
  if (trail.fields.size < maxFields) trail.fields.set(field, fresh);
  return fresh;
}

/** Adds to a set that never grows past `max`; what comes after is not kept. */
export function keep<T>(set: Set<T>, member: T, max: number): void {
  if (set.size < max) set.add(member);
}
