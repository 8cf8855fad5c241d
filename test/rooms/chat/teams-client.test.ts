// The room against Microsoft's own test client: what the fake says of Teams, somebody else says too.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Button, Card, SafeText } from '#cards/card.ts';
import type { Happening, Place } from '#chat/chat.ts';
import { openTeams } from '#chat/teams/teams.ts';
import { openTeamsClient, type TeamsClient } from '#demo/teams-client.ts';
import { openHttp } from '#http.ts';
import { executes, textOf } from '../../support/fake-teams-people.ts';
import { openLogbook, openRouteBook } from '../../support/teams-room.ts';

const safe = (text: string) => text as SafeText;
const press = { subject: 'ask-1', digest: 'digest-1' };
const buttons: readonly Button[] = [
  { label: safe('Approve'), press: { verb: 'approve', ...press }, style: 'primary' },
  {
    label: safe('Deny'),
    press: { verb: 'deny', ...press },
    style: 'danger',
    form: {
      title: safe('Deny'),
      submit: safe('Deny'),
      optional: true,
      fields: [
        {
          kind: 'text',
          name: 'reason',
          label: safe('Why not?'),
          placeholder: safe('optional'),
          required: false,
        },
      ],
    },
  },
  { label: safe('Full text'), press: { verb: 'read', ...press }, style: 'plain' },
];
const card = (title: string, shown: readonly Button[] = []): Card => ({
  title: safe(title),
  tone: 'waiting',
  blocks: [{ kind: 'quote', whose: safe('The agent says'), text: safe('**flour**\nplease'), cut: true }],
  buttons: shown,
  expansion: [{ heading: safe('All of it'), text: safe('x'.repeat(30_000)) }],
  calls: [],
});

const person = (n: number, name: string) => ({ aad: `bbbbbbbb-0000-4000-8000-00000000000${n}`, name });
const paula = person(1, 'Paula');
const marcus = person(2, 'Marcus');
const ines = person(3, 'Ines');
const tom = person(4, 'Tom');
const vera = person(5, 'Vera');

let client: TeamsClient;
let place: Place;
let teams: ReturnType<typeof openTeams>;
let http: Awaited<ReturnType<typeof openHttp>>;
const heard: Happening[] = [];
const log = openLogbook();

beforeAll(async () => {
  // The client has to know the bot's address and the bot the client's: the bot's server stands first.
  const answers: { answer?: (typeof teams)['mounts'][number]['answer'] } = {};
  const mount = {
    path: '/api/messages',
    answer: (request: Request, peer: { readonly address: string }) =>
      answers.answer?.(request, peer) ?? new Response(null, { status: 503 }),
  };
  http = await openHttp({ host: '127.0.0.1', port: 0 }, [mount], log);
  client = await openTeamsClient({
    botUrl: `http://127.0.0.1:${http.port}/api/messages`,
    people: [paula, marcus, ines, tom, vera],
  });
  teams = openTeams(
    {
      identity: { kind: 'unauthenticated' },
      tenants: [client.tenant],
      serviceUrlHosts: ['localhost'],
      defaultServiceUrl: client.serviceUrl,
      log,
      routes: openRouteBook(),
    },
    {
      accept: async (happening) => void heard.push(happening),
      read: async (actor) => (actor.standing === 'member' ? card('Waiting', buttons) : undefined),
      form: async () => undefined,
    },
  );
  answers.answer = (request, peer) =>
    teams.mounts[0]?.answer(request, peer) ?? Promise.reject(new Error('no mount'));
  place = { platform: 'teams', tenant: client.tenant, channel: client.channel };
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await http[Symbol.asyncDispose]();
});

const until = (isSo: () => boolean) => expect.poll(isSo, { timeout: 10_000 }).toBe(true);
const find = (id: string) => {
  const message = client.messages(place.channel).find((one) => one.id === id);
  if (!message) throw new Error(`the client shows no message ${id}`);
  return message;
};

describe("Microsoft's test client", () => {
  test('shows a root, a reply in its thread, and what replaces them', async () => {
    const root = await teams.post(place, undefined, card('the mission'), 'root');
    const reply = await teams.post(place, root.message, card('an ask', buttons), 'ask');
    await teams.replace(root, card('the mission, over'), 'root');
    await teams.replace(reply, card('denied'), 'ask');
    const thread = `${place.channel};messageid=${root.message}`;
    await until(() => client.messages(thread).filter(({ edits }) => edits === 1).length === 2);
    expect(client.messages(thread).map(({ id }) => id)).toEqual([root.message, reply.message]);
    expect(textOf(find(root.message).card)).toContain('the mission, over');
    expect(textOf(find(reply.message).card)).toContain(
      'denied\nThe agent says (shortened)\n│ **flour**\n│ please',
    );
  });

  test('brings the presses of two people, each as themselves', async () => {
    const posted = await teams.post(place, undefined, card('an ask', buttons), 'ask');
    await until(() => client.messages(place.channel).some(({ id }) => id === posted.message));
    const message = find(posted.message);
    const [approve, deny] = executes(message.card);
    heard.length = 0;
    const first = await client.press(marcus, message, 'chaperone.approve', approve?.data ?? {});
    const typed = { ...deny?.data, [`${String(deny?.data['form'])}.reason`]: 'too dear' };
    await client.press(ines, message, 'chaperone.deny', typed);
    expect(first).toMatchObject({ type: 'application/vnd.microsoft.activity.message' });
    expect(heard).toMatchObject([
      {
        kind: 'pressed',
        press: { verb: 'approve', ...press },
        on: posted,
        actor: { user: marcus.aad, tenant: client.tenant, standing: 'member' },
      },
      {
        kind: 'pressed',
        press: { verb: 'deny', ...press },
        values: { reason: 'too dear' },
        actor: { user: ines.aad },
      },
    ]);
  });

  test('is shown the full text when somebody asks for it', async () => {
    const posted = await teams.post(place, undefined, card('an ask', buttons), 'ask');
    await until(() => client.messages(place.channel).some(({ id }) => id === posted.message));
    const message = find(posted.message);
    const read = executes(message.card).find(({ verb }) => verb === 'chaperone.read');
    const answer = await client.press(tom, message, 'chaperone.read', read?.data ?? {});
    expect(answer).toMatchObject({ type: 'application/vnd.microsoft.card.adaptive' });
    expect(textOf((answer as { value: unknown }).value)).toContain('Full text, page 1 of');
  });

  test('brings what people say in the channel and in a thread, and a stranger as nobody', async () => {
    heard.length = 0;
    const root = await teams.post(place, undefined, card('the mission'), 'root');
    await client.say(paula, place.channel, 'what is waiting');
    await client.say(vera, `${place.channel};messageid=${root.message}`, 'stop');
    const stop = {
      ...client.activityOf(vera, `${place.channel};messageid=${root.message}`),
      type: 'message',
    };
    const mention = { type: 'mention', mentioned: stop.recipient, text: '<at>Chaperone</at>' };
    const forged = {
      from: { ...stop.from, id: '29:mallory' },
      text: '<at>Chaperone</at> stop',
      entities: [mention],
    };
    await client.raw({ ...stop, ...forged });
    await until(() => heard.length === 3);
    const by = (user: string, standing: string) =>
      heard.find(({ actor }) => actor.user === user && actor.standing === standing);
    expect(by(paula.aad, 'member')).toMatchObject({
      kind: 'said',
      by: 'mention',
      text: 'what is waiting',
    });
    expect(by(vera.aad, 'member')).toMatchObject({ text: 'stop', thread: root.message });
    expect(by(vera.aad, 'unknown')).toMatchObject({ text: 'stop' });
  });

  test('looking at a card by itself decides nothing', async () => {
    heard.length = 0;
    const value = {
      trigger: 'automatic',
      action: { type: 'Action.Execute', verb: 'chaperone.approve', data: press },
    };
    const invoke = { type: 'invoke', name: 'adaptiveCard/action', replyToId: '1', value };
    await client.raw({ ...client.activityOf(marcus, place.channel), ...invoke });
    await client.say(marcus, place.channel, 'help');
    await until(() => heard.length > 0);
    expect(heard.map(({ kind }) => kind)).toEqual(['said']);
  });

  test('tells that the bot was put in, and answers who reads the channel', async () => {
    heard.length = 0;
    await client.install(place.channel);
    await until(() => heard.some(({ kind }) => kind === 'place-changed'));
    expect(heard[0]).toMatchObject({ kind: 'place-changed', change: 'added', place });
    expect(await teams.inspect(place)).toEqual({
      reachable: true,
      shared: false,
      name: client.channelName,
    });
  });

  test('takes a whisper to one person, and knows no message that never was', async () => {
    await client.say(marcus, place.channel, 'help');
    await until(() => heard.some(({ actor }) => actor.user === marcus.aad));
    const to = {
      platform: 'teams',
      tenant: client.tenant,
      user: marcus.aad,
      name: '',
      standing: 'member',
    } as const;
    await teams.whisper(place, undefined, to, card('you may not'));
    await expect(teams.replace({ place, message: '1' }, card('x'), 'm')).rejects.toMatchObject({
      code: 'gone',
    });
  });
});
