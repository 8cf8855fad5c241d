// A slash command may be given where the bot is no member; Slack then leaves one way to answer, the command's own
// response URL (five answers within half an hour, docs.slack.dev/interactivity/handling-user-interaction).
import type { Place } from '#chat/chat.ts';
import { ChatError } from '#chat/chat.ts';
import type { CommandReply } from './outbound.ts';

const freshMs = 29 * 60_000;
const mostUses = 5;
const mostRemembered = 500;
const timeoutMs = 10_000;

export type Replies = {
  readonly remember: (channel: string, user: string, url: string) => void;
  readonly find: CommandReply;
};

/**
 * Remembers the latest response URL of each person in each channel, in memory: after a restart the person types the
 * command again. Only Slack's own host is ever called, or the host of `apiUrl` when another Slack is used.
 */
export function openReplies(apiUrl: string | undefined, now: () => number = Date.now): Replies {
  const remembered = new Map<string, { readonly url: string; readonly until: number; left: number }>();
  const hosts =
    apiUrl === undefined ? ['hooks.slack.com'] : [new URL(apiUrl).hostname, 'localhost', '127.0.0.1'];
  const keyOf = (channel: string, user: string) => `${channel}:${user}`;

  return {
    remember(channel, user, url) {
      const parsed = URL.parse(url);
      if (!parsed || !hosts.includes(parsed.hostname)) return;
      if (apiUrl === undefined && parsed.protocol !== 'https:') return;
      remembered.delete(keyOf(channel, user));
      remembered.set(keyOf(channel, user), { url, until: now() + freshMs, left: mostUses });
      const oldest = remembered.keys().next();
      if (remembered.size > mostRemembered && !oldest.done) remembered.delete(oldest.value);
    },
    find(place: Place, user: string) {
      const reply = remembered.get(keyOf(place.channel, user));
      if (!reply || reply.until <= now() || reply.left === 0) return undefined;
      return async (body) => {
        reply.left -= 1;
        const answer = await fetch(reply.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        }).catch((cause: unknown) => {
          throw new ChatError('ambiguous', 'response_url: no answer', { cause });
        });
        await answer.body?.cancel();
        if (!answer.ok) throw new ChatError('gone', `response_url: HTTP ${answer.status}`);
      };
    },
  };
}
