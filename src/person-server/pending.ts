import { problemResponse } from '#aauth/problem.ts';
import { type Admitted, receivedBefore } from '#person-server/admit.ts';
import { stillPending } from '#person-server/deferred.ts';
import { deliver, gone } from '#person-server/deliver.ts';
import { missionNotFound, tellTerminated } from '#person-server/mission-gate.ts';
import { userUnreachable } from '#person-server/reach.ts';
import { endRequest, type Opened, readRequest } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { isOpen, type RequestRow } from '#person-server/shown.ts';
import { closeOverdue } from '#person-server/terminate.ts';

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
    case 'unreachable':
      return problemResponse(userUnreachable);
    case 'replayed':
      return problemResponse(receivedBefore);
    case 'too_many':
      return problemResponse({
        status: 429,
        error: 'slow_down',
        detail: 'this agent has too many requests open',
        headers: { 'retry-after': '60' },
      });
  }
}

/** How often an access server is asked again while its agent has the connection held. */
const againMs = 1_000;

/** A `202` nobody but time will change; a question or a page is the agent's to do something about. */
const isWorthWaiting = ({ headers }: Response) => headers.get('aauth-requirement') === 'requirement=approval';

/** Waits for the request to change from how it was first seen, and answers with how it is. */
export async function answerWhenReady(
  server: Server,
  first: RequestRow,
  { waitMs, signal }: Pick<Admitted, 'waitMs' | 'signal'>,
): Promise<Response> {
  const until = performance.now() + waitMs;
  const over = AbortSignal.any([signal, server.wake.closed]);
  let request = first;
  // What was just read and is over does not open again.
  for (let isKnown = !isOpen(first.state); ; isKnown = false) {
    using change = server.wake.expect(request.id);
    if (!isKnown) request = (await readRequest(server.store, request.id)) ?? request;
    if (isOpen(request.state) && request.expiresAt <= server.now()) {
      if (request.missionS256) await closeOverdue(server, request.missionS256);
      await endRequest(server, request, { state: 'expired' });
      request = (await readRequest(server.store, request.id)) ?? request;
    }
    if (request.deliveredAt) return gone();
    const leftMs = Math.min(
      until - performance.now(),
      Math.max(0, request.expiresAt.getTime() - server.now().getTime()),
    );
    if (!isOpen(request.state)) {
      const answer = await deliver(server, request);
      if (answer.status !== 202 || !isWorthWaiting(answer) || leftMs <= 0 || over.aborted) return answer;
      // Nothing here tells when an access server has made up its mind: it is asked again in a while.
      await change.within(Math.min(leftMs, againMs), over);
      continue;
    }
    if (request.state === 'clarifying' || leftMs <= 0 || over.aborted) {
      return await stillPending(server, request, waitMs);
    }
    await change.within(leftMs, over);
  }
}
