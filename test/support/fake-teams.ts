// Teams as a bot meets it: the Bot Connector's REST API, the issuer of its tokens, Entra's token endpoint, and people who
// look at cards and press what hangs there. It refuses what the real one refuses, and breaks when told to.
// learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { faultsOf } from '#chat/teams/limits.ts';
import { type Forgery, openIssuer } from './fake-teams-issuer.ts';
import { executes, home, inputsOf, people, type TeamsUser } from './fake-teams-people.ts';

type Json = { readonly [name: string]: unknown };
export type TeamsMessage = {
  readonly id: string;
  readonly conversation: string;
  readonly activity: Json;
  /** Every card it showed, oldest first. */
  readonly cards: readonly Json[];
  readonly edits: number;
};
/** Befalls the next request of its kind, once. */
export type TeamsFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string;
      readonly retryAfterS?: number;
    }
  | { readonly kind: 'hang' }
  /** Stored, and then the connection breaks. */
  | { readonly kind: 'drop-after-storing' }
  /** Runs once it is stored and before it is answered: the place to kill a process. */
  | { readonly kind: 'hook'; run(): void | Promise<void> };
type Verb = 'create' | 'send' | 'update' | 'delete' | 'members' | 'token' | 'keys';

const maxMessageBytes = 100 * 1_024;
const perThreadASecond = 7;

export type FakeTeams = Awaited<ReturnType<typeof openFakeTeams>>;

/** Opens on a free port of 127.0.0.1; `meet` tells where the bot listens. */
export async function openFakeTeams() {
  const app = { id: '99999999-9999-4999-8999-999999999999', secret: 'the app secret' };
  const bot = { id: `28:${app.id}`, name: 'Chaperone' };
  const team = '19:team@thread.tacv2';
  const group = '3f1c2d4e-0000-4000-8000-0000000000aa';
  const channels = [
    { id: team, name: undefined, type: 'standard' },
    { id: '19:oversight@thread.tacv2', name: 'Oversight', type: 'standard' },
    { id: '19:joint@thread.tacv2', name: 'Joint venture', type: 'shared' },
  ];
  const members = [people.alice, people.bob, people.gina, people.otto];
  const issuer = await openIssuer(app.id);
  const granted = new Set<string>();
  const messages: TeamsMessage[] = [];
  /** What people said in a channel: each may be answered in its thread. */
  const saidByPeople = new Set<string>();
  const chats = new Map<string, TeamsUser>();
  const blocked = new Set<string>();
  const sends = new Map<string, number[]>();
  const faults: { on: Verb; fault: TeamsFault; saying: string }[] = [];
  const asked: string[] = [];
  let botUrl = '';
  let clock = 1_795_000_000_000;

  class Answer extends Error {
    readonly status: number;
    readonly body: unknown;
    readonly headers: Record<string, string>;
    constructor(status: number, body?: unknown, headers: Record<string, string> = {}) {
      super(String(status));
      this.status = status;
      this.body = body;
      this.headers = headers;
    }
  }
  const complain = (status: number, code: string, headers?: Record<string, string>) =>
    new Answer(status, { error: { code, message: code } }, headers);

  const server = createServer((request, response) => {
    void respond(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const serviceUrl = `${base}/teams/`;

  async function respond(request: IncomingMessage, response: ServerResponse) {
    const path = new URL(request.url ?? '/', base).pathname;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const verb = verbOf(request.method ?? '', path);
    asked.push(`${request.method} ${decodeURIComponent(path)}`);
    const at = faults.findIndex(({ on, saying }) => on === verb && text.includes(saying));
    const fault = at >= 0 ? faults.splice(at, 1)[0]?.fault : undefined;
    let answer: Answer;
    try {
      if (fault?.kind === 'hang') return;
      if (fault?.kind === 'status') {
        throw complain(fault.status, fault.code ?? 'ServiceError', {
          ...(fault.retryAfterS !== undefined && { 'retry-after': String(fault.retryAfterS) }),
        });
      }
      answer = serve(request, verb, decodeURIComponent(path), text);
      if (fault?.kind === 'hook') await fault.run();
      if (fault?.kind === 'drop-after-storing') return void request.socket.destroy();
    } catch (error) {
      answer = error instanceof Answer ? error : complain(400, 'BadSyntax');
    }
    response.writeHead(answer.status, {
      'content-type': 'application/json; charset=utf-8',
      ...answer.headers,
    });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }

  function verbOf(method: string, path: string): Verb | undefined {
    if (path.endsWith('/oauth2/v2.0/token')) return 'token';
    if (path.startsWith('/v1/')) return 'keys';
    if (path.includes('members')) return 'members';
    if (method === 'PUT') return 'update';
    if (method === 'DELETE') return 'delete';
    if (method === 'POST') return path.endsWith('/v3/conversations') ? 'create' : 'send';
    return undefined;
  }

  function serve(request: IncomingMessage, verb: Verb | undefined, path: string, text: string): Answer {
    if (path === '/v1/.well-known/openidconfiguration') return new Answer(200, issuer.metadata(base));
    if (path === '/v1/.well-known/keys') return new Answer(200, issuer.jwks());
    if (verb === 'token') return grant(path, new URLSearchParams(text));
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (!bearer || !granted.has(bearer)) throw complain(401, 'Unauthorized');
    const [, conversation = '', rest = ''] = /^\/teams\/v3\/conversations\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (path === `/teams/v3/teams/${team}/conversations`) return new Answer(200, { conversations: channels });
    if (path === `/teams/v3/teams/${team}`)
      return new Answer(200, { id: team, name: 'Home', aadGroupId: group });
    if (path === '/teams/v3/conversations' && verb === 'create') return create(read(text));
    if (rest === 'activities' && verb === 'send') return send(conversation, read(text));
    const activityId = /^activities\/(.+)$/.exec(rest)?.[1];
    if (activityId && (verb === 'update' || verb === 'delete')) {
      return change(conversation, activityId, verb === 'update' ? read(text) : undefined);
    }
    if (rest === 'pagedmembers') return paged(conversation);
    const memberId = /^members\/(.+)$/.exec(rest)?.[1];
    if (memberId) return member(conversation, memberId);
    throw complain(404, 'NotFound');
  }

  function read(text: string): Json {
    if (text.length * 2 > maxMessageBytes) throw complain(413, 'MessageSizeTooBig');
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null) throw complain(400, 'BadSyntax');
    return body as Json;
  }

  function grant(path: string, form: URLSearchParams): Answer {
    const right =
      path === `/${home}/oauth2/v2.0/token` &&
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_id') === app.id &&
      form.get('client_secret') === app.secret &&
      form.get('scope') === 'https://api.botframework.com/.default';
    if (!right) return new Answer(401, { error: 'invalid_client' });
    const token = randomUUID();
    granted.add(token);
    return new Answer(200, { token_type: 'Bearer', expires_in: 3_600, access_token: token });
  }

  const root = (conversation: string) => conversation.split(';messageid=');

  /** The conversation must exist, and the bot must be in it. */
  function enter(conversation: string) {
    const [channel = '', thread] = root(conversation);
    if (blocked.has(channel)) throw complain(403, 'BotNotInConversationRoster');
    const known = chats.has(channel) || channels.some(({ id }) => id === channel);
    if (!known) throw complain(404, 'ConversationNotFound');
    if (thread && !saidByPeople.has(thread) && !messages.some(({ id }) => id === thread))
      throw complain(404, 'ConversationNotFound');
    return { channel, thread };
  }

  function store(conversation: string, activity: Json, id: string): TeamsMessage {
    const message = { id, conversation, activity, cards: cardsOf(activity), edits: 0 };
    messages.push(message);
    return message;
  }

  function cardsOf(activity: Json): readonly Json[] {
    if (activity['type'] !== 'message') throw complain(400, 'BadSyntax');
    const attachments = activity['attachments'];
    if (!Array.isArray(attachments) || attachments.length !== 1) throw complain(400, 'BadSyntax');
    const [{ contentType, content }] = attachments as [{ contentType: string; content: Json }];
    if (contentType !== 'application/vnd.microsoft.card.adaptive') throw complain(400, 'BadSyntax');
    if (Buffer.byteLength(JSON.stringify(activity)) > 28 * 1_024) throw complain(413, 'MessageSizeTooBig');
    const wrong = faultsOf(content);
    if (wrong.length > 0) throw complain(400, `BadSyntax: ${wrong.join('; ')}`);
    return [content];
  }

  const nextId = () => String((clock += 1));

  function paceOf(thread: string) {
    const recent = (sends.get(thread) ?? []).filter((at) => at > Date.now() - 1_000);
    if (recent.length >= perThreadASecond) throw complain(429, 'TooManyRequests', { 'retry-after': '1' });
    sends.set(thread, [...recent, Date.now()]);
  }

  function create(body: Json): Answer {
    const data = (body['channelData'] ?? {}) as { channel?: { id: string }; tenant?: { id: string } };
    if (body['isGroup'] === true) {
      const { channel } = enter(data.channel?.id ?? '');
      paceOf(channel);
      const id = nextId();
      store(`${channel};messageid=${id}`, body['activity'] as Json, id);
      return new Answer(201, { id: `${channel};messageid=${id}`, activityId: id, serviceUrl });
    }
    const [to] = (body['members'] ?? []) as { id: string }[];
    const person = Object.values(people).find(({ id }) => id === to?.id);
    if (!person || data.tenant?.id !== home || body['tenantId'] !== home) throw complain(400, 'BadArgument');
    const chat = `a:${person.aad}`;
    if (blocked.has(chat)) throw complain(403, 'MessageWritesBlocked');
    chats.set(chat, person);
    return new Answer(201, { id: chat });
  }

  function send(conversation: string, activity: Json): Answer {
    const { channel, thread } = enter(conversation);
    paceOf(conversation);
    const id = nextId();
    // A channel has no messages outside of threads: one sent to it bare begins another.
    const into = thread || chats.has(channel) ? conversation : `${channel};messageid=${id}`;
    store(into, activity, id);
    return new Answer(201, { id });
  }

  function change(conversation: string, id: string, activity: Json | undefined): Answer {
    enter(conversation);
    const at = messages.findIndex((message) => message.id === id && message.conversation === conversation);
    const found = messages[at];
    if (!found) throw complain(404, 'ActivityNotFoundInConversation');
    if (activity) {
      const cards = [...found.cards, ...cardsOf(activity)];
      messages[at] = { ...found, activity, cards, edits: found.edits + 1 };
    } else messages.splice(at, 1);
    return new Answer(200, activity ? { id } : undefined);
  }

  const account = ({ id, aad, name, tenant, role }: TeamsUser) => ({
    id,
    aadObjectId: aad,
    name,
    tenantId: tenant,
    userRole: role,
  });

  function paged(conversation: string): Answer {
    const { channel } = enter(conversation);
    const inside =
      channel === '19:joint@thread.tacv2' ? members : members.filter(({ tenant }) => tenant === home);
    return new Answer(200, { members: inside.map(account) });
  }

  function member(conversation: string, id: string): Answer {
    const { channel } = enter(conversation);
    const person = chats.get(channel) ?? members.find((one) => one.id === id || one.aad === id);
    if (person?.id !== id && person?.aad !== id) throw complain(404, 'MemberNotFoundInConversation');
    return new Answer(200, account(person));
  }

  // What people do.

  function activityFrom(person: TeamsUser, conversation: string, more: Json): Json {
    const personal = conversation.startsWith('a:');
    const [channel = ''] = root(conversation);
    if (personal) chats.set(channel, person);
    return {
      id: nextId(),
      timestamp: new Date().toISOString(),
      channelId: 'msteams',
      serviceUrl,
      from: { id: person.id, name: person.name, aadObjectId: person.aad },
      recipient: bot,
      conversation: {
        id: conversation,
        tenantId: home,
        conversationType: personal ? 'personal' : 'channel',
        ...(!personal && { isGroup: true }),
      },
      channelData: {
        tenant: { id: home },
        ...(!personal && {
          team: { id: team },
          channel: { id: channel, type: channels.find(({ id }) => id === channel)?.type },
        }),
      },
      ...more,
    };
  }

  /** Delivers an activity to the bot with a token, as told: good, forged in one way, or somebody's own header. */
  async function deliver(
    activity: Json,
    token: { readonly forgery?: Forgery; readonly header?: string | null } = {},
  ) {
    const url = typeof activity['serviceUrl'] === 'string' ? activity['serviceUrl'] : serviceUrl;
    const header =
      token.header === undefined ? `Bearer ${await issuer.sign(url, token.forgery)}` : token.header;
    return await fetch(botUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(header !== null && { authorization: header }) },
      body: JSON.stringify(activity),
    });
  }

  function find(id: string): TeamsMessage {
    const message = messages.find((one) => one.id === id);
    if (!message) throw new Error(`no message ${id} hangs anywhere`);
    return message;
  }

  return {
    serviceUrl,
    openIdMetadataUrl: `${base}/v1/.well-known/openidconfiguration`,
    loginUrl: base,
    app,
    bot,
    team,
    channel: '19:oversight@thread.tacv2',
    sharedChannel: '19:joint@thread.tacv2',
    /** Every request so far, as `METHOD /path`. */
    asked,
    issuer,
    activityFrom,
    deliver,
    find,
    /** Tells where the bot listens, once that is known. */
    meet(url: string) {
      botUrl = url;
    },
    /** `saying`: only of a request whose body holds these words. */
    fault(on: Verb, fault: TeamsFault, saying = '') {
      faults.push({ on, fault, saying });
    },
    /** As if a while had passed since the last message. */
    rest() {
      sends.clear();
    },
    /** The bot is no longer in this channel, or the person has blocked it. */
    block(conversation: string) {
      blocked.add(conversation);
    },
    /** The person's own chat with the bot. */
    chatOf: (person: TeamsUser) => `a:${person.aad}`,
    /** Somebody is taken out of the team. Their chat with the bot stays where it is. */
    leave(person: TeamsUser) {
      members.splice(members.indexOf(person), 1);
    },
    /** Messages of the bot in one conversation, or in all threads of a channel. */
    messages: (conversation: string) =>
      messages.filter(
        (message) => message.conversation === conversation || root(message.conversation)[0] === conversation,
      ),
    /**
     * Says something to the bot: mentioned in a channel, plainly in a chat. `text` has `<at>…</at>` with the name of whom it
     * mentions besides; Teams sends no aadObjectId of theirs. Answers with the activity as sent.
     */
    async say(person: TeamsUser, conversation: string, text: string, mentioned: readonly TeamsUser[] = []) {
      const id = nextId();
      saidByPeople.add(id);
      const personal = conversation.startsWith('a:');
      const at = `<at>${bot.name}</at>`;
      const activity = activityFrom(
        person,
        conversation.includes(';') || personal ? conversation : `${conversation};messageid=${id}`,
        {
          type: 'message',
          id,
          textFormat: 'plain',
          text: personal ? text : `${at} ${text}\n`,
          ...(!personal && {
            entities: [
              { type: 'mention', mentioned: bot, text: at },
              ...mentioned.map(({ id, name }) => ({
                type: 'mention',
                mentioned: { id, name },
                text: `<at>${name}</at>`,
              })),
            ],
          }),
        },
      );
      const response = await deliver(activity);
      if (!response.ok) throw new Error(`the bot answered ${response.status}: ${await response.text()}`);
      return activity;
    },
    /**
     * Presses a button that really hangs on a message (of its latest card, or of an earlier one still open somewhere), and
     * gives back the invoke's answer. `trigger` is what the client says of the press; a refresh is not one.
     */
    async press(
      id: string,
      verb: string,
      person: TeamsUser,
      how: {
        readonly trigger?: string;
        /** What is filled into the form around the button, by field name. */
        readonly typed?: Readonly<Record<string, string>>;
        readonly card?: Json;
        readonly match?: Json;
      } = {},
    ) {
      const { conversation, cards } = find(id);
      const card = how.card ?? cards.at(-1);
      const action = executes(card).find(
        (one) =>
          one.verb === verb &&
          Object.entries(how.match ?? {}).every(([name, value]) => one.data[name] === value),
      );
      if (!action) throw new Error(`no button ${verb} hangs on message ${id}`);
      const data = { ...action.data, ...inputsOf(card, action, how.typed ?? {}) };
      const activity = activityFrom(person, conversation, {
        type: 'invoke',
        id: `f:${randomUUID()}`,
        name: 'adaptiveCard/action',
        replyToId: id,
        value: { action: { type: 'Action.Execute', verb, data }, trigger: how.trigger ?? 'manual' },
      });
      const response = await deliver(activity);
      const answer = (await response.json()) as { statusCode: number; type: string; value: unknown };
      return { status: response.status, activity, ...answer };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
