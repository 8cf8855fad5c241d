/** Polls of one request within a second that are still patience; more is a loop without a pause. */
const pollsPerSecond = 20;
const mostRemembered = 10_000;

export type Pace = {
  /** Counts a poll of this request; false when it comes too soon after too many others (draft §polling-error-codes). */
  mayPoll(requestId: string): boolean;
};

/** Keeps the pace of polls, in this process: it protects the process, so it need not be exact across replicas. */
export function openPace(clock: () => number = () => performance.now()): Pace {
  const seconds = new Map<string, { readonly second: number; readonly polls: number }>();
  return {
    mayPoll(requestId) {
      const second = Math.floor(clock() / 1000);
      const before = seconds.get(requestId);
      const polls = before?.second === second ? before.polls + 1 : 1;
      if (seconds.size >= mostRemembered) seconds.clear();
      seconds.set(requestId, { second, polls });
      return polls <= pollsPerSecond;
    },
  };
}
