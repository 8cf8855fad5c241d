import type { Kysely } from 'kysely';
import type { LedgerTables } from '#ledger/tables.ts';

/** Persons' ids: `to` decides for `from` until then. */
export type StandingDelegation = {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly until: Date;
};

export type Delegations = ReturnType<typeof openDelegations>;

/** Who decides for whom, by their own word, for a while. */
export function openDelegations(db: Kysely<LedgerTables>) {
  return {
    /** Keeps one in place of what the person said before, and returns its id; the same source is the same delegation. */
    async make(delegation: {
      readonly source: string;
      readonly from: string;
      readonly to: string;
      readonly madeAt: Date;
      readonly until: Date;
    }): Promise<string> {
      return await db.transaction().execute(async (trx) => {
        const made = await trx
          .insertInto('chaperone.delegation')
          .values({
            source: delegation.source,
            principal: delegation.from,
            delegate: delegation.to,
            made_at: delegation.madeAt,
            until: delegation.until,
          })
          .onConflict((conflict) => conflict.column('source').doNothing())
          .returning('id')
          .executeTakeFirst();
        if (made) {
          await standingOf(trx, delegation.from, delegation.madeAt).where('id', '<>', made.id).execute();
          return made.id;
        }
        const { id } = await trx
          .selectFrom('chaperone.delegation')
          .select('id')
          .where('source', '=', delegation.source)
          .executeTakeFirstOrThrow();
        return id;
      });
    },

    /** Those that hold now, oldest first. */
    async standing(now: Date): Promise<StandingDelegation[]> {
      const rows = await db
        .selectFrom('chaperone.delegation')
        .select(['id', 'principal', 'delegate', 'until'])
        .where('revoked_at', 'is', null)
        .where('until', '>', now)
        .orderBy('made_at')
        .orderBy('id')
        .execute();
      return rows.map(({ id, principal, delegate, until }) => ({ id, from: principal, to: delegate, until }));
    },

    /** Who let somebody decide by this delegation, whether or not it still holds. */
    async principalOf(id: string): Promise<string | undefined> {
      const row = await db
        .selectFrom('chaperone.delegation')
        .select('principal')
        .where('id', '=', id)
        .executeTakeFirst();
      return row?.principal;
    },

    /** Forgets what no longer holds: of before a time, or all that one person made or was given. */
    async forget(whose: { readonly before: Date } | { readonly person: string }, now: Date) {
      const over = db
        .deleteFrom('chaperone.delegation')
        .where((eb) => eb.or([eb('revoked_at', 'is not', null), eb('until', '<=', now)]));
      await ('before' in whose
        ? over.where('made_at', '<', whose.before)
        : over.where((eb) => eb.or([eb('principal', '=', whose.person), eb('delegate', '=', whose.person)]))
      ).execute();
    },

    /** Takes back whatever somebody let others decide; the ids of what no longer holds. */
    async revoke(principal: string, now: Date): Promise<string[]> {
      const rows = await standingOf(db, principal, now).returning('id').execute();
      return rows.map(({ id }) => id);
    },
  };
}

/** Ends what somebody let others decide. */
const standingOf = (db: Kysely<LedgerTables>, principal: string, now: Date) =>
  db
    .updateTable('chaperone.delegation')
    .set({ revoked_at: now })
    .where('principal', '=', principal)
    .where('revoked_at', 'is', null)
    .where('until', '>', now);
