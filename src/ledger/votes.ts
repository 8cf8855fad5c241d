import { type Kysely, type Selectable, sql } from 'kysely';
import type { LedgerTables, VoteTable } from '#ledger/tables.ts';
import type { DecidedBy } from '#mission-control/facts.ts';

/** One approval of what a digest names, that others have to join. */
export type Vote = {
  /** The happening it came with: the same source is the same vote. */
  readonly source: string;
  readonly requestId: string;
  readonly digest: string;
  readonly reach: 'once' | 'mission' | 'always' | undefined;
  /** Who pressed, as the Person Server is told if this is the last vote. */
  readonly given: DecidedBy;
  readonly by: string;
  /** Whose say it was, where not their own, and by which delegation. */
  readonly for: string | undefined;
  readonly delegation: string | undefined;
  /** They had signed in afresh for it. */
  readonly signedIn: boolean;
  readonly at: Date;
};

/** `again`: this very vote was counted before. */
export type Cast = 'counted' | 'again' | 'already_voted' | 'other_reach';

export type Votes = ReturnType<typeof openVotes>;

/** Approvals that wait for company. Each names the digest that was shown; one for each person, and one for each say. */
export function openVotes(db: Kysely<LedgerTables>) {
  return {
    /** Counts a vote, once; whoever comes first sets how far the approval reaches. */
    async cast(vote: Vote): Promise<Cast> {
      const { requestId, digest } = vote;
      return await db.transaction().execute(async (trx) => {
        // Two first votes at one moment must not each set a reach of their own.
        await sql`select pg_advisory_xact_lock(hashtext(${`vote/${requestId}`}))`.execute(trx);
        const standing = await trx
          .selectFrom('chaperone.vote')
          .select(['source', 'reach'])
          .where('request_id', '=', requestId)
          .where('digest', '=', digest)
          .execute();
        if (standing.some(({ source }) => source === vote.source)) return 'again';
        if (standing.some(({ reach }) => (reach ?? undefined) !== vote.reach)) return 'other_reach';
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('chaperone.vote')
          .values({
            source: vote.source,
            request_id: requestId,
            digest,
            reach: vote.reach ?? null,
            person: vote.by,
            say: vote.for ?? vote.by,
            delegation: vote.delegation ?? null,
            actor: vote.given.id,
            via: vote.given.via,
            signed_in: vote.signedIn,
            cast_at: vote.at,
          })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        return numInsertedOrUpdatedRows ? 'counted' : 'already_voted';
      });
    },

    /** The votes about an ask, oldest first; of every digest it ever had. */
    async about(requestId: string): Promise<Vote[]> {
      const rows = await db
        .selectFrom('chaperone.vote')
        .selectAll()
        .where('request_id', '=', requestId)
        .orderBy('id')
        .execute();
      return rows.map(voteOf);
    },

    /** Asks with votes that nobody has taken to the Person Server, or seen settled there; after an ask's id. */
    async open(after: string, limit: number): Promise<string[]> {
      const rows = await db
        .selectFrom('chaperone.vote')
        .select('request_id')
        .distinct()
        .where('closed', '=', false)
        .where('request_id', '>', after)
        .orderBy('request_id')
        .limit(limit)
        .execute();
      return rows.map(({ request_id }) => request_id);
    },

    /** Forgets settled votes of before a time, or all that one person gave or that were given for them. */
    async forget(whose: { readonly before: Date } | { readonly person: string }) {
      const settled = db.deleteFrom('chaperone.vote').where('closed', '=', true);
      await ('before' in whose
        ? settled.where('cast_at', '<', whose.before)
        : settled.where((eb) => eb.or([eb('person', '=', whose.person), eb('say', '=', whose.person)]))
      ).execute();
    },

    /** The ask is settled: its votes wait for nothing any more. */
    async close(requestId: string) {
      await db
        .updateTable('chaperone.vote')
        .set({ closed: true })
        .where('request_id', '=', requestId)
        .where('closed', '=', false)
        .execute();
    },
  };
}

const voteOf = (row: Selectable<VoteTable>): Vote => ({
  source: row.source,
  requestId: row.request_id,
  digest: row.digest,
  reach: row.reach ?? undefined,
  given: { person: row.person, via: row.via, id: row.actor },
  by: row.person,
  for: row.say === row.person ? undefined : row.say,
  delegation: row.delegation ?? undefined,
  signedIn: row.signed_in,
  at: row.cast_at,
});
