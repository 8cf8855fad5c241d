import { type Kysely, sql } from 'kysely';
import type { Happening } from '#chat/chat.ts';
import type { LedgerTables } from '#ledger/tables.ts';
import type { Submitted } from '#page/page.ts';

export type Inbox = ReturnType<typeof openInbox>;

/** A happening somebody took. Every take counts, so only the last of them can renew, finish or put back. */
export type Taken = { readonly id: string; readonly attempts: number };

/** What happened in chat or was sent from the page of an ask, kept before anything is done about it, once however often the platform delivers it. */
export function openInbox(db: Kysely<LedgerTables>) {
  return {
    /** Durable when it resolves. False when it was already there. */
    async keep(happening: Happening | Submitted, now: Date): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('chaperone.inbox')
        .values({ id: happening.id, happening: JSON.stringify(happening), received_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return Boolean(numInsertedOrUpdatedRows);
    },

    /** Takes what is not done yet for `leaseMs`; undefined when it is done or in somebody's hands. */
    async take(id: string, now: Date, leaseMs: number) {
      const row = await db
        .updateTable('chaperone.inbox')
        .set((eb) => ({ claimed_until: new Date(now.getTime() + leaseMs), attempts: eb('attempts', '+', 1) }))
        .where('id', '=', id)
        .where('done_at', 'is', null)
        .where((eb) => eb.or([eb('claimed_until', 'is', null), eb('claimed_until', '<', now)]))
        .returning(['happening', 'received_at', 'attempts'])
        .executeTakeFirst();
      if (!row) return undefined;
      return { happening: readAsKept(row.happening), receivedAt: row.received_at, attempts: row.attempts };
    },

    /**
     * Nobody else takes it before `until`: it is still being dealt with, or left for another try then. Nothing where somebody
     * else has taken it since.
     */
    async claimUntil({ id, attempts }: Taken, until: Date) {
      await db
        .updateTable('chaperone.inbox')
        .set({ claimed_until: until })
        .where('id', '=', id)
        .where('attempts', '=', attempts)
        .where('done_at', 'is', null)
        .execute();
    },

    /** Whether something an account did (`slack:T1:U1`; anybody's, without one) is kept and not done. */
    async isInHand(proof: string | undefined): Promise<boolean> {
      const { rows } = await sql`
        select 1 from chaperone.inbox
        where done_at is null
          and (${proof ?? null}::text is null
            or concat_ws(':', happening->'actor'->>'platform', happening->'actor'->>'tenant', happening->'actor'->>'user')
              = ${proof ?? null}::text)
        limit 1`.execute(db);
      return rows.length > 0;
    },

    /** False where somebody else has taken it since: it is theirs to finish. */
    async done({ id, attempts }: Taken, outcome: string, now: Date): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('chaperone.inbox')
        .set({ done_at: now, claimed_until: null, outcome })
        .where('id', '=', id)
        .where('attempts', '=', attempts)
        .where('done_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** Ends the leases of a process that is gone. Only where no other process shares the store. */
    async releaseAll() {
      await db
        .updateTable('chaperone.inbox')
        .set({ claimed_until: null })
        .where('claimed_until', 'is not', null)
        .execute();
    },

    /** What still waits and is in nobody's hands, oldest first. */
    async waiting(now: Date, limit: number): Promise<(Happening | Submitted)[]> {
      const rows = await db
        .selectFrom('chaperone.inbox')
        .select('happening')
        .where('done_at', 'is', null)
        .where((eb) => eb.or([eb('claimed_until', 'is', null), eb('claimed_until', '<', now)]))
        .orderBy('received_at')
        .limit(limit)
        .execute();
      return rows.map(({ happening }) => readAsKept(happening));
    },

    /** Forgets the words of what was done before `before`; the acts that followed stay. */
    async forget(before: Date) {
      await sql`delete from chaperone.inbox where done_at < ${before}`.execute(db);
    },
  };
}

/** JSON has no moments. */
const readAsKept = (kept: Happening | Submitted) =>
  ({ ...kept, at: new Date(kept.at) }) satisfies Happening | Submitted;
