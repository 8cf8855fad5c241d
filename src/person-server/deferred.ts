import { type Problem, problemResponse } from '#aauth/problem.ts';
import type { Awaited } from '#person-server/access-server.ts';
import { readClarifications } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import type { RequestRow } from '#person-server/shown.ts';

/** Types whose agent may send the person to our page; the others reach the person without the agent's help where a channel does. */
const interactive = new Set<RequestRow['type']>([
  'mission',
  'mission_update',
  'mission_completion',
  'person_token',
  'auth_token',
  'permission',
]);

/** `202` for a request that waits for its person, or for its agent's answer to one (draft §deferred-responses). */
export async function stillPending(server: Server, request: RequestRow, waitMs: number): Promise<Response> {
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
  const requirement = question ? 'requirement=clarification' : requirementOf(server, request);
  // An agent that has the connection held comes back at once; one that does not is asked for a moment's patience.
  return accepted(server, request, body, requirement, waitMs > 0 ? 0 : 1);
}

/** `202` for a request that waits at its access server; what that needs of the agent is passed on. */
export function waitsElsewhere(server: Server, request: RequestRow, awaited: Awaited | undefined): Response {
  const pending = { status: 'pending' };
  switch (awaited?.kind) {
    case 'interaction': {
      const requirement = `requirement=interaction; url="${awaited.url}"; code="${awaited.code}"`;
      return accepted(server, request, pending, requirement, 1);
    }
    case 'clarification': {
      const { kind: _kind, ...question } = awaited;
      return accepted(server, request, { ...pending, ...question }, 'requirement=clarification', 1);
    }
    default:
      return accepted(server, request, pending, 'requirement=approval', 1);
  }
}

function accepted(
  server: Server,
  request: RequestRow,
  body: Readonly<Record<string, unknown>>,
  requirement: string,
  retryAfterSeconds: number,
): Response {
  return new Response(JSON.stringify(body), {
    status: 202,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      location: pendingUrl(server, request),
      'retry-after': String(retryAfterSeconds),
      'aauth-requirement': requirement,
    },
  });
}

function requirementOf(server: Server, { type, code, person, agentSub, subagent }: RequestRow): string {
  if (!interactive.has(type) && server.reaches(person, subagent ?? agentSub)) return 'requirement=approval';
  return `requirement=interaction; url="${server.issuer}/interact"; code="${displayedCode(code)}"`;
}

/** Half and half with a hyphen, as a person reads it out. */
export function displayedCode(code: string): string {
  return `${code.slice(0, code.length / 2)}-${code.slice(code.length / 2)}`;
}

export function pendingUrl(server: Server, { pending }: RequestRow): string {
  return `${server.issuer}/pending/${pending}`;
}

/** `429`: whoever polls comes too often (draft §polling-error-codes). */
export function slowDown(): Response {
  return problemResponse({
    status: 429,
    error: 'slow_down',
    detail: 'polled too often: wait five seconds longer between polls',
    headers: { 'retry-after': '5' },
  });
}

/** A pending URL of somebody else's is no different from an invented one. */
export const nothingHere: Problem = { status: 404, error: 'not_found', detail: 'nothing is pending here' };
