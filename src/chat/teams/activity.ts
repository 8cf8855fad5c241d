// An activity as the Bot Connector sends it, and what a person did by it, in the port's words.
// learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations, …/task-modules-and-cards/cards/universal-actions-for-adaptive-cards
import { z } from 'zod';
import type { Press, Verb } from '#cards/card.ts';
import type { Filled, Place } from '#chat/chat.ts';
import { filledIn } from '#chat/teams/form.ts';

const account = z.object({
  id: z.string().min(1).max(500),
  name: z.string().max(500).optional(),
  aadObjectId: z.string().max(100).optional(),
  role: z.string().optional(),
});
const mention = z.object({
  type: z.literal('mention'),
  mentioned: z.object({ id: z.string() }),
  text: z.string().min(1).optional(),
});

/** Only what the bot reads; anything else in an activity is ignored. */
export const activitySchema = z.object({
  type: z.string(),
  id: z.string().min(1).max(500).optional(),
  timestamp: z.string().optional(),
  channelId: z.string(),
  serviceUrl: z.url({ protocol: /^https?$/ }),
  from: account,
  recipient: account,
  conversation: z.object({
    id: z.string().min(1).max(500),
    conversationType: z.string().optional(),
    tenantId: z.string().optional(),
  }),
  channelData: z
    .object({
      tenant: z.object({ id: z.string() }).optional(),
      team: z.object({ id: z.string() }).optional(),
      channel: z.object({ id: z.string(), type: z.string().optional() }).optional(),
      eventType: z.string().optional(),
    })
    .optional(),
  text: z.string().optional(),
  entities: z.array(z.unknown()).max(200).optional(),
  replyToId: z.string().max(500).optional(),
  name: z.string().optional(),
  action: z.string().optional(),
  membersAdded: z.array(account).optional(),
  membersRemoved: z.array(account).optional(),
  value: z.unknown().optional(),
});

export type Activity = z.infer<typeof activitySchema>;

/** The verb of every button of ours is `chaperone.` and the port's verb. */
export const verbPrefix = 'chaperone.';

const verbs = [
  'approve',
  'deny',
  'ask',
  'answer',
  'read',
  'stop',
  'accept',
  'inquire',
  'pick',
  'confirm_stop',
  'cancel',
  'hold',
  'release',
  'keep',
  'claim',
  'timeline',
  'pair',
  'vouch',
  'disown',
] as const satisfies readonly Verb[];

const invoked = z.object({
  /** `manual` is a click. Anything else is the client refreshing a card for somebody who merely looks at it. */
  trigger: z.string().optional(),
  action: z.object({
    verb: z.string().startsWith(verbPrefix),
    data: z
      .object({
        subject: z.string().min(1).max(500),
        digest: z.string().max(500).optional(),
        choice: z.string().max(100).optional(),
        form: z.string().max(20).optional(),
        page: z.int().min(0).max(10_000).optional(),
      })
      .loose(),
  }),
});

/** What an activity says, before anybody is asked who its author is. */
export type Heard =
  | {
      readonly kind: 'said';
      readonly text: string;
      readonly thread?: string;
      readonly message: string;
      /** People the words mention besides the bot: how each stands in the text, and the platform's id for them. */
      readonly named?: readonly { readonly text: string; readonly id: string }[];
      readonly by: 'mention' | 'direct';
    }
  | {
      readonly kind: 'pressed';
      readonly press: Press;
      readonly values?: Filled;
      readonly thread?: string;
      readonly message: string;
      /** Which page of the full text is asked for; 0 is the card itself. */
      readonly page: number;
    }
  | { readonly kind: 'place-changed'; readonly change: 'shared' | 'unshared' | 'added' | 'removed' }
  /** The client looked again by itself. Never an act. */
  | { readonly kind: 'refreshed' }
  | { readonly kind: 'unknown-invoke' }
  | { readonly kind: 'nothing' };

/** Every tenant the activity names, in lower case. */
export function tenantsOf({ conversation, channelData }: Activity): readonly string[] {
  const named = [channelData?.tenant?.id, conversation.tenantId].filter((id) => id !== undefined);
  return [...new Set(named.map((id) => id.toLowerCase()))];
}

const threadMark = ';messageid=';

/** A conversation id without its thread, and the thread's root message, if it names one. */
export function splitConversation(id: string): { readonly channel: string; readonly root?: string } {
  const at = id.indexOf(threadMark);
  return at < 0 ? { channel: id } : { channel: id.slice(0, at), root: id.slice(at + threadMark.length) };
}

/** Replying to this id lands in the thread; `replyToId` alone does not (microsoft/botframework-sdk issue 6626). */
export const inThread = (channel: string, root: string) => `${channel}${threadMark}${root}`;

/** News about a channel arrives in the team's first channel and names the one it is about. */
export function placeOf({ conversation, channelData }: Activity, tenant: string): Place {
  const about = channelData?.eventType?.startsWith('channel') ? channelData.channel?.id : undefined;
  return { platform: 'teams', tenant, channel: about ?? splitConversation(conversation.id).channel };
}

/** `conversationType` where it is told; otherwise the id's own shape. */
export function isChannel(conversation: {
  readonly id: string;
  readonly conversationType?: string | undefined;
}) {
  if (conversation.conversationType) return conversation.conversationType === 'channel';
  return /^19:.+@thread\.(tacv2|skype)(;|$)/.test(conversation.id);
}

/** Reads what a person did. Whatever is not for the bot is `nothing`; it never throws on an activity that parsed. */
export function hear(activity: Activity): Heard {
  switch (activity.type) {
    case 'message':
      return hearMessage(activity);
    case 'invoke':
      return hearInvoke(activity);
    case 'installationUpdate':
      if (activity.action?.startsWith('add')) return { kind: 'place-changed', change: 'added' };
      if (activity.action?.startsWith('remove')) return { kind: 'place-changed', change: 'removed' };
      return { kind: 'nothing' };
    case 'conversationUpdate':
      return hearConversation(activity);
    default:
      return { kind: 'nothing' };
  }
}

function hearMessage(activity: Activity): Heard {
  const { id, conversation, recipient } = activity;
  if (!id || activity.text === undefined) return { kind: 'nothing' };
  const mentions = (activity.entities ?? []).flatMap((entity) => mention.safeParse(entity).data ?? []);
  const named = mentions.filter((entity) => entity.mentioned.id === recipient.id);
  const direct = conversation.conversationType === 'personal';
  // With the right to read everything a channel's talk arrives too; only what is said to the bot is heard.
  if (!direct && named.length === 0) return { kind: 'nothing' };
  const text = named.reduce((rest, { text: at }) => (at ? rest.replaceAll(at, ' ') : rest), activity.text);
  const others = mentions.flatMap(({ mentioned, text: at }) =>
    at && mentioned.id !== recipient.id ? [{ text: plain(at), id: mentioned.id }] : [],
  );
  const { root } = splitConversation(conversation.id);
  return {
    kind: 'said',
    text: plain(text),
    message: id,
    ...(others.length > 0 && { named: others }),
    by: direct ? 'direct' : 'mention',
    ...(root && root !== id && { thread: root }),
  };
}

/** Words without Teams' marks around mentions. */
const plain = (text: string) =>
  text
    .replace(/<at[^>]*>(.*?)<\/at>/g, '$1')
    .replace(/&nbsp;|\s/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();

function hearInvoke(activity: Activity): Heard {
  if (activity.name !== 'adaptiveCard/action') return { kind: 'unknown-invoke' };
  const parsed = invoked.safeParse(activity.value);
  const trigger = z.object({ trigger: z.string() }).safeParse(activity.value).data?.trigger;
  if (trigger !== undefined && trigger !== 'manual') return { kind: 'refreshed' };
  if (!parsed.success || !activity.replyToId) return { kind: 'unknown-invoke' };
  const { verb: spoken, data } = parsed.data.action;
  const verb = verbs.find((name) => spoken === verbPrefix + name);
  if (!verb) return { kind: 'unknown-invoke' };
  const { subject, digest, choice, form } = data;
  const { root } = splitConversation(activity.conversation.id);
  return {
    kind: 'pressed',
    press: {
      verb,
      subject,
      ...(digest !== undefined && { digest }),
      ...(choice !== undefined && { choice }),
    },
    message: activity.replyToId,
    page: data.page ?? 1,
    ...(form !== undefined && { values: filledIn(form, data) }),
    ...(root && root !== activity.replyToId && { thread: root }),
  };
}

function hearConversation({ channelData, membersAdded, membersRemoved, recipient }: Activity): Heard {
  switch (channelData?.eventType) {
    case 'channelShared':
      return { kind: 'place-changed', change: 'shared' };
    case 'channelUnShared':
      return { kind: 'place-changed', change: 'unshared' };
    case 'channelDeleted':
    case 'teamDeleted':
      return { kind: 'place-changed', change: 'removed' };
    case 'channelRestored':
    case 'teamRestored':
      return { kind: 'place-changed', change: 'added' };
    default:
  }
  const bot = ({ id }: { readonly id: string }) => id === recipient.id;
  if (membersAdded?.some(bot)) return { kind: 'place-changed', change: 'added' };
  if (membersRemoved?.some(bot)) return { kind: 'place-changed', change: 'removed' };
  return { kind: 'nothing' };
}

/**
 * The same for every delivery of one act, different for two. Clients give each press an id of its own; one without it is
 * told apart by what was pressed and by whom.
 */
export function actId(activity: Activity, heard: Heard): string {
  const { conversation, from, id } = activity;
  if (id) return ['teams', conversation.id, id, from.id].join('|');
  const parts = ['teams', conversation.id, activity.type, activity.timestamp, activity.replyToId, from.id];
  if (heard.kind === 'pressed')
    parts.push(heard.press.verb, heard.press.subject, heard.press.digest, heard.press.choice);
  return parts.map((part) => part ?? '').join('|');
}
