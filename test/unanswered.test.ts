// Nobody answers: the approvers are called again, then others, and in the end everybody reads that silence was a no.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let s256 = '';
beforeAll(async () => {
  office = await openOffice({
    runs: 'apart',
    askSeconds: 24,
    more: { reminders: { at: [0.2, 0.45] }, escalate: { at: 0.6, channel: 'paul' } },
    // What is done in the attic has a way and a time of its own.
    rules: [
      {
        for: { people: ['maria'], actions: ['attic_*'] },
        reminders: { at: [] },
        escalate: { at: 0.1, channel: 'paul' },
      },
    ],
  });
  agent = await office.agent();
  const asked = await agent.proposeMission({ description: '# Water the plants' });
  const root = await office.slackCard('Waiting', 'Water the plants');
  await office.slack.press(root, 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
  await office.slackCard('Mission active', 'Water the plants');
});
afterAll(() => office[Symbol.asyncDispose]());

const permissionOf = (answer: Answer) => (answer.body as { permission?: string }).permission;
const ask = async (action: string) => {
  const asked = await agent.permission({ action, mission_s256: s256 });
  return { asked, card: await office.slackCard('Waiting', action) };
};
const reminders = () => office.slackCards().filter((card) => textInSlack(card).includes('Reminder'));
const inPauls = (...words: readonly string[]) =>
  until(`a card in Paul’s channel with ${words.join(', ')}`, () =>
    office
      .slackCards(office.paulsChannel)
      .find((card) => words.every((word) => textInSlack(card).includes(word))),
  );
const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

describe('two asks that nobody answers', () => {
  let windows: Awaited<ReturnType<typeof ask>>;
  let doors: Awaited<ReturnType<typeof ask>>;

  test('the first reminder calls the approvers in the thread, once for both, on both platforms', async () => {
    windows = await ask('open_windows');
    doors = await ask('open_doors');
    const reminder = await office.slackCard('Reminder: 2 asks', 'open_windows', 'open_doors');
    expect(reminder.thread_ts).toBe(windows.card.thread_ts);
    expect(JSON.stringify(reminder.blocks)).toContain(`<@${office.people.maria}>`);
    expect(JSON.stringify(reminder.blocks)).not.toContain(`<@${office.people.jonas}>`);
    await office.teamsCard('Reminder: 2 asks', 'open_windows', 'open_doors');
    expect(reminders()).toHaveLength(1);
  });

  test('an ask that was answered is not reminded of again, and a restart repeats nothing', async () => {
    const inTeams = await office.teamsCard('Waiting', 'open_doors');
    await office.teams.press(inTeams.id, 'chaperone.deny', office.teamsPeople.alice, {
      typed: { reason: 'no' },
    });
    expect(permissionOf(await agent.settle(doors.asked))).toBe('denied');
    await office.restart();
    const second = await until('the second reminder', () =>
      reminders().length === 2 ? reminders()[1] : undefined,
    );
    expect(textInSlack(second)).toContain('open_windows');
    expect(textInSlack(second)).not.toContain('open_doors');
  });

  test('then it hangs in the other channel with its buttons, and calls the approvers there', async () => {
    const escalated = await inPauls('Nobody has answered', 'open_windows');
    expect(JSON.stringify(escalated.blocks)).toContain('chaperone:approve');
    expect(JSON.stringify(escalated.blocks)).toContain(`<@${office.people.maria}>`);
    // Who decides is not changed by where it hangs.
    await office.slack.press(escalated, 'chaperone:approve', office.people.paul);
    await until('a word to Paul alone', () =>
      office.slack.ephemerals(office.paulsChannel, office.people.paul).at(-1),
    );
  });

  test('in the end it is denied, and every place that showed it says that nobody answered', async () => {
    expect(permissionOf(await agent.settle(windows.asked, { withinMs: 30_000 }))).not.toBe('granted');
    const said = await office.slackCard('Denied: nobody answered', 'asked for a decision');
    expect(said.thread_ts).toBe(windows.card.thread_ts);
    expect((await office.slackCard('Denied, nobody answered', 'open_windows')).ts).toBe(windows.card.ts);
    await office.teamsCard('Denied: nobody answered', 'asked for a decision');
    const escalated = await inPauls('Denied, nobody answered', 'open_windows');
    const there = await inPauls('Denied: nobody answered', 'asked for a decision');
    expect(there.thread_ts).toBe(escalated.ts);
  });

  test('there were two reminders and no more, and both say that they are no longer needed', async () => {
    await until(
      'both reminders repainted',
      () => reminders().filter((card) => textInSlack(card).includes('no longer needed')).length === 2,
    );
    await sleep(2);
    expect(reminders()).toHaveLength(2);
    expect(
      office.teamsCards().filter((card) => textInTeams(card).includes('Reminder, no longer needed')),
    ).toHaveLength(2);
    expect(
      office.slackCards().filter((card) => textInSlack(card).includes('asked for a decision')),
    ).toHaveLength(1);
  });
});

test('an ask that went to the other channel can be decided there by an approver, and its card follows', async () => {
  const { asked, card } = await ask('feed_cat');
  await sleep(8);
  const escalated = await inPauls('Nobody has answered', 'feed_cat');
  await office.slack.press(escalated, 'chaperone:approve', office.people.maria);
  expect(permissionOf(await agent.settle(asked))).toBe('granted');
  expect((await office.slackCard('Approved', 'feed_cat')).ts).toBe(card.ts);
  expect((await inPauls('Approved', 'feed_cat')).ts).toBe(escalated.ts);
});

test('a rule’s own asks go to others when the rule says so, and are reminded of as it says', async () => {
  const { asked } = await ask('attic_open');
  const escalated = await inPauls('Nobody has answered', 'attic_open');
  expect(reminders().filter((card) => textInSlack(card).includes('attic_open'))).toEqual([]);
  await office.slack.press(escalated, 'chaperone:approve', office.people.maria);
  expect(permissionOf(await agent.settle(asked))).toBe('granted');
});

describe('words under an ask that went to the other channel', () => {
  let asked: Answer;
  let root: Awaited<ReturnType<typeof inPauls>>;
  const say = (text: string, by: string) =>
    office.slack.say(office.paulsChannel, by, office.mention(text), root.ts);
  const replies = () =>
    office
      .slackCards(office.paulsChannel)
      .filter((card) => card.thread_ts === root.ts)
      .map(textInSlack);

  test('are about that ask alone: its mission is no business of that channel', async () => {
    asked = (await ask('attic_close')).asked;
    root = await inPauls('Nobody has answered', 'attic_close');
    await say('status', office.people.paul);
    await until('an answer', () => replies().length > 0);
    await say('stop', office.people.maria);
    await until('another', () => replies().length > 1);
    await say('stop water the plants', office.people.maria);
    await until('a third', () => replies().length > 2);
    expect(replies().join('\n')).not.toContain(s256.slice(0, 8));
    expect(replies().join('\n')).toMatch(/No active mission is called/);
    expect((await agent.permission({ action: 'attic_look', mission_s256: s256 })).status).toBe(202);
  });

  test('decide it for whoever may, and for nobody else', async () => {
    await say('approve', office.people.paul);
    await until('a word to Paul alone', () =>
      office.slack
        .ephemerals(office.paulsChannel, office.people.paul)
        .find(({ text }) => text.includes('not an approver')),
    );
    await say('deny because it rains', office.people.maria);
    const answer = await agent.settle(asked);
    expect(permissionOf(answer)).toBe('denied');
    await office.slackCard('Denied', 'attic_close', 'Maria in Slack');
    expect((await inPauls('Denied', 'attic_close', 'Maria in Slack')).ts).toBe(root.ts);
  });
});

test('the digest of the channel it went to names what expired there unanswered, and nothing else of Maria’s', async () => {
  await office.slack.say(office.paulsChannel, office.people.paul, office.mention('digest'));
  const digest = await inPauls('Digest: ', 'Denied because nobody answered');
  expect(textInSlack(digest)).toContain('open_windows');
  expect(textInSlack(digest)).not.toContain('open_doors');
  expect(textInSlack(digest)).not.toContain('Water the plants');
});
