import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '#ledger/tables.ts';

/** Persons' ids: `to` decides for `from` until then. */
export type StandingDelegation = {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly until: Date;
};

export type Delegations = ReturnType<typeof openDelegations>;

/**
 * Who decides for whom, by their own word, for a while. The last word that was said counts, whatever comes last: whoever
 * decides for themselves again is kept as their own delegate, with the moment they said so.
 */
export function openDelegations(db: Kysely<LedgerTables>) {
  return {
    /**
     * Keeps one in place of what the person said before `madeAt`, and returns its id; the same source is the same delegation.
     * Undefined when they have said something else since.
     */
    async make(delegation: {
      readonly source: string;
      readonly from: string;
      readonly to: string;
      readonly madeAt: Date;
      readonly until: Date;
    }): Promise<string | undefined> {
      return await db.transaction().execute(async (trx) => {
        await oneWordAtATime(trx, delegation.from);
        const newer = await trx
          .selectFrom('chaperone.delegation')
          .select('id')
          .where('principal', '=', delegation.from)
          .where('made_at', '>', delegation.madeAt)
          .limit(1)
          .executeTakeFirst();
        if (newer) return undefined;
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

    /** Takes back whatever somebody let others decide; the ids of what no longer holds. Nobody loses by it, so it is never late. */
    async revoke(
      { source, from, saidAt }: { readonly source: string; readonly from: string; readonly saidAt: Date },
      now: Date,
    ): Promise<string[]> {
      return await db.transaction().execute(async (trx) => {
        await oneWordAtATime(trx, from);
        await trx
          .insertInto('chaperone.delegation')
          .values({
            source,
            principal: from,
            delegate: from,
            made_at: saidAt,
            until: saidAt,
            revoked_at: now,
          })
          .onConflict((conflict) => conflict.column('source').doNothing())
          .execute();
        const rows = await standingOf(trx, from, now).returning('id').execute();
        return rows.map(({ id }) => id);
      });
    },
  };
}

/** Two words of one person at once would both find nothing newer; the second waits for the first's commit. */
const oneWordAtATime = (trx: Kysely<LedgerTables>, principal: string) =>
  sql`select pg_advisory_xact_lock(hashtext(${`delegation/${principal}`}))`.execute(trx);

/** Ends what somebody let others decide. */
const standingOf = (db: Kysely<LedgerTables>, principal: string, now: Date) =>
  db
    .updateTable('chaperone.delegation')
    .set({ revoked_at: now })
    .where('principal', '=', principal)
    .where('revoked_at', 'is', null)
    .where('until', '>', now);
