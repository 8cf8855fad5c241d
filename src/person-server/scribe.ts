import { sql } from 'kysely';
import { channel } from '#person-server/events.ts';
import { type Line, writeLog } from '#person-server/mission-log.ts';
import type { Store } from '#person-server/tables.ts';
import { type Prepared, recordToken } from '#person-server/tokens-issued.ts';
import { inTurns } from '#person-server/turns.ts';

/** A line for the log of an active mission, and the token whose grant it records. */
export type Writing = {
  readonly missionS256: string;
  readonly line: Omit<Line, 'requestId'>;
  readonly at: Date;
  readonly token?: Prepared | undefined;
};

const mostAtOnce = 50;

/**
 * Writes lines of agents that go about their missions, as `writeLog` does with `active`: the check, the line, the token and
 * the event are one statement, here for all who write meanwhile. False when the mission is no longer active, and nothing
 * was written. A mission that somebody holds just now is waited for apart from the others.
 */
export function openScribe(store: Store): (writing: Writing) => Promise<boolean> {
  const write = inTurns<Writing, Written>((writings) => writeAll(store, writings), { most: mostAtOnce });
  return async (writing) => {
    const written = await write(writing);
    return written === 'held' ? await writeAlone(store, writing) : written === 'written';
  };
}

type Written = 'written' | 'ended' | 'held';

async function writeAll(store: Store, writings: readonly Writing[]): Promise<Written[]> {
  const said = writings.map(({ missionS256, line, at, token }, n) => ({
    n,
    mission_s256: missionS256,
    at,
    kind: line.kind,
    source: line.source,
    outcome: line.outcome,
    decided_by: line.decidedBy,
    agent: line.agent,
    resource: line.resource,
    scope: line.scope,
    action: line.action,
    description: line.description,
    parameters: line.parameters,
    result: line.result,
    token: token && tokenRecord(token),
  }));
  const columns = [...new Set(said.flatMap(({ token }) => Object.keys(token ?? {})))].toSorted();
  const issued = columns.length
    ? sql`, issued as (
        insert into person_server.token (${sql.join(columns.map((name) => sql.id(name)))})
        select ${sql.join(columns.map((name) => sql.id('token', name)))}
        from said join counted on s256 = said.mission_s256,
          jsonb_populate_record(null::person_server.token, said.token) as token
        where said.token is not null
      )`
    : sql``;
  // A mission another transaction has is passed over: one that is slow keeps nobody else waiting, and no two wait for each other.
  const { rows } = await sql<{ wrote: boolean; had: boolean }>`
    with said as materialized (
      select n, mission_s256, at, kind, source, outcome, decided_by, agent, resource, scope, action, description, parameters,
        result, token
      from jsonb_to_recordset(${JSON.stringify(said)}::jsonb) as said (
        n integer, mission_s256 text, at timestamptz, kind text, source text, outcome text, decided_by jsonb, agent text,
        resource text, scope text, action text, description text, parameters jsonb, result jsonb, token jsonb
      )
    ), wanted as materialized (
      select mission_s256, count(*)::integer as lines, max(at) as at from said group by mission_s256
    ), had as materialized (
      select s256 from person_server.mission
      where s256 = any (array(select mission_s256 from wanted))
      for no key update skip locked
    ), counted as (
      update person_server.mission set log_seq = log_seq + wanted.lines, last_activity_at = wanted.at
      from wanted
      where mission.s256 = wanted.mission_s256 and mission.s256 = any (array(select s256 from had))
        and terminated_at is null and (expires_at is null or expires_at > wanted.at)
      returning s256, log_seq - wanted.lines as before, wanted.at
    ), entry as (
      insert into person_server.log_entry (mission_s256, seq, at, kind, source, outcome, decided_by, agent, resource, scope,
        action, description, parameters, result)
      select s256, before + row_number() over (partition by s256 order by n), said.at, kind, source, outcome, decided_by,
        agent, resource, scope, action, description, parameters, result
      from said join counted on s256 = mission_s256
    ) ${issued}, told as (
      insert into person_server.event (kind, mission_s256, at) select 'log', s256, at from counted returning id
    ), announced as (
      select pg_notify(${sql.lit(channel)}, max(id) || ' -') from told having count(*) > 0
    )
    select
      mission_s256 in (select s256 from counted) as wrote,
      mission_s256 in (select s256 from had) as had,
      (select count(*) from announced) as announced
    from said order by n`.execute(store);
  return writings.map((_, n) => (rows[n]?.wrote ? 'written' : rows[n]?.had ? 'ended' : 'held'));
}

/** Waits for the mission as long as somebody else has it. */
async function writeAlone(store: Store, { missionS256, line, at, token }: Writing): Promise<boolean> {
  return await store.transaction().execute(async (trx) => {
    if ((await writeLog(trx, missionS256, line, at, { active: true })) === undefined) return false;
    if (token) await recordToken(trx, token);
    return true;
  });
}

/** A token as the column names of its table say it. What is written as JSON text elsewhere is JSON here. */
function tokenRecord({ row: { budget, ...row } }: Prepared): Readonly<Record<string, unknown>> {
  const members = { ...row, budget: typeof budget === 'string' ? JSON.parse(budget) : undefined };
  return Object.fromEntries(
    Object.entries(members)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}
