import { z } from 'zod';
import { problemResponse } from '#aauth/problem.ts';
import type { Admitted } from '#person-server/admit.ts';
import { endElsewhere } from '#person-server/asked-elsewhere.ts';

import { invalidRequest, readMembers, words } from '#person-server/body.ts';
import { type Reply, reply } from '#person-server/clarify.ts';
import { nothingHere, slowDown } from '#person-server/deferred.ts';
import { deliver, gone, takeDelivery } from '#person-server/deliver.ts';
import { isFederated } from '#person-server/federate.ts';
import { answerWhenReady } from '#person-server/pending.ts';
import { endRequest } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { isOpen, type RequestRow } from '#person-server/shown.ts';
import { readUpdatedRequest } from '#person-server/updated-request.ts';

/** `GET` of a pending URL (draft §deferred-responses): still pending, or the answer, once. */
export async function poll(server: Server, admitted: Admitted, pending: string): Promise<Response> {
  const request = await server.ownRequest({ agent: admitted.agent, pending });
  if (!request) return problemResponse(nothingHere);
  return server.pace.mayPoll(request.id) ? await answerWhenReady(server, request, admitted) : slowDown();
}

const Reaction = z.discriminatedUnion('action', [
  z.object({ action: z.literal('clarification_response'), clarification_response: words }),
  z.object({ action: z.literal('updated_request') }),
]);

/** `POST` to a pending URL (draft §agent-response-to-clarification): the agent's answer to the question that waits. */
export async function respond(server: Server, admitted: Admitted, pending: string): Promise<Response> {
  const request = await server.ownRequest({ agent: admitted.agent, pending });
  if (!request) return problemResponse(nothingHere);
  const read = readMembers(admitted.json, Reaction);
  if (read.kind === 'refused') return problemResponse(read.problem);
  if (isFederated(request.wanted) && request.state === 'approved' && !request.deliveredAt) {
    return await answerElsewhere(server, request, read.members, admitted);
  }
  if (!isOpen(request.state) || request.expiresAt <= server.now()) {
    return request.deliveredAt || request.state === 'withdrawn'
      ? gone()
      : await answerWhenReady(server, request, { ...admitted, waitMs: 0 });
  }
  if (request.state !== 'clarifying') return problemResponse(invalidRequest('no question waits').problem);

  let said: Reply;
  if (read.members.action === 'clarification_response') {
    said = { kind: 'answer', answer: read.members.clarification_response };
  } else {
    const updated = await readUpdatedRequest(server, admitted, request);
    if (updated.kind === 'refused') return problemResponse(updated.problem);
    said = { kind: 'update', asserted: updated.asserted, wanted: updated.wanted };
  }
  // Too late is no error of the agent's: it reads where the request stands.
  await reply(server, request, said);
  return await answerWhenReady(server, request, admitted);
}

/** The agent's answer to a question its access server asked, passed on as it is (draft §as-response). */
async function answerElsewhere(
  server: Server,
  request: RequestRow,
  said: z.infer<typeof Reaction>,
  admitted: Admitted,
): Promise<Response> {
  if (said.action !== 'clarification_response' || request.federation?.awaited.kind !== 'clarification') {
    return problemResponse(invalidRequest('no question waits').problem);
  }
  return server.pace.mayPoll(request.id)
    ? await deliver(server, request, said)
    : await answerWhenReady(server, request, admitted);
}

/** `DELETE` of a pending URL (draft §cancel-request): the agent withdraws, the person is told, and the URL is gone. */
export async function withdraw(server: Server, admitted: Admitted, pending: string): Promise<Response> {
  const request = await server.ownRequest({ agent: admitted.agent, pending });
  if (!request) return problemResponse(nothingHere);
  if (request.state === 'withdrawn') return gone();
  // What was decided and not yet fetched will not be handed out any more either.
  const withdrawn =
    (await endRequest(server, request, { state: 'withdrawn' })) || (await takeDelivery(server, request));
  if (!withdrawn) return gone();
  await endElsewhere(server, request.federation);
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
}
