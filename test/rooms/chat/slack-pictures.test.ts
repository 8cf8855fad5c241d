// A picture on its way to Slack: uploaded to nobody, shown once it is processed, in words until then and whenever it cannot be.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Card, SafeText } from '#cards/card.ts';
import { coursePicture } from '#cards/course-picture.ts';
import { openSlack, type Slack } from '#chat/slack/slack.ts';
import { openLog } from '#log.ts';
import { type FakeSlack, openFakeSlack } from '../../support/fake-slack.ts';
import { filesAtHand } from '../../support/files-at-hand.ts';

const log = openLog('silent');
const listener = { accept: async () => undefined, read: async () => undefined, form: async () => undefined };

const cardOf = (level: number): Card => ({
  title: 'Drift' as SafeText,
  tone: 'alarm',
  blocks: coursePicture(
    {
      points: [
        { entry: 1, level: 0 },
        { entry: 2, level },
      ],
      line: 1.7,
      crossed: 2,
    },
    [2],
  ),
  buttons: [],
  expansion: [],
  calls: [],
});

let fake: FakeSlack;
let slack: Slack;
let channel: string;
const card = cardOf(2);

async function open(without?: string, at?: () => Date) {
  fake = await openFakeSlack();
  if (without) fake.withdraw(without);
  fake.files.processIn(0);
  slack = await openSlack(
    {
      botToken: fake.botToken,
      signingSecret: fake.signingSecret,
      apiUrl: fake.apiUrl,
      dates: 'native',
      files: filesAtHand(at),
      log,
    },
    listener,
  );
  channel = fake.addChannel('oversight', []);
}
beforeEach(() => open());
afterEach(async () => {
  await slack[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

const place = () => ({ platform: 'slack' as const, tenant: fake.team, channel });
const hangs = () => JSON.stringify(fake.messages(channel)[0]?.blocks);
const calledFor = (method: string) => fake.calls.filter((call) => call.method === method).length;

describe('a card with a picture', () => {
  test('goes out at once with the figures in words, and says what it lacks', async () => {
    const posted = await slack.post(place(), undefined, card, 'mark');
    expect(posted.lacks).toBe('picture');
    expect(hangs()).toContain('The score crosses it at entry #2.');
    expect(calledFor('files.getUploadURLExternal')).toBe(0);
  });

  test('shows it in the same message once it was brought, and asks for no channel to share it with', async () => {
    const { lacks: _, ...posted } = await slack.post(place(), undefined, card, 'mark');
    await slack.bring(card);
    await slack.bring(card);
    expect(await slack.replace(posted, card, 'mark')).toEqual({});
    const [file, ...more] = fake.files.all();
    expect(more).toEqual([]);
    expect(file?.bytes?.subarray(1, 4).toString()).toBe('PNG');
    expect(hangs()).toContain(`"slack_file":{"id":"${file?.id}"}`);
    expect(hangs()).toContain('"alt_text":"The score from entry #1 to entry #2.');
    const shared = fake.calls.filter(({ method }) => method === 'files.completeUploadExternal');
    expect(shared.map(({ args }) => args.channel_id ?? args.channels)).toEqual([undefined]);
    expect(fake.messages(channel)).toHaveLength(1);
  });

  test('keeps its words while Slack looks into the file, and posts nothing twice over it', async () => {
    fake.files.processIn(Number.POSITIVE_INFINITY);
    await slack.bring(card);
    const posted = await slack.post(place(), undefined, card, 'mark');
    expect(posted.lacks).toBe('picture');
    expect(fake.messages(channel)).toHaveLength(1);
    expect(hangs()).toContain('The score crosses it at entry #2.');
    fake.files.processIn(0);
    expect(await slack.replace(posted, card, 'mark')).toEqual({});
  });

  test('goes back to words when somebody deletes the file, and gets a new one', async () => {
    await slack[Symbol.asyncDispose]();
    await fake[Symbol.asyncDispose]();
    await open(undefined, () => new Date(Date.now() - 600_000));
    await slack.bring(card);
    const posted = await slack.post(place(), undefined, card, 'mark');
    expect(posted.lacks).toBeUndefined();
    fake.files.delete(fake.files.all()[0]?.id ?? '');
    expect(await slack.replace(posted, card, 'mark')).toEqual({ lacks: 'picture' });
    expect(hangs()).not.toContain('slack_file');
    await slack.bring(card);
    expect(await slack.replace(posted, card, 'mark')).toEqual({});
  });

  test('is drawn anew when its figures change, and only then', async () => {
    await slack.bring(card);
    await slack.bring(cardOf(2));
    expect(fake.files.all()).toHaveLength(1);
    await slack.bring(cardOf(3));
    expect(fake.files.all()).toHaveLength(2);
  });

  test('still is refused when something else about it is wrong', async () => {
    await slack.bring(card);
    fake.failNext('chat.postMessage', { kind: 'error', error: 'invalid_blocks' }, 2);
    await expect(slack.post(place(), undefined, card, 'mark')).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('an upload that fails', () => {
  test('for want of the right to upload is given up, and the token says so', async () => {
    await slack[Symbol.asyncDispose]();
    await fake[Symbol.asyncDispose]();
    await open('files:write');
    await expect(slack.bring(card)).rejects.toMatchObject({ code: 'gone' });
    expect(slack.scopes).not.toContain('files:write');
    expect((await slack.post(place(), undefined, card, 'mark')).lacks).toBe('picture');
  });

  test.each([
    ['files.getUploadURLExternal', { kind: 'rate_limited', retryAfterSeconds: 7 } as const, 'rate_limited'],
    ['files.completeUploadExternal', { kind: 'drop', stored: true } as const, 'ambiguous'],
    ['files.completeUploadExternal', { kind: 'status', status: 503, stored: false } as const, 'ambiguous'],
  ])('at %s may be tried again', async (method, fault, code) => {
    fake.failNext(method, fault);
    await expect(slack.bring(card)).rejects.toMatchObject({ code });
    await slack.bring(card);
    expect((await slack.post(place(), undefined, card, 'mark')).lacks).toBeUndefined();
  });

  test('because the address to upload to leads elsewhere sends nothing there', async () => {
    let reached = 0;
    const elsewhere = createServer((_, response) => {
      reached += 1;
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    for (const [url, code] of [
      ['http://files.example/upload', 'refused'],
      [`http://127.0.0.1:${port}/`, 'unavailable'],
    ] as const) {
      fake.onCall((method, _, answer) => {
        if (method === 'files.getUploadURLExternal' && answer) answer.upload_url = url;
      });
      await expect(slack.bring(card)).rejects.toMatchObject({ code });
    }
    expect(reached).toBe(1);
    await new Promise((resolve) => elsewhere.close(resolve));
  });
});
