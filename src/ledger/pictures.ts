import { type Kysely, sql } from 'kysely';
import type { Card } from '#cards/card.ts';
import type { Place } from '#chat/chat.ts';
import type { Jobs, Queue } from '#database/jobs.ts';
import { reviveCard } from '#ledger/hanging.ts';
import type { LedgerTables } from '#ledger/tables.ts';
import { keyOf } from '#ledger/wall.ts';

/** A card that hangs with words in place of a picture. */
export type Lacking = {
  readonly place: Place;
  readonly card: Card;
  /** How often a picture was tried for, and when last. */
  readonly times: number;
  readonly triedAt: Date;
};

/** After so many tries a card keeps its words: a platform that took no picture by then has a reason. */
const mostTimes = 8;

/** Which drawings a workspace has already, and which cards wait for theirs. */
export function openPictures(db: Kysely<LedgerTables>, jobs: Jobs, postQueue: Queue<Place>) {
  return {
    /** The name of the file that shows a drawing, by the drawing's digest. */
    async recall(tenant: string, digest: string): Promise<{ file: string; at: Date } | undefined> {
      return await db
        .selectFrom('chaperone.picture')
        .select(['file', 'brought_at as at'])
        .where('tenant', '=', tenant)
        .where('digest', '=', digest)
        .executeTakeFirst();
    },

    /** The first to bring a drawing names it; a copy brought at the same time is never shown. */
    async remember(tenant: string, digest: string, file: string) {
      await db
        .insertInto('chaperone.picture')
        .values({ tenant, digest, file })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async forget(tenant: string, digest: string) {
      await db
        .deleteFrom('chaperone.picture')
        .where('tenant', '=', tenant)
        .where('digest', '=', digest)
        .execute();
    },

    /** What a card lacks; undefined for one that lacks nothing, or has been given up. */
    async lacking(id: string): Promise<Lacking | undefined> {
      const row = await db
        .selectFrom('chaperone.wall')
        .select(['platform', 'tenant', 'channel', 'wanted', 'undrawn', 'shown_at'])
        .where('id', '=', id)
        .where('undrawn', '>', 0)
        .where('undrawn', '<=', mostTimes)
        .where('shown_at', 'is not', null)
        .executeTakeFirst();
      if (!row?.shown_at) return undefined;
      const { platform, tenant, channel, undrawn: times, shown_at: triedAt } = row;
      return { place: { platform, tenant, channel }, card: reviveCard(row.wanted), times, triedAt };
    },

    /** Cards that lack a picture: what a crash or a lost job left behind. */
    async allLacking(limit: number): Promise<string[]> {
      const rows = await db
        .selectFrom('chaperone.wall')
        .select('id')
        .where('undrawn', '>', 0)
        .where('undrawn', '<=', mostTimes)
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ id }) => id);
    },

    /** The pictures are there: the card is to be hung again as it is. */
    async hangAgain(id: string, place: Place) {
      await db
        .updateTable('chaperone.wall')
        .set({ shown_digest: null })
        .where('id', '=', id)
        .where('undrawn', '>', 0)
        .execute();
      await jobs.send(postQueue, place, { key: keyOf(place) });
    },

    /** A try failed, without a card being hung. */
    async failed(id: string, now: Date) {
      await db
        .updateTable('chaperone.wall')
        .set({ undrawn: sql`undrawn + 1`, shown_at: now })
        .where('id', '=', id)
        .where('undrawn', '>', 0)
        .execute();
    },

    /** The card keeps its words. */
    async giveUp(id: string) {
      await db.updateTable('chaperone.wall').set({ undrawn: 0 }).where('id', '=', id).execute();
    },
  };
}
