// Oversight as a team shares it: several have to approve, some are only told, one has no say, one decides for another.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let s256 = '';
let mayNot: (who: string, words: string) => Promise<unknown>;

beforeAll(async () => {
  office = await openOffice({
    runs: 'apart',
    rules: [
      {
        for: { people: ['maria'], actions: ['pay_*'] },
        risk: 'spending money',
        approve: ['maria', 'jonas', 'paul'],
        quorum: 2,
      },
      {
        for: { people: ['maria'], actions: ['invite_guests'] },
        approve: ['maria', 'jonas'],
        exclude: 'person',
        notify: ['paul'],
      },
      {
        for: { people: ['maria'], actions: ['sign_contract'] },
        approve: ['maria', 'jonas'],
        step_up: 'second_person',
      },
    ],
    delegation: { to: ['paul', 'jonas'], longest_days: 14 },
  });
  agent = await office.agent();
  const asked = await agent.proposeMission({ description: '# Bake the cake' });
  await office.slack.press(await office.slackCard('Bake the cake'), 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
  await office.slackCard('Mission active');
  mayNot = (who, words) =>
    until(`a word to ${who} alone with ${words}`, () =>
      office.slack.ephemerals(office.channel, who).find(({ text }) => text.includes(words)),
    );
});
afterAll(() => office[Symbol.asyncDispose]());

const wants = (action: string) => agent.permission({ action, mission_s256: s256 });
const permissionOf = ({ body }: Answer) => (body as { permission?: string }).permission;

/** The ask about an action, as mission control knows it. */
async function askAbout(action: string) {
  const { body } = await office.control(`/requests?mission_s256=${s256}`);
  const all = body['requests'] as {
    id: string;
    digest: string;
    state: string;
    agent_asserted: { action?: string };
    decision?: { action: string; decided_by: { person: string } };
  }[];
  const found = all.findLast(({ agent_asserted }) => agent_asserted.action === action);
  if (!found) throw new Error(`nobody asked for ${action}`);
  return found;
}

describe('where two of three approve', () => {
  let asked: Answer;

  test('the card says how many it takes, for which risk, and calls all three', async () => {
    asked = await wants('pay_rent');
    const slack = await office.slackCard('pay_rent', '0 of 2 approved', 'spending money', 'different people');
    await office.teamsCard('pay_rent', '0 of 2 approved', 'spending money');
    for (const who of [office.people.maria, office.people.jonas, office.people.paul])
      expect(JSON.stringify(slack.blocks)).toContain(who);
  });

  test('one approval alone decides nothing; every copy of the card says who has given it', async () => {
    await office.slack.press(await office.slackCard('pay_rent'), 'chaperone:approve', office.people.maria);
    await office.slackCard('pay_rent', '1 of 2 approved: Maria in Slack');
    await office.teamsCard('pay_rent', '1 of 2 approved: Maria in Slack');
    expect((await askAbout('pay_rent')).state).toBe('open');
  });

  test('the same person never makes the second, on whichever platform', async () => {
    await office.slack.press(await office.slackCard('pay_rent'), 'chaperone:approve', office.people.maria);
    await mayNot(office.people.maria, 'approved this already');
    const teams = await office.teamsCard('pay_rent', '1 of 2');
    await office.teams.press(teams.id, 'chaperone.approve', office.teamsPeople.alice);
    await until('a word to Alice alone', () =>
      office.teams
        .messages(office.teams.chatOf(office.teamsPeople.alice))
        .some((message) => textInTeams(message).includes('approved this already')),
    );
    expect((await askAbout('pay_rent')).state).toBe('open');
  });

  test('a process that dies in the middle forgets no vote', async () => {
    await office.restart();
    await office.slackCard('pay_rent', '1 of 2 approved: Maria in Slack');
    const teams = await office.teamsCard('pay_rent', '1 of 2');
    await office.teams.press(teams.id, 'chaperone.approve', office.teamsPeople.bob);
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
    await office.slackCard('Approved', 'pay_rent', '2 of 2 approved: Maria in Slack, Jonas in Teams');
    await office.teamsCard('Approved', 'pay_rent', '2 of 2 approved: Maria in Slack, Jonas in Teams');
    expect((await askAbout('pay_rent')).decision?.decided_by.person).toBe('jonas');
  });

  test('one no denies at once, whoever has approved', async () => {
    const again = await wants('pay_gas');
    const card = await office.slackCard('pay_gas');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await office.slackCard('pay_gas', '1 of 2');
    const teams = await office.teamsCard('pay_gas', '1 of 2');
    await office.teams.press(teams.id, 'chaperone.deny', office.teamsPeople.bob);
    expect(permissionOf(await agent.settle(again))).toBe('denied');
    await office.slackCard('Denied', 'pay_gas', 'Jonas in Teams');
  });

  test('everybody at once, and twice: one decision, and nobody counts twice', async () => {
    const again = await wants('pay_water');
    const slack = await office.slackCard('pay_water');
    const teams = await office.teamsCard('pay_water');
    const { maria, jonas, paul } = office.people;
    await Promise.all([
      ...[maria, jonas, paul, maria, jonas, paul].map((who) =>
        office.slack.press(slack, 'chaperone:approve', who),
      ),
      office.teams.press(teams.id, 'chaperone.approve', office.teamsPeople.alice),
      office.teams.press(teams.id, 'chaperone.approve', office.teamsPeople.bob),
    ]);
    expect(permissionOf(await agent.settle(again))).toBe('granted');
    const settled = await office.slackCard('Approved', 'pay_water', '2 of 2 approved');
    expect(textInSlack(settled)).toMatch(/2 of 2 approved: (\w+) in \w+, (?!\1)\w+ in \w+/);
  });

  test('an approval and a denial at once end in one of the two, the same on both platforms', async () => {
    const again = await wants('pay_fine');
    const slack = await office.slackCard('pay_fine');
    const teams = await office.teamsCard('pay_fine');
    await office.slack.press(slack, 'chaperone:approve', office.people.maria);
    await office.slackCard('pay_fine', '1 of 2');
    await Promise.all([
      office.slack.press(slack, 'chaperone:approve', office.people.paul),
      office.teams.press(teams.id, 'chaperone.deny', office.teamsPeople.bob),
    ]);
    const outcome = permissionOf(await agent.settle(again));
    const word = outcome === 'granted' ? 'Approved' : 'Denied';
    await office.slackCard(word, 'pay_fine');
    await office.teamsCard(word, 'pay_fine');
  });

  test('a quorum that was reached when the process died is decided after the start', async () => {
    const again = await wants('pay_bill');
    const card = await office.slackCard('pay_bill');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await office.slackCard('pay_bill', '1 of 2');
    const { id, digest } = await askAbout('pay_bill');
    const actor = `slack:${office.slack.team}:${office.people.jonas}`;
    // What a process leaves behind that dies between counting the last vote and taking it to the Person Server.
    await office.leftBehind(({ votes }) =>
      votes.cast({
        source: 'the press before the end',
        requestId: id,
        digest,
        reach: undefined,
        given: { person: 'jonas', via: 'slack', id: actor },
        by: 'jonas',
        for: undefined,
        delegation: undefined,
        at: new Date(),
      }),
    );
    await office.start();
    expect(permissionOf(await agent.settle(again))).toBe('granted');
    await office.slackCard('Approved', 'pay_bill', '2 of 2 approved: Maria in Slack, Jonas in Slack');
  });

  test('a change of the ask voids what was approved before', async () => {
    const again = await wants('pay_taxi');
    const card = await office.slackCard('pay_taxi');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await office.slackCard('pay_taxi', '1 of 2');
    const { id, digest } = await askAbout('pay_taxi');
    const decided_by = { person: 'maria', via: 'console', id: 'console:maria' };
    await office.control(`/requests/${id}`, { action: 'ask', question: 'To where?', digest, decided_by });
    const location = again.headers.get('location') ?? '';
    await agent.respond(location, {
      action: 'clarification_response',
      clarification_response: 'The moon',
    });
    await office.slackCard('pay_taxi', 'The moon', '0 of 2 approved');
    await office.slack.press(await office.slackCard('pay_taxi'), 'chaperone:approve', office.people.jonas);
    await office.slackCard('pay_taxi', '1 of 2 approved: Jonas in Slack');
    expect((await askAbout('pay_taxi')).state).toBe('open');
    await office.slack.press(await office.slackCard('pay_taxi'), 'chaperone:approve', office.people.maria);
    expect(permissionOf(await agent.settle(again))).toBe('granted');
  });
});

describe('the agent’s own person, where the rule excludes them', () => {
  test('has no say, is told so alone, and those who are only told have none either', async () => {
    const asked = await wants('invite_guests');
    const card = await office.slackCard('invite_guests', 'Maria has no say', 'Told, without a say: Paul');
    expect(JSON.stringify(card.blocks)).toContain(office.people.paul);
    expect(JSON.stringify(card.blocks)).not.toContain(`<@${office.people.maria}>`);
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await mayNot(office.people.maria, 'wants somebody else to decide');
    await office.slack.press(card, 'chaperone:approve', office.people.paul);
    await mayNot(office.people.paul, 'not an approver');
    expect((await askAbout('invite_guests')).state).toBe('open');
    await office.slack.press(card, 'chaperone:approve', office.people.jonas);
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
  });
});

describe('what the operator wants confirmed', () => {
  test('takes a second, different person', async () => {
    const asked = await wants('sign_contract');
    const card = await office.slackCard('sign_contract', '0 of 2', 'second, different person confirms');
    await office.slack.press(card, 'chaperone:approve', office.people.jonas);
    await office.slackCard('sign_contract', '1 of 2 approved: Jonas in Slack');
    expect((await askAbout('sign_contract')).state).toBe('open');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
  });
});

test('every vote and every refusal is in the record, the decision once, and the chain holds', async () => {
  const { id } = await askAbout('pay_rent');
  const { id: raced } = await askAbout('pay_water');
  await office.leftBehind(async ({ acts, votes }) => {
    expect((await acts.about(`request:${id}`)).map((act) => `${act.person} ${act.outcome}`)).toEqual([
      'maria voted',
      'maria refused:already_voted',
      'maria refused:already_voted',
      'jonas voted',
      'jonas decided',
    ]);
    const outcomes = (await acts.about(`request:${raced}`)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'decided')).toHaveLength(1);
    expect(outcomes).toHaveLength(9);
    expect(await votes.open('', 10)).toEqual([]);
    expect((await acts.check()).faults).toEqual([]);
  });
});
