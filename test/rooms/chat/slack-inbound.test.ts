import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Card, SafeText } from '#cards/card.ts';
import type { ChatListener, Happening } from '#chat/chat.ts';
import { openSlack, type Slack } from '#chat/slack/slack.ts';
import { type HttpServer, openHttp } from '#http.ts';
import { openLog } from '#log.ts';
import { type FakeSlack, openFakeSlack } from '../../support/fake-slack.ts';
import { filesAtHand } from '../../support/files-at-hand.ts';

const safe = (text: string) => text as SafeText;
const log = openLog('silent');

const ask: Card = {
  title: safe('The agent asks for a PlayStation'),
  tone: 'waiting',
  blocks: [{ kind: 'quote', whose: safe('The agent says'), text: safe('please'), cut: true }],
  buttons: [
    { label: safe('Approve'), style: 'primary', press: { verb: 'approve', subject: 'req_1', digest: 'd1' } },
    {
      label: safe('Deny'),
      style: 'danger',
      press: { verb: 'deny', subject: 'req_1', digest: 'd1' },
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
    {
      label: safe('Ask'),
      style: 'plain',
      press: { verb: 'ask', subject: 'req_1', digest: 'd1' },
      form: {
        title: safe('Ask the agent'),
        submit: safe('Ask'),
        note: [{ kind: 'plain', text: safe('One question is left.') }],
        optional: false,
        fields: [
          { kind: 'line', name: 'question', label: safe('Question'), required: true },
          {
            kind: 'one-of',
            name: 'ends',
            label: safe('Ends'),
            options: [
              { value: 'a', label: safe('soon') },
              { value: 'b', label: safe('later') },
            ],
            value: 'b',
            required: true,
          },
          {
            kind: 'some-of',
            name: 'tools',
            label: safe('Tools'),
            options: Array.from({ length: 12 }, (_, at) => ({ value: `${at}`, label: safe(`tool ${at}`) })),
            values: ['0', '1'],
            required: false,
          },
          { kind: 'moment', name: 'at', label: safe('At'), required: false },
        ],
      },
    },
    { label: safe('Full text'), style: 'plain', press: { verb: 'read', subject: 'req_1', digest: 'd1' } },
  ],
  expansion: [{ heading: safe('Justification'), text: safe('please, please') }],
  calls: [],
};

let fake: FakeSlack;
let slack: Slack;
let http: HttpServer;
let channel: string;
let ann: string;
let taken: Happening[];
let accept: ChatListener['accept'];
let read: ChatListener['read'];
let form: ChatListener['form'];

beforeAll(async () => {
  fake = await openFakeSlack({ enterprise: 'E0HOME', ackMs: 700, retryMs: [0, 50] });
  slack = await openSlack(
    {
      botToken: fake.botToken,
      signingSecret: fake.signingSecret,
      apiUrl: fake.apiUrl,
      dates: 'plain',
      files: filesAtHand(),
      log,
    },
    {
      accept: (happening) => accept(happening),
      read: (...asked) => read(...asked),
      form: (...asked) => form(...asked),
    },
  );
  http = await openHttp({ host: '127.0.0.1', port: 0 }, slack.mounts, log);
  fake.deliverTo(`http://127.0.0.1:${http.port}/slack/events`);
  ann = fake.addUser('Ann');
  channel = fake.addChannel('oversight', [ann]);
});

beforeEach(() => {
  taken = [];
  accept = async (happening) => void taken.push(happening);
  read = async () => ask;
  form = async (_, { verb }) => ask.buttons.find(({ press }) => press.verb === verb)?.form;
});

afterAll(async () => {
  await http[Symbol.asyncDispose]();
  await slack[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

const place = () => ({ platform: 'slack' as const, tenant: fake.team, channel });
const only = () => {
  expect(taken).toHaveLength(1);
  return taken[0] as Happening;
};
const knock = (body: string, headers: Record<string, string>) =>
  fetch(`http://127.0.0.1:${http.port}/slack/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

describe("Slack's request", () => {
  const body = () =>
    JSON.stringify({
      type: 'event_callback',
      team_id: fake.team,
      event_id: 'Ev1',
      event: { type: 'app_mention', channel, user: ann, ts: '1.000001', text: `<@${fake.botUser}> stop` },
    });

  test('with a valid signature is taken', async () => {
    expect((await knock(body(), fake.sign(body()))).status).toBe(200);
    expect(only()).toMatchObject({ kind: 'said', text: 'stop' });
  });

  test.each([
    ['signed with another secret', () => fake.sign(body(), undefined, 'guessed')],
    ['signed over another body', () => fake.sign(`${body()} `)],
    ['signed six minutes ago', () => fake.sign(body(), Math.floor(Date.now() / 1_000) - 360)],
    ['signed six minutes ahead', () => fake.sign(body(), Math.floor(Date.now() / 1_000) + 360)],
    ['without a signature', () => ({})],
    ['with half a signature', () => ({ ...fake.sign(body()), 'x-slack-signature': 'v0=' })],
    ['with an unknown version', () => ({ ...fake.sign(body()), 'x-slack-signature': 'v1=abc' })],
    [
      'with a timestamp that is no number',
      () => ({ ...fake.sign(body()), 'x-slack-request-timestamp': 'soon' }),
    ],
  ])('%s is refused with 401', async (_, headers) => {
    expect((await knock(body(), headers() as Record<string, string>)).status).toBe(401);
    expect(taken).toEqual([]);
  });

  test('of any other shape is never answered with a 5xx, and presses nothing', async () => {
    const event = JSON.parse(body()) as Record<string, unknown>;
    const inner = event['event'] as Record<string, unknown>;
    const bent = (whole: Record<string, unknown>) =>
      fc.record(
        Object.fromEntries(
          Object.entries(whole).map(([name, value]) => [name, fc.oneof(fc.constant(value), fc.jsonValue())]),
        ),
        { requiredKeys: [] },
      );
    const press = { verb: 'approve', subject: 'req_1', digest: 'd1' };
    const interactive = fc.record(
      {
        type: fc.constantFrom(
          'block_actions',
          'view_submission',
          'view_closed',
          'shortcut',
          'message_action',
        ),
        team: fc.oneof(fc.constant({ id: fake.team }), fc.jsonValue()),
        user: fc.oneof(fc.constant({ id: ann, team_id: fake.team }), fc.jsonValue()),
        channel: fc.oneof(fc.constant({ id: channel }), fc.jsonValue()),
        message: fc.jsonValue(),
        view: fc.jsonValue(),
        actions: fc.oneof(
          fc.array(
            fc.record({
              action_id: fc.string(),
              value: fc.oneof(fc.constant(JSON.stringify(press)), fc.string()),
            }),
          ),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: [] },
    );
    const bodies = fc.oneof(
      fc.json().map((text) => [text, 'application/json'] as const),
      fc.string().map((text) => [text, 'application/json'] as const),
      bent({ ...event, event: inner }).map((one) => [JSON.stringify(one), 'application/json'] as const),
      bent(inner).map((one) => [JSON.stringify({ ...event, event: one }), 'application/json'] as const),
      interactive.map(
        (one) =>
          [
            `payload=${encodeURIComponent(JSON.stringify(one))}`,
            'application/x-www-form-urlencoded',
          ] as const,
      ),
      fc
        .string()
        .map(
          (text) =>
            [
              `payload=${encodeURIComponent(text.toWellFormed())}`,
              'application/x-www-form-urlencoded',
            ] as const,
        ),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async ([text, type]) => {
        const response = await knock(text, { ...fake.sign(text), 'content-type': type });
        await response.text();
        expect(response.status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
    expect(taken.filter(({ kind }) => kind === 'pressed')).toEqual([]);
  });

  test('that is no POST, too large or unreadable is refused by name, never with a 5xx', async () => {
    const url = `http://127.0.0.1:${http.port}/slack/events`;
    expect((await fetch(url)).status).toBe(405);
    const large = 'x'.repeat(1_000_001);
    expect((await knock(large, fake.sign(large))).status).toBe(413);
    for (const bad of ['{', '[]', '"text"', 'null']) {
      expect((await knock(bad, fake.sign(bad))).status).toBe(400);
    }
    const xml = '<a/>';
    expect((await knock(xml, { ...fake.sign(xml), 'content-type': 'text/xml' })).status).toBe(400);
    for (const odd of ['{}', '{"type":"event_callback"}', '{"type":"block_actions","actions":[{}]}']) {
      expect((await knock(odd, fake.sign(odd))).status).toBe(400);
    }
    expect(taken).toEqual([]);
  });

  test('that verifies the URL gets its challenge back, if it is signed', async () => {
    const challenge = JSON.stringify({ type: 'url_verification', challenge: 'c-1' });
    expect(await (await knock(challenge, fake.sign(challenge))).json()).toEqual({ challenge: 'c-1' });
    expect((await knock(challenge, {})).status).toBe(401);
  });
});

describe('nothing is acknowledged before it is stored', () => {
  test('an event whose storing fails comes again, with the same id', async () => {
    const ids: string[] = [];
    accept = async (happening) => {
      ids.push(happening.id);
      if (ids.length < 3) throw new Error('the database is away');
    };
    const { delivery } = await fake.say(channel, ann, `<@${fake.botUser}> status`);
    expect(delivery).toMatchObject({ taken: true, tries: 3, status: 200 });
    expect(new Set(ids).size).toBe(1);
  });

  test('the answer leaves only after accept has resolved', async () => {
    const order: string[] = [];
    accept = async () => {
      await sleep(150);
      order.push('stored');
    };
    const { delivery } = await fake.say(channel, ann, `<@${fake.botUser}> status`);
    order.push('answered');
    expect(delivery?.taken).toBe(true);
    expect(order).toEqual(['stored', 'answered']);
  });

  test('an event whose storing takes too long comes again, with the same id', async () => {
    const ids: string[] = [];
    accept = async (happening) => {
      ids.push(happening.id);
      if (ids.length === 1) await sleep(900);
    };
    const { delivery } = await fake.say(channel, ann, `<@${fake.botUser}> status`);
    expect(delivery).toMatchObject({ taken: true, tries: 2 });
    expect(new Set(ids).size).toBe(1);
  });

  test.each(['press', 'command', 'submission'])(
    'a %s whose storing fails is not acknowledged',
    async (what) => {
      accept = async () => {
        throw new Error('the database is away');
      };
      const deny = async () => {
        const posted = await slack.post(place(), undefined, ask, 'm_fail');
        await fake.press({ channel, ts: posted.message }, 'chaperone:deny', ann);
        const view = fake.views(ann).at(-1);
        return await fake.submit(view?.id ?? '', {}, ann);
      };
      const approve = async () => {
        const posted = await slack.post(place(), undefined, ask, 'm_fail');
        return await fake.press({ channel, ts: posted.message }, 'chaperone:approve', ann);
      };
      const delivery =
        what === 'press'
          ? await approve()
          : what === 'command'
            ? await fake.command(channel, ann, 'stop')
            : await deny();
      expect(delivery).toMatchObject({ taken: false, status: 503 });
    },
  );
});

describe('what is said', () => {
  test('in a mention has the mention taken off and Slack’s tokens turned into words', async () => {
    const { ts } = await fake.say(
      channel,
      ann,
      `<@${fake.botUser}> stop &lt;cake&gt; in <#C1|general>, see <https://a.example|this> &amp; tell <!here>`,
      '1.000001',
    );
    expect(only()).toEqual({
      kind: 'said',
      id: `slack:said:${fake.team}:${channel}:${ts}`,
      place: place(),
      actor: { platform: 'slack', tenant: fake.team, user: ann, name: 'Ann', standing: 'member' },
      at: new Date(Number(ts) * 1_000),
      text: 'stop <cake> in #general, see this & tell @here',
      thread: '1.000001',
      message: ts,
      by: 'mention',
    });
  });

  test('in a mention that also comes as a message is one act', async () => {
    const { ts } = await fake.say(channel, ann, `<@${fake.botUser}> status`);
    const twin = {
      type: 'message',
      channel_type: 'im',
      channel: `D${channel}`,
      user: ann,
      ts,
      text: 'status',
    };
    await fake.sendEvent({ ...twin, channel }, 'message.im');
    expect(new Set(taken.map(({ id }) => id)).size).toBe(1);
  });

  test('without a mention, by the bot itself, or as an edit is nothing', async () => {
    await fake.say(channel, ann, 'stop everything');
    const direct = fake.addChannel('dm', [ann], { direct: true });
    const event = { type: 'message', channel_type: 'im', channel: direct, ts: '1.000002', text: 'stop' };
    await fake.sendEvent({ ...event, user: fake.botUser, bot_id: 'B0BOT' }, 'message.im');
    await fake.sendEvent({ ...event, user: ann, subtype: 'message_changed' }, 'message.im');
    expect(fake.deliveries.slice(-2).map((one) => one.taken)).toEqual([true, true]);
    expect(taken).toEqual([]);
  });

  test('to the bot directly needs no mention', async () => {
    const direct = fake.addChannel('dm', [ann], { direct: true });
    await fake.say(direct, ann, 'what is waiting');
    expect(only()).toMatchObject({ by: 'direct', text: 'what is waiting', place: { channel: direct } });
  });

  test('by the command stands nowhere, and is answered where the bot is no member', async () => {
    const elsewhere = fake.addChannel('elsewhere', [ann], { without: 'bot' });
    await fake.command(elsewhere, ann, 'stop everything');
    const said = only();
    expect(said).toMatchObject({
      by: 'command',
      text: 'stop everything',
      message: '',
      place: { channel: elsewhere },
    });
    await slack.whisper(said.place, undefined, said.actor, ask);
    expect(fake.ephemerals(elsewhere, ann)).toHaveLength(1);
    const bob = fake.addUser('Bob');
    await expect(
      slack.whisper(said.place, undefined, { ...said.actor, user: bob }, ask),
    ).rejects.toMatchObject({
      code: 'gone',
    });
  });

  test('by a command is never answered at an address that is not Slack’s', async () => {
    const elsewhere = fake.addChannel('elsewhere', [ann], { without: 'bot' });
    const { payload } = await fake.command(elsewhere, ann, 'status');
    const carol = fake.addUser('Carol');
    await fake.deliver('slash_commands', {
      ...payload,
      user_id: carol,
      response_url: 'https://evil.example/commands/1',
    });
    // An address that was called and did not answer would be ambiguous.
    const actor = { ...(taken[0]?.actor as Happening['actor']), user: carol };
    await expect(
      slack.whisper({ ...place(), channel: elsewhere }, undefined, actor, ask),
    ).rejects.toMatchObject({
      code: 'gone',
    });
  });

  test('with a hundred thousand open brackets is read in no time', async () => {
    const before = performance.now();
    await fake.say(channel, ann, `<@${fake.botUser}> ${'<'.repeat(100_000)}`);
    expect(only()).toMatchObject({ kind: 'said' });
    expect(performance.now() - before).toBeLessThan(1_500);
  });
});

describe('who acts', () => {
  test.each([
    ['member', 'member'],
    ['guest', 'guest'],
    ['external', 'external'],
    ['bot', 'bot'],
    ['deleted', 'unknown'],
  ] as const)('a %s stands as %s', async (standing, expected) => {
    const user = fake.addUser(`Some ${standing}`, standing);
    await fake.say(channel, user, `<@${fake.botUser}> stop`);
    expect(only().actor).toMatchObject({ user, standing: expected });
  });

  test('a colleague of the same enterprise is a member of their own workspace', async () => {
    const user = fake.addUser('Colleague', 'member', 'T0OTHER', 'E0HOME');
    await fake.say(channel, user, `<@${fake.botUser}> stop`);
    expect(only().actor).toMatchObject({ tenant: 'T0OTHER', enterprise: 'E0HOME', standing: 'member' });
  });

  test('somebody of another workspace is external, even when only the event says so', async () => {
    const away = fake.addUser('Away', 'member', 'T0AWAY', 'E0AWAY');
    await fake.say(channel, away, `<@${fake.botUser}> stop`);
    await fake.sendEvent({
      type: 'app_mention',
      channel,
      user: fake.addUser('Claimed'),
      user_team: 'T0AWAY',
      ts: '1.000003',
      text: 'stop',
    });
    expect(taken.map(({ actor }) => actor.standing)).toEqual(['external', 'external']);
  });

  test('somebody Slack does not vouch for is unknown, and asked for again the next time', async () => {
    const user = fake.addUser('Later');
    fake.failNext('users.info', { kind: 'status', status: 500, stored: false });
    await fake.say(channel, user, `<@${fake.botUser}> stop`);
    await fake.say(channel, user, `<@${fake.botUser}> stop`);
    expect(taken.map(({ actor }) => actor.standing)).toEqual(['unknown', 'member']);
  });

  test('a person is looked up once for many acts', async () => {
    const user = fake.addUser('Busy');
    const before = fake.calls.filter(({ method }) => method === 'users.info').length;
    await Promise.all([1, 2, 3].map(() => fake.say(channel, user, `<@${fake.botUser}> status`)));
    expect(fake.calls.filter(({ method }) => method === 'users.info').length - before).toBe(1);
  });
});

describe('a press', () => {
  const posted = async (thread?: string) => await slack.post(place(), thread, ask, `m_${Math.random()}`);

  test('is an act with what the card showed, where it hangs', async () => {
    const root = await posted();
    const reply = await posted(root.message);
    const delivery = await fake.press({ channel, ts: reply.message }, 'Approve', ann);
    expect(delivery).toMatchObject({ taken: true, status: 200 });
    expect(only()).toMatchObject({
      kind: 'pressed',
      press: { verb: 'approve', subject: 'req_1', digest: 'd1' },
      on: { place: place(), thread: root.message, message: reply.message },
      actor: { user: ann, standing: 'member' },
    });
  });

  test('delivered twice has one id, and pressed twice has two', async () => {
    const { message } = await posted();
    const first = await fake.press({ channel, ts: message }, 'Approve', ann);
    await fake.deliver('interactive', first.payload);
    await fake.press({ channel, ts: message }, 'Approve', ann);
    expect(taken).toHaveLength(3);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(2);
  });

  test('of deny asks for a reason first, and the form carries the press', async () => {
    const { message } = await posted();
    await fake.press({ channel, ts: message }, 'Deny', ann);
    expect(taken).toEqual([]);
    const view = fake.views(ann).at(-1);
    expect(view?.view).toMatchObject({ callback_id: 'chaperone:form', submit: { text: 'Deny' } });
    const sent = await fake.submit(view?.id ?? '', { reason: '  a toy is not an ingredient ' }, ann);
    expect(only()).toMatchObject({
      kind: 'pressed',
      press: { verb: 'deny', subject: 'req_1', digest: 'd1' },
      on: { place: place(), message },
      values: { reason: 'a toy is not an ingredient' },
    });
    await fake.deliver('interactive', sent.payload);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(1);
  });

  test('of deny needs no reason', async () => {
    const { message } = await posted();
    await fake.press({ channel, ts: message }, 'Deny', ann);
    await fake.submit(fake.views(ann).at(-1)?.id ?? '', {}, ann);
    expect(only()).toMatchObject({ values: { reason: '' } });
  });

  test('of a form brings back what was filled in, by field, and what was left as it came', async () => {
    const { message } = await posted();
    await fake.press({ channel, ts: message }, 'Ask', ann);
    expect(taken).toEqual([]);
    const view = fake.views(ann).at(-1)?.id ?? '';
    const typed = { question: ' Why? ', tools: ['3', '1'], at: '2026-11-30T18:00:00Z' };
    await fake.submit(view, typed, ann);
    expect(only()).toMatchObject({
      press: { verb: 'ask', subject: 'req_1', digest: 'd1' },
      values: { question: 'Why?', ends: 'b', tools: '3,1', at: '2026-11-30T18:00:00.000Z' },
    });
  });

  test('of a form whose card has changed asks for nothing and says so', async () => {
    form = async () => undefined;
    const { message } = await posted();
    await fake.press({ channel, ts: message }, 'Ask', ann);
    expect(JSON.stringify(fake.views(ann).at(-1)?.view)).toContain('The card has changed');
    await fake.press({ channel, ts: message }, 'Deny', ann);
    expect(only()).toMatchObject({ press: { verb: 'deny' } });
  });

  test('of a form that has to be filled in is no act when it cannot open', async () => {
    const { message } = await posted();
    fake.failNext('views.open', { kind: 'error', error: 'expired_trigger_id' });
    await fake.press({ channel, ts: message }, 'Ask', ann);
    expect(taken).toEqual([]);
  });

  test('of a form by a guest is an act at once, without what it asks for', async () => {
    const { message } = await posted();
    await fake.press({ channel, ts: message }, 'Ask', fake.addUser('Gast', 'guest'));
    expect(only()).toMatchObject({ press: { verb: 'ask' }, actor: { standing: 'guest' } });
    expect(only()).not.toHaveProperty('values');
  });

  test.each([
    ['Slack fails', { kind: 'status', status: 500, stored: false }],
    ['the trigger has expired', { kind: 'error', error: 'expired_trigger_id' }],
    ['Slack is slow', { kind: 'hang', stored: false }],
  ] as const)('of deny counts as it is when the form cannot open: %s', async (_, fault) => {
    const { message } = await posted();
    fake.failNext('views.open', fault);
    await fake.press({ channel, ts: message }, 'Deny', ann);
    await expect.poll(() => taken.length, { timeout: 3_000 }).toBe(1);
    expect(only()).toMatchObject({ press: { verb: 'deny' } });
  });

  test('of deny delivered twice opens one form and denies nothing', async () => {
    const { message } = await posted();
    const first = await fake.press({ channel, ts: message }, 'Deny', ann);
    const second = await fake.deliver('interactive', first.payload);
    expect(second.taken).toBe(true);
    expect(taken).toEqual([]);
  });

  test('of deny by a guest is an act at once: it will be refused, and is not asked for a reason', async () => {
    const guest = fake.addUser('Guest', 'guest');
    const { message } = await posted();
    await fake.press({ channel, ts: message }, 'Deny', guest);
    expect(only()).toMatchObject({ press: { verb: 'deny' }, actor: { standing: 'guest' } });
    expect(fake.views(guest)).toEqual([]);
  });

  test('of read opens the full text for that person and is no act', async () => {
    const seen: unknown[] = [];
    read = async (actor, where, press) => {
      seen.push([actor.user, where, press]);
      return ask;
    };
    const { message } = await posted();
    await fake.press({ channel, ts: message }, 'Full text', ann);
    await expect.poll(() => JSON.stringify(fake.views(ann).at(-1)?.view)).toContain('│ please, please');
    expect(seen).toEqual([[ann, place(), { verb: 'read', subject: 'req_1', digest: 'd1' }]]);
    expect(taken).toEqual([]);
  });

  test('of read shows nothing to whom it does not concern', async () => {
    read = async () => undefined;
    const { message } = await posted();
    await fake.press({ channel, ts: message }, 'Full text', ann);
    await expect.poll(() => JSON.stringify(fake.views(ann).at(-1)?.view)).toContain('not yours to read');
  });

  test('of read turns pages inside the modal', async () => {
    const long = Array.from({ length: 40_000 }, (_, at) => `line ${at}`).join('\n');
    read = async () => ({ ...ask, expansion: [{ heading: safe('Log'), text: safe(long) }] });
    const { message } = await posted();
    await fake.press({ channel, ts: message }, 'Full text', ann);
    await expect.poll(() => JSON.stringify(fake.views(ann).at(-1)?.view)).toContain('Page 1 of');
    const view = fake.views(ann).at(-1)?.id ?? '';
    await fake.pressInView(view, 'Next page', ann);
    await expect.poll(() => JSON.stringify(fake.views(ann).at(-1)?.view)).toContain('Page 2 of');
    expect(taken).toEqual([]);
  });

  test('of read that cannot open is no failure', async () => {
    const { message } = await posted();
    fake.failNext('views.open', { kind: 'error', error: 'expired_trigger_id' });
    expect((await fake.press({ channel, ts: message }, 'Full text', ann)).taken).toBe(true);
  });

  test('of a button that is not ours is answered and does nothing', async () => {
    const { message } = await posted();
    const first = await fake.press({ channel, ts: message }, 'Approve', ann);
    taken = [];
    for (const value of ['{}', 'approve', '{"verb":"become_admin","subject":"x"}']) {
      const actions = [{ ...(first.payload.actions as object[])[0], value }];
      const delivery = await fake.deliver('interactive', { ...first.payload, actions });
      expect(delivery.status).toBe(200);
    }
    expect(taken).toEqual([]);
  });
});

describe('a channel', () => {
  test('that is shared and unshared is told', async () => {
    await fake.share(channel, true);
    await fake.share(channel, false);
    expect(taken.map((one) => (one.kind === 'place-changed' ? [one.place.channel, one.change] : []))).toEqual(
      [
        [channel, 'shared'],
        [channel, 'unshared'],
      ],
    );
    expect(taken[0]?.actor).toMatchObject({ user: '', standing: 'unknown' });
  });

  test('one organisation left but another still reads stays shared', async () => {
    await fake.sendEvent({ type: 'channel_unshared', channel, is_ext_shared: true });
    expect(only()).toMatchObject({ change: 'shared' });
  });

  test('the bot was put in or out of is told with who did it', async () => {
    const other = fake.addChannel('other', [ann], { without: 'bot' });
    await fake.invite(other, ann);
    await fake.kick(other, ann);
    expect(taken).toMatchObject([
      { change: 'added', actor: { user: ann, standing: 'member' }, place: { channel: other } },
      { change: 'removed', actor: { user: ann } },
    ]);
  });

  test('somebody else joined is nothing', async () => {
    const delivery = await fake.sendEvent({ type: 'member_joined_channel', user: ann, channel });
    expect(delivery?.taken).toBe(true);
    expect(taken).toEqual([]);
  });

  test('that got another id is told under its old one', async () => {
    await fake.sendEvent({ type: 'channel_id_changed', old_channel_id: channel, new_channel_id: 'C9' });
    expect(only()).toMatchObject({ place: { channel }, change: { to: 'C9' } });
  });
});

describe("the app's manifest", () => {
  const manifest = JSON.parse(readFileSync('manifest.json', 'utf8'));

  test('asks for every event this room hears and for no other', async () => {
    const { channelEvents } = await import('#chat/slack/inbound.ts');
    expect(manifest.settings.event_subscriptions.bot_events.toSorted()).toEqual(
      [...channelEvents, 'app_home_opened', 'app_mention', 'message.im'].toSorted(),
    );
  });

  test('keeps to the limits of its schema', () => {
    const { display_information: shown, features, settings } = manifest;
    expect(shown.name.length).toBeLessThanOrEqual(35);
    expect(shown.description.length).toBeLessThanOrEqual(140);
    expect(shown.long_description.length).toBeGreaterThanOrEqual(175);
    expect(features.bot_user.display_name).toMatch(/^[a-z0-9._-]{1,80}$/);
    expect(features.slash_commands).toMatchObject([{ command: '/chaperone' }]);
    expect(settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
  });
});
