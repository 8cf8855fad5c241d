// What the bot does in Teams: the port's verbs, each one request to the Bot Connector.
// learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
import type { Activity, ConversationParameters } from 'botbuilder';
import { z } from 'zod';
import { type Chat, ChatError, type Place, type Posted } from '#chat/chat.ts';
import { inThread, splitConversation } from '#chat/teams/activity.ts';
import type { Line } from '#chat/teams/connector.ts';
import { type Outgoing, renderMessage } from '#chat/teams/render.ts';
import { standingIn } from '#chat/teams/roster.ts';
import type { Route, Router } from '#chat/teams/routes.ts';

/** 60 messages in 30 seconds to one thread, with room for the changes to those that hang there. */
const paceMs = 1_000;

const channels = z.object({
  conversations: z.array(
    z.object({
      id: z.string(),
      name: z.string().nullish(),
      type: z.string().nullish(),
      channelType: z.string().nullish(),
    }),
  ),
});
const account = z.object({ id: z.string() });
const team = z.object({ aadGroupId: z.string() });
const roster = z.object({ members: z.array(z.object({ tenantId: z.string().nullish() })) });

export function openOutbound(line: Line, router: Router): Chat {
  /** In a channel every message hangs in a thread, a root in its own. */
  const conversationOf = ({ place, thread, message }: Posted, { kind }: Route) =>
    kind === 'channel' ? inThread(place.channel, thread ?? message) : place.channel;

  async function sent(place: Place, conversation: string, activity: Partial<Activity>): Promise<Posted> {
    const { serviceUrl } = await router.to(place);
    const { conversations } = await line.to(serviceUrl);
    const { id } = await conversations.sendToConversation(conversation, activity);
    if (!id) throw new ChatError('ambiguous', 'the Bot Connector took a message and gave it no id');
    const { root } = splitConversation(conversation);
    return { place, message: id, ...(root !== undefined && { thread: root }) };
  }

  /** The chat with one person, by their id towards this bot; the same one each time. */
  async function chatWith(userId: string, { tenant }: Place, { serviceUrl, botId }: Route): Promise<string> {
    const { conversations } = await line.to(serviceUrl);
    const { id } = await conversations.createConversation({
      isGroup: false,
      bot: { id: botId },
      members: [{ id: userId }],
      tenantId: tenant,
      channelData: { tenant: { id: tenant } },
    } as ConversationParameters);
    if (!id) throw new ChatError('gone', 'no chat with this person could be opened');
    return id;
  }

  const groups = new Map<string, string>();

  /** The Microsoft 365 group behind a team, which a deep link has to name; the team tells it to its own bots. */
  async function groupOf(serviceUrl: string, teamId: string): Promise<string | undefined> {
    const known = groups.get(teamId);
    if (known !== undefined) return known;
    const told = team.safeParse(await line.read(serviceUrl, `v3/teams/${encodeURIComponent(teamId)}`));
    if (told.success) groups.set(teamId, told.data.aadGroupId);
    return told.data?.aadGroupId;
  }

  return {
    platform: 'teams',
    paceMs,

    async post(place, thread, card, mark) {
      const route = await router.to(place);
      const activity = activityOf(renderMessage(card, place.tenant, mark, true), route);
      if (route.kind === 'chat') return await sent(place, place.channel, activity);
      if (thread !== undefined) return await sent(place, inThread(place.channel, thread), activity);
      const { conversations } = await line.to(route.serviceUrl);
      const made = await conversations.createConversation({
        isGroup: true,
        bot: { id: route.botId },
        tenantId: place.tenant,
        channelData: { channel: { id: place.channel }, tenant: { id: place.tenant } },
        activity,
      } as ConversationParameters);
      const message = splitConversation(made.id ?? '').root ?? made.activityId;
      if (!message)
        throw new ChatError('ambiguous', 'the Bot Connector began a thread and did not say which');
      return { place, message };
    },

    async replace(posted, card, mark) {
      const route = await router.to(posted.place);
      const { conversations } = await line.to(route.serviceUrl);
      const activity = activityOf(renderMessage(card, posted.place.tenant, mark, false), route);
      await conversations.updateActivity(conversationOf(posted, route), posted.message, {
        ...activity,
        id: posted.message,
      });
      return {};
    },

    // Charts are elements of the card itself.
    bring: async () => {},

    // Messages only one person sees exist in channels as a preview alone; what is for one person goes to their own chat.
    async whisper(place, _thread, to, card) {
      const route = await router.toPerson(to);
      const id = await chatWith(route.userId, place, route);
      const { conversations } = await line.to(route.serviceUrl);
      await conversations.sendToConversation(
        id,
        activityOf(renderMessage(card, place.tenant, 'whisper', false), route),
      );
    },

    async privately(place, user) {
      const route = await router.to(place);
      const path = `v3/conversations/${encodeURIComponent(place.channel)}/members/${encodeURIComponent(user)}`;
      const { id: member } = account.parse(await line.read(route.serviceUrl, path));
      const channel = await chatWith(member, place, route);
      const chat = { ...place, channel };
      await router.keepChat(chat, route);
      return chat;
    },

    // Reading a channel's messages back takes Graph permissions this bot does not ask for.
    find: async () => 'cannot-tell',

    async remove(posted) {
      const route = await router.to(posted.place);
      const { conversations } = await line.to(route.serviceUrl);
      await conversations.deleteActivity(conversationOf(posted, route), posted.message);
    },

    // A home of one's own is a tab here, and a tab is a web page; people say "home" instead.
    showHome: async () => 'cannot',

    async linkTo({ place, message, thread }) {
      const route = await router.to(place);
      if (route.kind !== 'channel' || route.teamId === undefined) return undefined;
      const group = await groupOf(route.serviceUrl, route.teamId);
      if (group === undefined) return undefined;
      const root = thread ?? message;
      const to = new URL(
        `https://teams.microsoft.com/l/message/${encodeURIComponent(place.channel)}/${message}`,
      );
      // A message's id is the moment it was created at, in milliseconds.
      const named = { tenantId: place.tenant, groupId: group, parentMessageId: root, createdTime: message };
      for (const [name, value] of Object.entries(named)) to.searchParams.set(name, value);
      return to.href;
    },

    async standingOf(place, user) {
      const route = await router.to(place);
      return await standingIn(line, route.serviceUrl, place.channel, user, place.tenant);
    },

    async inspect(place) {
      const route = await router.to(place);
      try {
        const path = `v3/conversations/${encodeURIComponent(place.channel)}/pagedmembers?pageSize=50`;
        const { members } = roster.parse(await line.read(route.serviceUrl, path));
        const outsiders = members.some(
          ({ tenantId }) => tenantId && tenantId.toLowerCase() !== place.tenant.toLowerCase(),
        );
        const known = await describe(line, place, route);
        const type =
          known?.type ?? known?.channelType ?? (route.kind === 'channel' ? route.channelType : undefined);
        const shared = outsiders || type?.toLowerCase() === 'shared';
        return { reachable: true, shared, ...(known?.name && { name: known.name }) };
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        return { reachable: false, shared: false, why: error.message };
      }
    },
  };
}

/** What the team says of one of its channels; undefined where the team is not known or does not name it. */
async function describe(line: Line, place: Place, route: Route) {
  if (route.kind !== 'channel' || route.teamId === undefined) return undefined;
  const path = `v3/teams/${encodeURIComponent(route.teamId)}/conversations`;
  const { conversations } = channels.parse(await line.read(route.serviceUrl, path));
  return conversations.find(({ id }) => id === place.channel);
}

/** botbuilder's activities may be changed by who holds them; ours may not, so they are handed over as a copy. */
const activityOf = ({ attachments, ...rest }: Outgoing, { botId }: Route): Partial<Activity> => ({
  ...rest,
  from: { id: botId, name: '' },
  attachments: [...attachments],
});
