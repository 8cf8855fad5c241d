import { eventsAfter, eventsNamed, newestEvent } from '#person-server/events.ts';
import type { Server } from '#person-server/server.ts';

const batch = 100;
/** How long an announcement that was lost can delay an event. */
const lookAgainMs = 5_000;
/** How long a number that was passed over is looked for: its transaction ends sooner, or was undone. */
const lateMs = 30_000;
/** So many of them at a time; a reader that lost more reconciles. */
const mostLate = 1_000;

/**
 * Yields changes after the cursor `after`, or from now without one, until the signal aborts or the server closes. Woken by the
 * store's NOTIFY, and looking again by itself now and then. The cursor of a change resumes a watch after it. Changes of
 * transactions that end in another order than they began come in that order.
 */
export async function* watch(
  server: Server,
  { after, signal }: { readonly after?: string; readonly signal: AbortSignal },
) {
  const over = AbortSignal.any([signal, server.wake.closed]);
  let cursor =
    after !== undefined && /^\d{1,15}$/.test(after) ? Number(after) : await newestEvent(server.store);
  const late = openLate();
  while (!over.aborted) {
    using change = server.wake.expect();
    const next = await eventsAfter(server.store, cursor, batch);
    const events = [...(await eventsNamed(server.store, late.numbers())), ...next];
    for (const event of events) {
      if (over.aborted) return;
      late.note(cursor, event.id);
      cursor = Math.max(cursor, event.id);
      yield {
        cursor: String(cursor),
        kind: event.kind,
        requestId: event.requestId ?? undefined,
        missionS256: event.missionS256 ?? undefined,
      };
    }
    if (next.length < batch) await change.within(lookAgainMs, over);
  }
}

/** The numbers of events that were passed over, because their transactions had not ended. */
function openLate() {
  const since = new Map<number, number>();
  return {
    /** `id` was read; all before it was, up to `cursor`. */
    note(cursor: number, id: number) {
      since.delete(id);
      for (let passed = cursor + 1; passed < id && since.size < mostLate; passed++)
        since.set(passed, performance.now());
    },
    numbers(): readonly number[] {
      for (const [id, at] of since) if (performance.now() - at > lateMs) since.delete(id);
      return [...since.keys()];
    },
  };
}
