import { type Kysely, type Selectable, sql } from 'kysely';
import type { HoldTable, LedgerTables } from '#ledger/tables.ts';
import type { DecidedBy } from '#mission-control/facts.ts';

/** Until it is released, nothing under the mission is approved. */
export type Hold = {
  readonly id: number;
  readonly missionS256: string;
  readonly by: DecidedBy;
  readonly since: Date;
  readonly note: string | undefined;
  readonly released: { readonly by: DecidedBy; readonly at: Date } | undefined;
};

/** What somebody did to a hold. The same `source` said twice is the same act. */
export type Holding = { readonly source: string; readonly by: DecidedBy; readonly at: Date };

export type Holds = ReturnType<typeof openHolds>;

/** How many holds of one mission are still shown as they stand. */
const shown = 3;

/** The holds of missions: ours alone, so a mission that is held is active for everybody else. */
export function openHolds(db: Kysely<LedgerTables>) {
  return {
    /** Holds a mission. False when somebody else's hold, or an earlier one, stands already. */
    async hold(missionS256: string, { source, by, at }: Holding, note?: string): Promise<boolean> {
      await db
        .insertInto('chaperone.hold')
        .values({
          mission_s256: missionS256,
          source,
          held_by: JSON.stringify(by),
          held_at: at,
          note: note ?? null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const row = await db
        .selectFrom('chaperone.hold')
        .select('id')
        .where('source', '=', source)
        .executeTakeFirst();
      return row !== undefined;
    },

    /**
     * Releases a mission from what held it when the release was said: words that come late do not undo what is newer than
     * they are. What this same act released before is released.
     */
    async release(
      missionS256: string,
      { source, by, at }: Holding,
      saidAt: Date,
    ): Promise<'released' | 'not_held' | 'held_since'> {
      await db
        .updateTable('chaperone.hold')
        .set({ released_source: source, released_by: JSON.stringify(by), released_at: at })
        .where('mission_s256', '=', missionS256)
        .where('released_at', 'is', null)
        .where('held_at', '<=', saidAt)
        // Said again after a crash it must not lift a hold that was put on meanwhile.
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('chaperone.hold as done')
                .select('done.id')
                .where('done.released_source', '=', source)
                .where('done.mission_s256', '=', missionS256),
            ),
          ),
        )
        .execute();
      const rows = await db
        .selectFrom('chaperone.hold')
        .select('released_source')
        .where('mission_s256', '=', missionS256)
        .where((eb) => eb.or([eb('released_source', '=', source), eb('released_at', 'is', null)]))
        .execute();
      if (rows.some(({ released_source }) => released_source === source)) return 'released';
      return rows.length > 0 ? 'held_since' : 'not_held';
    },

    /** The hold that stands. */
    async standing(missionS256: string): Promise<Hold | undefined> {
      const row = await db
        .selectFrom('chaperone.hold')
        .selectAll()
        .where('mission_s256', '=', missionS256)
        .where('released_at', 'is', null)
        .executeTakeFirst();
      return row && holdOf(row);
    },

    /** Whether nothing is granted silently under a mission: it is held, or guarded until somebody calls a drift fine. */
    async silenced(missionS256: string): Promise<boolean> {
      const { rows } = await sql<{ silenced: boolean }>`
        select exists (
          select 1 from chaperone.hold where mission_s256 = ${missionS256} and released_at is null
          union all
          select 1 from chaperone.review where mission_s256 = ${missionS256} and guarded
        ) as silenced`.execute(db);
      return rows[0]?.silenced ?? false;
    },

    /** Those of these missions that a hold stands on. */
    async among(missions: readonly string[]): Promise<ReadonlySet<string>> {
      if (missions.length === 0) return new Set();
      const rows = await db
        .selectFrom('chaperone.hold')
        .select('mission_s256')
        .where('mission_s256', 'in', missions)
        .where('released_at', 'is', null)
        .execute();
      return new Set(rows.map(({ mission_s256 }) => mission_s256));
    },

    /** The latest holds of a mission, newest first. */
    async of(missionS256: string): Promise<Hold[]> {
      const rows = await db
        .selectFrom('chaperone.hold')
        .selectAll()
        .where('mission_s256', '=', missionS256)
        .orderBy('id', 'desc')
        .limit(shown)
        .execute();
      return rows.map(holdOf);
    },
  };
}

const holdOf = (row: Selectable<HoldTable>): Hold => ({
  id: row.id,
  missionS256: row.mission_s256,
  by: row.held_by,
  since: row.held_at,
  note: row.note ?? undefined,
  released: row.released_by && row.released_at ? { by: row.released_by, at: row.released_at } : undefined,
});
