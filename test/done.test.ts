// A mission whose agent says that it is done, and nobody answers: its person is asked, and ends it as done, ends it for a
// new one, or keeps it, by button or by words.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, until } from './support/office.ts';

let office: Office;
let agent: Agent;
const seconds = (count: number) => count / 3_600;
beforeAll(async () => {
  office = await openOffice({
    askSeconds: 5,
    more: { reminders: { at: [] }, stale: { done_hours: seconds(6), ask_again_hours: seconds(600) } },
  });
  agent = await office.agent();
});
afterAll(() => office[Symbol.asyncDispose]());

const asking = 'Is this mission done?';
const say = (text: string, by: string, thread?: string) =>
  office.slack.say(office.channel, by, office.mention(text), thread);
const whisper = (to: string, words: string) =>
  until(`a word to one alone: ${words}`, () =>
    office.slack.ephemerals(office.channel, to).find(({ text }) => text.includes(words)),
  );
const endOf = async (s256: string) =>
  (await office.control(`/missions/${s256}`)).body['termination_reason'] as string | undefined;

async function mission(title: string) {
  const asked = await agent.proposeMission({ description: `# ${title}` });
  const root = await office.slackCard('Waiting', title);
  await office.slack.press(root, 'chaperone:approve', office.people.maria);
  const { s256 } = (await agent.settle(asked)).body as { s256: string };
  await office.slackCard('Mission active', title);
  return { s256, thread: root.ts };
}

/** The agent says that it is done; nobody answers that, and then its person is asked. */
async function saidToBeDone(title: string) {
  const { s256, thread } = await mission(title);
  await agent.actOnMission(s256, { action: 'completion', summary: 'All is done.' });
  return { s256, thread, question: await office.slackCard(asking, title) };
}

describe('nobody answers an agent that says it is done', () => {
  test('so the person is asked, once and in the thread, and “keep it” is as good as the button', async () => {
    const { thread, question } = await saidToBeDone('Walk the dog');
    expect(question.thread_ts).toBe(thread);
    expect(textInSlack(question)).toContain('Its agent said that it is done');
    await office.teamsCard(asking, 'Walk the dog');
    await say('keep it', office.people.paul, thread);
    await whisper(office.people.paul, 'for its person to say');
    await say('keep it', office.people.maria, thread);
    expect((await office.slackCard('The mission goes on', 'Walk the dog', 'Maria in Slack')).ts).toBe(
      question.ts,
    );
    await say('keep Walk the dog', office.people.maria);
    await office.slackCard('Not understood');
    await say('keep “Walk the dog”', office.people.maria);
    await whisper(office.people.maria, 'nothing to keep');
  });

  test('“It is done” ends it as completed, for whoever may stop it', async () => {
    const { s256, question } = await saidToBeDone('Feed the cat');
    await office.slack.press(question, 'It is done', office.people.paul);
    await whisper(office.people.paul, 'may not stop');
    await office.slack.press(question, 'It is done', office.people.maria);
    await office.slackCard('Mission completed: ', 'Feed the cat', 'Maria in Slack');
    expect(await endOf(s256)).toBe('completed');
    expect((await agent.permission({ action: 'pet', mission_s256: s256 })).body).toMatchObject({
      error: 'mission_terminated',
      termination_reason: 'completed',
    });
  });

  test('“End for a new one” ends it as replaced, from Teams', async () => {
    const { s256 } = await saidToBeDone('Water the plants');
    const inTeams = await office.teamsCard(asking, 'Water the plants');
    await office.teams.press(inTeams.id, 'chaperone.stop', office.teamsPeople.alice, {
      match: { choice: 'superseded' },
    });
    await office.slackCard('Mission replaced by another: ', 'Water the plants', 'Maria in Teams');
    expect(await endOf(s256)).toBe('superseded');
  });
});

test('“complete” by an exact name ends it as done; a near one shows a button; nobody else may', async () => {
  const { s256 } = await mission('Bake the cake');
  await say('complete “Bake the cake”', office.people.paul);
  await whisper(office.people.paul, 'may not stop');
  await say('complete the cake mission', office.people.jonas);
  const which = await office.slackCard('Which mission?', 'Bake the cake');
  expect(await endOf(s256)).toBeUndefined();
  await office.slack.press(which, `End ${s256.slice(0, 8)} as done`, office.people.jonas);
  await office.slackCard('Mission completed: ', 'Bake the cake', 'Jonas in Slack');
  expect(await endOf(s256)).toBe('completed');
});
