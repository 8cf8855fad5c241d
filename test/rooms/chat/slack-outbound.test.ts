import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Card, SafeText } from '#cards/card.ts';
import type { Actor, ChatErrorCode } from '#chat/chat.ts';
import { openSlack, type Slack, type SlackOptions } from '#chat/slack/slack.ts';
import { openLog } from '#log.ts';
import { type FakeSlack, type Fault, openFakeSlack } from '../../support/fake-slack.ts';
import { filesAtHand } from '../../support/files-at-hand.ts';

const safe = (text: string) => text as SafeText;
const log = openLog('silent');
const listener = { accept: async () => undefined, read: async () => undefined, form: async () => undefined };

const card = (title: string, parts: Partial<Card> = {}): Card => ({
  title: safe(title),
  tone: 'waiting',
  blocks: [{ kind: 'text', line: [{ kind: 'strong', text: safe('words') }] }],
  buttons: [{ label: safe('Approve'), style: 'primary', press: { verb: 'approve', subject: 'req_1' } }],
  expansion: [],
  calls: [],
  ...parts,
});

let fake: FakeSlack;
let slack: Slack;
let channel: string;
let ann: string;
const start = new Date();

const optionsFor = (parts: object = {}): SlackOptions => ({
  botToken: fake.botToken,
  signingSecret: fake.signingSecret,
  apiUrl: fake.apiUrl,
  dates: 'native',
  files: filesAtHand(),
  log,
  ...parts,
});

beforeAll(async () => {
  fake = await openFakeSlack();
  slack = await openSlack(optionsFor(), listener);
  ann = fake.addUser('Ann');
});

beforeEach(() => {
  channel = fake.addChannel('oversight', [ann]);
});

afterAll(async () => {
  await slack[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

const place = () => ({ platform: 'slack' as const, tenant: fake.team, channel });
const annActor = (): Actor => ({
  platform: 'slack',
  tenant: fake.team,
  user: ann,
  name: 'Ann',
  standing: 'member',
});
const failing = (code: ChatErrorCode) => expect.objectContaining({ name: 'ChatError', code });

describe('a card in a channel', () => {
  test('is posted as a root, answered in its thread, replaced and removed', async () => {
    const root = await slack.post(place(), undefined, card('Mission'), 'm_root');
    const reply = await slack.post(place(), root.message, card('Ask'), 'm_reply');
    expect(root).toEqual({ place: place(), message: fake.messages(channel)[0]?.ts });
    expect(reply).toEqual({ place: place(), thread: root.message, message: fake.messages(channel)[1]?.ts });
    expect(fake.messages(channel)[1]).toMatchObject({
      thread_ts: root.message,
      metadata: { event_type: 'chaperone_card', event_payload: { mark: 'm_reply' } },
    });

    await slack.replace(reply, card('Denied', { tone: 'bad', buttons: [] }), 'm_reply');
    expect(fake.messages(channel)[1]).toMatchObject({ edits: 1, text: expect.stringMatching(/^Denied/) });
    expect(JSON.stringify(fake.messages(channel)[1]?.blocks)).not.toContain('chaperone:approve');

    await slack.remove(reply);
    await slack.remove(reply);
    expect(fake.messages(channel)).toHaveLength(1);
  });

  test('of the largest sort is taken by Slack, posted and replaced', async () => {
    const words = safe(`<!channel> ${'& 😀 漢字 *bold*\n'.repeat(8_000)}`);
    const large = card('Large', {
      blocks: [
        { kind: 'quote', whose: safe('The agent says'), text: words, cut: false },
        { kind: 'facts', facts: [{ name: words, value: [{ kind: 'plain', text: words }] }] },
      ],
      expansion: [{ heading: safe('All of it'), text: words }],
    });
    const posted = await slack.post(place(), undefined, large, 'm_large');
    await slack.replace(posted, large, 'm_large');
    expect(fake.messages(channel)[0]?.edits).toBe(1);
  });

  test('is whispered to one person in a thread', async () => {
    const root = await slack.post(place(), undefined, card('Mission'), 'm_root');
    await slack.whisper(place(), root.message, annActor(), card('Not yours to decide'));
    expect(fake.ephemerals(channel, ann)).toMatchObject([{ thread_ts: root.message }]);
    expect(fake.messages(channel)).toHaveLength(1);
  });

  test('of another workspace is refused before anything is sent', async () => {
    const before = fake.calls.length;
    const foreign = { ...place(), tenant: 'T0AWAY' };
    await expect(slack.post(foreign, undefined, card('x'), 'm')).rejects.toThrow(failing('refused'));
    await expect(slack.inspect(foreign)).rejects.toThrow(failing('refused'));
    await expect(slack.find(foreign, undefined, 'm', start)).rejects.toThrow(failing('refused'));
    expect(fake.calls.length).toBe(before);
  });
});

describe('a post that fails', () => {
  test.each([
    ['a rate limit', { kind: 'rate_limited', retryAfterSeconds: 7 }, 'rate_limited', 0],
    ['a dropped connection after it was stored', { kind: 'drop', stored: true }, 'ambiguous', 1],
    ['a dropped connection before it was stored', { kind: 'drop', stored: false }, 'ambiguous', 0],
    ['a 500 after it was stored', { kind: 'status', status: 500, stored: true }, 'ambiguous', 1],
    ['a 502 from something in between', { kind: 'status', status: 502, stored: false }, 'ambiguous', 0],
    ['a proxy that says 403', { kind: 'status', status: 403, stored: false }, 'unavailable', 0],
    ['an archived channel', { kind: 'error', error: 'is_archived' }, 'gone', 0],
    ['a revoked token', { kind: 'error', error: 'token_revoked' }, 'gone', 0],
    ['blocks Slack does not take', { kind: 'error', error: 'invalid_blocks' }, 'refused', 0],
    ['an error of Slack’s own', { kind: 'error', error: 'fatal_error' }, 'ambiguous', 0],
    ['a Slack that is down for a while', { kind: 'error', error: 'service_unavailable' }, 'unavailable', 0],
    ['an answer that is no word', { kind: 'error', error: '<html>' }, 'ambiguous', 0],
  ] as [string, Fault, ChatErrorCode, number][])(
    'by %s says so and is not tried again',
    async (_, fault, code, hangs) => {
      const before = fake.calls.length;
      fake.failNext('chat.postMessage', fault);
      await expect(slack.post(place(), undefined, card('Ask'), 'm_1')).rejects.toThrow(failing(code));
      expect(fake.calls.length - before).toBe(1);
      expect(fake.messages(channel)).toHaveLength(hangs);
    },
  );

  test('by a rate limit says how long to wait', async () => {
    fake.failNext('chat.postMessage', { kind: 'rate_limited', retryAfterSeconds: 7 });
    await expect(slack.post(place(), undefined, card('Ask'), 'm_1')).rejects.toMatchObject({
      retryAfterMs: 7_000,
    });
  });

  test('because nobody listens was never sent', async () => {
    const vacant = createServer();
    await new Promise<void>((resolve) => vacant.listen(0, '127.0.0.1', resolve));
    const address = vacant.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await new Promise((resolve) => vacant.close(resolve));
    await expect(
      openSlack(optionsFor({ apiUrl: `http://127.0.0.1:${port}/api/` }), listener),
    ).rejects.toThrow(failing('unavailable'));
  });

  test('does not hold back a post to another channel', async () => {
    const other = fake.addChannel('other', [ann]);
    fake.failNext('chat.postMessage', { kind: 'rate_limited', retryAfterSeconds: 60 });
    await expect(slack.post(place(), undefined, card('Ask'), 'm_1')).rejects.toThrow(failing('rate_limited'));
    await slack.post({ ...place(), channel: other }, undefined, card('Ask'), 'm_2');
    expect(fake.messages(other)).toHaveLength(1);
  });

  test.each([
    ['a channel that is not there', 'C0NOWHERE'],
    ['a channel the bot is not in', 'without'],
  ])('for %s is gone', async (_, which) => {
    const where = which === 'without' ? fake.addChannel('x', [ann], { without: 'bot' }) : which;
    await expect(slack.post({ ...place(), channel: where }, undefined, card('x'), 'm')).rejects.toThrow(
      failing('gone'),
    );
  });

  test('for a message that is not there, or not ours, is gone', async () => {
    const { ts } = await fake.say(channel, ann, 'mine');
    await expect(slack.replace({ place: place(), message: ts }, card('x'), 'm')).rejects.toThrow(
      failing('gone'),
    );
    await expect(slack.replace({ place: place(), message: '1.1' }, card('x'), 'm')).rejects.toThrow(
      failing('gone'),
    );
    await expect(slack.remove({ place: place(), message: ts })).rejects.toThrow(failing('gone'));
  });

  test('with a token that is not Slack’s stops the opening', async () => {
    await expect(openSlack(optionsFor({ botToken: 'xoxb-guessed' }), listener)).rejects.toThrow(
      failing('gone'),
    );
    await expect(openSlack(optionsFor({ signingSecret: '' }), listener)).rejects.toThrow(/signing secret/);
  });
});

describe('an orphaned post', () => {
  test('is found by its mark, in the channel and in a thread, and nowhere else', async () => {
    fake.failNext('chat.postMessage', { kind: 'drop', stored: true });
    await expect(slack.post(place(), undefined, card('Mission'), 'm_root')).rejects.toThrow(
      failing('ambiguous'),
    );
    const [root] = fake.messages(channel);
    expect(await slack.find(place(), undefined, 'm_root', start)).toEqual([
      { place: place(), message: root?.ts },
    ]);

    const thread = root?.ts ?? '';
    fake.failNext('chat.postMessage', { kind: 'status', status: 500, stored: true });
    await expect(slack.post(place(), thread, card('Ask'), 'm_ask')).rejects.toThrow(failing('ambiguous'));
    const reply = fake.messages(channel)[1];
    expect(await slack.find(place(), thread, 'm_ask', start)).toEqual([
      { place: place(), thread, message: reply?.ts },
    ]);
    expect(await slack.find(place(), undefined, 'm_ask', start)).toEqual([]);
    expect(await slack.find(place(), thread, 'm_root', start)).toEqual([]);
    expect(await slack.find(place(), undefined, 'm_roo', start)).toEqual([]);
  });

  test('is found by its first block where metadata is lost', async () => {
    const posted = await slack.post(place(), undefined, card('Mission'), 'm_bare');
    delete fake.messages(channel)[0]?.metadata;
    expect(await slack.find(place(), undefined, 'm_bare', start)).toEqual([posted]);
  });

  test('is found past the first page, twice when it hangs twice, the oldest first', async () => {
    const first = await slack.post(place(), undefined, card('Mission'), 'm_twice');
    for (let i = 0; i < 250; i++) await fake.say(channel, ann, `noise ${i}`);
    const second = await slack.post(place(), undefined, card('Mission'), 'm_twice');
    expect(await slack.find(place(), undefined, 'm_twice', start)).toEqual([first, second]);
  });

  test('somebody else’s message with our mark is not ours', async () => {
    const posted = await slack.post(place(), undefined, card('Mission'), 'm_copied');
    const [ours] = fake.messages(channel);
    await fake.say(channel, ann, 'copy');
    const copy = fake.messages(channel)[1];
    if (copy && ours) copy.blocks = ours.blocks;
    expect(await slack.find(place(), undefined, 'm_copied', start)).toEqual([posted]);
  });

  test('cannot be looked for without the right to read', async () => {
    fake.failNext('conversations.history', { kind: 'error', error: 'missing_scope' });
    expect(await slack.find(place(), undefined, 'm', start)).toBe('cannot-tell');
  });
});

describe('a place', () => {
  test('the bot is in can be written to', async () => {
    expect(await slack.inspect(place())).toEqual({ reachable: true, shared: false, name: 'oversight' });
  });

  test('shared with outsiders is said to be', async () => {
    await fake.share(channel, true);
    expect(await slack.inspect(place())).toMatchObject({ reachable: true, shared: true });
  });

  test('that is archived, foreign to the bot or not to be seen cannot be reached, and says why', async () => {
    fake.archive(channel);
    const outside = fake.addChannel('outside', [ann], { without: 'bot' });
    const hidden = fake.addChannel('hidden', [ann], { without: 'bot', private: true });
    const why = async (id: string) => await slack.inspect({ ...place(), channel: id });
    expect(await why(channel)).toMatchObject({ reachable: false, why: 'is_archived' });
    expect(await why(outside)).toMatchObject({ reachable: false, why: 'not_in_channel' });
    expect(await why(hidden)).toEqual({ reachable: false, shared: true, why: 'channel_not_found' });
  });
});

describe('a home', () => {
  const words = (title: string) => card(title, { buttons: [] });

  test('is one person’s, and the next one takes its place', async () => {
    const bob = fake.addUser('Bob');
    expect(await slack.showHome(annActor(), words('The first'))).toBe('shown');
    expect(await slack.showHome(annActor(), words('The second'))).toBe('shown');
    expect(JSON.stringify(fake.homeOf(ann))).toContain('The second');
    expect(JSON.stringify(fake.homeOf(ann))).not.toContain('The first');
    expect(fake.homeOf(bob)).toBeUndefined();
  });

  test('that Slack does not take is said, and is tried once', async () => {
    fake.failNext('views.publish', { kind: 'error', error: 'not_enabled' });
    await expect(slack.showHome(annActor(), words('x'))).rejects.toMatchObject({ code: 'refused' });
    fake.failNext('views.publish', { kind: 'rate_limited', retryAfterSeconds: 7 });
    const before = fake.calls.length;
    await expect(slack.showHome(annActor(), words('x'))).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 7_000,
    });
    expect(fake.calls).toHaveLength(before + 1);
  });
});

describe('a conversation with one person', () => {
  test('is theirs and the bot’s, the same each time, and cards hang there as anywhere', async () => {
    const own = await slack.privately(place(), ann);
    expect(await slack.privately(place(), ann)).toEqual(own);
    expect(own.channel).not.toBe(channel);
    await slack.post(own, undefined, card('Between us'), 'own-mark');
    expect(fake.messages(own.channel).map(({ text }) => text)).toEqual([
      expect.stringContaining('Between us'),
    ]);
    expect(await slack.inspect(own)).toMatchObject({ reachable: true, shared: false });
  });

  test('with nobody cannot be opened, nor in another workspace', async () => {
    await expect(slack.privately(place(), 'U0NOBODY')).rejects.toMatchObject({ code: 'refused' });
    await expect(slack.privately({ ...place(), tenant: 'T0AWAY' }, ann)).rejects.toMatchObject({
      code: 'refused',
    });
  });
});

describe('the address of a message', () => {
  test('is Slack’s own, in its thread', async () => {
    const root = await slack.post(place(), undefined, card('Root'), 'root-mark');
    const reply = await slack.post(place(), root.message, card('Reply'), 'reply-mark');
    expect(await slack.linkTo(reply)).toMatch(
      new RegExp(`^https://home\\.slack\\.com/archives/${channel}/p\\d{16}\\?thread_ts=${root.message}`),
    );
  });

  test('that is gone cannot be told, nor that of another workspace', async () => {
    const gone = { place: place(), message: '1795284270.000100' };
    expect(await slack.linkTo(gone)).toBeUndefined();
    const foreign = { ...gone, place: { ...place(), tenant: 'T0AWAY' } };
    await expect(slack.linkTo(foreign)).rejects.toMatchObject({ code: 'refused' });
  });
});
