// What the bot does in Slack: post, replace, whisper, find, remove, inspect. One call each, no retries.
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type Actor, type Chat, ChatError, type Place, type Posted } from '#chat/chat.ts';
import { call, slackWord } from './calls.ts';
import type { Dates } from './mrkdwn.ts';
import type { Home } from './people.ts';
import { noSources, type Pictures, type Sources, withPictures } from './pictures.ts';
import { markPrefix, metadataType, renderCard, renderHome } from './render.ts';

/** Slack bears about one post a second in a channel; a little more keeps the burst allowance for others. */
const paceMs = 1_100;
/** The clocks of Slack and of this machine may differ by this much when a message is looked for. */
const clockSkewMs = 120_000;
const pageSize = 200;
const mostPages = 10;

/** Answers a slash command where the bot is no member; undefined when there is none to answer. */
export type CommandReply = (place: Place, user: string) => ((body: object) => Promise<void>) | undefined;

/** The verbs of the port towards one workspace. A place of another workspace is refused before anything is sent. */
export function outbound(
  client: WebClient,
  home: Home,
  dates: Dates,
  pictures: Pictures,
  reply: CommandReply,
): Omit<Chat, 'standingOf'> {
  const settled = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none' } as const;

  async function post(
    place: Place,
    thread: string | undefined,
    card: Parameters<Chat['post']>[2],
    mark: string,
  ) {
    const channel = channelOf(place);
    const message = (sources: Sources) => ({
      channel,
      ...threadOf(thread),
      ...renderCard(card, mark, dates, sources),
      ...settled,
      mrkdwn: false,
    });
    const { sent: answer, lacks } = await withPictures(pictures, card, (sources) =>
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not a window's
      call('chat.postMessage', () => client.chat.postMessage(message(sources))),
    );
    if (!answer.ts) throw new ChatError('ambiguous', 'chat.postMessage: the answer names no message');
    return {
      place,
      ...(thread && { thread }),
      message: answer.ts,
      ...(lacks && { lacks: 'picture' as const }),
    };
  }

  async function whisper(
    place: Place,
    thread: string | undefined,
    to: Actor,
    card: Parameters<Chat['whisper']>[3],
  ) {
    const channel = channelOf(place);
    // What only one person sees goes out once and is never repainted, so nothing in it waits for a file.
    const { text, blocks } = renderCard(card, undefined, dates, noSources);
    try {
      await call('chat.postEphemeral', () =>
        client.chat.postEphemeral({
          channel,
          user: to.user,
          ...threadOf(thread),
          text,
          blocks,
          link_names: false,
          parse: 'none',
        }),
      );
    } catch (error) {
      const outside = ['channel_not_found', 'not_in_channel', 'user_not_in_channel'].includes(
        slackWord(error) ?? '',
      );
      const answer = outside ? reply(place, to.user) : undefined;
      if (!answer) throw error;
      await answer({ response_type: 'ephemeral', replace_original: false, text, blocks });
    }
  }

  /** Oldest first, so that everybody who looks keeps the same copy. */
  async function find(place: Place, thread: string | undefined, mark: string, since: Date) {
    const channel = channelOf(place);
    const oldest = String(Math.max(0, (since.getTime() - clockSkewMs) / 1_000));
    const found: Posted[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const asked = {
        channel,
        oldest,
        limit: pageSize,
        include_all_metadata: true,
        ...(cursor && { cursor }),
      };
      const answer = await lookAt(() =>
        thread ? client.conversations.replies({ ...asked, ts: thread }) : client.conversations.history(asked),
      );
      if (answer === 'cannot-tell') return answer;
      for (const message of z.array(Hanging).parse(answer.messages ?? [])) {
        const own = message.bot_id === home.bot || message.user === home.botUser;
        // A thread's listing begins with its root, which hangs in the channel and not in the thread.
        if (!own || message.ts === thread || !bears(message, mark)) continue;
        found.push({ place, ...(thread && { thread }), message: message.ts });
      }
      cursor = answer.response_metadata?.next_cursor || undefined;
      if (!cursor) return found.toSorted((a, b) => Number(a.message) - Number(b.message));
    }
    return 'cannot-tell';
  }

  async function remove(posted: Posted) {
    try {
      await call('chat.delete', () =>
        client.chat.delete({ channel: channelOf(posted.place), ts: posted.message }),
      );
    } catch (error) {
      // Already off the wall: that is what was asked for.
      if (slackWord(error) !== 'message_not_found') throw error;
    }
  }

  /** Nobody vouches for a channel that cannot be looked at, so it counts as shared. */
  async function inspect(place: Place): ReturnType<Chat['inspect']> {
    try {
      const answer = await call('conversations.info', () =>
        client.conversations.info({ channel: channelOf(place) }),
      );
      const channel = Channel.parse(answer.channel);
      const why = channel.is_archived
        ? 'is_archived'
        : channel.is_im || channel.is_member
          ? undefined
          : 'not_in_channel';
      return {
        reachable: why === undefined,
        shared: Boolean(
          channel.is_ext_shared ||
            channel.is_pending_ext_shared ||
            channel.pending_connected_team_ids?.length,
        ),
        ...(channel.name && { name: channel.name }),
        ...(why && { why }),
      };
    } catch (error) {
      if (!(error instanceof ChatError) || error.code !== 'gone') throw error;
      return { reachable: false, shared: true, why: slackWord(error) ?? error.message };
    }
  }

  /** The channel's id, when the place is in the workspace whose token this is. */
  function channelOf(place: Place): string {
    if (place.platform !== 'slack' || place.tenant !== home.team) {
      throw new ChatError('refused', `${place.platform}:${place.tenant} is not the workspace ${home.team}`);
    }
    return place.channel;
  }

  return {
    platform: 'slack',
    paceMs,
    post,
    async replace(posted, card, mark) {
      const channel = channelOf(posted.place);
      const { lacks } = await withPictures(pictures, card, (sources) =>
        call('chat.update', () =>
          client.chat.update({
            channel,
            ts: posted.message,
            ...renderCard(card, mark, dates, sources),
            link_names: false,
            parse: 'none',
          }),
        ),
      );
      return lacks ? { lacks: 'picture' } : {};
    },
    bring: (card) => pictures.bring(card),
    whisper,
    async privately(place, user) {
      channelOf(place);
      const opened = await call('conversations.open', () => client.conversations.open({ users: user }));
      if (!opened.channel?.id)
        throw new ChatError('gone', 'no conversation with this person could be opened');
      return { ...place, channel: opened.channel.id };
    },
    find,
    remove,
    async showHome(to, card) {
      const view = renderHome(card, dates);
      await call('views.publish', () => client.views.publish({ user_id: to.user, view }));
      return 'shown';
    },
    async linkTo({ place, message }) {
      const channel = channelOf(place);
      try {
        const { permalink } = await call('chat.getPermalink', () =>
          client.chat.getPermalink({ channel, message_ts: message }),
        );
        return permalink;
      } catch (error) {
        if (slackWord(error) === 'message_not_found') return undefined;
        throw error;
      }
    },
    inspect,
  };
}

/** Without the right to read history nothing can be told; everything else is a failure. */
async function lookAt<T>(ask: () => Promise<T>): Promise<T | 'cannot-tell'> {
  try {
    return await call('conversations.history', ask);
  } catch (error) {
    if (['missing_scope', 'not_allowed_token_type'].includes(slackWord(error) ?? '')) return 'cannot-tell';
    throw error;
  }
}

const threadOf = (thread: string | undefined) => (thread ? { thread_ts: thread } : {});

const Hanging = z.object({
  ts: z.string(),
  user: z.string().optional(),
  bot_id: z.string().nullish(),
  metadata: z
    .object({
      event_type: z.string().optional(),
      event_payload: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  blocks: z.array(z.object({ block_id: z.string().optional() })).optional(),
});

/** Metadata says it where the workspace keeps it; the first block's id says it everywhere. */
const bears = ({ metadata, blocks }: z.infer<typeof Hanging>, mark: string) =>
  (metadata?.event_type === metadataType && metadata.event_payload?.mark === mark) ||
  blocks?.[0]?.block_id?.startsWith(markPrefix(mark)) === true;

const Channel = z.object({
  name: z.string().optional(),
  is_im: z.boolean().optional(),
  is_member: z.boolean().optional(),
  is_archived: z.boolean().optional(),
  is_ext_shared: z.boolean().optional(),
  is_pending_ext_shared: z.boolean().optional(),
  pending_connected_team_ids: z.array(z.string()).optional(),
});
