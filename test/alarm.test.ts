// An ask that is settled by somebody or something outside the oversight raises an alarm in its thread, once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let s256 = '';
beforeAll(async () => {
  office = await openOffice({ runs: 'apart' });
  agent = await office.agent();
});
afterAll(() => office[Symbol.asyncDispose]());

type Listed = { id: string; digest: string; agent_asserted: { action?: string; description?: string } };

/** Decides an open ask at mission control, as a console of somebody else's would. */
async function decideElsewhere(about: string, decision: object) {
  const { body } = await office.control('/requests?state=open');
  const found = (body.requests as Listed[]).find(({ agent_asserted: { action, description } }) =>
    `${action} ${description}`.includes(about),
  );
  const { id, digest } = found ?? { id: '', digest: '' };
  const { status } = await office.control(`/requests/${id}`, { digest, ...decision });
  expect(status).toBe(200);
}
const alarms = () => office.slackCards().filter((card) => textInSlack(card).includes('Alarm'));
const console_ = { person: 'maria', via: 'console', id: 'console:7' };

describe('decided outside', () => {
  test('a mission that a console approved raises an alarm in its thread, which names the way in', async () => {
    await agent.proposeMission({ description: '# Sell the car' });
    const root = await office.slackCard('Waiting', 'Sell the car');
    await decideElsewhere('Sell the car', { action: 'approve', decided_by: console_ });
    const alarm = await office.slackCard('Alarm: decided outside', 'console:7', 'Sell the car');
    expect(alarm.thread_ts).toBe(root.ts);
    expect(JSON.stringify(alarm.blocks)).toContain('chaperone:stop');
    expect(JSON.stringify(alarm.blocks)).toContain(`<@${office.people.maria}>`);
    await office.teamsCard('Alarm: decided outside', 'console:7');
    const { body } = await office.control('/missions?status=active');
    s256 = (body.missions as { s256: string }[])[0]?.s256 ?? '';
  });

  test('so does an ask decided in the name of a person’s own account, which never pressed anything', async () => {
    await agent.permission({ action: 'sign_papers', mission_s256: s256 });
    await office.slackCard('Waiting', 'sign_papers');
    const proof = `slack:${office.slack.team}:${office.people.maria}`;
    await decideElsewhere('sign_papers', {
      action: 'approve',
      decided_by: { person: 'maria', via: 'slack', id: proof },
    });
    await office.slackCard('Alarm: decided outside', proof, 'sign_papers');
  });

  test('what people here decide, on either platform, by button or word, raises none', async () => {
    const before = alarms().length;
    for (const action of ['wash_car', 'wax_car', 'park_car'])
      await agent.permission({ action, mission_s256: s256 });
    const wash = await office.slackCard('Waiting', 'wash_car');
    await office.slack.press(wash, 'chaperone:approve', office.people.maria);
    const wax = await office.teamsCard('Waiting', 'wax_car');
    await office.teams.press(wax.id, 'chaperone.deny', office.teamsPeople.alice);
    await office.slackCard('Approved', 'wash_car');
    await office.slackCard('Denied', 'wax_car');
    await office.slackCard('Waiting', 'park_car');
    await office.slack.say(office.channel, office.people.maria, office.mention('approve'), wash.thread_ts);
    await office.slackCard('Approved', 'park_car');
    expect(alarms()).toHaveLength(before);
  });

  test('a restart raises nothing again, and the alarm’s button stops the mission', async () => {
    const before = alarms().length;
    await office.restart();
    const [alarm] = alarms();
    if (!alarm) throw new Error('no alarm');
    await office.slack.press(alarm, 'chaperone:stop', office.people.jonas);
    await office.slackCard('Mission stopped', 'Jonas');
    await until('Teams', () => office.teamsCards().some((card) => textInTeams(card).includes('stopped')));
    expect(alarms()).toHaveLength(before);
    expect((await office.control(`/missions/${s256}`)).body.status).toBe('terminated');
  });
});
