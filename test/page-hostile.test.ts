// The page of an ask, tried by those it is not for: whoever holds the code or the link, another browser, another person.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';
import {
  codeOn,
  enter,
  knock,
  linkOf,
  locationOf,
  questionInSlack,
  toldInSlack,
} from './support/page-visit.ts';
import { openVisitor, type Page } from './support/visitor.ts';

let office: Office;
let agent: Agent;
beforeAll(async () => {
  office = await openOffice({
    rules: [{ for: { people: ['maria'], kinds: ['permission'] }, approve: ['maria', 'jonas'] }],
  });
  agent = await office.agent();
});
afterAll(() => office[Symbol.asyncDispose]());

let count = 0;
const propose = async () => await agent.proposeMission({ description: `# Secret errand ${++count}` });
const isOpen = async (asked: Answer) => (await agent.poll(locationOf(asked))).status === 202;
const openAsks = async () =>
  ((await office.control('/requests?state=open')).body as { requests: { id: string; digest: string }[] })
    .requests;
const fieldsOf = (page: Page, button: string) =>
  new URLSearchParams(
    (page.forms.find((form) => form.button === button)?.fields ?? []).map(
      ([name, value]): [string, string] => [name, value],
    ),
  );
const pressedAlready = (user: string, ts: string) =>
  until('the end of the question', () =>
    toldInSlack(office, user).find((message) => message.ts === ts && !message.text.includes('Is this you?')),
  );

describe('the code alone', () => {
  test('shows whose request it is and neither reads nor decides it', async () => {
    const asked = await propose();
    const visitor = openVisitor();
    const page = await visitor.open(linkOf(asked));
    expect(page.text).not.toContain('Secret errand');
    const [form] = page.forms;
    const [request] = await openAsks();
    const { id = '', digest = '' } = request ?? {};
    const forged = fieldsOf(page, form?.button ?? '');
    forged.set('verb', 'approve');
    forged.set('subject', id);
    forged.set('digest', digest);
    forged.delete('choice');
    const after = await visitor.post(page.url, forged);
    expect(after.text).toContain('Who are you?');
    expect(await isOpen(asked)).toBe(true);
    expect((await openVisitor().open(linkOf(asked))).status).toBe(410);
    await agent.withdraw(locationOf(asked));
  });

  test('asks nobody who may not decide, and shows no difference', async () => {
    const { jonas, paul } = office.people;
    const asked = await propose();
    const page = await knock(asked, openVisitor(), 'Jonas');
    expect(codeOn(page)).toMatch(/^[0-9A-Z]{4}$/);
    const unknown = await propose();
    expect((await knock(unknown, openVisitor(), 'Somebody Else')).text.replace(codeOn(page), '')).toContain(
      'the bot has written to you in Slack',
    );
    const third = await propose();
    const own = await knock(third, openVisitor());
    await questionInSlack(office, office.people.maria, codeOn(own));
    expect(toldInSlack(office, jonas)).toEqual([]);
    expect(toldInSlack(office, paul)).toEqual([]);
    for (const each of [asked, unknown, third]) await agent.withdraw(locationOf(each));
  });

  test('is asked about three times at most', async () => {
    const asked = await propose();
    const visitor = openVisitor();
    const page = await visitor.open(linkOf(asked));
    const again = fieldsOf(page, 'Ask me in chat');
    again.set('v.where', 'slack');
    for (let times = 0; times < 3; times++) await visitor.post(page.url, again);
    expect((await visitor.post(page.url, again)).text).toContain('often enough');
    await agent.withdraw(locationOf(asked));
  });
});

describe('the question in chat', () => {
  test('answered with no ends the page, and decides nothing', async () => {
    const { maria } = office.people;
    const asked = await propose();
    const visitor = openVisitor();
    const page = await knock(asked, visitor);
    const question = await questionInSlack(office, maria, codeOn(page));
    await office.slack.press(question, 'It is not me', maria);
    await pressedAlready(maria, question.ts);
    const after = await visitor.follow(page, 'continue');
    expect(after.text).toContain('This page is closed');
    expect(after.forms).toEqual([]);
    expect(await isOpen(asked)).toBe(true);
    await agent.withdraw(locationOf(asked));
  });

  test('answered with a code that the page does not show ends it as well', async () => {
    const { maria } = office.people;
    const asked = await propose();
    const visitor = openVisitor();
    const page = await knock(asked, visitor);
    const question = await questionInSlack(office, maria, codeOn(page));
    const wrong = [...JSON.stringify(question.blocks).matchAll(/The page shows (\w{4})/g)]
      .map(([, code = '']) => code)
      .find((code) => code !== codeOn(page));
    await office.slack.press(question, `The page shows ${wrong}`, maria);
    await pressedAlready(maria, question.ts);
    expect((await visitor.follow(page, 'continue')).text).toContain('Another code');
    expect(await isOpen(asked)).toBe(true);
    await agent.withdraw(locationOf(asked));
  });

  test('counts from the one who was asked, and from nobody else', async () => {
    const { maria, jonas, guest, stranger } = office.people;
    const asked = await propose();
    const visitor = openVisitor();
    const page = await knock(asked, visitor);
    const question = await questionInSlack(office, maria, codeOn(page));
    for (const other of [jonas, guest, stranger]) {
      await office.slack.press(question, `The page shows ${codeOn(page)}`, other);
      await office.slack.press(question, 'It is not me', other);
    }
    expect((await visitor.follow(page, 'continue')).text).not.toContain('Secret errand');
    await office.slack.press(question, `The page shows ${codeOn(page)}`, maria);
    await pressedAlready(maria, question.ts);
    expect((await visitor.follow(page, 'continue')).text).toContain('Secret errand');
    await agent.withdraw(locationOf(asked));
  });

  test('lets in the browser that asked, whoever else has its address', async () => {
    const { maria } = office.people;
    const asked = await propose();
    const attacker = openVisitor();
    const whole = await enter(office, asked, attacker, maria);
    const other = openVisitor();
    expect((await other.open(whole.url)).status).toBe(404);
    const madeUp = new Map([...attacker.cookies('localhost')].map(([name]) => [name, 'made-up']));
    other.steal('localhost', madeUp);
    for (let tries = 0; tries < 5; tries++) expect((await other.open(whole.url)).status).toBe(404);
    // Five wrong tokens are a few too many: the page is over for its own browser as well.
    expect((await attacker.open(whole.url)).text).toContain('too many wrong tries');
    expect(await isOpen(asked)).toBe(true);
    await agent.withdraw(locationOf(asked));
  });
});

describe('a form', () => {
  test('that does not come from the page is refused', async () => {
    const asked = await propose();
    const visitor = openVisitor();
    const whole = await enter(office, asked, visitor, office.people.maria);
    const good = fieldsOf(whole, 'Approve');
    const without = new URLSearchParams(good);
    without.delete('csrf');
    const foreign = new URLSearchParams(good);
    foreign.set('csrf', 'x'.repeat(43));
    for (const [body, headers] of [
      [without, {}],
      [foreign, {}],
      [good, { origin: 'https://evil.example' }],
      [good, { 'sec-fetch-site': 'cross-site' }],
    ] as const)
      expect((await visitor.post(whole.url, body, headers)).status).toBe(403);
    expect(await isOpen(asked)).toBe(true);
    const done = await visitor.post(whole.url, good);
    expect(done.text).toContain('Maria on its page');
    expect((await visitor.post(whole.url, good)).text).toContain('Maria on its page');
  });

  test('about another ask, or with a verb the page does not have, does nothing', async () => {
    const [asked, other] = [await propose(), await propose()];
    const visitor = openVisitor();
    const whole = await enter(office, asked, visitor, office.people.maria);
    const last = (await openAsks()).at(-1);
    const swapped = fieldsOf(whole, 'Approve');
    swapped.set('subject', last?.id ?? '');
    swapped.set('digest', last?.digest ?? '');
    expect((await visitor.post(whole.url, swapped)).text).toContain('has changed since it was shown');
    const stop = fieldsOf(whole, 'Approve');
    stop.set('verb', 'stop');
    expect((await visitor.post(whole.url, stop)).status).toBe(403);
    expect([await isOpen(asked), await isOpen(other)]).toEqual([true, true]);
    for (const each of [asked, other]) await agent.withdraw(locationOf(each));
  });

  test('about what was shown is refused once the ask is another one, which is then shown', async () => {
    const proposed = await propose();
    await office.slack.press(
      await office.slackCard('Waiting', `Secret errand ${count}`),
      'chaperone:approve',
      office.people.maria,
    );
    const { s256 } = (await agent.settle(proposed)).body as { s256: string };
    const person = await agent.personToken({ resource: office.shop.issuer, mission_s256: s256 });
    await office.slack.press(
      await office.slackCard('Waiting', office.shop.issuer),
      'chaperone:approve',
      office.people.maria,
    );
    const { person_token } = (await agent.settle(person)).body as { person_token: string };
    const authorized = await agent.authorize(office.shop, person_token, { scope: 'buy:flour' });
    const narrower = await agent.authorize(office.shop, person_token, { scope: 'buy:candles' });
    const tokenIn = ({ body }: Answer) => (body as { resource_token: string }).resource_token;
    const asked = await agent.authToken({
      resource_token: tokenIn(authorized),
      presented_token: person_token,
      prompt: 'consent',
    });
    const visitor = openVisitor();
    const whole = await enter(office, asked, visitor, office.people.maria);
    expect(whole.text).toContain('buy:flour');
    const stale = fieldsOf(whole, 'Approve for this mission');
    await visitor.send(whole, 'Ask', { 'v.question': 'Candles only?' });
    await agent.respond(locationOf(asked), {
      action: 'updated_request',
      resource_token: tokenIn(narrower),
      presented_token: person_token,
    });
    const refused = await visitor.post(whole.url, stale);
    expect(refused.text).toContain('changed after it was shown');
    expect(refused.text).toContain('buy:candles');
    expect(await isOpen(asked)).toBe(true);
    await agent.withdraw(locationOf(asked));
  });
});

test('whoever was let in, and has left since, decides and reads nothing', async () => {
  const { bob } = office.teamsPeople;
  const proposed = await propose();
  const waiting = await office.slackCard('Waiting', `Secret errand ${count}`);
  await office.slack.press(waiting, 'chaperone:approve', office.people.maria);
  const { s256 } = (await agent.settle(proposed)).body as { s256: string };
  const asked = await agent.permission({ action: 'dance', mission_s256: s256 });
  const visitor = openVisitor();
  const arrived = await visitor.open(linkOf(asked));
  const page = await visitor.send(arrived, 'Ask me in chat', { 'v.where': 'teams', 'v.who': 'jonas' });
  const question = await until('the question in Teams', () =>
    office.teams
      .messages(office.teams.chatOf(bob))
      .find((each) => textInTeams(each).includes('Is this you?')),
  );
  await office.teams.press(question.id, 'chaperone.vouch', bob, { match: { choice: codeOn(page) } });
  const whole = await until('the whole ask', async () => {
    const next = await visitor.open(page.url);
    return (
      next.text.includes('dance') && next.forms.length > 0 && next.text.includes('The full text') && next
    );
  });
  office.teams.leave(bob);
  const after = await visitor.send(whole, 'once');
  expect(after.text).toContain('could not be checked');
  expect(after.text).not.toContain('dance');
  expect(after.forms).toEqual([]);
  expect(await isOpen(asked)).toBe(true);
});

test('an agent that opens its own link finds no way through, whatever it sends', async () => {
  const asked = await propose();
  const visitor = openVisitor({ authorization: `Bearer ${agent.token}` });
  const page = await visitor.open(linkOf(asked));
  for (const path of ['', '/arrive', '/sign-in', '/signed-in', '/approve', '/../signed-in?state=']) {
    const got = await visitor.open(`${page.url}${path}`);
    expect(got.status).toBeLessThan(500);
    expect(got.text).not.toContain('Secret errand');
    const posted = await visitor.post(
      `${page.url}${path}`,
      new URLSearchParams({ action: 'approve', verb: 'approve' }),
    );
    expect(posted.status).toBeGreaterThanOrEqual(400);
    expect(posted.status).toBeLessThan(500);
  }
  expect(await isOpen(asked)).toBe(true);
});

test('every refusal is in the record, and no card was ever alarmed', async () => {
  expect(office.slackCards().map(textInSlack).join('\n')).not.toContain('outside');
  await office.leftBehind(async ({ acts }) => {
    const outcomes = new Set<string>();
    for await (const { verb, outcome } of acts.read())
      if (verb === 'vouch' || verb === 'disown') outcomes.add(`${verb} ${outcome}`);
    expect([...outcomes].toSorted()).toEqual([
      'disown disowned',
      'disown refused:not_your_page',
      'vouch refused:not_your_page',
      'vouch vouched',
      'vouch wrong_code',
    ]);
  });
});
