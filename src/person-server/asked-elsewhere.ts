// What an access server asks of the person while their agent waits for its token: an ask of its own, with its own card.
import type { Federation } from '#person-server/access-server.ts';
import { introduceAgent, metadataInTime } from '#person-server/introduce.ts';
import { endRequest, openRequest, readRequest } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { isOpen, type RequestRow } from '#person-server/shown.ts';
import { asStorable } from '#person-server/storable.ts';
import type { Wanted } from '#person-server/tables.ts';
import type { WantedAccess } from '#person-server/wanted-access.ts';

export type Elsewhere = {
  readonly wanted: Extract<Wanted, { readonly type: 'claims' | 'payment' }> & { readonly party: string };
  /** What is said about a payment. */
  readonly payment?: Readonly<Record<string, unknown>>;
};

/** `ask` is the request it was put before the person as. `later` it is tried again: the mission has ended, or too much is open. */
export type Asked =
  | { readonly kind: 'asked'; readonly ask: string }
  | { readonly kind: 'later' }
  /** No channel would bring it before anybody. */
  | { readonly kind: 'unreachable' };

/** Puts it before the person, no longer than the request it is asked for can wait. */
export async function askForElsewhere(
  server: Server,
  request: RequestRow,
  access: WantedAccess,
  { wanted, payment }: Elsewhere,
): Promise<Asked> {
  const { party } = wanted;
  const told = wanted.type === 'claims' ? { party, claims: [...wanted.claims] } : undefined;
  const agent = { iss: request.agentIss, sub: request.agentSub };
  const missionS256 = request.missionS256 ?? undefined;
  const metadata = await metadataInTime(server, party, 'aauth-access.json');
  const { resource, chain } = request.asserted.verified;
  const opened = await openRequest(server, {
    person: request.person,
    agent,
    agentNew: false,
    subagent: request.subagent ?? undefined,
    missionS256,
    asserted: {
      verified: { ...(await introduceAgent(server, agent, missionS256)), resource, chain, told },
      resource: {
        issuer: party,
        name: asStorable(metadata?.name, 200),
        description: asStorable(metadata?.description, 4_000),
        ...(payment && { payment }),
      },
      agent: request.asserted.agent,
    },
    wanted,
    // Its agent has no link to this one, and could bring nobody.
    capabilities: [],
    notAfter: [
      new Date(access.notAfter),
      request.closedAt ? new Date(request.closedAt.getTime() + server.limits.pendingMs) : undefined,
    ],
  });
  if (opened.kind === 'opened') return { kind: 'asked', ask: opened.request.id };
  return { kind: opened.kind === 'unreachable' ? 'unreachable' : 'later' };
}

/** What became of such an ask: `waits` while it is open, and a no where nobody answered. */
export async function answerElsewhere(
  server: Server,
  ask: string,
): Promise<{ readonly kind: 'waits' | 'no' } | { readonly kind: 'yes'; readonly wanted: Wanted }> {
  const request = await readRequest(server.store, ask);
  if (!request) return { kind: 'no' };
  if (isOpen(request.state) && request.expiresAt > server.now()) return { kind: 'waits' };
  return request.state === 'approved' ? { kind: 'yes', wanted: request.wanted } : { kind: 'no' };
}

/** Takes back what the person is still asked for a request that nobody waits for any more. */
export async function endElsewhere(server: Server, federation: Federation | null) {
  const awaited = federation?.awaited;
  const asks = [federation?.payment, awaited?.kind === 'claims' ? awaited.ask : undefined];
  for (const id of asks) {
    const ask = id === undefined ? undefined : await readRequest(server.store, id);
    if (ask) await endRequest(server, ask, { state: 'withdrawn' });
  }
}
