import { sql } from 'kysely';
import { channel } from '#person-server/events.ts';
import type { LogKind, Store, Tables } from '#person-server/tables.ts';

/** A line of the log. `source` says who vouches for it: this server saw it, the agent said it, a person did it. */
export type Line = {
  readonly kind: LogKind;
  readonly source: Tables['logEntry']['source'];
  readonly agent: string;
  readonly outcome?: string | undefined;
  readonly decidedBy?: Readonly<Record<string, unknown>> | undefined;
  readonly requestId?: string | undefined;
  readonly resource?: string | undefined;
  readonly scope?: string | undefined;
  readonly action?: string | undefined;
  readonly description?: string | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly result?: Readonly<Record<string, unknown>> | undefined;
};

/**
 * Appends a line to a mission's log under the mission's next sequence number (draft §mission-log), and tells of it.
 * The number is taken by the statement that writes the line, so there are no gaps and no doubles.
 * `active` writes only while the mission is active and unexpired at `at`: the check and the line are one statement.
 * Returns the sequence number, undefined when nothing was written.
 */
export async function writeLog(
  within: Store,
  missionS256: string,
  line: Line,
  at: Date,
  { active = false }: { readonly active?: boolean } = {},
): Promise<number | undefined> {
  const onlyActive = active
    ? sql`and terminated_at is null and (expires_at is null or expires_at > ${at})`
    : sql``;
  const { rows } = await sql<{ seq: number }>`
    with counted as (
      update person_server.mission set log_seq = log_seq + 1, last_activity_at = ${at}
      where s256 = ${missionS256} ${onlyActive}
      returning log_seq
    ), entry as (
      insert into person_server.log_entry (mission_s256, seq, ${columns})
      select ${missionS256}::text, log_seq, ${values(line, at)} from counted
      returning seq
    ), told as (
      insert into person_server.event (kind, request_id, mission_s256, at)
      select 'log', ${line.requestId ?? null}::text, ${missionS256}::text, ${at}::timestamptz from entry
      returning id
    )
    select entry.seq, pg_notify(${sql.lit(channel)}, told.id || ' -') from entry, told`.execute(within);
  return rows[0]?.seq;
}

/** Records what happened outside any mission, so that it too can be read later. */
export async function writeRecord(within: Store, line: Line, at: Date) {
  await sql`
    insert into person_server.log_entry (${columns}) select ${values(line, at)}`.execute(within);
}

const columns = sql.raw(
  'at, kind, source, outcome, decided_by, request_id, agent, resource, scope, action, description, parameters, result',
);

function values(line: Line, at: Date) {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  return sql`${at}::timestamptz, ${line.kind}::text, ${line.source}::text, ${line.outcome ?? null}::text,
    ${json(line.decidedBy)}::jsonb, ${line.requestId ?? null}::text, ${line.agent}::text, ${line.resource ?? null}::text,
    ${line.scope ?? null}::text, ${line.action ?? null}::text, ${line.description ?? null}::text,
    ${json(line.parameters)}::jsonb, ${json(line.result)}::jsonb`;
}

/** Entries with `seq` greater than `after`, in order, at most `limit`. */
export async function readLog(store: Store, missionS256: string, after: number, limit: number) {
  return await store
    .selectFrom('logEntry')
    .selectAll()
    .where('missionS256', '=', missionS256)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();
}

/** A row of a mission's log as the bot's port knows it. */
export function showEntry(row: Awaited<ReturnType<typeof readLog>>[number]) {
  return {
    seq: row.seq ?? 0,
    at: row.at,
    kind: row.kind,
    source: row.source,
    outcome: row.outcome ?? undefined,
    decidedBy: row.decidedBy ?? undefined,
    requestId: row.requestId ?? undefined,
    agent: row.agent,
    resource: row.resource ?? undefined,
    scope: row.scope ?? undefined,
    action: row.action ?? undefined,
    description: row.description ?? undefined,
    parameters: row.parameters ?? undefined,
    result: row.result ?? undefined,
  };
}
