// Each thing is defensible, the cart as a whole is not: the reviewer flags the pattern, a person settles it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { labelsOf } from './support/forms.ts';
import { bought, cakeMission, ingredients, partyThings } from './support/mission-logs.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let s256 = '';
beforeAll(async () => {
  office = await openOffice();
  agent = await office.agent();
  const asked = await agent.proposeMission({
    description: `# The cake\n\n${cakeMission.description}`,
    tools: cakeMission.approvedTools.map((name) => ({ name, description: name })),
    resources: [office.shop.issuer],
  });
  const proposal = await office.slackCard('The cake');
  await office.slack.press(proposal, 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
});
afterAll(() => office[Symbol.asyncDispose]());

const buys = (item: string) => agent.audit({ mission_s256: s256, ...bought(item) });
const driftCards = () => office.slackCards().filter((message) => textInSlack(message).startsWith('Drift'));

describe('the wandering cart', () => {
  test('ingredients raise no flag', async () => {
    for (const item of ingredients) expect((await buys(item)).status).toBe(201);
    const root = office.slackCards()[0];
    await office.slack.say(office.channel, office.people.maria, office.mention('review'), root?.ts);
    const answer = await office.slackCard('nothing speaks against the mission');
    expect(textInSlack(answer)).toContain('Reviewed by rules only, up to entry #10');
    expect(driftCards()).toEqual([]);
  });

  test('the party is flagged once, in the mission’s thread, with the entries it rests on, on both platforms', async () => {
    for (const item of partyThings) expect((await buys(item)).status).toBe(201);
    const card = await office.slackCard('Drift: the log no longer fits the mission');
    const [root] = office.slackCards();
    expect(card.thread_ts).toBe(root?.ts);
    expect(textInSlack(card)).toMatch(/#1\d \(said by the agent\)/);
    expect(textInSlack(card)).toContain('Reviewed by rules only');
    await office.teamsCard('Drift: the log no longer fits the mission');

    await buys('balloons');
    await until(
      'the next review',
      async () => textInSlack(driftCards()[0] ?? card).includes('#17') || undefined,
    );
    expect(driftCards()).toHaveLength(1);
  });

  test('an ask under it says so, in a line of the reviewer’s own', async () => {
    const asked = await agent.permission({ action: 'book_a_clown', mission_s256: s256 });
    expect(asked.status).toBe(202);
    const ask = await office.slackCard('book_a_clown');
    expect(textInSlack(ask)).toMatch(
      /Reviewer: The reviewer flags this mission as drifting since entry #1\d/,
    );
  });

  test('its full text, and each entry it rests on, opens for the one who asks', async () => {
    const [card] = driftCards();
    if (!card) throw new Error('no finding hangs');
    const opens = async (button: string, words: string) => {
      await office.slack.press(card, button, office.people.jonas);
      await until(`${words} behind ${button}`, () =>
        JSON.stringify(office.slack.views(office.people.jonas).at(-1)?.view ?? '').includes(words),
      );
    };
    await opens('Full text', 'Why the rules flag it');
    const entry = labelsOf(card).find((label) => label.startsWith('Entry ')) ?? 'no entry';
    await opens(entry, 'shop.add_to_cart');
  });

  test('who may not decide cannot call it fine', async () => {
    const [card] = driftCards();
    await office.slack.press(
      { channel: office.channel, ts: card?.ts ?? '' },
      'chaperone:accept',
      office.people.jonas,
    );
    const told = await until('a private refusal', () =>
      office.slack.ephemerals(office.channel, office.people.jonas).at(-1),
    );
    expect(told.text).toContain('not an approver');
    expect(textInSlack(driftCards()[0] ?? told)).toContain('Drift: the log no longer fits');
  });

  test('“This is fine” is kept, every copy says who said it, and later reviews know it', async () => {
    const inTeams = await office.teamsCard('Drift: the log no longer fits the mission');
    await office.teams.press(inTeams.id, 'chaperone.accept', office.teamsPeople.alice);
    const settled = await office.slackCard('Drift accepted', 'Maria in Teams');
    expect(settled.ts).toBe(driftCards()[0]?.ts);
    expect(textInTeams(await office.teamsCard('Drift accepted', 'Maria in Teams'))).toContain('are fine');

    const root = office.slackCards()[0];
    await office.slack.say(
      office.channel,
      office.people.maria,
      office.mention('review this mission'),
      root?.ts,
    );
    await until('a review that knows it', () =>
      office
        .slackCards()
        .findLast((message) => textInSlack(message).includes('nothing speaks against the mission')),
    );
    expect(driftCards()).toHaveLength(1);
  });

  test('its mission is held and stopped from its card, which then loses its buttons, whoever reviews or not', async () => {
    const asked = await agent.proposeMission({ description: `# Bake again\n\n${cakeMission.description}` });
    const proposal = await office.slackCard('Waiting', 'Bake again');
    await office.slack.press(proposal, 'chaperone:approve', office.people.maria);
    const again = ((await agent.settle(asked)).body as { s256: string }).s256;
    for (const item of [...ingredients, ...partyThings]) {
      await agent.audit({ mission_s256: again, ...bought(item) });
    }
    const drift = await office.slackCard('Drift: the log no longer fits the mission', 'Bake again');
    await office.slack.press(drift, 'Hold', office.people.jonas);
    await office.slackCard('Mission active, on hold here', 'Bake again');
    const inTeams = await office.teamsCard('Drift: the log no longer fits the mission', 'Bake again');
    await office.teams.press(inTeams.id, 'chaperone.stop', office.teamsPeople.alice);
    await office.slackCard('Mission stopped', 'Bake again', 'Maria in Teams');
    const over = await office.slackCard('Drift: the mission has ended', 'Bake again');
    expect(over.ts).toBe(drift.ts);
    expect(JSON.stringify(over.blocks)).not.toContain('chaperone:stop');
    await office.teamsCard('Drift: the mission has ended', 'Bake again');
  });
});
