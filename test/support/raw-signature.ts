// Signatures with every part in the test's hands, for what a well-behaved client never sends.
import { createHash } from 'node:crypto';
import {
  ByteSequence,
  type Dictionary,
  determineAlgorithm,
  type InnerList,
  type Parameters,
  serializeDictionary,
  serializeInnerList,
  Token,
} from '@hellocoop/httpsig';
import type { SigningKey } from '#aauth/signing-keys.ts';

/** A scheme and its parameters: one member of `Signature-Key`. */
export type KeyMember = { readonly scheme: string; readonly params: Readonly<Record<string, string>> };

export type RawRequest = {
  readonly method?: string;
  readonly url: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key: SigningKey;
  /** The members of `Signature-Key` by label. */
  readonly keys: Readonly<Record<string, KeyMember>>;
  /** The label that is signed; `sig` when absent. */
  readonly label?: string;
  /** What is covered; what a Person Server requires when absent. `@path;req` has the parameter `req`, and no value for it. */
  readonly components?: readonly string[];
  /** Parameters of the signature, such as `created`, in order. */
  readonly params: Readonly<Record<string, number | string>>;
};

/** What the request looks like on arrival, as `verifySignedRequest` takes it. */
export async function signRaw(request: RawRequest) {
  const { method = 'GET', url, body, key, keys, label = 'sig' } = request;
  const { host, pathname, search } = new URL(url);
  const headers = new Headers(request.headers);
  if (body !== undefined) {
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    const digest = createHash('sha256').update(body).digest('base64');
    if (!headers.has('content-digest')) headers.set('content-digest', `sha-256=:${digest}:`);
  }
  const members: Dictionary = new Map();
  for (const [name, { scheme, params }] of Object.entries(keys)) {
    members.set(name, [new Token(scheme), new Map(Object.entries(params))]);
  }
  headers.set('signature-key', serializeDictionary(members));

  const components = request.components ?? [
    '@method',
    '@authority',
    '@path',
    'signature-key',
    ...(body === undefined ? [] : ['content-digest', 'content-type']),
  ];
  const params: Parameters = new Map(Object.entries(request.params));
  const input: InnerList = [
    components.map((component) => {
      const [name = '', ...flags] = component.split(';');
      return [name, new Map(flags.map((flag) => [flag, true]))];
    }),
    params,
  ];
  const derived: Readonly<Record<string, string>> = {
    '@method': method,
    '@authority': host,
    '@path': pathname,
    '@query': search || '?',
    '@scheme': 'https',
    '@target-uri': url,
    '@request-target': `${pathname}${search}`,
  };
  const base = [
    ...components.map((component) => {
      const [name = ''] = component.split(';');
      return `"${name}": ${derived[name] ?? headers.get(name) ?? ''}`;
    }),
    `"@signature-params": ${serializeInnerList(input)}`,
  ].join('\n');
  const algorithm = determineAlgorithm({ ...key.privateJwk });
  const { alg: _alg, ...jwk } = key.privateJwk;
  const secret = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']);
  const bytes = await crypto.subtle.sign(algorithm, secret, new TextEncoder().encode(base));
  const signature = new ByteSequence(Buffer.from(bytes).toString('base64'));

  headers.set('signature-input', serializeDictionary(new Map([[label, input]])));
  headers.set('signature', serializeDictionary(new Map([[label, [signature, new Map()]]])));
  return {
    method,
    path: pathname,
    query: search.slice(1),
    headers,
    body: new TextEncoder().encode(body ?? ''),
  };
}
