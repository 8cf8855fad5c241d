// What is said between people and agents before and besides a yes or a no: questions both ways, pages, less.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import type { SlackMessage } from './support/fake-slack.ts';
import { fillInSlack, labelsOf, pressInTeams } from './support/forms.ts';
import { openIntermediary } from './support/intermediary.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';
import { locationOf } from './support/page-visit.ts';
import { platforms, wallOf } from './support/walls.ts';

let office: Office;
let agent: Agent;
let s256 = '';
let root: SlackMessage;
beforeAll(async () => {
  office = await openOffice();
  agent = await office.agent();
  const asked = await agent.proposeMission({ description: '# Buy flour for the cake' });
  const card = await office.slackCard('Waiting', 'Buy flour');
  await office.slack.press(card, 'Approve', office.people.maria);
  s256 = String(bodyOf(await agent.settle(asked)).s256);
  root = await office.slackCard('Mission active', 'Buy flour');
});
afterAll(() => office[Symbol.asyncDispose]());

/** Both platforms show a card with these words. */
const everywhere = (...words: readonly string[]) =>
  Promise.all(platforms.map((on) => wallOf(office, on).card(...words)));

type Body = Record<string, unknown>;
const bodyOf = (answer: Answer) => answer.body as Body;

describe('a token', () => {
  let shopToken = '';
  let asked: Answer;
  let location = '';

  test('of a resource never used before asks whether the agent may act there for the person', async () => {
    const toys = await agent.personToken({ resource: office.toys.issuer, mission_s256: s256 });
    const card = await office.slackCard('Waiting', office.toys.issuer, 'never used by this person');
    expect(labelsOf(card)[0]).toBe('Approve for this mission');
    await office.slack.press(card, 'Approve for this mission', office.people.maria);
    shopToken = String(bodyOf(await agent.settle(toys)).person_token);
  });

  const authorize = async (scope: string) =>
    String(bodyOf(await agent.authorize(office.toys, shopToken, { scope })).resource_token);

  test('is questioned before it is decided, and the answer calls whoever asked, in the thread', async () => {
    asked = await agent.authToken({
      resource_token: await authorize('buy:playstation buy:everything'),
      presented_token: shopToken,
      justification: 'It is on sale.',
    });
    location = asked.headers.get('location') ?? '';
    const card = await office.slackCard('Waiting', 'buy:everything');
    expect(textInSlack(card)).toContain('Approving adds: buy:playstation, buy:everything');
    await fillInSlack(office, card, 'Ask', { question: 'What has this to do with a cake?' });
    const pending = await until('the question', async () => {
      const body = bodyOf(await agent.poll(location));
      return body.clarification ? body : undefined;
    });
    expect(pending.clarification).toBe('What has this to do with a cake?');
    const waiting = await office.slackCard('Waiting for the agent', 'What has this to do with a cake?');
    expect(labelsOf(waiting)).not.toContain('Ask');

    await agent.respond(location, {
      action: 'clarification_response',
      clarification_response: 'The child waits <@U0EVERYBODY> for it.',
    });
    const answer = await office.slackCard('The agent answered a question', 'The child waits');
    expect(answer.thread_ts).toBe(root.ts);
    expect(answer.text).toContain(`<@${office.people.maria}>`);
    expect(answer.text).not.toContain('<@U0EVERYBODY>');
    expect(textInSlack(answer)).toMatch(/\d more questions can be asked/);
    await office.teamsCard('The agent answered a question', 'The child waits');
  });

  test('is asked for less, and the old stands beside the new before anybody approves', async () => {
    const card = await office.teamsCard('Waiting', 'buy:everything', 'The child waits');
    await pressInTeams(office, card, 'ask', {
      match: { choice: 'less' },
      typed: { question: 'Only what is needed.' },
    });
    const pending = await until('the wish for less', async () => {
      const body = bodyOf(await agent.poll(location));
      return body.clarification ? body : undefined;
    });
    expect(pending.clarification).toContain('Can you do with less?');
    expect(pending.clarification).toContain('You asked for: buy:playstation buy:everything.');
    expect(pending.clarification).toContain('Only what is needed.');
    const updated = await agent.respond(location, {
      action: 'updated_request',
      resource_token: await authorize('buy:playstation'),
      presented_token: shopToken,
      justification: 'One is enough.',
    });
    expect(updated.status).toBe(202);
    const changed = await office.slackCard('Waiting', 'What the agent changed');
    const text = textInSlack(changed);
    expect(text).toContain('Scope before: buy:playstation, buy:everything');
    expect(text).toContain('Scope now: buy:playstation');
    expect(text).toContain('Given up: buy:everything');
    expect(text).toContain('It is on sale.');
    await office.slackCard('The agent changed what it asks for');

    // A yes to what stood there before is no yes to this.
    const stale = card.cards.at(-1);
    await office.teams.press(card.id, 'chaperone.approve', office.teamsPeople.alice, { card: stale });
    await until('a word about the change', () =>
      office.teams
        .messages(office.teams.chatOf(office.teamsPeople.alice))
        .find((message) => textInTeams(message).includes('changed after it was shown')),
    );
    await office.slack.press(changed, 'Approve for this mission', office.people.maria);
    const granted = await agent.settle(asked);
    expect(granted.status).toBe(200);
    await office.slackCard('Approved', 'buy:playstation', 'for the rest of this mission');
  });
});

describe('an ask in words', () => {
  test('is put by “ask …” in the thread, and only by somebody who may decide', async () => {
    const asked = await agent.permission({ action: 'phone_call', mission_s256: s256 });
    const location = asked.headers.get('location') ?? '';
    await office.slackCard('Waiting', 'phone_call');
    await office.slack.say(
      office.channel,
      office.people.jonas,
      office.mention('ask Whom do you call?'),
      root.ts,
    );
    await until('a refusal to Jonas', () =>
      office.slack
        .ephemerals(office.channel, office.people.jonas)
        .find(({ text }) => text.includes('not an approver')),
    );
    await office.slack.say(
      office.channel,
      office.people.maria,
      office.mention('ask: Whom do you call?'),
      root.ts,
    );
    await until(
      'the question',
      async () => bodyOf(await agent.poll(location)).clarification === 'Whom do you call?',
    );
    await agent.respond(location, { action: 'clarification_response', clarification_response: 'The baker.' });
    await office.slackCard('The agent answered', 'The baker.');
    await fillInSlack(office, await office.slackCard('Waiting', 'phone_call', 'The baker.'), 'Deny', {});
    expect(bodyOf(await agent.settle(asked))).toEqual({ permission: 'denied' });
  });

  test('needs no verb in the thread of one ask: a plain question of a decider goes to its agent, nobody else’s', async () => {
    const asked = await agent.proposeMission({ description: '# Bake the bread' });
    const location = asked.headers.get('location') ?? '';
    const card = await office.slackCard('Waiting', 'Bake the bread');
    const says = (text: string, by: string) =>
      office.slack.say(office.channel, by, office.mention(text), card.ts);
    await says('For whom is all that bread?', office.people.jonas);
    await until('no understanding of Jonas', () =>
      office
        .slackCards()
        .find((each) => each.thread_ts === card.ts && textInSlack(each).includes('Not understood')),
    );
    expect(bodyOf(await agent.poll(location)).clarification).toBeUndefined();
    const { conversation } = await office.teamsCard('Waiting', 'Bake the bread');
    await office.teams.say(office.teamsPeople.alice, conversation, 'For whom is all that bread?');
    await until(
      'the question',
      async () => bodyOf(await agent.poll(location)).clarification === 'For whom is all that bread?',
    );
    await agent.respond(location, {
      action: 'clarification_response',
      clarification_response: 'The neighbours.',
    });
    await office.teamsCard('The agent answered', 'The neighbours.');
    await fillInSlack(
      office,
      await office.slackCard('Waiting', 'Bake the bread', 'The neighbours.'),
      'Deny',
      {},
    );
    expect((await agent.settle(asked)).status).toBe(403);
  });
});

describe('a question of the agent', () => {
  test('is answered by a button, by a form, and by words', async () => {
    const ask = (question: string, options?: string[]) =>
      agent.interact({ type: 'question', question, mission_s256: s256, ...(options && { options }) });
    const first = await ask('Which flour?', ['wheat', 'spelt']);
    const card = await office.slackCard('Waiting', 'Which flour?');
    expect(labelsOf(card).slice(0, 4)).toEqual(['Answer: “wheat”', 'Answer: “spelt”', 'Answer', 'Deny']);
    await office.slack.press(card, 'Answer: “spelt”', office.people.maria);
    expect(bodyOf(await agent.settle(first))).toEqual({ answer: 'spelt' });
    expect(textInSlack(await office.slackCard('Answered', 'Which flour?'))).toContain('spelt');

    const second = await ask('How much of it?', ['one', 'two', 'three', 'four', 'five']);
    const inForm = await office.teamsCard('Waiting', 'How much of it?');
    await pressInTeams(office, inForm, 'answer', { typed: { choice: '3' } });
    expect(bodyOf(await agent.settle(second))).toEqual({ answer: 'four' });

    const third = await ask('When do you need it?');
    await office.slackCard('Waiting', 'When do you need it?');
    await office.slack.say(
      office.channel,
      office.people.maria,
      office.mention('answer Saturday, at *noon*'),
      root.ts,
    );
    expect(bodyOf(await agent.settle(third))).toEqual({ answer: 'Saturday, at *noon*' });
  });

  test('outside of any mission has a thread of its own, where plain words of a decider are the answer', async () => {
    const asked = await agent.interact({ type: 'question', question: 'Is it a birthday?' });
    const card = await office.slackCard('Waiting', 'Is it a birthday?');
    expect(card.thread_ts).toBeUndefined();
    await office.slack.say(office.channel, office.people.jonas, office.mention('No idea'), card.ts);
    await office.slackCard('Not understood');
    await office.slack.say(
      office.channel,
      office.people.maria,
      office.mention('Yes, her fifth one'),
      card.ts,
    );
    expect(bodyOf(await agent.settle(asked))).toEqual({ answer: 'Yes, her fifth one' });
  });
});

describe('an ask through others', () => {
  test.each(platforms)('of a sub-agent names the agent it is part of, and is approved in %s', async (on) => {
    const wall = wallOf(office, on);
    const helper = await agent.subAgent(`basket-${on}`);
    const asked = await agent.personToken({
      resource: office.shop.issuer,
      subagent_token: helper.token,
      mission_s256: s256,
    });
    const card = await wall.card('Waiting', helper.id);
    expect(card.text).toContain(`Part of agent: ${agent.id}`);
    await wall.tells('jonas', () => card.press('Approve once', 'jonas'), 'not an approver');
    expect((await agent.poll(locationOf(asked))).status).toBe(202);
    await card.press('Approve once');
    expect(bodyOf(await agent.settle(asked))).toHaveProperty('person_token');
    await everywhere('Approved', helper.id, `Maria ${wall.name}`);
  });

  test('of a call chain shows it hop by hop on both platforms, and is approved on either', async () => {
    await using desk = await openIntermediary(office.issuer);
    await using hotel = await openIntermediary(office.issuer, 'hotel');
    const hired = await agent.proposeMission({ description: 'Book a trip', resources: [desk.issuer] });
    await (await wallOf(office, 'teams').card('Waiting', 'Book a trip')).press('Approve');
    const settled = bodyOf(await agent.settle(hired)) as { person_tokens: Record<string, string> };
    const clerk = await hotel.subAgent('clerk');
    let upstream_token = settled.person_tokens[desk.issuer];
    const hops = [`Hop 1: ${agent.id} called ${desk.issuer}`];
    const chain = [
      { on: 'slack', by: desk, asks: `${desk.id} asks now`, ask: { resource: hotel.issuer } },
      {
        on: 'teams',
        by: hotel,
        asks: `${clerk.id} asks now, part of ${hotel.id}`,
        ask: { resource: office.toys.issuer, subagent_token: clerk.token },
      },
    ] as const;
    for (const [at, { on, by, asks, ask }] of chain.entries()) {
      const wall = wallOf(office, on);
      const asked = await by.post('/person', { ...ask, upstream_token });
      expect(asked.status).toBe(202);
      await everywhere('Waiting', ...hops, `Hop ${at + 2}: ${asks}`);
      const card = await wall.card('Waiting', `Hop ${at + 2}: ${asks}`);
      await wall.tells('guest', () => card.press('Approve for this mission', 'guest'), 'Guests never');
      await card.press('Approve for this mission');
      const granted = await by.settle(asked);
      expect(granted).toMatchObject({ status: 200, body: { person_token: expect.any(String) } });
      upstream_token = String(granted.body['person_token']);
      await everywhere('Approved', ask.resource, `Maria ${wall.name}`);
      hops.push(`Hop ${at + 2}: ${by.id} called ${ask.resource}`);
    }
  });
});

describe.each(platforms)('what is done on a page, in %s', (on) => {
  test('is opened by a link beside its real host, questioned, and marked as done by who may', async () => {
    const wall = wallOf(office, on);
    const asked = await agent.interact({
      type: 'interaction',
      url: `https://booking.example.${on}.example/confirm?a=1`,
      code: 'X7K2-M9P4',
      description: `Confirm it ${wall.name} at https://booking.example`,
      mission_s256: s256,
    });
    const location = locationOf(asked);
    const card = await wall.card('Waiting', 'something to do on a page', `Confirm it ${wall.name}`);
    expect(card.drawn).toContain(`(booking.example.${on}.example)`);
    expect(card.drawn).toContain(`https://booking.example.${on}.example/confirm?a=1`);
    expect(card.drawn).not.toMatch(/(<|"url":")https:\/\/booking\.example[|"/]/);
    await card.press('Ask', 'maria', { question: `Which trip, ${on}?` });
    await until('the question', async () => bodyOf(await agent.poll(location)).clarification);
    await agent.respond(location, {
      action: 'clarification_response',
      clarification_response: `The one to ${on}.`,
    });
    expect((await wall.card('The agent answered a question', `The one to ${on}.`)).text).toMatch(
      /\d more questions can be asked/,
    );
    const answered = await wall.card('Waiting', 'something to do on a page', `The one to ${on}.`);
    await wall.tells('jonas', () => answered.press('Done', 'jonas'), 'not an approver');
    expect((await agent.poll(location)).status).toBe(202);
    await answered.press('Done');
    expect(await agent.settle(asked)).toMatchObject({ status: 200, body: { status: 'completed' } });
    await everywhere('Approved', `https://booking.example.${on}.example`, `Maria ${wall.name}`);
  });

  test('is refused with a reason, which the agent is told', async () => {
    const wall = wallOf(office, on);
    const asked = await agent.interact({
      type: 'interaction',
      url: 'https://lottery.example/',
      description: `Draw a lot ${wall.name}`,
      mission_s256: s256,
    });
    const card = await wall.card('Waiting', `Draw a lot ${wall.name}`);
    await card.press('Deny', 'maria', { reason: `no lottery ${wall.name}` });
    expect((await agent.settle(asked)).status).toBe(403);
    await everywhere('Denied', `Draw a lot ${wall.name}`, `no lottery ${wall.name}`);
  });

  test('may be a payment: amount and payee are the agent’s words, before it is done and after', async () => {
    const wall = wallOf(office, on);
    const asked = await agent.interact({
      type: 'payment',
      url: `https://pay.example/${on}`,
      parameters: { amount: '12.50', currency: 'EUR', payee: `Corner Shop ${on}` },
      mission_s256: s256,
    });
    const card = await wall.card('Waiting', 'a payment', `Payee: Corner Shop ${on}`);
    expect(card.text).toContain('Amount: 12.50 EUR');
    expect(card.drawn).toContain('(pay.example)');
    expect(card.drawn).toContain(`https://pay.example/${on}`);
    await wall.tells('guest', () => card.press('Done', 'guest'), 'Guests never');
    await card.press('Done');
    expect(await agent.settle(asked)).toMatchObject({ status: 200, body: { status: 'completed' } });
    await everywhere('Approved', 'Amount: 12.50 EUR', `Payee: Corner Shop ${on}`, `Maria ${wall.name}`);
  });
});
