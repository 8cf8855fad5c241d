import { problemResponse } from '#aauth/problem.ts';
import type { Admitted } from '#person-server/admit.ts';
import { deliver, gone } from '#person-server/deliver.ts';
import { missionNotFound, tellTerminated } from '#person-server/mission-gate.ts';
import { endRequest, type Opened, readClarifications, readRequest } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { isOpen, type RequestRow } from '#person-server/shown.ts';
import { closeOverdue } from '#person-server/terminate.ts';

/** Types whose agent may send the person to our page; the others reach the person without the agent's help. */
const interactive = new Set<RequestRow['type']>([
  'mission',
  'mission_update',
  'mission_completion',
  'person_token',
  'auth_token',
  'permission',
]);

/**
 * Answers for a request that was opened (draft §deferred-responses): holds the connection as long as the agent would have
 * it and we allow, then says `202`, or hands out the answer if there is one by then.
 */
export async function answerOpened(
  server: Server,
  admitted: Admitted,
  opened: Opened,
  missionS256?: string,
): Promise<Response> {
  switch (opened.kind) {
    case 'opened':
      return await answerWhenReady(server, opened.request, admitted);
    case 'mission_not_active':
      // It ended between the look at it and the asking.
      return problemResponse(
        missionS256 ? await tellTerminated(server, missionS256, admitted.agent, {}) : missionNotFound.problem,
      );
    case 'too_many':
      return problemResponse({
        status: 429,
        error: 'slow_down',
        detail: 'this agent has too many requests open',
        headers: { 'retry-after': '60' },
      });
  }
}

/** Waits for the request to change from how it was first seen, and answers with how it is. */
export async function answerWhenReady(
  server: Server,
  first: RequestRow,
  { waitMs, signal }: Pick<Admitted, 'waitMs' | 'signal'>,
): Promise<Response> {
  const until = performance.now() + waitMs;
  const over = AbortSignal.any([signal, server.wake.closed]);
  for (let request = first; ; ) {
    using change = server.wake.expect(request.id);
    request = (await readRequest(server.store, request.id)) ?? request;
    if (isOpen(request.state) && request.expiresAt <= server.now()) {
      if (request.missionS256) await closeOverdue(server, request.missionS256);
      await endRequest(server, request, { state: 'expired' });
      request = (await readRequest(server.store, request.id)) ?? request;
    }
    if (request.deliveredAt) return gone();
    if (!isOpen(request.state)) return await deliver(server, request);
    const leftMs = Math.min(
      until - performance.now(),
      Math.max(0, request.expiresAt.getTime() - server.now().getTime()),
    );
    if (request.state === 'clarifying' || leftMs <= 0 || over.aborted) {
      return await stillPending(server, request, waitMs);
    }
    await change.within(leftMs, over);
  }
}

async function stillPending(server: Server, request: RequestRow, waitMs: number): Promise<Response> {
  const question =
    request.state === 'clarifying'
      ? (await readClarifications(server.store, [request.id])).find(({ answeredAt }) => !answeredAt)
      : undefined;
  const body = {
    status: request.arrivedAt ? 'interacting' : 'pending',
    ...(question && {
      clarification: question.question,
      ...(question.answerBy && {
        timeout: Math.max(0, Math.ceil((question.answerBy.getTime() - server.now().getTime()) / 1000)),
      }),
      ...(question.options && { options: question.options }),
    }),
  };
  return new Response(JSON.stringify(body), {
    status: 202,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      location: pendingUrl(server, request),
      // An agent that has the connection held comes back at once; one that does not is asked for a moment's patience.
      'retry-after': waitMs > 0 ? '0' : '1',
      'aauth-requirement': question ? 'requirement=clarification' : requirementOf(server, request),
    },
  });
}

function requirementOf(server: Server, { type, code }: RequestRow): string {
  if (!interactive.has(type)) return 'requirement=approval';
  return `requirement=interaction; url="${server.issuer}/interact"; code="${displayedCode(code)}"`;
}

/** Half and half with a hyphen, as a person reads it out. */
export function displayedCode(code: string): string {
  return `${code.slice(0, code.length / 2)}-${code.slice(code.length / 2)}`;
}

export function pendingUrl(server: Server, { pending }: RequestRow): string {
  return `${server.issuer}/pending/${pending}`;
}
