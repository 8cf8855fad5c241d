import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '#ledger/tables.ts';

/** The ask a brief is about, as it was shown. */
export type Briefed = { readonly requestId: string; readonly digest: string; readonly missionS256: string };

export type Briefs = ReturnType<typeof openBriefs>;

/** A process that died in the middle is followed by one more try, and by none after that. */
const mostAttempts = 2;

/** What a model said of each ask, or why it said nothing: once for each digest, and one at a time for each mission. */
export function openBriefs(db: Kysely<LedgerTables>) {
  return {
    /** What was said of the ask as this digest names it; `word` is as it was kept. Undefined while nothing was. */
    async read(requestId: string, digest: string): Promise<{ readonly word: unknown } | undefined> {
      const row = await db
        .selectFrom('chaperone.brief')
        .select('word')
        .where('request_id', '=', requestId)
        .where('digest', '=', digest)
        .where('made_at', 'is not', null)
        .executeTakeFirst();
      return row && { word: row.word ?? undefined };
    },

    /**
     * Takes the right to have an ask briefed, for `leaseMs`. `busy`: another ask of its mission is being briefed just now,
     * here or on another replica. `done`: this digest has been briefed, or was tried often enough.
     */
    async take(
      { requestId, digest, missionS256 }: Briefed,
      now: Date,
      leaseMs: number,
    ): Promise<'taken' | 'busy' | 'done'> {
      return await db.transaction().execute(async (trx) => {
        await sql`select pg_advisory_xact_lock(hashtext(${`brief/${missionS256}`}))`.execute(trx);
        const before = await trx
          .selectFrom('chaperone.brief')
          .select(['attempts', 'made_at'])
          .where('request_id', '=', requestId)
          .where('digest', '=', digest)
          .executeTakeFirst();
        if (before?.made_at) return 'done';
        const running = await trx
          .selectFrom('chaperone.brief')
          .select('request_id')
          .where('mission_s256', '=', missionS256)
          .where('claimed_until', '>', now)
          .executeTakeFirst();
        if (running) return 'busy';
        const attempts = (before?.attempts ?? 0) + 1;
        if (attempts > mostAttempts) return 'done';
        const row = {
          digest,
          attempts,
          claimed_until: new Date(now.getTime() + leaseMs),
          made_at: null,
          word: null,
        };
        await trx
          .insertInto('chaperone.brief')
          .values({ request_id: requestId, mission_s256: missionS256, ...row })
          .onConflict((conflict) => conflict.column('request_id').doUpdateSet(row))
          .execute();
        return 'taken';
      });
    },

    /** Keeps what came of it and gives the right back. An ask that changed meanwhile is not touched. */
    async keep({ requestId, digest }: Briefed, word: object, now: Date) {
      await db
        .updateTable('chaperone.brief')
        .set({ word: JSON.stringify(word), made_at: now, claimed_until: null })
        .where('request_id', '=', requestId)
        .where('digest', '=', digest)
        .execute();
    },

    /** Ends the leases of a process that is gone. Only where no other process shares the store. */
    async releaseAll() {
      await db
        .updateTable('chaperone.brief')
        .set({ claimed_until: null })
        .where('claimed_until', 'is not', null)
        .execute();
    },

    /** Forgets what was said of asks that were briefed before a time: they are settled long since. */
    async forget(before: Date) {
      await db.deleteFrom('chaperone.brief').where('made_at', '<', before).execute();
    },
  };
}
