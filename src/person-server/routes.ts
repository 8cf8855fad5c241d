import { problemResponse } from '#aauth/problem.ts';
import { type Admitted, admit } from '#person-server/admit.ts';
import { recordAction } from '#person-server/audit-endpoint.ts';
import { askForAuthToken } from '#person-server/auth-token-endpoint.ts';
import { askPerson } from '#person-server/interaction-endpoint.ts';
import { interactionPage, openAttempts } from '#person-server/interaction-page.ts';
import { accessMetadata, jwks, metadata } from '#person-server/metadata.ts';
import { actOnMission, proposeMission } from '#person-server/mission-endpoint.ts';
import { poll, respond, withdraw } from '#person-server/pending-endpoint.ts';
import { askForPermission } from '#person-server/permission-endpoint.ts';
import { askForPersonToken } from '#person-server/person-token-endpoint.ts';
import { comeBack } from '#person-server/resource-interaction.ts';
import { askAfterRevocation, revoke } from '#person-server/revocation-endpoint.ts';
import type { Server } from '#person-server/server.ts';

/** Who is on the other end of the connection, as the socket says it. */
export type Peer = { readonly client: string };

/** One path, or everything below it where it ends with `/`, and what answers there: what the HTTP server takes. */
export type Mount = {
  readonly path: string;
  readonly answer: (request: Request, peer: Peer) => Promise<Response> | Response;
};

type Method = 'GET' | 'HEAD' | 'POST' | 'DELETE';
type Answer = (request: Request, peer: Peer, last: string) => Promise<Response> | Response;

/** The paths of this server and what answers each method there. */
export function mountsOf(server: Server): Mount[] {
  const attempts = openAttempts(server.limits.codeAttempts);
  const forAgent =
    (endpoint: (server: Server, admitted: Admitted, last: string) => Promise<Response>): Answer =>
    async (request, _peer, last) => {
      const admitted = await admit(server, request);
      return readable(
        admitted.kind === 'refused'
          ? problemResponse(admitted.problem)
          : await endpoint(server, admitted, last),
      );
    };
  const exact = (path: string, methods: Partial<Record<Method, Answer>>): Mount => ({
    path,
    answer: (request, peer) => byMethod(methods, request, peer, ''),
  });
  /** What anybody may read. A HEAD of a signed URL would take an answer and throw it away, so only these have one. */
  const published = (path: string, answer: () => Response | Promise<Response>): Mount =>
    exact(path, { GET: answer, HEAD: answer });
  /** `path` itself and, one segment below it, the things it holds. */
  const below = (
    path: string,
    itself: Partial<Record<Method, Answer>> | undefined,
    one: Partial<Record<Method, Answer>>,
  ): Mount => ({
    path: `${path}/`,
    answer: (request, peer) => {
      const { pathname } = new URL(request.url);
      if (pathname === path && itself) return byMethod(itself, request, peer, '');
      // What has no name is not there: an update of the mission '' is no proposal of a new one.
      const rest = pathname.slice(path.length + 1);
      const isNamed = rest !== '' && !rest.includes('/');
      // A browser asks before it asks: without a yes to that, its agent would not learn that nothing is there.
      return isNamed || request.method === 'OPTIONS' ? byMethod(one, request, peer, rest) : nothingHere();
    },
  });

  return [
    published('/.well-known/aauth-person.json', () => metadata(server)),
    ...(server.accessServerFor.size
      ? [published('/.well-known/aauth-access.json', () => accessMetadata(server))]
      : []),
    published('/.well-known/jwks.json', () => jwks(server)),
    exact('/person', { POST: forAgent(askForPersonToken) }),
    exact('/token', { POST: forAgent(askForAuthToken) }),
    exact('/permission', { POST: forAgent(askForPermission) }),
    exact('/audit', { POST: forAgent(recordAction) }),
    exact('/interaction', { POST: forAgent(askPerson) }),
    below(
      '/revoke',
      { POST: (request) => revoke(server, request) },
      { GET: (request, _peer, pending) => askAfterRevocation(server, request, pending) },
    ),
    below('/mission', { POST: forAgent(proposeMission) }, { POST: forAgent(actOnMission) }),
    below('/pending', undefined, {
      GET: forAgent(poll),
      POST: forAgent(respond),
      DELETE: forAgent(withdraw),
    }),
    below(
      '/interact',
      { GET: (request, { client }) => interactionPage(server, attempts, request, client) },
      { GET: (request, _peer, callback) => comeBack(server, request, callback) },
    ),
  ];
}

async function byMethod(
  methods: Partial<Record<Method, Answer>>,
  request: Request,
  peer: Peer,
  last: string,
): Promise<Response> {
  const answer = Object.entries(methods).find(([method]) => method === request.method)?.[1];
  if (answer) return await answer(request, peer, last);
  if (request.method === 'OPTIONS') return preflight(Object.keys(methods));
  const allow = Object.keys(methods).join(', ');
  const detail = `this takes ${allow}`;
  return readable(problemResponse({ status: 405, error: 'invalid_request', detail, headers: { allow } }));
}

/** Every header an answer to an agent is read by, beside those any page may read. */
const exposed = [
  'accept',
  'accept-signature-alg',
  'accept-signature-scheme',
  'aauth-requirement',
  'allow',
  'date',
  'location',
  'retry-after',
  'signature-error',
].join(', ');

/** An agent in a browser signs like any other; no cookie counts here, so any origin may send and read, refusals too. */
function readable(response: Response): Response {
  response.headers.set('access-control-allow-origin', '*');
  response.headers.set('access-control-expose-headers', exposed);
  return response;
}

function preflight(methods: readonly string[]): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers':
        'content-digest, content-type, prefer, signature, signature-input, signature-key',
      'access-control-max-age': '600',
    },
  });
}

function nothingHere(): Response {
  const detail = 'nothing answers at this path';
  return readable(problemResponse({ status: 404, error: 'not_found', detail }));
}
