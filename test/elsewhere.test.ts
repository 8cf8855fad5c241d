// The same oversight over somebody else's Person Server, through mission control over HTTP.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack } from './support/office.ts';

let office: Office;
let agent: Agent;
beforeAll(async () => {
  office = await openOffice({ remote: true });
  agent = await office.agent();
});
afterAll(() => office[Symbol.asyncDispose]());

test('an ask at another Person Server is shown, answered and stopped by the bot', async () => {
  const asked = await agent.proposeMission({ description: '# Water the plants\n\nWhile I am away.' });
  const card = await office.slackCard('Water the plants');
  await office.slack.press(card, 'chaperone:approve', office.people.maria);
  const approved = await agent.settle(asked);
  expect(approved.status).toBe(200);
  const { s256 } = approved.body as { s256: string };

  const permission = await agent.permission({ action: 'open_windows', mission_s256: s256 });
  const ask = await office.slackCard('open_windows');
  expect(ask.thread_ts).toBe(card.ts);
  await office.slack.say(office.channel, office.people.jonas, office.mention('stop'), card.ts);
  const voided = await agent.settle(permission);
  expect(voided.body).toMatchObject({ error: 'mission_terminated' });
  const report = await office.slackCard('stopped', 'Asks voided');
  expect(textInSlack(report)).toContain('Jonas');
  expect((await office.control(`/missions/${s256}`)).body).toMatchObject({
    terminated_by: { person: 'jonas', via: 'slack' },
  });
});

test('a proposal may be denied without a reason', async () => {
  const asked = await agent.proposeMission({ description: '# Feed the cat' });
  const card = await office.slackCard('Feed the cat');
  await office.slack.press(card, 'chaperone:deny', office.people.maria);
  const view = office.slack.views(office.people.maria).at(-1);
  await office.slack.submit(view?.id ?? '', {}, office.people.maria);
  expect((await agent.settle(asked)).status).toBe(403);
});
