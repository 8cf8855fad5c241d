/** Polls of one request within a second that are still patience; more is a loop without a pause. */
const pollsPerSecond = 20;
const mostRemembered = 10_000;

export type Pace = {
  /** Counts a poll of this request; false when it comes too soon after too many others (draft §polling-error-codes). */
  mayPoll(requestId: string): boolean;
  /**
   * Counts a mission this agent named and does not own; false when it was more than `most` within a minute (draft
   * §mission-endpoint-errors).
   */
  mayMiss(agent: { readonly iss: string; readonly sub: string }, most: number): boolean;
};

/** Keeps the pace in this process: it protects the process, so it need not be exact across replicas. */
export function openPace(clock: () => number = () => performance.now()): Pace {
  const polls = openCount(clock, 1_000);
  const misses = openCount(clock, 60_000);
  return {
    mayPoll: (requestId) => polls(requestId) <= pollsPerSecond,
    mayMiss: ({ iss, sub }, most) => misses(`${iss} ${sub}`) <= most,
  };
}

/** Counts by name within each stretch of `everyMs`; gives how often the name was counted in this one. */
function openCount(clock: () => number, everyMs: number): (name: string) => number {
  const counts = new Map<string, { readonly stretch: number; readonly times: number }>();
  return (name) => {
    const stretch = Math.floor(clock() / everyMs);
    const before = counts.get(name);
    const times = before?.stretch === stretch ? before.times + 1 : 1;
    if (counts.size >= mostRemembered) counts.clear();
    counts.set(name, { stretch, times });
    return times;
  };
}
