import { type Kysely, sql } from 'kysely';
import { digestOf } from '#aauth/canonical.ts';
import type { Card } from '#cards/card.ts';
import type { Lack, Place, Posted } from '#chat/chat.ts';
import type { Jobs, Queue } from '#database/jobs.ts';
import { atPlace, openHanging, postedAt, reviveCard } from '#ledger/hanging.ts';
import type { LedgerTables, WallTable } from '#ledger/tables.ts';

/** What should hang at a place, whatever hangs there now. */
export type Wanted = {
  /** What the card is about (`mission:…`, `request:…`, `stop:…`, `reply:…`); it hangs once in a place. */
  readonly subject: string;
  readonly place: Place;
  /** The card it replies to by subject, or a thread of the platform's; absent for a root. */
  readonly under?: { readonly subject: string } | { readonly thread: string };
  readonly missionS256?: string;
  readonly requestId?: string;
  readonly card: Card;
  /** When the truth on the card was read. An older reading never replaces a newer one. */
  readonly seenAt: Date;
  /**
   * Nothing about it will change any more, and rounds pass it over. `soon`: nothing will, but what follows from it is not
   * written yet; rounds look at it until `settle`, unless it was settled before.
   */
  readonly settled: boolean | 'soon';
  /** 0 goes out first. */
  readonly urgency: 0 | 1 | 2;
};

/** A card taken from the wall to be posted or repainted, for as long as the lease runs. */
export type Due = {
  readonly id: string;
  readonly place: Place;
  readonly thread: string | undefined;
  readonly card: Card;
  readonly digest: string;
  /** Where it hangs already. */
  readonly posted: Posted | undefined;
  /** An earlier attempt to post it was cut off at this time: a copy may hang there. */
  readonly attemptedAt: Date | undefined;
  /** An earlier copy may hang there for good, because the platform cannot be asked for it. */
  readonly maybeTwice: boolean;
  readonly attempts: number;
};

export type Wall = ReturnType<typeof openWall>;

/**
 * The wall: which card should hang where, and which one does. It is the outbox of everything that stays posted;
 * a row whose wanted and shown digests differ is work for `postQueue`. Whoever writes one wakes that queue once it is written:
 * a job that waits already might otherwise run before, and find nothing. What a crash in between leaves, `duePlaces` finds.
 */
export function openWall(db: Kysely<LedgerTables>, jobs: Jobs, postQueue: Queue<Place>) {
  return {
    ...openHanging(db),

    /** Says what should hang. True when that is news. */
    async want(wanted: Wanted): Promise<boolean> {
      const { place, under } = wanted;
      const card = JSON.stringify(wanted.card);
      const soon = wanted.settled === 'soon';
      const isNews = await db.transaction().execute(async (trx) => {
        const root =
          under && 'subject' in under
            ? await atPlace(
                trx.selectFrom('chaperone.wall').select('id').where('subject', '=', under.subject),
                place,
              ).executeTakeFirst()
            : undefined;
        const changed = await trx
          .insertInto('chaperone.wall')
          .values({
            subject: wanted.subject,
            ...place,
            root: root?.id ?? null,
            thread: under && 'thread' in under ? under.thread : null,
            mission_s256: wanted.missionS256 ?? null,
            request_id: wanted.requestId ?? null,
            wanted: card,
            wanted_digest: digestOf(JSON.parse(card)),
            seen_at: wanted.seenAt,
            settled: wanted.settled === true,
            urgency: wanted.urgency,
          })
          .onConflict((conflict) =>
            conflict
              .columns(['subject', 'platform', 'tenant', 'channel'])
              .doUpdateSet((eb) => ({
                wanted: eb.ref('excluded.wanted'),
                wanted_digest: eb.ref('excluded.wanted_digest'),
                seen_at: eb.ref('excluded.seen_at'),
                settled: eb.ref(soon ? 'chaperone.wall.settled' : 'excluded.settled'),
                mission_s256: eb.fn.coalesce('excluded.mission_s256', 'chaperone.wall.mission_s256'),
                request_id: eb.fn.coalesce('excluded.request_id', 'chaperone.wall.request_id'),
                fault: null,
                undrawn: sql`case when chaperone.wall.wanted_digest = excluded.wanted_digest
                  then chaperone.wall.undrawn else 0 end`,
              }))
              .where((eb) =>
                eb.and([
                  eb('chaperone.wall.seen_at', '<=', eb.ref('excluded.seen_at')),
                  eb.or([
                    eb('chaperone.wall.wanted_digest', '<>', eb.ref('excluded.wanted_digest')),
                    ...(soon ? [] : [eb('chaperone.wall.settled', '<>', eb.ref('excluded.settled'))]),
                    eb('chaperone.wall.mission_s256', 'is distinct from', eb.ref('excluded.mission_s256')),
                  ]),
                ]),
              ),
          )
          .returning('id')
          .execute();
        if (changed.length === 0) {
          // Nothing new, but newly looked at: an older reading that comes in late must not undo it.
          await atPlace(trx.updateTable('chaperone.wall'), place)
            .set({ seen_at: wanted.seenAt })
            .where('subject', '=', wanted.subject)
            .where('seen_at', '<', wanted.seenAt)
            .execute();
          return false;
        }
        return true;
      });
      if (isNews) await jobs.send(postQueue, place, { key: keyOf(place) });
      return isNews;
    },

    /** What follows from a card as it was read at `seenAt` is written: rounds pass it over, wherever it was not read again. */
    async settle(subject: string, seenAt: Date) {
      await db
        .updateTable('chaperone.wall')
        .set({ settled: true })
        .where('subject', '=', subject)
        .where('settled', '=', false)
        .where('seen_at', '=', seenAt)
        .execute();
    },

    /** Takes the next card that should go out at a place and may go now, for `leaseMs`. */
    async take(place: Place, now: Date, leaseMs: number): Promise<Due | undefined> {
      const until = new Date(now.getTime() + leaseMs);
      const { rows } = await sql<
        WallTable & {
          id: string;
          attempts: number;
          maybe_twice: boolean;
          before: Date | null;
          root_message: string | null;
        }
      >`
        with due as (
          select w.id, w.attempted_at as before, r.message as root_message
          from chaperone.wall w left join chaperone.wall r on r.id = w.root
          where ${isDue(place, now)}
          -- A thread cannot begin before its root hangs, so a new root is as urgent as what waits for it.
          order by case when w.root is null and w.message is null then 0 else w.urgency end, w.number
          limit 1 for update of w skip locked
        )
        update chaperone.wall w
        set claimed_until = ${until}, attempts = w.attempts + 1,
            attempted_at = case when w.message is null then coalesce(w.attempted_at, ${now}) else null end
        from due where w.id = due.id
        returning w.*, due.before, due.root_message`.execute(db);
      const row = rows[0];
      if (!row) return undefined;
      return {
        id: row.id,
        place,
        thread: row.root_message ?? row.thread ?? undefined,
        card: reviveCard(row.wanted),
        digest: row.wanted_digest,
        posted: postedAt(place, row),
        attemptedAt: row.before ?? undefined,
        maybeTwice: row.maybe_twice,
        attempts: row.attempts,
      };
    },

    /** True while something could be taken at a place: `take` passes over what is being written to in that moment. */
    async isWaiting(place: Place, now: Date): Promise<boolean> {
      const { rows } = await sql`
        select from chaperone.wall w left join chaperone.wall r on r.id = w.root
        where ${isDue(place, now)} limit 1`.execute(db);
      return rows.length > 0;
    },

    /** The card hangs at `posted` as it was taken; `lacks`: without a picture. False when another copy was recorded meanwhile. */
    async hung(
      id: string,
      posted: Posted & Lack,
      { card, digest }: Pick<Due, 'card' | 'digest'>,
      now: Date,
    ): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('chaperone.wall')
        .set({
          message: posted.message,
          posted_thread: posted.thread ?? null,
          shown_digest: digest,
          shown_at: now,
          presses: JSON.stringify(card.buttons.map(({ press }) => press)),
          undrawn: posted.lacks ? sql`undrawn + 1` : 0,
          claimed_until: null,
          attempted_at: null,
          attempts: 0,
        })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('message', 'is', null), eb('message', '=', posted.message)]))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** A copy nobody wrote down was found to hang at `posted`: it is the card's now, or already was. False when another one is. */
    async adopt(id: string, posted: Posted): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('chaperone.wall')
        .set({ message: posted.message, posted_thread: posted.thread ?? null, attempted_at: null })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('message', 'is', null), eb('message', '=', posted.message)]))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** Puts a card back, to be tried again at `at`. `clean`: nothing reached the platform, no copy can hang there. */
    async putBack(id: string, at: Date, clean: boolean) {
      await db
        .updateTable('chaperone.wall')
        .set({ claimed_until: null, not_before: at, ...(clean && { attempted_at: null }) })
        .where('id', '=', id)
        .execute();
    },

    /** The message it hung as is no more; the card wants a new one. */
    async torn(id: string) {
      await db
        .updateTable('chaperone.wall')
        .set({
          message: null,
          posted_thread: null,
          shown_digest: null,
          presses: null,
          claimed_until: null,
          attempted_at: null,
        })
        .where('id', '=', id)
        .execute();
    },

    /** It was posted again, and an earlier copy that nobody can find may hang beside it; or that copy was found, and is gone. */
    async maybeTwice(id: string, may: boolean) {
      await db.updateTable('chaperone.wall').set({ maybe_twice: may }).where('id', '=', id).execute();
    },

    /** Has the root that a card hangs under shown anew, in case it is gone. False where there is none, or it was given up. */
    async doubtRoot(id: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('chaperone.wall')
        .set({ shown_digest: null })
        .where('id', '=', (eb) =>
          eb.selectFrom('chaperone.wall as reply').select('reply.root').where('reply.id', '=', id),
        )
        .where('fault', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** The platform will not take it; nothing is tried again until the card changes. */
    async giveUp(id: string, fault: string) {
      await db
        .updateTable('chaperone.wall')
        .set({ claimed_until: null, fault })
        .where('id', '=', id)
        .execute();
    },

    /** What was given up at a place, or anywhere on a platform, is tried again: the bot can write there again. */
    async mend(where: Pick<Place, 'platform'> | Place) {
      const faulted = db
        .updateTable('chaperone.wall')
        .set({ fault: null, not_before: sql<Date>`'-infinity'::timestamptz` })
        .where('platform', '=', where.platform)
        .where('fault', 'is not', null);
      const mended = await ('channel' in where ? atPlace(faulted, where) : faulted)
        .returning(['platform', 'tenant', 'channel'])
        .execute();
      const places = new Map(mended.map((place) => [keyOf(place), place]));
      for (const [key, place] of places) await jobs.send(postQueue, place, { key });
    },

    /** Ends the leases of a process that is gone. Only where no other process shares the store. */
    async releaseAll() {
      await db
        .updateTable('chaperone.wall')
        .set({ claimed_until: null })
        .where('claimed_until', 'is not', null)
        .execute();
    },

    /** Places where something should go out, and the times it may: not before it is put off to, nor while it is in other hands. */
    async duePlaces(): Promise<{ place: Place; at: Date }[]> {
      const free = sql<Date | null>`greatest(not_before, claimed_until)`;
      const rows = await db
        .selectFrom('chaperone.wall')
        .select(['platform', 'tenant', 'channel', free.as('at')])
        .whereRef('wanted_digest', 'is distinct from', 'shown_digest')
        .where('fault', 'is', null)
        .groupBy(['platform', 'tenant', 'channel', free])
        .execute();
      return rows.map(({ at, ...place }) => ({ place, at: at instanceof Date ? at : new Date(0) }));
    },

    /** When the truth behind a subject was last read into its card at each place; undefined where it has none yet. */
    async seenAt(subject: string, places: readonly Place[]): Promise<(Date | undefined)[]> {
      const rows = await db
        .selectFrom('chaperone.wall')
        .select(['platform', 'tenant', 'channel', 'seen_at'])
        .where('subject', '=', subject)
        .execute();
      return places.map((place) => rows.find((row) => samePlace(row, place))?.seen_at);
    },

    /** Whatever this row shows, nothing looks after it any more, if it was last looked at before `before`. */
    async letBe(number: number, before: Date) {
      await db
        .updateTable('chaperone.wall')
        .set({ settled: true })
        .where('number', '=', number)
        .where('settled', '=', false)
        .where('seen_at', '<', before)
        .execute();
    },
  };
}

/** A card `w` whose root is `r` should go out at a place, may go now and is in nobody's hands. */
const isDue = (place: Place, now: Date) => sql`
  w.platform = ${place.platform} and w.tenant = ${place.tenant} and w.channel = ${place.channel}
  and w.wanted_digest is distinct from w.shown_digest and w.fault is null and w.not_before <= ${now}
  and (w.claimed_until is null or w.claimed_until < ${now})
  and (w.root is null or r.message is not null or r.fault is not null)`;

export const samePlace = (a: Place, b: Place) => keyOf(a) === keyOf(b);

export const keyOf = (place: Place) => `${place.platform}:${place.tenant}:${place.channel}`;
