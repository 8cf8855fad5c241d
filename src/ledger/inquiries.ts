import type { Kysely, Selectable } from 'kysely';
import type { InquiryTable, LedgerTables } from '#ledger/tables.ts';
import type { DecidedBy } from '#mission-control/facts.ts';

/** What somebody wants to know of an agent about a finding. It waits until the agent can be asked. */
export type Inquiry = {
  readonly id: number;
  readonly missionS256: string;
  readonly finding: number;
  readonly question: string;
  readonly by: DecidedBy;
  readonly askedAt: Date;
  /** The ask it was put to the agent at. */
  readonly put: { readonly requestId: string; readonly at: Date } | undefined;
  /** Nobody may put it any more: who asked has no say now. */
  readonly droppedAt: Date | undefined;
};

export type Inquiries = ReturnType<typeof openInquiries>;

/** How many questions about one finding its card shows. */
const shown = 3;

/** Questions to agents that are not about an ask of theirs. One waits for each mission; the same `source` is the same question. */
export function openInquiries(db: Kysely<LedgerTables>) {
  const waiting = (missionS256: string) =>
    db
      .selectFrom('chaperone.inquiry')
      .selectAll()
      .where('mission_s256', '=', missionS256)
      .where('put_at', 'is', null)
      .where('dropped_at', 'is', null);

  return {
    /** Keeps a question. False when another one waits for this mission's agent already. */
    async keep(
      source: string,
      {
        missionS256,
        finding,
        question,
        by,
        askedAt,
      }: Pick<Inquiry, 'missionS256' | 'finding' | 'question' | 'by' | 'askedAt'>,
    ): Promise<boolean> {
      await db
        .insertInto('chaperone.inquiry')
        .values({
          source,
          mission_s256: missionS256,
          finding,
          question,
          asked_by: JSON.stringify(by),
          asked_at: askedAt,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const row = await db
        .selectFrom('chaperone.inquiry')
        .select('id')
        .where('source', '=', source)
        .executeTakeFirst();
      return row !== undefined;
    },

    /** The question that waits for a mission's agent. */
    async waiting(missionS256: string): Promise<Inquiry | undefined> {
      const row = await waiting(missionS256).executeTakeFirst();
      return row && inquiryOf(row);
    },

    /** Says that a question went to the agent with an ask of its. */
    async put(id: number, requestId: string, at: Date) {
      await db
        .updateTable('chaperone.inquiry')
        .set({ request_id: requestId, put_at: at })
        .where('id', '=', id)
        .where('put_at', 'is', null)
        .execute();
    },

    async drop(id: number, at: Date) {
      await db
        .updateTable('chaperone.inquiry')
        .set({ dropped_at: at })
        .where('id', '=', id)
        .where('put_at', 'is', null)
        .execute();
    },

    /** The latest questions about a finding, oldest first. */
    async about(missionS256: string, finding: number): Promise<Inquiry[]> {
      const rows = await db
        .selectFrom('chaperone.inquiry')
        .selectAll()
        .where('mission_s256', '=', missionS256)
        .where('finding', '=', finding)
        .orderBy('id', 'desc')
        .limit(shown)
        .execute();
      return rows.map(inquiryOf).toReversed();
    },

    /** Whether a question about a finding was put at this ask. */
    async isPutAt(requestId: string): Promise<boolean> {
      const row = await db
        .selectFrom('chaperone.inquiry')
        .select('id')
        .where('request_id', '=', requestId)
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

const inquiryOf = (row: Selectable<InquiryTable>): Inquiry => ({
  id: row.id,
  missionS256: row.mission_s256,
  finding: row.finding,
  question: row.question,
  by: row.asked_by,
  askedAt: row.asked_at,
  put: row.put_at && row.request_id !== null ? { requestId: row.request_id, at: row.put_at } : undefined,
  droppedAt: row.dropped_at ?? undefined,
});
