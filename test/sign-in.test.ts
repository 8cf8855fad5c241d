// Signing in at the operator's own issuer: on the page of an ask, and as the fresh proof that a rule asks for.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import type { SlackMessage } from './support/fake-slack.ts';
import { type Office, openOffice, textInSlack } from './support/office.ts';
import { type Forgery, type OidcIssuer, openOidcIssuer } from './support/oidc-issuer.ts';
import { enter, linkOf, locationOf } from './support/page-visit.ts';
import { openVisitor, type Page, type Visitor } from './support/visitor.ts';
import { platforms, type Who, wallOf } from './support/walls.ts';

let office: Office;
let issuer: OidcIssuer;
let agent: Agent;
let s256: string;
beforeAll(async () => {
  issuer = await openOidcIssuer({ id: 'chaperone', secret: 'a secret of the client’s' });
  const maria = issuer.addAccount('maria');
  issuer.addAccount('jonas');
  issuer.addAccount('nobody');
  office = await openOffice({
    oidc: { maria: { sub: maria.sub }, jonas: { email: 'Jonas@example.com' } },
    rules: [
      {
        for: { people: ['maria'], actions: ['wire_*'] },
        approve: ['maria', 'jonas'],
        step_up: 'sign_in',
      },
      { for: { people: ['maria'], scopes: ['buy:candles'] }, approve: ['maria'], step_up: 'sign_in' },
    ],
    settings: {
      CHAPERONE_OIDC_ISSUER: issuer.issuer,
      CHAPERONE_OIDC_CLIENT_ID: issuer.client.id,
      CHAPERONE_OIDC_CLIENT_SECRET: issuer.client.secret,
    },
  });
  issuer.register(`${office.issuer}/visit/signed-in`);
  agent = await office.agent();
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

async function arrive(asked: Answer, visitor = openVisitor()) {
  return { visitor, page: await visitor.open(linkOf(asked)) };
}

/** Follows the link to the issuer and, where it asks, signs in there; the page that comes after. */
async function signIn(visitor: Visitor, page: Page, user: string): Promise<Page> {
  const asks = await visitor.follow(page, 'Sign in');
  if (!asks.text.includes('Password')) return asks;
  return await visitor.send(asks, 'Sign in', { user, password: `password of ${user}` });
}

let wires = 0;
/** An ask whose approval takes a fresh sign-in, and its card. */
async function wire() {
  const action = `wire_${++wires}`;
  const asked = await agent.permission({ action, mission_s256: s256 });
  return { asked, action, card: await office.slackCard('Waiting', action) };
}

/** Somebody tries to approve; the private link they are given, where they tried. */
async function linkFor(
  who: Who,
  tries: () => Promise<unknown>,
  wall = wallOf(office, 'slack'),
): Promise<string> {
  const { drawn } = await wall.tells(who, tries, 'One more step');
  return /https?:\/\/localhost:\d+\/visit\/[0-9a-f-]+/.exec(drawn)?.[0] ?? '';
}

/** The link of somebody who pressed, opened in a browser that nobody used before. */
async function openLink(link: string) {
  const visitor = openVisitor();
  return { visitor, page: await visitor.send(await visitor.open(link), 'Sign in') };
}

test('whoever the operator’s file knows by the issuer’s `sub` reads everything and decides', async () => {
  const asked = await agent.proposeMission({ description: '# Run the household' });
  const { visitor, page } = await arrive(asked);
  expect(page.text).not.toContain('Run the household');
  const whole = await signIn(visitor, page, 'maria');
  expect(whole.text).toContain('Run the household');
  const sent = issuer.asked.at(-1);
  expect(sent?.get('code_challenge_method')).toBe('S256');
  expect(sent?.get('prompt')).toBeNull();
  expect((await visitor.send(whole, 'Approve')).text).toContain('Maria on its page');
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
  await office.slackCard('Mission active', 'Run the household', 'Maria on its page');
  await office.teamsCard('Mission active', 'Run the household', 'Maria on its page');
});

describe('on the page of an ask', () => {
  test('who is not in the operator’s file, or may not decide, reads nothing', async () => {
    const asked = await agent.proposeMission({ description: '# Private plans' });
    const { visitor, page } = await arrive(asked);
    const stranger = await signIn(visitor, page, 'nobody');
    expect(stranger.text).toContain('does not know your account');
    expect(stranger.text).not.toContain('Private plans');
    const other = openVisitor();
    other.steal('localhost', new Map(visitor.cookies('localhost')));
    other.cookies('localhost').delete('idp');
    const jonas = await signIn(other, await other.open(page.url), 'jonas');
    expect(jonas.text).toContain('not an approver');
    expect(jonas.text).not.toContain('Private plans');
    await agent.withdraw(locationOf(asked));
  });

  const forgeries: readonly Forgery[] = [
    'another nonce',
    'another audience',
    'another issuer',
    'another key',
    'alg none',
    'expired',
    'another state',
  ];
  test.each(forgeries)('a token or an answer with %s is nobody’s', async (forgery) => {
    const asked = await agent.proposeMission({ description: '# Forged' });
    const { visitor, page } = await arrive(asked);
    issuer.forge(forgery);
    const after = await signIn(visitor, page, 'maria');
    issuer.forge(undefined);
    expect(after.text).toMatch(/did not (hold|begin)/);
    expect((await visitor.open(page.url)).text).not.toContain('Forged');
    await agent.withdraw(locationOf(asked));
  });

  test('an answer counts in the browser that began the sign-in, and once', async () => {
    const asked = await agent.proposeMission({ description: '# Only once' });
    const { visitor, page } = await arrive(asked);
    const begun = await visitor.follow(page, 'Sign in');
    const state = /name="state" value="([^"]+)"/.exec(begun.html)?.[1] ?? '';
    const stranger = openVisitor();
    const answer = `${office.issuer}/visit/signed-in?code=made-up&state=${encodeURIComponent(state)}`;
    expect((await stranger.open(answer)).status).toBe(400);
    expect((await visitor.open(answer)).text).toContain('did not hold');
    expect((await visitor.open(answer)).status).toBe(400);
    const late = await visitor.send(begun, 'Sign in', { user: 'maria', password: 'password of maria' });
    expect(late.status).toBe(400);
    expect((await visitor.open(page.url)).text).not.toContain('Only once');
    await agent.withdraw(locationOf(asked));
  });
});

describe('where a rule asks for a sign-in', () => {
  const press = (card: SlackMessage, who: 'maria' | 'jonas') =>
    linkFor(who, () => office.slack.press(card, 'chaperone:approve', office.people[who]));

  test.each(platforms)(
    'a press in %s is answered with a private link, and the approval counts once they have signed in afresh',
    async (on) => {
      const wall = wallOf(office, on);
      const { asked, action } = await wire();
      const card = await wall.card('Waiting', action, 'fresh sign-in');
      await wall.tells('guest', () => card.press('Approve once', 'guest'), 'Guests never');
      const link = await linkFor('maria', () => card.press('Approve once'), wall);
      expect((await agent.poll(locationOf(asked))).status).toBe(202);
      for (const who of ['jonas', 'guest'] as const)
        for (const each of platforms)
          expect(JSON.stringify(wallOf(office, each).alone(who))).not.toContain(link);
      expect(JSON.stringify([office.slackCards(), office.teamsCards()])).not.toContain(link);

      const visitor = openVisitor();
      const door = await visitor.open(link);
      expect(door.text).not.toContain(action);
      const mine = await visitor.send(door, 'Sign in');
      expect(mine.text).not.toContain(action);
      const whole = await signIn(visitor, mine, 'maria');
      expect(issuer.asked.at(-1)?.get('prompt')).toBe('login');
      expect(issuer.asked.at(-1)?.get('max_age')).toBe('0');
      expect(whole.text).toContain(action);
      expect((await openVisitor().open(link)).status).toBe(404);
      expect((await visitor.send(whole, 'once')).text).toContain('Maria on its page');
      expect((await agent.settle(asked)).body).toMatchObject({ permission: 'granted' });
      for (const each of platforms) await wallOf(office, each).card('Approved', 'Maria on its page', action);
    },
  );

  test('a typed approve asks for it as well, a no does not, and somebody else cannot use the link', async () => {
    const { jonas, maria } = office.people;
    const { asked, action, card } = await wire();
    const thread = card.thread_ts ?? card.ts;
    const link = await linkFor('jonas', () =>
      office.slack.say(office.channel, jonas, office.mention('approve'), thread),
    );
    const { visitor, page } = await openLink(link);
    const other = await signIn(visitor, page, 'maria');
    expect(other.text).toContain('not opened for you');
    expect(other.text).not.toContain(action);
    const whole = await signIn(visitor, other, 'jonas');
    expect(whole.text).toContain(action);
    await office.slack.say(office.channel, maria, office.mention('deny because no'), thread);
    expect((await agent.settle(asked)).body).toMatchObject({ permission: 'denied' });
    const late = await visitor.send(whole, 'once');
    expect(late.text).toContain('Already decided');
  });

  test.each(['no auth_time', 'an old auth_time'] as const)(
    'a sign-in with %s is not a fresh one',
    async (forgery) => {
      const { asked, action, card } = await wire();
      const { visitor, page } = await openLink(await press(card, 'maria'));
      issuer.forge(forgery);
      const after = await signIn(visitor, page, 'maria');
      issuer.forge(undefined);
      expect(after.text).toContain('did not hold');
      expect(after.text).not.toContain(action);
      expect((await agent.poll(locationOf(asked))).status).toBe(202);
      await agent.withdraw(locationOf(asked));
    },
  );

  test('an e-mail counts only where the issuer has verified it', async () => {
    const { asked, card } = await wire();
    const { visitor, page } = await openLink(await press(card, 'jonas'));
    issuer.forge('email not verified');
    const after = await signIn(visitor, page, 'jonas');
    issuer.forge(undefined);
    expect(after.text).toContain('does not know your account');
    const whole = await signIn(visitor, after, 'jonas');
    expect((await visitor.send(whole, 'once')).text).toContain('Jonas on its page');
    expect((await agent.settle(asked)).body).toMatchObject({ permission: 'granted' });
  });

  test('somebody vouched for in chat signs in, too, before their yes counts', async () => {
    const { asked } = await wire();
    const visitor = openVisitor();
    const whole = await enter(office, asked, visitor, office.people.maria);
    const more = await visitor.send(whole, 'once');
    expect(more.text).toContain('One more step');
    expect((await agent.poll(locationOf(asked))).status).toBe(202);
    const own = await visitor.follow(more, 'Sign in and approve');
    const signedIn = await signIn(visitor, await visitor.send(own, 'Sign in'), 'maria');
    expect((await visitor.send(signedIn, 'once')).text).toContain('Maria on its page');
    expect((await agent.settle(asked)).body).toMatchObject({ permission: 'granted' });
  });
});

test('a sign-in from before the ask became one that takes a fresh one is not fresh, however young it is', async () => {
  const person = await agent.personToken({ resource: office.shop.issuer, mission_s256: s256 });
  const card = await office.slackCard('Waiting', office.shop.issuer);
  await office.slack.press(card, 'chaperone:approve', office.people.maria);
  const { person_token } = (await agent.settle(person)).body as { person_token: string };
  const tokenFor = async (scope: string) => {
    const { body } = await agent.authorize(office.shop, person_token, { scope });
    return {
      resource_token: (body as { resource_token: string }).resource_token,
      presented_token: person_token,
    };
  };
  const asked = await agent.authToken({ ...(await tokenFor('buy:flour')), prompt: 'consent' });
  const { visitor, page } = await arrive(asked);
  const whole = await signIn(visitor, page, 'maria');
  expect(issuer.asked.at(-1)?.get('prompt')).toBeNull();
  await visitor.send(whole, 'Ask', { 'v.question': 'Candles?' });
  const changed = { action: 'updated_request', ...(await tokenFor('buy:candles')) };
  await agent.respond(locationOf(asked), changed);
  const other = await visitor.open(whole.url);
  expect(other.text).toContain('buy:candles');
  expect((await visitor.send(other, 'once')).text).toContain('One more step');
  expect((await agent.poll(locationOf(asked))).status).toBe(202);
  await agent.withdraw(locationOf(asked));
});

test('nobody was alarmed, and every sign-in and every refusal is in the record', async () => {
  expect(office.slackCards().map(textInSlack).join('\n')).not.toContain('outside');
  await office.leftBehind(async ({ acts }) => {
    const outcomes = new Set<string>();
    for await (const { verb, outcome, person } of acts.read())
      if (verb === 'sign_in' || outcome === 'sign_in_asked') outcomes.add(`${verb} ${outcome} ${person}`);
    expect([...outcomes].toSorted()).toEqual([
      'approve sign_in_asked jonas',
      'approve sign_in_asked maria',
      'sign_in refused:not_an_approver null',
      'sign_in refused:not_your_page null',
      'sign_in refused:unknown_person null',
      'sign_in signed_in jonas',
      'sign_in signed_in maria',
    ]);
  });
});
