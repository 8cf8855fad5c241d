// What Slack delivers, as happenings. Each payload is parsed once; what does not parse is nobody's act.
import { z } from 'zod';
import type { Happening, Place, Posted } from '#chat/chat.ts';
import { Entered } from './form.ts';
import type { Author, Home } from './people.ts';
import { type Carried, carried, type Origin, originOf } from './press.ts';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A happening whose author is still to be looked up. */
export type Act = Without<Happening, 'actor'> & {
  readonly author: Author;
  /** People the words mention besides the bot, still to be looked up. */
  readonly named?: readonly Named[];
};

export type Named = { readonly text: string; readonly user: string };

const id = z.string().min(1);
const stamp = z.string().regex(/^\d+\.\d+$/);

/** `1732212275.000300` as a moment. */
const momentOf = (ts: string) => new Date(Number(ts) * 1_000);

const Envelope = z.object({ event_id: id, event_time: z.number().optional(), event: z.unknown() });

const Words = z.object({
  type: z.enum(['app_mention', 'message']),
  subtype: z.string().optional(),
  channel: id,
  channel_type: z.string().optional(),
  user: id.optional(),
  user_team: z.string().optional(),
  team: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string(),
  ts: stamp,
  thread_ts: stamp.optional(),
});

/**
 * Words said to the bot: a mention in a channel, or a direct message. Undefined for everything else a message event can
 * be (edits, joins, the bot's own words). A mention arrives as `app_mention` and, where the bot may read the channel,
 * as `message` too, so both carry the message's own id.
 */
export function wordsOf(body: unknown, home: Home): Act | undefined {
  const envelope = Envelope.safeParse(body);
  const parsed = Words.safeParse(envelope.data?.event);
  if (!parsed.success || parsed.data.user === undefined) return undefined;
  const { type, subtype, channel, channel_type, user, user_team, team, bot_id, text, ts, thread_ts } =
    parsed.data;
  const direct = channel_type === 'im' || channel.startsWith('D');
  if (type === 'message' && (!direct || (subtype !== undefined && subtype !== 'file_share')))
    return undefined;
  if (user === home.botUser || bot_id === home.bot) return undefined;
  return {
    kind: 'said',
    id: `slack:said:${home.team}:${channel}:${ts}`,
    place: placeOf(home, channel),
    author: { user, team: user_team ?? team, bot: bot_id !== undefined },
    at: momentOf(ts),
    text: spoken(text, home.botUser),
    ...(thread_ts !== undefined && thread_ts !== ts && { thread: thread_ts }),
    message: ts,
    ...namedIn(text, home.botUser),
    by: direct ? 'direct' : 'mention',
  };
}

const Command = z.object({
  channel_id: id,
  user_id: id,
  team_id: z.string().optional(),
  text: z.string().default(''),
  trigger_id: id,
  response_url: z.url().optional(),
});

/**
 * A slash command. It leaves no message behind, so `message` is empty, and it cannot be given in a thread. Typed in
 * private it is said in private.
 */
export function commandOf(
  body: unknown,
  home: Home,
  now: Date,
): { readonly act: Act; readonly responseUrl?: string } | undefined {
  const parsed = Command.safeParse(body);
  if (!parsed.success) return undefined;
  const { channel_id, user_id, team_id, text, trigger_id, response_url } = parsed.data;
  const act: Act = {
    kind: 'said',
    id: `slack:command:${home.team}:${trigger_id}`,
    place: placeOf(home, channel_id),
    author: { user: user_id, team: team_id },
    at: now,
    text: spoken(text, home.botUser),
    message: '',
    ...namedIn(text, home.botUser),
    by: channel_id.startsWith('D') ? 'direct' : 'command',
  };
  return response_url === undefined ? { act } : { act, responseUrl: response_url };
}

const Action = z.object({
  trigger_id: z.string().optional(),
  user: z.object({ id, team_id: z.string().optional() }),
  channel: z.object({ id }).optional(),
  message: z.object({ ts: stamp, thread_ts: stamp.optional() }).optional(),
  container: z
    .object({ message_ts: stamp.optional(), channel_id: z.string().optional(), thread_ts: stamp.optional() })
    .optional(),
  view: z.object({ id, private_metadata: z.string() }).optional(),
  actions: z
    .array(
      z.object({
        action_id: id,
        action_ts: z.string().optional(),
        value: z.string().optional(),
      }),
    )
    .min(1),
});

/** A button of ours that was pressed, on a message or inside a modal of ours. */
export type Pressed =
  | {
      readonly on: 'message';
      readonly act: Extract<Act, { kind: 'pressed' }>;
      readonly carried: Carried;
      readonly origin: Origin;
      readonly trigger: string | undefined;
    }
  | {
      readonly on: 'view';
      readonly view: string;
      readonly author: Author;
      readonly carried: Carried;
      readonly origin: Origin;
    };

/** Reads a `block_actions` payload; undefined when the button is not ours or the payload is not whole. */
export function pressedOf(body: unknown, home: Home): Pressed | undefined {
  const parsed = Action.safeParse(body);
  const action = parsed.data?.actions[0];
  if (!parsed.success || !action?.value) return undefined;
  const { user, channel, message, container, view, trigger_id } = parsed.data;
  const author = { user: user.id, team: user.team_id };
  if (view) {
    const origin = originOf(view.private_metadata);
    const behind = origin && carried(origin.value);
    const page = z.coerce.number().int().nonnegative().safeParse(action.value);
    if (!origin || !behind || !page.success) return undefined;
    return { on: 'view', view: view.id, author, carried: behind, origin: { ...origin, page: page.data } };
  }
  const channelId = channel?.id ?? container?.channel_id;
  const ts = message?.ts ?? container?.message_ts;
  const ours = carried(action.value);
  if (!channelId || !ts || !ours) return undefined;
  const thread = message?.thread_ts ?? container?.thread_ts;
  const posted = postedOf(home, channelId, ts, thread);
  // A press has no id of its own; a second press of the same button has another `action_ts`.
  const stampOf = action.action_ts ?? trigger_id ?? '';
  return {
    on: 'message',
    carried: ours,
    origin: {
      value: action.value,
      channel: channelId,
      message: ts,
      ...(posted.thread !== undefined && { thread: posted.thread }),
    },
    trigger: trigger_id,
    act: {
      kind: 'pressed',
      id: `slack:press:${home.team}:${channelId}:${ts}:${user.id}:${action.action_id}:${stampOf}`,
      place: posted.place,
      author,
      at: stamp.safeParse(action.action_ts).success ? momentOf(action.action_ts ?? '') : new Date(),
      press: ours.press,
      on: posted,
    },
  };
}

const Submission = z.object({
  user: z.object({ id, team_id: z.string().optional() }),
  view: z.object({
    id,
    hash: z.string().optional(),
    private_metadata: z.string(),
    state: z.object({ values: Entered }),
  }),
});

/** The form behind a press, sent: the same press, with what was filled in. */
export function submittedOf(body: unknown, home: Home, now: Date): Act | undefined {
  const parsed = Submission.safeParse(body);
  const origin = parsed.success ? originOf(parsed.data.view.private_metadata) : undefined;
  const ours = origin && carried(origin.value);
  if (!parsed.success || !origin || !ours) return undefined;
  const { user, view } = parsed.data;
  const posted = postedOf(home, origin.channel, origin.message, origin.thread);
  return {
    kind: 'pressed',
    id: `slack:view:${home.team}:${view.id}:${view.hash ?? ''}:${user.id}`,
    place: posted.place,
    author: { user: user.id, team: user.team_id },
    at: now,
    press: ours.press,
    on: posted,
    values: view.state.values,
  };
}

const ChannelEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('channel_shared'), channel: id }),
  z.object({ type: z.literal('channel_unshared'), channel: id, is_ext_shared: z.boolean().optional() }),
  z.object({ type: z.literal('channel_id_changed'), old_channel_id: id, new_channel_id: id }),
  z.object({
    type: z.literal('member_joined_channel'),
    channel: id,
    user: id,
    inviter: z.string().optional(),
  }),
  z.object({ type: z.literal('member_left_channel'), channel: id, user: id }),
  z.object({ type: z.literal('channel_left'), channel: id, actor_id: z.string().optional() }),
  z.object({ type: z.literal('group_left'), channel: id, actor_id: z.string().optional() }),
]);

const HomeOpened = z.object({
  type: z.literal('app_home_opened'),
  user: id,
  channel: id,
  tab: z.enum(['home', 'messages']),
});

/** Somebody opened the Home tab; undefined where it was the tab of messages. */
export function homeOpenedOf(body: unknown, home: Home, now: Date): Act | undefined {
  const envelope = Envelope.safeParse(body);
  const opened = HomeOpened.safeParse(envelope.data?.event);
  if (!envelope.success || !opened.success || opened.data.tab !== 'home') return undefined;
  const { event_id, event_time } = envelope.data;
  return {
    kind: 'opened-home',
    id: `slack:event:${event_id}`,
    place: placeOf(home, opened.data.channel),
    author: { user: opened.data.user },
    at: event_time === undefined ? now : new Date(event_time * 1_000),
  };
}

/** The events of a channel this room listens to; the app's manifest subscribes to the same. */
export const channelEvents = ChannelEvent.options.map((option) => option.shape.type.value);

/** A channel that changed under the bot. Where Slack names nobody, the author is nobody: an empty user id. */
export function placeChangeOf(body: unknown, home: Home, now: Date): Act | undefined {
  const envelope = Envelope.safeParse(body);
  const parsed = ChannelEvent.safeParse(envelope.data?.event);
  if (!envelope.success || !parsed.success) return undefined;
  const event = parsed.data;
  const { event_id, event_time } = envelope.data;
  const changed = (
    channel: string,
    change: Extract<Happening, { kind: 'place-changed' }>['change'],
    by?: string,
  ): Act => ({
    kind: 'place-changed',
    id: `slack:event:${event_id}`,
    place: placeOf(home, channel),
    author: { user: by ?? '' },
    at: event_time === undefined ? now : new Date(event_time * 1_000),
    change,
  });
  switch (event.type) {
    case 'channel_shared':
      return changed(event.channel, 'shared');
    case 'channel_unshared':
      // One organisation left; others may still read along.
      return changed(event.channel, event.is_ext_shared ? 'shared' : 'unshared');
    case 'channel_id_changed':
      return changed(event.old_channel_id, { to: event.new_channel_id });
    case 'member_joined_channel':
      return event.user === home.botUser ? changed(event.channel, 'added', event.inviter) : undefined;
    case 'member_left_channel':
      return event.user === home.botUser ? changed(event.channel, 'removed') : undefined;
    case 'channel_left':
    case 'group_left':
      return changed(event.channel, 'removed', event.actor_id);
  }
}

const placeOf = (home: Home, channel: string): Place => ({ platform: 'slack', tenant: home.team, channel });

const postedOf = (home: Home, channel: string, message: string, thread: string | undefined): Posted => ({
  place: placeOf(home, channel),
  ...(thread !== undefined && thread !== message && { thread }),
  message,
});

/** The people a text mentions besides the bot. `<` typed by a person arrives as `&lt;`: nobody writes a mention by hand. */
function namedIn(text: string, botUser: string): { readonly named?: readonly Named[] } {
  const named = [...text.matchAll(/<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>/g)].flatMap(([token, user = '']) =>
    user === botUser ? [] : [{ user, text: spoken(token, botUser) }],
  );
  return named.length > 0 ? { named } : {};
}

/** What a person typed: the bot's mention taken off, Slack's own tokens turned back into the words they show. */
function spoken(text: string, botUser: string): string {
  return text
    .replaceAll(new RegExp(`<@${botUser}(?:\\|[^<>]*)?>`, 'g'), ' ')
    .replaceAll(/<([@#!])([^<>|]*)(?:\|([^<>]*))?>/g, (_, sign: string, name: string, label?: string) =>
      sign === '#' ? `#${label ?? name}` : `@${label ?? name}`,
    )
    .replaceAll(/<([^<>|]+)\|([^<>]*)>/g, '$2')
    .replaceAll(/<([^<>]+)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
