import { z } from 'zod';
import type { Admitted } from '#person-server/admit.ts';
import { invalidRequest, optionalWords, type Refused, readMembers } from '#person-server/body.ts';
import { verifyResourceRequest } from '#person-server/resource-request.ts';
import type { Server } from '#person-server/server.ts';
import type { RequestRow } from '#person-server/shown.ts';
import { spendingOf } from '#person-server/spending.ts';
import type { Asserted, Wanted } from '#person-server/tables.ts';
import { faultOfInteraction, purseOf, showAccess, wantedAccess } from '#person-server/wanted-access.ts';

const UpdatedRequest = z.object({
  resource_token: z.string().min(1),
  presented_token: z.string().min(1),
  justification: optionalWords,
});

/**
 * Reads an `updated_request` for a request that waits for its agent's answer (draft §updated-request): the new pair of tokens
 * is verified as the first was, and whose and where must not have changed, only what.
 */
export async function readUpdatedRequest(
  server: Server,
  { json, agent }: Admitted,
  request: RequestRow,
): Promise<{ readonly kind: 'updated'; readonly asserted: Asserted; readonly wanted: Wanted } | Refused> {
  const read = readMembers(json, UpdatedRequest);
  if (read.kind === 'refused') return read;
  const { person, wanted } = request;
  if (wanted.type !== 'auth_token') return invalidRequest('only an auth token request is updated this way');
  const wants = await verifyResourceRequest(server, read.members, {
    agent: { iss: agent.iss, sub: agent.sub },
    person,
    agentJkt: wanted.agentJkt,
  });
  if (wants.kind === 'refused') return wants;
  const { token } = wants;
  const missionS256 = request.missionS256 ?? undefined;
  const same =
    token.iss === wanted.resource &&
    token.sub === wanted.sub &&
    token.missionS256 === missionS256 &&
    token.tenant === wanted.tenant;
  if (!same) {
    const detail = 'iss, sub, mission_s256 and tenant must be those of the first resource token';
    return { kind: 'refused', problem: { status: 400, error: 'invalid_resource_token', detail } };
  }
  const unfit = faultOfInteraction(server, wants);
  if (unfit) return unfit;

  const terms = { ...wanted, notAfter: wanted.partiesNotAfter };
  const brought = { ...wanted.federated?.tokens, agent_token: agent.jwt };
  const changed = wantedAccess(server, person, wants, terms, brought);
  const purse = purseOf(changed, missionS256);
  const spending = purse && (await spendingOf(server.store, purse, server.now()));
  // The resource's page was opened for the first request; what comes back from it holds for this one.
  const errand = request.asserted.resource.interaction;
  const shown = await showAccess(server, person, changed, errand, spending);
  const { told: _told, spending: _spending, ...verified } = request.asserted.verified;
  return {
    kind: 'updated',
    asserted: {
      verified: { ...verified, ...shown.verified },
      resource: shown.asserted,
      agent: { ...request.asserted.agent, justification: read.members.justification },
    },
    wanted: changed,
  };
}
