// An access server, for tests of what is asked of one: it speaks the real protocol over real HTTP.
import { importJWK, SignJWT } from 'jose';
import { openDiscovery } from '#aauth/discovery.ts';
import { openEgress } from '#aauth/egress.ts';
import { problemResponse } from '#aauth/problem.ts';
import { verifySignedRequest } from '#aauth/signature.ts';
import { generateSigningKey, publicJwks } from '#aauth/signing-keys.ts';
import { openLog } from '#log.ts';
import { arrive, openTestServer, type TestServer } from './aauth-world.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** What a token says, unverified. */
export const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Claims;

/** An access server that does what the scope it is asked for says, and takes nothing unsigned. */
export async function openAccessServer() {
  const key = await generateSigningKey();
  const egress = openEgress({ development: true });
  const discovery = openDiscovery({ egress, log: openLog('silent'), development: true });
  const asked: Claims[] = [];
  const told: Claims[] = [];
  const revoked: Claims[] = [];
  let waiting: { scope: string; tokens: Record<string, string>; visits: number } | undefined;

  /** An auth token of its own that says these things. */
  const mint = async (said: Claims) =>
    await new SignJWT({ ...said, iss: server.issuer, dwk: 'aauth-access.json' })
      .setProtectedHeader({ typ: 'aa-auth+jwt', alg: key.alg, kid: key.kid })
      .sign(await importJWK({ ...key.privateJwk }, key.alg));

  async function grant(tokens: Record<string, string>, changed: Claims = {}) {
    const resource = claimsOf(tokens.resource_token ?? '');
    const presented = claimsOf(tokens.presented_token ?? '');
    const auth_token = await mint({
      aud: resource.iss,
      ps: resource.ps,
      sub: resource.sub,
      scope: resource.scope,
      mission_s256: resource.mission_s256,
      cnf: presented.cnf,
      jti: crypto.randomUUID(),
      iat: Math.floor(Date.now() / 1000),
      exp: presented.exp,
      ...changed,
    });
    return Response.json({ auth_token, expires_in: 600 });
  }

  const wait = (requirement: string, body: Claims = {}, status = 202) =>
    Response.json(
      { status: 'pending', ...body },
      { status, headers: { location: '/waiting', 'aauth-requirement': requirement } },
    );

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/jwks.json') return Response.json(publicJwks([key]));
    if (pathname.startsWith('/.well-known/')) {
      return Response.json({
        issuer: server.issuer,
        jwks_uri: `${server.issuer}/jwks.json`,
        auth_token_endpoint: `${server.issuer}/token`,
        revocation_endpoint: `${server.issuer}/revoke`,
      });
    }
    const { received, receiver } = await arrive(request, server.issuer, discovery);
    const signed = await verifySignedRequest(received, { ...receiver, accept: 'server' });
    if (signed.kind === 'refused') return problemResponse(signed.problem);
    const body = received.body.byteLength
      ? (JSON.parse(Buffer.from(received.body).toString()) as Claims)
      : {};
    if (pathname === '/revoke') {
      revoked.push(body);
      return new Response(null, { status: 200 });
    }
    if (pathname === '/waiting' && waiting) {
      if (request.method === 'POST') told.push(body);
      waiting.visits += 1;
      if (request.method === 'POST' && waiting.scope === 'more-claims' && waiting.visits === 1) {
        return wait('requirement=claims', { required_claims: ['email', 'tenant'] });
      }
      return request.method === 'POST' || waiting.visits > 1
        ? await grant(waiting.tokens)
        : wait('requirement=approval');
    }
    asked.push(body);
    const tokens = body as Record<string, string>;
    const scope = String(claimsOf(tokens.resource_token ?? '').scope);
    waiting = { scope, tokens, visits: 0 };
    switch (scope) {
      case 'interaction':
        return wait('requirement=interaction; url="https://as.example/bind"; code="A1B2-C3D4"');
      case 'claims':
        return wait('requirement=claims', { required_claims: ['email', 'tenant', 'sub', 'shoe_size'] });
      case 'more-claims':
        return wait('requirement=claims', { required_claims: ['email'] });
      case 'spend':
        return await grant(tokens, { budget: claimsOf(tokens.resource_token ?? '').budget });
      case 'overspend':
        return await grant(tokens, { budget: { amount: 1e12, unit: 'USD', decimals: 6 } });
      case 'question':
        return wait('requirement=clarification', { clarification: 'For whom?', options: ['me', 'us'] });
      case 'payment':
        return Response.json(
          { accepts: [{ maxAmountRequired: '250', asset: 'EUR', payTo: 'acct:toys' }] },
          {
            status: 402,
            headers: { location: '/waiting', 'www-authenticate': 'Payment id="x7", method="invoice"' },
          },
        );
      case 'no':
        return problemResponse({ status: 403, error: 'denied', detail: 'not on a Saturday' });
      case 'busy':
        return asked.length % 2
          ? problemResponse({ status: 503, error: 'server_error', detail: 'restarting' })
          : await grant(tokens);
      case 'unsigned':
        return problemResponse({ status: 401, error: 'invalid_signature', detail: 'who are you?' });
      case 'unkeepable':
        return wait('requirement=clarification', { clarification: 'a\u0000b\ud800', options: ['\u0000'] });
      case 'nonsense':
        return new Response('<html>', { status: 200 });
      case 'wider':
        return await grant(tokens, { scope: 'wider everything' });
      case 'longer':
        return await grant(tokens, { exp: Math.floor(Date.now() / 1000) + 3600 });
      case 'somebody':
        return await grant(tokens, { sub: 'somebody-else' });
      default:
        return await grant(tokens);
    }
  }

  const server: TestServer = await openTestServer(answer);
  return {
    ...server,
    mint,
    asked,
    told,
    revoked,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await egress[Symbol.asyncDispose]();
    },
  };
}
