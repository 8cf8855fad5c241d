// What is over goes in its time and nothing else does, on a real Postgres with two replicas at it and much that stays.
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLog } from '#log.ts';
import { forgetWhatIsOver, underMission } from '#person-server/retention.ts';
import { usualLimits } from '#person-server/server.ts';
import type { Store, Tables } from '#person-server/tables.ts';
import { findingsIn } from '#person-server/tampering.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openPostgres } from '../../support/postgres.ts';

const now = new Date('2026-11-22T12:00:00Z');
const keptMs = 30 * 24 * 3_600_000;
const log = openLog('silent');
const limits = { ...usualLimits, keptMs };

let here: Store;
let there: Store;
let pool: pg.Pool;
const said: { sql: string; parameters: readonly unknown[] }[] = [];
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  const postgres = closing.use(await openPostgres());
  const database = closing.use(await openTestDatabase([], { url: postgres.url }));
  pool = new pg.Pool({ connectionString: postgres.url, max: 4 });
  pool.on('error', () => {});
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void said.push({ sql: query.sql, parameters: query.parameters }),
  });
  closing.defer(() => db.destroy());
  const asOurs = (any: Kysely<Tables>) =>
    any.withSchema('person_server').withPlugin(new CamelCasePlugin({ maintainNestedObjectKeys: true }));
  here = asOurs(db);
  there = asOurs(database.as<Tables>());
  for (const statement of zoo) await pool.query(statement);
}, 60_000);
afterAll(() => closing.disposeAsync(), 30_000);

/** `over`: when it was, in days before now. */
const ago = (over: number) =>
  `'${new Date(now.getTime() - over * 24 * 3_600_000).toISOString()}'::timestamptz`;

const mission = (name: string, ended: string) => `
  insert into person_server.mission (s256, person, agent_iss, agent_sub, blob, description, request_id, approved_at,
    terminated_at, last_activity_at)
  select 'm-' || ${name}, 'alice', 'https://p.example', 'aauth:a@p.example', ''::bytea, 'Shop', 'approved ' || ${name},
    ${ago(99)}, ${ended}, ${ago(99)}`;

const request = (
  name: string,
  of: { mission?: string; state?: string; closed?: string; deadline?: string; wanted?: string } = {},
) => {
  const { mission = 'null', state = 'denied', closed = ago(40), deadline = ago(40), wanted = '{}' } = of;
  return `
  insert into person_server.request (id, pending, code, type, state, digest, person, mission_s256, agent_iss, agent_sub,
    agent_new, asserted, wanted, opened_at, deadline, expires_at, closed_at)
  select 'r-' || ${name}, 'p-' || ${name}, '', 'permission', '${state}', '', 'alice', ${mission}, 'https://p.example',
    'aauth:a@p.example', false, '{}', '${wanted}', ${ago(99)}, ${deadline}, ${deadline}, ${closed}`;
};

const token = (name: string, expires: string, mission = 'null', budget = 'null') => `
  insert into person_server.token (jti, kind, person, agent_iss, agent_sub, mission_s256, resource, directed_sub,
    issued_at, expires_at, budget)
  select 't-' || ${name}, 'person', 'alice', 'https://p.example', 'aauth:a@p.example', ${mission}, 'https://shop.example',
    'me', ${ago(99)}, ${expires}, ${budget}`;

const entry = (mission: string, seq: string, at: string) => `
  insert into person_server.log_entry (mission_s256, seq, at, kind, source, agent)
  select ${mission}, ${seq}, ${at}, 'audit', 'agent', 'a'`;

const consent = (mission: string, value: string) => `
  insert into person_server.consent (person, agent_iss, agent_sub, mission_s256, kind, value, request_id, given_at)
  select 'alice', 'https://p.example', 'aauth:a@p.example', ${mission}, 'permission', ${value}, 'r', ${ago(99)}`;

const question = (request: string) => `
  insert into person_server.clarification (request_id, round, question, asked_by, asked_at)
  select ${request}, 1, 'Why?', '{}', ${ago(99)}`;

const allowance = (mission: string) => `
  insert into person_server.allowance (mission_s256, resource, account, unit, decimals, allowed)
  values (${mission}, 'https://shop.example', '', 'EUR', 2, 5)`;

const update = (mission: string) => `
  insert into person_server.mission_update (s256, mission_s256, number, bytes, description, accepted_at, request_id)
  values ('u' || ${mission}, ${mission}, 1, '', 'More', ${ago(99)}, 'r')`;

/** Each `gone` is over for longer than it is kept, each `kept` is not, or still decides something. */
const zoo = [
  mission(`'gone'`, ago(31)),
  mission(`'kept lately ended'`, ago(29)),
  mission(`'kept active'`, 'null'),
  mission(`'kept while a token of its was alive'`, ago(31)),
  mission(`'gone ' || n`, ago(31)) + ' from generate_series(1, 45) n',
  ...["'m-gone'", "'m-kept active'", "'m-kept lately ended'"].flatMap((under) => [
    entry(under, 'n', ago(90)) + ` from generate_series(1, 1200) n`,
    request(`${under} || n`, { mission: under }) + ` from generate_series(1, 600) n`,
    question(`'r-' || ${under} || n`) + ` from generate_series(1, 600) n`,
    consent(under, `'wave'`),
    allowance(under),
    update(under),
    token(`'spent ' || ${under}`, ago(90), under, `'{"amount":1}'`),
  ]),
  token(`'kept alive'`, ago(29), `'m-kept while a token of its was alive'`),
  token(`'gone under a mission that runs'`, ago(31), `'m-kept active'`),
  token(`'gone'`, ago(31)),
  token(`'kept'`, ago(29)),
  consent('null', `'for always'`),
  request(`'gone'`),
  question(`'r-gone'`),
  request(`'gone, granted and not fetched'`, { state: 'approved' }),
  request(`'kept, closed lately'`, { closed: ago(29) }),
  request(`'kept, open'`, { state: 'open', closed: 'null', deadline: ago(-1) }),
  request(`'kept, asked back'`, { state: 'clarifying', closed: 'null', deadline: ago(-1) }),
  request(`'kept, waits at its access server'`, {
    state: 'approved',
    wanted: `{"notAfter":"${new Date(now.getTime() + 60_000).toISOString()}"}`,
  }),
  entry('null', 'null', ago(31)),
  entry('null', 'null', ago(29)),
  `insert into person_server.directed_subject values ('alice', 'https://shop.example', 'me', ${ago(99)})`,
  `insert into person_server.named_resource values ('i', 's', 'https://gone.example', ${ago(31)}),
    ('i', 's', 'https://kept.example', ${ago(0)})`,
  `insert into person_server.agent_binding (id, iss, sub, person, bound_at, revoked_at)
    values ('gone', 'i', 's', 'alice', ${ago(99)}, ${ago(31)}), ('kept', 'i', 's', 'alice', ${ago(99)}, null)`,
  `insert into person_server.revocation (iss, jti, revoked_at, until) values ('i', 'kept', ${ago(99)}, ${ago(-1)})`,
  `insert into person_server.signed_request values ('kept', ${ago(-1)})`,
];

/** So much that stays, in every table that grows. */
const crowd = [
  mission(`'kept ' || n`, 'null') + ' from generate_series(1, 8000) n',
  mission(`'kept ended ' || n`, ago(3)) + ' from generate_series(1, 8000) n',
  entry(`'m-kept ' || n`, '1', ago(90)) + ' from generate_series(1, 8000) n',
  entry('null', 'null', ago(20)) + ' from generate_series(1, 8000)',
  request(`'kept ' || n`, { mission: `'m-kept ' || n` }) + ' from generate_series(1, 8000) n',
  request(`'kept alone ' || n`, { closed: ago(3) }) + ' from generate_series(1, 8000) n',
  question(`'r-kept ' || n`) + ' from generate_series(1, 8000) n',
  consent(`'m-kept ' || n`, `'wave'`) + ' from generate_series(1, 8000) n',
  token(`'kept ' || n`, ago(90), `'m-kept ' || n`, `'{"amount":1}'`) + ' from generate_series(1, 8000) n',
  token(`'kept lately ' || n`, ago(3)) + ' from generate_series(1, 8000) n',
  `insert into person_server.named_resource
    select 'i', 's', 'https://kept-' || n || '.example', ${ago(3)} from generate_series(1, 8000) n`,
];

const names = async (of: string) =>
  (await pool.query<{ name: string }>(of)).rows.map(({ name }) => name).toSorted();
const left = async (table: string, column: string) =>
  await names(
    `select distinct ${column} as name from person_server.${table} where ${column} not like '%gone%'`,
  );
const gone = async (table: string, column: string) =>
  await names(`select ${column} as name from person_server.${table} where ${column} like '%gone%'`);
const count = async (table: string) =>
  Number((await pool.query(`select count(*) from person_server.${table}`)).rows[0]?.count);

test('everything that refers to a mission or an ask goes with it', async () => {
  const referring = await names(`select distinct conrelid::regclass::text as name from pg_constraint
    where contype = 'f' and confrelid in ('person_server.mission'::regclass, 'person_server.request'::regclass)`);
  expect(referring).toEqual(underMission.map((table) => `person_server.${table}`).toSorted());
});

test('without a limit nothing is forgotten', async () => {
  const before = await count('log_entry');
  await forgetWhatIsOver({ store: here, log, limits: usualLimits }, now);
  expect([await count('log_entry'), await count('mission')]).toEqual([before, 49]);
});

describe('with one', () => {
  test('a call forgets a part, two replicas share the rest, and what decides something stays', async () => {
    const kept = {
      mission: await left('mission', 's256'),
      request: await left('request', 'id'),
      token: await left('token', 'jti'),
      clarification: await left('clarification', 'request_id'),
      log: (await count('log_entry')) - 1201,
    };
    const first = await count('log_entry');
    await forgetWhatIsOver({ store: here, log, limits }, now);
    expect(first - (await count('log_entry'))).toBeLessThanOrEqual(501);
    for (let calls = 0; calls < 12; calls++) {
      await Promise.all([here, there].map((store) => forgetWhatIsOver({ store, log, limits }, now)));
    }
    for (const [table, column] of [
      ['mission', 's256'],
      ['request', 'id'],
      ['token', 'jti'],
      ['clarification', 'request_id'],
      ['log_entry', 'mission_s256'],
      ['consent', 'mission_s256'],
      ['allowance', 'mission_s256'],
      ['mission_update', 'mission_s256'],
      ['named_resource', 'resource'],
      ['agent_binding', 'id'],
    ] as const) {
      expect([table, ...(await gone(table, column))]).toEqual([table]);
    }
    expect(await left('mission', 's256')).toEqual(kept.mission);
    expect(await left('request', 'id')).toEqual(kept.request);
    expect(await left('token', 'jti')).toEqual(kept.token);
    expect(await left('clarification', 'request_id')).toEqual(kept.clarification);
    expect(await count('log_entry')).toBe(kept.log);
    expect(await left('consent', 'value')).toEqual(['for always', 'wave']);
    expect(await left('directed_subject', 'sub')).toEqual(['me']);
    expect(await left('agent_binding', 'id')).toEqual(['kept']);
    expect(await left('revocation', 'jti')).toEqual(['kept']);
    expect(await left('signed_request', 'signed')).toEqual(['kept']);
  });

  test('nothing that grows is read from end to end for it', async () => {
    for (const statement of crowd) await pool.query(statement);
    await pool.query(mission(`'gone again'`, ago(31)));
    await pool.query(entry(`'m-gone again'`, '1', ago(90)));
    await pool.query('analyze');
    said.length = 0;
    await forgetWhatIsOver({ store: here, log, limits }, now);
    expect(await gone('mission', 's256')).toEqual([]);
    expect(await findingsIn(here, ['m-kept active', 'm-kept 1'])).toEqual([]);
    const explained = said.filter((each) => /^\s*(?:select|with|delete)/i.test(each.sql));
    expect(explained.length).toBeGreaterThan(12);
    for (const { sql: statement, parameters } of explained) {
      const plan = await pool.query<{ 'QUERY PLAN': string }>(`explain ${statement}`, [...parameters]);
      const read = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(read).not.toMatch(
        /Seq Scan on (?:mission|request|token|log_entry|clarification|consent|named_resource)\b/,
      );
      // What was found under a mission is read with every look at it, however long its log is.
      if (statement.includes("outcome = 'tampered'")) expect(read).toContain('log_entry_tampered');
    }
    expect(explained.at(-1)?.sql).toContain("outcome = 'tampered'");
  });
});
