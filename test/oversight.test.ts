// The story the product must tell: an agent asks, a person answers in Slack or Teams, a person stops the mission in words.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
beforeAll(async () => {
  office = await openOffice();
  agent = await office.agent();
});
afterAll(() => office[Symbol.asyncDispose]());

type Body = Record<string, string>;
const bodyOf = (answer: { body: unknown }) => answer.body as Body;

describe('the cake mission', () => {
  let s256 = '';
  let shopToken = '';

  test('a proposal hangs in Slack and in Teams, saying who asks, for whom and what', async () => {
    const asked = await agent.proposeMission({
      description: '# Buy the ingredients for the cake\n\nFlour, sugar, eggs and butter for Saturday.',
      resources: [office.shop.issuer],
    });
    expect(asked.status).toBe(202);
    const slack = await office.slackCard('Buy the ingredients for the cake');
    const teams = await office.teamsCard('Buy the ingredients for the cake');
    for (const text of [textInSlack(slack), textInTeams(teams)]) {
      expect(text).toContain(agent.id);
      expect(text).toContain('Maria');
      expect(text).toContain('New agent');
      expect(text).toContain(office.shop.issuer);
    }

    await office.slack.press(slack, 'chaperone:approve', office.people.maria);
    const settled = await agent.settle(asked);
    expect(settled.status).toBe(200);
    s256 = bodyOf(settled).s256 ?? '';
    shopToken = ((settled.body as { person_tokens: Body }).person_tokens ?? {})[office.shop.issuer] ?? '';
    expect(s256).toMatch(/^[\w-]{43}$/);
  });

  test('the proposal becomes the live card of the mission, on both platforms', async () => {
    const slack = await office.slackCard('Mission active', 'Buy the ingredients');
    const teams = await office.teamsCard('Mission active', 'Buy the ingredients');
    expect(textInSlack(slack)).toContain('Maria in Slack');
    expect(textInTeams(teams)).toContain('Maria in Slack');
    expect(office.slackCards()).toHaveLength(1);
    expect(office.teamsCards()).toHaveLength(1);
  });

  test('flour fits the mission: it is granted silently, with a line in the log that says why', async () => {
    const offered = await agent.authorize(office.shop, shopToken, { scope: 'buy:flour' });
    const { resource_token } = bodyOf(offered);
    const granted = await agent.authToken({
      resource_token,
      presented_token: shopToken,
      justification: 'flour',
    });
    expect(granted.status).toBe(200);
    expect((await agent.use(office.shop, bodyOf(granted).auth_token ?? '')).status).toBe(200);
    const { body } = await office.control(`/missions/${s256}/log`);
    const entries = body.entries as { kind: string; outcome?: string; decided_by?: { policy?: string } }[];
    expect(entries.findLast(({ kind }) => kind === 'auth_token')).toMatchObject({
      outcome: 'granted',
      decided_by: { policy: expect.stringContaining('approved') as string },
    });
    expect(office.slackCards()).toHaveLength(1);
  });

  test('a PlayStation does not fit: the ask hangs in the mission’s thread, is denied in Teams, and Slack follows', async () => {
    const asked = await agent.personToken({
      resource: office.toys.issuer,
      mission_s256: s256,
      justification: 'The children would be quieter with a **PlayStation**.',
    });
    expect(asked.status).toBe(202);
    const [root] = office.slackCards();
    const slack = await office.slackCard(office.toys.issuer, 'PlayStation');
    const teams = await office.teamsCard(office.toys.issuer, 'PlayStation');
    expect(slack.thread_ts).toBe(root?.ts);
    expect(teams.conversation).toBe(office.teamsCards()[0]?.conversation);

    await office.teams.press(teams.id, 'chaperone.deny', office.teamsPeople.alice, {
      typed: { reason: 'toys are no ingredients' },
    });
    const denied = await agent.settle(asked);
    expect(denied.status).toBe(403);
    expect(bodyOf(denied).error).toBe('denied');
    const followed = await office.slackCard('Denied', 'Maria in Teams');
    expect(followed.ts).toBe(slack.ts);
    expect(textInSlack(followed)).toContain('toys are no ingredients');
  });

  test('a second click on a decided ask changes nothing, and the person is told who was first', async () => {
    const decided = office
      .teamsCards()
      .find((message) => textInTeams(message).includes('toys are no ingredients'));
    const [asAsked] = decided?.cards ?? [];
    await office.teams.press(decided?.id ?? '', 'chaperone.approve', office.teamsPeople.alice, {
      card: asAsked,
    });
    const told = await until('a word to Alice alone', () =>
      office.teams.messages(office.teams.chatOf(office.teamsPeople.alice)).at(-1),
    );
    expect(textInTeams(told)).toContain('changed nothing');
    expect(textInTeams(told)).toContain('Denied');
  });

  test('whoever may not stop it is told so alone, and the mission goes on', async () => {
    const root = office.slackCards()[0];
    await office.slack.say(office.channel, office.people.stranger, office.mention('stop'), root?.ts);
    const told = await until('a private refusal', () =>
      office.slack.ephemerals(office.channel, office.people.stranger).at(-1),
    );
    expect(told.text).toContain('does not know your account');
    expect((await office.control(`/missions/${s256}`)).body.status).toBe('active');
  });

  test('“stop the cake mission” in its thread ends it at once, voids what is open, and the agent is told', async () => {
    const open = await agent.permission({ action: 'send_invitations', mission_s256: s256 });
    expect(open.status).toBe(202);
    await office.slackCard('send_invitations');
    const root = office.slackCards()[0];
    await office.slack.say(
      office.channel,
      office.people.jonas,
      office.mention('stop the cake mission'),
      root?.ts,
    );

    const voided = await agent.settle(open);
    expect(voided.status).toBe(403);
    expect(bodyOf(voided)).toMatchObject({ error: 'mission_terminated', mission_status: 'terminated' });
    const again = await agent.permission({ action: 'anything', mission_s256: s256 });
    expect(again.status).toBe(403);
    expect(bodyOf(again).error).toBe('mission_terminated');

    const report = await office.slackCard('stopped', 'Asks voided');
    expect(report.thread_ts).toBe(root?.ts);
    expect(textInSlack(report)).toContain(office.shop.issuer);
    await office.teamsCard('stopped', 'Asks voided');
    await office.slackCard('Void', 'send_invitations');

    // The report follows what comes of the stop: the shop revoked its tokens, the agent was told, and tried in vain.
    const told = [
      'the resource confirmed the revocation',
      'Agent told: at',
      '1 attempt after the stop, and it was refused',
      'No authority remains since',
    ];
    const followed = await office.slackCard('stopped', 'Asks voided', ...told);
    expect(followed.ts).toBe(report.ts);
    await office.teamsCard('stopped', 'Asks voided', ...told);
  });

  test('the Person Server says who ended it, and why', async () => {
    const { body } = await office.control(`/missions/${s256}`);
    expect(body).toMatchObject({
      status: 'terminated',
      termination_reason: 'revoked',
      terminated_by: { person: 'jonas' },
    });
  });
});
