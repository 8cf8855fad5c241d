// How long what is over is kept (draft §ps-visibility). Nothing that still decides something is over: open asks, missions
// that run with all that was asked and granted under them, consents for always, bindings, the names people have at
// resources, and whatever has a term of its own (revocations, replays, keys).
import { sql } from 'kysely';
import type { Server } from '#person-server/server.ts';
import { openStates } from '#person-server/shown.ts';
import type { Store } from '#person-server/tables.ts';

/** So many rows of a table go in one transaction, and so many missions are gone through in one call. */
const batch = 500;
const missionsAtOnce = 20;

/** What hangs on a mission and goes with it, what refers to others first. */
export const underMission = [
  'consent',
  'allowance',
  'mission_update',
  'log_entry',
  'token',
  'clarification',
  'request',
] as const;

/**
 * Forgets a part of what has been over for longer than the operator keeps it; the rest goes in the next calls. Without a
 * limit nothing is forgotten. Safe to run twice, at once and on several replicas.
 */
export async function forgetWhatIsOver(
  { store, log, limits: { keptMs } }: Pick<Server, 'store' | 'log' | 'limits'>,
  now: Date,
): Promise<void> {
  if (keptMs === undefined) return;
  const before = new Date(now.getTime() - keptMs);
  const { missions, more } = await forgetMissions(store, before);
  // A token that outlived its mission stands in the report of its end: it goes with that, not before.
  const tokens = more ? 0 : await forgetRows(store, 'token', tokenOver(before));
  const requests = await forgetRequests(store, before);
  const records = await forgetRows(store, 'log_entry', sql`mission_s256 is null and at < ${before}`);
  await forgetRows(store, 'named_resource', sql`named_at < ${before}`);
  await forgetRows(store, 'agent_binding', sql`revoked_at < ${before}`);
  if (missions + tokens + requests + records > 0) {
    log.info({ missions, tokens, requests, records, before }, 'what was over is forgotten');
  }
}

const tokenOver = (before: Date) => sql`expires_at < ${before} and (mission_s256 is null or budget is null)`;

/** Ended missions with everything under them, once no token of theirs has lived for as long, either. */
async function forgetMissions(store: Store, before: Date) {
  const over = await store
    .selectFrom('mission')
    .select('s256')
    .where('terminatedAt', '<', before)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('token')
            .select('jti')
            .whereRef('token.missionS256', '=', 'mission.s256')
            .where('token.expiresAt', '>=', before),
        ),
      ),
    )
    .orderBy('terminatedAt')
    .limit(missionsAtOnce)
    .execute();
  let missions = 0;
  for (const { s256 } of over) {
    // A long log goes piece by piece, and what is left of its mission with the next call.
    if (!(await forgetMission(store, s256))) return { missions, more: true };
    missions++;
  }
  return { missions, more: over.length === missionsAtOnce };
}

/** Forgets a piece of an ended mission, and the mission when nothing else is left of it; false while something is. */
async function forgetMission(store: Store, s256: string): Promise<boolean> {
  return await store.transaction().execute(async (trx) => {
    // Whoever writes under a mission writes to its row first, so nothing is added from here on.
    const { rows } = await sql`
      select from person_server.mission where s256 = ${s256} and terminated_at is not null
      for update skip locked`.execute(trx);
    if (rows.length === 0) return false;
    for (const table of underMission) {
      const which =
        table === 'clarification'
          ? sql`request_id = any (array(select id from person_server.request where mission_s256 = ${s256}))`
          : sql`mission_s256 = ${s256}`;
      if ((await forgetRows(trx, table, which)) === batch) return false;
    }
    await trx.deleteFrom('mission').where('s256', '=', s256).execute();
    return true;
  });
}

/**
 * Closed asks that belong to no mission, with what was asked back about them. One that was granted and waits at an access
 * server is not over before the tokens it depends on are.
 */
async function forgetRequests(store: Store, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with gone as materialized (
      select id from person_server.request
      where mission_s256 is null and closed_at < ${before} and deadline < ${before}
        and state not in (${sql.join(openStates)})
        and coalesce((wanted ->> 'notAfter')::timestamptz < ${before}, true)
      order by closed_at limit ${batch} for update skip locked
    ), said as (
      delete from person_server.clarification where request_id = any (array(select id from gone))
    ), deleted as (
      delete from person_server.request where id = any (array(select id from gone)) returning id
    )
    select count(*)::int as count from deleted`.execute(store);
  return rows[0]?.count ?? 0;
}

/** At most a batch of the rows that fit, passing over what somebody else is at; how many they were. */
async function forgetRows(store: Store, table: string, which: ReturnType<typeof sql>): Promise<number> {
  const name = sql.id('person_server', table);
  const { numAffectedRows } = await sql`
    delete from ${name} where ctid = any (array(
      select ctid from ${name} where ${which} limit ${batch} for update skip locked
    ))`.execute(store);
  return Number(numAffectedRows ?? 0n);
}
