// Changes as Server-Sent Events: ids only, so that whoever hears one looks at the truth.
import { setTimeout } from 'node:timers/promises';
import { Change } from '#mission-control/facts.ts';
import type { MissionControl } from '#mission-control/port.ts';
import { toWire } from '#mission-control/wire.ts';

/** A comment this often keeps proxies from closing a quiet stream, and tells a reader that it still stands. */
export const heartbeatMs = 15_000;

/** How long a reader that lost the stream waits before it comes back. */
const retryMs = 1_000;

/** Streams what `port` watches, after the change `after` or from now, until the reader is `gone`. */
export function changesResponse(
  port: MissionControl,
  after: string | undefined,
  gone: AbortSignal,
): Response {
  const cancelled = new AbortController();
  const signal = AbortSignal.any([gone, cancelled.signal]);
  const changes = port.watch({ ...(after === undefined ? {} : { after }), signal })[Symbol.asyncIterator]();
  const bytes = new TextEncoder();
  let next: Promise<IteratorResult<Change>> | undefined;
  let beat: Promise<'beat'> | undefined;
  let begun = false;

  const body = new ReadableStream<Uint8Array>({
    async pull(stream) {
      next ??= changes.next();
      if (!begun) stream.enqueue(bytes.encode(`retry: ${retryMs}\n\n`));
      begun = true;
      beat ??= setTimeout(heartbeatMs, 'beat', { signal, ref: false });
      const heard = await Promise.race([next, beat]).catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      });
      if (heard === 'beat') {
        beat = undefined;
        stream.enqueue(bytes.encode(': still here\n\n'));
      } else if (heard && !heard.done) {
        next = undefined;
        stream.enqueue(bytes.encode(eventOf(heard.value)));
      } else if (!cancelled.signal.aborted) stream.close();
    },
    cancel() {
      cancelled.abort();
    },
  });
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
}

function eventOf({ cursor, kind, ...ids }: Change) {
  const data = toWire(Change.omit({ cursor: true, kind: true }), ids);
  return `id: ${cursor}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}
