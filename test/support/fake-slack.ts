// A strict Slack over real HTTP and Socket Mode: it refuses what Slack refuses, signs what it sends, delivers again what
// was not answered in time, and fails on demand. The bot under test may run in this process or in another one.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Delivery, openDeliveries } from './slack-delivery.ts';
import { openSlackFiles } from './slack-files.ts';
import { stateOf, type Typed } from './slack-form.ts';
import {
  callMethod,
  type Json,
  type SlackMessage,
  type SlackUser,
  shown,
  type Workspace,
} from './slack-workspace.ts';

export type { Delivery } from './slack-delivery.ts';
export type { Json, SlackMessage, SlackUser } from './slack-workspace.ts';

/** What goes wrong with the next call of a method. `stored` says whether it has happened before the answer is lost. */
export type Fault =
  | { readonly kind: 'rate_limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'status'; readonly status: number; readonly stored: boolean }
  | { readonly kind: 'drop'; readonly stored: boolean }
  | { readonly kind: 'hang'; readonly stored: boolean }
  | { readonly kind: 'error'; readonly error: string };

/** Sees every call before it is carried out and, with the answer, after it; it may wait or throw (a dropped connection). */
export type OnCall = (method: string, args: Json, answer?: Json) => Promise<void> | void;

export type FakeSlackOptions = {
  readonly team?: string;
  readonly enterprise?: string;
  /** Slack waits 3 s. */
  readonly ackMs?: number;
  /** Slack delivers an event again at once, after a minute and after five. */
  readonly retryMs?: readonly number[];
  /** A trigger lives 3 s. */
  readonly triggerMs?: number;
  /** The least time between two posts to a channel; 0 (the default) does not watch it. */
  readonly paceMs?: number;
};

export type FakeSlack = AsyncDisposable & Awaited<ReturnType<typeof openFakeSlack>>;

type Manifest = {
  readonly features: { readonly app_home: { readonly home_tab_enabled: boolean } };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } };
  readonly settings: { readonly event_subscriptions: { readonly bot_events: readonly string[] } };
};

/** Opens a workspace with the bot of `manifest.json` installed: its scopes and its events, no others. */
export async function openFakeSlack(options: FakeSlackOptions = {}) {
  const manifest = JSON.parse(readFileSync('manifest.json', 'utf8')) as Manifest;
  const { ackMs = 3_000, retryMs = [0, 100, 300], triggerMs = 3_000, paceMs = 0 } = options;
  const signingSecret: string = randomUUID();
  const sent = openDeliveries({ signingSecret, ackMs, retryMs });
  const { deliver, sign, deliveries, deliverTo, connections, dropConnections, accept, ticket } = sent;
  const replyUrls = new Map<string, { readonly channel: string; readonly user: string; left: number }>();
  const faults: { method: string; fault: Fault }[] = [];
  const hanging = new Set<ServerResponse>();
  const calls: { readonly method: string; readonly args: Json; readonly answer: Json | undefined }[] = [];
  const lastPost = new Map<string, number>();
  let onCall: OnCall = () => undefined;
  let latest = 0;
  let port = 0;
  let serial = 0;

  const scopes = [...manifest.oauth_config.scopes.bot];
  const at: Workspace = {
    team: options.team ?? 'T0HOME',
    enterprise: options.enterprise,
    botUser: 'U0BOT',
    botId: 'B0BOT',
    botToken: `xoxb-${randomUUID()}`,
    appToken: `xapp-${randomUUID()}`,
    scopes,
    triggerMs,
    users: new Map(),
    channels: new Map(),
    messages: [],
    files: openSlackFiles(() => `http://127.0.0.1:${port}`),
    views: new Map(),
    homeTab: manifest.features.app_home.home_tab_enabled,
    homes: new Map(),
    triggers: new Map(),
    socketUrl: () => `ws://127.0.0.1:${port}${ticket()}`,
    stamp() {
      latest = Math.max(latest + 1, Date.now() * 1_000);
      return `${Math.floor(latest / 1_000_000)}.${String(latest % 1_000_000).padStart(6, '0')}`;
    },
  };
  at.users.set(at.botUser, { id: at.botUser, name: 'chaperone', team: at.team, standing: 'bot' });

  // The Web API, and the URLs a slash command is answered at.
  async function answerHttp(request: IncomingMessage, response: ServerResponse) {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const body = await bodyOf(request);
    if (path.startsWith('/upload/'))
      return end(response, at.files.take(path.slice('/upload/'.length), body), {});
    const raw = body.toString('utf8');
    if (path.startsWith('/commands/')) return answerReply(path.slice('/commands/'.length), raw, response);
    if (!path.startsWith('/api/') || request.method !== 'POST') return end(response, 404, {});
    const method = path.slice('/api/'.length);
    const args: Json = (request.headers['content-type'] ?? '').startsWith('application/json')
      ? (JSON.parse(raw) as Json)
      : Object.fromEntries(new URLSearchParams(raw));
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');

    await onCall(method, args);
    const index = faults.findIndex((one) => one.method === method || one.method === '*');
    const fault = index < 0 ? undefined : faults.splice(index, 1)[0]?.fault;
    const run = !fault || ('stored' in fault && fault.stored);
    const answer = run ? (tooSoon(method, args) ?? callMethod(method, token, args, at)) : undefined;
    calls.push({ method, args, answer });
    await onCall(method, args, answer ?? {});
    switch (fault?.kind) {
      case undefined:
        if (answer?.error === 'ratelimited') return end(response, 429, answer, { 'retry-after': '1' });
        // What the token may do is told with every answer.
        return end(response, 200, answer ?? {}, { 'x-oauth-scopes': at.scopes.join(',') });
      case 'rate_limited':
        return end(
          response,
          429,
          { ok: false, error: 'ratelimited' },
          { 'retry-after': String(fault.retryAfterSeconds) },
        );
      case 'status':
        return end(response, fault.status, { ok: false });
      case 'error':
        return end(response, 200, { ok: false, error: fault.error });
      case 'drop':
        return void response.destroy();
      case 'hang':
        return void hanging.add(response);
    }
  }

  function tooSoon(method: string, args: Json): Json | undefined {
    if (paceMs === 0 || method !== 'chat.postMessage') return undefined;
    const channel = String(args.channel);
    if (Date.now() - (lastPost.get(channel) ?? 0) < paceMs) return { ok: false, error: 'ratelimited' };
    lastPost.set(channel, Date.now());
    return undefined;
  }

  function answerReply(ticket: string, raw: string, response: ServerResponse) {
    const reply = replyUrls.get(ticket);
    if (!reply || reply.left === 0) return end(response, 404, { ok: false, error: 'expired_url' });
    reply.left -= 1;
    const body = JSON.parse(raw) as { response_type?: string; text?: string; blocks?: Json[] };
    const forOne = body.response_type !== 'in_channel' && { ephemeralTo: reply.user };
    at.messages.push({
      ts: at.stamp(),
      channel: reply.channel,
      user: at.botUser,
      bot_id: at.botId,
      text: body.text ?? '',
      blocks: body.blocks ?? [],
      edits: 0,
      ...forOne,
    });
    return end(response, 200, { ok: true });
  }

  const server = createServer((request, response) => {
    answerHttp(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;

  // What reaches the bot.
  /** Sends an event if the app subscribes to it; `subscription` where its name there is another one. */
  async function sendEvent(event: Json, subscription = String(event.type)): Promise<Delivery | undefined> {
    if (!manifest.settings.event_subscriptions.bot_events.includes(subscription)) return undefined;
    return await deliver('events_api', envelopeOf(event));
  }

  const envelopeOf = (event: Json): Json => ({
    token: 'unused',
    team_id: at.team,
    api_app_id: 'A0APP',
    event: { event_ts: at.stamp(), ...event },
    type: 'event_callback',
    event_id: `Ev${randomUUID().slice(0, 12)}`,
    event_time: Math.floor(Date.now() / 1_000),
    authorizations: [
      {
        enterprise_id: at.enterprise ?? null,
        team_id: at.team,
        user_id: at.botUser,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: at.channels.get(String(event.channel))?.shared ?? false,
  });

  function triggerOf(user: string): string {
    const trigger = randomUUID();
    at.triggers.set(trigger, { user, at: Date.now(), used: false });
    return trigger;
  }

  function replyUrlOf(channel: string, user: string): string {
    const ticket = randomUUID();
    replyUrls.set(ticket, { channel, user, left: 5 });
    return `http://127.0.0.1:${port}/commands/${ticket}`;
  }

  const interaction = (user: string): Json => ({
    token: 'unused',
    api_app_id: 'A0APP',
    team: { id: at.team, domain: 'home' },
    enterprise: at.enterprise ? { id: at.enterprise } : null,
    is_enterprise_install: false,
    user: { id: user, username: at.users.get(user)?.name, team_id: at.users.get(user)?.team },
    trigger_id: triggerOf(user),
  });

  /** The buttons of a message or view, in order. */
  const buttonsIn = (blocks: unknown): Json[] =>
    (Array.isArray(blocks) ? (blocks as Json[]) : [])
      .filter((block) => block.type === 'actions')
      .flatMap((block) =>
        (block.elements as Json[]).map((one) => ({ block_id: block.block_id ?? 'b', ...one })),
      );

  const pick = (blocks: unknown, which: string): Json => {
    const found = buttonsIn(blocks).find(
      (button) => button.action_id === which || (button.text as Json | undefined)?.text === which,
    );
    if (!found) throw new Error(`there is no button ${which}`);
    return found;
  };

  // Slack leaves the accessibility label out of what it sends.
  const actionOf = (button: Json): Json => ({
    ...button,
    accessibility_label: undefined,
    action_ts: at.stamp(),
  });

  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    team: at.team,
    botUser: at.botUser,
    botToken: at.botToken,
    appToken: at.appToken,
    signingSecret,
    calls,
    deliveries,
    sign,
    sendEvent,
    deliver,
    deliverTo,
    connections,
    dropConnections,

    /** The next `times` calls of `method` (`*` for any) fail so. */
    failNext(method: string, fault: Fault, times = 1) {
      for (let i = 0; i < times; i++) faults.push({ method, fault });
    },
    onCall(hook: OnCall) {
      onCall = hook;
    },
    addUser(
      name: string,
      standing: SlackUser['standing'] = 'member',
      team?: string,
      enterprise?: string,
    ): string {
      const id = `U0${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}${++serial}`;
      const home = team ?? (standing === 'external' ? 'T0AWAY' : at.team);
      at.users.set(id, { id, name, team: home, standing, ...(enterprise && { enterprise }) });
      return id;
    },
    /** The app was installed by an older manifest, without this scope. */
    withdraw(scope: string) {
      scopes.splice(scopes.indexOf(scope), 1);
    },
    /** The account is deactivated: Slack still knows that there was one. */
    deactivate(user: string) {
      const left = at.users.get(user);
      if (left) at.users.set(user, { ...left, standing: 'deleted' });
    },
    addChannel(
      name: string,
      people: readonly string[],
      how: { without?: 'bot'; private?: true; direct?: true } = {},
    ) {
      const id = `${how.direct ? 'D' : 'C'}0${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}${++serial}`;
      at.channels.set(id, {
        id,
        name,
        direct: how.direct ?? false,
        isPrivate: how.private ?? false,
        members: new Set(how.without ? people : [...people, at.botUser]),
        shared: false,
        archived: false,
      });
      return id;
    },
    archive(channel: string) {
      const found = at.channels.get(channel);
      if (found) found.archived = true;
    },
    async share(channel: string, shared: boolean) {
      const found = at.channels.get(channel);
      if (found) found.shared = shared;
      return await sendEvent(
        shared
          ? { type: 'channel_shared', channel, connected_team_id: 'T0AWAY' }
          : {
              type: 'channel_unshared',
              channel,
              previously_connected_team_id: 'T0AWAY',
              is_ext_shared: false,
            },
      );
    },
    async invite(channel: string, inviter: string) {
      at.channels.get(channel)?.members.add(at.botUser);
      return await sendEvent({
        type: 'member_joined_channel',
        user: at.botUser,
        channel,
        team: at.team,
        inviter,
      });
    },
    async kick(channel: string, actor: string) {
      at.channels.get(channel)?.members.delete(at.botUser);
      return await sendEvent({ type: 'channel_left', channel, actor_id: actor });
    },

    /** Somebody who may takes a message away. The bot is not told. */
    deleteMessage({ channel, ts }: Pick<SlackMessage, 'channel' | 'ts'>) {
      const found = at.messages.findIndex((message) => message.channel === channel && message.ts === ts);
      if (found < 0) throw new Error('no such message');
      at.messages.splice(found, 1);
    },

    /** What hangs in a channel, oldest first; `ephemerals` what only one person saw. */
    messages: (channel: string): SlackMessage[] =>
      at.messages.filter((message) => message.channel === channel && !message.ephemeralTo),
    ephemerals: (channel: string, user: string): SlackMessage[] =>
      at.messages.filter((message) => message.channel === channel && message.ephemeralTo === user),
    /** Somebody opens the bot's page, on one of its tabs. Slack tells what the Home tab shows so far. */
    async openHome(user: string, tab: 'home' | 'messages' = 'home') {
      const view = at.homes.get(user);
      const channel = `D0HOME${user}`;
      return await sendEvent({
        type: 'app_home_opened',
        user,
        channel,
        tab,
        ...(view && tab === 'home' && { view: { ...view.view, id: view.id, hash: view.hash } }),
      });
    },
    /** The blocks of a person's Home tab; undefined while nothing was ever published there. */
    homeOf: (user: string) => at.homes.get(user)?.view.blocks as Json[] | undefined,
    /** What was uploaded, and how long Slack takes over it. */
    files: at.files,
    /** The modals a person has open. */
    views: (user: string) => [...at.views.values()].filter((view) => view.user === user),

    /** Somebody writes. What mentions the bot reaches it as `app_mention`, what is said to it directly as `message.im`. */
    async say(channel: string, user: string, text: string, thread?: string) {
      const message: SlackMessage = {
        ts: at.stamp(),
        channel,
        user,
        text,
        blocks: [],
        edits: 0,
        ...(thread && { thread_ts: thread }),
      };
      at.messages.push(message);
      const event = { ...shown(message, false), channel, user_team: at.users.get(user)?.team, team: at.team };
      const direct = at.channels.get(channel)?.direct ?? false;
      const delivery = direct
        ? await sendEvent({ ...event, channel_type: 'im' }, 'message.im')
        : text.includes(`<@${at.botUser}>`)
          ? await sendEvent({ ...event, type: 'app_mention' })
          : undefined;
      return { ts: message.ts, delivery };
    },
    async command(channel: string, user: string, text: string, command = '/chaperone') {
      return await deliver('slash_commands', {
        token: 'unused',
        api_app_id: 'A0APP',
        team_id: at.users.get(user)?.team ?? at.team,
        team_domain: 'home',
        channel_id: channel,
        channel_name: at.channels.get(channel)?.name ?? 'directmessage',
        user_id: user,
        user_name: at.users.get(user)?.name ?? '',
        command,
        text,
        is_enterprise_install: 'false',
        response_url: replyUrlOf(channel, user),
        trigger_id: triggerOf(user),
      });
    },
    /** Presses a button by its action id or its label. Slack sends a press once. */
    async press(message: Pick<SlackMessage, 'channel' | 'ts'>, button: string, user: string) {
      const hangs = at.messages.find(({ ts, channel }) => ts === message.ts && channel === message.channel);
      if (!hangs) throw new Error('no such message');
      return await deliver('interactive', {
        type: 'block_actions',
        ...interaction(user),
        container: {
          type: 'message',
          message_ts: hangs.ts,
          channel_id: hangs.channel,
          is_ephemeral: hangs.ephemeralTo !== undefined,
          ...(hangs.thread_ts && { thread_ts: hangs.thread_ts }),
        },
        channel: { id: hangs.channel, name: at.channels.get(hangs.channel)?.name },
        // Slack does not send an ephemeral message back.
        ...(hangs.ephemeralTo === undefined && { message: shown(hangs, false) }),
        state: { values: {} },
        response_url: replyUrlOf(hangs.channel, user),
        actions: [actionOf(pick(hangs.blocks, button))],
      });
    },
    async pressInView(viewId: string, button: string, user: string) {
      const open = at.views.get(viewId);
      if (!open) throw new Error('no such view');
      return await deliver('interactive', {
        type: 'block_actions',
        ...interaction(user),
        container: { type: 'view', view_id: open.id },
        view: { ...open.view, id: open.id, hash: open.hash, state: { values: {} } },
        actions: [actionOf(pick(open.view.blocks, button))],
      });
    },
    /** Sends a modal with what was typed or chosen, by block id; the rest stays as the modal came. */
    async submit(viewId: string, typed: Typed, user: string) {
      const open = at.views.get(viewId);
      if (!open) throw new Error('no such view');
      const values = stateOf(open.view.blocks, typed);
      const delivery = await deliver('interactive', {
        type: 'view_submission',
        ...interaction(user),
        view: { ...open.view, id: open.id, hash: open.hash, state: { values } },
      });
      if (delivery.taken) at.views.delete(viewId);
      return delivery;
    },

    async [Symbol.asyncDispose]() {
      for (const response of hanging) response.destroy();
      sent.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function end(response: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
