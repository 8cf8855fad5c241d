// Who may call mission control over HTTP.
//
//   door      how callers prove themselves: not at all (loopback development), by one shared token, by a signed JWT
//   scope     what a caller may do; the shared token and the open door carry all of them
//   voice     in whose names a caller may decide: anybody's, where the operator does not say
//
// An agent's credentials (signed requests, AAuth tokens) open nothing here, whatever the mode.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { problemResponse } from '#aauth/problem.ts';
import type { Log } from '#log.ts';
import type { Voices } from '#oversight.ts';

/** Where mission control is served: `{mc}` is this path under the issuer. */
export const missionControlPath = '/mission-control';

/** `paths` are the prefixes of this server's paths that only open with the credential. */
export type Door = { readonly paths: readonly string[] } & (
  | { readonly mode: 'disabled' }
  | { readonly mode: 'static'; readonly token: string }
  | {
      readonly mode: 'jwt';
      readonly issuer: string;
      readonly audience: string;
      readonly jwks: string;
      readonly algorithms: readonly string[];
    }
);

/** The other end of the connection, as the socket says it and never a header. */
export type Peer = { readonly address: string; readonly client: string };

export type Scope = 'missions:read' | 'requests:decide' | 'missions:terminate';

/** Whoever was let in. A caller whom the operator's voices do not name decides for nobody. */
export type Caller = { speaksFor(person: string): boolean };

/** Lets a request in, or answers it with the refusal, which is then already in the log. */
export type Doorkeeper = (
  request: Request,
  peer: Peer,
  scope: Scope,
) => Promise<{ readonly caller: Caller } | { readonly refused: Response }>;

const anybody: Caller = { speaksFor: () => true };
const oneOf = (people: readonly string[] | undefined): Caller => ({
  speaksFor: (person) => people?.includes(person) ?? false,
});

type Refusal = { readonly status: 401 | 403 | 503; readonly reason: string };

/** Whether a path is one of the prefixes or lies under one. */
export function isProtected(path: string, prefixes: readonly string[]) {
  return prefixes.some(
    (prefix) => path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`),
  );
}

/**
 * Stands at the door; `now` tells the time tokens are judged by. Bearer use follows RFC 6750, JWTs RFC 7519. Without
 * `voices` every caller decides in anybody's name.
 */
export function openDoor(
  door: Door,
  log: Log,
  {
    voices,
    now = () => new Date(),
  }: { readonly voices?: Voices | undefined; readonly now?: () => Date } = {},
): Doorkeeper {
  const check = checkOf(door, voices, now);
  return async (request, peer, scope) => {
    const { pathname } = new URL(request.url);
    if (!isProtected(pathname, door.paths)) return { caller: voices ? oneOf([]) : anybody };
    const checked = carriesAgentCredentials(request)
      ? { status: 401 as const, reason: 'agent_credentials' }
      : await check(request, peer, scope);
    const refuse = (reason: string) =>
      log.warn(
        {
          mode: door.mode,
          method: request.method,
          path: pathname.slice(0, 300),
          source: peer.client,
          reason,
        },
        'mission control call refused',
      );
    if ('speaksFor' in checked) {
      const speaksFor = (person: string) => {
        const may = checked.speaksFor(person);
        if (!may) refuse('not_their_voice');
        return may;
      };
      return { caller: { speaksFor } };
    }
    const { status, reason } = checked;
    refuse(reason);
    return { refused: answerTo(status, scope) };
  };
}

/** HTTP message signatures are how agents and resources prove themselves; nobody who oversees them does. */
function carriesAgentCredentials({ headers }: Request) {
  return ['signature', 'signature-input', 'signature-key'].some((name) => headers.has(name));
}

function checkOf(door: Door, voices: Voices | undefined, now: () => Date) {
  switch (door.mode) {
    case 'disabled':
      return (request: Request, peer: Peer): Refusal | Caller => {
        if (!isLoopbackAddress(peer.address)) return { status: 403, reason: 'not_on_loopback' };
        // A page elsewhere whose name was made to point here still sends its own name.
        if (!isLoopbackName(new URL(request.url).hostname)) return { status: 403, reason: 'foreign_host' };
        return anybody;
      };
    case 'static': {
      const expected = sha256(door.token);
      const holder = voices ? oneOf(voices.token) : anybody;
      return (request: Request): Refusal | Caller => {
        const token = bearer(request);
        if (token === undefined) return { status: 401, reason: 'no_bearer_token' };
        // An empty secret is a configuration that slipped through, not a password.
        const same = door.token !== '' && timingSafeEqual(sha256(token), expected);
        return same ? holder : { status: 401, reason: 'wrong_token' };
      };
    }
    case 'jwt': {
      const keys = createRemoteJWKSet(new URL(door.jwks), { timeoutDuration: 5_000 });
      const callers = new Map(Object.entries(voices?.callers ?? {}));
      return async (request: Request, _: Peer, scope: Scope): Promise<Refusal | Caller> => {
        const token = bearer(request);
        if (token === undefined) return { status: 401, reason: 'no_bearer_token' };
        try {
          const { payload, protectedHeader } = await jwtVerify(token, keys, {
            issuer: door.issuer,
            audience: door.audience,
            algorithms: [...door.algorithms],
            requiredClaims: ['exp'],
            currentDate: now(),
          });
          const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
          if (type !== undefined && type !== 'jwt' && type !== 'at+jwt')
            return { status: 401, reason: 'wrong_token_type' };
          // Bound to a key that this request does not prove: somebody else's, carried here.
          if (payload['cnf'] !== undefined) return { status: 401, reason: 'sender_constrained_token' };
          if (!scopesOf(payload).includes(scope)) return { status: 403, reason: `no_scope ${scope}` };
          return voices ? oneOf(callers.get(payload.sub ?? '')) : anybody;
        } catch (error) {
          return refusalFor(error);
        }
      };
    }
  }
}

function refusalFor(error: unknown): Refusal {
  const ofTheToken = error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC';
  if (!ofTheToken || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid)
    return { status: 503, reason: 'keys_unavailable' };
  const claim = error instanceof errors.JWTClaimValidationFailed ? ` ${error.claim}` : '';
  return { status: 401, reason: `${error.code}${claim}` };
}

/** `scope` as RFC 9068 has it, or `scp` as some issuers do. */
function scopesOf(payload: Readonly<Record<string, unknown>>): string[] {
  return [payload['scope'], payload['scp']]
    .flat()
    .flatMap((claim) => (typeof claim === 'string' ? claim.split(' ') : []));
}

function answerTo(status: Refusal['status'], scope: Scope) {
  switch (status) {
    case 401:
      return problemResponse({
        status,
        error: 'unauthorized',
        detail: 'this needs a valid bearer token',
        headers: { 'www-authenticate': 'Bearer realm="mission control"' },
      });
    case 403:
      return problemResponse({
        status,
        error: 'forbidden',
        detail: `this needs the scope ${scope}, from where it may be used`,
        headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
      });
    case 503:
      return problemResponse({
        status,
        error: 'temporarily_unavailable',
        detail: 'tokens cannot be checked at the moment',
      });
  }
}

function bearer(request: Request) {
  return /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
}

function sha256(text: string) {
  return createHash('sha256').update(text).digest();
}

function isLoopbackAddress(address: string) {
  return /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address) || address === '::1';
}

function isLoopbackName(name: string) {
  return (
    name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name.replace(/^\[|\]$/g, ''))
  );
}
