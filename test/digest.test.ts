// What a channel is told once a day, the same asked for in words, and how well people oversee, in figures.

import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '#database/database.ts';
import { type Decided, figuresOf } from '#flows/health.ts';
import { lastPeriod } from '#flows/period.ts';
import { openLog } from '#log.ts';
import { parseOversight } from '#oversight-reading.ts';
import type { Agent, Answer } from './support/aauth-agent.ts';
import { bought, cakeMission, ingredients, partyThings } from './support/mission-logs.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

describe('a digest of the day before', () => {
  let office: Office;
  let agent: Agent;
  let s256 = '';
  beforeAll(async () => {
    const aMinuteAgo = new Date(Date.now() - 60_000).toISOString().slice(11, 16);
    office = await openOffice({
      runs: 'apart',
      digest: { every: 'day', at: aMinuteAgo, zone: 'UTC' },
      settings: { CHAPERONE_LOG: 'debug' },
    });
    agent = await office.agent();
  });
  afterAll(() => office[Symbol.asyncDispose]());

  const digests = (where = office.channel) =>
    office.slackCards(where).filter((card) => textInSlack(card).startsWith('Digest'));
  /** Those that nobody asked for. */
  const ofItself = () =>
    digests()
      .filter(({ thread_ts }) => thread_ts === undefined)
      .map(textInSlack);
  /** The same in Teams: each is the root of a thread of its own. */
  const ofItselfInTeams = () =>
    office
      .teamsCards()
      .filter(({ id, conversation }) => conversation.endsWith(`;messageid=${id}`))
      .map(textInTeams)
      .filter((text) => text.startsWith('Digest'));

  /** Proposes a mission and lets Maria answer it. */
  async function mission(title: string, text = '', more: object = {}) {
    const asked = await agent.proposeMission({ description: `# ${title}\n\n${text}`, ...more });
    const card = await office.slackCard('Waiting', title);
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    return ((await agent.settle(asked)).body as { s256: string }).s256;
  }

  async function decided(action: string, button: 'approve' | 'deny'): Promise<Answer> {
    const asked = await agent.permission({ action, mission_s256: s256 });
    const card = await office.slackCard('Waiting', action);
    if (button === 'approve') await office.slack.press(card, 'chaperone:approve', office.people.maria);
    else {
      await office.slack.press(card, 'chaperone:deny', office.people.maria);
      const view = await until('the form', () => office.slack.views(office.people.maria).at(-1));
      await office.slack.submit(view.id, {}, office.people.maria);
    }
    return await agent.settle(asked);
  }

  /** Says something in the channel and waits for the answer under it. */
  async function answerTo(text: string) {
    const { ts } = await office.slack.say(office.channel, office.people.jonas, office.mention(text));
    const answer = await until(`an answer to ${text}`, () =>
      office.slackCards().find((card) => card.thread_ts === ts),
    );
    return textInSlack(answer);
  }

  test('hangs in the channels that want one, on either platform, and in no other', async () => {
    await office.slackCard('Digest: nothing waits for a person');
    await office.teamsCard('Digest: nothing waits for a person');
    for (const told of [ofItself(), ofItselfInTeams()]) {
      expect(told).toHaveLength(1);
      expect(told[0]).toContain('Asks decided: none');
    }
    expect(digests(office.paulsChannel)).toEqual([]);
    expect(office.teamsCards()).toHaveLength(1);
  });

  test('is not told again by a process that was killed and started again', async () => {
    // Teams cannot be asked what hangs: a post that its answer has not come back for when the process dies is made again.
    await until('the digest in Teams to be written down', async () =>
      (await readFile(office.logFile, 'utf8'))
        .split('\n')
        .some((line) => line.includes('card hangs') && line.includes('"platform":"teams"')),
    );
    await office.restart();
    s256 = await mission('The cake', cakeMission.description, { resources: [office.shop.issuer] });
    expect(digests()).toHaveLength(1);
    expect(ofItselfInTeams()).toHaveLength(1);
  });

  test('asked for in words, begins with what needs people, and who may decide it', async () => {
    await agent.permission({ action: 'light_candles', mission_s256: s256 });
    await office.slackCard('Waiting', 'light_candles');
    const digest = await answerTo('digest');
    expect(digest).toContain('Digest: 1 ask waits for a person');
    expect(digest).toMatch(/light_candles.*Maria may decide/);
    expect(digest.indexOf('Needs you')).toBeLessThan(digest.indexOf('Missions'));
    expect(digest.lastIndexOf('The cake')).toBeGreaterThan(digest.indexOf('Missions'));

    const { conversation } = await office.teamsCard('Waiting', 'light_candles');
    await office.teams.say(office.teamsPeople.bob, conversation, 'digest');
    const inTeams = textInTeams(await office.teamsCard('Digest: 1 ask waits for a person'));
    expect(inTeams).toMatch(/light_candles.*Maria may decide/);
  });

  test('says what drifts, and why', async () => {
    for (const item of [...ingredients, ...partyThings])
      await agent.audit({ mission_s256: s256, ...bought(item) });
    await office.slackCard('Drift: the log no longer fits the mission');
    expect(await answerTo('digest')).toMatch(/The cake is flagged as drifting since entry #\d+: /);
  });

  test('says which missions ended, and by whom', async () => {
    const other = await mission('Order a tablecloth');
    await office.slack.say(office.channel, office.people.jonas, office.mention(`stop ${other.slice(0, 8)}`));
    await office.slackCard('Mission stopped', 'Order a tablecloth');
    expect(await answerTo('digest')).toMatch(/Order a tablecloth: stopped, by Jonas in Slack/);
  });

  test('says what was denied because nobody answered', async () => {
    await agent.proposeMission({ description: '# Hire a clown' });
    await office.slackCard('Waiting', 'Hire a clown');
    await office.kill();
    {
      await using database = await openDatabase(
        { directory: office.settings.CHAPERONE_DATA },
        [],
        openLog('silent'),
      );
      await sql`update person_server.request set expires_at = now() - interval '1 second'
        where type = 'mission' and state = 'open'`.execute(database.as<object>());
    }
    await office.start();
    await office.slackCard('Denied, nobody answered', 'a new mission');
    const digest = await answerTo('digest');
    expect(digest).toMatch(/Denied because nobody answered\n.*denied at .*, Hire a clown/);
    expect(digest).toContain('Nobody answered: 1');
    expect(ofItself()).toHaveLength(1);
    expect(ofItselfInTeams()).toHaveLength(1);
  });

  test('“health” says in figures who decided, how fast, and whether anybody can have read it', async () => {
    await decided('buy_flour', 'approve');
    await decided('buy_sugar', 'approve');
    await decided('buy_pony', 'deny');
    const health = await answerTo('health');
    expect(health).toContain('Asks decided: 5, of which 4 approved');
    expect(health).toMatch(/Time to decide: half within \d+ s, nine of ten within \d+ s/);
    expect(health).toContain('Faster than the card can be read: 4 of 4 approvals');
    expect(health).toContain('One person deciding: Maria decided 100 %');
    expect(health).toContain('25 a second');
  });

  test('“health” counts nothing of what the asker may not see', async () => {
    const direct = office.slack.addChannel('paul', [office.people.paul], { direct: true });
    await office.slack.say(direct, office.people.paul, 'health');
    const card = await until('an answer', () => office.slackCards(direct).at(-1));
    expect(textInSlack(card)).toContain('Asks decided: none');
    expect(textInSlack(card)).not.toContain('Maria');
  });
});

describe('what the operator says of digests', () => {
  const file = (digest: string) => `
people: [{ id: maria, name: Maria }]
channels:
  - id: household
    slack: { team: T1, channel: C1 }
    oversees: everyone
    digest: ${digest}
`;

  test('is read, and a week begins on Monday unless it is said', () => {
    const { channels } = parseOversight(file(`{ every: week, at: '09:00', zone: Europe/Berlin }`), 'file');
    expect(channels[0]?.digest).toEqual({
      every: 'week',
      weekday: 'monday',
      at: '09:00',
      zone: 'Europe/Berlin',
    });
  });

  test.each([
    [`{ every: day, at: '9:00', zone: UTC }`, 'file:7: at: a time of day is written like 09:00'],
    [`{ every: day, at: '24:00', zone: UTC }`, 'file:7: at: a time of day is written like 09:00'],
    [`{ every: day, at: '09:00', zone: Berlin }`, 'file:7: zone: no time zone is called so'],
    [`{ every: day, at: '09:00', zone: UTC, weekday: friday }`, 'file:7: weekday: a digest of every day'],
    [`{ every: hour, at: '09:00', zone: UTC }`, 'file:7: every:'],
  ])('%s is refused, with its line', (digest, fault) => {
    expect(() => parseOversight(file(digest), 'file')).toThrow(fault);
  });
});

describe('figures', () => {
  const one = (more: Partial<Decided> = {}): Decided => ({
    action: 'approve',
    tookMs: 60_000,
    person: 'maria',
    characters: 500,
    ...more,
  });

  test('an approval is too fast when its card takes longer to read at 25 characters a second', () => {
    expect(figuresOf([one({ tookMs: 19_999 })]).hasty).toBe(1);
    expect(figuresOf([one({ tookMs: 20_000 })]).hasty).toBe(0);
    expect(figuresOf([one({ tookMs: 1, action: 'deny' })]).hasty).toBe(0);
  });

  test('half and nine of ten are times that occurred', () => {
    const took = [10, 1, 9, 2, 8, 3, 7, 4, 6, 5].map((tookMs) => one({ tookMs }));
    expect(figuresOf(took)).toMatchObject({ medianMs: 5, p90Ms: 9 });
    expect(figuresOf([])).toMatchObject({ medianMs: undefined, p90Ms: undefined, decided: 0 });
  });

  test('one person decides alone past 80 % of at least five decisions; who was forgotten is nobody', () => {
    const of = (...people: (string | undefined)[]) =>
      figuresOf(people.map((person) => one({ person }))).alone;
    expect(of('maria', 'maria', 'maria', 'maria', 'jonas')).toBeUndefined();
    expect(of('maria', 'maria', 'maria', 'maria', 'maria', 'jonas')).toMatchObject({ person: 'maria' });
    expect(of('maria', 'maria', 'maria', 'maria')).toBeUndefined();
    expect(of(undefined, undefined, undefined, undefined, undefined)).toBeUndefined();
  });
});

describe('the time of a digest', () => {
  const daily = { every: 'day', at: '09:00', zone: 'Europe/Berlin' } as const;
  const weekly = { every: 'week', weekday: 'monday', at: '09:00', zone: 'Europe/Berlin' } as const;
  const period = (digest: Parameters<typeof lastPeriod>[0], now: string) => {
    const { name, from, to } = lastPeriod(digest, new Date(now));
    return [name, from.toISOString(), to.toISOString()];
  };

  test('is the operator’s own, to the minute', () => {
    expect(period(daily, '2026-11-21T07:59:59Z')[0]).toBe('2026-11-20');
    expect(period(daily, '2026-11-21T08:00:00Z')).toEqual([
      '2026-11-21',
      '2026-11-20T08:00:00.000Z',
      '2026-11-21T08:00:00.000Z',
    ]);
  });

  test('stays the same on clocks when the clocks change', () => {
    const [, from, to] = period(daily, '2026-10-25T12:00:00Z');
    expect([from, to]).toEqual(['2026-10-24T07:00:00.000Z', '2026-10-25T08:00:00.000Z']);
  });

  test('that the clocks skip or show twice comes once', () => {
    const night = { ...daily, at: '02:30' };
    expect(period(night, '2026-03-29T12:00:00Z')[2]).toBe('2026-03-29T01:30:00.000Z');
    expect(period(night, '2026-10-25T12:00:00Z')[2]).toBe('2026-10-25T00:30:00.000Z');
  });

  test('of a week is its weekday where the people are, not in UTC', () => {
    expect(period(weekly, '2026-11-21T12:00:00Z')).toEqual([
      '2026-11-16',
      '2026-11-09T08:00:00.000Z',
      '2026-11-16T08:00:00.000Z',
    ]);
    const auckland = { ...weekly, zone: 'Pacific/Auckland', at: '08:00' };
    expect(period(auckland, '2026-11-22T20:00:00Z')[2]).toBe('2026-11-22T19:00:00.000Z');
  });
});
