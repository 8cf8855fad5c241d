// The state of a workspace in the fake Slack, and the Web API methods over it. Every refusal is Slack's own word for it.
import { randomUUID } from 'node:crypto';
import type { SlackFiles } from './slack-files.ts';
import { refuseBlocks, refuseHome, refuseMetadata, refuseView } from './slack-rules.ts';

export type Json = Record<string, unknown>;

export type SlackUser = {
  readonly id: string;
  readonly name: string;
  readonly team: string;
  standing: 'member' | 'guest' | 'external' | 'bot' | 'deleted';
  readonly enterprise?: string;
};

export type SlackChannel = {
  readonly id: string;
  readonly name: string;
  readonly direct: boolean;
  readonly isPrivate: boolean;
  readonly members: Set<string>;
  shared: boolean;
  archived: boolean;
};

export type SlackMessage = {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly bot_id?: string;
  readonly thread_ts?: string;
  /** Only this user sees it. */
  readonly ephemeralTo?: string;
  text: string;
  blocks: Json[];
  metadata?: Json;
  edits: number;
};

export type SlackView = { readonly id: string; readonly user: string; hash: string; view: Json };

export type Workspace = {
  readonly team: string;
  readonly enterprise: string | undefined;
  readonly botUser: string;
  readonly botId: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly scopes: readonly string[];
  readonly triggerMs: number;
  readonly users: Map<string, SlackUser>;
  readonly channels: Map<string, SlackChannel>;
  readonly messages: SlackMessage[];
  readonly files: SlackFiles;
  readonly views: Map<string, SlackView>;
  /** Whether the app has a Home tab, and what stands there for each person. */
  readonly homeTab: boolean;
  readonly homes: Map<string, SlackView>;
  readonly triggers: Map<string, { readonly user: string; readonly at: number; used: boolean }>;
  /** Gives the address a Socket Mode client connects to. */
  socketUrl(): string;
  stamp(): string;
};

type Method = { readonly scope?: string; readonly run: (args: Json, at: Workspace) => Json | string };

/** The answer of one method: `{ok: true, …}`, or `{ok: false, error}` in Slack's words. */
export function callMethod(name: string, token: string, args: Json, at: Workspace): Json {
  const refuse = (error: string) => ({ ok: false, error });
  const method = methods[name];
  if (!method) return refuse('unknown_method');
  if (token === '') return refuse('not_authed');
  const wanted = name === 'apps.connections.open' ? at.appToken : at.botToken;
  const other = name === 'apps.connections.open' ? at.botToken : at.appToken;
  if (token === other) return refuse('not_allowed_token_type');
  if (token !== wanted) return refuse('invalid_auth');
  const scopes = method.scope?.split('|') ?? [];
  if (scopes.length > 0 && !scopes.some((scope) => at.scopes.includes(scope))) return refuse('missing_scope');
  const answer = method.run(args, at);
  return typeof answer === 'string' ? refuse(answer) : { ok: true, ...answer };
}

const methods: Record<string, Method> = {
  'auth.test': {
    run: (_, at) => ({
      team_id: at.team,
      user_id: at.botUser,
      bot_id: at.botId,
      ...(at.enterprise && { enterprise_id: at.enterprise }),
      is_enterprise_install: false,
    }),
  },
  'apps.connections.open': { run: (_, at) => ({ url: at.socketUrl() }) },
  'chat.postMessage': {
    scope: 'chat:write',
    run(args, at) {
      const refused =
        refusePlace(args, at) ?? refuseContent(args, 40_000, at) ?? refuseMetadata(parsed(args.metadata));
      if (refused) return refused;
      const thread = textOf(args.thread_ts);
      const inThread = (one: SlackMessage) => one.channel === args.channel && one.ts === thread;
      if (thread && !at.messages.some(inThread)) return 'thread_not_found';
      const message = written(args, at);
      at.messages.push(message);
      return { channel: message.channel, ts: message.ts, message: shown(message, true) };
    },
  },
  'chat.update': {
    scope: 'chat:write',
    run(args, at) {
      const refused =
        refusePlace(args, at) ?? refuseContent(args, 4_000, at) ?? refuseMetadata(parsed(args.metadata));
      const message = hanging(args, at);
      if (refused || !message) return refused ?? 'message_not_found';
      if (message.bot_id !== at.botId) return 'cant_update_message';
      message.text = textOf(args.text);
      message.blocks = args.blocks === undefined ? [] : (parsed(args.blocks) as Json[]);
      if (args.metadata !== undefined) message.metadata = parsed(args.metadata) as Json;
      message.edits += 1;
      return { channel: message.channel, ts: message.ts, text: message.text };
    },
  },
  'chat.delete': {
    scope: 'chat:write',
    run(args, at) {
      const message = hanging(args, at);
      if (!at.channels.has(textOf(args.channel))) return 'channel_not_found';
      if (!message) return 'message_not_found';
      if (message.bot_id !== at.botId) return 'cant_delete_message';
      at.messages.splice(at.messages.indexOf(message), 1);
      return { channel: message.channel, ts: message.ts };
    },
  },
  'chat.postEphemeral': {
    scope: 'chat:write',
    run(args, at) {
      const refused = refusePlace(args, at) ?? refuseContent(args, 40_000, at);
      if (refused) return refused;
      const user = textOf(args.user);
      if (!at.channels.get(textOf(args.channel))?.members.has(user)) return 'user_not_in_channel';
      const message = { ...written(args, at), ephemeralTo: user };
      at.messages.push(message);
      return { message_ts: message.ts };
    },
  },
  'conversations.open': {
    scope: 'im:write',
    run(args, at) {
      const user = textOf(args.users);
      const found = at.users.get(user);
      if (!found || found.standing === 'deleted') return 'user_not_found';
      if (found.standing === 'bot') return 'cannot_dm_bot';
      const id = `D0${user}`;
      if (!at.channels.has(id)) {
        const members = new Set([user, at.botUser]);
        at.channels.set(id, {
          id,
          name: '',
          direct: true,
          isPrivate: true,
          members,
          shared: false,
          archived: false,
        });
      }
      return { channel: { id } };
    },
  },
  'files.getUploadURLExternal': { scope: 'files:write', run: (args, at) => at.files.begin(args) },
  'files.completeUploadExternal': {
    scope: 'files:write',
    run: (args, at) => at.files.complete(parsed(args.files), at),
  },
  'conversations.info': {
    scope: 'channels:read|groups:read|im:read',
    run(args, at) {
      const channel = at.channels.get(textOf(args.channel));
      if (!channel || (channel.isPrivate && !channel.members.has(at.botUser))) return 'channel_not_found';
      return {
        channel: {
          id: channel.id,
          name: channel.name,
          is_im: channel.direct,
          is_private: channel.isPrivate,
          is_member: channel.members.has(at.botUser),
          is_archived: channel.archived,
          is_ext_shared: channel.shared,
          is_pending_ext_shared: false,
        },
      };
    },
  },
  'conversations.history': {
    scope: 'channels:history|groups:history|im:history',
    run: (args, at) =>
      refuseReading(args, at) ?? page(args, at, (message) => message.thread_ts === undefined),
  },
  'conversations.replies': {
    scope: 'channels:history|groups:history|im:history',
    run(args, at) {
      const refused = refuseReading(args, at);
      const root = at.messages.find(({ ts, channel }) => ts === args.ts && channel === args.channel);
      if (refused || !root) return refused ?? 'thread_not_found';
      return page(args, at, (message) => message.thread_ts === args.ts, root);
    },
  },
  'users.info': {
    scope: 'users:read',
    run(args, at) {
      const user = at.users.get(textOf(args.user));
      if (!user) return 'user_not_found';
      const { standing } = user;
      return {
        user: {
          id: user.id,
          team_id: user.team,
          name: user.name.toLowerCase(),
          real_name: user.name,
          profile: { display_name: user.name, real_name: user.name },
          deleted: standing === 'deleted',
          ...(user.enterprise && { enterprise_user: { id: user.id, enterprise_id: user.enterprise } }),
          ...(standing !== 'deleted' && {
            is_bot: standing === 'bot',
            is_restricted: standing === 'guest',
            is_ultra_restricted: false,
            ...(standing === 'external' && { is_stranger: true }),
          }),
        },
      };
    },
  },
  'views.open': {
    run(args, at) {
      const trigger = at.triggers.get(textOf(args.trigger_id));
      if (!trigger) return 'invalid_trigger_id';
      if (trigger.used) return 'exchanged_trigger_id';
      if (Date.now() - trigger.at > at.triggerMs) return 'expired_trigger_id';
      const view = parsed(args.view) as Json;
      const refused = refuseView(view);
      if (refused) return refused;
      trigger.used = true;
      const open = { id: `V${randomUUID().slice(0, 8)}`, user: trigger.user, hash: randomUUID(), view };
      at.views.set(open.id, open);
      return { view: { ...view, id: open.id, hash: open.hash } };
    },
  },
  'views.publish': {
    run(args, at) {
      const user = at.users.get(textOf(args.user_id));
      if (!user || user.standing === 'bot' || user.standing === 'deleted') return 'invalid_arguments';
      if (!at.homeTab) return 'not_enabled';
      const before = at.homes.get(user.id);
      if (args.hash !== undefined && args.hash !== before?.hash) return 'hash_conflict';
      const view = parsed(args.view) as Json;
      const refused = refuseHome(view);
      if (refused) return refused;
      const id = before?.id ?? `V${randomUUID().slice(0, 8)}`;
      const home = { id, user: user.id, hash: randomUUID(), view };
      at.homes.set(user.id, home);
      return { view: { ...view, id, hash: home.hash } };
    },
  },
  'chat.getPermalink': {
    run(args, at) {
      const channel = at.channels.get(textOf(args.channel));
      if (!channel || (channel.isPrivate && !channel.members.has(at.botUser))) return 'channel_not_found';
      const message = at.messages.find(({ ts, channel: of }) => ts === args.message_ts && of === channel.id);
      if (!message || message.ephemeralTo) return 'message_not_found';
      const stamp = message.ts.replace('.', '');
      const thread = message.thread_ts ? `?thread_ts=${message.thread_ts}&cid=${channel.id}` : '';
      return {
        channel: channel.id,
        permalink: `https://home.slack.com/archives/${channel.id}/p${stamp}${thread}`,
      };
    },
  },
  'views.update': {
    run(args, at) {
      const open = at.views.get(textOf(args.view_id));
      if (!open) return 'not_found';
      if (args.hash !== undefined && args.hash !== open.hash) return 'hash_conflict';
      const view = parsed(args.view) as Json;
      const refused = refuseView(view);
      if (refused) return refused;
      open.view = view;
      open.hash = randomUUID();
      return { view: { ...view, id: open.id, hash: open.hash } };
    },
  },
};

/** What others see of a message; metadata only when it is asked for. */
export const shown = (message: SlackMessage, metadata: boolean): Json => ({
  type: 'message',
  ts: message.ts,
  user: message.user,
  text: message.text,
  ...(message.bot_id && { bot_id: message.bot_id }),
  ...(message.thread_ts && { thread_ts: message.thread_ts }),
  ...(message.blocks.length && { blocks: message.blocks }),
  ...(metadata && message.metadata && { metadata: message.metadata }),
});

function refusePlace(args: Json, at: Workspace): string | undefined {
  const channel = at.channels.get(textOf(args.channel));
  if (!channel || (channel.isPrivate && !channel.members.has(at.botUser))) return 'channel_not_found';
  if (channel.archived) return 'is_archived';
  return channel.members.has(at.botUser) ? undefined : 'not_in_channel';
}

function refuseReading(args: Json, at: Workspace): string | undefined {
  const channel = at.channels.get(textOf(args.channel));
  if (!channel || (channel.isPrivate && !channel.members.has(at.botUser))) return 'channel_not_found';
  return channel.members.has(at.botUser) ? undefined : 'not_in_channel';
}

function refuseContent(args: Json, mostText: number, at: Workspace): string | undefined {
  const text = textOf(args.text);
  if (text === '' && args.blocks === undefined) return 'no_text';
  if (text.length > mostText) return 'msg_too_long';
  if (args.blocks === undefined) return undefined;
  const blocks = parsed(args.blocks) as Json[];
  return (
    refuseBlocks(blocks, 'message') ??
    (blocks.every((block) => block.type !== 'image' || at.files.shows(block)) ? undefined : 'invalid_blocks')
  );
}

const hanging = (args: Json, at: Workspace) =>
  at.messages.find(
    ({ ts, channel, ephemeralTo }) => ts === args.ts && channel === args.channel && !ephemeralTo,
  );

const written = (args: Json, at: Workspace): SlackMessage => ({
  ts: at.stamp(),
  channel: textOf(args.channel),
  user: at.botUser,
  bot_id: at.botId,
  ...(args.thread_ts !== undefined && { thread_ts: textOf(args.thread_ts) }),
  text: textOf(args.text),
  blocks: args.blocks === undefined ? [] : (parsed(args.blocks) as Json[]),
  ...(args.metadata !== undefined && { metadata: parsed(args.metadata) as Json }),
  edits: 0,
});

function page(args: Json, at: Workspace, is: (message: SlackMessage) => boolean, root?: SlackMessage): Json {
  const oldest = Number(args.oldest ?? 0);
  const all = at.messages.filter(
    (message) =>
      message.channel === args.channel && !message.ephemeralTo && is(message) && Number(message.ts) >= oldest,
  );
  const newestFirst = root ? [root, ...all] : all.toReversed();
  const from = Number(args.cursor ?? 0);
  const limit = Math.min(999, Number(args.limit ?? 100));
  const metadata = args.include_all_metadata === 'true' || args.include_all_metadata === true;
  const more = from + limit < newestFirst.length;
  return {
    messages: newestFirst.slice(from, from + limit).map((message) => shown(message, metadata)),
    has_more: more,
    response_metadata: { next_cursor: more ? String(from + limit) : '' },
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

/** Form members that hold JSON arrive as text. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
