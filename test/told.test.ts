// What a yes gives away stands on its card, on both platforms: who learns what about the person, and what may be spent.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import { claimsOf, openAccessServer } from './support/access-server.ts';
import { fillInSlack } from './support/forms.ts';
import { type Office, openOffice, textInSlack } from './support/office.ts';
import { offerOf } from './support/resource-token.ts';
import { platforms, wallOf } from './support/walls.ts';

const eur = (amount: number) => ({ amount, unit: 'EUR', decimals: 2 });

let office: Office;
let as: Awaited<ReturnType<typeof openAccessServer>>;
let agent: Agent;
let s256 = '';
let personToken = '';

beforeAll(async () => {
  as = await openAccessServer();
  office = await openOffice({
    claims: { name: 'Maria Example', email: 'maria@example.com', email_verified: true },
  });
  agent = await office.agent();
  const asked = await agent.proposeMission({
    description: '# Order the flour',
    resources: [office.shop.issuer],
  });
  const card = await office.slackCard('Waiting', 'Order the flour');
  await office.slack.press(card, 'chaperone:approve', office.people.maria);
  const approved = (await agent.settle(asked)).body as {
    s256: string;
    person_tokens: Record<string, string>;
  };
  s256 = approved.s256;
  personToken = approved.person_tokens[office.shop.issuer] ?? '';
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await as[Symbol.asyncDispose]();
});

/** Asks for access to the shop, at us or at its access server. */
async function ask(scope: string, further: object = {}, aud = office.issuer): Promise<Answer> {
  const justification = '*Learns about the person*: nothing at all, it is free of charge';
  const offer = await offerOf(office.shop, agent, personToken, { aud, scope, further: { ...further } });
  return await agent.authToken({ ...offer, justification });
}

const tokenOf = (answer: Answer) => claimsOf((answer.body as { auth_token: string }).auth_token);

test('a resource approved with the mission still asks who the person is, and the card names what it learns', async () => {
  const pending = await ask('buy:flour email');
  expect(pending.status).toBe(202);
  const card = await office.slackCard('Waiting', 'Learns about the person', 'email_verified');
  expect(textInSlack(card)).not.toContain('maria@example.com');
  const inTeams = await office.teamsCard('Waiting', 'Learns about the person', 'email_verified');
  await office.slack.press(card, 'chaperone:approve', office.people.guest);
  await office.slack.press(card, 'chaperone:approve', office.people.jonas);
  expect((await agent.poll(pending.headers.get('location') ?? '')).status).toBe(202);
  await office.teams.press(inTeams.id, 'chaperone.approve', office.teamsPeople.alice);
  const token = tokenOf(await agent.settle(pending));
  expect(token).toMatchObject({ email: 'maria@example.com', email_verified: true });
  expect(token).not.toHaveProperty('name');
  await office.slackCard('Approved', 'Learns about the person', 'email_verified');
});

test('money is asked about, set aside by the yes, and stands on the mission’s card with what is left', async () => {
  const pending = await ask('buy:flour', { budget: eur(4000) });
  const card = await office.slackCard('Waiting', '40.00', 'nothing was set aside yet');
  await office.teamsCard('Waiting', '40.00', 'nothing was set aside yet');
  await office.slack.press(card, 'chaperone:approve', office.people.maria);
  expect(tokenOf(await agent.settle(pending)).budget).toEqual(eur(4000));
  await office.slackCard('Mission active', 'Order the flour', 'left of', '40.00');
  await office.teamsCard('Mission active', 'Order the flour', 'left of', '40.00');
});

test('more than is left is never granted in silence, and the card says that it is more', async () => {
  const first = ((await office.control(`/missions/${s256}`)).body.tokens as { jti: string }[])[0];
  const consumed = [{ jti: first?.jti, consumed: 1250 }];
  const pending = await ask('buy:flour', { budget: eur(4000), budget_consumed: consumed });
  expect(pending.status).toBe(202);
  const card = await office.slackCard('Waiting', 'more than is left', '12.50');
  await office.teamsCard('Waiting', 'more than is left', '12.50');
  await fillInSlack(office, card, 'chaperone:deny', {});
  expect(await agent.settle(pending)).toMatchObject({ status: 403, body: { error: 'denied' } });
});

test('an access server that asks who the person is has its own card, and hears nothing after a no', async () => {
  const pending = await ask('claims', {}, as.issuer);
  expect(pending.status).toBe(202);
  const card = await office.slackCard('Waiting', 'asks who', as.issuer, 'email');
  await office.teamsCard('Waiting', 'asks who', as.issuer, 'email');
  expect(JSON.stringify(card.blocks)).not.toContain('chaperone:ask');
  await office.slack.press(card, 'chaperone:approve', office.people.paul);
  const told = as.told.length;
  await fillInSlack(office, card, 'chaperone:deny', {});
  expect((await agent.settle(pending)).status).toBe(200);
  expect(as.told.slice(told)).toEqual([{}]);
  await office.teamsCard('Denied', 'asks who', as.issuer);
  await office.slackCard('Approved', 'Granted without asking', 'Scope');
  expect(office.slackCards().map(textInSlack).join()).not.toContain('Alarm');
});

describe.each(platforms)('an access server that wants to be paid, in %s,', (on) => {
  const payment = ['accepts.0.maxAmountRequired: 250', 'accepts.0.asset: EUR', 'accepts.0.payTo: acct:toys'];
  /** Both platforms show how it stands, how much and to whom; the card of the one this is told on. */
  async function shown(...words: readonly string[]) {
    const all = [as.issuer, 'wants to be paid', ...payment, ...words];
    for (const each of platforms) await wallOf(office, each).card(...all);
    return await wallOf(office, on).card(...all);
  }

  test('says how much and to whom in its own words, and whoever may says that it is done', async () => {
    const wall = wallOf(office, on);
    const pending = await ask('payment', {}, as.issuer);
    const card = await shown('Waiting');
    await wall.tells('jonas', () => card.press('Done', 'jonas'), 'not an approver');
    expect(await openAsks('payment')).toBe(1);
    await card.press('Done');
    await shown('Approved', `Maria ${wall.name}`);
    expect(tokenOf(await agent.settle(pending))).toMatchObject({ iss: as.issuer });
  });

  test('is not paid by a no, which ends it', async () => {
    const pending = await ask('payment', {}, as.issuer);
    await (await shown('Waiting')).press('Deny', 'maria', {});
    expect(await agent.settle(pending)).toMatchObject({ status: 403, body: { error: 'denied' } });
    await shown('Denied', `Maria ${wallOf(office, on).name}`);
  });
});

/** How many asks of a kind wait for a person. */
async function openAsks(type: string) {
  const { body } = await office.control('/requests?state=open');
  return (body.requests as { type: string }[]).filter((each) => each.type === type).length;
}
