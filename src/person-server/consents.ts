import type { Agent } from '#person-server/agents.ts';
import type { Store, Tables } from '#person-server/tables.ts';

export type ConsentKind = Tables['consent']['kind'];

/** One thing a person said yes to. A scope is one value, a permission one action, a claim one name told to one party. */
export type Consented = {
  readonly kind: ConsentKind;
  readonly resource?: string | undefined;
  readonly account?: string | undefined;
  readonly value?: string | undefined;
};

/** Remembers consents, in one mission or (without one) standing. Saying the same again changes nothing. */
export async function rememberConsents(
  within: Store,
  given: {
    readonly agent: Agent;
    readonly person: string;
    readonly missionS256: string | undefined;
    readonly requestId: string;
  },
  consented: readonly Consented[],
  at: Date,
) {
  if (!consented.length) return;
  await within
    .insertInto('consent')
    .values(
      consented.map(({ kind, resource, account, value }) => ({
        person: given.person,
        agentIss: given.agent.iss,
        agentSub: given.agent.sub,
        missionS256: given.missionS256 ?? null,
        kind,
        resource: resource ?? null,
        account: account ?? null,
        value: value ?? null,
        requestId: given.requestId,
        givenAt: at,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The consents that can bear on one ask: of this kind and place, in this mission or standing. */
export async function consentsFor(
  store: Store,
  agent: Agent,
  person: string,
  missionS256: string | undefined,
  { kind, resource, account }: Omit<Consented, 'value'>,
) {
  return await store
    .selectFrom('consent')
    .select(['missionS256', 'value', 'requestId'])
    .where('agentIss', '=', agent.iss)
    .where('agentSub', '=', agent.sub)
    .where('person', '=', person)
    .where('kind', '=', kind)
    .where('resource', 'is not distinct from', resource ?? null)
    .where('account', 'is not distinct from', account ?? null)
    .where((eb) =>
      eb.or([eb('missionS256', 'is', null), ...(missionS256 ? [eb('missionS256', '=', missionS256)] : [])]),
    )
    .execute();
}

/** What was already granted in a mission, newest first, in words a card can show: a resource with its scopes, an action. */
export async function grantedIn(store: Store, missionS256: string): Promise<string[]> {
  const rows = await store
    .selectFrom('consent')
    .select(['kind', 'resource', 'value'])
    .where('missionS256', '=', missionS256)
    .orderBy('id', 'desc')
    .limit(50)
    .execute();
  return rows.map(({ kind, resource, value }) =>
    [resource, kind === 'claim' ? `knows ${value}` : value].filter(Boolean).join(' '),
  );
}

/** Forgets what was consented to an agent: its binding ended, and the next one starts from nothing. */
export async function forgetConsents(within: Store, agent: Agent) {
  await within
    .deleteFrom('consent')
    .where('agentIss', '=', agent.iss)
    .where('agentSub', '=', agent.sub)
    .execute();
}
