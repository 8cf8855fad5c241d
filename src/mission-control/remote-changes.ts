// Listening to a mission control elsewhere: Server-Sent Events, taken up again wherever they broke off.
import { setTimeout as wait } from 'node:timers/promises';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { MissionControlError } from '#mission-control/error.ts';
import { Change } from '#mission-control/facts.ts';
import { addressOf, authorization, type Remote, reach } from '#mission-control/remote-call.ts';
import { fromWire } from '#mission-control/wire.ts';

/** A stream that says nothing for this long, not even that it still stands, is taken for dead. */
const silenceMs = 60_000;
const firstWaitMs = 1_000;
const longestWaitMs = 30_000;
const largestEvent = 64 * 1024;

/**
 * Yields changes after `after`, or from now, until the signal aborts. A stream that ends or cannot be had is asked for
 * again, later each time; where the server has none at all, nothing is ever heard.
 * @throws {MissionControlError} `unauthorized`
 */
export async function* watchRemote(
  remote: Remote,
  { after, signal }: { readonly after?: string; readonly signal: AbortSignal },
): AsyncGenerator<Change> {
  let cursor = after;
  let waitMs = firstWaitMs;
  while (!signal.aborted) {
    try {
      for await (const change of stream(remote, cursor, signal)) {
        cursor = change.cursor === '' ? cursor : change.cursor;
        waitMs = firstWaitMs;
        yield change;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof MissionControlError) || error.code === 'unauthorized') throw error;
    }
    // Aborting is how a watch ends, not a failure of it.
    await wait(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    waitMs = Math.min(waitMs * 2, longestWaitMs);
  }
}

async function* stream(
  remote: Remote,
  cursor: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Change> {
  const silent = new AbortController();
  const clock = setTimeout(() => silent.abort(), silenceMs);
  try {
    const response = await reach(() =>
      fetch(addressOf(remote, '/events', {}), {
        headers: {
          accept: 'text/event-stream',
          ...(cursor === undefined ? {} : { 'last-event-id': cursor }),
          ...authorization(remote),
        },
        redirect: 'error',
        signal: AbortSignal.any([signal, silent.signal]),
      }),
    );
    if (response.status === 401 || response.status === 403)
      throw new MissionControlError('unauthorized', `mission control refuses us with ${response.status}`);
    if (
      !response.ok ||
      !response.headers.get('content-type')?.startsWith('text/event-stream') ||
      !response.body
    )
      throw new MissionControlError(
        'unexpected_answer',
        `mission control streams no events: ${response.status}`,
      );

    const heard: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (event) => heard.push(event), maxBufferSize: largestEvent });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    while (true) {
      const { done } = await reach(async () => {
        const chunk = await reader.read();
        // Throws once an event has grown past its bound.
        if (!chunk.done) parser.feed(chunk.value);
        return chunk;
      });
      if (done) return;
      clock.refresh();
      for (const event of heard.splice(0)) {
        const change = changeIn(event);
        if (change) yield change;
      }
    }
  } finally {
    clearTimeout(clock);
    silent.abort();
  }
}

/** An event of a kind not known here, or not understood, is passed over: readers reconcile. */
function changeIn({ id, event, data }: EventSourceMessage): Change | undefined {
  const read = fromWire(Change, { ...ids(data), cursor: id ?? '', kind: event });
  return 'value' in read ? read.value : undefined;
}

function ids(data: string): object {
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
