// Why a mission was stopped is part of the proof: the words stand in the report and in the record, however they were said.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, until } from './support/office.ts';

let office: Office;
let agent: Agent;
beforeAll(async () => {
  office = await openOffice();
  agent = await office.agent();
});
afterAll(() => office[Symbol.asyncDispose]());

async function mission(title: string) {
  const asked = await agent.proposeMission({ description: `# ${title}` });
  const root = await office.slackCard('Waiting', title);
  await office.slack.press(root, 'chaperone:approve', office.people.maria);
  const { s256 } = (await agent.settle(asked)).body as { s256: string };
  await office.slackCard('Mission active', title);
  return { s256, thread: root.ts };
}
const say = (text: string, by: string, thread?: string) =>
  office.slack.say(office.channel, by, office.mention(text), thread);
const report = (title: string, ...words: readonly string[]) =>
  office.slackCard('Mission stopped: ', title, ...words);
const stoppedYet = async (s256: string) =>
  (await office.control(`/missions/${s256}`)).body['status'] === 'terminated';

describe('a reason for a stop', () => {
  test('after “because” stands in the report, on both platforms', async () => {
    const { s256 } = await mission('Bake the cake');
    await say('stop Bake the cake because it buys toys', office.people.jonas);
    await report('Bake the cake', 'Jonas in Slack', 'it buys toys');
    await office.teamsCard('Mission stopped: ', 'Bake the cake', 'it buys toys');
    expect((await office.control(`/missions/${s256}/termination`)).body['note']).toBe('it buys toys');
  });

  test('after a comma counts too, where the words before it are the mission’s own title', async () => {
    await mission('Water the plants');
    await say('stop Water the plants, they drown', office.people.jonas);
    await report('Water the plants', 'they drown');
  });

  test('never makes a mission out of half a title: with a comma in it, the title is the title', async () => {
    const { s256: all } = await mission('Buy eggs, flour and milk');
    const { s256: eggs } = await mission('Buy eggs');
    await say('stop Buy eggs, flour and milk', office.people.jonas);
    await report('Buy eggs, flour and milk');
    expect([await stoppedYet(all), await stoppedYet(eggs)]).toEqual([true, false]);
    await say('stop Buy eggs, but not yet', office.people.jonas);
    await office.slackCard('Not understood');
    expect(await stoppedYet(eggs)).toBe(false);
  });

  test('in the mission’s thread after a bare “stop,” asks for one click, which keeps the reason', async () => {
    const { s256, thread } = await mission('Feed the cat');
    await say('stop, it is on a diet', office.people.jonas, thread);
    const confirm = await office.slackCard('Please confirm', 'Feed the cat', 'it is on a diet');
    expect(await stoppedYet(s256)).toBe(false);
    await office.slack.press(confirm, 'chaperone:confirm_stop', office.people.jonas);
    await report('Feed the cat', 'it is on a diet');
  });

  test('of somebody who may not stop it is a refusal in the record, and stops nothing', async () => {
    const { s256 } = await mission('Walk the dog');
    await say('stop Walk the dog because I say so', office.people.paul);
    await until('a word to Paul alone', () =>
      office.slack
        .ephemerals(office.channel, office.people.paul)
        .find(({ text }) => text.includes('may not stop')),
    );
    expect(await stoppedYet(s256)).toBe(false);
    expect(office.slackCards().map(textInSlack).join('\n')).not.toContain('I say so');
    await office.leftBehind(async ({ acts }) => {
      const said = [];
      for await (const act of acts.read()) {
        if (act.verb === 'stop') said.push(`${act.person ?? 'nobody'} ${act.outcome}: ${act.said ?? ''}`);
      }
      expect(said).toEqual([
        'jonas terminated: it buys toys',
        'jonas terminated: they drown',
        'jonas terminated: ',
        'jonas terminated: it is on a diet',
        'nobody refused:may_not_stop: I say so',
      ]);
      expect((await acts.check()).faults).toEqual([]);
    });
  });
});
