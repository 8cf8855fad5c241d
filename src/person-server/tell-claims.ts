// An access server wants to know who the person is (draft §requirement-claims): what they do not say yes to is not told.
import type { Federation } from '#person-server/access-server.ts';
import { askForElsewhere } from '#person-server/asked-elsewhere.ts';
import { claimsThere, consentToTell, toldLine } from '#person-server/identity.ts';
import { readMission } from '#person-server/missions.ts';
import { logFor } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import type { RequestRow } from '#person-server/shown.ts';
import { standingFor } from '#person-server/standing.ts';
import type { WantedAccess } from '#person-server/wanted-access.ts';

/** What may be told now, by name; or that somebody has to be asked or waited for first. */
export type Telling =
  | { readonly kind: 'tell'; readonly claims: readonly string[] }
  | { readonly kind: 'waits'; readonly federation: Federation };

/**
 * What `party` may be told of the claims it names: those the person consented to tell it before, or nothing where there is
 * nothing to tell. Otherwise the person is asked.
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
    const told = { resource: party, decidedBy: { policy }, ...toldLine(claims) };
    await logFor(server.store, request, { ...line, ...told }, server.now());
    return { kind: 'tell', claims };
  }
  const asked = await askForElsewhere(server, request, wanted, {
    wanted: { type: 'claims', party, claims, upstream: wanted.upstream },
  });
  // Nothing is told of whoever cannot be asked.
  if (asked.kind === 'unreachable') return { kind: 'tell', claims: [] };
  const ask = asked.kind === 'asked' ? asked.ask : undefined;
  return { kind: 'waits', federation: { ...federation, awaited: { kind: 'claims', names, ask } } };
}
