// The parties around a Person Server, for tests: an agent provider and resources on loopback, speaking the real protocol
// over real HTTP and refusing what a real one refuses. The agent itself is in `aauth-agent.ts`.
import { type Discovery, openDiscovery } from '#aauth/discovery.ts';
import { openEgress } from '#aauth/egress.ts';
import type { Algorithm, PublicJwk } from '#aauth/key.ts';
import { mintAgentToken, mintResourceToken } from '#aauth/mint-token.ts';
import { type Problem, problemResponse } from '#aauth/problem.ts';
import { type Receiver, verifySignedRequest } from '#aauth/signature.ts';
import { signatureProblem } from '#aauth/signature-problem.ts';
import { generateSigningKey, publicJwks, type SigningKey } from '#aauth/signing-keys.ts';
import type { AuthToken, PersonToken } from '#aauth/tokens.ts';
import { openHttp } from '#http.ts';
import { openLog } from '#log.ts';

const log = openLog('silent');

/** A server on loopback, and what has been asked of it: `GET /path` each, in order. */
export type TestServer = AsyncDisposable & { readonly issuer: string; readonly asked: readonly string[] };

/** Serves `answer` on a free port of 127.0.0.1. `issuer` is `http://localhost:<port>`. */
export async function openTestServer(
  answer: (request: Request) => Promise<Response> | Response,
): Promise<TestServer> {
  const asked: string[] = [];
  const http = await openHttp(
    { host: '127.0.0.1', port: 0 },
    [
      {
        path: '/',
        answer: (request) => {
          asked.push(`${request.method} ${new URL(request.url).pathname}`);
          return answer(request);
        },
      },
    ],
    log,
  );
  return {
    issuer: `http://localhost:${http.port}`,
    asked,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

export type AgentProvider = TestServer & {
  /** The key it signs with now. */
  readonly key: SigningKey;
  /** Takes a new key into use and forgets the old one. `kid` keeps the old name for the new key. */
  rotate(options?: { readonly kid?: string }): Promise<void>;
  /** An agent token for `aauth:<name>@localhost`, good for an hour unless said otherwise. */
  issue(agent: {
    readonly name: string;
    readonly jwk: PublicJwk;
    readonly ps?: string | undefined;
    readonly parentAgent?: string | undefined;
    readonly lifetimeSeconds?: number | undefined;
    readonly now?: Date | undefined;
  }): Promise<string>;
};

/** An agent provider with its metadata at `/.well-known/aauth-agent.json`. */
export async function openAgentProvider({ name = 'Test Provider' } = {}): Promise<AgentProvider> {
  let key = await generateSigningKey();
  const server: TestServer = await openTestServer((request) => {
    switch (new URL(request.url).pathname) {
      case '/.well-known/aauth-agent.json':
        return Response.json({ issuer: server.issuer, jwks_uri: `${server.issuer}/jwks.json`, name });
      case '/jwks.json':
        return Response.json(publicJwks([key]));
      default:
        return notFound();
    }
  });
  return {
    ...server,
    get key() {
      return key;
    },
    async rotate({ kid } = {}) {
      const next = await generateSigningKey();
      key = kid === undefined ? next : { ...next, kid, publicJwk: { ...next.publicJwk, kid } };
    },
    async issue({ name, jwk, ps, parentAgent, lifetimeSeconds = 3600, now = new Date() }) {
      const agent = { sub: `aauth:${name}@localhost`, jwk, ps, parentAgent };
      const minted = mintAgentToken(agent, { issuer: server.issuer, key, now, lifetimeSeconds });
      if (!minted) throw new Error('an agent token needs a second to live');
      return minted.jwt;
    },
  };
}

export type TestResource = TestServer & {
  readonly key: SigningKey;
  /** The revocations it was sent, each with the server that signed it. */
  readonly revocations: readonly { readonly iss: string; readonly jti: string; readonly exp: number }[];
};

/**
 * A resource that trusts any Person Server: `POST /authorize` takes a person or auth token and `{scope, account?}` and
 * gives a resource token; `GET /things` serves an auth token and challenges a person token. With `revokes` it publishes a `revocation_endpoint` and
 * refuses tokens revoked there.
 */
export async function openResource({
  name = 'Corner Shop',
  scopes = { 'buy:flour': 'Buy flour' } as Readonly<Record<string, string>>,
  revokes = false,
  alg = 'Ed25519' as Algorithm,
} = {}): Promise<TestResource> {
  const key = await generateSigningKey(alg);
  const revocations: { iss: string; jti: string; exp: number }[] = [];
  const egress = openEgress({ development: true });
  const discovery = openDiscovery({ egress, log, development: true });
  const server: TestServer = await openTestServer(async (request) => {
    const { pathname } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case 'GET /.well-known/aauth-resource.json':
        return Response.json({
          issuer: server.issuer,
          jwks_uri: `${server.issuer}/jwks.json`,
          access_mode: 'auth-token',
          name,
          description: `**${name}** sells to agents.`,
          authorization_endpoint: `${server.issuer}/authorize`,
          scope_descriptions: scopes,
          ...(revokes && { revocation_endpoint: `${server.issuer}/revoke` }),
        });
      case 'GET /jwks.json':
        return Response.json(publicJwks([key]));
      case 'POST /authorize': {
        const shown = await readToken(request, server.issuer, discovery);
        return shown.kind === 'refused' ? problemResponse(shown.problem) : await authorize(shown);
      }
      case 'GET /things': {
        const shown = await readToken(request, server.issuer, discovery);
        if (shown.kind === 'refused') return problemResponse(shown.problem);
        const { token } = shown;
        if (token.kind !== 'auth') {
          const wanted = await mintFor(token, { scope: Object.keys(scopes).join(' ') });
          return new Response(null, {
            status: 401,
            headers: { 'aauth-requirement': `requirement=auth-token; resource-token="${wanted}"` },
          });
        }
        return Response.json({ sub: token.sub, scope: token.scope, mission_s256: token.missionS256 });
      }
      case 'POST /revoke':
        return revokes ? await revoke(request) : notFound();
      default:
        return notFound();
    }
  });

  async function readToken(request: Request, audience: string, discovery: Discovery) {
    const { received, receiver } = await arrive(request, server.issuer, discovery);
    const signed = await verifySignedRequest(received, { ...receiver, accept: 'person', audience });
    if (signed.kind === 'refused') return { kind: 'refused' as const, problem: wantPerson(signed.problem) };
    const revoked = revocations.some(({ iss, jti }) => iss === signed.token.iss && jti === signed.token.jti);
    if (revoked) return { kind: 'refused' as const, problem: wantPerson(revokedToken) };
    return { kind: 'shown' as const, token: signed.token, body: received.body };
  }

  async function authorize({ token, body }: { token: PersonToken | AuthToken; body: Uint8Array }) {
    const wanted = JSON.parse(Buffer.from(body).toString('utf8')) as { scope?: string; account?: string };
    return Response.json({ resource_token: await mintFor(token, wanted) });
  }

  async function mintFor(token: PersonToken | AuthToken, wanted: { scope?: string; account?: string }) {
    const ps = token.kind === 'person' ? token.iss : token.ps;
    const { sub, jti: presentedJti, thumbprint: agentJkt, missionS256, tenant } = token;
    const minted = mintResourceToken(
      { aud: ps, ps, sub, presentedJti, agentJkt, missionS256, tenant, ...wanted },
      { issuer: server.issuer, key, now: new Date() },
    );
    if (!minted) throw new Error('a resource token needs a second to live');
    return minted.jwt;
  }

  async function revoke(request: Request) {
    const { received, receiver } = await arrive(request, server.issuer, discovery);
    const signed = await verifySignedRequest(received, { ...receiver, accept: 'server' });
    if (signed.kind === 'refused') return problemResponse(signed.problem);
    const { jti, exp } = JSON.parse(Buffer.from(received.body).toString('utf8')) as {
      jti: string;
      exp: number;
    };
    revocations.push({ iss: signed.issuer, jti, exp });
    return new Response(null, { status: 200 });
  }

  return {
    ...server,
    key,
    revocations,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await egress[Symbol.asyncDispose]();
    },
  };
}

/** A request as `verifySignedRequest` takes it, at a server that is `issuer`. */
export async function arrive(request: Request, issuer: string, discovery: Discovery) {
  const { pathname, search } = new URL(request.url);
  const received = {
    method: request.method,
    path: pathname,
    query: search.slice(1),
    headers: request.headers,
    body: new Uint8Array(await request.arrayBuffer()),
  };
  const authority = new URL(issuer).host;
  const receiver: Receiver = { authority, discovery, now: new Date(), development: true };
  return { received, receiver };
}

const revokedToken = signatureProblem('revoked_jwt', 'the token has been revoked');

function wantPerson(problem: Problem): Problem {
  return {
    ...problem,
    headers: { ...problem.headers, 'aauth-requirement': 'requirement=person-token' },
  };
}

function notFound() {
  return problemResponse({ status: 404, error: 'not_found', detail: 'nothing answers at this path' });
}
