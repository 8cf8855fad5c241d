// Kept plans on a real Postgres: what they save, and what they must not break.
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepPlans } from '#database/plans.ts';
import { openPostgres } from '../../support/postgres.ts';

type Tables = { thing: { id: number; name: string } };

let db: Kysely<Tables>;
let pool: pg.Pool;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  const postgres = closing.use(await openPostgres());
  // One connection: whatever it keeps, the next statement meets.
  pool = new pg.Pool({ connectionString: postgres.url, max: 1 });
  db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: keepPlans(pool) }) });
  // A connection may see Postgres stop before it has said goodbye.
  pool.on('error', () => {});
  closing.defer(() => db.destroy());
  await sql`create table thing (id integer primary key, name text not null)`.execute(db);
  await sql`insert into thing select n, 'thing ' || n from generate_series(1, 10) n`.execute(db);
}, 60_000);
afterAll(() => closing.disposeAsync(), 30_000);

const keptPlans = async () => {
  const { rows } = await pool.query<{ statement: string }>('select statement from pg_prepared_statements');
  return rows.map(({ statement }) => statement);
};

describe('a connection', () => {
  test('keeps the plan of a statement that is said again', async () => {
    const read = (id: number) =>
      db.selectFrom('thing').select('name').where('id', '=', id).executeTakeFirst();
    expect(await read(1)).toEqual({ name: 'thing 1' });
    expect(await read(2)).toEqual({ name: 'thing 2' });
    expect((await keptPlans()).filter((statement) => statement.includes('"name" from "thing"'))).toHaveLength(
      1,
    );
  });

  test('goes on reading and writing whole rows when a column is added meanwhile', async () => {
    const whole = () => db.selectFrom('thing').selectAll().where('id', '=', 1).executeTakeFirst();
    const named = () => db.selectFrom('thing').select(['id', 'name']).where('id', '=', 1).executeTakeFirst();
    const renamed = () =>
      db.updateTable('thing').set({ name: 'first' }).where('id', '=', 1).returningAll().executeTakeFirst();
    for (let time = 0; time < 7; time++) await Promise.all([whole(), named(), renamed()]);
    await sql`alter table thing add column colour text default 'red'`.execute(db);
    expect(await whole()).toEqual({ id: 1, name: 'first', colour: 'red' });
    expect(await named()).toEqual({ id: 1, name: 'first' });
    expect(await renamed()).toEqual({ id: 1, name: 'first', colour: 'red' });
    expect((await keptPlans()).filter((statement) => statement.includes('*'))).toEqual([]);
  });

  test('has its statements rolled back with their transaction, and says what failed', async () => {
    const failing = db.transaction().execute(async (trx) => {
      await trx.updateTable('thing').set({ name: 'changed' }).where('id', '=', 3).execute();
      await trx.insertInto('thing').values({ id: 3, name: 'again' }).execute();
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(await db.selectFrom('thing').select('name').where('id', '=', 3).executeTakeFirst()).toEqual({
      name: 'thing 3',
    });
  });

  test('says a statement again that could not be planned before', async () => {
    const read = () => sql<{ name: string }>`select name from later`.execute(db);
    await expect(read()).rejects.toMatchObject({ code: '42P01' });
    await sql`create table later (name text)`.execute(db);
    expect((await read()).rows).toEqual([]);
    await sql`drop table later`.execute(db);
    await sql`create table later (age integer, name text)`.execute(db);
    await sql`insert into later values (3, 'three')`.execute(db);
    expect((await read()).rows).toEqual([{ name: 'three' }]);
  });

  test('keeps no more plans than a few hundred', async () => {
    for (let number = 0; number < 400; number++) await sql`select ${sql.lit(number)}::int as n`.execute(db);
    const kept = await keptPlans();
    expect(kept.length).toBeGreaterThan(100);
    expect(kept.length).toBeLessThanOrEqual(300);
    expect((await sql<{ n: number }>`select 401 as n`.execute(db)).rows).toEqual([{ n: 401 }]);
  });
});
