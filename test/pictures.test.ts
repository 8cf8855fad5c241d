// What is counted is also drawn: on Slack as a picture that comes after the card, in Teams by its own charts, in words always.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import type { Json, SlackMessage } from './support/fake-slack.ts';
import { bought, cakeMission, ingredients, partyThings } from './support/mission-logs.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let s256 = '';

beforeAll(async () => {
  office = await openOffice();
  agent = await office.agent();
  s256 = await approved(office, agent);
  for (const item of ingredients) expect((await buys(agent, s256, item)).status).toBe(201);
});
afterAll(() => office[Symbol.asyncDispose]());

async function approved({ slack, slackCard, people, shop }: Office, by: Agent): Promise<string> {
  const asked = await by.proposeMission({
    description: `# The cake\n\n${cakeMission.description}`,
    tools: cakeMission.approvedTools.map((name) => ({ name, description: name })),
    resources: [shop.issuer],
  });
  await slack.press(await slackCard('The cake'), 'chaperone:approve', people.maria);
  return ((await by.settle(asked)).body as { s256: string }).s256;
}

const buys = (by: Agent, mission: string, item: string) =>
  by.audit({ mission_s256: mission, ...bought(item) });

const imageOn = ({ blocks }: SlackMessage) => blocks.find(({ type }) => type === 'image');
const shownOn = (message: SlackMessage) => (imageOn(message)?.slack_file as Json | undefined)?.id;
const chartsOn = (card: unknown) =>
  [...JSON.stringify(card ?? {}).matchAll(/"type":"(Chart\.[\w.]+)"/g)].map(([, type]) => type);
const root = () => office.slackCards()[0]?.ts;
const say = (words: string, thread?: string) =>
  office.slack.say(office.channel, office.people.maria, office.mention(words), thread);
const titled = (title: string) =>
  office.slackCards().filter((message) => textInSlack(message).startsWith(title));

describe('a picture', () => {
  test('comes to the card that hangs already, from a file that was shared with no channel', async () => {
    office.slack.files.processIn(Number.POSITIVE_INFINITY);
    await say('health');
    const card = await office.slackCard('Oversight health', 'How asks were answered');
    await until('the picture is uploaded', () => office.slack.files.all()[0]?.completedAt);
    // Slack takes no card with a file it has not looked into; until then the figures stand there in words.
    expect(imageOn(card)).toBeUndefined();
    expect(JSON.stringify(card.blocks)).toContain('Time to decide: under 1 minute 1, 1 to 10 minutes 0');
    office.slack.files.processIn(0);
    await until('the picture is shown', () => imageOn(card));
    expect(shownOn(card)).toBe(office.slack.files.all()[0]?.id);
    expect(imageOn(card)?.alt_text).toMatch(
      /^Time to decide: under 1 minute 1, .*nobody answered 0\. Approvals: /,
    );
    expect(textInSlack(card)).toContain('How asks were answered: Time to decide: under 1 minute 1');
    expect(titled('Oversight health')).toHaveLength(1);
  });

  test('is uploaded once, however often it is shown', async () => {
    const before = office.slack.files.all().length;
    await say('health', root());
    const again = await until('another answer', () => titled('Oversight health')[1]);
    await until('the picture is shown', () => imageOn(again));
    expect(office.slack.files.all()).toHaveLength(before);
  });

  test('of the log is drawn where it is asked for, by words and by a button', async () => {
    await say('timeline', root());
    const card = await office.slackCard('Timeline of the mission');
    await until('the picture is shown', () => imageOn(card));
    expect(card.thread_ts).toBe(root());
    expect(imageOn(card)?.alt_text).toContain(
      'Granted by a person: 1 (#1). Reported as done: 9 (#2 to #10).',
    );
    const [mission] = office.slackCards();
    if (!mission) throw new Error('no card of the mission');
    await office.slack.press(mission, 'Timeline', office.people.guest);
    await until('a second timeline', () => titled('Timeline of the mission')[1]?.thread_ts === root());
  });

  test('is drawn for nobody from outside', async () => {
    const [mission] = office.slackCards();
    if (!mission) throw new Error('no card of the mission');
    await office.slack.press(mission, 'Timeline', office.people.outsider);
    await until(
      'a refusal',
      () => office.slack.ephemerals(office.channel, office.people.outsider).length > 0,
    );
    expect(titled('Timeline of the mission')).toHaveLength(2);
  });

  test('of a mission is drawn for no channel that does not watch it', async () => {
    const { paul } = office.people;
    await office.slack.say(office.paulsChannel, paul, office.mention('timeline of the cake mission'));
    const answer = await until('an answer', () => office.slackCards(office.paulsChannel)[0]);
    expect(JSON.stringify(answer.blocks)).not.toMatch(/Reported as done|image/);
    expect(textInSlack(answer)).toContain('No such mission');
  });

  test('shows the score on the card of a drift, with the line it crossed, and is a chart in Teams', async () => {
    for (const item of partyThings) expect((await buys(agent, s256, item)).status).toBe(201);
    const card = await office.slackCard('Drift: the log no longer fits the mission', 'up to entry #16');
    await until('the picture is shown', () => imageOn(card));
    expect(imageOn(card)?.alt_text).toMatch(/The score crosses it at entry #1\d\. .*Cited: /);
    const inTeams = await office.teamsCard('Drift: the log no longer fits the mission');
    expect(chartsOn(inTeams.cards.at(-1))).toEqual(['Chart.Line']);
    expect(textInTeams(inTeams)).toContain('The score crosses it at entry');

    // What the finding comes to rest on is cited on the picture too.
    await buys(agent, s256, 'balloons');
    await until('the new citation', () => / #17 at \d/.test(String(imageOn(card)?.alt_text)));
    expect(titled('Drift')).toHaveLength(1);
  });

  test('shows the whole way on the report of a stop, on both platforms', async () => {
    await say('stop', root());
    const report = await office.slackCard('The cake', 'no authority remains');
    await until('the picture is shown', () => imageOn(report));
    expect(imageOn(report)?.alt_text).toMatch(/Reported as done: 16 .*drift begins.*stopped\.$/);
    const inTeams = await office.teamsCard('The cake', 'no authority remains');
    expect(chartsOn(inTeams.cards.at(-1))).toEqual(['Chart.HorizontalBar.Stacked']);
  });
});

test('a process that dies over an upload leaves one card and no second one, and the picture comes all the same', async () => {
  await using office = await openOffice({ runs: 'apart' });
  await approved(office, await office.agent());
  let died = false;
  office.slack.onCall(async (method, _args, answer) => {
    if (method !== 'files.completeUploadExternal' || !answer || died) return;
    died = true;
    await office.kill();
    throw new Error('nobody hears the answer');
  });
  await office.slack.say(office.channel, office.people.maria, office.mention('health'));
  await until('the process dies', () => died);
  await office.start();
  const card = await office.slackCard('Oversight health');
  await until('the picture is shown', () => imageOn(card));
  const answers = office
    .slackCards()
    .filter((message) => textInSlack(message).startsWith('Oversight health'));
  expect(answers).toHaveLength(1);
}, 120_000);
