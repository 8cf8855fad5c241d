// Words that reach the rules late: they mean what stood there when they were said, whatever stands there now.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, until } from './support/office.ts';
import { locationOf } from './support/page-visit.ts';

let office: Office;
let agent: Agent;
beforeAll(async () => {
  office = await openOffice({
    rules: [{ for: { people: ['maria'], kinds: ['permission'] }, approve: ['maria', 'jonas'] }],
  });
  agent = await office.agent();
});
afterAll(() => office[Symbol.asyncDispose]());

/** Nobody has pressed anything here: the bot has not asked yet who can read the channel. */
const outside = { person: 'maria', via: 'console', id: 'maria' };

async function mission(title: string) {
  const asked = await agent.proposeMission({ description: `# ${title}` });
  await office.slackCard('Waiting', title);
  const { body } = await office.control('/requests?state=open');
  const [request] = body['requests'] as { id: string; digest: string }[];
  const approve = { action: 'approve', digest: request?.digest, decided_by: outside };
  expect((await office.control(`/requests/${request?.id}`, approve)).status).toBe(200);
  const { s256 } = (await agent.settle(asked)).body as { s256: string };
  const root = await office.slackCard('Mission active', title);
  const ask = (action: string, to: string) =>
    agent.permission({ action, mission_s256: s256, parameters: { to } });
  return { root, ask };
}

test('an approve that was said before an ask came does not reach it, alone or in a list', async () => {
  const { jonas } = office.people;
  const one = await mission('Bake a cake');
  const many = await mission('Invite the guests');
  const flour = await one.ask('order', 'flour');
  await office.slackCard('Waiting', 'order', 'flour');
  const listed = [await many.ask('invite', 'ann'), await many.ask('invite', 'bob')];
  await office.slackCard('Waiting', '2 times', 'to: bob');

  let away = true;
  let tried = 0;
  office.slack.onCall(async (method, _, answer) => {
    if (method !== 'conversations.info' || answer !== undefined || !away) return;
    tried++;
    throw new Error('the platform is away');
  });
  await office.slack.say(office.channel, jonas, office.mention('approve'), one.root.ts);
  await office.slack.say(office.channel, jonas, office.mention('approve all'), many.root.ts);
  const saidBy = Date.now();
  await until('both to be tried', () => tried >= 2);
  await until('it to be later by any clock', () => Date.now() > saidBy + 1_500);

  await agent.withdraw(locationOf(flour));
  const toys = await one.ask('order', 'toys');
  await office.slackCard('Waiting', 'order', 'toys');
  listed.push(await many.ask('invite', 'mallory'));
  await office.slackCard('Waiting', '3 times', 'to: mallory');
  away = false;

  await until(
    'a no about the list',
    () => office.slack.ephemerals(office.channel, jonas).some(({ text }) => text.includes('has changed')),
    () =>
      [...office.slack.ephemerals(office.channel, jonas), ...office.slackCards()]
        .map(textInSlack)
        .join('\n---\n'),
  );
  await until('an answer about the ask', () =>
    office
      .slackCards()
      .some((card) => card.thread_ts === one.root.ts && textInSlack(card).includes('no open ask')),
  );
  for (const each of [toys, ...listed]) expect((await agent.poll(locationOf(each))).status).toBe(202);
});
