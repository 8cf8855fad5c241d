// A shop that sells to agents. It wants a person behind every agent and an auth token with the scope `buy:<item>` for each
// thing it sells; it deals with one Person Server and verifies everything it is shown.
import { z } from 'zod';
import { openDiscovery } from '#aauth/discovery.ts';
import { openEgress } from '#aauth/egress.ts';
import { mintResourceToken } from '#aauth/mint-token.ts';
import { type Problem, problemResponse } from '#aauth/problem.ts';
import { type Received, verifySignedRequest } from '#aauth/signature.ts';
import { signatureProblem } from '#aauth/signature-problem.ts';
import { generateSigningKey, publicJwks } from '#aauth/signing-keys.ts';
import type { AuthToken, PersonToken } from '#aauth/tokens.ts';
import { openHttp } from '#http.ts';
import type { Log } from '#log.ts';

/** `price` is for people to read, with its currency. */
export type Ware = { readonly item: string; readonly label: string; readonly price: string };

export type Sale = Ware & { readonly at: Date; readonly missionS256: string | undefined };

export type Shop = AsyncDisposable & {
  readonly issuer: string;
  readonly name: string;
  /** What it has really sold, in order. */
  readonly sales: readonly Sale[];
};

const Order = z.object({ item: z.string().min(1).max(100) });
const Revocation = z.object({ jti: z.string().min(1).max(512), exp: z.number().nonnegative() });

/** Longer requests are not read. */
const longestBody = 16 * 1024;

/**
 * Opens a shop on a free loopback port: a resource that leaves authorisation to the person's server (draft
 * §resource-metadata, three-party). `POST /buy` takes `{"item"}` and sells; `POST /revoke` takes `{"jti", "exp"}` from
 * the Person Server (-11 §11.12) and never honours that token again.
 */
export async function openShop(options: {
  readonly name: string;
  readonly description: string;
  readonly wares: readonly Ware[];
  readonly personServer: string;
  readonly log: Log;
}): Promise<Shop> {
  const { name, description, wares, personServer, log } = options;
  const key = await generateSigningKey();
  const egress = openEgress({ development: true });
  const discovery = openDiscovery({ egress, log, development: true });
  const sales: Sale[] = [];
  /** By `jti`: there is one issuer, and no token outlives the demo by much. */
  const revoked = new Set<string>();

  const receiver = () => ({
    discovery,
    development: true,
    now: new Date(),
    authority: issuer.slice('http://'.length),
  });

  async function buy(request: Request) {
    const received = await receive(request);
    if (!received) return problemResponse(tooLong);
    const signed = await verifySignedRequest(received, { ...receiver(), accept: 'person', audience: issuer });
    if (signed.kind === 'refused') {
      const agent = await verifySignedRequest(received, { ...receiver(), accept: 'agent' });
      return agent.kind === 'refused' ? problemResponse(signed.problem) : personRequired();
    }
    const { token } = signed;
    if (token.iss !== personServer) {
      return problemResponse(signatureProblem('invalid_jwt', 'this shop does not know that Person Server'));
    }
    if (revoked.has(token.jti)) {
      return problemResponse(withPersonRequired(signatureProblem('revoked_jwt', 'the token was revoked')));
    }

    const order = Order.safeParse(parseJson(received.body));
    if (!order.success) return problemResponse(invalid('an order names an item'));
    const ware = wares.find(({ item }) => item === order.data.item);
    if (!ware) return problemResponse({ status: 404, error: 'not_sold_here', detail: 'no such item' });
    const scope = `buy:${ware.item}`;
    if (token.kind === 'person' || !token.scope?.split(' ').includes(scope)) {
      return await authRequired(token, scope);
    }
    sales.push({ ...ware, at: new Date(), missionS256: token.missionS256 });
    return Response.json({ item: ware.item, price: ware.price });
  }

  /** The challenge names the token it was shown, so that the Person Server can see whose request it answers (-11 §6.7.1). */
  async function authRequired(shown: PersonToken | AuthToken, scope: string) {
    const token = {
      aud: personServer,
      ps: personServer,
      sub: shown.sub,
      presentedJti: shown.jti,
      agentJkt: shown.thumbprint,
      scope,
      missionS256: shown.missionS256,
      tenant: shown.tenant,
    };
    const minted = mintResourceToken(token, { issuer, key, now: new Date() });
    if (!minted) throw new Error('a resource token must live at least a second');
    return problemResponse({
      status: 401,
      error: 'auth_token_required',
      detail: `selling this takes an auth token with the scope ${scope}`,
      headers: { 'aauth-requirement': `requirement=auth-token; resource-token="${minted.jwt}"` },
    });
  }

  async function revoke(request: Request) {
    const received = await receive(request);
    if (!received) return problemResponse(tooLong);
    const signed = await verifySignedRequest(received, { ...receiver(), accept: 'server' });
    if (signed.kind === 'refused') return problemResponse(signed.problem);
    if (signed.issuer !== personServer || signed.dwk !== 'aauth-person.json') {
      return problemResponse({
        status: 403,
        error: 'unsupported_iss',
        detail: 'not the Person Server this shop deals with',
      });
    }
    const revocation = Revocation.safeParse(parseJson(received.body));
    if (!revocation.success) return problemResponse(invalid('a revocation names jti and exp'));
    revoked.add(revocation.data.jti);
    return new Response(null, { status: 200 });
  }

  const scopes = Object.fromEntries(
    wares.map(({ item, label, price }) => [`buy:${item}`, `Buy ${label}, ${price}`]),
  );
  const metadata = () => ({
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    revocation_endpoint: `${issuer}/revoke`,
    access_mode: 'auth-token',
    name,
    description,
    scope_descriptions: scopes,
  });
  const http = await openHttp(
    { host: '127.0.0.1', port: 0 },
    [
      { path: '/.well-known/aauth-resource.json', answer: () => Response.json(metadata()) },
      { path: '/.well-known/jwks.json', answer: () => Response.json(publicJwks([key])) },
      { path: '/buy', answer: (request) => onlyPost(request, buy) },
      { path: '/revoke', answer: (request) => onlyPost(request, revoke) },
    ],
    log,
  );
  const issuer = `http://localhost:${http.port}`;

  return {
    issuer,
    name,
    sales,
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await egress[Symbol.asyncDispose]();
    },
  };
}

const tooLong: Problem = { status: 413, error: 'invalid_request', detail: 'the request is too long' };

const invalid = (detail: string): Problem => ({ status: 400, error: 'invalid_request', detail });

function withPersonRequired(problem: Problem): Problem {
  return { ...problem, headers: { ...problem.headers, 'aauth-requirement': 'requirement=person-token' } };
}

/** The agent showed who it is; the shop wants to know for whom it buys (-11 §6.4). */
function personRequired() {
  const detail = 'this shop sells to persons: present a person token';
  return problemResponse(withPersonRequired({ status: 401, error: 'person_token_required', detail }));
}

async function onlyPost(request: Request, answer: (request: Request) => Promise<Response>) {
  if (request.method === 'POST') return await answer(request);
  const detail = 'this takes a POST';
  return problemResponse({ status: 405, error: 'invalid_request', detail, headers: { allow: 'POST' } });
}

async function receive(request: Request): Promise<Received | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > longestBody) return undefined;
    chunks.push(chunk);
  }
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    path: pathname,
    query: search.slice(1),
    headers: request.headers,
    body: Buffer.concat(chunks),
  };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
