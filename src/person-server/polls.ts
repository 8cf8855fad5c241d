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

/** Takes the one delivery a request has; false for whoever comes second, in one turn or in two. */
export function openDeliveries(store: Store): (taking: Taking) => Promise<boolean> {
  return inTurns<Taking, boolean>(
    async (takings) => {
      const { rows } = await sql<{ id: string }>`
        update person_server.request set delivered_at = taking.at
        from jsonb_to_recordset(${JSON.stringify(takings)}::jsonb) as taking (id text, at timestamptz)
        where request.id = taking.id and delivered_at is null
        returning request.id`.execute(store);
      const taken = new Set(rows.map(({ id }) => id));
      // The first of a turn takes it from the others in it.
      return takings.map(({ id }) => taken.delete(id));
    },
    { most: mostAtOnce },
  );
}
