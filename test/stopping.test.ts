// What a stop proves: why it was, in whose words, and whether anything went on after it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import type { SlackMessage } from './support/fake-slack.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

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

describe('after a stop', () => {
  let s256: string;
  let personToken: string;
  let proof: SlackMessage;
  const alarms = () =>
    office.slackCards().filter((card) => textInSlack(card).startsWith('Alarm: activity after the end'));
  const inTeams = (...words: readonly string[]) =>
    office.teamsCard('Mission stopped: ', 'Light the candles', ...words);

  test('an attempt is refused and told on the report, and raises no alarm: that is the stop at work', async () => {
    const { thread, ...candles } = await mission('Light the candles');
    s256 = candles.s256;
    const asked = await agent.personToken({ resource: office.toys.issuer, mission_s256: s256 });
    await office.slack.press(
      await office.slackCard('Waiting', office.toys.issuer),
      'chaperone:approve',
      office.people.maria,
    );
    personToken = ((await agent.settle(asked)).body as { person_token: string }).person_token;
    await say('stop', office.people.jonas, thread);
    proof = await report('Light the candles', 'some access still runs out', 'takes no revocations');
    expect(proof.thread_ts).toBe(thread);
    await agent.permission({ action: 'blow_out', mission_s256: s256 });
    const words = ['1 attempt after the stop, and it was refused', 'blow_out mission_terminated'];
    for (const text of [
      textInSlack(await report('Light the candles', ...words)),
      textInTeams(await inTeams(...words)),
    ])
      expect(text).not.toContain('activity after it');
  });

  test('a resource that still takes a token of the mission is the first thing the report says, on both platforms', async () => {
    const { body } = await office.control(`/missions/${s256}/termination`);
    // A resource dates its tokens in whole seconds.
    const next = Math.floor(Date.parse(String(body['terminated_at'])) / 1_000 + 1) * 1_000;
    await until('the second after the stop', () => Date.now() >= next);
    const shown = await agent.authorize(office.toys, personToken, { scope: 'buy:playstation' });
    const { resource_token } = shown.body as { resource_token: string };
    const late = await agent.authToken({ resource_token, presented_token: personToken });
    expect(late).toMatchObject({ status: 403, body: { error: 'mission_terminated' } });
    const words = [
      'activity after it, some access still runs out',
      'Something was done for this mission after it had ended',
      `a token of this mission was still taken by ${office.toys.issuer}`,
      '(seen by the Person Server)',
      '1 attempt after the stop',
    ];
    const flagged = await report('Light the candles', ...words);
    expect(flagged.ts).toBe(proof.ts);
    expect(JSON.stringify(flagged.blocks[0])).toContain('🚨');
    await inTeams(...words);
    // A report that is drawn anew calls nobody; this does.
    const alarm = await office.slackCard('Alarm: activity after the end', 'Light the candles');
    expect(alarm.thread_ts).toBe(proof.thread_ts);
    for (const who of [office.people.maria, office.people.jonas])
      expect(JSON.stringify(alarm.blocks)).toContain(`<@${who}>`);
    await office.teamsCard('Alarm: activity after the end', office.toys.issuer);
  });

  test('and so is what the agent says it did all the same, in its own name', async () => {
    const done = { action: 'order_candles', parameters: { count: 12 }, mission_s256: s256 };
    expect(await agent.audit(done)).toMatchObject({ status: 403, body: { error: 'mission_terminated' } });
    const words = [
      '2 things were done for this mission after it had ended',
      'order_candles reported',
      '(said by the agent)',
    ];
    expect((await report('Light the candles', ...words)).ts).toBe(proof.ts);
    await inTeams(...words);
    const { body } = await office.control(`/missions/${s256}/log`);
    expect((body['entries'] as object[]).at(-1)).toMatchObject({
      kind: 'audit',
      source: 'agent',
      parameters: { count: 12 },
    });
    await office.slackCard('Alarm: activity after the end', 'order_candles');
    await office.teamsCard('Alarm: activity after the end', 'order_candles');
    expect(alarms()).toHaveLength(1);
  });

  test('an agent that learns of the end with its report is told of as that, and nobody is called', async () => {
    const { s256: yard, thread } = await mission('Sweep the yard');
    await say('stop', office.people.jonas, thread);
    await report('Sweep the yard');
    await agent.audit({ action: 'sweep', mission_s256: yard });
    await report('Sweep the yard', 'activity after it', 'sweep reported', 'it learned of the end with this');
    await agent.audit({ action: 'sweep_again', mission_s256: yard });
    const alarm = await office.slackCard('Alarm: activity after the end', 'Sweep the yard');
    expect(textInSlack(alarm)).toContain('sweep_again');
  });
});

describe('a reason for a stop', () => {
  /** A mission that two stopped at once, and who did. */
  let twice: string;
  let ender: string;

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

  test('of two who give one at once is in the record as one stop, of whom the Person Server names', async () => {
    twice = (await mission('Sweep the yard')).s256;
    const root = await office.slackCard('Mission active', 'Sweep the yard');
    const { jonas, maria } = office.people;
    await Promise.all([jonas, maria].map((who) => office.slack.press(root, 'chaperone:stop', who)));
    await until('a word to the second', () =>
      [jonas, maria].some((who) =>
        office.slack.ephemerals(office.channel, who).some(({ text }) => text.includes('Already ended')),
      ),
    );
    const { body } = await office.control(`/missions/${twice}`);
    ender = (body['terminated_by'] as { person: string }).person;
    await report('Sweep the yard', ender === 'jonas' ? 'Jonas in Slack' : 'Maria in Slack');
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
        if (act.verb === 'stop' && act.subject !== `mission:${twice}`)
          said.push(`${act.person ?? 'nobody'} ${act.outcome}: ${act.said ?? ''}`);
      }
      expect(said).toEqual([
        'jonas terminated: ',
        'jonas terminated: ',
        'jonas terminated: it buys toys',
        'jonas terminated: they drown',
        'jonas terminated: ',
        'jonas terminated: it is on a diet',
        'nobody refused:may_not_stop: I say so',
      ]);
      const both = (await acts.about(`mission:${twice}`)).filter(({ verb }) => verb === 'stop');
      expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(['already_terminated', 'terminated']);
      expect(both.find(({ outcome }) => outcome === 'terminated')?.person).toBe(ender);
      expect((await acts.check()).faults).toEqual([]);
    });
  });
});
