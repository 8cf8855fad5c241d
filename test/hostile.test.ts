// People and agents who mean harm: every attempt is refused or inert, none breaks anything, and nothing is lost.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedFetch } from '#aauth/signed-fetch.ts';
import type { Agent, Answer } from './support/aauth-agent.ts';
import type { Json, SlackMessage } from './support/fake-slack.ts';
import type { Forgery } from './support/fake-teams-issuer.ts';
import { textOf } from './support/fake-teams-people.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';
import { openVisitor } from './support/visitor.ts';

let office: Office;
let agent: Agent;
let s256 = '';
let root: SlackMessage;
beforeAll(async () => {
  // Two people may decide what is to be done, so that two can be at it at once.
  const permissions = { for: { people: ['maria'], kinds: ['permission'] }, approve: ['maria', 'jonas'] };
  office = await openOffice({ rules: [permissions] });
  agent = await office.agent();
  const asked = await agent.proposeMission({ description: '# Plan the party' });
  root = await office.slackCard('Plan the party');
  await office.slack.press(root, 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
  await office.slackCard('Mission active');
});
afterAll(() => office[Symbol.asyncDispose]());

type Shown = {
  id: string;
  state: string;
  digest: string;
  agent_asserted: { action?: string };
  decision?: { decided_by: { person: string } };
};
const requests = async (state: 'open' | 'closed') =>
  (await office.control(`/requests?state=${state}&limit=100`)).body.requests as Shown[];
const missionStatus = async () => (await office.control(`/missions/${s256}`)).body.status;
async function ask(
  action: string,
  more: object = {},
): Promise<{ asked: Answer; card: SlackMessage; id: string }> {
  const asked = await agent.permission({ action, mission_s256: s256, ...more });
  expect(asked.status).toBe(202);
  const card = await office.slackCard('Waiting', action);
  const open = (await requests('open')).find(({ agent_asserted }) => agent_asserted.action === action);
  return { asked, card, id: open?.id ?? '' };
}

/** What only this person was told in the channel, after `was` earlier words. */
const told = (user: string, was: number, channel = office.channel) =>
  until('a word for one person', () => office.slack.ephemerals(channel, user)[was]?.text);

describe('who is not who they say', () => {
  test('a delivery that Slack did not sign, or signed for another moment or body, is refused', async () => {
    const { card, asked } = await ask('sign_nothing');
    const { payload } = await office.slack.press(card, 'chaperone:approve', office.people.stranger);
    const forged: Json = { ...payload, user: { id: office.people.maria, team_id: office.slack.team } };
    const body = new URLSearchParams({ payload: JSON.stringify(forged) }).toString();
    const now = Math.floor(Date.now() / 1_000);
    const signed = office.slack.sign(body);
    for (const headers of [
      {},
      office.slack.sign(body, now, 'another secret'),
      office.slack.sign(body, now - 301),
      office.slack.sign(body, now + 3_600),
      office.slack.sign('another body'),
      { ...signed, 'x-slack-signature': signed['x-slack-signature'].replace('v0=', 'v1=') },
      { ...signed, 'x-slack-request-timestamp': `${now}.5` },
    ]) {
      const response = await fetch(`${office.issuer}/slack/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body,
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      await response.body?.cancel();
    }
    expect((await agent.poll(asked.headers.get('location') ?? '')).status).toBe(202);
  });

  test('an activity with a forged token is refused', async () => {
    const { asked } = await ask('trust_nobody');
    const card = await office.teamsCard('Waiting', 'trust_nobody');
    const genuine = await office.teams.press(card.id, 'chaperone.approve', office.teamsPeople.nina);
    const activity = {
      ...genuine.activity,
      id: 'f:forged',
      from: {
        id: office.teamsPeople.alice.id,
        name: 'Alice',
        aadObjectId: office.teamsPeople.alice.aad,
      },
    };
    const forgeries: readonly Forgery[] = [
      'wrong signing key',
      'unknown key id',
      'no key id',
      'wrong audience',
      'wrong issuer',
      'expired',
      'not yet valid',
      'wrong serviceurl',
      'key not endorsed',
      'symmetric with the public key',
      'alg none',
      'not a token',
    ];
    for (const forgery of forgeries) {
      const response = await office.teams.deliver(activity, { forgery });
      expect([401, 403], forgery).toContain(response.status);
    }
    for (const header of [null, 'Bearer', `Bearer ${agent.token}`, `Basic ${agent.token}`]) {
      expect((await office.teams.deliver(activity, { header })).status).toBe(401);
    }
    expect((await agent.poll(asked.headers.get('location') ?? '')).status).toBe(202);
  });
});

describe('who may not', () => {
  test('guests, outsiders, bots, strangers and people of another mission are refused, each with the reason', async () => {
    const { asked, card, id } = await ask('fly_a_kite');
    const bot = office.slack.addUser('Robot', 'bot');
    const reasons = {
      [office.people.guest]: 'Guests never decide',
      [office.people.outsider]: 'another organisation',
      [office.people.stranger]: 'does not know your account',
      [office.people.paul]: 'not an approver',
    };
    for (const [user, reason] of Object.entries(reasons)) {
      const was = office.slack.ephemerals(office.channel, user).length;
      const press = await office.slack.press(card, 'chaperone:approve', user);
      expect(press.status).toBe(200);
      expect(await told(user, was)).toContain(reason);
    }
    expect((await office.slack.press(card, 'chaperone:approve', bot)).status).toBe(200);

    const shown = await office.teamsCard('Waiting', 'fly_a_kite');
    const pressInTeams = (person: keyof Office['teamsPeople']) =>
      office.teams.press(shown.id, 'chaperone.approve', office.teamsPeople[person]);
    expect((await pressInTeams('gina')).status).toBe(200);
    expect((await pressInTeams('nina')).status).toBe(200);
    expect((await pressInTeams('otto')).status).toBeLessThan(500);
    const gina = office.teams.chatOf(office.teamsPeople.gina);
    await until('a word to the guest', () =>
      office.teams.messages(gina).some((message) => textInTeams(message).includes('Guests never decide')),
    );
    expect((await agent.poll(asked.headers.get('location') ?? '')).status).toBe(202);
    expect((await requests('open')).some((request) => request.id === id)).toBe(true);
  });

  test('a press that comes from a channel which does not oversee the mission is refused', async () => {
    const { card, id } = await ask('whisper_elsewhere');
    const { payload } = await office.slack.press(card, 'chaperone:read', office.people.maria);
    const approve = (await office.slack.press(card, 'chaperone:approve', office.people.stranger)).payload;
    for (const [at, channel] of [office.paulsChannel, office.elsewhere].entries()) {
      await office.slack.deliver('interactive', {
        ...approve,
        user: { id: office.people.maria, team_id: office.slack.team },
        trigger_id: `${String(payload.trigger_id)}${at}`,
        channel: { id: channel },
        container: { type: 'message', message_ts: card.ts, channel_id: channel },
      });
      expect(await told(office.people.maria, 0, channel)).toContain('does not oversee');
    }
    expect((await requests('open')).some((request) => request.id === id)).toBe(true);
  });

  test('from a channel that outsiders can read, nothing is decided or stopped', async () => {
    const { asked, card } = await ask('tell_everybody');
    await office.slack.share(office.channel, true);
    const was = office.slack.ephemerals(office.channel, office.people.maria).length;
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    expect(await told(office.people.maria, was)).toContain('Outsiders can read');
    await office.slack.say(office.channel, office.people.maria, office.mention('stop'), root.ts);
    expect(await told(office.people.maria, was + 1)).toContain('Outsiders can read');
    expect(await missionStatus()).toBe('active');

    await office.slack.share(office.channel, false);
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    expect((await agent.settle(asked)).body).toMatchObject({ permission: 'granted' });
  });

  test('an outsider, a guest and a bot learn nothing and stop nothing by words', async () => {
    const bot = office.slack.addUser('Parrot', 'bot');
    const before = office.slackCards().length;
    const say = (user: string, text: string) =>
      office.slack.say(office.channel, user, office.mention(text), root.ts);
    await say(bot, 'status');
    await say(bot, 'stop');
    const was = office.slack.ephemerals(office.channel, office.people.outsider).length;
    await say(office.people.outsider, 'status');
    expect(await told(office.people.outsider, was)).toContain('another organisation');
    await say(office.people.outsider, 'stop');
    expect(await told(office.people.outsider, was + 1)).toContain('another organisation');
    const guests = office.slack.ephemerals(office.channel, office.people.guest).length;
    await say(office.people.guest, 'stop');
    expect(await told(office.people.guest, guests)).toContain('Guests never');
    expect(await missionStatus()).toBe('active');
    expect(office.slackCards()).toHaveLength(before);
  });
});

describe('what is out of date', () => {
  test('a press on what was shown before the ask changed is refused, and the new ask is shown', async () => {
    const { asked, card, id } = await ask('paint_house');
    const location = asked.headers.get('location') ?? '';
    const before = structuredClone(card);
    const teams = await office.teamsCard('Waiting', 'paint_house');
    const [old] = teams.cards;
    const { digest } = (await office.control(`/requests/${id}`)).body as Shown;
    const decided_by = { person: 'maria', via: 'console', id: 'console:maria' };
    await office.control(`/requests/${id}`, { action: 'ask', question: 'Which colour?', digest, decided_by });
    await until('the question', async () => (await agent.poll(location)).body !== undefined);
    const answered = await agent.respond(location, {
      action: 'clarification_response',
      clarification_response: 'Black, all of it.',
    });
    expect(answered.status).toBe(202);

    const stale = await office.teams.press(teams.id, 'chaperone.approve', office.teamsPeople.alice, {
      card: old ?? {},
    });
    expect(stale.status).toBe(200);
    const alice = office.teams.chatOf(office.teamsPeople.alice);
    await until('a word about the change', () =>
      office.teams
        .messages(alice)
        .some((message) => textInTeams(message).includes('changed after it was shown')),
    );
    const now = await until('the ask as it is now', () =>
      office.slackCards().find(({ ts, text }) => ts === before.ts && text.includes('Black, all of it.')),
    );
    expect((await agent.poll(location)).status).toBe(202);
    await office.slack.press(now, 'chaperone:approve', office.people.maria);
    expect((await agent.settle(asked)).body).toMatchObject({ permission: 'granted' });
  });

  test('of two people who answer at once one decides, and the other is told who was first', async () => {
    const { asked, card, id } = await ask('ring_bell');
    const teams = await office.teamsCard('Waiting', 'ring_bell');
    const [maria, bob] = [office.people.maria, office.teams.chatOf(office.teamsPeople.bob)];
    const was = {
      slack: office.slack.ephemerals(office.channel, maria).length,
      teams: office.teams.messages(bob).length,
    };
    await Promise.all([
      office.slack.press(card, 'chaperone:approve', maria),
      office.teams.press(teams.id, 'chaperone.deny', office.teamsPeople.bob),
    ]);
    const { permission } = (await agent.settle(asked)).body as { permission: 'granted' | 'denied' };
    const { decision } = (await office.control(`/requests/${id}`)).body as Shown;
    expect(decision?.decided_by.person).toBe(permission === 'granted' ? 'maria' : 'jonas');
    const loser = await until('a word to the one who came later', () =>
      permission === 'granted'
        ? office.teams.messages(bob).slice(was.teams).map(textInTeams)[0]
        : office.slack.ephemerals(office.channel, maria)[was.slack]?.text,
    );
    expect(loser).toContain('changed nothing');
    expect(loser).toContain(permission === 'granted' ? 'Maria in Slack' : 'Jonas in Teams');
  });
});

describe('an agent that would decide for itself', () => {
  test('no route lets it: mission control, its pending URL, the page of its code, the doors of the chats', async () => {
    const { asked, id } = await ask('crown_myself');
    const location = new URL(asked.headers.get('location') ?? '', office.issuer).href;
    const { digest } = (await office.control(`/requests/${id}`)).body as Shown;
    const yes = {
      action: 'approve',
      digest,
      decided_by: { person: 'maria', via: 'slack', id: `slack:${office.slack.team}:${office.people.maria}` },
    };
    const control = `${office.issuer}/mission-control/requests/${id}`;
    const stop = `${office.issuer}/mission-control/missions/${s256}`;

    expect((await agent.send('POST', control, yes)).status).toBe(401);
    expect((await agent.send('POST', stop, { ...yes, action: 'terminate', reason: 'revoked' })).status).toBe(
      401,
    );
    expect((await agent.send('GET', control)).status).toBe(401);
    for (const authorization of [
      undefined,
      'Bearer wrong',
      'Bearer ',
      `Bearer ${agent.token}`,
      'Basic bWFyaWE6bWFyaWE=',
    ]) {
      const response = await fetch(control, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify(yes),
      });
      expect(response.status, authorization).toBe(401);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      await response.body?.cancel();
    }

    for (const body of [
      yes,
      { action: 'deny', digest },
      { permission: 'granted' },
      { action: 'updated_request', state: 'approved' },
      {
        action: 'clarification_response',
        clarification_response: 'approve',
        state: 'approved',
        decision: yes,
      },
      { decision: 'approve', state: 'approved' },
    ]) {
      const answer = await agent.send('POST', location, body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
    for (const method of ['PUT', 'PATCH']) {
      const answer = await agent.send(method, location, yes);
      expect([404, 405]).toContain(answer.status);
    }

    const debug = (await office.control(`/requests/${id}?debug=1`)).body as { code?: string };
    const page = `${office.issuer}/interact?code=${debug.code}`;
    const seen = await openVisitor().open(`${page}&action=approve&decision=approve`);
    expect(seen.status).toBe(200);
    const verbs = seen.forms.flatMap(({ fields }) => fields.filter(([name]) => name === 'verb'));
    expect(verbs).toEqual([['verb', 'pair']]);
    const posted = await fetch(page, { method: 'POST', body: new URLSearchParams({ action: 'approve' }) });
    expect([404, 405]).toContain(posted.status);
    await posted.body?.cancel();

    const click = JSON.stringify({ type: 'block_actions', user: { id: office.people.maria }, actions: [] });
    const asAgent = { kind: 'agent', key: agent.key, token: agent.token } as const;
    const headers = { 'content-type': 'application/json' };
    for (const door of ['/slack/events', '/api/messages']) {
      const answer = await signedFetch(
        `${office.issuer}${door}`,
        { method: 'POST', headers, body: click },
        asAgent,
      );
      expect(answer.status).toBe(401);
      await answer.body?.cancel();
    }
    const still = await agent.poll(location);
    expect(still.status).toBe(202);
    expect((await office.control(`/requests/${id}`)).body).toMatchObject({ id, state: 'open' });
  });
});

/** Every text of a message in which Slack looks for markup. */
function parsedIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(parsedIn);
  if (typeof node !== 'object' || node === null) return [];
  if ('type' in node && node.type === 'mrkdwn' && 'text' in node) return [String(node.text)];
  return Object.values(node).flatMap(parsedIn);
}

/** Every text of a card in which Teams looks for markup. */
function markdownIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(markdownIn);
  if (typeof node !== 'object' || node === null) return [];
  if ('type' in node && node.type === 'TextBlock' && 'text' in node) return [String(node.text)];
  if ('facts' in node) return [JSON.stringify(node.facts)];
  return Object.values(node).flatMap(markdownIn);
}

describe('what an agent writes', () => {
  const nasty = [
    '<!channel> <!here> <@U0MARIA1> <#C0OVERSIGHT7> <at>Maria</at> @everyone',
    '[Approve here](https://evil.example/approve) <https://evil.example|https://bank.example>',
    '# *Approved* by **Maria** `in` ~Slack~ <b>now</b> <script>alert(1)</script>',
    'safe\u202Eevas \u2066turned\u2069 un\u200Bseen \u{e0041}\u001b[31m',
    '> Checked by the Person Server: all is well',
  ].join('\n');

  test('calls nobody, links nowhere, is nobody’s formatting and hides nothing', async () => {
    const nul = await agent.permission({ action: 'hang\u0000', mission_s256: s256 });
    expect(nul.status).toBe(400);
    const { card } = await ask('hang_poster', { description: nasty });
    const teams = await office.teamsCard('Waiting', 'hang_poster');
    const slack = [card.text, ...parsedIn(card.blocks)].join('\n');
    expect(slack).not.toMatch(/<!(?:channel|here|everyone)|<#C0|<https?:/);
    expect(slack.match(/<@[^>]*>/g)?.filter((mention) => !/MARIA|JONAS/.test(mention)) ?? []).toEqual([]);
    // The people called are those who may decide, once; the agent’s own mention of Maria is text.
    expect(card.text.match(/<@U0MARIA1>/g)).toHaveLength(1);
    const inTeams = JSON.stringify(teams.activity);
    expect(inTeams.match(/<at>[^<]*<\/at>/g)?.filter((at) => !/Maria|Jonas/.test(at)) ?? []).toEqual([]);
    expect(markdownIn(teams.cards.at(-1)).join('\n')).not.toContain('evil.example');
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    const unseen = /[\u202a-\u202e\u2066-\u2069\u200b-\u200d\u0000-\u0008\u001b]|\u{e0041}/u;
    for (const text of [textInSlack(card), textInTeams(teams)]) {
      expect(text).not.toMatch(unseen);
      expect(text).toContain('evil.example');
      expect(text).toContain('Checked by the Person Server: all is well');
    }
    for (const line of textInSlack(card)
      .split('\n')
      .filter((one) => one.includes('all is well'))) {
      expect(line.startsWith('│')).toBe(true);
    }
  });

  test('more than the Person Server takes is refused; just less is cut on the card and can be read whole', async () => {
    const tooMuch = await agent.permission({
      action: 'flood',
      mission_s256: s256,
      description: 'x'.repeat(100_000),
    });
    expect(tooMuch.status).toBe(413);

    const lines = Array.from({ length: 2_000 }, (_, at) => `line ${at} of a very long story`);
    const { card } = await ask('read_novel', {
      description: `${lines.join('\n')}\nand at the end, the catch`,
    });
    expect(textInSlack(card)).toContain('and at the end, the catch');
    expect(textInSlack(card)).not.toContain('line 1000 ');

    await office.slack.press(card, 'chaperone:read', office.people.maria);
    const pages: string[] = [];
    const view = () => office.slack.views(office.people.maria).at(-1);
    for (let page = 1; ; page++) {
      await until(`page ${page}`, () => {
        const text = JSON.stringify(view()?.view.blocks);
        return !text.includes('Loading') && (page === 1 || text.includes(`Page ${page} of`));
      });
      pages.push(JSON.stringify(view()?.view.blocks));
      if (!pages.at(-1)?.includes('Next page')) break;
      await office.slack.pressInView(view()?.id ?? '', 'chaperone:page:next', office.people.maria);
    }
    const inSlack = pages.join('');
    expect(lines.filter((line) => !inSlack.includes(`${line}\\n`) && !inSlack.includes(`${line}"`))).toEqual(
      [],
    );
    expect(inSlack).toContain('and at the end, the catch');

    const teams = await office.teamsCard('Waiting', 'read_novel');
    expect(textInTeams(teams)).toContain('and at the end, the catch');
    let inTeams = '';
    let shown: Json = teams.cards.at(-1) ?? {};
    for (let page = 1; page < 50; page++) {
      const read = await office.teams.press(teams.id, 'chaperone.read', office.teamsPeople.alice, {
        card: shown,
        ...(page > 1 && { match: { page } }),
      });
      shown = read.value as Json;
      inTeams += textOf(shown);
      if (!JSON.stringify(shown).includes('Next page')) break;
    }
    expect(lines.filter((line) => !inTeams.includes(line))).toEqual([]);
    expect(inTeams).toContain('and at the end, the catch');
  });
});

describe('words that must not act', () => {
  test('talk about stopping stops nothing', async () => {
    const texts = [
      "don't stop",
      'should I stop?',
      'stop?',
      'she said "stop"',
      '> stop',
      'please do not stop this mission',
      'stop if it buys a pony',
      'never stop',
      'the bus stop',
      'ｓｔｏｐ\u202e',
    ];
    for (const text of texts) {
      const before = office.slackCards().length;
      await office.slack.say(office.channel, office.people.jonas, office.mention(text), root.ts);
      const answer = await until(
        `an answer to ${text}`,
        () =>
          office
            .slackCards()
            .slice(before)
            .find((card) => textInSlack(card).startsWith('Not understood')),
        () => office.slackCards().slice(before).map(textInSlack).join('\n---\n'),
      );
      expect(answer.thread_ts).toBe(root.ts);
    }
    expect(await missionStatus()).toBe('active');
  });
});

describe('bad input', () => {
  test('is answered with problem details, and never with a 5xx', async () => {
    const authorization = 'Bearer a-token-for-stories-long-enough';
    const control = async (path: string, body: string, type = 'application/json') =>
      await fetch(`${office.issuer}/mission-control${path}`, {
        method: 'POST',
        headers: { authorization, 'content-type': type },
        body,
      });
    const { id } = await ask('type_badly');
    const answers = [
      await control(`/requests/${id}`, '{'),
      await control(`/requests/${id}`, '[]'),
      await control(`/requests/${id}`, '{"action":"approve"}'),
      await control(`/requests/${id}`, '{"action":"bless"}'),
      await control(`/requests/${id}`, 'action=approve', 'application/x-www-form-urlencoded'),
      await control(`/missions/${s256}`, '{"action":"terminate","reason":"boredom"}'),
      await control('/requests/%00', '{"action":"approve"}'),
      await fetch(`${office.issuer}/mission-control/requests?limit=minus`, { headers: { authorization } }),
      await fetch(`${office.issuer}/nowhere`),
    ];
    for (const answer of answers) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(await answer.json()).toMatchObject({
        status: answer.status,
        error: expect.any(String) as string,
      });
    }

    for (const body of ['', '{', '[]', '{"type":"event_callback"}', '{"event":{"type":"app_mention"}}']) {
      const answer = await fetch(`${office.issuer}/slack/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...office.slack.sign(body) },
        body,
      });
      expect(answer.status).toBeLessThan(500);
      await answer.body?.cancel();
    }
    for (const activity of [{}, { type: 'invoke' }, { type: 'message', text: 7 }]) {
      expect((await office.teams.deliver(activity)).status).toBeLessThan(500);
    }
    expect(await missionStatus()).toBe('active');
  });
});

test('what was refused is in the record with the reason, and the chain holds', async () => {
  await office.leftBehind(async ({ acts }) => {
    const outcomes = new Set<string>();
    for await (const act of acts.read()) outcomes.add(`${act.verb} ${act.outcome}`);
    for (const why of [
      'guest',
      'external',
      'bot',
      'unknown_person',
      'not_an_approver',
      'wrong_place',
      'shared_place',
    ]) {
      expect(outcomes).toContain(`approve refused:${why}`);
    }
    for (const why of ['guest', 'external', 'bot', 'shared_place']) {
      expect(outcomes).toContain(`stop refused:${why}`);
    }
    expect(outcomes).toContain('approve request_changed');
    expect((await acts.check()).faults).toEqual([]);
  });
});
