import { randomBytes } from 'node:crypto';
import { type Kysely, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { JudgementTable, LedgerTables } from '#ledger/tables.ts';

const Fit = z.object({
  kind: z.enum(['fits', 'does_not_fit', 'cannot_tell']),
  /** The model's own sentence. */
  why: z.string(),
  /** The entries it rests on, in order, and the words of the mission that call for the ask. */
  entries: z.array(z.int()),
  missionWords: z.string().optional(),
  model: z.string(),
});

/** What the model said, as far as it counts. */
export type KeptFit = Readonly<z.infer<typeof Fit>>;

/**
 * `looking`: nobody has been asked yet. `people`: they were. `sampled`: they were, although the reviewer would have let it
 * pass. `deciding`: a yes is on its way to the Person Server. `passed`: it was taken there. `overtaken`: somebody was quicker.
 */
export type JudgementState = 'looking' | 'people' | 'sampled' | 'deciding' | 'passed' | 'overtaken';

export type Judgement = {
  readonly requestId: string;
  readonly digest: string;
  readonly missionS256: string;
  /** What the ask asks for, as the operator names it. */
  readonly names: readonly string[];
  readonly takenAt: Date;
  readonly state: JudgementState;
  /** Why people were asked. */
  readonly reason: string | undefined;
  readonly fit: KeptFit | undefined;
  /** The decision's own name at the Person Server. */
  readonly proof: string | undefined;
  readonly settledAt: Date | undefined;
};

type About = Pick<Judgement, 'requestId' | 'digest'>;

/** How many yeses there may be under one mission, and since when there may be how many in all. */
export type Caps = { readonly perMission: number; readonly perDay: number; readonly since: Date };

export type Judgements = ReturnType<typeof openJudgements>;

const saltName = 'reviewed/salt';
/** A yes counts from the moment it is meant, whatever comes of it. */
const yes = ['deciding', 'passed', 'sampled', 'overtaken'] as const;

/** What the reviewer makes of asks it may let pass. Each is looked at once: whoever died over it leaves it to people. */
export function openJudgements(db: Kysely<LedgerTables>) {
  const row = ({ requestId, digest }: About, within = db) =>
    within
      .updateTable('chaperone.judgement')
      .where('request_id', '=', requestId)
      .where('digest', '=', digest);

  const count = async (trx: Kysely<LedgerTables>, missionS256: string, since: Date) => {
    return await trx
      .selectFrom('chaperone.judgement')
      .select(({ fn }) => [
        fn.count<number>('request_id').filterWhere('mission_s256', '=', missionS256).as('mission'),
        fn.count<number>('request_id').filterWhere('taken_at', '>=', since).as('day'),
      ])
      .where('state', 'in', yes)
      .where((eb) => eb.or([eb('mission_s256', '=', missionS256), eb('taken_at', '>=', since)]))
      .executeTakeFirstOrThrow();
  };

  return {
    /** Takes an ask up, once. False for everybody but the first. */
    async take(ask: Pick<Judgement, 'requestId' | 'digest' | 'missionS256' | 'names'>, at: Date) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('chaperone.judgement')
        .values({
          request_id: ask.requestId,
          digest: ask.digest,
          mission_s256: ask.missionS256,
          names: JSON.stringify(ask.names),
          taken_at: at,
          state: 'looking',
          reason: null,
          fit: null,
          proof: null,
          settled_at: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async read({ requestId, digest }: About): Promise<Judgement | undefined> {
      const found = await db
        .selectFrom('chaperone.judgement')
        .selectAll()
        .where('request_id', '=', requestId)
        .where('digest', '=', digest)
        .executeTakeFirst();
      return found && judgementOf(found);
    },

    /** The latest asks that were judged under a mission, and how many yeses there are under it and since then in all. */
    async under(missionS256: string, since: Date) {
      const rows = await db
        .selectFrom('chaperone.judgement')
        .selectAll()
        .where('mission_s256', '=', missionS256)
        .where('fit', 'is not', null)
        .orderBy('taken_at', 'desc')
        .limit(1_000)
        .execute();
      return { judged: rows.map(judgementOf), yeses: await count(db, missionS256, since) };
    },

    /** Leaves an ask to people, if it is still being looked at. */
    async leave(
      about: About,
      why: { readonly reason: string; readonly fit?: KeptFit | undefined },
      at: Date,
    ) {
      await row(about)
        .set({
          state: 'people',
          reason: why.reason,
          fit: why.fit ? JSON.stringify(why.fit) : null,
          settled_at: at,
        })
        .where('state', '=', 'looking')
        .execute();
    },

    /**
     * Writes down that the reviewer says yes, before anything comes of it: `proof` names the decision that follows, without
     * one people are asked all the same. False when there are as many yeses as there may be, or somebody left it to people.
     */
    async say(
      about: About & Pick<Judgement, 'missionS256'>,
      { fit, proof }: { readonly fit: KeptFit; readonly proof: string | undefined },
      caps: Caps,
      at: Date,
    ): Promise<boolean> {
      return await db.transaction().execute(async (trx) => {
        // Two yeses at one moment must not both be the last one there may be.
        await sql`select pg_advisory_xact_lock(hashtext('chaperone.judgement'))`.execute(trx);
        const { mission, day } = await count(trx, about.missionS256, caps.since);
        if (mission >= caps.perMission || day >= caps.perDay) return false;
        const { numUpdatedRows } = await row(about, trx)
          .set({
            state: proof === undefined ? 'sampled' : 'deciding',
            fit: JSON.stringify(fit),
            proof: proof ?? null,
            settled_at: proof === undefined ? at : null,
          })
          .where('state', '=', 'looking')
          .executeTakeFirst();
        return numUpdatedRows > 0n;
      });
    },

    /** What became of a yes that was on its way; once. */
    async settle(about: About, state: 'passed' | 'overtaken' | 'people', at: Date) {
      await row(about).set({ state, settled_at: at }).where('state', '=', 'deciding').execute();
    },

    /** Yeses on their way: of a process that works on them, or of one that died. */
    async deciding(limit: number): Promise<Judgement[]> {
      const rows = await db
        .selectFrom('chaperone.judgement')
        .selectAll()
        .where('state', '=', 'deciding')
        .orderBy('taken_at')
        .limit(limit)
        .execute();
      return rows.map(judgementOf);
    },

    /** The latest yeses of a time, newest first: what passed, and what people were asked all the same. `from` is inside, `to` is not. */
    async yeses({ from, to, limit }: { from: Date; to: Date; limit: number }): Promise<Judgement[]> {
      const rows = await db
        .selectFrom('chaperone.judgement')
        .selectAll()
        .where('state', 'in', ['passed', 'sampled'])
        .where('taken_at', '>=', from)
        .where('taken_at', '<', to)
        .orderBy('taken_at', 'desc')
        .limit(limit)
        .execute();
      return rows.map(judgementOf);
    },

    /** The installation's own secret, by which samples are drawn; made when it is first asked for. */
    async salt(): Promise<string> {
      await db
        .insertInto('chaperone.bookmark')
        .values({ name: saltName, value: randomBytes(32).toString('base64url') })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const { value } = await db
        .selectFrom('chaperone.bookmark')
        .select('value')
        .where('name', '=', saltName)
        .executeTakeFirstOrThrow();
      return value;
    },
  };
}

const judgementOf = (row: Selectable<JudgementTable>): Judgement => {
  const fit = Fit.safeParse(row.fit);
  return {
    requestId: row.request_id,
    digest: row.digest,
    missionS256: row.mission_s256,
    names: row.names,
    takenAt: row.taken_at,
    state: row.state,
    reason: row.reason ?? undefined,
    fit: fit.success ? fit.data : undefined,
    proof: row.proof ?? undefined,
    settledAt: row.settled_at ?? undefined,
  };
};
