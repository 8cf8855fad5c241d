import { eventsAfter, newestEvent } from '#person-server/events.ts';
import type { Server } from '#person-server/server.ts';

const batch = 100;
/** How long an announcement that was lost can delay an event. */
const lookAgainMs = 5_000;

/**
 * Yields changes after the cursor `after`, or from now without one, until the signal aborts or the server closes. Woken by the
 * store's NOTIFY, and looking again by itself now and then. The cursor of a change resumes a watch after it.
 */
export async function* watch(
  server: Server,
  { after, signal }: { readonly after?: string; readonly signal: AbortSignal },
) {
  const over = AbortSignal.any([signal, server.wake.closed]);
  let cursor =
    after !== undefined && /^\d{1,15}$/.test(after) ? Number(after) : await newestEvent(server.store);
  while (!over.aborted) {
    using change = server.wake.expect();
    const events = await eventsAfter(server.store, cursor, batch);
    for (const event of events) {
      if (over.aborted) return;
      cursor = event.id;
      yield {
        cursor: String(event.id),
        kind: event.kind,
        requestId: event.requestId ?? undefined,
        missionS256: event.missionS256 ?? undefined,
      };
    }
    if (events.length < batch) await change.within(lookAgainMs, over);
  }
}
