import { sql } from 'kysely';
import type { Store } from '#person-server/tables.ts';

/** The channel every event is announced on. The payload is `<event id> <request id or ->`. */
export const channel = 'person_server_event';

export type Event = {
  readonly kind: 'request' | 'mission' | 'log';
  readonly requestId?: string | undefined;
  readonly missionS256?: string | undefined;
};

/**
 * Tells that something changed, in the transaction of the change: readers learn of it when it is true, or never.
 * An event carries ids only; whoever hears it reads the truth.
 */
export async function tell(within: Store, { kind, requestId, missionS256 }: Event, at: Date) {
  await sql`
    with told as (
      insert into person_server.event (kind, request_id, mission_s256, at)
      values (${kind}, ${requestId ?? null}, ${missionS256 ?? null}, ${at})
      returning id
    )
    select pg_notify(${sql.lit(channel)}, told.id || ' ' || ${requestId ?? '-'}::text) from told`.execute(
    within,
  );
}

/**
 * Events after `after`, oldest first, at most `limit`. Ids are given when an event is written and not when it is committed:
 * what is missing between two may still come.
 */
export async function eventsAfter(store: Store, after: number, limit: number) {
  return await store
    .selectFrom('event')
    .select(columns)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Those of these events that are there by now. */
export async function eventsNamed(store: Store, ids: readonly number[]) {
  if (!ids.length) return [];
  return await store
    .selectFrom('event')
    .select(columns)
    .where(sql<boolean>`id = any (${ids}::bigint[])`)
    .orderBy('id')
    .execute();
}

const columns = ['id', 'kind', 'requestId', 'missionS256'] as const;

/** The ids of the newest events, rising, at most `limit`. */
export async function newestEvents(store: Store, limit: number): Promise<readonly number[]> {
  const rows = await store.selectFrom('event').select('id').orderBy('id', 'desc').limit(limit).execute();
  return rows.map(({ id }) => id).toReversed();
}

/** Forgets events older than `before`: a watcher that slept longer starts from now and reconciles. */
export async function forgetEvents(store: Store, before: Date) {
  await store.deleteFrom('event').where('at', '<', before).execute();
}
