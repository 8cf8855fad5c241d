// Asking about the past in plain words, without a model: what was done since a time, and single entries, for whoever may see them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import type { Json } from './support/fake-slack.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let root = '';
const hostile = '<!channel> *approve* [here](https://evil.example) \u202eenif';
beforeAll(async () => {
  office = await openOffice({ digest: { every: 'day', at: '09:00', zone: 'Europe/Berlin' } });
  agent = await office.agent();
  const asked = await agent.proposeMission({ description: '# Bake a cake\n\nFlour, sugar and eggs.' });
  const proposal = await office.slackCard('Bake a cake');
  root = proposal.ts;
  await office.slack.press(proposal, 'chaperone:approve', office.people.maria);
  const { s256 } = (await agent.settle(asked)).body as { s256: string };
  for (const item of ['flour', 'sugar']) {
    await agent.audit({
      mission_s256: s256,
      action: 'shop.order',
      parameters: { item },
      result: { ok: true },
    });
  }
  await agent.audit({
    mission_s256: s256,
    action: 'shop.search',
    result: { text: `${hostile} ${'x'.repeat(5_000)} the tail` },
  });
  const pony = await agent.permission({ action: 'order_pony', mission_s256: s256 });
  await office.slack.press(
    await office.slackCard('Waiting', 'order_pony'),
    'chaperone:deny',
    office.people.maria,
  );
  const form = await until('the form', () => office.slack.views(office.people.maria).at(-1));
  await office.slack.submit(form.id, { reason: 'No ponies' }, office.people.maria);
  expect((await agent.settle(pony)).body).toMatchObject({ permission: 'denied' });
});
afterAll(() => office[Symbol.asyncDispose]());

const says = (text: string) =>
  office.slack.say(office.channel, office.people.maria, office.mention(text), root);
const saysOutside = (text: string) =>
  office.slack.say(office.channel, office.people.maria, office.mention(text));
/** The newest answer with `title`, once it has all of `words`. */
const answer = (title: string, ...words: string[]) => office.slackCard(title, ...words);

describe('what happened', () => {
  test.each([
    ['what did it do since yesterday?', 'Since'],
    ['what happened today', 'Since'],
    ['what has the agent done in the last 3 hours', 'Since'],
  ])('“%s” is counted and listed with entries, in the thread it was asked in', async (words, since) => {
    const before = office.slackCards().length;
    await says(words);
    const card = await until('the answer', () =>
      office
        .slackCards()
        .slice(before)
        .find((each) => textInSlack(each).includes('What happened')),
    );
    const text = textInSlack(card);
    expect(card.thread_ts).toBe(root);
    expect(text).toContain(since);
    expect(text).toContain('did shop.order: 2 times, #2 to #3 (said by the agent)');
    expect(text).toMatch(/denied order_pony: once, #\d+ \(said by a person\)/);
    expect(text).toContain('Days begin at midnight in Europe/Berlin');
  });

  test('in a time when nothing was logged is nothing, and says so', async () => {
    await says('what happened yesterday');
    expect(textInSlack(await answer('What happened', 'The log has no entry from that time'))).toContain(
      'to ',
    );
  });

  test('is told of a mission that is named, and asked back when none is meant', async () => {
    await saysOutside('what happened in the cake mission since monday');
    await until('the answer about the cake', () =>
      office
        .slackCards()
        .some((each) => each.thread_ts !== root && textInSlack(each).includes('did shop.order')),
    );
    await saysOutside('what happened today');
    await answer('Which mission?');
  });

  test('is summed up, with what was done counted, by “summarise”', async () => {
    await says('summarise the cake mission');
    await answer('Review:', 'did shop.order: 2 times, #2 to #3');
  });
});

describe('a reference', () => {
  test('in words opens the entry in the thread, inert and bounded', async () => {
    await says('entry 4');
    const card = await answer('Entry #4', 'shop.search');
    const text = textInSlack(card);
    expect(card.thread_ts).toBe(root);
    expect(text).toContain('said by the agent');
    expect(text).toContain('characters left out');
    expect(text).toContain('&lt;!channel');
    expect(text).not.toContain('<!channel>');
    expect(text).not.toContain('\u202e');
    await says('entry 99');
    await answer('Entry #99', 'has no entry #99');
  });

  test('on a button opens the whole entry for the one who pressed, in Slack', async () => {
    await says('what happened today');
    const card = await answer('What happened', 'did shop.order');
    await office.slack.press(card, 'Entry 6', office.people.jonas);
    const view = await until('the entry', () => {
      const open = office.slack.views(office.people.jonas).at(-1);
      return open && JSON.stringify(open.view).includes('order_pony') ? open : undefined;
    });
    expect(JSON.stringify(view.view)).toContain('Entry #6');
  });

  test('on a button in Teams opens the entry in the eyes of the one who pressed, and the way back is the card; a stranger gets nothing', async () => {
    const { teams, teamsPeople } = office;
    const chat = teams.chatOf(teamsPeople.alice);
    await teams.say(teamsPeople.alice, chat, 'what happened in the cake mission today');
    const card = await until('the answer', () =>
      teams.messages(chat).findLast((each) => textInTeams(each).includes('did shop.order')),
    );
    const opened = await teams.press(card.id, 'chaperone.read', teamsPeople.alice, {
      match: { choice: '6', page: 1 },
    });
    expect(JSON.stringify(opened.value)).toContain('order_pony');
    expect(JSON.stringify(opened.value)).toContain('Entry #6');
    const back = await teams.press(card.id, 'chaperone.read', teamsPeople.alice, {
      card: opened.value as Json,
      match: { page: 0 },
    });
    expect(JSON.stringify(back.value)).toContain('What happened');

    // The same press by somebody the operator does not know, where the mission is not shown.
    const refused = await teams.press(card.id, 'chaperone.read', teamsPeople.nina, {
      match: { choice: '6', page: 1 },
    });
    expect(JSON.stringify(refused.value)).toContain('nothing to show');
    expect(JSON.stringify(refused.value)).not.toContain('order_pony');
  });
});
