import type { Kysely } from 'kysely';
import type { LedgerTables } from '#ledger/tables.ts';

/** What was said with the bot in a thread, so that a follow-up question is understood. Parsed by whoever asks for it. */
export function openTalks(db: Kysely<LedgerTables>) {
  return {
    async read(thread: string): Promise<unknown> {
      const row = await db
        .selectFrom('chaperone.talk')
        .select('talk')
        .where('thread', '=', thread)
        .executeTakeFirst();
      return row?.talk;
    },

    async keep(thread: string, talk: unknown, now: Date) {
      const row = { talk: JSON.stringify(talk), kept_at: now };
      await db
        .insertInto('chaperone.talk')
        .values({ thread, ...row })
        .onConflict((conflict) => conflict.column('thread').doUpdateSet(row))
        .execute();
    },

    /** Forgets talks nobody went on with since `before`. */
    async forget(before: Date) {
      await db.deleteFrom('chaperone.talk').where('kept_at', '<', before).execute();
    },
  };
}
