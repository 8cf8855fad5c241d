// "I'm on it": everybody sees who is looking into an ask, it ends by itself, and it never keeps anybody from deciding.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let s256 = '';
let thread: string | undefined;
beforeAll(async () => {
  office = await openOffice({
    askSeconds: 30,
    rules: [{ for: { people: ['maria'], kinds: ['permission'] }, approve: ['maria', 'jonas'] }],
    more: { reminders: { at: [0.2] } },
  });
  agent = await office.agent();
  const asked = await agent.proposeMission({ description: '# Paint the fence' });
  const root = await office.slackCard('Waiting', 'Paint the fence');
  thread = root.ts;
  await office.slack.press(root, 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
});
afterAll(() => office[Symbol.asyncDispose]());

const permissionOf = (answer: Answer) => (answer.body as { permission?: string }).permission;
const reminders = () => office.slackCards().filter((card) => textInSlack(card).includes('Reminder'));
const toldAlone = (who: string, words: string) =>
  until(`“${words}” to one person`, () =>
    office.slack.ephemerals(office.channel, who).find(({ text }) => text.includes(words)),
  );
const say = (text: string, who: string) =>
  office.slack.say(office.channel, who, office.mention(text), thread);

test('who is looking into an ask is shown on both platforms, to one person at a time, and only to approvers is it given', async () => {
  await agent.permission({ action: 'buy_paint', mission_s256: s256 });
  const card = await office.slackCard('Waiting', 'buy_paint');
  await office.teamsCard('Waiting', 'buy_paint');
  await office.slack.press(card, 'chaperone:claim', office.people.paul);
  await toldAlone(office.people.paul, 'not an approver');
  await office.slack.press(card, 'chaperone:claim', office.people.maria);
  const claimed = await office.slackCard('Maria in Slack is looking into it', 'buy_paint');
  expect(claimed.ts).toBe(card.ts);
  expect(JSON.stringify(claimed.blocks)).not.toContain('chaperone:claim');
  await office.teamsCard('Maria in Slack is looking into it', 'buy_paint');
  await say('I’m on it', office.people.jonas);
  await toldAlone(office.people.jonas, 'Maria in Slack is looking into it');
});

test('it is no lock: another approver decides meanwhile', async () => {
  const inTeams = await office.teamsCard('Maria in Slack is looking into it', 'buy_paint');
  await office.teams.press(inTeams.id, 'chaperone.approve', office.teamsPeople.bob);
  expect(textInSlack(await office.slackCard('Approved', 'Jonas in Teams'))).not.toContain('looking into');
});

test('said in words, it keeps reminders away for as long as it counts, and time alone ends it', async () => {
  const asked = await agent.permission({ action: 'buy_brushes', mission_s256: s256 });
  const card = await office.slackCard('Waiting', 'buy_brushes');
  await say('I’m on it', office.people.jonas);
  await office.slackCard('Jonas in Slack is looking into it', 'buy_brushes');
  await new Promise((resolve) => setTimeout(resolve, 9_000));
  expect(reminders()).toEqual([]);
  const free = await until('the claim’s end', () =>
    office
      .slackCards()
      .find((each) => each.ts === card.ts && JSON.stringify(each.blocks).includes('chaperone:claim')),
  );
  await office.slackCard('Reminder', 'buy_brushes');
  await office.slack.press(free, 'chaperone:approve', office.people.maria);
  expect(permissionOf(await agent.settle(asked))).toBe('granted');
  await office.leftBehind(async ({ acts }) => {
    const all = [];
    for await (const { verb, outcome } of acts.read()) if (verb === 'claim') all.push(outcome);
    expect(all).toEqual(['refused:not_an_approver', 'claimed', 'not_claimed', 'claimed']);
  });
});
