// The only way out to servers that somebody else named: bounded in time and bytes, and never into our own network.
import { lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, errors, request } from 'undici';

export type EgressRefusalReason =
  | 'bad_url'
  | 'not_https'
  /** It leads to an address no other party may send us to: private, loopback, link-local, reserved. */
  | 'address_refused'
  | 'redirected'
  | 'too_large'
  | 'timed_out'
  | 'unreachable';

export type EgressRefusal = {
  readonly kind: 'refused';
  readonly reason: EgressRefusalReason;
  readonly detail: string;
};

export type Answered = {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
};

export type Outgoing = {
  /** GET when absent. */
  readonly method?: string;
  readonly headers?: Headers;
  readonly body?: string | Uint8Array;
  /** For the whole exchange; 10 seconds when absent. */
  readonly timeoutMs?: number;
  /** Of the answer's body; 256 KiB when absent. */
  readonly maxBytes?: number;
};

export type Egress = AsyncDisposable & {
  /** Any status but a redirect is an answer. A redirect of a GET is followed within its own origin. */
  fetch(url: string, outgoing?: Outgoing): Promise<Answered | EgressRefusal>;
};

type Resolve = (
  host: string,
  answer: (error: Error | null, addresses: readonly { address: string; family: number }[]) => void,
) => void;

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 3;

/**
 * Opens the way out (draft §jwks-discovery, egress admission). Every address a name resolves to is checked, and the
 * connection goes to an address that was checked. In development loopback is let through, over http too.
 * `resolve` stands in for the system's resolver.
 */
export function openEgress({
  development,
  resolve: resolveHost = (host, answer) => resolve(host, { all: true }, answer),
}: {
  readonly development: boolean;
  readonly resolve?: Resolve;
}): Egress {
  const lookup: LookupFunction = (host, options, answer) => {
    resolveHost(host, (error, addresses) => {
      if (error) return answer(error, []);
      const [first] = addresses;
      // One refused address refuses the name: who owns it must not be able to steer us by retries.
      if (!first || !addresses.every(({ address }) => isAdmitted(address, development))) {
        return answer(new AddressRefused(), []);
      }
      if (options.all) return answer(null, [...addresses]);
      return answer(null, first.address, first.family);
    });
  };
  const dispatcher = new Agent({
    connect: { lookup, timeout: 5_000 },
    connections: 4,
    keepAliveTimeout: 4_000,
    maxHeaderSize: 16 * 1024,
  });

  async function exchange(url: URL, outgoing: Outgoing, signal: AbortSignal) {
    const { method = 'GET', headers, body, maxBytes = 256 * 1024 } = outgoing;
    const answer = await request(url, {
      dispatcher,
      method: method as 'GET',
      headers: Object.fromEntries(headers ?? []),
      body: body ?? null,
      signal,
    });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        answer.body.destroy();
        return refused('too_large', `the answer is longer than ${maxBytes} bytes`);
      }
      chunks.push(chunk);
    }
    const received = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of [value ?? []].flat()) received.append(name, one);
    }
    return {
      kind: 'answered',
      status: answer.statusCode,
      headers: received,
      body: Buffer.concat(chunks),
    } satisfies Answered;
  }

  return {
    async fetch(url, outgoing = {}) {
      const signal = AbortSignal.timeout(outgoing.timeoutMs ?? 10_000);
      let target = admit(url, development);
      for (let redirects = 0; ; redirects++) {
        if (target.kind === 'refused') return target;
        try {
          const answer = await exchange(target.url, outgoing, signal);
          if (answer.kind === 'refused' || !redirectStatuses.has(answer.status)) return answer;
          const from = target.url;
          const to = URL.parse(answer.headers.get('location') ?? '', from.href);
          const isGet = (outgoing.method ?? 'GET') === 'GET';
          if (!isGet || redirects === mostRedirects || to?.origin !== from.origin) {
            return refused('redirected', 'the answer is a redirect that is not followed');
          }
          target = admit(to.href, development);
        } catch (error) {
          return failure(error, signal);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy();
    },
  };
}

class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

function admit(text: string, development: boolean): { kind: 'admitted'; url: URL } | EgressRefusal {
  const url = URL.parse(text);
  if (!url || url.username || url.password) return refused('bad_url', 'not a URL to be fetched');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isLoopback = host === 'localhost' || (isIP(host) !== 0 && rangeOf(host) === 'loopback');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && development && isLoopback)) {
    return refused('not_https', 'only https is spoken');
  }
  // An address in the URL itself is never looked up, so it is checked here.
  if (isIP(host) !== 0 && !isAdmitted(host, development)) return addressRefused;
  return { kind: 'admitted', url };
}

function isAdmitted(address: string, development: boolean) {
  const range = rangeOf(address);
  return range === 'unicast' || (development && range === 'loopback');
}

/** The address's range. IPv6 that wraps an IPv4 address (mapped, 6to4, NAT64) has ranges of its own, none of them `unicast`. */
function rangeOf(address: string) {
  return ipaddr.isValid(address) ? ipaddr.parse(address).range() : 'invalid';
}

function failure(error: unknown, signal: AbortSignal): EgressRefusal {
  const causes = causesOf(error);
  if (causes.some((cause) => cause instanceof AddressRefused)) return addressRefused;
  if (signal.aborted || causes.some((cause) => timeouts.some((kind) => cause instanceof kind))) {
    return refused('timed_out', 'the other party did not answer in time');
  }
  return refused('unreachable', 'the other party could not be reached');
}

const timeouts = [errors.ConnectTimeoutError, errors.HeadersTimeoutError, errors.BodyTimeoutError];

function causesOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return [error];
  const inner = error instanceof AggregateError ? error.errors : [];
  return [error, ...inner.flatMap(causesOf), ...(error.cause === undefined ? [] : causesOf(error.cause))];
}

const addressRefused: EgressRefusal = {
  kind: 'refused',
  reason: 'address_refused',
  detail: 'the address is private, loopback, link-local or reserved',
};

function refused(reason: EgressRefusalReason, detail: string): EgressRefusal {
  return { kind: 'refused', reason, detail };
}
