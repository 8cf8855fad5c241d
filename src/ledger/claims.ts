import type { Kysely } from 'kysely';
import type { LedgerTables } from '#ledger/tables.ts';
import type { DecidedBy } from '#mission-control/facts.ts';

/** Somebody is looking into an ask. Others see it and may decide all the same. */
export type Claim = { readonly by: DecidedBy; readonly until: Date };

export type Claims = ReturnType<typeof openClaims>;

/** Who looks into which ask: one person at a time, released by time alone. */
export function openClaims(db: Kysely<LedgerTables>) {
  return {
    /** Claims an ask, or goes on claiming it. False while it is somebody else's. */
    async claim(requestId: string, by: DecidedBy, now: Date, until: Date): Promise<boolean> {
      const kept = await db
        .insertInto('chaperone.claim')
        .values({ request_id: requestId, person: by.person, by: JSON.stringify(by), claimed_at: now, until })
        .onConflict((conflict) =>
          conflict
            .column('request_id')
            .doUpdateSet((eb) => ({
              person: eb.ref('excluded.person'),
              by: eb.ref('excluded.by'),
              claimed_at: eb.ref('excluded.claimed_at'),
              until: eb.ref('excluded.until'),
            }))
            .where((eb) =>
              eb.or([
                eb('chaperone.claim.until', '<=', now),
                eb('chaperone.claim.person', '=', eb.ref('excluded.person')),
              ]),
            ),
        )
        .returning('request_id')
        .execute();
      return kept.length > 0;
    },

    async standing(requestId: string, now: Date): Promise<Claim | undefined> {
      const row = await db
        .selectFrom('chaperone.claim')
        .select(['by', 'until'])
        .where('request_id', '=', requestId)
        .where('until', '>', now)
        .executeTakeFirst();
      return row && { by: row.by, until: row.until };
    },
  };
}
