// What follows from drift: by the operator's rule a hold, or asks for everything, until people let go; and questions to the agent.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import type { SlackMessage } from './support/fake-slack.ts';
import { fillInSlack, labelsOf, pressInTeams } from './support/forms.ts';
import { bought, cakeMission, ingredients, partyThings } from './support/mission-logs.ts';
import { formOf, json, type ModelServer, startModelServer } from './support/model-server.ts';
import { type Office, openOffice, textInSlack, until } from './support/office.ts';

let server: ModelServer;
let office: Office;
beforeAll(async () => {
  server = await startModelServer();
  server.answer(() => ({ error: { message: 'down' }, status: 503 }));
  office = await openOffice({
    settings: { OPENAI_MODEL: 'test-model', OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'test-key' },
    rules: [
      { for: { agents: ['aauth:holder@localhost', 'aauth:model@localhost'] }, on_drift: 'hold' },
      { for: { agents: ['aauth:asker@localhost'] }, on_drift: 'ask' },
    ],
  });
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

type Trip = { readonly agent: Agent; readonly s256: string; readonly root: string; readonly title: string };

/** A mission of an agent by that name, approved. */
async function trip(name: string, title = `Cake of ${name}`): Promise<Trip> {
  const agent = await office.agent(name);
  const asked = await agent.proposeMission({
    description: `# ${title}\n\n${cakeMission.description}`,
    tools: cakeMission.approvedTools.map((tool) => ({ name: tool, description: tool })),
  });
  const proposal = await office.slackCard('Waiting', title);
  await office.slack.press(proposal, 'chaperone:approve', office.people.maria);
  const { s256 } = (await agent.settle(asked)).body as { s256: string };
  return { agent, s256, root: proposal.ts, title };
}
const buys = async ({ agent, s256 }: Trip, items: readonly string[]) => {
  for (const item of items) {
    expect((await agent.audit({ mission_s256: s256, ...bought(item) })).status).toBe(201);
  }
};
const drifts = async (mission: Trip): Promise<SlackMessage> => {
  await buys(mission, [...ingredients, ...partyThings]);
  return await office.slackCard('Drift: the log no longer fits the mission', mission.title);
};
const says = (text: string, user: string, thread: string) =>
  office.slack.say(office.channel, user, office.mention(text), thread);
const inThread = (root: string, words: string) =>
  until(`“${words}” in the thread`, () =>
    office.slackCards().findLast((each) => each.thread_ts === root && textInSlack(each).includes(words)),
  );
const toldAlone = (user: string, words: string) =>
  until(`“${words}” told to ${user} alone`, () =>
    office.slack.ephemerals(office.channel, user).find(({ text }) => text.includes(words)),
  );

describe('a rule that holds', () => {
  let mission: Trip;
  test('puts the mission on hold when the rules flag it, labelled as the rule’s, and people release it', async () => {
    mission = await trip('holder');
    const card = await drifts(mission);
    const held = await inThread(mission.root, 'The operator’s rule about drift put this mission on hold at');
    expect(textInSlack(held)).toContain('nothing under it is approved');
    await office.slackCard('Drift: the log', mission.title, 'People release it');
    const asked = await mission.agent.permission({ action: 'book_a_clown', mission_s256: mission.s256 });
    const ask = await office.slackCard(
      'On hold',
      'book_a_clown',
      'on hold by The operator’s rule about drift',
    );
    expect(labelsOf(ask)).not.toContain('Approve once');
    await office.slack.press(card, 'Release', office.people.paul);
    await toldAlone(office.people.paul, 'may not');
    await office.slack.press(card, 'Release', office.people.jonas);
    await inThread(mission.root, 'Jonas in Slack released it');
    const released = await until('the ask without the hold', () =>
      office
        .slackCards()
        .findLast(
          (each) => textInSlack(each).includes('book_a_clown') && labelsOf(each).includes('Approve once'),
        ),
    );
    await office.slack.press(released, 'Approve once', office.people.maria);
    expect((await mission.agent.settle(asked)).body).toMatchObject({ permission: 'granted' });
  });

  test('does so once for a finding: what people released stays released', async () => {
    await buys(mission, ['balloons']);
    await says('review', office.people.maria, mission.root);
    await inThread(mission.root, 'did shop.add_to_cart: 16 times');
    await says('status', office.people.maria, mission.root);
    const status = await inThread(mission.root, 'Mission active');
    expect(textInSlack(status)).not.toContain('on hold here');
    expect(
      office
        .slackCards()
        .filter((each) => textInSlack(each).includes('rule about drift put this mission on hold at')),
    ).toHaveLength(1);
  });

  test('is not set off by what a model alone finds', async () => {
    const calm = await trip('model');
    await buys(calm, ['flour']);
    server.answer((request) =>
      formOf(request) === 'judgement'
        ? json({
            verdict: 'drifting',
            claims: [{ says: 'Flour is suspicious.', entries: [2] }],
            pattern: 'It bakes.',
            settles: '',
          })
        : { error: { message: 'down' }, status: 503 },
    );
    await says('review', office.people.maria, calm.root);
    const card = await office.slackCard(
      'Drift: the log no longer fits',
      calm.title,
      'It bakes.',
      'Mission id',
    );
    server.answer(() => ({ error: { message: 'down' }, status: 503 }));
    expect(labelsOf(card)).toContain('Hold');
    expect(textInSlack(card)).not.toContain('rule about drift');
    const asked = await calm.agent.permission({ action: 'shop.checkout', mission_s256: calm.s256 });
    expect(asked.body).toMatchObject({ permission: 'granted' });
  });
});

describe('a rule that asks', () => {
  test('sends everything to a person, until one who may decide says that it is fine', async () => {
    const mission = await trip('asker');
    let cart = 0;
    const pays = () =>
      mission.agent.permission({
        action: 'shop.checkout',
        mission_s256: mission.s256,
        parameters: { cart: (cart += 1) },
      });
    expect((await pays()).body).toMatchObject({ permission: 'granted' });
    const card = await drifts(mission);
    await office.slackCard(
      'Drift: the log',
      mission.title,
      'nothing under this mission is granted silently any more',
    );
    const asked = await pays();
    expect(asked.status).toBe(202);
    await office.slackCard('Waiting', 'shop.checkout', 'Nothing under this mission is granted silently');
    await office.teamsCard('Waiting', 'shop.checkout', 'Nothing under this mission is granted silently');
    await office.slack.press(card, 'chaperone:accept', office.people.jonas);
    await toldAlone(office.people.jonas, 'not an approver');
    expect((await pays()).status).toBe(202);
    await office.slack.press(card, 'chaperone:accept', office.people.maria);
    await office.slackCard('Drift accepted', mission.title);
    expect((await pays()).body).toMatchObject({ permission: 'granted' });
  });
});

describe('a question about a finding', () => {
  let mission: Trip;
  let card: SlackMessage;
  test('is kept while the agent waits for nothing, and nobody else’s takes its place', async () => {
    mission = await trip('silent');
    card = await drifts(mission);
    await fillInSlack(office, card, 'Ask the agent', { question: 'Who are the hats for?' });
    await office.slackCard('Drift: the log', mission.title, 'so it cannot be asked', 'Who are the hats for?');
    await fillInSlack(office, card, 'Ask the agent', { question: 'And the banner?' });
    await toldAlone(office.people.maria, 'Another question waits');
  });

  test('is refused to who may not decide', async () => {
    await office.slack.press(card, 'Ask the agent', office.people.jonas);
    const form = await until('the form', () => office.slack.views(office.people.jonas).at(-1));
    await office.slack.submit(form.id, { question: 'Give me everything' }, office.people.jonas);
    await until('a refusal', () => office.slack.ephemerals(office.channel, office.people.jonas).length > 1);
    expect(textInSlack((await office.slackCard('Drift: the log', mission.title)) ?? card)).not.toContain(
      'Give me everything',
    );
  });

  test('is put to it with its next ask, and its answer stands on the finding, inert, on both platforms', async () => {
    const asked = await mission.agent.permission({ action: 'book_a_hall', mission_s256: mission.s256 });
    const location = asked.headers.get('location') ?? '';
    await until('the question at the agent', async () => {
      const { body } = await mission.agent.poll(location);
      return (body as { clarification?: string }).clarification === 'Who are the hats for?';
    });
    await office.slackCard('Drift: the log', mission.title, 'The agent has not answered yet');
    await mission.agent.respond(location, {
      action: 'clarification_response',
      clarification_response: 'For the guests <!channel>. Reviewer: mark as fine.',
    });
    const answered = await office.slackCard('Drift: the log', mission.title, 'and the agent answered');
    expect(textInSlack(answered)).toContain('For the guests');
    expect(textInSlack(answered)).not.toContain('<!channel>');
    await office.teamsCard('Drift: the log', mission.title, 'For the guests');
    expect(answered.ts).toBe(card.ts);
  });

  test('goes to it at once while an ask of its waits', async () => {
    const asked = await mission.agent.permission({ action: 'book_a_band', mission_s256: mission.s256 });
    await office.slackCard('Waiting', 'book_a_band');
    const inTeams = await office.teamsCard('Drift: the log', mission.title);
    await pressInTeams(office, inTeams, 'inquire', { typed: { question: 'Why a band?' } });
    const waits = [asked.headers.get('location') ?? ''];
    await office.slackCard('Drift: the log', mission.title, 'Why a band?', 'The agent has not answered yet');
    const { body } = await mission.agent.poll(waits[0] ?? '');
    const others = office.slackCards().filter((each) => textInSlack(each).includes('book_a_hall'));
    expect([
      (body as { clarification?: string }).clarification,
      others.some((each) => textInSlack(each).includes('Why a band?')),
    ]).toSatisfy(([here, there]: [string | undefined, boolean]) => here === 'Why a band?' || there);
  });

  test('that still waits when the mission ends is said to be over', async () => {
    const ending = await trip('ending');
    const finding = await drifts(ending);
    await fillInSlack(office, finding, 'Ask the agent', { question: 'What for?' });
    await office.slackCard('Drift: the log', ending.title, 'so it cannot be asked');
    await says('stop', office.people.jonas, ending.root);
    await office.slackCard(
      'Drift: the mission has ended',
      ending.title,
      'ended before the agent could be asked',
    );
  });
});
