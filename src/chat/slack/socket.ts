// Socket Mode: one WebSocket to Slack, kept open. docs.slack.dev/apis/events-api/using-socket-mode
// The SDK's own reconnection ends the process when Slack cannot be reached for a moment (an unhandled rejection in
// 3.1.0) and waits five seconds before every new connection; so it is off, and this loop connects instead.
import { setTimeout as sleep } from 'node:timers/promises';
import { SocketModeReceiver } from '@slack/bolt';
import { ChatError } from '#chat/chat.ts';
import type { Log } from '#log.ts';
import { call, clientOptions, slackLogger } from './calls.ts';

const mostWaitMs = 30_000;
/** A connection that was lost sooner than this counts as a failure. */
const steadyMs = 10_000;
const connectTimeoutMs = 10_000;

export type Socket = {
  readonly receiver: SocketModeReceiver;
  /** Connects, and reconnects until `stop`. Resolves at the first connection; throws ChatError when that fails. */
  connect(stop: AbortSignal): Promise<{ readonly ended: Promise<void> }>;
};

/** `appToken` is an app-level token with `connections:write`. */
export function openSocket(appToken: string, apiUrl: string | undefined, log: Log): Socket {
  const receiver = new SocketModeReceiver({
    appToken,
    autoReconnectEnabled: false,
    logger: slackLogger(log),
    installerOptions: { clientOptions: clientOptions(apiUrl, connectTimeoutMs, log) },
    async processEventErrorHandler({ error, event }) {
      log.error(
        { err: error, retry: event.retryNum },
        'a delivery from slack was not taken; slack delivers it again',
      );
      // Never acknowledged: what was not stored must come again.
      return false;
    },
  });
  const { client } = receiver;

  let lost = Promise.withResolvers<void>();
  client.on('disconnected', () => lost.resolve());

  async function start() {
    lost = Promise.withResolvers();
    await call('apps.connections.open', async () => {
      try {
        await client.start();
      } catch (error) {
        // The SDK rejects with nothing when the socket closes before Slack says hello.
        throw error ?? new ChatError('unavailable', 'the socket closed before it was open');
      }
    });
  }

  async function keep(stop: AbortSignal) {
    let failures = 0;
    let since = Date.now();
    for (;;) {
      await lost.promise;
      if (stop.aborted) return;
      // Slack renews a connection every few hours, and then there is no reason to wait.
      failures = Date.now() - since > steadyMs ? 0 : failures + 1;
      if (failures > 0) {
        const waitMs = Math.min(mostWaitMs, 250 * 2 ** failures);
        await sleep(waitMs, undefined, { signal: stop }).catch(() => undefined);
        if (stop.aborted) return;
      }
      try {
        await start();
        log.info({}, 'slack is connected again');
      } catch (error) {
        log.warn({ err: error, failures }, 'slack cannot be connected; trying again');
        lost.resolve();
      }
      since = Date.now();
      if (stop.aborted) void client.disconnect();
    }
  }

  return {
    receiver,
    async connect(stop) {
      await start();
      stop.addEventListener('abort', () => void client.disconnect(), { once: true });
      return { ended: keep(stop) };
    },
  };
}
