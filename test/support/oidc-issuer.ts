// A small OpenID Connect issuer: discovery, a sign-in page with a session of its own, the code flow with PKCE, signed id
// tokens. It refuses what a real one refuses, and can be told to answer with one token that is wrong in a named way.
import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { openTestServer } from './aauth-world.ts';

export type Forgery =
  | 'another nonce'
  | 'another audience'
  | 'another issuer'
  | 'another key'
  | 'alg none'
  | 'expired'
  | 'no auth_time'
  | 'an old auth_time'
  | 'email not verified'
  | 'another state';

export type Account = {
  readonly sub: string;
  readonly password: string;
  readonly email: string;
};

type Grant = {
  readonly account: Account;
  readonly authTime: number;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string | null;
};

const seconds = () => Math.floor(Date.now() / 1_000);
const html = (status: number, body: string) =>
  new Response(`<!doctype html><html lang="en"><body>${body}</body></html>`, {
    status,
    headers: { 'content-type': 'text/html' },
  });

export type OidcIssuer = Awaited<ReturnType<typeof openOidcIssuer>>;

/** `client` is registered once with the one address it is sent back to. */
export async function openOidcIssuer(client: { readonly id: string; readonly secret: string }) {
  const key = await generateKeyPair('RS256', { extractable: true });
  const stranger = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(key.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const accounts = new Map<string, Account>();
  const sessions = new Map<string, { readonly account: Account; readonly authTime: number }>();
  const grants = new Map<string, Grant>();
  const asked: URLSearchParams[] = [];
  let redirectUri = '';
  let forgery: Forgery | undefined;

  const server = await openTestServer(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case 'GET /.well-known/openid-configuration':
        return Response.json({
          issuer: server.issuer,
          authorization_endpoint: `${server.issuer}/authorize`,
          token_endpoint: `${server.issuer}/token`,
          jwks_uri: `${server.issuer}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
        });
      case 'GET /keys':
        return Response.json({ keys: [jwk] });
      case 'GET /authorize':
        return authorize(request, searchParams);
      case 'POST /authorize':
        return signIn(new URLSearchParams(await request.text()));
      case 'POST /token':
        return await exchange(new URLSearchParams(await request.text()), request.headers);
      default:
        return new Response(null, { status: 404 });
    }
  });

  /** A wrong client or address is answered here: nobody is sent to an address that is not registered. */
  function faultIn(query: URLSearchParams): string | undefined {
    if (query.get('client_id') !== client.id) return 'unknown client';
    if (query.get('redirect_uri') !== redirectUri) return 'the redirect_uri is not registered';
    if (query.get('response_type') !== 'code') return 'unsupported response_type';
    if (!query.get('scope')?.split(' ').includes('openid')) return 'the scope lacks openid';
    if (query.get('code_challenge_method') !== 'S256' || !query.get('code_challenge'))
      return 'PKCE is required';
    return undefined;
  }

  function authorize(request: Request, query: URLSearchParams): Response {
    asked.push(query);
    const fault = faultIn(query);
    if (fault) return html(400, fault);
    const cookie = /\bidp=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1];
    const session = sessions.get(cookie ?? '');
    const maxAge = query.get('max_age');
    const stale = maxAge !== null && seconds() - (session?.authTime ?? 0) >= Number(maxAge);
    if (session && query.get('prompt') !== 'login' && !stale) return back(query, session);
    const kept = [...query].map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('&', '&amp;')}">`,
    );
    return html(
      200,
      `<h1>Sign in</h1><form method="post" action="/authorize">${kept.join('')}<label for="u">User</label><input id="u" name="user"><label for="p">Password</label><input id="p" name="password" type="password"><button>Sign in</button></form>`,
    );
  }

  function signIn(form: URLSearchParams): Response {
    const fault = faultIn(form);
    if (fault) return html(400, fault);
    const account = accounts.get(form.get('user') ?? '');
    if (!account || account.password !== form.get('password')) return html(403, 'wrong user or password');
    const session = { account, authTime: seconds() };
    const id = randomUUID();
    sessions.set(id, session);
    const response = back(form, session);
    response.headers.append('set-cookie', `idp=${id}; Path=/; HttpOnly`);
    return response;
  }

  function back(
    query: URLSearchParams,
    { account, authTime }: { account: Account; authTime: number },
  ): Response {
    const code = randomUUID();
    grants.set(code, {
      account,
      authTime,
      redirectUri: query.get('redirect_uri') ?? '',
      challenge: query.get('code_challenge') ?? '',
      nonce: query.get('nonce'),
    });
    const address = new URL(redirectUri);
    address.searchParams.set('code', code);
    address.searchParams.set(
      'state',
      forgery === 'another state' ? randomUUID() : (query.get('state') ?? ''),
    );
    address.searchParams.set('iss', server.issuer);
    return new Response(null, { status: 303, headers: { location: address.href } });
  }

  async function exchange(form: URLSearchParams, headers: Headers): Promise<Response> {
    const refuse = (error: string, status = 400) => Response.json({ error }, { status });
    const basic = Buffer.from(
      /^Basic (.+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? '',
      'base64',
    ).toString();
    const [id, secret] = basic
      ? basic.split(':').map(decodeURIComponent)
      : [form.get('client_id'), form.get('client_secret')];
    if (id !== client.id || secret !== client.secret) return refuse('invalid_client', 401);
    if (form.get('grant_type') !== 'authorization_code') return refuse('unsupported_grant_type');
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    // A code is good once, whatever comes of it.
    grants.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!grant || grant.redirectUri !== form.get('redirect_uri') || grant.challenge !== challenge)
      return refuse('invalid_grant');
    return Response.json({
      access_token: randomUUID(),
      token_type: 'Bearer',
      expires_in: 60,
      id_token: await idToken(grant),
    });
  }

  async function idToken({ account, authTime, nonce }: Grant): Promise<string> {
    const now = seconds();
    const claims = {
      nonce: forgery === 'another nonce' ? randomUUID() : nonce,
      email: account.email,
      email_verified: forgery !== 'email not verified',
      ...(forgery !== 'no auth_time' && {
        auth_time: forgery === 'an old auth_time' ? authTime - 120 : authTime,
      }),
    };
    const from = forgery === 'expired' ? now - 3_600 : now;
    const fill = (token: SignJWT | UnsecuredJWT) =>
      token
        .setIssuer(forgery === 'another issuer' ? 'https://issuer.example' : server.issuer)
        .setAudience(forgery === 'another audience' ? 'somebody-else' : client.id)
        .setSubject(account.sub)
        .setIssuedAt(from)
        .setExpirationTime(from + 300);
    if (forgery === 'alg none') {
      const unsigned = new UnsecuredJWT(claims);
      fill(unsigned);
      return unsigned.encode();
    }
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' });
    fill(token);
    return await token.sign(forgery === 'another key' ? stranger.privateKey : key.privateKey);
  }

  return {
    issuer: server.issuer,
    client,
    /** What the authorization endpoint was asked, in order. */
    asked,
    register(address: string) {
      redirectUri = address;
    },
    addAccount(user: string, sub = `sub-of-${user}`): Account {
      const account = { sub, password: `password of ${user}`, email: `${user}@example.com` };
      accounts.set(user, account);
      return account;
    },
    /** The next tokens are wrong in this way, until told otherwise. */
    forge(how: Forgery | undefined) {
      forgery = how;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
