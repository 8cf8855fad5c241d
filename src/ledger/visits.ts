import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type Kysely, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { Card } from '#cards/card.ts';
import { hashOf } from '#ledger/chain.ts';
import { reviveCard } from '#ledger/hanging.ts';
import type { LedgerTables, VisitTable } from '#ledger/tables.ts';
import type { Proof } from '#page/page.ts';

/** Why a visit is over before its time. */
export type VisitEnd = 'disowned' | 'wrong_code' | 'wrong_tries';

/** An account that was asked in chat whether it is they who opened the page, and the codes it was shown. */
export type Pairing = {
  readonly platform: 'slack' | 'teams';
  readonly tenant: string;
  readonly user: string;
  readonly channel: string;
  /** What the page shows. It is one of `choices`. */
  readonly code: string;
  readonly choices: readonly string[];
  readonly expiresAt: Date;
  /** Nobody was asked: whoever was named may not decide. The page shows no difference. */
  readonly asked: boolean;
};

/** What a sign-in that is under way has to come back with. */
export type UnderWay = {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly fresh: boolean;
  readonly startedAt: Date;
};

/** Where a visit came from, and where it may lead besides. */
export type Ways = { readonly back?: string; readonly errand?: string };

export type Visit = {
  readonly id: string;
  readonly requestId: string;
  /** The one person this visit is for, where it is somebody's private link. */
  readonly onlyPerson: string | undefined;
  readonly ways: Ways;
  readonly arrived: boolean;
  readonly expiresAt: Date;
  readonly pairing: Pairing | undefined;
  readonly pairings: number;
  readonly proof: Proof | undefined;
  readonly ended: VisitEnd | undefined;
  readonly told: Card | undefined;
};

/** Wrong tokens and forms of one visit that end it (draft §interaction-code-format: after a few failures). */
const mostWrong = 5;

export type Visits = ReturnType<typeof openVisits>;

/** Who opened the page of which ask. Each change is one statement with its condition inside. */
export function openVisits(db: Kysely<LedgerTables>) {
  const rowOf = async (id: string) =>
    isId(id)
      ? await db.selectFrom('chaperone.visit').selectAll().where('id', '=', id).executeTakeFirst()
      : undefined;
  const going = (id: string, now: Date) =>
    db
      .updateTable('chaperone.visit')
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', now);

  return {
    /** Opens a visit. With `arrives` a browser is here already, and the token is its own. */
    async open(visit: {
      readonly requestId: string;
      readonly onlyPerson?: string;
      readonly ways: Ways;
      readonly arrives: boolean;
      readonly now: Date;
      readonly expiresAt: Date;
    }): Promise<{ readonly id: string; readonly token: string }> {
      const token = newToken();
      const { id } = await db
        .insertInto('chaperone.visit')
        .values({
          request_id: visit.requestId,
          only_person: visit.onlyPerson ?? null,
          ways: JSON.stringify(visit.ways),
          token_hash: visit.arrives ? hashOf(token) : null,
          opened_at: visit.now,
          expires_at: visit.expiresAt,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return { id, token };
    },

    /** The first browser takes it; nobody takes it twice. */
    async arrive(id: string, now: Date): Promise<string | undefined> {
      if (!isId(id)) return undefined;
      const token = newToken();
      const { numUpdatedRows } = await going(id, now)
        .set({ token_hash: hashOf(token) })
        .where('token_hash', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows ? token : undefined;
    },

    async read(id: string): Promise<Visit | undefined> {
      const row = await rowOf(id);
      return row && visitOf(row);
    },

    /** The same, for the browser that holds its token alone. */
    async readAs(id: string, token: string): Promise<Visit | undefined> {
      const row = await rowOf(id);
      if (!row?.token_hash) return undefined;
      const given = Buffer.from(hashOf(token));
      const wanted = Buffer.from(row.token_hash);
      return given.length === wanted.length && timingSafeEqual(given, wanted) ? visitOf(row) : undefined;
    },

    /** Asks an account whether it is them; a later asking takes the place of an earlier. False once `most` were asked. */
    async pair(id: string, pairing: Pairing, now: Date, most: number): Promise<boolean> {
      const { numUpdatedRows } = await going(id, now)
        .set((eb) => ({ pairing: JSON.stringify(pairing), pairings: eb('pairings', '+', 1) }))
        .where('proof', 'is', null)
        .where('pairings', '<', most)
        .executeTakeFirst();
      return Boolean(numUpdatedRows);
    },

    /** Somebody vouched with the right code; once, and only while nothing else was proven. */
    async vouch(id: string, pairing: Pairing, proof: Proof, now: Date): Promise<boolean> {
      if (pairing.expiresAt <= now) return false;
      const { numUpdatedRows } = await going(id, now)
        .set({ proof: JSON.stringify(proof), proven_at: now })
        .where('proof', 'is', null)
        .where(sql<boolean>`pairing->>'code' = ${pairing.code}`)
        .executeTakeFirst();
      return Boolean(numUpdatedRows);
    },

    /** A sign-in begins; an earlier one that has not come back is forgotten. */
    async beginSignIn(id: string, underWay: UnderWay, now: Date): Promise<boolean> {
      const { state, ...rest } = underWay;
      const { numUpdatedRows } = await going(id, now)
        .set({ state_hash: hashOf(state), sign_in: JSON.stringify(rest) })
        .executeTakeFirst();
      return Boolean(numUpdatedRows);
    },

    /** The visit a state belongs to, while its sign-in is under way. */
    async ofState(state: string): Promise<string | undefined> {
      const row = await db
        .selectFrom('chaperone.visit')
        .select('id')
        .where('state_hash', '=', hashOf(state))
        .executeTakeFirst();
      return row?.id;
    },

    /** Takes the sign-in that is under way: whatever comes of it, its state is good for nothing afterwards. */
    async endSignIn(id: string, state: string, now: Date): Promise<UnderWay | undefined> {
      return await db.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom('chaperone.visit')
          .select('sign_in')
          .where('id', '=', id)
          .where('state_hash', '=', hashOf(state))
          .where('ended_at', 'is', null)
          .where('expires_at', '>', now)
          .forUpdate()
          .executeTakeFirst();
        if (!row?.sign_in) return undefined;
        await trx
          .updateTable('chaperone.visit')
          .set({ state_hash: null, sign_in: null })
          .where('id', '=', id)
          .execute();
        return { ...Begun.parse(row.sign_in), state };
      });
    },

    /** Somebody signed in. It takes the place of a lesser proof, not of another sign-in. */
    async signIn(id: string, proof: Extract<Proof, { kind: 'sign-in' }>, now: Date): Promise<boolean> {
      const { numUpdatedRows } = await going(id, now)
        .set({ proof: JSON.stringify(proof), proven_at: now })
        .where(sql<boolean>`proof is null or proof->>'kind' = 'chat' or proof->>'sub' = ${proof.sub}`)
        .executeTakeFirst();
      return Boolean(numUpdatedRows);
    },

    /** Ends a visit; the first end stands. */
    async end(id: string, why: VisitEnd, now: Date): Promise<boolean> {
      const { numUpdatedRows } = await going(id, now)
        .set({ ended_at: now, ended_why: why, state_hash: null, sign_in: null })
        .executeTakeFirst();
      return Boolean(numUpdatedRows);
    },

    /** A token or form that is not this visit's; true when it was one too many and the visit is over. */
    async wasWrong(id: string, now: Date): Promise<boolean> {
      if (!isId(id)) return false;
      const row = await going(id, now)
        .set((eb) => ({ wrong: eb('wrong', '+', 1) }))
        .returning('wrong')
        .executeTakeFirst();
      return (row?.wrong ?? 0) >= mostWrong && (await this.end(id, 'wrong_tries', now));
    },

    /** What the visitor should hear about what they did last. */
    async tell(id: string, card: Card | undefined) {
      await db
        .updateTable('chaperone.visit')
        .set({ told: card ? JSON.stringify(card) : null })
        .where('id', '=', id)
        .execute();
    },

    /** Forgets what ended before `before`. What was decided stands in the acts. */
    async forget(before: Date) {
      await db.deleteFrom('chaperone.visit').where('expires_at', '<', before).execute();
    },
  };
}

const newToken = () => randomBytes(32).toString('base64url');
const isId = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

const moment = z.coerce.date();
const Begun = z.object({ nonce: z.string(), verifier: z.string(), fresh: z.boolean(), startedAt: moment });
const Paired = z.object({
  platform: z.enum(['slack', 'teams']),
  tenant: z.string(),
  user: z.string(),
  channel: z.string(),
  code: z.string(),
  choices: z.array(z.string()),
  expiresAt: moment,
  asked: z.boolean(),
});
const Proven = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('chat'),
    actor: z.object({
      platform: z.enum(['slack', 'teams']),
      tenant: z.string(),
      enterprise: z.string().optional(),
      user: z.string(),
      name: z.string(),
    }),
    place: z.object({ platform: z.enum(['slack', 'teams']), tenant: z.string(), channel: z.string() }),
  }),
  z.object({
    kind: z.literal('sign-in'),
    fresh: z.boolean(),
    issuer: z.string(),
    sub: z.string(),
    email: z.string().optional(),
    authenticatedAt: moment.optional(),
  }),
]);
const End = z.enum(['disowned', 'wrong_code', 'wrong_tries']);

const visitOf = (row: Selectable<VisitTable>): Visit => ({
  id: row.id,
  requestId: row.request_id,
  onlyPerson: row.only_person ?? undefined,
  ways: row.ways,
  arrived: row.token_hash !== null,
  expiresAt: row.expires_at,
  pairing: row.pairing === null ? undefined : Paired.parse(row.pairing),
  pairings: row.pairings,
  proof: row.proof === null ? undefined : (Proven.parse(row.proof) satisfies Proof),
  ended: row.ended_why === null ? undefined : End.parse(row.ended_why),
  told: row.told === null ? undefined : reviveCard(row.told),
});
