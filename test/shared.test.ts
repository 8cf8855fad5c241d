// Oversight as a team shares it: several have to approve, some are only told, one has no say, one decides for another.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let s256 = '';
let mayNot: (who: string, words: string) => Promise<unknown>;

beforeAll(async () => {
  office = await openOffice({
    runs: 'apart',
    rules: [
      {
        for: { people: ['maria'], actions: ['pay_*'] },
        risk: 'spending money',
        approve: ['maria', 'jonas', 'paul'],
        quorum: 2,
      },
      {
        for: { people: ['maria'], actions: ['invite_guests'] },
        approve: ['maria', 'jonas'],
        exclude: 'person',
        notify: ['paul'],
      },
      {
        for: { people: ['maria'], actions: ['sign_contract'] },
        approve: ['maria', 'jonas'],
        step_up: 'second_person',
      },
    ],
    delegation: { to: ['paul', 'jonas'], longest_days: 14 },
  });
  agent = await office.agent();
  const asked = await agent.proposeMission({ description: '# Bake the cake' });
  await office.slack.press(await office.slackCard('Bake the cake'), 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
  await office.slackCard('Mission active');
  mayNot = (who, words) =>
    until(`a word to ${who} alone with ${words}`, () =>
      office.slack.ephemerals(office.channel, who).find(({ text }) => text.includes(words)),
    );
});
afterAll(() => office[Symbol.asyncDispose]());

const wants = (action: string) => agent.permission({ action, mission_s256: s256 });
const permissionOf = ({ body }: Answer) => (body as { permission?: string }).permission;

/** The ask about an action, as mission control knows it. */
async function askAbout(action: string) {
  const { body } = await office.control(`/requests?mission_s256=${s256}`);
  const all = body['requests'] as {
    id: string;
    digest: string;
    state: string;
    agent_asserted: { action?: string };
    decision?: { action: string; decided_by: { person: string } };
  }[];
  const found = all.findLast(({ agent_asserted }) => agent_asserted.action === action);
  if (!found) throw new Error(`nobody asked for ${action}`);
  return found;
}

describe('where two of three approve', () => {
  let asked: Answer;

  test('the card says how many it takes, for which risk, and calls all three', async () => {
    asked = await wants('pay_rent');
    const slack = await office.slackCard('pay_rent', '0 of 2 approved', 'spending money', 'different people');
    await office.teamsCard('pay_rent', '0 of 2 approved', 'spending money');
    for (const who of [office.people.maria, office.people.jonas, office.people.paul])
      expect(JSON.stringify(slack.blocks)).toContain(who);
  });

  test('one approval alone decides nothing; every copy of the card says who has given it', async () => {
    await office.slack.press(await office.slackCard('pay_rent'), 'chaperone:approve', office.people.maria);
    await office.slackCard('pay_rent', '1 of 2 approved: Maria in Slack');
    await office.teamsCard('pay_rent', '1 of 2 approved: Maria in Slack');
    expect((await askAbout('pay_rent')).state).toBe('open');
  });

  test('the same person never makes the second, on whichever platform', async () => {
    await office.slack.press(await office.slackCard('pay_rent'), 'chaperone:approve', office.people.maria);
    await mayNot(office.people.maria, 'approved this already');
    const teams = await office.teamsCard('pay_rent', '1 of 2');
    await office.teams.press(teams.id, 'chaperone.approve', office.teamsPeople.alice);
    await until('a word to Alice alone', () =>
      office.teams
        .messages(office.teams.chatOf(office.teamsPeople.alice))
        .some((message) => textInTeams(message).includes('approved this already')),
    );
    expect((await askAbout('pay_rent')).state).toBe('open');
  });

  test('a process that dies in the middle forgets no vote', async () => {
    await office.restart();
    await office.slackCard('pay_rent', '1 of 2 approved: Maria in Slack');
    const teams = await office.teamsCard('pay_rent', '1 of 2');
    await office.teams.press(teams.id, 'chaperone.approve', office.teamsPeople.bob);
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
    await office.slackCard('Approved', 'pay_rent', '2 of 2 approved: Maria in Slack, Jonas in Teams');
    await office.teamsCard('Approved', 'pay_rent', '2 of 2 approved: Maria in Slack, Jonas in Teams');
    expect((await askAbout('pay_rent')).decision?.decided_by.person).toBe('jonas');
  });

  test('one no denies at once, whoever has approved', async () => {
    const again = await wants('pay_gas');
    const card = await office.slackCard('pay_gas');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await office.slackCard('pay_gas', '1 of 2');
    const teams = await office.teamsCard('pay_gas', '1 of 2');
    await office.teams.press(teams.id, 'chaperone.deny', office.teamsPeople.bob);
    expect(permissionOf(await agent.settle(again))).toBe('denied');
    await office.slackCard('Denied', 'pay_gas', 'Jonas in Teams');
  });

  test('everybody at once, and twice: one decision, and nobody counts twice', async () => {
    const again = await wants('pay_water');
    const slack = await office.slackCard('pay_water');
    const teams = await office.teamsCard('pay_water');
    const { maria, jonas, paul } = office.people;
    await Promise.all([
      ...[maria, jonas, paul, maria, jonas, paul].map((who) =>
        office.slack.press(slack, 'chaperone:approve', who),
      ),
      office.teams.press(teams.id, 'chaperone.approve', office.teamsPeople.alice),
      office.teams.press(teams.id, 'chaperone.approve', office.teamsPeople.bob),
    ]);
    expect(permissionOf(await agent.settle(again))).toBe('granted');
    const settled = await office.slackCard('Approved', 'pay_water', '2 of 2 approved');
    expect(textInSlack(settled)).toMatch(/2 of 2 approved: (\w+) in \w+, (?!\1)\w+ in \w+/);
    // Whoever came third is told so, where they pressed.
    const [, line = ''] = /2 of 2 approved: (.*)/.exec(textInSlack(settled)) ?? [];
    const late = (['Maria', 'Jonas', 'Paul'] as const).filter((name) => !line.includes(name));
    expect(late).toHaveLength(1);
    const inSlack = { Maria: maria, Jonas: jonas, Paul: paul }[late[0] ?? 'Paul'];
    const inTeams = { Maria: 'alice', Jonas: 'bob', Paul: undefined } as const;
    const chat = inTeams[late[0] ?? 'Paul'];
    await until(`a word to ${late[0]} alone`, () =>
      [
        ...office.slack.ephemerals(office.channel, inSlack).map(textInSlack),
        ...(chat
          ? office.teams.messages(office.teams.chatOf(office.teamsPeople[chat])).map(textInTeams)
          : []),
      ].some((told) => told.includes('changed nothing')),
    );
  });

  test('an approval and a denial at once end in one of the two, the same on both platforms', async () => {
    const again = await wants('pay_fine');
    const slack = await office.slackCard('pay_fine');
    const teams = await office.teamsCard('pay_fine');
    await office.slack.press(slack, 'chaperone:approve', office.people.maria);
    await office.slackCard('pay_fine', '1 of 2');
    await Promise.all([
      office.slack.press(slack, 'chaperone:approve', office.people.paul),
      office.teams.press(teams.id, 'chaperone.deny', office.teamsPeople.bob),
    ]);
    const outcome = permissionOf(await agent.settle(again));
    const word = outcome === 'granted' ? 'Approved' : 'Denied';
    await office.slackCard(word, 'pay_fine');
    await office.teamsCard(word, 'pay_fine');
  });

  test('a quorum that was reached when the process died is decided after the start', async () => {
    const again = await wants('pay_bill');
    const card = await office.slackCard('pay_bill');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await office.slackCard('pay_bill', '1 of 2');
    const { id } = await askAbout('pay_bill');
    const given = {
      person: 'jonas',
      via: 'slack',
      id: `slack:${office.slack.team}:${office.people.jonas}`,
    };
    // What a process leaves behind that dies between counting the last vote and taking it to the Person Server.
    const cast = await office.leftBehind(async ({ votes }) => {
      const [first] = await votes.about(id);
      if (!first) throw new Error('no vote was kept');
      return await votes.cast({ ...first, source: 'the press before the end', given, by: 'jonas' });
    });
    expect(cast).toBe('counted');
    await office.start();
    expect(permissionOf(await agent.settle(again))).toBe('granted');
    await office.slackCard('Approved', 'pay_bill', '2 of 2 approved: Maria in Slack, Jonas in Slack');
  });

  test('a change of the ask voids what was approved before', async () => {
    const again = await wants('pay_taxi');
    const card = await office.slackCard('pay_taxi');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await office.slackCard('pay_taxi', '1 of 2');
    const { id, digest } = await askAbout('pay_taxi');
    const decided_by = { person: 'maria', via: 'console', id: 'console:maria' };
    await office.control(`/requests/${id}`, { action: 'ask', question: 'To where?', digest, decided_by });
    const location = again.headers.get('location') ?? '';
    await agent.respond(location, {
      action: 'clarification_response',
      clarification_response: 'The moon',
    });
    await office.slackCard('pay_taxi', 'The moon', '0 of 2 approved');
    await office.slack.press(await office.slackCard('pay_taxi'), 'chaperone:approve', office.people.jonas);
    await office.slackCard('pay_taxi', '1 of 2 approved: Jonas in Slack');
    expect((await askAbout('pay_taxi')).state).toBe('open');
    await office.slack.press(await office.slackCard('pay_taxi'), 'chaperone:approve', office.people.maria);
    expect(permissionOf(await agent.settle(again))).toBe('granted');
  });
});

describe('a mission proposed with a tool that takes two', () => {
  test('takes two as well, and its card names both', async () => {
    const asked = await agent.proposeMission({
      description: '# Pay for the cake',
      tools: [{ name: 'pay_by_card', description: 'Pay in the shop' }],
    });
    const card = await office.slackCard('Pay for the cake', '0 of 2 approved', 'spending money');
    expect(JSON.stringify(card.blocks)).not.toContain('with changes');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    const teams = await office.teamsCard('Pay for the cake', '1 of 2 approved: Maria in Slack');
    await office.teams.press(teams.id, 'chaperone.approve', office.teamsPeople.bob);
    expect((await agent.settle(asked)).status).toBe(200);
    await office.slackCard('Mission active', 'Pay for the cake', 'by Maria in Slack, Jonas in Teams at');
    await office.teamsCard('Mission active', 'Pay for the cake', 'by Maria in Slack, Jonas in Teams at');
  });
});

describe('the agent’s own person, where the rule excludes them', () => {
  test('has no say, is told so alone, and those who are only told have none either', async () => {
    const asked = await wants('invite_guests');
    const card = await office.slackCard('invite_guests', 'Maria has no say', 'Told, without a say: Paul');
    expect(JSON.stringify(card.blocks)).toContain(office.people.paul);
    expect(JSON.stringify(card.blocks)).not.toContain(`<@${office.people.maria}>`);
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await mayNot(office.people.maria, 'wants somebody else to decide');
    await office.slack.press(card, 'chaperone:approve', office.people.paul);
    await mayNot(office.people.paul, 'not an approver');
    expect((await askAbout('invite_guests')).state).toBe('open');
    await office.slack.press(card, 'chaperone:approve', office.people.jonas);
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
  });
});

describe('what the operator wants confirmed', () => {
  test('takes a second, different person', async () => {
    const asked = await wants('sign_contract');
    const card = await office.slackCard('sign_contract', '0 of 2', 'second, different person confirms');
    await office.slack.press(card, 'chaperone:approve', office.people.jonas);
    await office.slackCard('sign_contract', '1 of 2 approved: Jonas in Slack');
    expect((await askAbout('sign_contract')).state).toBe('open');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
  });
});

describe('somebody who decides for somebody else', () => {
  const say = (who: string, words: string) =>
    office.slack.say(office.channel, who, office.mention(words), office.slackCards()[0]?.ts);

  test('has to be mentioned: a name that was typed is nobody', async () => {
    await say(office.people.maria, 'Paul decides for me until tomorrow');
    await mayNot(office.people.maria, 'by a mention');
  });

  test('has to be somebody the operator named, for no longer than they said, and by a moment that was said', async () => {
    await office.teams.say(
      office.teamsPeople.bob,
      office.teams.channel,
      '<at>Alice</at> decides for me until tomorrow',
      [office.teamsPeople.alice],
    );
    await until('a word to Bob alone', () =>
      office.teams
        .messages(office.teams.chatOf(office.teamsPeople.bob))
        .some((message) => textInTeams(message).includes('do not let that person decide')),
    );
    await say(office.people.maria, `<@${office.people.paul}> decides for me for 30 days`);
    await mayNot(office.people.maria, 'longer than the operator');
    await say(office.people.maria, `<@${office.people.paul}> decides for me`);
    await mayNot(office.people.maria, 'Say until when');
    await say(office.people.stranger, `<@${office.people.paul}> decides for me until tomorrow`);
    await mayNot(office.people.stranger, 'does not know your account');
  });

  test('decides what the other may decide, “X for Y” on every copy, and after a restart too', async () => {
    const before = await wants('tell_a_story');
    const card = await office.slackCard('tell_a_story');
    await office.slack.press(card, 'chaperone:approve', office.people.paul);
    await mayNot(office.people.paul, 'not an approver');
    await say(office.people.maria, `<@${office.people.paul}> decides for me until tomorrow`);
    await office.slackCard('Somebody decides for you', 'Paul decides for Maria until');
    await office.slackCard('tell_a_story', 'Paul decides for Maria until');
    await office.teamsCard('tell_a_story', 'Paul decides for Maria until');
    await office.restart();
    await office.slack.press(card, 'chaperone:approve', office.people.paul);
    expect(permissionOf(await agent.settle(before))).toBe('granted');
    await office.slackCard('Approved by Paul for Maria in Slack', 'tell_a_story');
    await office.teamsCard('Approved by Paul for Maria in Slack', 'tell_a_story');
  });

  test('says no for them too', async () => {
    const asked = await wants('sing_a_song');
    await office.slackCard('sing_a_song');
    const { id } = await askAbout('sing_a_song');
    await say(office.people.paul, `deny ${id} because it is late`);
    expect(permissionOf(await agent.settle(asked))).toBe('denied');
    await office.slackCard('Denied by Paul for Maria in Slack', 'sing_a_song');
  });

  test('counts as the other where several approve, once between them', async () => {
    const asked = await wants('sign_contract');
    const card = await office.slackCard('Waiting', 'sign_contract');
    await office.slack.press(card, 'chaperone:approve', office.people.paul);
    await office.slackCard('sign_contract', '1 of 2 approved: Paul for Maria in Slack');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await mayNot(office.people.maria, 'somebody who decides for you');
    expect((await askAbout('sign_contract')).state).toBe('open');
    await office.slack.press(card, 'chaperone:approve', office.people.jonas);
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
    await office.slackCard(
      'Approved',
      'sign_contract',
      '2 of 2 approved: Paul for Maria in Slack, Jonas in Slack',
    );
  });

  test('has no say where the other has none', async () => {
    await wants('invite_guests');
    const card = await office.slackCard('Waiting', 'invite_guests');
    expect(textInSlack(card)).not.toContain('Paul decides for Maria');
    const refused = office.slack.ephemerals(office.channel, office.people.paul).length;
    await office.slack.press(card, 'chaperone:approve', office.people.paul);
    await until('another refusal', () => {
      const told = office.slack.ephemerals(office.channel, office.people.paul);
      return told.length > refused && told.at(-1)?.text.includes('not an approver');
    });
  });

  test('is somebody else once the other says so, in Teams as in Slack', async () => {
    await office.teams.say(
      office.teamsPeople.alice,
      office.teamsCards()[0]?.conversation ?? '',
      '<at>Bob</at> decides for me until tomorrow 23:30',
      [office.teamsPeople.bob],
    );
    await office.teamsCard('Jonas decides for Maria until');
    const asked = await wants('call_a_friend');
    const card = await office.slackCard('call_a_friend', 'Jonas decides for Maria until');
    expect(textInSlack(card)).not.toContain('Paul');
    await office.slack.press(card, 'chaperone:approve', office.people.jonas);
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
  });

  test('is nobody any more after “I decide again”; the other could decide all the time', async () => {
    const asked = await wants('write_a_letter');
    await office.slackCard('write_a_letter', 'Jonas decides for Maria until');
    await say(office.people.maria, 'I decide again');
    await office.slackCard('You decide again');
    const card = await until('a card without Jonas', async () => {
      const hangs = await office.slackCard('Waiting', 'write_a_letter');
      return textInSlack(hangs).includes('Jonas decides') ? undefined : hangs;
    });
    await office.slack.press(card, 'chaperone:approve', office.people.jonas);
    await mayNot(office.people.jonas, 'not an approver');
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
    await office.slackCard('Approved by Maria in Slack', 'write_a_letter');
  });

  test('has approved what they approved before “I decide again”, and the card goes on saying for whom', async () => {
    await say(office.people.maria, `<@${office.people.paul}> decides for me until tomorrow`);
    const asked = await wants('sign_contract');
    const { ts } = await office.slackCard('Waiting', 'sign_contract', 'Paul decides for Maria until');
    const now = (...words: readonly string[]) =>
      until(`its card with ${words.join(', ')}`, () =>
        office
          .slackCards()
          .find((card) => card.ts === ts && words.every((word) => textInSlack(card).includes(word))),
      );
    await office.slack.press(await now(), 'chaperone:approve', office.people.paul);
    await now('1 of 2 approved: Paul for Maria in Slack');
    await say(office.people.maria, 'I decide again');
    await until('a card without Paul’s say', async () => {
      const card = await now('1 of 2 approved: Paul for Maria in Slack');
      return !textInSlack(card).includes('Paul decides for Maria');
    });
    await office.slack.press(await now(), 'chaperone:approve', office.people.jonas);
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
    await now('2 of 2 approved: Paul for Maria in Slack, Jonas in Slack');
  });
});

test('every vote and every refusal is in the record, the decision once, and the chain holds', async () => {
  const { id } = await askAbout('pay_rent');
  const { id: raced } = await askAbout('pay_water');
  const { id: story } = await askAbout('tell_a_story');
  await office.leftBehind(async ({ acts, votes }) => {
    expect((await acts.about(`request:${id}`)).map((act) => `${act.person} ${act.outcome}`)).toEqual([
      'maria voted',
      'maria refused:already_voted',
      'maria refused:already_voted',
      'jonas voted',
      'jonas decided',
    ]);
    const outcomes = (await acts.about(`request:${raced}`)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'decided')).toHaveLength(1);
    expect(outcomes).toHaveLength(9);
    expect(await votes.open('', 10)).toEqual([]);
    const told = (await acts.about(`request:${story}`)).map(({ person, outcome }) => `${person} ${outcome}`);
    expect(told).toEqual(['null refused:not_an_approver', 'paul voted', 'paul decided']);
    // “Paul for Maria”: the act names the delegation, and the delegation's own act names who made it.
    const by = (await acts.about(`request:${story}`)).at(-1)?.answer as { delegation: string };
    const handed = await acts.about(`delegation:${by.delegation}`);
    expect(handed.map(({ person, verb, outcome }) => `${person} ${verb} ${outcome}`)).toEqual([
      'maria delegate delegated',
    ]);
    expect((await acts.check()).faults).toEqual([]);
  });
});
