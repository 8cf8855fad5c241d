// Microsoft's own Teams test client (Agents Playground) on a free port: a team, its channels and six people, driven over its
// HTTP API and watched over its web socket. It speaks to the bot without tokens, so the bot must run unauthenticated.
//
//   client   the test client's process and its web page
//   thread   `19:…@thread.tacv2;messageid=<root>`, the conversation below one root message
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '#http.ts';

/** `aad` is the aadObjectId, by which the bot knows a person. */
export type TeamsPerson = { readonly aad: string; readonly name: string };
/** A message as the client's page shows it. `thread` names the conversation it hangs in; a root begins its own. */
export type ClientMessage = {
  readonly id: string;
  readonly thread: string;
  readonly fromBot: boolean;
  readonly text?: string;
  readonly card?: unknown;
  readonly edits: number;
};

const tenant = '3f1c2d4e-0000-4000-8000-00000000c0de';
const bot = { id: '28:development', name: 'Chaperone' };
const team = { id: '19:kitchen@thread.tacv2', name: 'Kitchen' };
const oversight = { id: '19:oversight@thread.tacv2', name: 'Agent oversight' };
/** The client insists on six people; these stand in for whoever is not named. */
const extras = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn'].map((name, n) => ({
  aad: `3f1c2d4e-0000-4000-8000-00000000000${n}`,
  name,
}));

/** The person's id towards the bot. */
const idOf = ({ aad }: TeamsPerson) => `29:${aad}`;

export type TeamsClient = Awaited<ReturnType<typeof openTeamsClient>>;

export type TeamsClientOptions = {
  /** Where the bot answers (…/api/messages). It need not be up yet. */
  readonly botUrl: string;
  /** One to six; the first is who sits at the web page. */
  readonly people: readonly [TeamsPerson, ...TeamsPerson[]];
};

/**
 * Starts the client in a folder of its own and waits until it answers. Disposing it ends the process. The client keeps no
 * history: a page shows what comes while it is open, so it is to be opened before anything is posted. Watching from the
 * start also keeps the client from saving early messages up for the page, which breaks on them.
 */
export async function openTeamsClient({ botUrl, people }: TeamsClientOptions) {
  const directory = await mkdtemp(join(tmpdir(), 'teams-client-'));
  const config = join(directory, '.m365agentsplayground.yml');
  // JSON is YAML, and quotes itself.
  await writeFile(config, JSON.stringify(playgroundConfig(people), null, 2));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const manifest = createRequire(import.meta.url).resolve('@microsoft/m365agentsplayground/package.json');
  const client = spawn(
    process.execPath,
    [join(dirname(manifest), 'cli.js'), '-e', botUrl, '-c', 'msteams', '-p', String(port), '--dt'],
    {
      cwd: directory,
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        HOME: directory,
        TEAMSAPPTESTER_BROWSER: 'none',
        TEAMSAPPTESTER_TELEMETRY: 'false',
        M365_AGENTS_PLAYGROUND_CONFIG_PATH: config,
        M365_AGENTS_PLAYGROUND_LOGFILE: join(directory, 'log'),
      },
    },
  );
  const ended = once(client, 'exit');
  const seen = new Map<string, ClientMessage>();

  async function close() {
    socket?.close();
    client.kill();
    await ended;
    await rm(directory, { recursive: true, force: true });
  }

  let socket: WebSocket | undefined;
  try {
    await until(async () => {
      if (client.exitCode !== null) throw new Error(`the Teams test client ended with ${client.exitCode}`);
      const answer = await fetch(`${url}/_debug/ping`).catch(() => undefined);
      return answer?.ok;
    }, 60_000);
    socket = await open(`ws://localhost:${port}/_ws_conversation/v1/conversations/stream`, seen);
  } catch (error) {
    await close();
    throw error;
  }

  async function call(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`the Teams test client answered ${response.status} to ${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  return {
    /** The page to open in a browser; what is said there is said by Paula. */
    page: url,
    /** What the bot must allow and answer to. */
    serviceUrl: `${url}/_connector`,
    tenant,
    /** The channel beside the team's General one, and what the page calls it. */
    channel: oversight.id,
    channelName: oversight.name,
    /** The team's General channel bears the team's id. */
    general: team.id,

    /** Installs the bot in a channel, as opening it on the page does. */
    install: (channel: string) =>
      call(`/_debug/conversation/${encodeURIComponent(channel)}/installation`, {}),

    /**
     * Says something to the bot, mentioning it, as a new root in a channel or in a thread. The page shows what its own
     * person says in the channel; of what others say, and of words in threads, it has no way to know.
     */
    async say(who: TeamsPerson, conversation: string, words: string) {
      const at = `<at>${bot.name}</at>`;
      const text = `${at} ${words}`;
      if (who.aad === people[0].aad && !conversation.includes(';')) {
        await call(`/_conversation/v1/conversations/${encodeURIComponent(conversation)}/messages`, {
          from: { id: idOf(who) },
          text,
          textFormat: 'plain',
          mentions: [{ mentioned: { id: bot.id }, text: at }],
        });
        return;
      }
      const entities = [{ type: 'mention', mentioned: bot, text: at }];
      await call('/_internal/v1/customActivities', {
        ...activityOf(who, conversation, `${url}/_connector`),
        type: 'message',
        textFormat: 'plain',
        text,
        entities,
      });
    },

    /** Presses a button of a message as anybody; `data` is the button's data and what was typed. Gives the bot's answer. */
    press: (who: TeamsPerson, on: Pick<ClientMessage, 'id' | 'thread'>, verb: string, data: object) =>
      call('/_conversation/v1/invoke', {
        name: 'adaptiveCard/action',
        value: { action: { type: 'Action.Execute', verb, data } },
        from: { id: idOf(who) },
        conversation: { id: on.thread },
        replyToId: on.id,
      }),

    /** Sends the bot any activity at all. What it answers stays unknown. */
    raw: (activity: object) => call('/_internal/v1/customActivities', activity),

    /** An activity by somebody in a conversation, for `raw`, without a type. */
    activityOf: (who: TeamsPerson, conversation: string) =>
      activityOf(who, conversation, `${url}/_connector`),

    /** The messages that hang in a channel or one of its threads, oldest first. */
    messages: (conversation: string): readonly ClientMessage[] =>
      [...seen.values()].filter(
        ({ thread }) => thread === conversation || thread.startsWith(`${conversation};messageid=`),
      ),

    [Symbol.asyncDispose]: close,
  };
}

const account = (person: TeamsPerson) => {
  const address = `${person.name.toLowerCase().replace(/[^a-z0-9]/g, '')}@example.com`;
  return {
    id: idOf(person),
    name: person.name,
    aadObjectId: person.aad,
    // The client's own spelling.
    userPrincipleName: address,
    givenName: person.name,
    surname: 'Example',
    email: address,
  };
};

function playgroundConfig(people: readonly TeamsPerson[]) {
  const [current, ...users] = [...people, ...extras].slice(0, 6).map(account);
  return {
    version: '0.1.1',
    tenantId: tenant,
    bot,
    currentUser: current,
    users,
    personalChat: { id: 'a:personal' },
    groupChat: { id: '19:group@thread.v2', name: 'Group chat' },
    team: { ...team, aadGroupId: '3f1c2d4e-0000-4000-8000-0000000000aa', channels: [oversight] },
  };
}

function activityOf(who: TeamsPerson, conversation: string, serviceUrl: string) {
  const [channel] = conversation.split(';');
  return {
    id: randomUUID(),
    timestamp: new Date().toISOString(),
    channelId: 'msteams',
    serviceUrl,
    from: { id: idOf(who), name: who.name, aadObjectId: who.aad },
    recipient: bot,
    conversation: { id: conversation, tenantId: tenant, conversationType: 'channel', isGroup: true },
    channelData: { tenant: { id: tenant }, team: { id: team.id }, channel: { id: channel } },
  };
}

type Told = {
  readonly action: string;
  readonly actionConversationId: string;
  readonly message?: {
    readonly messageId: string;
    readonly from: { readonly id: string };
    readonly text?: string;
    readonly postConversationId?: string;
    readonly attachments?: readonly { readonly content: unknown }[];
  };
};

async function open(url: string, seen: Map<string, ClientMessage>): Promise<WebSocket> {
  const socket = new WebSocket(url);
  socket.addEventListener('message', ({ data }) => {
    const { action, actionConversationId, message } = JSON.parse(String(data)) as Told;
    if (!message || (action !== 'createMessage' && action !== 'updateMessage')) return;
    const before = seen.get(message.messageId);
    const card = message.attachments?.[0]?.content;
    seen.set(message.messageId, {
      id: message.messageId,
      thread: before?.thread ?? message.postConversationId ?? actionConversationId,
      fromBot: message.from.id === bot.id,
      ...(message.text !== undefined && { text: message.text }),
      ...(card !== undefined && { card }),
      edits: (before?.edits ?? -1) + 1,
    });
  });
  await once(socket, 'open');
  return socket;
}

/** Waits until something is so, looking every 100 ms; throws after `waitMs`. */
async function until(isSo: () => Promise<boolean | undefined>, waitMs: number) {
  const end = Date.now() + waitMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('the Teams test client did not come up');
    await new Promise((done) => setTimeout(done, 100));
  }
}
