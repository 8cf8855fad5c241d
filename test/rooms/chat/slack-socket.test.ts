import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Card, SafeText } from '#cards/card.ts';
import type { ChatListener, Happening } from '#chat/chat.ts';
import { openSlack, type Slack } from '#chat/slack/slack.ts';
import { openLocalSlack } from '#demo/local-slack.ts';
import { openLog } from '#log.ts';
import { type FakeSlack, openFakeSlack } from '../../support/fake-slack.ts';
import { filesAtHand } from '../../support/files-at-hand.ts';

const safe = (text: string) => text as SafeText;
const log = openLog('silent');
const ask: Card = {
  title: safe('An ask'),
  tone: 'waiting',
  blocks: [],
  buttons: [{ label: safe('Approve'), style: 'primary', press: { verb: 'approve', subject: 'req_1' } }],
  expansion: [],
  calls: [],
};

let fake: FakeSlack;
let slack: Slack;
let channel: string;
let ann: string;
let taken: Happening[];
let accept: ChatListener['accept'];

const open = async (at: FakeSlack) =>
  await openSlack(
    {
      botToken: at.botToken,
      appToken: at.appToken,
      apiUrl: at.apiUrl,
      dates: 'plain',
      files: filesAtHand(),
      log,
    },
    { accept: (happening) => accept(happening), read: async () => ask, form: async () => undefined },
  );

beforeAll(async () => {
  fake = await openFakeSlack({ ackMs: 700, retryMs: [0, 50] });
  slack = await open(fake);
  ann = fake.addUser('Ann');
  channel = fake.addChannel('oversight', [ann]);
});

beforeEach(() => {
  taken = [];
  accept = async (happening) => void taken.push(happening);
});

afterAll(async () => {
  await slack[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

describe('in Socket Mode', () => {
  test('words and presses arrive, and no request URL is open', async () => {
    expect(slack.mounts).toEqual([]);
    const said = await fake.say(channel, ann, `<@${fake.botUser}> status`);
    expect(said.delivery).toMatchObject({ taken: true, tries: 1 });
    const where = { platform: 'slack', tenant: fake.team, channel } as const;
    const { message } = await slack.post(where, undefined, ask, 'm_1');
    expect(await fake.press({ channel, ts: message }, 'Approve', ann)).toMatchObject({ taken: true });
    expect(await fake.command(channel, ann, 'missions')).toMatchObject({ taken: true });
    expect(taken.map(({ kind }) => kind)).toEqual(['said', 'pressed', 'said']);
  });

  test('an event whose storing fails gets no acknowledgement and comes again, with the same id', async () => {
    const ids: string[] = [];
    accept = async (happening) => {
      ids.push(happening.id);
      if (ids.length === 1) throw new Error('the database is away');
    };
    const { delivery } = await fake.say(channel, ann, `<@${fake.botUser}> status`);
    expect(delivery).toMatchObject({ taken: true, tries: 2 });
    expect(new Set(ids).size).toBe(1);
  });

  test('a command whose storing fails gets no acknowledgement', async () => {
    accept = async () => {
      throw new Error('the database is away');
    };
    expect(await fake.command(channel, ann, 'stop')).toMatchObject({ taken: false, tries: 1 });
  });

  test.each(['renewed', 'lost'] as const)('a connection that is %s is opened again', async (how) => {
    const before = fake.calls.filter(({ method }) => method === 'apps.connections.open').length;
    fake.dropConnections(how);
    await expect
      .poll(() => fake.calls.filter(({ method }) => method === 'apps.connections.open').length, {
        timeout: 5_000,
      })
      .toBe(before + 1);
    await expect.poll(() => fake.connections(), { timeout: 5_000 }).toBe(1);
    await expect
      .poll(async () => (await fake.say(channel, ann, `<@${fake.botUser}> status`)).delivery?.taken, {
        timeout: 5_000,
      })
      .toBe(true);
  });

  test('a Slack that cannot be reached for a moment is tried again until it answers', async () => {
    await using shaky = await openFakeSlack();
    await using there = await open(shaky);
    shaky.failNext('apps.connections.open', { kind: 'drop', stored: false });
    shaky.failNext('apps.connections.open', { kind: 'status', status: 503, stored: false });
    shaky.dropConnections('lost');
    await expect.poll(() => shaky.connections(), { timeout: 500 }).toBe(0);
    await expect.poll(() => shaky.connections(), { timeout: 15_000 }).toBe(1);
    expect(there.home.team).toBe(shaky.team);
  });

  test('an app token Slack does not know stops the opening', async () => {
    const guessed = openSlack(
      {
        botToken: fake.botToken,
        appToken: 'xapp-guessed',
        apiUrl: fake.apiUrl,
        dates: 'plain',
        files: filesAtHand(),
        log,
      },
      { accept, read: async () => undefined, form: async () => undefined },
    );
    await expect(guessed).rejects.toMatchObject({ name: 'ChatError', code: 'gone' });
  });

  test('closing it closes the connection and opens no other', async () => {
    const second = await open(fake);
    await expect.poll(() => fake.connections()).toBe(2);
    await second[Symbol.asyncDispose]();
    await expect.poll(() => fake.connections()).toBe(1);
  });
});

const folder = await mkdtemp(join(tmpdir(), 'local-slack-'));
const local = await openLocalSlack(
  {
    name: 'Test',
    team: 'T01TEST',
    app: 'A01APP',
    bot: 'U0BOT',
    people: [{ id: 'U0ANN', name: 'Ann' }],
    channel: { id: 'C0OVER', name: 'oversight', topic: '' },
  },
  folder,
);
afterAll(async () => {
  await local?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

// Runs wherever npm has a local Slack for the machine.
describe.skipIf(!local)('with the local Slack', () => {
  test('a card is posted, pressed, asked about in its thread, found and replaced', async () => {
    if (!local) throw new Error('unreachable');
    await using there = await openSlack(
      { ...local.credentials, signingSecret: undefined, dates: 'plain', files: filesAtHand(), log },
      { accept: (happening) => accept(happening), read: async () => ask, form: async () => undefined },
    );
    const place = { platform: 'slack', tenant: 'T01TEST', channel: 'C0OVER' } as const;
    const start = new Date();
    expect(await there.inspect(place)).toMatchObject({ reachable: true, shared: false, name: 'oversight' });

    const root = await there.post(place, undefined, ask, 'm_root');
    const reply = await there.post(place, root.message, ask, 'm_reply');
    const [, hanging] = await local.messages();
    expect(hanging).toMatchObject({ ts: reply.message, thread_ts: root.message });

    if (hanging) await local.press('U0ANN', hanging, 'Approve');
    await expect.poll(() => taken).toHaveLength(1);
    expect(taken[0]).toMatchObject({
      kind: 'pressed',
      press: { verb: 'approve', subject: 'req_1' },
      on: { place, thread: root.message, message: reply.message },
      actor: { tenant: 'T01TEST', user: 'U0ANN', standing: 'member' },
    });

    const actor = taken[0]?.actor;
    if (!actor) throw new Error('unreachable');

    await local.say('U0ANN', '<@U0BOT> stop the cake mission', root.message);
    await expect.poll(() => taken).toHaveLength(2);
    expect(taken[1]).toMatchObject({
      kind: 'said',
      text: 'stop the cake mission',
      thread: root.message,
      by: 'mention',
    });

    // It keeps no metadata, so the mark in the first block is what is found.
    expect(await there.find(place, root.message, 'm_reply', start)).toEqual([reply]);
    expect(await there.find(place, undefined, 'm_root', start)).toEqual([root]);
    await there.replace(reply, { ...ask, title: safe('Approved by Ann'), buttons: [] }, 'm_reply');
    await there.whisper(place, root.message, actor, ask);
    expect((await local.messages()).map(({ text }) => text)).toEqual(
      expect.arrayContaining([expect.stringContaining('Approved by Ann')]),
    );
    await there.remove(reply);
    expect((await local.messages()).map(({ ts }) => ts)).not.toContain(reply.message);
  });
});
