// Authority nobody uses: the mission's person is asked whether it should go on, once in a period, and keeps it or stops it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let s256 = '';
let thread: string | undefined;
const seconds = (count: number) => count / 3_600;
/** At most one question in this time. */
const period = 6;
beforeAll(async () => {
  office = await openOffice({
    more: { stale: { idle_hours: seconds(1), ask_again_hours: seconds(period) } },
  });
  agent = await office.agent();
  const asked = await agent.proposeMission({ description: '# Walk the dog' });
  const root = await office.slackCard('Waiting', 'Walk the dog');
  thread = root.ts;
  await office.slack.press(root, 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
});
afterAll(() => office[Symbol.asyncDispose]());

const title = 'Does this mission still go on?';
const questions = () =>
  office
    .slackCards()
    .filter((card) =>
      [title, 'The mission goes on', 'no longer open'].some((each) => textInSlack(card).includes(each)),
    );
/** The question was kept no sooner than this. */
let keptAfter = 0;

test('a mission without activity asks its person in its thread, on both platforms, and nobody else', async () => {
  const question = await office.slackCard(title, 'Walk the dog');
  expect(question.thread_ts).toBe(thread);
  expect(JSON.stringify(question.blocks)).toContain(`<@${office.people.maria}>`);
  expect(JSON.stringify(question.blocks)).not.toContain(`<@${office.people.jonas}>`);
  await office.teamsCard(title, 'Walk the dog');
  expect(questions()).toHaveLength(1);
});

test('whoever may not is refused; the person keeps it, and that is silence for a period, whatever starts anew', async () => {
  const question = await office.slackCard(title, 'Walk the dog');
  await office.slack.press(question, 'chaperone:keep', office.people.paul);
  await until('a word to Paul alone', () =>
    office.slack
      .ephemerals(office.channel, office.people.paul)
      .find(({ text }) => text.includes('for its person to say')),
  );
  const inTeams = await office.teamsCard(title, 'Walk the dog');
  keptAfter = Date.now();
  await office.teams.press(inTeams.id, 'chaperone.keep', office.teamsPeople.alice);
  expect((await office.slackCard('The mission goes on', 'Maria in Teams')).ts).toBe(question.ts);
  await office.stop();
  await office.start();
});

test('after the period, and not before, it is asked again, and activity takes the question back', async () => {
  const again = await office.slackCard(title, 'Walk the dog');
  expect(questions()).toHaveLength(2);
  // Slack dates a message, in seconds, by when it was posted.
  expect(Number(again.ts) * 1_000 - keptAfter).toBeGreaterThanOrEqual(period * 1_000);
  await agent.permission({ action: 'throw_stick', mission_s256: s256 });
  expect((await office.slackCard('no longer open', 'Walk the dog')).ts).toBe(again.ts);
});

test('the button stops it, and then nothing is asked any more', async () => {
  await until('a third question', () => questions().length === 3);
  const question = await office.slackCard(title, 'Walk the dog');
  await office.slack.press(question, 'Stop mission', office.people.jonas);
  await office.slackCard('Mission stopped', 'Jonas');
  expect((await office.slackCard('no longer open', 'Walk the dog')).ts).toBe(question.ts);
  await office.leftBehind(async ({ acts }) => {
    const about = (await acts.about(`mission:${s256}`)).map(({ verb, outcome }) => `${verb} ${outcome}`);
    expect(about).toEqual(['keep refused:may_not_keep', 'keep kept', 'stop terminated']);
  });
});
