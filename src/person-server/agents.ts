import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { DecidedBy, Store, Within } from '#person-server/tables.ts';

/** An agent is its provider and its name there, compared to the letter (draft §agent-identifiers). */
export type Agent = { readonly iss: string; readonly sub: string };

/**
 * Keeps everybody else from binding an agent, from ending its binding, and from approving anything for it until the transaction
 * ends. To be taken first: before a mission and before a request.
 */
export async function holdAgent(within: Within, { iss, sub }: Agent): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${`agent/${iss} ${sub}`}))`.execute(within);
}

/** The person this agent is bound to, if it is. */
export async function boundPerson(store: Store, agent: Agent): Promise<string | undefined> {
  const row = await store
    .selectFrom('agentBinding')
    .select('person')
    .where('iss', '=', agent.iss)
    .where('sub', '=', agent.sub)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  return row?.person;
}

/**
 * Binds an agent to the person whose approval this is, if it is not bound yet (draft §agent-person-binding).
 * `bound` the first time, `known` when it already acts for this person, `another` when it acts for somebody else.
 */
export async function bindAgent(
  within: Store,
  agent: Agent,
  person: string,
  requestId: string,
  at: Date,
): Promise<'bound' | 'known' | 'another'> {
  const inserted = await within
    .insertInto('agentBinding')
    .values({
      id: randomUUID(),
      iss: agent.iss,
      sub: agent.sub,
      person,
      boundAt: at,
      requestId,
      revokedAt: null,
      revokedBy: null,
    })
    .onConflict((conflict) => conflict.columns(['iss', 'sub']).where('revokedAt', 'is', null).doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows) return 'bound';
  return (await boundPerson(within, agent)) === person ? 'known' : 'another';
}

/** Ends a binding. Undefined when there is no such live binding. */
export async function unbindAgent(within: Store, id: string, decidedBy: DecidedBy, at: Date) {
  return await within
    .updateTable('agentBinding')
    .set({ revokedAt: at, revokedBy: JSON.stringify(decidedBy) })
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .returning(['iss', 'sub', 'person'])
    .executeTakeFirst();
}

/** Bound agents and those that were, by the order they were bound in. */
export async function listBindings(store: Store, { person }: { readonly person?: string }) {
  const rows = await store
    .selectFrom('agentBinding')
    .selectAll()
    .$if(person !== undefined, (query) => query.where('person', '=', person ?? ''))
    .orderBy('boundAt')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    agent: row.sub,
    iss: row.iss,
    person: row.person,
    boundAt: row.boundAt,
    revokedAt: row.revokedAt ?? undefined,
  }));
}
