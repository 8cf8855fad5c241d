import { randomBytes } from 'node:crypto';
import type { Agent } from '#person-server/agents.ts';
import type { Store } from '#person-server/tables.ts';

/** Names read before: one that was written never changes. */
const subjects = new WeakMap<Store, Map<string, string>>();
const mostSubjects = 10_000;

/**
 * The name this resource knows the person by, made the first time: random, one per person and resource, the same whichever
 * agent or key acts (draft §directed-identifiers).
 */
export async function directedSubject(
  store: Store,
  person: string,
  resource: string,
  at: Date,
): Promise<string> {
  const remembered = subjects.get(store) ?? new Map<string, string>();
  subjects.set(store, remembered);
  const name = JSON.stringify([person, resource]);
  const known = remembered.get(name) ?? (await findSubject(store, person, resource));
  if (known) {
    if (remembered.size >= mostSubjects) remembered.clear();
    remembered.set(name, known);
    return known;
  }
  const sub = randomBytes(16).toString('hex');
  await store
    .insertInto('directedSubject')
    .values({ person, resource, sub, createdAt: at })
    .onConflict((conflict) => conflict.columns(['person', 'resource']).doNothing())
    .execute();
  return (await findSubject(store, person, resource)) ?? sub;
}

/** The name, if the person has ever been named to this resource. */
export async function findSubject(
  store: Store,
  person: string,
  resource: string,
): Promise<string | undefined> {
  const row = await store
    .selectFrom('directedSubject')
    .select('sub')
    .where('person', '=', person)
    .where('resource', '=', resource)
    .executeTakeFirst();
  return row?.sub;
}

/** Who a resource means by a name of ours. */
export async function personOfSubject(
  store: Store,
  resource: string,
  sub: string,
): Promise<string | undefined> {
  const row = await store
    .selectFrom('directedSubject')
    .select('person')
    .where('sub', '=', sub)
    .where('resource', '=', resource)
    .executeTakeFirst();
  return row?.person;
}

/**
 * Counts a resource an agent names, and whether it may: each new one obliges this server to make and keep a name (draft
 * §person-token-endpoint). A resource it has named before is always free.
 */
export async function mayNameResource(
  store: Store,
  agent: Agent,
  resource: string,
  limit: number,
  at: Date,
): Promise<boolean> {
  const known = await store
    .selectFrom('namedResource')
    .select('resource')
    .where('agentIss', '=', agent.iss)
    .where('agentSub', '=', agent.sub)
    .where('resource', '=', resource)
    .executeTakeFirst();
  if (known) return true;
  const { count } = await store
    .selectFrom('namedResource')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('agentIss', '=', agent.iss)
    .where('agentSub', '=', agent.sub)
    .where('namedAt', '>', new Date(at.getTime() - 3_600_000))
    .executeTakeFirstOrThrow();
  if (count >= limit) return false;
  await store
    .insertInto('namedResource')
    .values({ agentIss: agent.iss, agentSub: agent.sub, resource, namedAt: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return true;
}
