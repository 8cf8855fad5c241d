// Who a party says it is, and its keys: `{issuer}/.well-known/{dwk}` and the JWKS named there (draft §jwks-discovery).
//
//   dwk     the well-known name of the metadata document, which tells the role: agent provider, person server, …
//   floor   the minute within which nobody's JWKS is fetched twice
import { z } from 'zod';
import type { Egress } from '#aauth/egress.ts';
import { type Fetched, type Held, hold } from '#aauth/held.ts';
import { isServerIdentifier } from '#aauth/identifiers.ts';
import { isSameKey, type KeyRead, type PublicJwk, readPublicJwk } from '#aauth/key.ts';
import type { Log } from '#log.ts';

export type WellKnown =
  | 'aauth-agent.json'
  | 'aauth-person.json'
  | 'aauth-resource.json'
  | 'aauth-access.json';

/** A member that is not what it should be is as good as absent; only `issuer` and `jwks_uri` decide anything. */
const optionalText = z.string().optional().catch(undefined);

/** What a server publishes about itself. Names and descriptions are its own words: inert until sanitized. */
const Metadata = z.looseObject({
  issuer: z.string(),
  jwks_uri: optionalText,
  name: optionalText,
  description: optionalText,
  logo_uri: optionalText,
  access_mode: optionalText,
  scope_descriptions: z.record(z.string(), z.string()).optional().catch(undefined),
  auth_token_endpoint: optionalText,
  person_token_endpoint: optionalText,
  revocation_endpoint: optionalText,
});
export type Metadata = Readonly<z.infer<typeof Metadata>>;

const Jwks = z.object({ keys: z.array(z.unknown()).max(200) });
const Named = z.object({ kid: z.string() });

export type DiscoveryRefusalReason =
  /** The issuer is no server identifier. */
  | 'issuer_invalid'
  | 'issuer_missing'
  | 'issuer_mismatch'
  /** The document or the JWKS could not be had. */
  | 'unreachable'
  /** It is not what it should be, or names no JWKS. */
  | 'malformed'
  | 'unknown_key'
  | 'unsupported_algorithm'
  | 'invalid_key';

export type DiscoveryRefusal = {
  readonly kind: 'refused';
  readonly reason: DiscoveryRefusalReason;
  readonly detail: string;
};

export type Discovery = {
  /** The issuer's metadata document, which must name that issuer (draft §metadata-documents). */
  metadata(
    issuer: string,
    dwk: WellKnown,
  ): Promise<{ readonly kind: 'found'; readonly metadata: Metadata } | DiscoveryRefusal>;
  /**
   * The issuer's key `kid`. `failed` is the key found before that did not verify a signature: the JWKS is asked for again,
   * as for a `kid` not known, in case the issuer replaced the key; the floor holds.
   */
  key(
    issuer: string,
    dwk: WellKnown,
    kid: string,
    failed?: PublicJwk,
  ): Promise<{ readonly kind: 'found'; readonly jwk: PublicJwk } | DiscoveryRefusal>;
};

/** Of a JWKS; nothing but failure brings a metadata document up sooner. */
const floorMs = 60_000;
const metadataRetryMs = 5_000;
const defaultFreshMs = 10 * 60_000;
const timeoutMs = 5_000;
const maxBytes = 64 * 1024;
const mostIssuers = 1_000;

/** By `kid`, each read once: whoever imports a key may remember it by the object. */
type Keys = ReadonlyMap<string, KeyRead>;

/**
 * Opens discovery. `own` are this server's keys, so that tokens it issued are verified without calling itself. In
 * development loopback issuers exist; the floor is the same.
 */
export function openDiscovery({
  egress,
  log,
  development,
  own,
  now = () => new Date(),
}: {
  readonly egress: Egress;
  readonly log: Log;
  readonly development: boolean;
  readonly now?: () => Date;
  readonly own?: {
    readonly issuer: string;
    keys(): Promise<readonly (PublicJwk & { readonly kid: string })[]>;
  };
}): Discovery {
  const clock = () => now().getTime();
  const forMetadata = { floorMs, retryMs: metadataRetryMs, now: clock };
  const forKeys = { floorMs, retryMs: floorMs, now: clock };
  const documents = new Map<string, Held<Metadata>>();
  const keySets = new Map<string, Held<Keys>>();

  /** `what` is how a refusal speaks of it: an address another party made up is not repeated to whoever asks. */
  async function fetchJson(url: string, what: string): Promise<Fetched<unknown>> {
    const answer = await egress.fetch(url, {
      headers: new Headers({ accept: 'application/json' }),
      timeoutMs,
      maxBytes,
    });
    if (answer.kind === 'refused' || answer.status !== 200) {
      const why = answer.kind === 'refused' ? answer.reason : String(answer.status);
      log.warn({ url, why }, 'discovery failed');
      return refused('unreachable', `${what} could not be fetched (${why})`);
    }
    try {
      const value: unknown = JSON.parse(Buffer.from(answer.body).toString('utf8'));
      return { kind: 'fetched', value, freshMs: freshness(answer.headers, now()) };
    } catch {
      // What another party sends as JSON and is none is its fault, not a failure here.
      return refused('malformed', `${what} is no JSON`);
    }
  }

  async function fetchMetadata(issuer: string, dwk: WellKnown): Promise<Fetched<Metadata>> {
    const fetched = await fetchJson(`${issuer}/.well-known/${dwk}`, `the metadata of ${issuer}`);
    if (fetched.kind === 'refused') return fetched;
    const parsed = Metadata.safeParse(fetched.value);
    if (!parsed.success) return refused('issuer_missing', `the metadata of ${issuer} has no issuer`);
    if (parsed.data.issuer !== issuer) {
      return refused('issuer_mismatch', `the metadata of ${issuer} names another issuer`);
    }
    return { ...fetched, value: parsed.data };
  }

  async function fetchKeys(issuer: string, jwksUri: string): Promise<Fetched<Keys>> {
    const fetched = await fetchJson(jwksUri, `the JWKS of ${issuer}`);
    if (fetched.kind === 'refused') return fetched;
    const parsed = Jwks.safeParse(fetched.value);
    if (!parsed.success) return refused('malformed', `what ${issuer} publishes as JWKS is none`);
    const keys = new Map<string, KeyRead>();
    for (const key of parsed.data.keys) {
      const named = Named.safeParse(key);
      // Keys for different uses may share a name (RFC 7517 §4.5): one that is of no use does not hide one that is.
      if (named.success && keys.get(named.data.kid)?.kind !== 'key') {
        keys.set(named.data.kid, readPublicJwk(key));
      }
    }
    return { ...fetched, value: keys };
  }

  async function document(issuer: string, dwk: WellKnown, refresh: boolean) {
    if (!isServerIdentifier(issuer, { development })) {
      return refused('issuer_invalid', 'the issuer is no server identifier');
    }
    const held = keep(documents, `${issuer} ${dwk}`, () =>
      hold(() => fetchMetadata(issuer, dwk), forMetadata),
    );
    return held ? await held.read({ refresh }) : tooMany;
  }

  async function keysOf(issuer: string, dwk: WellKnown, refresh: boolean) {
    const metadata = await document(issuer, dwk, refresh);
    if (metadata.kind === 'refused') return metadata;
    const jwksUri = metadata.value.jwks_uri;
    if (jwksUri === undefined) return refused('malformed', `the metadata of ${issuer} names no jwks_uri`);
    const held = keep(keySets, `${issuer} ${jwksUri}`, () => hold(() => fetchKeys(issuer, jwksUri), forKeys));
    return held ? await held.read({ refresh }) : tooMany;
  }

  return {
    async metadata(issuer, dwk) {
      const read = await document(issuer, dwk, false);
      return read.kind === 'refused' ? read : { kind: 'found', metadata: read.value };
    },
    async key(issuer, dwk, kid, failed) {
      if (issuer === own?.issuer) {
        const key = (await own.keys()).find((key) => key.kid === kid);
        return key ? found(key) : refused('unknown_key', `${issuer} has no such key`);
      }
      let keys = await keysOf(issuer, dwk, false);
      if (keys.kind === 'refused') return keys;
      if (!isOfUse(keys.value.get(kid), failed)) {
        keys = await keysOf(issuer, dwk, true);
        if (keys.kind === 'refused') return keys;
      }
      const key = keys.value.get(kid);
      if (key === undefined) return refused('unknown_key', `${issuer} has no such key`);
      return key.kind === 'key' ? found(key.jwk) : key;
    },
  };
}

/**
 * The entry of this name, made if need be. The least recently used one makes room, unless it was asked for within the
 * floor: else an endless row of issuers would be the way round the floor. Undefined when there is no room.
 */
function keep<Entry extends Held<unknown>>(entries: Map<string, Entry>, name: string, make: () => Entry) {
  const known = entries.get(name);
  if (!known && entries.size >= mostIssuers) {
    const [spare] = [...entries].find(([, entry]) => !entry.isRecent()) ?? [];
    if (spare === undefined) return undefined;
    entries.delete(spare);
  }
  const entry = known ?? make();
  entries.delete(name);
  entries.set(name, entry);
  return entry;
}

function found(jwk: PublicJwk) {
  return { kind: 'found', jwk } as const;
}

/** A key that is not there, or that did not verify what it should have, or (then) cannot be read, is worth another look. */
function isOfUse(key: KeyRead | undefined, failed: PublicJwk | undefined) {
  if (!key) return false;
  return !failed || (key.kind === 'key' && !isSameKey(key.jwk, failed));
}

/** How long the publisher lets an answer be used, in milliseconds (RFC 9111 §4.2.1); ten minutes if it does not say. */
function freshness(headers: Headers, now: Date) {
  const control = headers.get('cache-control') ?? '';
  if (/(?:^|[\s,])no-(?:store|cache)\b/i.test(control)) return 0;
  const maxAge = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(control)?.[1];
  if (maxAge !== undefined) return Number(maxAge) * 1000;
  const expires = headers.get('expires');
  if (expires === null) return defaultFreshMs;
  const left = Date.parse(expires) - now.getTime();
  return Number.isFinite(left) ? left : 0;
}

const tooMany: DiscoveryRefusal = {
  kind: 'refused',
  reason: 'unreachable',
  detail: 'too many new issuers in the last minute',
};

function refused(reason: DiscoveryRefusalReason, detail: string): DiscoveryRefusal {
  return { kind: 'refused', reason, detail };
}
