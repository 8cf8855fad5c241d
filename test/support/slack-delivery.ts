// How Slack reaches a bot, for the strict fake: signed over HTTP or over Socket Mode, and again when no answer comes in time.
import { createHmac, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from './slack-workspace.ts';
import { acceptWebSocket, type ServerSocket } from './web-socket.ts';

/** What became of one delivery to the bot: whether it was answered in time, how often it was tried, and with what. */
export type Delivery = {
  readonly kind: 'events_api' | 'interactive' | 'slash_commands';
  readonly payload: Json;
  taken: boolean;
  tries: number;
  status?: number;
  answer?: unknown;
};

/** `retryMs` are the waits before an event is delivered again; presses and commands are delivered once. */
export function openDeliveries({
  signingSecret,
  ackMs,
  retryMs,
}: {
  readonly signingSecret: string;
  readonly ackMs: number;
  readonly retryMs: readonly number[];
}) {
  const deliveries: Delivery[] = [];
  const sockets = new Set<ServerSocket>();
  const acks = new Map<string, (answer: unknown) => void>();
  const tickets = new Set<string>();
  const closing = new AbortController();
  let requestUrl: string | undefined;

  async function deliver(kind: Delivery['kind'], payload: Json): Promise<Delivery> {
    const delivery: Delivery = { kind, payload, taken: false, tries: 0 };
    deliveries.push(delivery);
    const waits = kind === 'events_api' ? [0, ...retryMs] : [0];
    let reason: string | undefined;
    for (const waitMs of waits) {
      if (delivery.tries > 0)
        await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) break;
      delivery.tries += 1;
      reason =
        requestUrl === undefined
          ? await overSocket(delivery, reason)
          : await overHttp(delivery, reason, requestUrl);
      if (reason === undefined) {
        delivery.taken = true;
        break;
      }
    }
    return delivery;
  }

  /** Resolves to why it was not taken, or undefined when it was. */
  async function overHttp(
    delivery: Delivery,
    reason: string | undefined,
    url: string,
  ): Promise<string | undefined> {
    const json = delivery.kind === 'events_api';
    const body = json
      ? JSON.stringify(delivery.payload)
      : new URLSearchParams(
          delivery.kind === 'interactive'
            ? { payload: JSON.stringify(delivery.payload) }
            : (delivery.payload as Record<string, string>),
        ).toString();
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded',
          ...sign(body),
          ...(delivery.tries > 1 && {
            'x-slack-retry-num': String(delivery.tries - 1),
            'x-slack-retry-reason': reason ?? 'unknown_error',
          }),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(ackMs),
      });
      delivery.status = response.status;
      delivery.answer = await response.text();
      return response.ok ? undefined : 'http_error';
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError' ? 'http_timeout' : 'connection_failed';
    }
  }

  async function overSocket(delivery: Delivery, reason: string | undefined): Promise<string | undefined> {
    const [socket] = [...sockets].slice(-1);
    if (!socket) return 'connection_failed';
    const envelope = randomUUID();
    const { promise, resolve } = Promise.withResolvers<{ readonly said: unknown }>();
    acks.set(envelope, (said) => resolve({ said }));
    socket.send(
      JSON.stringify({
        envelope_id: envelope,
        type: delivery.kind,
        payload: delivery.payload,
        accepts_response_payload: delivery.kind !== 'events_api',
        retry_attempt: delivery.tries - 1,
        retry_reason: reason ?? '',
      }),
    );
    const ack = await Promise.race([promise, sleep(ackMs, undefined, { ref: false })]);
    acks.delete(envelope);
    if (!ack) return 'timeout';
    delivery.answer = ack.said;
    return undefined;
  }

  /** The headers Slack signs a body with; `when` in seconds. */
  function sign(body: string, when = Math.floor(Date.now() / 1_000), secret = signingSecret) {
    const mac = createHmac('sha256', secret).update(`v0:${when}:${body}`).digest('hex');
    return { 'x-slack-request-timestamp': String(when), 'x-slack-signature': `v0=${mac}` };
  }

  function accept(request: IncomingMessage, stream: Duplex) {
    if (!tickets.delete(request.url ?? '')) return void stream.end('HTTP/1.1 404 Not Found\r\n\r\n');
    const socket = acceptWebSocket(request, stream, {
      onText(text) {
        const { envelope_id, payload } = JSON.parse(text) as { envelope_id: string; payload?: unknown };
        acks.get(envelope_id)?.(payload);
      },
      onClose: () => sockets.delete(socket),
    });
    sockets.add(socket);
    const connection_info = { app_id: 'A0APP' };
    socket.send(JSON.stringify({ type: 'hello', num_connections: sockets.size, connection_info }));
  }

  return {
    deliveries,
    deliver,
    sign,
    /** Takes the upgrade of a Socket Mode connection. */
    accept,
    /** Where deliveries go: an HTTP request URL, or nothing for Socket Mode. May change while a test runs. */
    deliverTo: (url: string | undefined) => {
      requestUrl = url;
    },
    /** A path that opens one Socket Mode connection. */
    ticket: () => {
      const path = `/link/${randomUUID()}`;
      tickets.add(path);
      return path;
    },
    /** How many Socket Mode connections are open. */
    connections: () => sockets.size,
    /** Slack renews its connections, or loses them. */
    dropConnections: (how: 'renewed' | 'lost') => {
      for (const socket of sockets) {
        if (how === 'lost') socket.close(true);
        else socket.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
      }
    },
    close: () => {
      closing.abort();
      for (const socket of sockets) socket.close(true);
    },
  };
}
