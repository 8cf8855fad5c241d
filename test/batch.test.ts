// The same asked several times under one mission: one card, one press for all of it, and each ask still by itself.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import type { SlackMessage } from './support/fake-slack.ts';
import { fillInSlack, labelsOf, pressInTeams } from './support/forms.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let s256 = '';
let root: SlackMessage;
beforeAll(async () => {
  const maria = { people: ['maria'] };
  office = await openOffice({
    rules: [
      { for: { ...maria, actions: ['hire'] }, approve: ['maria', 'jonas'], quorum: 2 },
      { for: { ...maria, actions: ['pay'] }, approve: ['maria', 'jonas'], step_up: 'second_person' },
      { for: { ...maria, actions: ['sell'] }, approve: ['maria', 'jonas'], exclude: 'person' },
      { for: { ...maria, kinds: ['person_token'] }, reminders: { at: [0.2] } },
    ],
    delegation: { to: ['jonas'], longest_days: 14 },
  });
  agent = await office.agent();
  ({ s256, root } = await mission('# Invite the guests'));
});
afterAll(() => office[Symbol.asyncDispose]());

async function mission(description: string) {
  const asked = await agent.proposeMission({ description });
  const title = description.slice(2);
  const card = await office.slackCard('Waiting', title);
  await office.slack.press(card, 'Approve', office.people.maria);
  const { body } = await agent.settle(asked);
  return { s256: (body as { s256: string }).s256, root: await office.slackCard('Mission active', title) };
}

type Asked = { readonly asked: readonly Answer[]; readonly slack: SlackMessage };

const about = (action: string, parameters?: object, more: object = {}) =>
  agent.permission({ action, mission_s256: s256, ...(parameters && { parameters }), ...more });

/** The same action, once for each of these, and the card they share. */
async function ask(action: string, ...to: readonly string[]): Promise<Asked> {
  const asked: Answer[] = [];
  for (const each of to) asked.push(await about(action, { to: each, size: 'A5' }));
  for (const { status } of asked) expect(status).toBe(202);
  await office.teamsCard('Waiting', action, ...to.map((each) => `to: ${each}`));
  return { asked, slack: await office.slackCard('Waiting', action, ...to.map((each) => `to: ${each}`)) };
}

const cardsAbout = (what: string) => office.slackCards().filter((card) => textInSlack(card).includes(what));
const ended = async (asked: readonly Answer[]) =>
  (await Promise.all(asked.map((each) => agent.settle(each)))).map(
    ({ body }) =>
      (body as { permission?: string; error?: string }).permission ?? (body as { error?: string }).error,
  );
const whispersTo = (user: string) => office.slack.ephemerals(office.channel, user).map(textInSlack);
const say = (text: string, user = office.people.maria) =>
  office.slack.say(office.channel, user, office.mention(text), root.ts);

describe('identical asks', () => {
  test('share the card of the first, which lists what differs; one press approves each by itself', async () => {
    const first = await about('invite', { to: 'ann', size: 'A5' });
    const alone = await office.slackCard('Waiting', 'invite', 'to: ann');
    const others = [
      await about('invite', { to: 'bob', size: 'A5' }),
      await about('invite', { to: 'cem', size: 'A5' }),
    ];
    const card = await office.slackCard('Waiting', '3 times', 'to: ann', 'to: bob', 'to: cem');
    expect(card.ts).toBe(alone.ts);
    expect(card.thread_ts).toBe(root.ts);
    expect(labelsOf(card)).toEqual([
      'Approve all 3 once',
      'Deny all 3',
      'Decide one',
      'I’m on it',
      'Full text',
    ]);
    expect(textInSlack(card)).toContain('size: A5');
    const teams = await office.teamsCard('Waiting', '3 times', 'to: cem');
    expect(cardsAbout('to: ann')).toHaveLength(1);

    await pressInTeams(office, teams, 'approve');
    expect(await ended([first, ...others])).toEqual(['granted', 'granted', 'granted']);
    const settled = await office.slackCard('Approved: 3 times', 'to: bob', 'by Maria in Teams');
    expect(settled.ts).toBe(alone.ts);
    expect(labelsOf(settled)).toEqual(['Full text']);
    expect((await office.teamsCard('Approved: 3 times')).id).toBe(teams.id);
  });

  test('behind the full text every one stands whole', async () => {
    const long = 'x'.repeat(600);
    const asked = [await about('print', { to: long }), await about('print', { to: 'short' })];
    const slack = await office.slackCard('Waiting', '2 times', 'to: short');
    expect(textInSlack(slack)).not.toContain(long);
    await office.slack.press(slack, 'Full text', office.people.maria);
    const view = await until('the full text', () =>
      office.slack.views(office.people.maria).find((each) => JSON.stringify(each).includes(long)),
    );
    expect(JSON.stringify(view)).toContain('Ask 2');
    await office.slack.press(slack, 'Deny all 2', office.people.maria);
    const form = await until('the form', () =>
      office.slack
        .views(office.people.maria)
        .find((each) => JSON.stringify(each).includes('Deny all of them')),
    );
    await office.slack.submit(form.id, { reason: 'no paper' }, office.people.maria);
    for (const each of asked)
      expect((await agent.settle(each)).body).toEqual({ permission: 'denied', reason: 'no paper' });
  });

  test('one of them is denied, or asked about, by itself; what was asked about has its own card again', async () => {
    const { asked, slack } = await ask('call', 'ann', 'bob', 'cem');
    await fillInSlack(office, slack, 'Decide one', { which: '2', what: 'deny', words: 'Bob sleeps' });
    expect((await agent.settle(asked[1] as Answer)).body).toMatchObject({ reason: 'Bob sleeps' });
    const two = await office.slackCard('Waiting', '2 times', 'to: bob', 'Denied');
    await fillInSlack(office, two, 'Decide one', { which: '1', what: 'ask', words: 'Why Ann?' });
    const own = await office.slackCard('Waiting for the agent', 'Why Ann?');
    expect(own.ts).not.toBe(two.ts);
    const one = await office.slackCard('has a card of its own', 'call', 'to: cem');
    expect(one.ts).toBe(two.ts);
    await office.slack.press(one, 'Approve it once', office.people.maria);
    expect(await ended([asked[2] as Answer])).toEqual(['granted']);
    expect((await agent.poll((asked[0] as Answer).headers.get('location') ?? '')).status).toBe(202);
    await office.slack.press(own, 'Deny', office.people.maria);
    const [view] = office.slack.views(office.people.maria).slice(-1);
    await office.slack.submit(view?.id ?? '', {}, office.people.maria);
    expect(await ended([asked[0] as Answer])).toEqual(['denied']);
    await office.slackCard('Settled one by one', 'call');
  });

  test('a press answers the list it was pressed on: what came later is not approved, what changed voids it', async () => {
    const { asked } = await ask('bake', 'ann', 'bob');
    const teams = await office.teamsCard('Waiting', '2 times', 'bake');
    const older = teams.cards.at(-1) ?? {};
    const later = await about('bake', { to: 'cem', size: 'A5' });
    await office.teamsCard('Waiting', '3 times', 'bake');
    await pressInTeams(office, teams, 'approve', { card: older });
    expect(await ended(asked)).toEqual(['granted', 'granted']);
    const left = await office.slackCard('Waiting', 'bake', 'to: cem', 'Approved');
    expect(labelsOf(left)[0]).toBe('Approve it once');

    const another = await about('bake', { to: 'dan', size: 'A5' });
    const both = await office.teamsCard('Waiting', '2 times', 'to: dan');
    const shown = both.cards.at(-1) ?? {};
    const { body } = await office.control('/requests?state=open&limit=100');
    const cem = (body.requests as Record<string, unknown>[]).find((each) =>
      JSON.stringify(each).includes('"to":"cem"'),
    );
    const decided_by = { person: 'maria', via: 'slack', id: 'slack:T1:U1' };
    await office.control(`/requests/${String(cem?.['id'])}`, {
      action: 'ask',
      question: 'Which cake?',
      digest: cem?.['digest'],
      decided_by,
    });
    const location = later.headers.get('location') ?? '';
    await agent.respond(location, { action: 'clarification_response', clarification_response: 'All of it' });
    await pressInTeams(office, both, 'approve', { card: shown });
    await until('a word to Alice alone', () =>
      office.teams
        .messages(office.teams.chatOf(office.teamsPeople.alice))
        .find((message) => textInTeams(message).includes('has changed since it was shown')),
    );
    for (const each of [later, another])
      expect((await agent.poll(each.headers.get('location') ?? '')).status).toBe(202);
    await office.slackCard('has a card of its own', 'to: dan');
    await say('deny all');
    await until('which', () => cardsAbout('Which ask?').length > 0);
    const own = await office.slackCard('Waiting', 'All of it');
    await fillInSlack(office, own, 'Deny', {});
    await say('approve all');
    expect(await ended([later, another])).toEqual(['denied', 'granted']);
  });

  test('are at most twenty on one card: the next begins another, and a press on the first never reaches it', async () => {
    const asked: Answer[] = [];
    for (let nth = 1; nth <= 21; nth += 1) asked.push(await about('knit', { to: `guest ${nth}.` }));
    const full = await office.slackCard('Waiting', '20 times', 'to: guest 20.');
    const next = await office.slackCard('Waiting', 'to: guest 21.');
    expect(next.ts).not.toBe(full.ts);
    expect(labelsOf(full)).toContain('Approve all 20 once');
    for (let nth = 1; nth <= 20; nth += 1) expect(textInSlack(full)).toContain(`${nth}: to: guest ${nth}.`);
    await fillInSlack(office, full, 'Deny all 20', {});
    expect(new Set(await ended(asked.slice(0, 20)))).toEqual(new Set(['denied']));
    expect((await agent.poll(asked[20]?.headers.get('location') ?? '')).status).toBe(202);
    await fillInSlack(office, next, 'Deny', {});
    expect(await ended(asked.slice(20))).toEqual(['denied']);
  });

  test('never share a card across missions, with another reason, outside of missions, or where each is stepped up', async () => {
    const other = await mission('# Invite the neighbours');
    const asked = [
      await about('write', { to: 'ann' }),
      await about('write', { to: 'ann' }, { mission_s256: other.s256 }),
      await about('write', { to: 'ann' }, { description: 'it is her birthday' }),
      await agent.permission({ action: 'write', parameters: { to: 'ann' } }),
      await about('pay', { to: 'ann' }),
      // Not the same bytes: those would be the first ask once more.
      await about('pay', { to: 'ann', size: 'A5' }),
    ];
    await until('six cards', () => cardsAbout('to: ann').filter(isWaiting).length === 6);
    for (const card of cardsAbout('to: ann').filter(isWaiting))
      expect(labelsOf(card)).not.toContain('Decide one');
    for (const card of cardsAbout('to: ann').filter(isWaiting)) await fillInSlack(office, card, 'Deny', {});
    expect(new Set(await ended(asked))).toEqual(new Set(['denied']));
  });
});

const isWaiting = (card: SlackMessage) => textInSlack(card).startsWith('Waiting');

/** Three asks that nobody answers, but for one of them, and the card they share. */
const leftAlone: Answer[] = [];
let party: Awaited<ReturnType<typeof mission>>;
let card: SlackMessage;

test('one reminder in the thread names all of them that wait, on both platforms', async () => {
  party = await mission('# Plan the party');
  // An ask for a token does not outlive the token its agent asked with.
  const inHaste = await office.agent('errand', { lifetimeSeconds: 15 });
  for (const capabilities of [[], ['interaction'], ['clarification']])
    leftAlone.push(
      await inHaste.personToken({ resource: office.toys.issuer, mission_s256: party.s256, capabilities }),
    );
  card = await office.slackCard('Waiting', '3 times', 'Toy Shop');
  await office.teamsCard('Waiting', '3 times', 'Toy Shop');
  await fillInSlack(office, card, 'Decide one', { which: '2', what: 'deny', words: 'One is enough' });
  const reminder = await office.slackCard('Reminder: 2 asks');
  expect(reminder.thread_ts).toBe(party.root.ts);
  expect(JSON.stringify(reminder.blocks)).toContain(`<@${office.people.maria}>`);
  expect(JSON.stringify(reminder.blocks)).not.toContain(`<@${office.people.jonas}>`);
  await office.teamsCard('Reminder: 2 asks');
  expect(cardsAbout('Reminder: ')).toHaveLength(1);
});

/** The asks that somebody answered for Maria. */
let handed: readonly string[] = [];

describe('somebody who decides for somebody else', () => {
  test('answers the list for them: “X for Y” at each, on both platforms', async () => {
    const { asked } = await ask('paint', 'wall', 'door', 'gate');
    await say(`<@${office.people.jonas}> decides for me until tomorrow`);
    await office.slackCard('3 times', 'paint', 'Jonas decides for Maria until');
    const { body } = await office.control(`/requests?state=open&mission_s256=${s256}`);
    handed = (body.requests as { id: string }[]).map(({ id }) => id);
    await say('deny the second because it sticks', office.people.jonas);
    expect((await agent.settle(asked[1] as Answer)).body).toMatchObject({ reason: 'it sticks' });
    const teams = await office.teamsCard('2 times', 'paint', 'Denied by Jonas for Maria in Slack');
    await office.teams.press(teams.id, 'chaperone.approve', office.teamsPeople.bob);
    expect(await ended([asked[0] as Answer, asked[2] as Answer])).toEqual(['granted', 'granted']);
    for (const text of [
      textInSlack(await office.slackCard('Settled one by one', 'paint')),
      textInTeams(await office.teamsCard('Settled one by one', 'paint')),
    ]) {
      expect(text.match(/Approved by Jonas for Maria in Teams/g)).toHaveLength(2);
      expect(text.match(/Denied by Jonas for Maria in Slack/g)).toHaveLength(1);
    }
    await say('I decide again');
    await office.slackCard('You decide again');
  });
});

describe('words', () => {
  test('“deny the second”, a name in quotes and “approve all” answer what is listed', async () => {
    const { asked } = await ask('thank', 'ann', 'bob@example.com', 'cem', 'dan');
    await say('approve all 5');
    await until('a no', () => whispersTo(office.people.maria).some((text) => text.includes('Which one?')));
    await say('deny the second');
    expect(await ended(asked.slice(1, 2))).toEqual(['denied']);
    await office.slackCard('Waiting', '3 times', 'thank');
    await say('deny "cem" because he knows');
    expect((await agent.settle(asked[2] as Answer)).body).toMatchObject({ reason: 'he knows' });
    await office.slackCard('Waiting', '2 times', 'thank');
    await say('approve');
    await until('which', () => cardsAbout('deny the second').length > 0);
    await say('approve all');
    expect(await ended([asked[0] as Answer, asked[3] as Answer])).toEqual(['granted', 'granted']);
  });

  test('in Teams, and by an id', async () => {
    const { asked } = await ask('greet', 'ann', 'bob');
    const { conversation } = await office.teamsCard('Waiting', '2 times', 'greet');
    const { body } = await office.control(`/requests?state=open&mission_s256=${s256}`);
    const ids = (body.requests as { id: string }[]).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    await office.teams.say(office.teamsPeople.alice, conversation, `deny ${ids[0]}`);
    expect(await ended(asked.slice(0, 1))).toEqual(['denied']);
    await office.teamsCard('Waiting', 'greet', 'Denied');
    await office.teams.say(office.teamsPeople.alice, conversation, 'approve');
    expect(await ended(asked.slice(1))).toEqual(['granted']);
  });
});

describe('who may', () => {
  test('a stranger to the rules is refused for each, and each refusal is in the record', async () => {
    const { asked, slack } = await ask('plan', 'ann', 'bob');
    await office.slack.press(slack, 'Approve all 2 once', office.people.jonas);
    await until('a no', () =>
      whispersTo(office.people.jonas).some((text) => text.includes('not an approver')),
    );
    await office.slack.press(slack, 'Approve all 2 once', office.people.guest);
    await until('a no', () => whispersTo(office.people.guest).some((text) => text.includes('Guests never')));
    for (const each of asked) expect((await agent.poll(each.headers.get('location') ?? '')).status).toBe(202);
    await office.slack.press(slack, 'Approve all 2 once', office.people.maria);
    expect(await ended(asked)).toEqual(['granted', 'granted']);
  });

  test('a quorum counts for each: two approve all, and one of them alone was denied', async () => {
    const { asked, slack } = await ask('hire', 'band', 'clown', 'singer');
    await office.slack.press(slack, 'Approve all 3 once', office.people.maria);
    await office.slackCard('1 of 2 approved', 'Maria', 'hire');
    const card = await office.slackCard('1 of 2 approved', 'hire');
    await fillInSlack(office, card, 'Decide one', { which: '2', what: 'deny', words: '' });
    expect(await ended(asked.slice(1, 2))).toEqual(['denied']);
    const left = await office.slackCard('Waiting', '2 times', '1 of 2 approved', 'hire');
    await office.slack.press(left, 'Approve all 2 once', office.people.jonas);
    expect(await ended([asked[0] as Answer, asked[2] as Answer])).toEqual(['granted', 'granted']);
    await office.slackCard('Settled one by one', 'hire', 'band', 'Approved');
  });

  test('the excluded have no say in any of them', async () => {
    const { asked, slack } = await ask('sell', 'cake', 'tea');
    await office.slack.press(slack, 'Approve all 2 once', office.people.maria);
    await until('a no', () =>
      whispersTo(office.people.maria).some((text) => text.includes('wants somebody else to decide')),
    );
    await office.slack.press(slack, 'Approve all 2 once', office.people.jonas);
    expect(await ended(asked)).toEqual(['granted', 'granted']);
  });

  test('on hold none is approved, and denying works; somebody looking into it is shown', async () => {
    const { asked, slack } = await ask('drive', 'north', 'south');
    await office.slack.press(slack, 'I’m on it', office.people.maria);
    await office.slackCard('Waiting', 'drive', 'Maria in Slack is looking into it');
    await say('hold');
    const held = await office.slackCard('On hold', 'drive', '2 times');
    expect(labelsOf(held)).not.toContain('Approve all 2 once');
    await say('approve all');
    await until('a no', () => whispersTo(office.people.maria).some((text) => text.includes('is on hold')));
    await say('deny all because of the snow');
    expect(await ended(asked)).toEqual(['denied', 'denied']);
    await office.slackCard('Denied: 2 times', 'drive');
    await say('release');
    await office.slackCard('Hold released');
  });
});

test('in the end silence is a no: on the card they share, in the thread, and to the agent', async () => {
  const ends = await Promise.all(leftAlone.map((each) => agent.settle(each, { withinMs: 20_000 })));
  expect(ends.map(({ status }) => status)).toEqual([408, 403, 408]);
  const denied = await office.slackCard('Settled one by one', office.toys.issuer);
  expect(denied.ts).toBe(card.ts);
  for (const row of ['1: ', '3: '])
    expect(textInSlack(denied)).toMatch(new RegExp(`^${row}.*Denied, nobody answered`, 'm'));
  expect(textInSlack(denied)).toMatch(/^2: .*Denied by Maria in Slack/m);
  expect(labelsOf(denied)).toEqual(['Full text']);
  await office.teamsCard('Settled one by one', 'Denied, nobody answered', 'by Maria in Slack');
  const said = await office.slackCard('Denied: nobody answered', 'Plan the party');
  expect(said.thread_ts).toBe(party.root.ts);
  await office.teamsCard('Denied: nobody answered', 'Plan the party');
  await office.slackCard('Reminder, no longer needed');
  await office.teamsCard('Reminder, no longer needed');
  expect(cardsAbout('Denied: nobody answered')).toHaveLength(1);
}, 30_000);

test('a stop voids whatever is listed; then each ask has one outcome and one act of a decision', async () => {
  const { asked } = await ask('dance', 'ann', 'bob');
  await say('stop');
  expect(await ended(asked)).toEqual(['mission_terminated', 'mission_terminated']);
  await office.slackCard('Void', '2 times', 'dance');
  await office.teamsCard('Void', '2 times', 'dance');
  const { body } = await office.control('/requests?state=closed&limit=200');
  const requests = body.requests as { id: string; state: string; decision?: object }[];
  await office.leftBehind(async ({ acts, delegations }) => {
    expect(handed).toHaveLength(3);
    for (const id of handed) {
      const act = (await acts.about(`request:${id}`)).find(({ outcome }) => outcome === 'decided');
      if (!act) throw new Error(`nobody decided ${id}`);
      const { delegation } = act.answer as { delegation: string };
      expect([act.person, await delegations.principalOf(delegation)]).toEqual(['jonas', 'maria']);
    }
    for (const { id, decision } of requests) {
      const decided = (await acts.about(`request:${id}`)).filter(
        ({ outcome, verb }) => outcome === 'decided' && verb !== 'ask',
      );
      expect(decided).toHaveLength(decision ? 1 : 0);
    }
    expect((await acts.check()).faults).toEqual([]);
  });
});
