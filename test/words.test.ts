// What people say to the bot, in threads, in the channel, in private and by command; and what it answers and does.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import type { SlackMessage } from './support/fake-slack.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let root: SlackMessage;
let s256 = '';
let direct = '';
beforeAll(async () => {
  office = await openOffice();
  agent = await office.agent();
  direct = office.slack.addChannel('jonas', [office.people.jonas], { direct: true });
  ({ root, s256 } = await mission('# Bake a birthday cake'));
});
afterAll(() => office[Symbol.asyncDispose]());

const shortId = (id: string) => id.slice(0, 8);
const statusOf = async (id: string) => (await office.control(`/missions/${id}`)).body.status;

/** A mission that was approved, and its card in Slack. */
async function mission(description: string, more: object = {}) {
  const asked = await agent.proposeMission({ description, ...more });
  const title = description.replace(/^# /, '').split('\n')[0] ?? '';
  const card = await office.slackCard('Waiting', title);
  await office.slack.press(card, 'chaperone:approve', office.people.maria);
  const { body } = await agent.settle(asked);
  const active = await office.slackCard('Mission active', title);
  return { root: active, ...(body as { s256: string; person_tokens?: Record<string, string> }) };
}

async function ask(action: string): Promise<{ asked: Answer; card: SlackMessage }> {
  const asked = await agent.permission({ action, mission_s256: s256 });
  return { asked, card: await office.slackCard('Waiting', action) };
}

/** Says something to the bot in Slack and waits for what is posted in answer. */
async function answerTo(text: string, thread?: string, user = office.people.jonas, where = office.channel) {
  const before = office.slackCards(where).length;
  const isDirect = where === direct;
  const { ts } = await office.slack.say(where, user, isDirect ? text : office.mention(text), thread);
  const answer = await until(
    `an answer to ${text}`,
    () =>
      office
        .slackCards(where)
        .slice(before)
        .find((card) => isDirect || card.thread_ts === (thread ?? ts)),
    () => office.slack.ephemerals(where, user).map(textInSlack).join('\n---\n'),
  );
  return answer;
}

/** Says something and waits for what only this person is told. */
async function whisperTo(text: string, user: string, thread?: string, where = office.channel) {
  const before = office.slack.ephemerals(where, user).length;
  await office.slack.say(where, user, office.mention(text), thread);
  return await until(`a word for ${user} alone`, () => office.slack.ephemerals(where, user)[before]?.text);
}

describe('questions', () => {
  test('help, status, missions and what is waiting are answered under the question', async () => {
    const { card } = await ask('light_candles');
    expect(textInSlack(await answerTo('help'))).toContain('stop everything');
    const status = textInSlack(await answerTo('status'));
    expect(status).toContain('1 active mission, 1 ask waiting');
    expect(status).toContain('Bake a birthday cake');
    expect(textInSlack(await answerTo('missions'))).toContain(shortId(s256));
    const waiting = textInSlack(await answerTo('what is waiting?'));
    expect(waiting).toContain('light_candles');
    expect(waiting).toContain('Bake a birthday cake');
    for (const [text, thread] of [
      ['status birthday cake', undefined],
      [`status ${shortId(s256)}`, undefined],
      ['status', root.ts],
    ] as const) {
      const one = textInSlack(await answerTo(text, thread));
      expect(one).toContain('Mission active');
      expect(one).toContain('Bake a birthday cake');
      expect(one).toContain('light_candles');
      expect(one).toContain('by Maria in Slack');
    }
    expect(textInSlack(await answerTo('status unicorn'))).toContain('No active mission is called unicorn');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await office.slackCard('Approved', 'light_candles');
  });

  test('in Teams they are answered in their thread', async () => {
    const { id, conversation } = await office.teamsCard('Mission active', 'birthday cake');
    const before = office.teamsCards().length;
    await office.teams.say(office.teamsPeople.bob, conversation, 'status');
    const answer = await until('an answer', () => office.teamsCards()[before]);
    expect(answer.conversation).toBe(conversation);
    expect(answer.id).not.toBe(id);
    expect(textInTeams(answer)).toContain('Bake a birthday cake');
  });

  test('in a channel that watches over nobody, and to a stranger in private, the answer is a private no', async () => {
    expect(await whisperTo('status', office.people.maria, undefined, office.elsewhere)).toContain(
      'not shown to you here',
    );
    const nina = office.slack.addChannel('nina', [office.people.stranger], { direct: true });
    await office.slack.say(nina, office.people.stranger, 'missions');
    const told = await until('a no', () => office.slack.ephemerals(nina, office.people.stranger)[0]?.text);
    expect(told).toContain('does not know your account');
  });

  test('in private, and by command, people are told about what the rules let them see', async () => {
    expect(textInSlack(await answerTo('missions', undefined, office.people.jonas, direct))).toContain(
      'Bake a birthday cake',
    );
    const paul = office.slack.addChannel('paulalone', [office.people.paul], { direct: true });
    await office.slack.say(paul, office.people.paul, 'missions');
    const none = await until('an answer', () => office.slackCards(paul)[0]);
    expect(textInSlack(none)).toContain('No mission is active');

    const before = office.slackCards().length;
    await office.slack.command(office.channel, office.people.jonas, 'status');
    const told = await until('an answer for the one who typed', () =>
      office.slack
        .ephemerals(office.channel, office.people.jonas)
        .find(({ text }) => text.includes('Status')),
    );
    expect(told.text).toContain('Bake a birthday cake');
    expect(office.slackCards()).toHaveLength(before);
    await office.slack.command(direct, office.people.jonas, 'missions');
    await until('an answer in private', () =>
      office.slack.ephemerals(direct, office.people.jonas).find(({ text }) => text.includes('birthday cake')),
    );
  });
});

describe('answers to asks', () => {
  test('“approve” and “deny because …” in a thread with one open ask decide it, and the reason travels', async () => {
    const first = await ask('buy_sprinkles');
    await office.slack.say(office.channel, office.people.maria, office.mention('approve'), root.ts);
    expect((await agent.settle(first.asked)).body).toMatchObject({ permission: 'granted' });
    await office.slackCard('Approved', 'buy_sprinkles');

    const second = await ask('buy_fireworks');
    const teams = await office.teamsCard('Waiting', 'buy_fireworks');
    await office.teams.say(office.teamsPeople.alice, teams.conversation, 'deny because they are loud');
    expect((await agent.settle(second.asked)).body).toMatchObject({
      permission: 'denied',
      reason: 'they are loud',
    });
    expect(textInSlack(await office.slackCard('Denied', 'buy_fireworks'))).toContain('they are loud');
    await office.teamsCard('Denied', 'they are loud');
    expect(textInSlack(await answerTo('approve', root.ts, office.people.maria))).toContain('no open ask');
  });

  test('with several open asks it asks which, and an id names one', async () => {
    const [one, two] = [await ask('hire_band'), await ask('hire_magician')];
    const which = textInSlack(await answerTo('approve', root.ts, office.people.maria));
    expect(which).toContain('Which ask?');
    expect(which).toContain('hire_band');
    const { body } = await office.control('/requests?state=open');
    const open = body.requests as { id: string; agent_asserted: { action: string } }[];
    const magician = open.find(({ agent_asserted }) => agent_asserted.action === 'hire_magician')?.id ?? '';
    await office.slack.say(office.channel, office.people.maria, office.mention(`deny ${magician}`), root.ts);
    expect((await agent.settle(two.asked)).body).toMatchObject({ permission: 'denied' });
    await office.slackCard('Denied', 'hire_magician');
    expect(await whisperTo('approve', office.people.jonas, root.ts)).toContain('not an approver');
    await office.slack.press(one.card, 'chaperone:approve', office.people.maria);
    expect((await agent.settle(one.asked)).body).toMatchObject({ permission: 'granted' });
  });
});

describe('stopping', () => {
  test('an exact title, and a short id, end a mission at once; whoever says so elsewhere is told', async () => {
    const title = await mission('# Water the plants');
    const answer = textInSlack(await answerTo('stop Water the plants'));
    expect(answer).toContain('Mission stopped');
    expect(answer).toContain('Water the plants');
    expect(await statusOf(title.s256)).toBe('terminated');
    const report = await office.slackCard('no authority remains', 'Water the plants');
    expect(report.thread_ts).toBe(title.root.ts);

    const id = await mission('# Feed the cat');
    const told = textInSlack(
      await answerTo(`stop ${shortId(id.s256)}`, undefined, office.people.jonas, direct),
    );
    expect(told).toContain('Feed the cat');
    expect(await statusOf(id.s256)).toBe('terminated');
    expect(await whisperTo(`stop ${shortId(id.s256)}`, office.people.maria)).toContain('is over');
  });

  test('a near name asks for one click, naming exactly what would end', async () => {
    const near = await mission('# Walk the neighbour’s dog');
    const first = await answerTo('stop the dog mission');
    expect(textInSlack(first)).toContain('Please confirm');
    expect(textInSlack(first)).toContain(shortId(near.s256));
    expect(textInSlack(first)).not.toContain(shortId(s256));
    await office.slack.press(first, 'chaperone:confirm_stop', office.people.paul);
    await until('a private no', () =>
      office.slack
        .ephemerals(office.channel, office.people.paul)
        .find(({ text }) => text.includes('may not stop')),
    );
    await office.slack.press(first, 'chaperone:cancel', office.people.jonas);
    await office.slackCard('nothing was stopped');
    expect(await statusOf(near.s256)).toBe('active');

    const second = await answerTo('stop the dog mission');
    await office.slack.press(second, 'chaperone:confirm_stop', office.people.jonas);
    await office.slackCard('the stop was carried out');
    expect(await statusOf(near.s256)).toBe('terminated');
    await office.slackCard('no authority remains', 'Walk the neighbour’s dog');
  });

  test('several that fit are listed and none is ended; none that fits is said, with what is active', async () => {
    const two = [await mission('# Paint the old fence'), await mission('# Paint the old door')];
    const which = await answerTo('stop paint the old');
    expect(textInSlack(which)).toContain('fits more than one mission');
    for (const one of two) expect(textInSlack(which)).toContain(shortId(one.s256));
    for (const one of two) expect(await statusOf(one.s256)).toBe('active');
    const none = textInSlack(await answerTo('stop the unicorn mission'));
    expect(none).toContain('No such mission');
    expect(none).toContain('Paint the old door');

    const label = `Stop ${shortId(two[0]?.s256 ?? '')}`;
    await office.slack.press(which, label, office.people.jonas);
    await until('a word that it is done', () =>
      office.slack
        .ephemerals(office.channel, office.people.jonas)
        .find(({ text }) => text.includes('Mission stopped') && text.includes('fence')),
    );
    expect(await statusOf(two[0]?.s256 ?? '')).toBe('terminated');
    expect(await statusOf(two[1]?.s256 ?? '')).toBe('active');
  });

  test('a stop reports the tokens that still live, and closes when the last has run out', async () => {
    const brief = await office.agent('brief', { lifetimeSeconds: 15 });
    const asked = await brief.proposeMission({
      description: '# Visit the toy shop',
      resources: [office.toys.issuer],
    });
    const card = await office.slackCard('Waiting', 'Visit the toy shop');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    expect((await brief.settle(asked)).status).toBe(200);
    const hung = await office.slackCard('Mission active', 'Visit the toy shop');
    await office.slack.say(office.channel, office.people.maria, office.mention('stop'), hung.ts);
    const report = await office.slackCard(
      'Mission stopped: some access still runs out',
      'Visit the toy shop',
    );
    expect(textInSlack(report)).toContain(office.toys.issuer);
    const closed = await office.slackCard('Mission stopped: no authority remains', 'Visit the toy shop');
    expect(closed.ts).toBe(report.ts);
    expect(textInSlack(closed)).toContain('No authority remains since');
    await office.teamsCard('no authority remains', 'Visit the toy shop');
    expect(office.slackCards().filter(({ thread_ts }) => thread_ts === hung.ts)).toEqual([closed]);
  });

  test('“stop everything” asks first, and ends only what this person may stop', async () => {
    const active = (await office.control('/missions?status=active')).body.missions as {
      s256: string;
      description: string;
    }[];
    const left = active.map((each) => each.s256);
    expect(left.length).toBeGreaterThan(1);
    expect(await whisperTo('stop everything', office.people.paul)).toContain('may not stop');
    const confirm = await answerTo('stop everything');
    for (const id of left) expect(textInSlack(confirm)).toContain(shortId(id));
    await office.slack.press(confirm, 'chaperone:confirm_stop', office.people.jonas);
    for (const id of left) await until(`the end of ${id}`, async () => (await statusOf(id)) === 'terminated');
    for (const { description } of active) {
      const report = await office.slackCard('Mission stopped', 'Asks voided', description.replace(/^# /, ''));
      expect(report.thread_ts).toBeDefined();
    }
    expect(textInSlack(await answerTo('stop everything'))).toContain('No mission is active');
  });
});
