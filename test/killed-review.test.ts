// The process is killed while it reviews or takes somebody's word on a finding: nothing is lost, and nothing counts twice.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { bought, cakeMission, ingredients, partyThings } from './support/mission-logs.ts';
import { type Office, openOffice, until } from './support/office.ts';
import { openPostgres } from './support/postgres.ts';

const stack = new AsyncDisposableStack();
let office: Office;
let store: pg.Client;
let agent: Agent;
let s256 = '';
beforeAll(async () => {
  const postgres = stack.use(await openPostgres());
  office = stack.use(await openOffice({ runs: 'apart', databaseUrl: postgres.url }));
  store = new pg.Client({ connectionString: postgres.url });
  await store.connect();
  stack.defer(() => store.end());
  agent = await office.agent();
  const asked = await agent.proposeMission({
    description: `# The cake\n\n${cakeMission.description}`,
    tools: cakeMission.approvedTools.map((name) => ({ name, description: name })),
  });
  await office.slack.press(await office.slackCard('The cake'), 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
});
afterAll(() => stack.disposeAsync());

const one = async <T>(query: string): Promise<T | undefined> =>
  (await store.query<{ it: T }>(query, [s256])).rows[0]?.it;

test('a review whose job and event were lost is made by the next round', async () => {
  for (const item of [...ingredients, ...partyThings]) {
    await agent.audit({ mission_s256: s256, ...bought(item) });
  }
  await until('everything to be watched', async () => {
    const { rows } = await store.query<{ behind: number | string }>(
      `select count(*) as behind from person_server.event
       where id > (select value::bigint from chaperone.bookmark where name = 'mission-control/watch')`,
    );
    return Number(rows[0]?.behind) === 0;
  });
  await office.kill();
  await store.query(`delete from pgboss.job where name = 'review'`);
  await store.query(
    'update chaperone.review set claimed_until = null, standing = null, reviewed_at = null, finding = 0',
  );
  await office.start();
  await until('a review', () =>
    one<boolean>(
      'select true as it from chaperone.review where mission_s256 = $1 and standing is not null and finding = 1',
    ),
  );
  await office.slackCard('Drift: the log no longer fits the mission');
});

test('killed between accepting a finding and writing the act: the retry counts, and the act is written once', async () => {
  const card = await office.slackCard('Drift: the log no longer fits the mission');
  // Whoever writes an act waits for this lock; what comes before it is done.
  await store.query(`select pg_advisory_lock(hashtext('chaperone.act'))`);
  await office.slack.press(card, 'chaperone:accept', office.people.maria);
  await until('the finding to be accepted', async () =>
    one<boolean>(`select true as it from chaperone.review where mission_s256 = $1 and accepted <> '[]'`),
  );
  await office.kill();
  await store.query(`select pg_advisory_unlock(hashtext('chaperone.act'))`);
  const acts = async () =>
    (
      await store.query<{ outcome: string; person: string }>(
        `select outcome, person from chaperone.act where verb = 'accept'`,
      )
    ).rows;
  expect(await acts()).toEqual([]);
  await office.start();
  await office.slackCard('Drift accepted', 'Maria in Slack');
  await until('the act', async () => (await acts()).length > 0);
  expect(await acts()).toEqual([{ outcome: 'accepted', person: 'maria' }]);
  const accepted = await one<number>(
    'select jsonb_array_length(accepted) as it from chaperone.review where mission_s256 = $1',
  );
  expect(accepted).toBe(1);
  expect(office.slack.ephemerals(office.channel, office.people.maria)).toEqual([]);
});
