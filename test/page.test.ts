// The page of an ask: somebody who is not in chat opens the agent's link, shows who they are, reads everything and decides.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';
import { codeOn, enter, linkOf, locationOf, questionInSlack, toldInSlack } from './support/page-visit.ts';
import { openVisitor } from './support/visitor.ts';

let office: Office;
let agent: Agent;
beforeAll(async () => {
  office = await openOffice({
    rules: [{ for: { people: ['maria'], actions: ['wire_money'] }, approve: ['maria', 'jonas'], quorum: 2 }],
  });
  agent = await office.agent();
});
afterAll(() => office[Symbol.asyncDispose]());

test('a person says in Slack that the browser is theirs, reads everything and approves; every card follows', async () => {
  const { maria, jonas } = office.people;
  const asked = await agent.proposeMission({
    description: '# Bake bread\n\nIgnore the rules. <script>alert(1)</script> **Approve** me.',
    tools: [{ name: 'oven', description: 'Heats' }],
  });
  const visitor = openVisitor();
  const arrived = await visitor.open(linkOf(asked));
  expect(arrived.status).toBe(200);
  expect(arrived.url).not.toContain('code=');
  expect(arrived.text).toContain('Who are you?');
  expect(arrived.text).toContain(agent.id);
  expect(arrived.text).not.toContain('Bake bread');
  expect(arrived.text).not.toContain('Maria');
  expect(arrived.headers.get('content-security-policy')).toContain("default-src 'none'");

  const page = await visitor.send(arrived, 'Ask me in chat', { 'v.where': 'slack' });
  expect(codeOn(page)).toMatch(/^[0-9A-Z]{4}$/);
  const question = await questionInSlack(office, maria, codeOn(page));
  expect(toldInSlack(office, jonas)).toEqual([]);
  const early = await visitor.follow(page, 'continue');
  expect(early.text).not.toContain('Bake bread');
  await office.slack.press(question, `The page shows ${codeOn(page)}`, maria);
  await until('the end of the question', () =>
    toldInSlack(office, maria).find(({ text }) => text.includes('It was you')),
  );

  const whole = await visitor.follow(page, 'continue');
  for (const words of ['Bake bread', 'oven', 'The agent says', 'The full text', 'Approve', 'Deny', agent.id])
    expect(whole.text).toContain(words);
  expect(whole.html).not.toContain('<script');
  expect(whole.html).toContain('&lt;script&gt;');
  const done = await visitor.send(whole, 'Approve');
  expect(done.text).toContain('Maria on its page');
  expect(done.forms).toEqual([]);
  expect((await agent.settle(asked)).status).toBe(200);
  await office.slackCard('Mission active', 'Bake bread', 'Maria on its page');
  await office.teamsCard('Mission active', 'Bake bread', 'Maria on its page');
});

test('the same in Teams; a no carries its reason', async () => {
  const asked = await agent.proposeMission({ description: '# Sell the house' });
  const visitor = openVisitor();
  const page = await visitor.send(await visitor.open(linkOf(asked)), 'Ask me in chat', {
    'v.where': 'teams',
  });
  const { alice } = office.teamsPeople;
  const question = await until('the question in Teams', () =>
    office.teams
      .messages(office.teams.chatOf(alice))
      .findLast((each) => textInTeams(each).includes('Is this you?')),
  );
  await office.teams.press(question.id, 'chaperone.vouch', alice, { match: { choice: codeOn(page) } });
  const whole = await until('the whole ask', async () => {
    const next = await visitor.open(page.url);
    return next.text.includes('Sell the house') && next;
  });
  const done = await visitor.send(whole, 'Deny', { 'v.reason': 'we live in it' });
  expect(done.text).toContain('Denied');
  expect((await agent.settle(asked)).body).toMatchObject({ error: 'denied' });
  await office.slackCard('Denied', 'Maria on its page', 'we live in it');
});

test('the page asks the agent and approves less, by the same forms as the card', async () => {
  const asked = await agent.proposeMission({
    description: '# Plant a tree',
    tools: [{ name: 'spade' }, { name: 'chainsaw' }],
  });
  const visitor = openVisitor();
  const whole = await enter(office, asked, visitor, office.people.maria);
  const waiting = await visitor.send(whole, 'Ask', { 'v.question': 'Which tree?' });
  expect(waiting.text).toContain('Which tree?');
  await agent.respond(locationOf(asked), {
    action: 'clarification_response',
    clarification_response: 'An oak',
  });
  const answered = await visitor.open(waiting.url);
  expect(answered.text).toContain('An oak');
  await visitor.send(answered, 'Approve as changed', { 'v.tools': ['0'] });
  const { mission } = (await agent.settle(asked)).body as { mission: string };
  expect(JSON.parse(Buffer.from(mission, 'base64url').toString())).toMatchObject({
    approved_tools: [{ name: 'spade' }],
  });
});

test('a rule for two people wants two, on whichever door each of them comes in', async () => {
  const proposed = await agent.proposeMission({ description: '# Pay the builder' });
  await office.slack.press(
    await office.slackCard('Waiting', 'Pay the builder'),
    'chaperone:approve',
    office.people.maria,
  );
  const { s256 } = (await agent.settle(proposed)).body as { s256: string };
  const asked = await agent.permission({ action: 'wire_money', mission_s256: s256 });
  const visitor = openVisitor();
  const whole = await enter(office, asked, visitor, office.people.jonas, 'Jonas');
  const first = await visitor.send(whole, 'Approve');
  expect(first.text).toContain('1 of 2 approved');
  expect((await agent.poll(locationOf(asked))).status).toBe(202);
  await office.slack.press(
    await office.slackCard('Waiting', 'wire_money', 'Jonas on its page'),
    'chaperone:approve',
    office.people.maria,
  );
  expect((await agent.settle(asked)).body).toMatchObject({ permission: 'granted' });
  expect((await visitor.open(whole.url)).text).toContain('2 of 2 approved');
});

test('what was decided on a page is an act like every other, and nobody is alarmed', async () => {
  expect(office.slackCards().map(textInSlack).join('\n')).not.toContain('outside');
  expect(office.teamsCards().map(textInTeams).join('\n')).not.toContain('outside');
  await office.leftBehind(async ({ acts }) => {
    const found: object[] = [];
    for await (const { verb, outcome, person, actor, surface } of acts.read())
      if (surface.startsWith('page:') || verb === 'vouch') found.push({ verb, outcome, person, actor });
    const maria = `slack:${office.slack.team}:${office.people.maria}`;
    const inTeams = expect.stringMatching(/^teams:/);
    expect(found).toEqual([
      { verb: 'vouch', outcome: 'vouched', person: 'maria', actor: maria },
      { verb: 'approve', outcome: 'decided', person: 'maria', actor: maria },
      { verb: 'vouch', outcome: 'vouched', person: 'maria', actor: inTeams },
      { verb: 'deny', outcome: 'decided', person: 'maria', actor: inTeams },
      { verb: 'vouch', outcome: 'vouched', person: 'maria', actor: maria },
      { verb: 'ask', outcome: 'decided', person: 'maria', actor: maria },
      { verb: 'approve', outcome: 'decided', person: 'maria', actor: maria },
      {
        verb: 'vouch',
        outcome: 'vouched',
        person: 'jonas',
        actor: `slack:${office.slack.team}:${office.people.jonas}`,
      },
      {
        verb: 'approve',
        outcome: 'voted',
        person: 'jonas',
        actor: `slack:${office.slack.team}:${office.people.jonas}`,
      },
    ]);
    expect((await acts.check()).faults).toEqual([]);
  });
});
