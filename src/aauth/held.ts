import type { DiscoveryRefusal } from '#aauth/discovery.ts';

const dayMs = 24 * 3600_000;
const longestBackOffMs = 15 * 60_000;

/** `freshMs` is how long the publisher says the value may be used without asking again. */
export type Fetched<Value> =
  | { readonly kind: 'fetched'; readonly value: Value; readonly freshMs: number }
  | DiscoveryRefusal;

/** A document somebody else publishes, as last seen. */
export type Held<Value> = {
  /** The value; with `refresh`, asked for again if the floor allows. A refusal only when there is nothing to fall back on. */
  read(options?: {
    readonly refresh?: boolean;
  }): Promise<{ readonly kind: 'held'; readonly value: Value } | DiscoveryRefusal>;
  /** Whether it was asked for within the floor, so that forgetting it would break the floor. */
  isRecent(): boolean;
};

/**
 * Holds a document (draft §jwks-discovery): fetched at most once in `floorMs`, however many wait for it; kept when a fetch
 * fails, the next attempt coming after `retryMs`, then twice that, and so on; forgotten after a day whatever the publisher
 * says.
 */
export function hold<Value>(
  fetchIt: () => Promise<Fetched<Value>>,
  {
    floorMs,
    retryMs,
    now,
  }: { readonly floorMs: number; readonly retryMs: number; readonly now: () => number },
): Held<Value> {
  let held: { value: Value; at: number; freshUntil: number } | undefined;
  let refusal: DiscoveryRefusal = { kind: 'refused', reason: 'unreachable', detail: 'not asked for yet' };
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let fetching: Promise<void> | undefined;

  async function attempt() {
    attemptedAt = now();
    const fetched = await fetchIt();
    if (fetched.kind === 'refused') {
      failures++;
      refusal = fetched;
      return;
    }
    failures = 0;
    const freshMs = Math.min(Math.max(fetched.freshMs, floorMs), dayMs);
    held = { value: fetched.value, at: attemptedAt, freshUntil: attemptedAt + freshMs };
  }

  return {
    async read({ refresh = false } = {}) {
      if (held && now() - held.at >= dayMs) held = undefined;
      const isWanted = refresh || !held || now() >= held.freshUntil;
      const pauseMs = failures ? Math.min(retryMs * 2 ** (failures - 1), longestBackOffMs) : floorMs;
      if (isWanted && (fetching || now() - attemptedAt >= pauseMs)) {
        fetching ??= attempt().finally(() => {
          fetching = undefined;
        });
        await fetching;
      }
      return held ? { kind: 'held', value: held.value } : refusal;
    },
    isRecent: () => now() - attemptedAt < floorMs,
  };
}
