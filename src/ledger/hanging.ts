import type { Kysely, Selectable } from 'kysely';
import type { Card, Press } from '#cards/card.ts';
import type { Place, Posted } from '#chat/chat.ts';
import type { LedgerTables, WallTable } from '#ledger/tables.ts';

export type Hanging = {
  readonly id: string;
  readonly subject: string;
  readonly place: Place;
  readonly missionS256: string | undefined;
  readonly requestId: string | undefined;
  readonly settled: boolean;
  /** Where it hangs. */
  readonly posted: Posted | undefined;
  /** What should hang there, and will. */
  readonly wanted: Card;
  /** What people can press there, on the card that is shown, though a newer one may be on its way; undefined before the first. */
  readonly shown: readonly Press[] | undefined;
};

/** What hangs on the wall, for whoever looks at it. What should hang, and how it gets there, is in `wall.ts`. */
export function openHanging(db: Kysely<LedgerTables>) {
  return {
    /** What is about a message of ours: the card itself, or the root of the thread a person wrote in. */
    async behind(place: Place, message: string): Promise<Hanging | undefined> {
      const row = await atPlace(
        db.selectFrom('chaperone.wall').selectAll().where('message', '=', message),
        place,
      ).executeTakeFirst();
      return row && hanging(row);
    },

    async hangingAt(place: Place, subject: string): Promise<Hanging | undefined> {
      const row = await atPlace(
        db.selectFrom('chaperone.wall').selectAll().where('subject', '=', subject),
        place,
      ).executeTakeFirst();
      return row && hanging(row);
    },

    /** Whether anything about a subject hangs, or should hang, at any place. */
    async knows(subject: string): Promise<boolean> {
      const row = await db
        .selectFrom('chaperone.wall')
        .select('id')
        .where('subject', '=', subject)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    /** The card behind a mark, where it hangs at this place. */
    async marked(place: Place, mark: string): Promise<Card | undefined> {
      if (!/^[0-9a-f-]{36}$/.test(mark)) return undefined;
      const row = await atPlace(
        db.selectFrom('chaperone.wall').select('wanted').where('id', '=', mark),
        place,
      ).executeTakeFirst();
      return row && reviveCard(row.wanted);
    },

    /** The subject a mission's thread hangs from: the proposal it was approved as, where that was shown. */
    async rootOf(missionS256: string): Promise<string | undefined> {
      const row = await db
        .selectFrom('chaperone.wall')
        .select('subject')
        .where('mission_s256', '=', missionS256)
        .where('subject', 'like', 'mission:%')
        .orderBy('number')
        .executeTakeFirst();
      return row?.subject;
    },

    /** Everything that may still change, oldest first, after a row number. */
    async unsettled(
      after: number,
      limit: number,
    ): Promise<
      {
        number: number;
        subject: string;
        place: Place;
        missionS256: string | undefined;
        requestId: string | undefined;
      }[]
    > {
      const rows = await db
        .selectFrom('chaperone.wall')
        .select(['number', 'subject', 'platform', 'tenant', 'channel', 'mission_s256', 'request_id'])
        .where('settled', '=', false)
        .where('number', '>', after)
        .orderBy('number')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        number: row.number,
        subject: row.subject,
        place: { platform: row.platform, tenant: row.tenant, channel: row.channel },
        missionS256: row.mission_s256 ?? undefined,
        requestId: row.request_id ?? undefined,
      }));
    },

    /** Asks and missions of one place whose cards were last looked at since a moment, the latest first. */
    async lookedAt(
      place: Place,
      since: Date,
      limit: number,
    ): Promise<{ requestId: string | undefined; missionS256: string | undefined }[]> {
      const rows = await atPlace(
        db.selectFrom('chaperone.wall').select(['request_id', 'mission_s256']),
        place,
      )
        .where('seen_at', '>=', since)
        .orderBy('seen_at', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ request_id, mission_s256 }) => ({
        requestId: request_id ?? undefined,
        missionS256: mission_s256 ?? undefined,
      }));
    },

    /** Missions on the wall whose `s256` begins with these characters, at most `limit`. */
    async missionsNamed(prefix: string, limit: number): Promise<string[]> {
      const rows = await db
        .selectFrom('chaperone.wall')
        .select('mission_s256')
        .distinct()
        .where('mission_s256', 'like', `${prefix.replaceAll(/[\\%_]/g, '\\$&')}%`)
        .limit(limit)
        .execute();
      return rows.flatMap(({ mission_s256 }) => mission_s256 ?? []);
    },
  };
}

/** Narrows a query of the wall to one place. */
export function atPlace<
  Query extends { where(column: 'platform' | 'tenant' | 'channel', op: '=', value: string): Query },
>(query: Query, place: Place): Query {
  return query
    .where('platform', '=', place.platform)
    .where('tenant', '=', place.tenant)
    .where('channel', '=', place.channel);
}

function hanging(row: Selectable<WallTable>): Hanging {
  const place = { platform: row.platform, tenant: row.tenant, channel: row.channel };
  return {
    id: row.id,
    subject: row.subject,
    place,
    missionS256: row.mission_s256 ?? undefined,
    requestId: row.request_id ?? undefined,
    settled: row.settled,
    posted: postedAt(place, row),
    wanted: reviveCard(row.wanted),
    shown: row.presses ?? undefined,
  };
}

/** Where a row of the wall hangs; undefined before it does. */
export const postedAt = (
  place: Place,
  row: { message: string | null; posted_thread: string | null },
): Posted | undefined =>
  row.message
    ? { place, message: row.message, ...(row.posted_thread && { thread: row.posted_thread }) }
    : undefined;

/** A card was ours before it became JSON; only its moments changed shape. */
export function reviveCard(stored: unknown): Card {
  return JSON.parse(JSON.stringify(stored), (key, value: unknown) =>
    key === 'at' && typeof value === 'string' ? new Date(value) : value,
  ) as Card;
}
