import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '#ledger/tables.ts';
import type { Spend } from '#reviewer/model/spend.ts';

/** The installation as a whole, among the accounts of a day. */
const everybody = '*';

/** Reserving goes back whole when either budget is spent. */
class Spent extends Error {
  readonly of: 'account_spent' | 'day_spent';
  constructor(of: 'account_spent' | 'day_spent') {
    super(of);
    this.of = of;
  }
}

/** Keeps what the model costs, in tokens a day: of each account, and of all. Replicas draw from the same. */
export function openSpend(
  db: Kysely<LedgerTables>,
): Spend & { spent(day: string, account?: string): Promise<number> } {
  /** Adds to an account, if it then holds no more than `most`. */
  async function add(trx: Kysely<LedgerTables>, day: string, account: string, tokens: number, most: number) {
    const { rows } = await sql<{ tokens: number }>`
      insert into chaperone.spend as s (day, account, tokens)
      select ${day}::date, ${account}, ${tokens}::bigint where ${tokens}::bigint <= ${most}::bigint
      on conflict (day, account) do update set tokens = s.tokens + excluded.tokens
      where s.tokens + excluded.tokens <= ${most}::bigint
      returning tokens`.execute(trx);
    return rows.length > 0;
  }

  return {
    async reserve({ day, account, tokens }, { tokensPerDay, tokensPerAccount }) {
      try {
        await db.transaction().execute(async (trx) => {
          if (!(await add(trx, day, everybody, tokens, tokensPerDay))) throw new Spent('day_spent');
          if (!(await add(trx, day, account, tokens, tokensPerAccount))) throw new Spent('account_spent');
        });
        return 'reserved';
      } catch (error) {
        if (error instanceof Spent) return error.of;
        throw error;
      }
    },

    async settle({ day, account, tokens }, used) {
      await db
        .updateTable('chaperone.spend')
        .set((eb) => ({ tokens: eb('tokens', '+', used - tokens) }))
        .where(sql<string>`day::text`, '=', day)
        .where('account', 'in', [everybody, account])
        .execute();
    },

    /** What a day has cost so far, in tokens, those set aside included: of one account, or of all. */
    async spent(day, account = everybody) {
      const row = await db
        .selectFrom('chaperone.spend')
        .select('tokens')
        .where(sql<string>`day::text`, '=', day)
        .where('account', '=', account)
        .executeTakeFirst();
      return row?.tokens ?? 0;
    },
  };
}
