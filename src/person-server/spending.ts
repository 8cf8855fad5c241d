// What a mission may spend at a resource, what it has spent as the resource tells, and what tokens still out could spend.
//
//   allowance  the sum a person approved for a mission at one resource and account, in one unit and scale
//   used       what the resource says was metered: by records in its tokens, or by its counters
//   held       granted and not accounted for: live tokens, ended ones nobody reported on, grants not yet fetched
//   left       the allowance without used and held; an ask within it follows the person's policy, one beyond it is asked
import { sql } from 'kysely';
import type { Budget, Consumed } from '#person-server/budget.ts';
import type { Store, Within } from '#person-server/tables.ts';

/** Whose money: one mission at one resource and account, in one unit and scale. */
export type Purse = Pick<Budget, 'unit' | 'decimals'> & {
  readonly missionS256: string;
  readonly resource: string;
  readonly account: string | undefined;
};

/** Amounts are integers in the scale of the purse. */
export type Spending = {
  readonly allowed: number;
  readonly used: number;
  readonly held: number;
  readonly left: number;
  /** When the resource last said what was used; absent where it never did. */
  readonly reportedAt?: Date;
};

/** Keeps what a resource says was metered against tokens for itself: it speaks of no others (§budget-consumed). */
export async function noteConsumed(
  store: Store,
  { missionS256, resource, unit, decimals }: Purse,
  records: readonly Consumed[],
  at: Date,
) {
  for (const { jti, consumed } of records) {
    await store
      .updateTable('token')
      .set({ consumed, consumedAt: at })
      .where('jti', '=', jti)
      .where('resource', '=', resource)
      .where('missionS256', '=', missionS256)
      .where(sql<string>`budget ->> 'unit'`, '=', unit)
      .where(sql<number>`(budget ->> 'decimals')::int`, '=', decimals)
      .execute();
  }
}

/**
 * Keeps the total a resource's counters gave for a mission, and through when it is complete; an older count than the last
 * says nothing. Counters know no accounts: for each of them the total is the most it can be.
 */
export async function noteTotal(store: Store, purse: Omit<Purse, 'account'>, total: number, asOf: Date) {
  await store
    .updateTable('allowance')
    .set({ total, totalAt: asOf })
    .where('missionS256', '=', purse.missionS256)
    .where('resource', '=', purse.resource)
    .where('unit', '=', purse.unit)
    .where('decimals', '=', purse.decimals)
    .where((eb) => eb.or([eb('totalAt', 'is', null), eb('totalAt', '<=', asOf)]))
    .execute();
}

/**
 * How the purse stands at `now`, filled or not. `except` is a request whose own grant is not counted: the one that is being
 * decided.
 */
export async function spendingOf(store: Store, purse: Purse, now: Date, except?: string): Promise<Spending> {
  const { missionS256, resource, account = '', unit, decimals } = purse;
  const one = sql`
    select ${missionS256}::text as mission, ${resource}::text as resource, ${account}::text as account,
      ${unit}::text as unit, ${decimals}::int as decimals, allowed, total, total_at
    from (select 1) as one left join person_server.allowance on mission_s256 = ${missionS256} and resource = ${resource}
      and account = ${account} and unit = ${unit} and decimals = ${decimals}`;
  const [found] = await read(store, one, now, except);
  return found ? found.spending : { allowed: 0, used: 0, held: 0, left: 0 };
}

/** Every purse of these missions that a person filled, as it stands at `now`. */
export async function spendingIn(store: Store, missions: readonly string[], now: Date) {
  if (!missions.length) return [];
  const filled = sql`
    select mission_s256 as mission, resource, account, unit, decimals, allowed, total, total_at
    from person_server.allowance where mission_s256 in (${sql.join(missions)})
    order by resource, account, unit, decimals`;
  return await read(store, filled, now);
}

/**
 * Raises the allowance so that it holds `amount` beside what is used and held: that is what a person who saw those figures
 * said yes to. In the transaction of the decision, which holds the mission.
 */
export async function allow(within: Within, purse: Purse, amount: number, requestId: string, at: Date) {
  const { missionS256, resource, account = '', unit, decimals } = purse;
  const { allowed: before, used, held } = await spendingOf(within, purse, at, requestId);
  const allowed = Math.max(before, used + held + amount);
  await within
    .insertInto('allowance')
    .values({ missionS256, resource, account, unit, decimals, allowed, total: null, totalAt: null })
    .onConflict((conflict) =>
      conflict.columns(['missionS256', 'resource', 'account', 'unit', 'decimals']).doUpdateSet({ allowed }),
    )
    .execute();
}

type Counted = {
  readonly mission: string;
  readonly resource: string;
  readonly account: string;
  readonly unit: string;
  readonly decimals: number;
  readonly allowed: number | null;
  readonly total: number | null;
  readonly reported: number;
  readonly unreported: number;
  readonly since: number;
  readonly waiting: number;
  readonly told: Date | null;
};

/** Sums are kept exact: what is more than JavaScript counts exactly is more than anybody allowed. */
const sum = (amounts: ReturnType<typeof sql>) =>
  sql`least(coalesce(sum(${amounts}), 0), 9007199254740991)::bigint`;

async function read(store: Store, purses: ReturnType<typeof sql>, now: Date, except = '') {
  const { rows } = await sql<Counted>`
    select mission, resource, account, unit, decimals, allowed, total, tokens.*, requests.*
    from (${purses}) purse,
    lateral (
      select
        ${sum(sql`coalesce(consumed, 0)`)} as reported,
        ${sum(sql`case
          when expires_at > ${now} and acknowledged_at is null then greatest(amount - coalesce(consumed, 0), 0)
          when consumed is null then amount else 0 end`)} as unreported,
        ${sum(sql`case when total_at is null or expires_at > total_at then amount else 0 end`)} as since,
        greatest(max(consumed_at), total_at) as told
      from (
        select expires_at, acknowledged_at, consumed, consumed_at, (budget ->> 'amount')::bigint as amount
        from person_server.token
        where mission_s256 = purse.mission and token.resource = purse.resource
          and budget ->> 'unit' = purse.unit and (budget ->> 'decimals')::int = purse.decimals
          and coalesce(budget ->> 'account', '') = purse.account
      ) granted
    ) tokens,
    lateral (
      select ${sum(sql`(wanted #>> '{budget,amount}')::bigint`)} as waiting
      from person_server.request
      where mission_s256 = purse.mission and type = 'auth_token' and state = 'approved' and delivered_at is null
        and id <> ${except} and (wanted ->> 'notAfter')::timestamptz > ${now}
        and wanted ->> 'resource' = purse.resource and coalesce(wanted ->> 'account', '') = purse.account
        and wanted #>> '{budget,unit}' = purse.unit and (wanted #>> '{budget,decimals}')::int = purse.decimals
    ) requests`.execute(store);
  return rows.map((row) => ({
    missionS256: row.mission,
    resource: row.resource,
    account: row.account || undefined,
    unit: row.unit,
    decimals: row.decimals,
    spending: spent(row),
  }));
}

/**
 * Two bounds on what may be gone: each token by what was reported on it or else its whole amount, and the counters' total
 * with whatever tokens could still spend when it was counted. The lower of the two holds, and never less than what is reported.
 */
function spent({ allowed, total, reported, unreported, since, waiting, told }: Counted): Spending {
  const used = Math.max(reported, total ?? 0);
  const byTokens = reported + unreported;
  const gone = Math.max(used, total === null ? byTokens : Math.min(byTokens, total + since)) + waiting;
  return {
    allowed: allowed ?? 0,
    used,
    held: gone - used,
    left: Math.max(0, (allowed ?? 0) - gone),
    ...(told && { reportedAt: new Date(told) }),
  };
}
