// A resource that acts as an agent of its own: its own agent provider on its own origin, as a call chain needs.
import { mintAgentToken } from '#aauth/mint-token.ts';
import { signedFetch } from '#aauth/signed-fetch.ts';
import { generateSigningKey, publicJwks } from '#aauth/signing-keys.ts';
import { openTestServer } from './aauth-world.ts';

/** Opens one that asks the Person Server whose issuer is `personServer`. */
export async function openIntermediary(personServer: string) {
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
  const id = 'aauth:desk@localhost';
  const issuing = { issuer: server.issuer, key, now: new Date() };
  const token = (await mintAgentToken({ sub: id, jwk: key.publicJwk }, issuing))?.jwt ?? '';
  const post = async (path: string, body: Record<string, unknown>) => {
    const response = await signedFetch(
      `${personServer}${path}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      },
      { kind: 'agent', key, token },
    );
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { ...server, id, key, post };
}
