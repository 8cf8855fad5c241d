import type { Kysely } from 'kysely';
import type { LedgerTables, ProposalAnswer } from '#ledger/tables.ts';
import type { DecidedBy } from '#mission-control/facts.ts';

export type Proposal = {
  readonly id: string;
  readonly missions: readonly string[];
  /** Why, in the words of whoever wants it. */
  readonly note: string | undefined;
  readonly expiresAt: Date;
  readonly answer: { readonly kind: ProposalAnswer; readonly by: DecidedBy; readonly at: Date } | undefined;
};

export type Proposals = ReturnType<typeof openProposals>;

/** Stops that wait for one click because the words that asked for them did not name one mission exactly. */
export function openProposals(db: Kysely<LedgerTables>) {
  return {
    /** Keeps what a confirm card names; the same source is the same proposal. */
    async make(proposal: {
      source: string;
      missions: readonly string[];
      note?: string | undefined;
      proposedBy: string;
      madeAt: Date;
      expiresAt: Date;
    }): Promise<string> {
      const row = await db
        .insertInto('chaperone.proposal')
        .values({
          source: proposal.source,
          missions: JSON.stringify(proposal.missions),
          note: proposal.note ?? null,
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
      if (!row) return undefined;
      const { answer, answered_by: by, answered_at: at } = row;
      return {
        id: row.id,
        missions: row.missions,
        note: row.note ?? undefined,
        expiresAt: row.expires_at,
        answer: answer && by && at ? { kind: answer, by, at } : undefined,
      };
    },

    /** Answers it once, while it stands: the first answer wins; the same decider may say the same again. */
    async answer(id: string, kind: ProposalAnswer, by: DecidedBy, now: Date): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('chaperone.proposal')
        .set({ answer: kind, answered_by: JSON.stringify(by), answered_at: now })
        .where('id', '=', id)
        .where('answer', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      if (numUpdatedRows > 0n) return true;
      const settled = (await this.read(id))?.answer;
      return settled?.kind === kind && settled.by.id === by.id && settled.by.person === by.person;
    },
  };
}
