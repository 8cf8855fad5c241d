import { type Kysely, type Selectable, sql } from 'kysely';
import type { LedgerTables, StaleQuestionTable } from '#ledger/tables.ts';
import type { DecidedBy } from '#mission-control/facts.ts';

/** Why a mission's person is asked whether it should go on. */
export type Staleness = 'idle' | 'ending' | 'overdue' | 'said_done' | 'past_goal';

export type StaleQuestion = {
  readonly number: number;
  readonly why: Staleness;
  readonly askedAt: Date;
  readonly kept: { readonly by: DecidedBy; readonly at: Date } | undefined;
};

export type StaleQuestions = ReturnType<typeof openStaleQuestions>;

/** The questions whether a mission should go on: one at a time, and one in a period. */
export function openStaleQuestions(db: Kysely<LedgerTables>) {
  return {
    /** Asks about a mission, unless it was asked about, or kept, after `quietSince`. */
    async ask(missionS256: string, why: Staleness, now: Date, quietSince: Date): Promise<void> {
      await sql`
        insert into chaperone.stale_question (mission_s256, number, why, asked_at)
        select ${missionS256}::text, coalesce(max(number), 0) + 1, ${why}::text, ${now}::timestamptz
        from chaperone.stale_question
        where mission_s256 = ${missionS256}::text
        having coalesce(bool_and(greatest(asked_at, kept_at) <= ${quietSince}::timestamptz), true)
        on conflict do nothing`.execute(db);
    },

    /** Somebody wants the mission to go on. False when the question was answered before, unless by this same act. */
    async keep(
      missionS256: string,
      number: number,
      { source, by, at }: { readonly source: string; readonly by: DecidedBy; readonly at: Date },
    ): Promise<boolean> {
      await db
        .updateTable('chaperone.stale_question')
        .set({ kept_source: source, kept_by: JSON.stringify(by), kept_at: at })
        .where('mission_s256', '=', missionS256)
        .where('number', '=', number)
        .where('kept_at', 'is', null)
        .execute();
      const row = await db
        .selectFrom('chaperone.stale_question')
        .select('kept_source')
        .where('mission_s256', '=', missionS256)
        .where('number', '=', number)
        .executeTakeFirst();
      return row?.kept_source === source;
    },

    /** The agent said at `at`, by this ask, that the mission is done, and nobody answered. */
    async doneSaid(missionS256: string, requestId: string, at: Date): Promise<void> {
      await db
        .insertInto('chaperone.done_said')
        .values({ mission_s256: missionS256, request_id: requestId, said_at: at })
        .onConflict((conflict) =>
          conflict
            .column('mission_s256')
            .doUpdateSet((eb) => ({
              request_id: eb.ref('excluded.request_id'),
              said_at: eb.ref('excluded.said_at'),
            }))
            .where('chaperone.done_said.said_at', '<', at),
        )
        .execute();
    },

    /** What was said before `at` about being done counts no longer: it was said again, answered, or the goal was moved. */
    async doneUnsaid(missionS256: string, at: Date): Promise<void> {
      await db
        .deleteFrom('chaperone.done_said')
        .where('mission_s256', '=', missionS256)
        .where('said_at', '<', at)
        .execute();
    },

    async saidDoneAt(missionS256: string): Promise<Date | undefined> {
      const row = await db
        .selectFrom('chaperone.done_said')
        .select('said_at')
        .where('mission_s256', '=', missionS256)
        .executeTakeFirst();
      return row?.said_at;
    },

    /** The latest two questions about a mission, newest first: the older may not say yet that it is over. */
    async latest(missionS256: string): Promise<StaleQuestion[]> {
      const rows = await db
        .selectFrom('chaperone.stale_question')
        .selectAll()
        .where('mission_s256', '=', missionS256)
        .orderBy('number', 'desc')
        .limit(2)
        .execute();
      return rows.map(questionOf);
    },
  };
}

const questionOf = ({ number, why, asked_at, kept_by, kept_at }: Selectable<StaleQuestionTable>) => ({
  number,
  why,
  askedAt: asked_at,
  kept: kept_by && kept_at ? { by: kept_by, at: kept_at } : undefined,
});
