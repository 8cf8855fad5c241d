import { randomBytes } from 'node:crypto';
import { type Kysely, type Selectable, sql } from 'kysely';
import { digestOf } from '#aauth/canonical.ts';
import { generateSigningKey, readSigningKey, type SigningKey } from '#aauth/signing-keys.ts';
import type { ActTable, LedgerTables } from '#ledger/tables.ts';
import { checkChain, commitTo, genesis, hashOf, sealedText, type WrittenAct } from './chain.ts';
import { signReceipt } from './receipts.ts';

/** One thing a person did or tried to do, and what came of it. Refusals are acts too. */
export type Act = {
  /** What it followed from (the happening's id, the verb, the subject): the same source is the same act. */
  readonly source: string;
  readonly at: Date;
  readonly verb:
    | 'approve'
    | 'deny'
    | 'ask'
    | 'answer'
    | 'stop'
    | 'hold'
    | 'release'
    | 'keep'
    | 'complete'
    | 'claim'
    | 'accept'
    | 'delegate'
    | 'reclaim'
    | 'vouch'
    | 'disown'
    | 'sign_in'
    /** The reviewer's own yes, in nobody's name. */
    | 'let_through';
  /** The proof: the platform's own name for who acted (`slack:T1:U1`). */
  readonly actor: string;
  /** The person behind it, where the operator's rules know one. */
  readonly person: string | undefined;
  /** The words they gave for it, as they typed them. */
  readonly said?: string | undefined;
  /** Where it was done: place and message. */
  readonly surface: string;
  /** `request:<id>` or `mission:<s256>`. */
  readonly subject: string;
  readonly digest: string | undefined;
  /** `decided`, `already_decided`, `refused:<why>`, … */
  readonly outcome: string;
  /** What the Person Server answered, in short: ids, states and times, nothing about people, no text of agents. */
  readonly answer: Readonly<Record<string, unknown>>;
};

export type Acts = ReturnType<typeof openActs>;

/** Verbs that settle an ask; asking back does not. */
const deciding = ['approve', 'deny', 'answer'] as const;
const pageSize = 500;

/**
 * The append-only record of acts. Each carries the hash of the one before and a signed receipt, so that an edit, a gap
 * or a swap shows, and who acted can be forgotten without breaking the chain.
 */
export function openActs(db: Kysely<LedgerTables>) {
  const lock = (trx: Kysely<LedgerTables>) =>
    sql`select pg_advisory_xact_lock(hashtext('chaperone.act'))`.execute(trx);

  /** The newest key signs; the first is made with the first act. */
  async function signingKey(trx: Kysely<LedgerTables>, now: Date): Promise<SigningKey> {
    const kept = await trx
      .selectFrom('chaperone.receipt_key')
      .select('private_jwk')
      .orderBy('made_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (kept) return readSigningKey(kept.private_jwk);
    const key = await generateSigningKey();
    const row = { kid: key.kid, private_jwk: JSON.stringify(key.privateJwk), made_at: now };
    await trx.insertInto('chaperone.receipt_key').values(row).execute();
    return key;
  }

  async function* read(range: { readonly from?: Date; readonly to?: Date } = {}): AsyncGenerator<WrittenAct> {
    for (let after = 0; ; ) {
      let query = db
        .selectFrom('chaperone.act')
        .selectAll()
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(pageSize);
      if (range.from) query = query.where('at', '>=', range.from);
      if (range.to) query = query.where('at', '<', range.to);
      const rows = await query.execute();
      for (const row of rows) {
        yield written(row);
        after = row.seq;
      }
      if (rows.length < pageSize) return;
    }
  }

  async function keys() {
    const rows = await db
      .selectFrom('chaperone.receipt_key')
      .select('private_jwk')
      .orderBy('made_at')
      .execute();
    return rows.map(({ private_jwk }) => readSigningKey(private_jwk).publicJwk);
  }

  return {
    /**
     * Appends an act; one whose source is already there is left as it stands. An ask is decided once: a Person Server says
     * "decided" again to whoever says the same again, and that second act is recorded as what it is.
     */
    async append(act: Act): Promise<void> {
      const source = digestOf(act.source);
      await db.transaction().execute(async (trx) => {
        // The chain has one end: whoever appends waits for the other's commit.
        await lock(trx);
        const known = await trx
          .selectFrom('chaperone.act')
          .select('seq')
          .where('source', '=', source)
          .executeTakeFirst();
        if (known) return;
        const again =
          act.outcome === 'decided' &&
          deciding.some((verb) => verb === act.verb) &&
          (await trx
            .selectFrom('chaperone.act')
            .select('seq')
            .where('subject', '=', act.subject)
            .where('outcome', '=', 'decided')
            .where('verb', 'in', deciding)
            .executeTakeFirst()) !== undefined;
        const last = await trx
          .selectFrom('chaperone.act')
          .select(['seq', 'hash'])
          .orderBy('seq', 'desc')
          .limit(1)
          .executeTakeFirst();
        const who = {
          salt: randomBytes(16).toString('base64url'),
          actor: act.actor,
          person: act.person ?? null,
          said: act.said ?? null,
        };
        const sealed = {
          seq: (last?.seq ?? 0) + 1,
          source,
          at: act.at.toISOString(),
          verb: act.verb,
          surface: act.surface,
          subject: act.subject,
          digest: act.digest ?? null,
          outcome: again ? 'already_decided' : act.outcome,
          // Through JSON, as the store gives it back: what is undefined is not there.
          answer: JSON.parse(JSON.stringify(act.answer)) as unknown,
          who: commitTo(who),
          previous: last?.hash ?? genesis,
        };
        const text = sealedText(sealed);
        const receipt = await signReceipt(text, await signingKey(trx, act.at));
        const row = {
          ...sealed,
          ...who,
          at: act.at,
          answer: JSON.stringify(sealed.answer),
          hash: hashOf(text),
          receipt,
        };
        await trx.insertInto('chaperone.act').values(row).execute();
      });
    },

    /** What was done about a subject, oldest first. */
    async about(subject: string): Promise<WrittenAct[]> {
      const rows = await db
        .selectFrom('chaperone.act')
        .selectAll()
        .where('subject', '=', subject)
        .orderBy('seq')
        .execute();
      return rows.map(written);
    },

    /** The latest answers that decided an ask, newest first; `from` is inside, `to` is not. */
    async decisions({ from, to, limit }: { from: Date; to: Date; limit: number }): Promise<WrittenAct[]> {
      const rows = await db
        .selectFrom('chaperone.act')
        .selectAll()
        .where('at', '>=', from)
        .where('at', '<', to)
        .where('verb', 'in', deciding)
        .where('outcome', '=', 'decided')
        .orderBy('at', 'desc')
        .limit(limit)
        .execute();
      return rows.map(written);
    },

    /** Acts in order; `from` is inside, `to` is not. */
    read,

    /** The public keys receipts are checked with. */
    keys,

    /** Checks the whole chain in the store. */
    check: async () => await checkChain(read(), await keys(), true),

    /** Forgets who acted before `before`, or all that one person did, and their words. What was done, when and where stays. */
    async forget(whose: { readonly before: Date } | { readonly person: string }): Promise<number> {
      const update = db
        .updateTable('chaperone.act')
        .set({ actor: null, person: null, said: null, salt: null })
        .where('salt', 'is not', null);
      const { numUpdatedRows } = await ('before' in whose
        ? update.where('at', '<', whose.before)
        : update.where('person', '=', whose.person)
      ).executeTakeFirst();
      return Number(numUpdatedRows);
    },
  };
}

const written = ({ at, ...row }: Selectable<ActTable>): WrittenAct => ({ ...row, at: at.toISOString() });
