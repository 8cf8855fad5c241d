import type { Kysely } from 'kysely';
import type { LedgerTables } from '#ledger/tables.ts';

export type Proposal = {
  readonly id: string;
  readonly missions: readonly string[];
  readonly answer: string | undefined;
  readonly expiresAt: Date;
};

export type Proposals = ReturnType<typeof openProposals>;

/** Stops that wait for one click because the words that asked for them did not name one mission exactly. */
export function openProposals(db: Kysely<LedgerTables>) {
  return {
    /** Keeps what a confirm card names; the same source is the same proposal. */
    async make(proposal: {
      source: string;
      missions: readonly string[];
      proposedBy: string;
      madeAt: Date;
      expiresAt: Date;
    }): Promise<string> {
      const row = await db
        .insertInto('chaperone.proposal')
        .values({
          source: proposal.source,
          missions: JSON.stringify(proposal.missions),
          proposed_by: proposal.proposedBy,
          made_at: proposal.madeAt,
          expires_at: proposal.expiresAt,
        })
        .onConflict((conflict) =>
          conflict.column('source').doUpdateSet((eb) => ({ source: eb.ref('excluded.source') })),
        )
        .returning('id')
        .executeTakeFirstOrThrow();
      return row.id;
    },

    async read(id: string): Promise<Proposal | undefined> {
      if (!/^[0-9a-f-]{36}$/.test(id)) return undefined;
      const row = await db
        .selectFrom('chaperone.proposal')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return (
        row && {
          id: row.id,
          missions: row.missions,
          answer: row.answer ?? undefined,
          expiresAt: row.expires_at,
        }
      );
    },

    /** Answers it once, while it stands: the first answer wins; the same source may say it again. */
    async answer(id: string, answer: string, now: Date): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('chaperone.proposal')
        .set({ answer, answered_at: now })
        .where('id', '=', id)
        .where((eb) =>
          eb.or([eb('answer', '=', answer), eb.and([eb('answer', 'is', null), eb('expires_at', '>', now)])]),
        )
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}
