// How a place or a person is reached: what verified activities said of it, kept so that it survives a restart.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Actor, ChatError, type Place } from '#chat/chat.ts';
import { type Activity, isChannel } from '#chat/teams/activity.ts';

const reached = { serviceUrl: z.url(), tenantId: z.string(), botId: z.string() };
const routeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('channel'),
    ...reached,
    teamId: z.string().optional(),
    channelType: z.string().optional(),
  }),
  z.object({ kind: z.literal('chat'), ...reached }),
  /** `userId` is the person's id towards this bot; no other id of theirs opens a conversation. */
  z.object({ kind: z.literal('person'), ...reached, userId: z.string() }),
]);
export type Route = z.infer<typeof routeSchema>;

/** Where routes are kept. A person's route is kept under the place `person/<aadObjectId>` of their tenant. */
export type Routes = {
  remember(place: Place, route: Route): Promise<void>;
  /** As it was remembered; parsed here. */
  recall(place: Place): Promise<unknown>;
};

/** True of https, or http on loopback, at a host the operator allows. The bot's token goes nowhere else. */
export function isAllowed(serviceUrl: string, hosts: readonly string[]): boolean {
  const url = URL.parse(serviceUrl);
  if (!url || url.username || url.password) return false;
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) return false;
  return hosts.some((host) => [url.hostname, url.host].includes(host.toLowerCase()));
}

const personPlace = (tenant: string, user: string): Place => ({
  platform: 'teams',
  tenant,
  channel: `person/${user}`,
});

export type Router = ReturnType<typeof openRouter>;

/** Remembers and recalls routes; `fallback` reaches a channel the bot has not yet heard from. */
export function openRouter(
  routes: Routes,
  hosts: readonly string[],
  fallback: { readonly serviceUrl: string; readonly botId: string },
) {
  async function recall(place: Place): Promise<Route | undefined> {
    const route = routeSchema.safeParse(await routes.recall(place)).data;
    return route && isAllowed(route.serviceUrl, hosts) ? route : undefined;
  }

  /** Reading first keeps a chat in full swing from being one write after another. */
  async function keep(place: Place, route: Route, before: Route | undefined) {
    if (!isDeepStrictEqual(before, route)) await routes.remember(place, route);
  }

  return {
    /** Writes down how the author and the place of a verified activity are reached, where that is news. */
    async learn(activity: Activity, place: Place, user: string | undefined) {
      const { channelData, serviceUrl, recipient, conversation, from } = activity;
      const reach = { serviceUrl, tenantId: place.tenant, botId: recipient.id };
      if (user) {
        const person = personPlace(place.tenant, user);
        await keep(person, { kind: 'person', ...reach, userId: from.id }, await recall(person));
      }
      const before = await recall(place);
      if (!isChannel(conversation)) return await keep(place, { kind: 'chat', ...reach }, before);
      const teamId = channelData?.team?.id;
      // A message does not always say of what type its channel is; what an earlier one said still holds.
      const channelType =
        channelData?.channel?.type ?? (before?.kind === 'channel' ? before.channelType : undefined);
      const route: Route = {
        kind: 'channel',
        ...reach,
        ...(teamId !== undefined && { teamId }),
        ...(channelType !== undefined && { channelType }),
      };
      await keep(place, route, before);
    },

    /** The way to a place: as last heard, or the configured way for one never heard from. */
    async to(place: Place): Promise<Exclude<Route, { kind: 'person' }>> {
      const route = await recall(place);
      if (route && route.kind !== 'person') return route;
      const kind = isChannel({ id: place.channel }) ? 'channel' : 'chat';
      return { kind, ...fallback, tenantId: place.tenant };
    },

    /** Writes down that a chat the bot opened itself is reached as the place it was opened from. */
    async keepChat(place: Place, { serviceUrl, tenantId, botId }: Route) {
      await keep(place, { kind: 'chat', serviceUrl, tenantId, botId }, await recall(place));
    },

    /** The way to one person, or ChatError `gone` where none is known. */
    async toPerson(who: Actor): Promise<Extract<Route, { kind: 'person' }>> {
      const route = await recall(personPlace(who.tenant, who.user));
      if (route?.kind === 'person') return route;
      throw new ChatError('gone', 'this person has never been heard by the bot');
    },
  };
}
