// What the Person Server found out, and what it forgot: an alarm about a token somebody changed, and a mission that is over
// for longer than the operator keeps what is over.

import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '#database/database.ts';
import { openLog } from '#log.ts';
import type { Agent } from './support/aauth-agent.ts';
import { claimsOf } from './support/access-server.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';
import { offerOf } from './support/resource-token.ts';

let office: Office;
let agent: Agent;
let s256 = '';
let personToken = '';
let thread = '';
beforeAll(async () => {
  office = await openOffice({
    runs: 'apart',
    settings: { CHAPERONE_RETENTION_DAYS: '1', CHAPERONE_LOG: 'warn' },
  });
  agent = await office.agent();
});
afterAll(() => office[Symbol.asyncDispose]());

/** A mission that Maria approves in Slack, with the thread it hangs in. */
async function onMission(description: string) {
  const proposed = await agent.proposeMission({ description, resources: [office.shop.issuer] });
  const root = await office.slackCard('Waiting', description);
  await office.slack.press(root, 'chaperone:approve', office.people.maria);
  const { body } = await agent.settle(proposed);
  const made = body as { s256: string; person_tokens: Record<string, string> };
  return { s256: made.s256, personToken: made.person_tokens[office.shop.issuer] ?? '', thread: root.ts };
}

/** Brings a resource token that the shop signed and that says something else than the token it was issued on. */
async function bring(changed: object) {
  const wanted = { scope: 'buy:flour', ...changed };
  return await agent.authToken(await offerOf(office.shop, agent, personToken, wanted));
}

const alarms = () => office.slackCards().filter((card) => textInSlack(card).includes('tampering'));
const say = (words: string, ts?: string) =>
  office.slack.say(office.channel, office.people.maria, office.mention(words), ts);

describe('a resource token that lost its mission', () => {
  test('raises an alarm in the mission’s thread on both platforms, which calls whoever may stop it', async () => {
    ({ s256, personToken, thread } = await onMission('# Bake a cake'));
    expect((await bring({ missionS256: undefined })).status).toBe(400);
    const alarm = await office.slackCard('Alarm: evidence of tampering', office.shop.issuer, 'mission_s256');
    expect(alarm.thread_ts).toBe(thread);
    const blocks = JSON.stringify(alarm.blocks);
    expect(blocks).toContain('chaperone:stop');
    for (const person of [office.people.maria, office.people.jonas]) expect(blocks).toContain(`<@${person}>`);
    await office.teamsCard('Alarm: evidence of tampering', office.shop.issuer, 'mission_s256');
    expect((await office.control(`/missions/${s256}`)).body).toMatchObject({
      tampering: [{ agent: agent.id, resource: office.shop.issuer, claims: ['mission_s256'] }],
    });
  });

  test('raises no other however often it is brought, and whatever else is changed', async () => {
    for (const changed of [{ missionS256: undefined }, { tenant: 'acme' }, { sub: 'somebody' }]) {
      const brought = await Promise.all(Array.from({ length: 5 }, () => bring(changed)));
      expect(brought.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    }
    await agent.permission({ action: 'wave', mission_s256: s256 });
    await office.slackCard('Waiting', 'wave');
    await office.teamsCard('Waiting', 'wave');
    expect(alarms()).toHaveLength(1);
    expect(office.teamsCards().filter((card) => textInTeams(card).includes('tampering'))).toHaveLength(1);
  });

  test('is a reason to stop, and the alarm then has nothing to press', async () => {
    const [alarm] = alarms();
    if (!alarm) throw new Error('no alarm');
    await office.slack.press(alarm, 'chaperone:stop', office.people.jonas);
    await office.slackCard('Mission stopped', 'Jonas', 'No authority remains');
    await until(
      'an alarm without a stop',
      () => !JSON.stringify(alarms()[0]?.blocks).includes('chaperone:stop'),
    );
    expect(alarms()).toHaveLength(1);
  });
});

describe('days later', () => {
  let running = { s256: '', personToken: '', thread: '' };
  let texts: string[];
  const shown = () => office.slackCards().map(textInSlack);
  /** What hung under the mission that is forgotten, but for what was answered there since. */
  const hung = () =>
    office
      .slackCards()
      .filter((card) => (card.thread_ts ?? card.ts) === thread)
      .map(textInSlack)
      .filter((text) => !text.includes('Not kept any more'));

  test('what is over is forgotten, and what runs goes on', async () => {
    running = await onMission('# Water the garden');
    await agent.permission({ action: 'open_tap', mission_s256: running.s256 });
    const tap = await office.teamsCard('Waiting', 'open_tap');
    await office.teams.press(tap.id, 'chaperone.deny', office.teamsPeople.alice);
    await office.slackCard('Denied', 'open_tap');
    texts = hung();
    expect(texts.length).toBeGreaterThan(3);

    await office.stop();
    await passDays();
    await office.start();
    await until(
      'the mission is forgotten',
      async () => (await office.control(`/missions/${s256}`)).status === 404,
    );
    const { body } = await office.control('/requests?state=closed');
    const left = body['requests'] as { mission_s256?: string }[];
    expect(left.map(({ mission_s256 }) => mission_s256)).toEqual([running.s256, running.s256]);
    expect((await office.control(`/missions/${s256}/log`)).status).toBe(404);
    expect(await agent.audit({ mission_s256: s256, action: 'look' })).toMatchObject({
      status: 404,
      body: { error: 'mission_not_found' },
    });
    expect((await agent.audit({ mission_s256: running.s256, action: 'look' })).status).toBe(201);
    const again = (await agent.personToken({ resource: office.shop.issuer, mission_s256: running.s256 }))
      .body;
    const { person_token } = again as { person_token: string };
    expect(claimsOf(person_token)['sub']).toBe(claimsOf(personToken)['sub']);
  });

  test('its thread says that it is not kept, to every question and to a stop; so does its id', async () => {
    const told = () => office.slackCards().filter((card) => textInSlack(card).includes('Not kept any more'));
    let answers = 0;
    for (const [words, ts] of [
      ['status', thread],
      ['what happened since yesterday', thread],
      ['entry 1', thread],
      ['timeline', thread],
      ['stop', thread],
      [`status ${s256.slice(0, 8)}`],
      [`what happened in ${s256.slice(0, 8)} since yesterday`],
    ] as const) {
      await say(words, ts);
      answers += 1;
      await until(
        `an answer to ${words}`,
        () => told().length === answers,
        () => shown().join('\n---\n'),
      );
    }
    await say('status', running.thread);
    await office.slackCard('Water the garden', 'Log');
    expect(told()).toHaveLength(answers);
  });

  test('what hung stays as it was, nobody looks after it, and no round fails', async () => {
    expect(hung()).toEqual(texts);
    const unsettled = await until('a round', async () => {
      const rows = await office.leftBehind((ledger) => ledger.wall.unsettled(0, 100));
      if (rows.every(({ missionS256 }) => missionS256 !== forgotten)) return rows;
      await office.start();
      return undefined;
    });
    expect(unsettled.some(({ missionS256 }) => missionS256 === running.s256)).toBe(true);
    expect(await readFile(office.logFile, 'utf8')).not.toMatch(/"level":[56]0/);
  });
});

/** A mission whose card still hung as if it could change when its Person Server forgot it. */
const forgotten = 'forgotten';

/** Three days go by for all that is over, while nothing runs. */
async function passDays() {
  await using database = await openDatabase(
    { directory: office.settings.CHAPERONE_DATA },
    [],
    openLog('silent'),
  );
  const db = database.as<Record<string, never>>();
  for (const change of [
    `person_server.mission set terminated_at = terminated_at - interval '3 days'`,
    `person_server.token set expires_at = expires_at - interval '3 days'`,
    `person_server.request set closed_at = closed_at - interval '3 days', deadline = deadline - interval '3 days'
      where closed_at is not null`,
    `chaperone.wall set settled = false, mission_s256 = '${forgotten}', seen_at = seen_at - interval '3 days'
      where subject like 'stop:%'`,
  ]) {
    await sql.raw(`update ${change}`).execute(db);
  }
}
