// A mission is put on hold: nothing under it is approved, in chat or silently, until somebody releases it.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import type { SlackMessage } from './support/fake-slack.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let root: SlackMessage;
let s256 = '';
beforeAll(async () => {
  office = await openOffice({ runs: 'apart' });
  agent = await office.agent();
  const asked = await agent.proposeMission({
    description: '# Buy the ingredients for the cake',
    tools: [{ name: 'weigh_flour', description: 'Weigh the flour' }],
  });
  root = await office.slackCard('Waiting', 'Buy the ingredients');
  await office.slack.press(root, 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
  await office.slackCard('Mission active', 'Buy the ingredients');
  await office.teamsCard('Mission active', 'Buy the ingredients');
});
afterAll(() => office[Symbol.asyncDispose]());

const permissionOf = (answer: Answer) => (answer.body as { permission?: string }).permission;
const say = (text: string, who = office.people.jonas) =>
  office.slack.say(office.channel, who, office.mention(text), root.ts);
const toldAlone = (who: string, words: string) =>
  until(`“${words}” to one person`, () =>
    office.slack.ephemerals(office.channel, who).find(({ text }) => text.includes(words)),
  );

/** Words answer what could be read: while the card is just being repainted they are refused for that, and said again. */
async function approvalInWordsIsRefused() {
  const told = () => office.slack.ephemerals(office.channel, office.people.maria);
  const before = told().length;
  for (let said = 0; said < 20; said += 1) {
    await say('approve', office.people.maria);
    await until('an answer to Maria alone', () => told().length > before + said);
    const last = told().at(-1)?.text ?? '';
    if (last.includes('nothing under it is approved')) return;
    expect(last).toContain('has changed since it was shown');
    await pause(500);
  }
  throw new Error('the card is repainted for ever');
}

describe('a held mission', () => {
  let asked: Answer;
  let card: SlackMessage;

  test('what its tools cover is granted silently before the hold', async () => {
    const granted = await agent.permission({ action: 'weigh_flour', mission_s256: s256 });
    expect(permissionOf(granted)).toBe('granted');
    asked = await agent.permission({ action: 'order_candles', mission_s256: s256 });
    card = await office.slackCard('Waiting', 'order_candles');
    await office.teamsCard('Waiting', 'order_candles');
  });

  test('somebody who may not stop it may not hold it, and is told so alone', async () => {
    await say('hold', office.people.paul);
    await toldAlone(office.people.paul, 'may not hold');
    await say('don’t hold the cake mission');
    await office.slackCard('Not understood');
    expect(textInSlack(await office.slackCard('Mission active'))).not.toContain('on hold');
  });

  test('“hold the cake mission” in its thread says who, what waits until when, and what a hold cannot do', async () => {
    await say('hold the cake mission because I want to look at the cart');
    const held = await office.slackCard('On hold', 'order_candles', 'decide before');
    expect(held.thread_ts).toBe(root.ts);
    const text = textInSlack(held);
    for (const words of [
      'Jonas',
      'look at the cart',
      'Deadlines go on',
      'the agent the mission is active',
      'run out',
      'minutes left',
    ])
      expect(text).toContain(words);
    const inTeams = await office.teamsCard('On hold', 'order_candles', 'decide before');
    expect(textInTeams(inTeams)).toContain('Jonas');
    expect((await office.slackCard('on hold here', 'Buy the ingredients')).ts).toBe(root.ts);
    await office.teamsCard('on hold here', 'Buy the ingredients');
    expect((await office.control(`/missions/${s256}`)).body.status).toBe('active');
  });

  test('the ask under it loses its Approve on both platforms, and an approval typed or pressed on an old copy is refused', async () => {
    const now = await office.slackCard('On hold. Waiting', 'order_candles');
    expect(now.ts).toBe(card.ts);
    expect(JSON.stringify(now.blocks)).not.toContain('chaperone:approve');
    const inTeams = await office.teamsCard('On hold. Waiting', 'order_candles');
    expect(JSON.stringify(inTeams.cards.at(-1))).not.toContain('chaperone.approve');

    await office.teams.press(inTeams.id, 'chaperone.approve', office.teamsPeople.alice, {
      card: inTeams.cards[0],
    });
    const alone = await until('a word to Maria in Teams', () =>
      office.teams.messages(office.teams.chatOf(office.teamsPeople.alice)).at(-1),
    );
    expect(textInTeams(alone)).toContain('nothing under it is approved');
    await approvalInWordsIsRefused();
    expect((await agent.poll(asked.headers.get('location') ?? '')).status).toBe(202);
  });

  test('what its tools cover is asked as well, so that it waits with the rest; and can be denied', async () => {
    const covered = await agent.permission({ action: 'weigh_flour', mission_s256: s256 });
    expect(covered.status).toBe(202);
    await office.slackCard('On hold. Waiting', 'may do weigh_flour');
    await office.slackCard('On hold', 'order_candles', 'weigh_flour', 'decide before');
    const inTeams = await office.teamsCard('On hold. Waiting', 'may do weigh_flour');
    await office.teams.press(inTeams.id, 'chaperone.deny', office.teamsPeople.alice, {
      typed: { reason: 'not now' },
    });
    expect(permissionOf(await agent.settle(covered))).toBe('denied');
  });

  test('the hold outlives the process, and holding again changes nothing', async () => {
    await office.restart();
    await say('hold', office.people.maria);
    await toldAlone(office.people.maria, 'on hold already');
    await approvalInWordsIsRefused();
  });

  test('the release, by the button in Teams, brings Approve back; the ask is approved, and fitting asks are silent again', async () => {
    const held = await office.teamsCard('On hold', 'decide before');
    await office.teams.press(held.id, 'chaperone.release', office.teamsPeople.alice);
    await office.slackCard('Hold released', 'Maria in Teams');
    expect((await office.teamsCard('Hold released', 'Maria in Teams')).id).toBe(held.id);
    const back = await until('the ask with its Approve', () =>
      office
        .slackCards()
        .find((each) => each.ts === card.ts && JSON.stringify(each.blocks).includes('chaperone:approve')),
    );
    await office.slack.press(back, 'chaperone:approve', office.people.maria);
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
    const granted = await agent.permission({ action: 'weigh_flour', mission_s256: s256 });
    expect(permissionOf(granted)).toBe('granted');
  });

  test('it can be held by the button of its card, and stopped while it is', async () => {
    const active = await office.slackCard('Mission active', 'Buy the ingredients');
    await office.slack.press(active, 'chaperone:hold', office.people.jonas);
    await office.slackCard('on hold here', 'Buy the ingredients');
    await say('stop');
    await office.slackCard('Hold over, the mission has ended');
    await office.teamsCard('Hold over, the mission has ended');
  });

  test('every hold, release and refusal is in the record, once', async () => {
    await office.leftBehind(async ({ acts }) => {
      const about = (await acts.about(`mission:${s256}`)).map(({ verb, outcome }) => `${verb} ${outcome}`);
      expect(about).toEqual([
        'hold refused:may_not_hold',
        'hold held',
        'hold already_held',
        'release released',
        'hold held',
        'stop terminated',
      ]);
      expect((await acts.check()).faults).toEqual([]);
    });
  });
});
