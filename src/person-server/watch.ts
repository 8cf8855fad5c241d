import { eventsAfter, eventsNamed, newestEvents } from '#person-server/events.ts';
import type { Server } from '#person-server/server.ts';

const batch = 100;
/** How long an announcement that was lost can delay an event. */
const lookAgainMs = 5_000;
/** How long a number that was passed over is looked for: its transaction ends sooner, or was undone. */
const lateMs = 30_000;
/** So many of them at a time, the newest; a reader that lost more reconciles. */
const mostLate = 1_000;

/**
 * Yields changes after the cursor `after`, or from now without one, until the signal aborts or the server closes. Woken by the
 * store's NOTIFY, and looking again by itself now and then. Changes of transactions that end in another order than they began
 * come in that order. A watch that resumes at the cursor of a change misses none after it, and may be told some again.
 */
export async function* watch(
  server: Server,
  { after, signal }: { readonly after?: string; readonly signal: AbortSignal },
) {
  const over = AbortSignal.any([signal, server.wake.closed]);
  const late = openLate();
  let cursor = 0;
  if (after !== undefined && /^\d{1,15}$/.test(after)) cursor = Number(after);
  else {
    const ids = await newestEvents(server.store, mostLate);
    for (const [at, id] of ids.entries()) late.note(ids[at - 1] ?? id, id);
    cursor = ids.at(-1) ?? 0;
  }
  while (!over.aborted) {
    using change = server.wake.expect();
    const next = await eventsAfter(server.store, cursor, batch);
    const askedAt = performance.now();
    const events = [...(await eventsNamed(server.store, late.numbers())), ...next];
    for (const event of events) {
      if (over.aborted) return;
      late.note(cursor, event.id);
      cursor = Math.max(cursor, event.id);
      yield {
        cursor: String(late.before(cursor)),
        kind: event.kind,
        requestId: event.requestId ?? undefined,
        missionS256: event.missionS256 ?? undefined,
      };
    }
    late.giveUp(askedAt);
    if (next.length < batch) await change.within(lookAgainMs, over);
  }
}

/** The numbers of events that were passed over, because their transactions had not ended. */
function openLate() {
  /** Since when each is looked for; rising. */
  const since = new Map<number, number>();
  return {
    /** `id` was read; all before it was, up to `cursor`. */
    note(cursor: number, id: number) {
      since.delete(id);
      for (let passed = Math.max(cursor + 1, id - mostLate); passed < id; passed++)
        since.set(passed, performance.now());
      for (const first of since.keys()) {
        if (since.size <= mostLate) break;
        since.delete(first);
      }
    },
    numbers: (): readonly number[] => [...since.keys()],
    /** Up to where everything was read, of what was read up to `cursor`. */
    before(cursor: number): number {
      const [first] = since.keys();
      return first === undefined ? cursor : first - 1;
    },
    /** They were asked for at `askedAt`, and those whose time was over by then did not come. */
    giveUp(askedAt: number) {
      for (const [id, at] of since) if (askedAt - at > lateMs) since.delete(id);
    },
  };
}
