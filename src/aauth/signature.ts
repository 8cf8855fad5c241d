// Who signed this request: the AAuth profile of HTTP Message Signatures (draft §http-message-signatures-profile).
//
//   covered     what the signature protects: method, our authority, path, the key, and of a body its digest and type
//   proof       what a replay of the request would repeat
//   sub-agent   signs at resources, never at a Person Server: its parent asks for it
import { hash } from 'node:crypto';
import { matchesContentDigest } from '#aauth/content-digest.ts';
import type { WellKnown } from '#aauth/discovery.ts';
import { isServerIdentifier } from '#aauth/identifiers.ts';
import { type PublicJwk, thumbprintOf, verifies } from '#aauth/key.ts';
import type { Problem } from '#aauth/problem.ts';
import {
  readSignature,
  readTimes,
  type SignatureRead,
  signatureBase,
  type Times,
} from '#aauth/signature-input.ts';
import { keyProblem, signatureProblem, tokenSignatureProblem } from '#aauth/signature-problem.ts';
import type { AgentToken, AuthToken, PersonToken, Verifier } from '#aauth/tokens.ts';
import { verifyAgentToken, verifyPersonOrAuthToken } from '#aauth/verify-token.ts';

/** A request as it arrived. `path` and `query` are as on the wire, `query` without its `?`. */
export type Received = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
};

/** Who we are: our own host as configured (`ps.example`, `localhost:4700`), never what the request says it is for. */
export type Receiver = Verifier & { readonly authority: string };

/** What a replay of this request would repeat (draft §freshness-and-replay). */
export type Proof = {
  readonly thumbprint: string;
  /** Unix seconds. A replay can arrive until a minute after it. */
  readonly created: number;
  readonly method: string;
  readonly path: string;
  /** SHA-256 of what was signed, base64url. The bytes of an ECDSA signature have two spellings; this has one. */
  readonly signed: string;
};

export type SignedByAgent = {
  readonly kind: 'agent';
  readonly agent: AgentToken;
  readonly jwk: PublicJwk;
  readonly thumbprint: string;
  readonly proof: Proof;
};

/** A sub-agent signed for itself, which a Person Server refuses everywhere (draft §single-level-depth). */
export type SignedBySubAgent = Omit<SignedByAgent, 'kind' | 'agent'> & {
  readonly kind: 'sub_agent';
  readonly agent: AgentToken & { readonly parentAgent: string };
};

/** A server signed with a published key; its `issuer` is the `iss` of every token it makes. */
export type SignedByServer = {
  readonly kind: 'server';
  readonly issuer: string;
  readonly dwk: WellKnown;
  readonly kid: string;
  readonly proof: Proof;
};

/** An agent showed a person or auth token made out to us: at a resource, never at a Person Server. */
export type SignedForPerson = {
  readonly kind: 'person';
  readonly token: PersonToken | AuthToken;
  readonly proof: Proof;
};

/** A `401` with its `Signature-Error`. */
export type SignatureRefused = { readonly kind: 'refused'; readonly problem: Problem };

/** How far `created` may lie from our clock, in seconds. */
const window = 60;

/**
 * Verifies who signed a request (draft §verification). Accepts one kind of signer: an agent by its agent token, a server
 * by its published key, or (for resources) an agent by a person or auth token made out to `audience`. A sub-agent's own
 * signature has a kind of its own, so that nobody takes it for an agent's.
 */
export async function verifySignedRequest(
  received: Received,
  options: Receiver & { readonly accept: 'agent' },
): Promise<SignedByAgent | SignedBySubAgent | SignatureRefused>;
export async function verifySignedRequest(
  received: Received,
  options: Receiver & { readonly accept: 'server' },
): Promise<SignedByServer | SignatureRefused>;
export async function verifySignedRequest(
  received: Received,
  options: Receiver & { readonly accept: 'person'; readonly audience: string },
): Promise<SignedForPerson | SignatureRefused>;
export async function verifySignedRequest(
  received: Received,
  options: Receiver &
    (
      | { readonly accept: 'agent' }
      | { readonly accept: 'server' }
      | { readonly accept: 'person'; readonly audience: string }
    ),
): Promise<SignedByAgent | SignedBySubAgent | SignedByServer | SignedForPerson | SignatureRefused> {
  const scheme = options.accept === 'server' ? 'jwks_uri' : 'jwt';
  const read = readSignature(received.headers, scheme);
  if (read.kind === 'malformed') return refuse(signatureProblem('invalid_signature', read.detail));
  const uncovered = checkCover(read, received);
  if (uncovered) return refuse(uncovered);
  const times = readTimes(read);
  if (times.kind === 'malformed') return refuse(signatureProblem('invalid_signature', times.detail));
  const unfit = checkTimes(times, options.now) ?? checkKeyless(read, received, scheme);
  if (unfit) return refuse(unfit);
  const signed = signedBytes(read, received, options);

  if (options.accept === 'server') return await verifyServer(read, times, signed, received, options);
  const jwt = read.key.get('jwt');
  if (typeof jwt !== 'string') return refuse(signatureProblem('invalid_jwt', 'Signature-Key carries no jwt'));
  const verified =
    options.accept === 'agent'
      ? await verifyAgentToken(jwt, options)
      : await verifyPersonOrAuthToken(jwt, { ...options, thumbprint: undefined });
  if (verified.kind === 'refused') return refuse(tokenSignatureProblem(verified));
  const { token } = verified;
  if (!signed || !verifies(token.jwk, read.signature, signed)) return refuse(notSigned);

  const proof = proofOf(times, received, token.thumbprint, signed);
  if (token.kind !== 'agent') return { kind: 'person', token, proof };
  const { jwk, thumbprint, parentAgent } = token;
  return parentAgent === undefined
    ? { kind: 'agent', agent: token, jwk, thumbprint, proof }
    : { kind: 'sub_agent', agent: { ...token, parentAgent }, jwk, thumbprint, proof };
}

/** Step 2 of the draft's verification: what has to be covered is. */
function checkCover({ components }: SignatureRead, { body }: Received): Problem | undefined {
  const required = ['@method', '@authority', '@path', 'signature-key'];
  if (body.byteLength > 0) required.push('content-digest', 'content-type');
  return required.every((component) => components.includes(component))
    ? undefined
    : signatureProblem('invalid_input', 'the signature does not cover what it must', { required });
}

/** Step 3: it was signed about now, and has not ended. */
function checkTimes({ created, expires }: Times, now: Date): Problem | undefined {
  const nowSeconds = now.getTime() / 1000;
  if (created < nowSeconds - window) {
    return signatureProblem('invalid_signature', `created is more than ${window} seconds ago`);
  }
  if (created > nowSeconds + window) {
    return signatureProblem('clock_skew', `created is more than ${window} seconds ahead of our clock`);
  }
  return expires !== undefined && expires <= nowSeconds
    ? signatureProblem('invalid_signature', 'the signature has expired')
    : undefined;
}

/** Step 4, and of step 7 the digest of the body: the rest of what needs no key, before anybody is asked for one. */
function checkKeyless(read: SignatureRead, received: Received, scheme: string): Problem | undefined {
  if (read.scheme !== scheme) {
    return signatureProblem('unsupported_scheme', 'the scheme of Signature-Key is not accepted', { scheme });
  }
  if (!read.components.includes('content-digest')) return undefined;
  const digest = received.headers.get('content-digest');
  return digest !== null && matchesContentDigest(digest, received.body)
    ? undefined
    : signatureProblem('invalid_signature', 'Content-Digest is not that of the body');
}

async function verifyServer(
  read: SignatureRead,
  times: Times,
  signed: Uint8Array | undefined,
  received: Received,
  { discovery, development }: Receiver,
): Promise<SignedByServer | SignatureRefused> {
  const [id, dwk, kid] = ['id', 'dwk', 'kid'].map((name) => read.key.get(name));
  if (typeof id !== 'string' || !isWellKnown(dwk) || typeof kid !== 'string') {
    return refuse(signatureProblem('invalid_key', 'Signature-Key lacks id, dwk or kid, or dwk is unknown'));
  }
  if (!isServerIdentifier(id, { development })) {
    return refuse(signatureProblem('invalid_key', 'id is no server identifier'));
  }
  const found = await discovery.key(id, dwk, kid);
  if (found.kind === 'refused') return refuse(keyProblem(found));
  let { jwk } = found;
  if (!signed) return refuse(notSigned);
  if (!verifies(jwk, read.signature, signed)) {
    const again = await discovery.key(id, dwk, kid, jwk);
    if (again.kind === 'refused') return refuse(keyProblem(again));
    if (!verifies(again.jwk, read.signature, signed)) return refuse(notSigned);
    jwk = again.jwk;
  }
  return {
    kind: 'server',
    issuer: id,
    dwk,
    kid,
    proof: proofOf(times, received, thumbprintOf(jwk), signed),
  };
}

const notSigned = signatureProblem('invalid_signature', 'the signature does not verify');

function signedBytes(read: SignatureRead, received: Received, { authority, development }: Receiver) {
  const scheme = development && /^(?:localhost|127\.0\.0\.1)(?::|$)/.test(authority) ? 'http' : 'https';
  const base = signatureBase(read, { ...received, scheme, authority });
  return base === undefined ? undefined : new TextEncoder().encode(base);
}

function proofOf(
  { created }: Times,
  { method, path }: Received,
  thumbprint: string,
  signed: Uint8Array,
): Proof {
  return {
    thumbprint,
    created,
    method,
    path,
    signed: hash('sha256', signed, 'base64url'),
  };
}

function isWellKnown(name: unknown): name is WellKnown {
  return (
    name === 'aauth-agent.json' ||
    name === 'aauth-person.json' ||
    name === 'aauth-resource.json' ||
    name === 'aauth-access.json'
  );
}

function refuse(problem: Problem): SignatureRefused {
  return { kind: 'refused', problem };
}
