import { type Kysely, sql } from 'kysely';
import type { Place } from '#chat/chat.ts';
import type { LedgerTables } from '#ledger/tables.ts';

/** Slack and Teams both bear a few messages in one second, if it does not stay so (Slack: rate limits; Teams: 7 a second). */
const burst = 4;

export type Places = ReturnType<typeof openPlaces>;

/** What the bot knows of places beyond the operator's rules: how fast it may post, who else reads, how to reach them. */
export function openPlaces(db: Kysely<LedgerTables>) {
  async function known(place: Place) {
    await db
      .insertInto('chaperone.place')
      .values({ ...place, route: null })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  const only = (place: Place) => ({ platform: place.platform, tenant: place.tenant, channel: place.channel });

  return {
    /**
     * Takes the next moment at which this place may be posted to, across replicas: `burst` cards at once after a quiet
     * while, then one every `paceMs`. An ask and its root go out together; a flood does not.
     */
    async takeTurn(place: Place, now: Date, paceMs: number): Promise<Date> {
      await known(place);
      const pace = sql`${`${paceMs} milliseconds`}::interval`;
      const { rows } = await sql<{ turn: Date }>`
        update chaperone.place
        set next_at = greatest(next_at, ${now}::timestamptz) + ${pace}
        where platform = ${place.platform} and tenant = ${place.tenant} and channel = ${place.channel}
        returning greatest(${now}::timestamptz, quiet_until, next_at - ${burst}::int * ${pace}) as turn`.execute(
        db,
      );
      return rows[0]?.turn ?? now;
    },

    /** The platform asked for silence: nothing goes there before `until`. */
    async quiet(place: Place, until: Date) {
      await known(place);
      await db
        .updateTable('chaperone.place')
        .set((eb) => ({ quiet_until: eb.fn<Date>('greatest', ['quiet_until', eb.val(until)]) }))
        .where((eb) => eb.and(only(place)))
        .execute();
    },

    /** Outsiders can read there, or not, as the platform said at `now`. */
    async setShared(place: Place, shared: boolean, now: Date) {
      await known(place);
      await db
        .updateTable('chaperone.place')
        .set({ shared, checked_at: now })
        .where((eb) => eb.and(only(place)))
        .execute();
    },

    /**
     * The platform's answer to a question that was put at `askedAt`. What was learnt since then is newer than the answer,
     * and stands; whether outsiders can read there is what stands afterwards.
     */
    async answered(place: Place, shared: boolean, askedAt: Date): Promise<boolean> {
      await known(place);
      await db
        .updateTable('chaperone.place')
        .set({ shared, checked_at: askedAt })
        .where((eb) => eb.and(only(place)))
        .where('checked_at', '<', askedAt)
        .execute();
      const row = await db
        .selectFrom('chaperone.place')
        .select('shared')
        .where((eb) => eb.and(only(place)))
        .executeTakeFirstOrThrow();
      return row.shared;
    },

    /** Whether outsiders can read there, as last said; undefined when that was before `since`. */
    async isShared(place: Place, since: Date): Promise<boolean | undefined> {
      const row = await db
        .selectFrom('chaperone.place')
        .select(['shared'])
        .where((eb) => eb.and(only(place)))
        .where('checked_at', '>=', since)
        .executeTakeFirst();
      return row?.shared;
    },

    /** How a platform that needs it reaches this place, as its room wrote it down. */
    async routeTo(place: Place): Promise<unknown> {
      const row = await db
        .selectFrom('chaperone.place')
        .select('route')
        .where((eb) => eb.and(only(place)))
        .executeTakeFirst();
      return row?.route ?? undefined;
    },

    async rememberRoute(place: Place, route: unknown) {
      await known(place);
      await db
        .updateTable('chaperone.place')
        .set({ route: JSON.stringify(route) })
        .where((eb) => eb.and(only(place)))
        .execute();
    },
  };
}
