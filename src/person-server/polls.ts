// What polls ask of the store, for all who poll meanwhile.
import { sql } from 'kysely';
import type { Agent } from '#person-server/agents.ts';
import { type RequestRow, requestColumns } from '#person-server/shown.ts';
import type { Store } from '#person-server/tables.ts';
import { inTurns } from '#person-server/turns.ts';

const mostAtOnce = 100;

type Asked = { readonly agent: Agent; readonly pending: string };

/** The request behind a pending URL, if this agent opened it: somebody else's is no different from an invented one. */
export function openOwnRequests(store: Store): (asked: Asked) => Promise<RequestRow | undefined> {
  return inTurns<Asked, RequestRow | undefined>(
    async (asks) => {
      const said = JSON.stringify(asks.map(({ agent: { iss, sub }, pending }) => ({ pending, iss, sub })));
      const asked = sql`jsonb_to_recordset(${said}::jsonb) as asked (pending text, iss text, sub text)`;
      // By name first, which has an index whatever the plan; then of those, each agent's own.
      const rows = await store
        .selectFrom('request')
        .select(requestColumns)
        .where(sql<boolean>`pending = any (array(select asked.pending from ${asked}))`)
        .where(
          sql<boolean>`(pending, agent_iss, agent_sub) in (select asked.pending, asked.iss, asked.sub from ${asked})`,
        )
        .execute();
      const requests = new Map(rows.map((row) => [row.pending, row]));
      return asks.map(({ agent, pending }) => {
        const request = requests.get(pending);
        // Of those who come in one turn, another may have opened it.
        return request?.agentIss === agent.iss && request.agentSub === agent.sub ? request : undefined;
      });
    },
    { most: mostAtOnce },
  );
}

type Taking = { readonly id: string; readonly at: Date };
type Taken = 'taken' | 'gone' | 'held';

/**
 * Takes the one delivery a request has; false for whoever comes second, in one turn or in two. A request that somebody holds
 * just now is waited for apart from the others.
 */
export function openDeliveries(store: Store): (taking: Taking) => Promise<boolean> {
  const take = inTurns<Taking, Taken>((takings) => takeAll(store, takings), { most: mostAtOnce });
  return async (taking) => {
    const taken = await take(taking);
    return taken === 'held' ? await takeAlone(store, taking) : taken === 'taken';
  };
}

async function takeAll(store: Store, takings: readonly Taking[]): Promise<Taken[]> {
  const { rows } = await sql<{ id: string; took: boolean }>`
    with taking as materialized (
      select id, at from jsonb_to_recordset(${JSON.stringify(takings)}::jsonb) as taking (id text, at timestamptz)
    ), free as materialized (
      select id from person_server.request
      where id = any (array(select id from taking)) and delivered_at is null
      for no key update skip locked
    ), taken as (
      update person_server.request set delivered_at = taking.at from taking
      where request.id = taking.id and request.id = any (array(select id from free))
      returning request.id
    )
    select id, id in (select id from taken) as took from person_server.request
    where id = any (array(select id from taking)) and delivered_at is null`.execute(store);
  const took = new Map(rows.map((row) => [row.id, row.took]));
  return takings.map(({ id }) => {
    const outcome = took.get(id);
    // The first of a turn takes it from the others in it.
    took.delete(id);
    if (outcome === undefined) return 'gone';
    return outcome ? 'taken' : 'held';
  });
}

/** As one of `openDeliveries` alone, in a transaction or not: waits for the request as long as somebody else has it. */
export async function takeAlone(store: Store, { id, at }: Taking): Promise<boolean> {
  const { numUpdatedRows } = await store
    .updateTable('request')
    .set({ deliveredAt: at })
    .where('id', '=', id)
    .where('deliveredAt', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
