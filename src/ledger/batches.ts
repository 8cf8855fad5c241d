import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '#ledger/tables.ts';

/** Where an ask is listed: in which batch, under which number. `apart`: it has a card of its own again. */
export type Seat = {
  readonly requestId: string;
  /** The ask whose card lists the batch. */
  readonly batch: string;
  /** From 1, in the order they came; never given twice. */
  readonly number: number;
  readonly alike: string;
  readonly apart: boolean;
};

export type Batches = ReturnType<typeof openBatches>;

const columns = ['request_id as requestId', 'batch', 'number', 'alike', 'apart'] as const;

/** Which asks share a card. An ask is seated once and for good; it may only go apart. */
export function openBatches(db: Kysely<LedgerTables>) {
  const seatOf = async (requestId: string): Promise<Seat | undefined> =>
    await db
      .selectFrom('chaperone.batch_item')
      .select(columns)
      .where('request_id', '=', requestId)
      .executeTakeFirst();

  return {
    seatOf,

    /** Everything a batch lists, in its order. */
    async of(batch: string): Promise<readonly Seat[]> {
      return await db
        .selectFrom('chaperone.batch_item')
        .select(columns)
        .where('batch', '=', batch)
        .orderBy('number')
        .execute();
    },

    /** Writes down, once, that an ask waits. Says which that are alike waited before it, the first of them first. */
    async waitingBefore(requestId: string, alike: string): Promise<readonly string[]> {
      await db
        .insertInto('chaperone.batch_waiting')
        .values({ request_id: requestId, alike })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const rows = await db
        .selectFrom('chaperone.batch_waiting')
        .select('request_id')
        .where('alike', '=', alike)
        .where('number', '<', (eb) =>
          eb.selectFrom('chaperone.batch_waiting').select('number').where('request_id', '=', requestId),
        )
        .orderBy('number')
        .execute();
      return rows.map(({ request_id }) => request_id);
    },

    /** It waits no more. */
    async settle(requestId: string) {
      await db.deleteFrom('chaperone.batch_waiting').where('request_id', '=', requestId).execute();
    },

    /**
     * Seats an ask beside another one, which leads a new batch where it has no seat yet. The seat it has is returned, whoever
     * gave it; undefined where there are `most` already.
     */
    async join(requestId: string, beside: string, alike: string, most: number): Promise<Seat | undefined> {
      await db
        .insertInto('chaperone.batch_item')
        .values({ request_id: beside, batch: beside, number: 1, alike })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const batch = (await seatOf(beside))?.batch;
      if (batch === undefined) return undefined;
      // Two that come at once want the same number: one of them gets it, the other looks again.
      for (;;) {
        const { numAffectedRows = 0n } = await sql`
          insert into chaperone.batch_item (request_id, batch, number, alike)
          select ${requestId}, ${batch}, max(number) + 1, ${alike} from chaperone.batch_item
          where batch = ${batch} having max(number) < ${most}
          on conflict do nothing`.execute(db);
        const seat = await seatOf(requestId);
        if (seat) return seat;
        if (numAffectedRows === 0n && (await this.of(batch)).length >= most) return undefined;
      }
    },

    /** From now on it has a card of its own. */
    async setApart(requestId: string) {
      await db
        .updateTable('chaperone.batch_item')
        .set({ apart: true })
        .where('request_id', '=', requestId)
        .execute();
    },
  };
}
