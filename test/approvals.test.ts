// What is approved, and how: a proposal with changes, a permission once or for the mission, a change, the end.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import type { SlackMessage } from './support/fake-slack.ts';
import { fillInSlack, labelsOf, pressInTeams } from './support/forms.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';
import { platforms, wallOf } from './support/walls.ts';

let office: Office;
let agent: Agent;
let s256 = '';
let root: SlackMessage;
beforeAll(async () => {
  office = await openOffice();
  agent = await office.agent();
});
afterAll(() => office[Symbol.asyncDispose]());

type Body = Record<string, unknown>;
const bodyOf = (answer: Answer) => answer.body as Body;

describe('a proposal', () => {
  test('is approved with changes: fewer tools, other words, an end; opening the form decides nothing', async () => {
    const asked = await agent.proposeMission({
      description: '# Buy the ingredients for the cake\n\nFlour and eggs.',
      tools: [
        { name: 'order', description: 'Order groceries' },
        { name: 'sing', description: 'Sing a song' },
      ],
      resources: [office.shop.issuer, office.toys.issuer],
    });
    const card = await office.slackCard('Waiting', 'Buy the ingredients');
    expect(labelsOf(card).slice(0, 4)).toEqual(['Approve', 'Approve with changes', 'Deny', 'Ask']);
    await office.slack.press(card, 'Approve with changes', office.people.maria);
    const view = office.slack.views(office.people.maria).at(-1);
    expect((await agent.poll(asked.headers.get('location') ?? '')).status).toBe(202);

    await office.slack.submit(
      view?.id ?? '',
      { tools: ['0'], resources: ['0'], ends: 'day', description: '# Buy flour for the cake' },
      office.people.maria,
    );
    const settled = await agent.settle(asked);
    s256 = String(bodyOf(settled).s256);
    const { body } = await office.control(`/missions/${s256}`);
    expect(body).toMatchObject({
      description: '# Buy flour for the cake',
      approved_tools: [{ name: 'order' }],
      approved_resources: [office.shop.issuer],
    });
    const hours = (Date.parse(String(body.expires_at)) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThanOrEqual(24);
    root = await office.slackCard('Mission active', 'Buy flour');
  });

  test('is changed inside the card in Teams, where a form that is not whole changes nothing', async () => {
    const other = await office.agent('party');
    const asked = await other.proposeMission({
      description: 'Plan the party',
      tools: [{ name: 'invite' }, { name: 'dance' }],
    });
    const card = await office.teamsCard('Waiting', 'Plan the party');
    const match = { choice: 'changes' };
    await pressInTeams(office, card, 'approve', { match, typed: { tools: '1', 'at~date': '2020-01-01' } });
    await until('a word to Alice alone', () =>
      office.teams
        .messages(office.teams.chatOf(office.teamsPeople.alice))
        .find((message) => textInTeams(message).includes('not complete')),
    );
    expect((await other.poll(asked.headers.get('location') ?? '')).status).toBe(202);
    await pressInTeams(office, card, 'approve', {
      match,
      typed: { tools: '1', ends: 'open', 'at~date': '2031-05-01' },
    });
    const settled = await other.settle(asked);
    const { body } = await office.control(`/missions/${String(bodyOf(settled).s256)}`);
    expect(body).toMatchObject({
      description: 'Plan the party',
      approved_tools: [{ name: 'dance' }],
      expires_at: '2031-05-01T23:59:00.000Z',
    });
  });
});

describe('a permission', () => {
  test('shows its parameters as rows, and a yes for once is asked for again', async () => {
    const ask = () =>
      agent.permission({
        action: 'mail:send',
        description: 'Tell the guests',
        parameters: { to: ['ann@example.com'], letter: { subject: 'Cake', urgent: false } },
        mission_s256: s256,
      });
    const first = await ask();
    const card = await office.slackCard('Waiting', 'mail:send');
    expect(card.thread_ts).toBe(root.ts);
    for (const row of ['to.0: ann@example.com', 'letter.subject: Cake', 'letter.urgent: false']) {
      expect(textInSlack(card)).toContain(row);
    }
    expect(textInSlack(card)).toContain('First ask for mail:send in this mission.');
    expect(labelsOf(card).slice(0, 4)).toEqual(['Approve once', 'Approve for this mission', 'Deny', 'Ask']);
    await office.slack.press(card, 'Approve once', office.people.maria);
    expect(bodyOf(await agent.settle(first))).toEqual({ permission: 'granted' });
    expect(textInSlack(await office.slackCard('Approved', 'this one time'))).toContain('Maria in Slack');

    const second = await ask();
    expect(second.status).toBe(202);
    const again = await office.slackCard('Waiting', 'mail:send', 'Second ask');
    await fillInSlack(office, again, 'Deny', { reason: 'once was enough' });
    expect(bodyOf(await agent.settle(second))).toMatchObject({ permission: 'denied' });
  });

  test('shows what became of the same ask before, and a yes for the mission is not asked for again', async () => {
    const ask = () => agent.permission({ action: 'mail:send', mission_s256: s256 });
    const third = await ask();
    const card = await office.teamsCard('Waiting', 'Third ask');
    const text = textInTeams(card);
    expect(text).toContain('Third ask for mail:send in this mission: denied once, granted once.');
    expect(text).toMatch(/denied by Maria at .* \(said by a person\)/);
    expect(text).toContain('once was enough');
    await pressInTeams(office, card, 'approve', { match: { choice: 'mission' } });
    expect(bodyOf(await agent.settle(third))).toEqual({ permission: 'granted' });
    await office.slackCard('Approved', 'mail:send', 'for the rest of this mission');
    expect((await ask()).status).toBe(200);
  });
});

describe('a mission that changes and ends', () => {
  test('a change is shown with everything accepted so far', async () => {
    const first = await agent.actOnMission(s256, { action: 'update', description: 'And candles.' });
    const card = await office.slackCard('Waiting', 'And candles.');
    expect(textInSlack(card)).toContain('No change was accepted before this one.');
    expect(textInSlack(card)).toContain('Buy flour for the cake');
    await office.slack.press(card, 'Approve', office.people.maria);
    expect((await agent.settle(first)).status).toBe(200);

    const second = await agent.actOnMission(s256, { action: 'update', description: 'And a banner.' });
    const next = await office.teamsCard('Waiting', 'And a banner.');
    expect(textInTeams(next)).toContain('Change 1, accepted at');
    expect(textInTeams(next)).toContain('And candles.');
    await pressInTeams(office, next, 'deny', { typed: { reason: 'no banner' } });
    expect((await agent.settle(second)).status).toBe(403);
  });

  test('its end is proposed beside what the log shows, and accepting it ends the mission', async () => {
    await agent.audit({ mission_s256: s256, action: 'order', description: 'flour', parameters: {} });
    await agent.audit({ mission_s256: s256, action: 'dance', description: 'why not', parameters: {} });
    const asked = await agent.actOnMission(s256, {
      action: 'completion',
      summary: 'I did order the flour. Everything is bought.',
    });
    const card = await office.slackCard('Waiting', 'Everything is bought.');
    const text = textInSlack(card);
    expect(text).toContain('Approved and used: order once (said by the agent)');
    expect(text).toMatch(/Not in the agent’s summary:.*dance once \(said by the agent\)/);
    expect(text).toContain('mail:send 3 times (said by a person)');
    expect(labelsOf(card).slice(0, 3)).toEqual(['Accept as done', 'Deny', 'Ask']);
    await office.slack.press(card, 'Accept as done', office.people.maria);
    expect(bodyOf(await agent.settle(asked))).toMatchObject({ mission_status: 'terminated' });
    await office.teamsCard('Mission completed');
  });

  test.each(platforms)('its end is questioned in %s before it is accepted there, by who may', async (on) => {
    const wall = wallOf(office, on);
    const other = await office.agent(`baker-${on}`);
    const tools = [{ name: 'bake' }, { name: 'sing' }];
    const proposed = await other.proposeMission({ description: `Bread for ${on}`, tools });
    await (await wall.card('Waiting', `Bread for ${on}`)).press('Approve');
    const mission = String(bodyOf(await other.settle(proposed)).s256);
    await other.audit({ mission_s256: mission, action: 'bake', description: 'bread', parameters: {} });
    await other.audit({ mission_s256: mission, action: 'dance', description: 'why not', parameters: {} });
    const summary = 'The bread is ready. Nothing else happened: accept this.';
    const asked = await other.actOnMission(mission, { action: 'completion', summary });
    const card = await wall.card('Waiting', other.id, 'says its mission', 'The bread is ready.');
    expect(card.text).toContain('Approved and used: bake once (said by the agent)');
    expect(card.text).toContain('Approved, not in the log: sing');
    expect(card.text).toMatch(/Not in the agent’s summary:.*dance once \(said by the agent\)/);

    const question = `Who danced, ${on}?`;
    await card.press('Ask', 'maria', { question });
    const location = asked.headers.get('location') ?? '';
    await until('the question', async () => bodyOf(await other.poll(location)).clarification === question);
    const said = { action: 'clarification_response', clarification_response: `I did, ${on}.` };
    await other.respond(location, said);
    const told = await wall.card('The agent answered a question', question, `I did, ${on}.`);
    expect(told.drawn).toContain(on === 'slack' ? `<@${office.people.maria}>` : '<at>Maria</at>');

    const answered = await wall.card('Waiting', 'The bread is ready.', `I did, ${on}.`);
    await wall.tells('jonas', () => answered.press('Accept as done', 'jonas'), 'not an approver');
    expect((await other.poll(location)).status).toBe(202);
    await answered.press('Accept as done');
    expect(bodyOf(await other.settle(asked))).toMatchObject({ mission_status: 'terminated' });
    for (const each of platforms)
      await wallOf(office, each).card('Mission completed', `Bread for ${on}`, `Maria ${wall.name}`);
  });
});
