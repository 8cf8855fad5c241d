import { type Kysely, sql } from 'kysely';
import { digestOf } from '#aauth/canonical.ts';
import type { LedgerTables } from '#ledger/tables.ts';

/** One thing a person did or tried to do, and what came of it. Refusals are acts too. */
export type Act = {
  /** What it followed from (the happening's id and the verb): the same source is the same act. */
  readonly source: string;
  readonly at: Date;
  readonly verb: 'approve' | 'deny' | 'stop' | 'propose_stop' | 'cancel';
  /** The proof: the platform's own name for who acted (`slack:T1:U1`). */
  readonly actor: string;
  /** The person behind it, where the operator's rules know one. */
  readonly person: string | undefined;
  /** Where it was done: place and message. */
  readonly surface: string;
  /** `request:<id>` or `mission:<s256>`. */
  readonly subject: string;
  readonly digest: string | undefined;
  /** `decided`, `already_decided`, `refused:<why>`, … */
  readonly outcome: string;
  /** What the Person Server answered, in short; ids and times, no text of agents. */
  readonly answer: Readonly<Record<string, unknown>>;
};

export type Acts = ReturnType<typeof openActs>;

const first = 'genesis';

/** The append-only record of acts. Each row carries the hash of the one before, so an edit, a gap or a swap shows. */
export function openActs(db: Kysely<LedgerTables>) {
  return {
    /** Appends an act; one whose source is already there is left as it stands. */
    async append(act: Act): Promise<void> {
      await db.transaction().execute(async (trx) => {
        // The chain has one end: whoever appends waits for the other's commit.
        await sql`select pg_advisory_xact_lock(hashtext('chaperone.act'))`.execute(trx);
        const known = await trx
          .selectFrom('chaperone.act')
          .select('seq')
          .where('source', '=', act.source)
          .executeTakeFirst();
        if (known) return;
        const last = await trx
          .selectFrom('chaperone.act')
          .select(['seq', 'hash'])
          .orderBy('seq', 'desc')
          .limit(1)
          .executeTakeFirst();
        const row = {
          seq: (last?.seq ?? 0) + 1,
          source: act.source,
          at: act.at,
          verb: act.verb,
          actor: act.actor,
          person: act.person ?? null,
          surface: act.surface,
          subject: act.subject,
          digest: act.digest ?? null,
          outcome: act.outcome,
          answer: JSON.stringify(act.answer),
          previous_hash: last?.hash ?? first,
        };
        await trx
          .insertInto('chaperone.act')
          .values({ ...row, hash: hashOf(row) })
          .execute();
      });
    },

    /** What was done about a subject, oldest first. */
    async about(subject: string) {
      return await db
        .selectFrom('chaperone.act')
        .selectAll()
        .where('subject', '=', subject)
        .orderBy('seq')
        .execute();
    },

    /** The first row whose hash or link does not hold; undefined when the whole chain does. */
    async firstBroken(): Promise<number | undefined> {
      let previous = first;
      let expected = 1;
      for (;;) {
        const rows = await db
          .selectFrom('chaperone.act')
          .selectAll()
          .where('seq', '>=', expected)
          .orderBy('seq')
          .limit(500)
          .execute();
        for (const row of rows) {
          const { hash, ...rest } = { ...row, answer: JSON.stringify(row.answer) };
          if (row.seq !== expected || row.previous_hash !== previous || hashOf(rest) !== hash)
            return expected;
          previous = hash;
          expected += 1;
        }
        if (rows.length === 0) return undefined;
      }
    },
  };
}

function hashOf(row: { readonly at: Date; readonly answer: string } & Record<string, unknown>) {
  // Canonical JSON of the answer, because the store keeps jsonb, not the text.
  return digestOf({ ...row, at: row.at.toISOString(), answer: JSON.parse(row.answer) });
}
