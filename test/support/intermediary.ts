// A resource that acts as an agent of its own: its own agent provider on its own origin, as a call chain needs.
import { mintAgentToken } from '#aauth/mint-token.ts';
import { signedFetch, type Unsigned } from '#aauth/signed-fetch.ts';
import { generateSigningKey, publicJwks } from '#aauth/signing-keys.ts';
import { openTestServer } from './aauth-world.ts';

type Answered = {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** Where to look again. */
  readonly pending?: string;
};

/** Opens one that asks the Person Server whose issuer is `personServer`. */
export async function openIntermediary(personServer: string, name = 'desk') {
  const key = await generateSigningKey();
  const server = await openTestServer((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/jwks.json') return Response.json(publicJwks([key]));
    return Response.json({
      issuer: server.issuer,
      jwks_uri: `${server.issuer}/jwks.json`,
      name: 'Travel Desk',
    });
  });
  const id = `aauth:${name}@localhost`;
  const issuing = { issuer: server.issuer, key, now: new Date() };
  const token = mintAgentToken({ sub: id, jwk: key.publicJwk }, issuing)?.jwt ?? '';
  const send = async (url: string, request: Unsigned): Promise<Answered> => {
    const response = await signedFetch(url, request, { kind: 'agent', key, token });
    const location = response.headers.get('location');
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      ...(location !== null && { pending: new URL(location, url).href }),
    };
  };
  const post = (path: string, body: Record<string, unknown>) =>
    send(`${personServer}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  /** Polls until there is an answer. */
  const settle = async ({ pending }: Answered): Promise<Answered> => {
    if (pending === undefined) throw new Error('nothing is waited for');
    const next = await send(pending, { method: 'GET', headers: { prefer: 'wait=5' } });
    return next.status === 202 ? await settle({ ...next, pending }) : next;
  };
  /** The id of a sub-agent of it, and the token that says so. */
  async function subAgent(discriminator: string) {
    const sub = `aauth:${name}+${discriminator}@localhost`;
    const { publicJwk } = await generateSigningKey();
    const minted = mintAgentToken({ sub, jwk: publicJwk, parentAgent: id }, issuing);
    return { id: sub, token: minted?.jwt };
  }
  return { ...server, id, key, post, settle, subAgent };
}
