// An access server wants to know who the person is (draft §requirement-claims): the person is asked, on a card of its own,
// and whatever they do not say yes to is not told.
import type { Federation } from '#person-server/access-server.ts';
import { claimsThere, consentToTell } from '#person-server/identity.ts';
import { introduceAgent, metadataInTime } from '#person-server/introduce.ts';
import { readMission } from '#person-server/missions.ts';
import { endRequest, logFor, openRequest, readRequest } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { isOpen, type RequestRow } from '#person-server/shown.ts';
import { standingFor } from '#person-server/standing.ts';
import { asStorable } from '#person-server/storable.ts';
import type { WantedAccess } from '#person-server/wanted-access.ts';

/** What may be told now, by name; or that somebody has to be asked or waited for first. */
export type Telling =
  | { readonly kind: 'tell'; readonly claims: readonly string[] }
  | { readonly kind: 'waits'; readonly federation: Federation };

/**
 * What `party` may be told of the claims it names: those the person consented to tell it before, or nothing where there is
 * nothing to tell. Otherwise the person is asked, once for the claims it did not ask for before.
 */
export async function mayTell(
  server: Server,
  request: RequestRow,
  wanted: WantedAccess,
  { party, names, federation }: { party: string; names: readonly string[]; federation: Federation },
): Promise<Telling> {
  const claims = claimsThere(server.people, request.person, names);
  if (!claims.length) return { kind: 'tell', claims };
  const agent = { iss: request.agentIss, sub: request.agentSub };
  const missionS256 = request.missionS256 ?? undefined;
  const mission = missionS256 ? await readMission(server.store, missionS256) : undefined;
  const whose = { agent, person: request.person, missionS256, mission, bound: true };
  const { silentGrants } = await standingFor(server, whose, { kind: 'claim', resource: party });
  const consent = silentGrants === 'approved' ? await consentToTell(server, whose, party, claims) : undefined;
  if (consent) {
    const policy = `consented to before, request ${consent.requestId}`;
    const line = { kind: 'auth_token', source: 'person_server', outcome: 'granted' } as const;
    const told = { resource: party, decidedBy: { policy }, result: { claims_told: claims } };
    await logFor(server.store, request, { ...line, ...told }, server.now());
    return { kind: 'tell', claims };
  }
  const metadata = await metadataInTime(server, party, 'aauth-access.json');
  const opened = await openRequest(server, {
    person: request.person,
    agent,
    agentNew: false,
    subagent: request.subagent ?? undefined,
    missionS256,
    asserted: {
      verified: {
        ...(await introduceAgent(server, agent, missionS256)),
        resource: request.asserted.verified.resource,
        chain: request.asserted.verified.chain,
        told: { party, claims },
      },
      resource: {
        issuer: party,
        name: asStorable(metadata?.name, 200),
        description: asStorable(metadata?.description, 4_000),
      },
      agent: request.asserted.agent,
    },
    wanted: { type: 'claims', party, claims, upstream: wanted.upstream },
    notAfter: [
      new Date(wanted.notAfter),
      request.closedAt ? new Date(request.closedAt.getTime() + server.limits.pendingMs) : undefined,
    ],
  });
  // Where it could not be asked, it will be when the agent comes again, if there is still something to come for.
  const awaited = {
    kind: 'claims',
    names,
    ask: opened.kind === 'opened' ? opened.request.id : undefined,
  } as const;
  return { kind: 'waits', federation: { ...federation, awaited } };
}

/** What the person said to an ask of `mayTell`: the claims to tell, none after a no or a silence, undefined while it waits. */
export async function answerTo(server: Server, ask: string): Promise<readonly string[] | undefined> {
  const request = await readRequest(server.store, ask);
  if (request?.wanted.type !== 'claims') return [];
  if (isOpen(request.state) && request.expiresAt > server.now()) return undefined;
  return request.state === 'approved' ? request.wanted.claims : [];
}

/** Takes back what the person is still asked for a request that nobody waits for any more. */
export async function endTelling(server: Server, { federation }: RequestRow) {
  if (federation?.awaited.kind !== 'claims' || !federation.awaited.ask) return;
  const ask = await readRequest(server.store, federation.awaited.ask);
  if (ask) await endRequest(server, ask, { state: 'withdrawn' });
}
