// What the bot does in Teams, against a connector that refuses, stalls and breaks like the real one.
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Card, SafeText } from '#cards/card.ts';
import { type Actor, ChatError, type ChatErrorCode } from '#chat/chat.ts';
import { openTeams } from '#chat/teams/teams.ts';
import { elsewhere, home, people, textOf } from '../../support/fake-teams-people.ts';
import { openTeamsRoom } from '../../support/teams-room.ts';

const card = (title: string): Card => ({
  title: title as SafeText,
  tone: 'waiting',
  blocks: [],
  buttons: [],
  expansion: [],
  calls: [],
});
const actor = ({ aad, name, tenant } = people.alice): Actor => ({
  platform: 'teams',
  tenant,
  user: aad,
  name,
  standing: 'member',
});

let room: Awaited<ReturnType<typeof openTeamsRoom>>;
beforeAll(async () => {
  room = await openTeamsRoom();
});
beforeEach(() => room.fake.rest());
afterAll(() => room[Symbol.asyncDispose]());

const codeOf = async (doing: Promise<unknown>): Promise<ChatErrorCode | 'done' | 'another error'> => {
  try {
    await doing;
    return 'done';
  } catch (error) {
    return error instanceof ChatError ? error.code : 'another error';
  }
};
const shown = (message: string) => textOf(room.fake.find(message).cards.at(-1));

describe('a card', () => {
  test('is posted as the root of a thread, and its replies hang in that thread', async () => {
    const root = await room.teams.post(room.place, undefined, card('the mission'), 'mark-root');
    expect(root).toEqual({ place: room.place, message: expect.any(String) });
    const reply = await room.teams.post(room.place, root.message, card('an ask'), 'mark-reply');
    expect(reply).toEqual({ place: room.place, thread: root.message, message: expect.any(String) });
    expect(room.fake.find(reply.message).conversation).toBe(`${room.fake.channel};messageid=${root.message}`);
    expect(JSON.stringify(room.fake.find(root.message).cards)).toContain('mark-root');
    expect(room.fake.find(root.message).activity).toMatchObject({
      summary: 'the mission.',
      from: { id: room.fake.bot.id },
    });
  });

  test('is replaced where it hangs, as a root and as a reply', async () => {
    const root = await room.teams.post(room.place, undefined, card('open'), 'a');
    const reply = await room.teams.post(room.place, root.message, card('open'), 'b');
    await room.teams.replace(root, card('closed'), 'a');
    await room.teams.replace(reply, card('denied'), 'b');
    expect([shown(root.message), shown(reply.message)]).toEqual(['closed', 'denied']);
    expect(
      room.fake.messages(room.fake.channel).filter(({ id }) => [root.message, reply.message].includes(id)),
    ).toHaveLength(2);
  });

  test('is removed, and then it is gone', async () => {
    const posted = await room.teams.post(room.place, undefined, card('twice'), 'a');
    await room.teams.remove(posted);
    expect(() => room.fake.find(posted.message)).toThrow();
    expect(await codeOf(room.teams.replace(posted, card('x'), 'a'))).toBe('gone');
    expect(await codeOf(room.teams.remove(posted))).toBe('gone');
  });

  test('in a chat with one person hangs there without a thread', async () => {
    const chat = room.fake.chatOf(people.bob);
    await room.fake.say(people.bob, chat, 'help');
    const posted = await room.teams.post({ ...room.place, channel: chat }, undefined, card('help'), 'a');
    expect(posted).toEqual({ place: { ...room.place, channel: chat }, message: expect.any(String) });
    await room.teams.replace(posted, card('more help'), 'a');
    expect(shown(posted.message)).toBe('more help');
  });

  test('cannot be looked for: Teams has no way to', async () => {
    expect(await room.teams.find(room.place, undefined, 'mark', new Date())).toBe('cannot-tell');
  });
});

describe('a whisper', () => {
  test('goes to the person alone', async () => {
    await room.fake.say(people.alice, room.fake.channel, 'stop');
    await room.teams.whisper(room.place, undefined, actor(), card('you may not'));
    expect(room.fake.messages(room.fake.chatOf(people.alice)).map(({ id }) => shown(id))).toEqual([
      'you may not',
    ]);
  });

  test('to somebody never heard of, or who has blocked the bot, cannot be', async () => {
    expect(await codeOf(room.teams.whisper(room.place, undefined, actor(people.nina), card('x')))).toBe(
      'gone',
    );
    await room.fake.say(people.gina, room.fake.channel, 'stop');
    room.fake.block(room.fake.chatOf(people.gina));
    expect(await codeOf(room.teams.whisper(room.place, undefined, actor(people.gina), card('x')))).toBe(
      'gone',
    );
  });
});

describe('a chat with one person', () => {
  test('is found through a place of theirs, whoever spoke there before, and cards hang there as anywhere', async () => {
    const own = await room.teams.privately(room.place, people.bob.aad);
    expect(own).toEqual({ ...room.place, channel: room.fake.chatOf(people.bob) });
    const posted = await room.teams.post(own, undefined, card('between us'), 'own');
    await room.teams.replace(posted, card('done'), 'own');
    expect(
      room.fake
        .messages(own.channel)
        .map(({ id }) => shown(id))
        .at(-1),
    ).toBe('done');
  });

  test('with somebody who is not in that place cannot be opened', async () => {
    expect(await codeOf(room.teams.privately(room.place, people.nina.aad))).toBe('gone');
  });
});

describe('what goes wrong', () => {
  const post = () => room.teams.post(room.place, undefined, card('x'), 'm');

  test.each([
    [{ kind: 'status', status: 400 }, 'refused'],
    [{ kind: 'status', status: 401 }, 'unavailable'],
    [{ kind: 'status', status: 403, code: 'MessageWritesBlocked' }, 'gone'],
    [{ kind: 'status', status: 404 }, 'gone'],
    [{ kind: 'status', status: 412 }, 'unavailable'],
    [{ kind: 'status', status: 413, code: 'MessageSizeTooBig' }, 'refused'],
    [{ kind: 'status', status: 429 }, 'rate_limited'],
    [{ kind: 'status', status: 500 }, 'ambiguous'],
    [{ kind: 'status', status: 502 }, 'ambiguous'],
    [{ kind: 'status', status: 503, retryAfterS: 1 }, 'ambiguous'],
    [{ kind: 'drop-after-storing' }, 'ambiguous'],
  ] as const)('while posting, %o is told as %s after one request', async (fault, code) => {
    const before = room.fake.asked.length;
    room.fake.fault('create', fault);
    expect(await codeOf(post())).toBe(code);
    expect(room.fake.asked.slice(before)).toEqual(['POST /teams/v3/conversations']);
  });

  test.each([
    [{ kind: 'status', status: 500 }, 'unavailable'],
    [{ kind: 'status', status: 404, code: 'ActivityNotFoundInConversation' }, 'gone'],
    [{ kind: 'drop-after-storing' }, 'unavailable'],
  ] as const)('while replacing, which may be done twice, %o is told as %s', async (fault, code) => {
    const posted = await post();
    room.fake.fault('update', fault);
    expect(await codeOf(room.teams.replace(posted, card('y'), 'm'))).toBe(code);
    expect(await codeOf(room.teams.replace(posted, card('y'), 'm'))).toBe('done');
  });

  test('a 429 says how long to wait, also when the platform does not', async () => {
    room.fake.fault('create', { kind: 'status', status: 429, retryAfterS: 17 });
    await expect(post()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 17_000 });
    room.fake.fault('create', { kind: 'status', status: 429 });
    await expect(post()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 30_000 });
  });

  test('more than a thread bears is refused by the platform, not repeated', async () => {
    const posts = await Promise.all(Array.from({ length: 9 }, () => codeOf(post())));
    expect(posts.toSorted()).toEqual([...Array(7).fill('done'), 'rate_limited', 'rate_limited']);
  });

  test('a connector nobody answers at is unavailable: nothing was posted', async () => {
    const spare = createServer();
    await new Promise<void>((done) => spare.listen(0, '127.0.0.1', done));
    const { port } = spare.address() as { port: number };
    await new Promise((done) => spare.close(done));
    const other = openTeams(
      {
        ...room.options,
        identity: { kind: 'unauthenticated' },
        routes: { remember: async () => {}, recall: async () => undefined },
        defaultServiceUrl: `http://127.0.0.1:${port}/`,
      },
      room.listener,
    );
    expect(await codeOf(other.post(room.place, undefined, card('x'), 'm'))).toBe('unavailable');
  });

  test('without a token of its own nothing is posted, and the secret is not in the error', async () => {
    await using other = await openTeamsRoom();
    other.fake.fault('token', { kind: 'status', status: 401 });
    const error = await other.teams
      .post(other.place, undefined, card('x'), 'm')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(other.fake.app.secret);
    expect(other.fake.messages(other.fake.channel)).toEqual([]);
    expect(await codeOf(other.teams.post(other.place, undefined, card('x'), 'm'))).toBe('done');
  });

  test('one token serves many posts', async () => {
    await using other = await openTeamsRoom();
    await Promise.all(
      Array.from({ length: 5 }, () => other.teams.post(other.place, undefined, card('x'), 'm')),
    );
    expect(other.fake.asked.filter((line) => line.endsWith('/token'))).toHaveLength(1);
  });
});

describe('a route', () => {
  test('learnt from an activity still leads there after a restart', async () => {
    await using other = await openTeamsRoom();
    await other.fake.say(people.alice, other.fake.channel, 'hello');
    const restarted = openTeams(
      { ...other.options, defaultServiceUrl: 'http://127.0.0.1:9/', botId: '28:wrong' },
      other.listener,
    );
    const posted = await restarted.post(other.place, undefined, card('x'), 'm');
    expect(other.fake.find(posted.message).activity).toMatchObject({ from: { id: other.fake.bot.id } });
    await restarted.whisper(other.place, undefined, actor(), card('psst'));
    expect(other.fake.messages(other.fake.chatOf(people.alice))).toHaveLength(1);
  });

  test('is written once, however often it is confirmed', async () => {
    await using other = await openTeamsRoom();
    let writes = 0;
    const remember = other.routes.remember;
    other.routes.remember = async (place, route) => {
      writes += 1;
      await remember(place, route);
    };
    await other.fake.say(people.alice, other.fake.channel, 'one');
    await other.fake.say(people.alice, other.fake.channel, 'two');
    expect(writes).toBe(2);
  });

  test('that leads to a host no longer allowed, or makes no sense, is not taken', async () => {
    for (const route of [
      { kind: 'channel', serviceUrl: 'https://evil.example/', tenantId: home, botId: 'x' },
      { serviceUrl: 'nonsense' },
      'nonsense',
    ]) {
      await room.routes.remember(room.place, route);
      expect(await codeOf(room.teams.post(room.place, undefined, card('x'), 'm'))).toBe('done');
    }
  });
});

describe('the address of a message', () => {
  test('names the team’s group, and the thread it is in; without the team there is none', async () => {
    await using other = await openTeamsRoom();
    const posted = await other.teams.post(other.place, undefined, card('x'), 'm');
    expect(await other.teams.linkTo(posted)).toBeUndefined();
    await other.fake.say(people.alice, other.fake.channel, 'hello');
    const address = new URL((await other.teams.linkTo({ ...posted, thread: '1700000000000' })) ?? '');
    expect(address.origin).toBe('https://teams.microsoft.com');
    expect(address.pathname).toBe(`/l/message/${encodeURIComponent(other.fake.channel)}/${posted.message}`);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      tenantId: home,
      groupId: '3f1c2d4e-0000-4000-8000-0000000000aa',
      parentMessageId: '1700000000000',
      createdTime: posted.message,
    });
  });
});

describe('a place', () => {
  test('the bot is in is reachable, and called what its team calls it', async () => {
    await room.fake.say(people.alice, room.fake.channel, 'hello');
    expect(await room.teams.inspect(room.place)).toEqual({
      reachable: true,
      shared: false,
      name: 'Oversight',
    });
  });

  test('that people of another tenant can read is shared', async () => {
    const joint = { ...room.place, channel: room.fake.sharedChannel };
    expect(await room.teams.inspect(joint)).toEqual({ reachable: true, shared: true });
    await room.fake.say(people.alice, room.fake.sharedChannel, 'hello');
    expect(await room.teams.inspect(joint)).toEqual({ reachable: true, shared: true, name: 'Joint venture' });
    expect(people.otto.tenant).toBe(elsewhere);
  });

  test('the bot is not in is not reachable, and why', async () => {
    const nowhere = { ...room.place, channel: '19:nowhere@thread.tacv2' };
    expect(await room.teams.inspect(nowhere)).toMatchObject({
      reachable: false,
      why: expect.stringContaining('ConversationNotFound'),
    });
    await using other = await openTeamsRoom();
    other.fake.block(other.fake.channel);
    expect(await other.teams.inspect(other.place)).toMatchObject({
      reachable: false,
      why: expect.stringContaining('403'),
    });
    expect(await codeOf(other.teams.post(other.place, undefined, card('x'), 'm'))).toBe('gone');
  });
});
