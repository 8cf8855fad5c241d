// Who is believed at /api/messages, what is heard, and what can never be an act.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SafeText } from '#cards/card.ts';
import { openTeams } from '#chat/teams/teams.ts';
import type { Forgery } from '../../support/fake-teams-issuer.ts';
import { elsewhere, executes, home, people, textOf } from '../../support/fake-teams-people.ts';
import { openTeamsRoom } from '../../support/teams-room.ts';

const safe = (text: string) => text as SafeText;
const card = (buttons: readonly string[] = ['approve']) => ({
  title: safe('An ask'),
  tone: 'waiting' as const,
  blocks: [],
  buttons: buttons.map((verb) => ({
    label: safe(verb),
    press: { verb: verb as 'approve', subject: 'ask-1', digest: 'digest-1' },
    style: 'plain' as const,
    ...(verb === 'deny' && {
      form: {
        title: safe('Deny'),
        submit: safe('Deny'),
        optional: true,
        fields: [
          {
            kind: 'text' as const,
            name: 'reason',
            label: safe('Why'),
            placeholder: safe('optional'),
            required: false,
          },
        ],
      },
    }),
  })),
  expansion: [],
  calls: [],
});

let room: Awaited<ReturnType<typeof openTeamsRoom>>;
beforeAll(async () => {
  room = await openTeamsRoom();
});
beforeEach(() => {
  room.fake.rest();
  room.heard.length = 0;
  room.log.lines.length = 0;
  room.listener.accept = async (happening) => void room.heard.push(happening);
});
afterAll(() => room[Symbol.asyncDispose]());

const message = (more: object = {}) => ({
  ...room.fake.activityFrom(people.alice, room.fake.chatOf(people.alice), { type: 'message', text: 'help' }),
  ...more,
});

describe('a token', () => {
  test('of the Bot Connector is believed', async () => {
    expect((await room.fake.deliver(message())).status).toBe(200);
    expect(room.heard).toHaveLength(1);
  });

  test('that ended four minutes ago is within the skew', async () => {
    expect((await room.fake.deliver(message(), { forgery: 'expired within the skew' })).status).toBe(200);
  });

  const forgeries = {
    'wrong signing key': 401,
    'unknown key id': 401,
    'no key id': 401,
    'wrong audience': 401,
    'wrong issuer': 401,
    expired: 401,
    'not yet valid': 401,
    'no expiry': 401,
    'no serviceurl': 401,
    'symmetric with the public key': 401,
    'alg none': 401,
    'another algorithm': 401,
    'not a token': 401,
    'wrong serviceurl': 403,
    'key not endorsed': 403,
    'key endorsed for another channel': 403,
  } satisfies Partial<Record<Forgery, number>>;
  test.each(Object.entries(forgeries))('with %s is refused with %i', async (forgery, status) => {
    const response = await room.fake.deliver(message(), { forgery: forgery as Forgery });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(room.heard).toEqual([]);
  });

  test.each([
    ['missing', null],
    ['empty', ''],
    ['only a scheme', 'Bearer'],
    ['of two parts', 'Bearer a b'],
    ['of another scheme', 'Basic dXNlcjpwYXNz'],
    ['of three letters', 'Bearer x.y.z'],
    ['very long', `Bearer ${'a'.repeat(9_000)}`],
  ])('that is %s is refused with 401', async (_, header) => {
    expect((await room.fake.deliver(message(), { header })).status).toBe(401);
  });

  test('never reaches the log, nor the answer', async () => {
    const token = await room.fake.issuer.sign(room.fake.serviceUrl, 'wrong audience');
    const response = await room.fake.deliver(message(), { header: `Bearer ${token}` });
    const said = `${await response.text()}${room.log.lines.join()}`;
    expect(room.log.lines).toHaveLength(1);
    for (const part of token.split('.')) expect(said).not.toContain(part);
  });

  test('of a key published since is believed once the keys may be asked for again', async () => {
    await using other = await openTeamsRoom();
    const activity = other.fake.activityFrom(people.alice, other.fake.chatOf(people.alice), {
      type: 'typing',
    });
    expect((await other.fake.deliver(activity)).status).toBe(200);
    await other.fake.issuer.rotate();
    expect((await other.fake.deliver(activity)).status).toBe(401);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    try {
      expect((await other.fake.deliver(activity)).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });

  test('of a stranger does not make the bot ask for keys each time', async () => {
    await using other = await openTeamsRoom();
    const activity = other.fake.activityFrom(people.alice, 'a:x', { type: 'typing' });
    for (let n = 0; n < 5; n += 1) await other.fake.deliver(activity, { forgery: 'unknown key id' });
    expect(other.fake.asked).toEqual(['GET /v1/.well-known/openidconfiguration', 'GET /v1/.well-known/keys']);
  });

  test('cannot be believed while the keys cannot be had, and is once they can', async () => {
    await using other = await openTeamsRoom();
    other.fake.fault('keys', { kind: 'status', status: 500 });
    const activity = other.fake.activityFrom(people.alice, other.fake.chatOf(people.alice), {
      type: 'message',
      text: 'x',
    });
    expect((await other.fake.deliver(activity)).status).toBe(503);
    expect(other.heard).toEqual([]);
    expect((await other.fake.deliver(activity)).status).toBe(200);
  });
});

describe('an activity with a good token', () => {
  test('without a serviceUrl is refused', async () => {
    const { serviceUrl: _, ...bare } = message();
    expect((await room.fake.deliver(bare)).status).toBe(403);
  });

  test('whose serviceUrl is at a host not allowed is refused, even where the token agrees', async () => {
    expect((await room.fake.deliver(message({ serviceUrl: 'https://evil.example/teams/' }))).status).toBe(
      403,
    );
  });

  test('whose serviceUrl is plain http away from this machine is refused', async () => {
    await using other = await openTeamsRoom({ serviceUrlHosts: ['127.0.0.1', 'smba.trafficmanager.net'] });
    const plain = other.fake.activityFrom(people.alice, 'a:x', {
      serviceUrl: 'http://smba.trafficmanager.net/',
      type: 'message',
    });
    expect((await other.fake.deliver(plain)).status).toBe(403);
  });

  test.each([
    [
      'of a foreign tenant',
      { channelData: { tenant: { id: elsewhere } }, conversation: { id: 'a:1', tenantId: elsewhere } },
    ],
    [
      'that names two tenants',
      { channelData: { tenant: { id: home } }, conversation: { id: 'a:1', tenantId: elsewhere } },
    ],
    ['that names no tenant', { channelData: {}, conversation: { id: 'a:1' } }],
    ['of another channel service', { channelId: 'webchat' }],
  ])('%s is refused', async (_, more) => {
    expect((await room.fake.deliver(message(more))).status).toBe(403);
    expect(room.heard).toEqual([]);
  });

  test('that is larger than anything Teams sends is refused', async () => {
    expect((await room.fake.deliver(message({ text: 'x'.repeat(300_000) }))).status).toBe(413);
  });

  test('must be JSON by name, so that no web page can send it', async () => {
    const authorization = `Bearer ${await room.fake.issuer.sign(room.fake.serviceUrl)}`;
    const body = JSON.stringify(message());
    const plain = await fetch(room.url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'text/plain' },
      body,
    });
    expect(plain.status).toBe(415);
    expect((await fetch(room.url, { headers: { authorization } })).status).toBe(405);
  });

  test('of any other shape is never answered with a 5xx', async () => {
    const authorization = `Bearer ${await room.fake.issuer.sign(room.fake.serviceUrl)}`;
    const members = message();
    const hostile = fc.record(
      Object.fromEntries(
        Object.entries(members).map(([name, value]) => [name, fc.oneof(fc.constant(value), fc.jsonValue())]),
      ),
      { requiredKeys: [] },
    );
    const bodies = fc.oneof(
      fc.json(),
      fc.string(),
      hostile.map((one) => JSON.stringify(one)),
      fc
        .jsonValue()
        .map((value) =>
          JSON.stringify({ ...members, type: 'invoke', replyToId: 'x', name: 'adaptiveCard/action', value }),
        ),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const headers = { authorization, 'content-type': 'application/json' };
        const response = await fetch(room.url, { method: 'POST', headers, body });
        await response.text();
        expect(response.status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
    expect(room.heard.filter(({ kind }) => kind === 'pressed')).toEqual([]);
  });
});

describe('what people say', () => {
  test('with a mention in a channel is heard without the mention, as the start of a thread', async () => {
    const { id } = await room.fake.say(people.alice, room.fake.channel, 'what is waiting');
    expect(room.heard).toMatchObject([
      { kind: 'said', by: 'mention', text: 'what is waiting', message: id, place: room.place },
    ]);
    expect(room.heard[0]).not.toHaveProperty('thread');
    expect(room.heard[0]?.actor).toEqual({
      platform: 'teams',
      tenant: home,
      user: people.alice.aad,
      name: 'Alice',
      standing: 'member',
    });
  });

  test('in a thread is heard with the root of that thread', async () => {
    const { message: root } = await room.teams.post(room.place, undefined, card(), 'mark');
    await room.fake.say(people.bob, `${room.fake.channel};messageid=${root}`, 'stop');
    expect(room.heard).toMatchObject([{ kind: 'said', text: 'stop', thread: root, place: room.place }]);
  });

  test('in their own chat is heard as said directly', async () => {
    await room.fake.say(people.bob, room.fake.chatOf(people.bob), 'help');
    expect(room.heard).toMatchObject([
      { kind: 'said', by: 'direct', text: 'help', place: { channel: room.fake.chatOf(people.bob) } },
    ]);
  });

  test('in a channel without a mention is not for the bot', async () => {
    await room.fake.deliver(
      room.fake.activityFrom(people.alice, room.fake.channel, { type: 'message', text: 'stop' }),
    );
    const mention = { type: 'mention', mentioned: { id: people.bob.id }, text: '<at>Bob</at>' };
    await room.fake.deliver(
      room.fake.activityFrom(people.alice, room.fake.channel, {
        type: 'message',
        text: '<at>Bob</at> stop',
        entities: [mention],
      }),
    );
    expect(room.heard).toEqual([]);
  });

  test('has one id however often it is delivered, and another when said again', async () => {
    const said = await room.fake.say(people.alice, room.fake.channel, 'status');
    await room.fake.deliver(said);
    await room.fake.say(people.alice, room.fake.channel, 'status');
    const ids = room.heard.map(({ id }) => id);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('is acknowledged only when it is stored, and asked for again when it could not be', async () => {
    let stored = false;
    room.listener.accept = async () => {
      await new Promise((done) => setTimeout(done, 50));
      stored = true;
    };
    await room.fake.say(people.alice, room.fake.channel, 'status');
    expect(stored).toBe(true);
    room.listener.accept = () => Promise.reject(new Error('the database is away'));
    const response = await room.fake.deliver(message());
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('database');
  });
});

describe('a person', () => {
  test.each([
    [people.gina, 'guest'],
    [people.otto, 'external'],
    [people.nina, 'unknown'],
  ] as const)('the roster knows as %o is %s', async (person, standing) => {
    await room.fake.say(person, room.fake.channel, 'stop everything');
    expect(room.heard[0]?.actor).toMatchObject({ user: person.aad, standing });
  });

  test('whose aadObjectId is not the one of their roster entry is unknown', async () => {
    await room.fake.say({ ...people.bob, aad: people.alice.aad }, room.fake.channel, 'stop');
    expect(room.heard[0]?.actor.standing).toBe('unknown');
  });

  test('without an aadObjectId is unknown, and a bot is a bot', async () => {
    await room.fake.deliver(message({ from: { id: people.alice.id, name: 'Alice' } }));
    await room.fake.deliver(
      message({ from: { id: '28:other-bot', name: 'Alice', aadObjectId: people.alice.aad } }),
    );
    expect(room.heard.map(({ actor }) => actor.standing)).toEqual(['unknown', 'bot']);
  });

  test.each([
    { kind: 'status', status: 500 },
    { kind: 'status', status: 429, retryAfterS: 60 },
    { kind: 'hang' },
  ] as const)('is unknown while the roster fails: %o', async (fault) => {
    room.fake.fault('members', fault);
    await room.fake.say(people.alice, room.fake.channel, 'stop');
    expect(room.heard[0]?.actor).toMatchObject({ user: people.alice.aad, standing: 'unknown' });
  });
});

describe('a press', () => {
  test('is heard with what the card showed, where it hangs and what was typed', async () => {
    const root = await room.teams.post(room.place, undefined, card(), 'root');
    const reply = await room.teams.post(room.place, root.message, card(['approve', 'deny']), 'mark');
    const answer = await room.fake.press(reply.message, 'chaperone.deny', people.bob, {
      typed: { reason: 'too dear' },
    });
    expect(answer).toMatchObject({
      status: 200,
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
      value: expect.stringContaining('your own chat with this bot'),
    });
    expect(room.heard).toMatchObject([
      {
        kind: 'pressed',
        press: { verb: 'deny', subject: 'ask-1', digest: 'digest-1' },
        values: { reason: 'too dear' },
        on: { place: room.place, thread: root.message, message: reply.message },
        actor: { user: people.bob.aad, standing: 'member' },
      },
    ]);
  });

  test('on a root names the root and no thread, and an empty reason is empty', async () => {
    const root = await room.teams.post(room.place, undefined, card(['deny']), 'root');
    await room.fake.press(root.message, 'chaperone.deny', people.bob);
    expect(room.heard[0]).toMatchObject({ on: { message: root.message } });
    expect(room.heard[0]).not.toHaveProperty('on.thread');
    expect(room.heard[0]).toMatchObject({ values: { reason: '' } });
  });

  test('twice is two acts, delivered twice is one', async () => {
    const { message } = await room.teams.post(room.place, undefined, card(), 'mark');
    const { activity } = await room.fake.press(message, 'chaperone.approve', people.bob);
    await room.fake.deliver(activity);
    await room.fake.press(message, 'chaperone.approve', people.bob);
    const ids = room.heard.map(({ id }) => id);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test.each(['automatic', 'refresh', '', 'MANUAL'])(
    'that the client made by itself (%j) decides nothing',
    async (trigger) => {
      const { message } = await room.teams.post(room.place, undefined, card(), 'mark');
      const answer = await room.fake.press(message, 'chaperone.approve', people.bob, { trigger });
      expect(answer.status).toBe(200);
      expect(room.heard).toEqual([]);
    },
  );

  test.each([
    { verb: 'chaperone.terminate', data: { subject: 's' } },
    { verb: 'approve', data: { subject: 's' } },
    { verb: 'chaperone.approve', data: {} },
    { verb: 'chaperone.approve' },
  ])('of a button that is none of ours is refused in words: %o', async (action) => {
    const activity = room.fake.activityFrom(people.bob, room.fake.channel, {
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: '1',
      value: { action, trigger: 'manual' },
    });
    const response = await room.fake.deliver(activity);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ statusCode: 400, type: 'application/vnd.microsoft.error' });
    expect(room.heard).toEqual([]);
  });

  test('that could not be stored says so to the person', async () => {
    const { message } = await room.teams.post(room.place, undefined, card(), 'mark');
    room.listener.accept = () => Promise.reject(new Error('the database is away'));
    const answer = await room.fake.press(message, 'chaperone.approve', people.bob);
    expect(answer).toMatchObject({
      status: 200,
      statusCode: 500,
      value: { message: expect.stringContaining('press again') },
    });
  });

  test('of `read` is answered with every word of the full text, page by page, to the one who asked', async () => {
    const text = Array.from({ length: 3_000 }, (_, line) => `line ${line}: "quoted" \\ {{DATE(x)}}`).join(
      '\n',
    );
    const long = {
      ...card(['approve', 'read']),
      expansion: [{ heading: safe('Everything'), text: safe(text) }],
    };
    room.listener.read = async () => long;
    const { message } = await room.teams.post(room.place, undefined, long, 'mark');
    let seen = '';
    let answer = await room.fake.press(message, 'chaperone.read', people.gina);
    for (let page = 2; page < 60; page += 1) {
      expect(answer.type).toBe('application/vnd.microsoft.card.adaptive');
      seen += textOf(answer.value);
      const next = executes(answer.value).find(({ title }) => title === 'Next page');
      if (!next) break;
      answer = await room.fake.press(message, 'chaperone.read', people.gina, {
        card: answer.value as object as never,
        match: { page },
      });
    }
    for (let line = 0; line < 3_000; line += 1)
      expect(seen).toContain(`│ line ${line}: "quoted" \\ { {DATE(x)}}`);
    const back = await room.fake.press(message, 'chaperone.read', people.gina, {
      card: answer.value as object as never,
      match: { page: 0 },
    });
    expect(executes(back.value).map(({ verb }) => verb)).toContain('chaperone.approve');
    expect(room.heard).toEqual([]);
    expect(room.fake.find(message).edits).toBe(0);
  });

  test('of `read` where there is nothing to see says so', async () => {
    const { message } = await room.teams.post(room.place, undefined, card(['read']), 'mark');
    room.listener.read = async () => undefined;
    const answer = await room.fake.press(message, 'chaperone.read', people.otto);
    expect(answer.type).toBe('application/vnd.microsoft.activity.message');
  });
});

describe('a place', () => {
  test.each([
    [{ type: 'installationUpdate', action: 'add' }, 'added'],
    [{ type: 'installationUpdate', action: 'remove-upgrade' }, 'removed'],
    [
      { type: 'conversationUpdate', membersAdded: [{ id: '28:99999999-9999-4999-8999-999999999999' }] },
      'added',
    ],
    [
      { type: 'conversationUpdate', membersRemoved: [{ id: '28:99999999-9999-4999-8999-999999999999' }] },
      'removed',
    ],
  ] as const)('that the bot comes into or leaves is told: %o', async (more, change) => {
    await room.fake.deliver(room.fake.activityFrom(people.alice, room.fake.channel, more));
    expect(room.heard).toMatchObject([
      { kind: 'place-changed', change, place: room.place, actor: { standing: 'unknown' } },
    ]);
  });

  test.each([
    ['channelShared', 'shared'],
    ['channelUnShared', 'unshared'],
    ['channelDeleted', 'removed'],
  ])('of which %s is told is the channel it names', async (eventType, change) => {
    const channelData = {
      tenant: { id: home },
      team: { id: room.fake.team },
      channel: { id: room.fake.channel },
      eventType,
    };
    await room.fake.deliver(
      room.fake.activityFrom(people.alice, room.fake.team, { type: 'conversationUpdate', channelData }),
    );
    expect(room.heard).toMatchObject([{ kind: 'place-changed', change, place: room.place }]);
  });

  test('that other people come into is no news', async () => {
    const more = { type: 'conversationUpdate', membersAdded: [{ id: people.nina.id }] };
    await room.fake.deliver(room.fake.activityFrom(people.alice, room.fake.channel, more));
    expect(room.heard).toEqual([]);
  });
});

describe('the door', () => {
  test.each([
    ['without an app id', { identity: { kind: 'registered', appId: '', appPassword: 'x', tenantId: home } }],
    ['without a secret', { identity: { kind: 'registered', appId: 'x', appPassword: '', tenantId: home } }],
    ['for no tenant', { tenants: [] }],
    ['for no host', { serviceUrlHosts: [] }],
    ['with a default service URL at a host not allowed', { defaultServiceUrl: 'https://evil.example/' }],
  ] as const)('does not open %s', (_, change) => {
    expect(() => openTeams({ ...room.options, ...change }, room.listener)).toThrow();
  });

  test('in unauthenticated development answers this machine alone, and keeps every other rule', async () => {
    await using other = await openTeamsRoom({ identity: { kind: 'unauthenticated' } });
    const activity = other.fake.activityFrom(people.alice, other.fake.chatOf(people.alice), {
      type: 'typing',
    });
    expect((await other.fake.deliver(activity, { header: null })).status).toBe(200);
    const foreign = { ...activity, conversation: { id: 'a:1', tenantId: elsewhere }, channelData: {} };
    expect((await other.fake.deliver(foreign, { header: null })).status).toBe(403);
    const far = new Request('http://bot/api/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '127.0.0.1' },
      body: JSON.stringify(activity),
    });
    expect((await other.teams.mounts[0]?.answer(far, { address: '192.0.2.7' }))?.status).toBe(403);
  });
});
