// Where people look: the bot's Home tab in Slack, and "home" said in private on either platform.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let s256 = '';
beforeAll(async () => {
  office = await openOffice({
    rules: [{ for: { people: ['maria'], actions: ['pay_*'] }, approve: ['maria', 'jonas'], quorum: 2 }],
    delegation: { to: ['paul'], longest_days: 7 },
  });
  agent = await office.agent();
  const asked = await agent.proposeMission({ description: '# Bake a birthday cake' });
  const card = await office.slackCard('Waiting', 'Bake a birthday cake');
  await office.slack.press(card, 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
  await agent.permission({ action: 'light_candles', mission_s256: s256 });
  await office.slackCard('Waiting', 'light_candles');
});
afterAll(() => office[Symbol.asyncDispose]());

const shownTo = (user: string) => JSON.stringify(office.slack.homeOf(user) ?? '');
const nothingOfMaria = ['birthday', 'light_candles', 'errand'];

/** Somebody opens the Home tab; what it shows once it was published anew. */
async function homeOf(user: string): Promise<string> {
  const published = () => office.slack.calls.filter(({ method }) => method === 'views.publish').length;
  const before = published();
  await office.slack.openHome(user);
  await until('a home', () => published() > before);
  return shownTo(user);
}

describe('the Home tab in Slack', () => {
  test('shows who decides what waits for them, by when, and where its card hangs', async () => {
    const home = await homeOf(office.people.maria);
    expect(home).toContain('Waits for you');
    expect(home).toContain('light_candles');
    expect(home).toMatch(/decide before \d{1,2} \w+ \d{4}, \d\d:\d\d UTC/);
    const card = await office.slackCard('Waiting', 'light_candles');
    expect(home).toContain(
      `https://home.slack.com/archives/${office.channel}/p${card.ts.replace('.', '')}?thread_ts=${card.thread_ts}`,
    );
    expect(home.indexOf('light_candles')).toBeLessThan(home.indexOf('Your missions'));
    expect(home).toContain('Bake a birthday cake');
  });

  test('has no buttons: what is decided is decided where the others see it', () => {
    const types = office.slack.homeOf(office.people.maria)?.map(({ type }) => type);
    expect(types).toContain('header');
    expect(types).not.toContain('actions');
  });

  test('shows who may only stop a mission that it runs, and nothing to decide', async () => {
    const home = await homeOf(office.people.jonas);
    expect(home).toContain('Nothing waits for you');
    expect(home).not.toContain('light_candles');
    expect(home.indexOf('Bake a birthday cake')).toBeGreaterThan(home.indexOf('Your team’s missions'));
  });

  test('shows a known person nothing of others', async () => {
    const home = await homeOf(office.people.paul);
    expect(home).toContain('Nothing waits for you');
    for (const word of nothingOfMaria) expect(home).not.toContain(word);
  });

  test.each(['guest', 'stranger', 'outsider'] as const)('gives a %s words, and no data', async (who) => {
    const home = await homeOf(office.people[who]);
    expect(home).toMatch(/Guests never decide|does not know your account|another organisation/);
    for (const word of [...nothingOfMaria, 'Waits for you']) expect(home).not.toContain(word);
  });

  test('is not touched when the tab of messages is opened', async () => {
    const before = office.slack.calls.filter(({ method }) => method === 'views.publish').length;
    expect((await office.slack.openHome(office.people.maria, 'messages'))?.taken).toBe(true);
    await homeOf(office.people.jonas);
    expect(office.slack.calls.filter(({ method }) => method === 'views.publish')).toHaveLength(before + 1);
  });

  test('keeps what it showed when Slack fails, and follows when it is opened again', async () => {
    await agent.permission({ action: 'invite_guests', mission_s256: s256 });
    await office.slackCard('Waiting', 'invite_guests');
    office.slack.failNext('views.publish', { kind: 'rate_limited', retryAfterSeconds: 1 });
    expect(await homeOf(office.people.maria)).not.toContain('invite_guests');
    expect(await homeOf(office.people.maria)).toContain('invite_guests');
  });
});

describe('what waits for somebody', () => {
  test('waits no more once they approved, and goes on waiting for the others', async () => {
    await agent.permission({ action: 'pay_baker', mission_s256: s256 });
    const card = await office.slackCard('Waiting', 'pay_baker');
    expect(await homeOf(office.people.maria)).toContain('pay_baker');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await office.slackCard('pay_baker', '1 of 2');
    expect(await homeOf(office.people.maria)).not.toContain('pay_baker');
    expect(await homeOf(office.people.jonas)).toContain('pay_baker');
  });

  test('is what waits for whom they decide for, too, and none of their missions', async () => {
    const words = office.mention(`<@${office.people.paul}> decides for me until tomorrow`);
    await office.slack.say(office.channel, office.people.maria, words);
    await office.slackCard('Paul', 'decides for', 'Maria');
    const home = await homeOf(office.people.paul);
    expect(home).toContain('light_candles');
    expect(home).not.toContain('birthday');
  });
});

describe('what is ours alone stands on it, and on a digest', () => {
  test('who is looking into an ask', async () => {
    const card = await office.slackCard('Waiting', 'light_candles');
    await office.slack.press(card, 'chaperone:claim', office.people.maria);
    await office.slackCard('light_candles', 'is looking into it');
    expect(await homeOf(office.people.maria)).toMatch(
      /light_candles.*Maria in Slack is looking into it until/,
    );
  });

  test('a hold, until it is released', async () => {
    const say = (text: string) => office.slack.say(office.channel, office.people.jonas, office.mention(text));
    await say('hold Bake a birthday cake');
    await office.slackCard('Mission active, on hold here');
    expect(await homeOf(office.people.maria)).toMatch(/light_candles.*, on hold/);
    expect(await homeOf(office.people.jonas)).toMatch(/Bake a birthday cake.*last active.*, on hold/);
    await say('digest');
    const digest = textInSlack(await office.slackCard('Digest: '));
    expect(digest).toMatch(/light_candles.*, on hold, Maria in Slack is looking into it until/);
    expect(digest).toMatch(/Bake a birthday cake.*last active.*, on hold/);
    await say('release Bake a birthday cake');
    await office.slackCard('Hold released');
    expect(await homeOf(office.people.maria)).not.toContain('on hold');
  });
});

describe('“home” said', () => {
  test('in private in Slack shows the same', async () => {
    const direct = office.slack.addChannel('maria', [office.people.maria], { direct: true });
    await office.slack.say(direct, office.people.maria, 'home');
    const card = await until('a home in private', () => office.slackCards(direct).at(-1));
    expect(textInSlack(card)).toContain('light_candles');
  });

  test('in a channel is answered to the speaker alone', async () => {
    const hanging = office.slackCards().length;
    await office.slack.say(office.channel, office.people.maria, office.mention('home'));
    const told = await until('a home for Maria alone', () =>
      office.slack.ephemerals(office.channel, office.people.maria).at(-1),
    );
    expect(textInSlack(told)).toContain('Waits for you');
    expect(office.slackCards().slice(hanging).map(textInSlack).join()).not.toContain('Waits for you');
  });

  test('in Teams shows it in the person’s own chat, and names the channel where an ask is decided', async () => {
    const { alice } = office.teamsPeople;
    const chat = office.teams.chatOf(alice);
    await office.teams.say(alice, chat, 'home');
    const card = await until('a home in Teams', () =>
      office.teams.messages(chat).findLast((message) => textInTeams(message).includes('Waits for you')),
    );
    expect(textInTeams(card)).toContain('light_candles');
    expect(textInTeams(card)).toContain('in the Teams channel teams');
    expect(textInTeams(card)).toMatch(/\d{1,2} \w+ 2\d{3}, \d\d:\d\d UTC/);
  });

  test('in Teams leads to the card of each ask once the bot has heard from the team', async () => {
    const { alice } = office.teamsPeople;
    // By its own sentence: a hold and a status name the ask as well.
    const hanging = await office.teamsCard('asks whether it may do', 'light_candles');
    const chat = office.teams.chatOf(alice);
    const before = office.teamsCards().length;
    await office.teams.say(alice, office.teams.channel, 'status');
    // The answer shows that it was heard; what is said elsewhere meanwhile may be heard sooner.
    await until('the answer in the channel', () => office.teamsCards().length > before);
    await office.teams.say(alice, chat, 'home');
    const link = `https://teams.microsoft.com/l/message/${encodeURIComponent(office.teams.channel)}/${hanging.id}?`;
    const card = await until('a home with links', () =>
      office.teams.messages(chat).findLast((message) => JSON.stringify(message.cards).includes(link)),
    );
    expect(JSON.stringify(card.cards)).toMatch(/groupId=3f1c2d4e-[-0-9a-f]+&parentMessageId=\d+/);
    expect(textInTeams(card)).toContain('open its card');
  });
});

test('a home counts what it has no room for', async () => {
  for (let at = 0; at < 9; at += 1) await agent.permission({ action: `step_${at}`, mission_s256: s256 });
  expect(await homeOf(office.people.maria)).toContain('And 6 more.');
});
