import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '#ledger/tables.ts';

/** The `number`th reminder of an ask is due. */
export type DueReminder = { readonly requestId: string; readonly number: number };

/** One card that reminds of the asks it names, whatever became of them since. */
export type Reminder = {
  readonly subject: string;
  readonly number: number;
  readonly requests: readonly string[];
};

export type Reminders = ReturnType<typeof openReminders>;

/** Which reminders were given: each once, and those of one thread together. */
export function openReminders(db: Kysely<LedgerTables>) {
  return {
    /**
     * Writes down that what is due in a thread is given now, by one card. Nothing when all of it was given before, or when
     * the thread was reminded after `quietSince`: what is due then waits for the next time.
     */
    async give(thread: string, due: readonly DueReminder[], now: Date, quietSince: Date): Promise<void> {
      await db.transaction().execute(async (trx) => {
        // Two rounds at once must not each take half of what belongs on one card.
        await sql`select pg_advisory_xact_lock(hashtext(${`chaperone.reminder ${thread}`}))`.execute(trx);
        const recent = await trx
          .selectFrom('chaperone.reminder')
          .select('subject')
          .where('thread', '=', thread)
          .where('given_at', '>', quietSince)
          .limit(1)
          .executeTakeFirst();
        if (recent) return;
        const given = await trx
          .selectFrom('chaperone.reminder')
          .select(['request_id', 'number'])
          .where(
            'request_id',
            'in',
            due.map(({ requestId }) => requestId),
          )
          .execute();
        // An earlier one that was missed is not made up for.
        const fresh = due.filter(
          ({ requestId, number }) =>
            !given.some((each) => each.request_id === requestId && each.number >= number),
        );
        const [first] = fresh;
        if (!first) return;
        const subject = `remind:${first.requestId}:${first.number}`;
        await trx
          .insertInto('chaperone.reminder')
          .values(
            fresh.map(({ requestId, number }) => ({
              request_id: requestId,
              number,
              subject,
              thread,
              given_at: now,
            })),
          )
          .execute();
      });
    },

    /** The reminders that name an ask, oldest first. */
    async of(requestId: string): Promise<Reminder[]> {
      const rows = await db
        .selectFrom('chaperone.reminder as mine')
        .innerJoin('chaperone.reminder as all', 'all.subject', 'mine.subject')
        .select(['all.subject', 'all.request_id', 'mine.number'])
        .where('mine.request_id', '=', requestId)
        .orderBy('mine.number')
        .orderBy('all.request_id')
        .execute();
      const subjects = [...new Set(rows.map(({ subject }) => subject))];
      return subjects.map((subject) => {
        const named = rows.filter((row) => row.subject === subject);
        return {
          subject,
          number: named[0]?.number ?? 0,
          requests: named.map(({ request_id }) => request_id),
        };
      });
    },
  };
}
