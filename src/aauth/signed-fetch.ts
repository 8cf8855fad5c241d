import { fetch as signWithKey } from '@hellocoop/httpsig';
import type { WellKnown } from '#aauth/discovery.ts';
import type { SigningKey } from '#aauth/signing-keys.ts';

/** Who signs a request: an agent with the token it presents, or a server by its published key (draft §keying-material). */
export type Signer =
  | { readonly kind: 'agent'; readonly key: SigningKey; readonly token: string }
  | { readonly kind: 'server'; readonly key: SigningKey; readonly issuer: string; readonly dwk: WellKnown };

/** A request to be signed. A `body` is sent as it is; its `content-type` must be among the headers. */
export type Unsigned = {
  /** GET when absent. */
  readonly method?: string;
  readonly headers?: Headers | Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
};

/**
 * The headers of the request with its signature: `Signature`, `Signature-Input`, `Signature-Key`, and `Content-Digest`
 * where there is a body. Covers what a Person Server requires (draft §covered-components), and `authorization` if present.
 */
export async function signRequest(url: string, request: Unsigned, signer: Signer): Promise<Headers> {
  const headers = new Headers(request.headers);
  const withBody = request.body !== undefined;
  const { headers: signed } = await signWithKey(url, {
    method: request.method ?? 'GET',
    headers,
    ...(withBody && { body: request.body as RequestInit['body'] }),
    components: [
      '@method',
      '@authority',
      '@path',
      'signature-key',
      ...(withBody ? ['content-digest', 'content-type'] : []),
      ...(headers.has('authorization') ? ['authorization'] : []),
    ],
    contentDigest: 'require',
    signingKey: signer.key.privateJwk,
    signatureKey:
      signer.kind === 'agent'
        ? { type: 'jwt', jwt: signer.token }
        : { type: 'jwks_uri', id: signer.issuer, dwk: signer.dwk, kid: signer.key.kid },
    dryRun: true,
  });
  return signed;
}

/**
 * Signs and sends a request, for agents and tools; redirects are not followed, the signature would not fit. A server
 * calling a party that somebody else named goes through `Egress.fetch` with the headers of `signRequest` instead.
 */
export async function signedFetch(url: string, request: Unsigned, signer: Signer): Promise<Response> {
  return await fetch(url, {
    method: request.method ?? 'GET',
    headers: await signRequest(url, request, signer),
    redirect: 'manual',
    ...(request.body !== undefined && { body: request.body as RequestInit['body'] }),
    ...(request.signal && { signal: request.signal }),
  });
}
