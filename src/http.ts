// One HTTP server: a table of path prefixes and what answers there. It knows nobody.
import { randomInt } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse, STATUS_CODES } from 'node:http';
import { type AddressInfo, createServer as createProbe, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, type Http2Bindings, type HttpBindings, RequestError } from '@hono/node-server';
import type { Log } from '#log.ts';

export type Peer = {
  /** Who is on the other end of the connection, as the socket says it (never a header). */
  readonly address: string;
  /** Who speaks through the operator's own proxies, as the last of them says it; without any, the address. */
  readonly client: string;
};

/** Answers one request. The body is still unread: whoever checks a digest needs the bytes as they came. */
export type Answer = (request: Request, peer: Peer) => Promise<Response> | Response;

/** `path` is matched whole, or as a prefix where it ends with `/`. The longest match answers. */
export type Mount = { readonly path: string; readonly answer: Answer };

export type HttpServer = AsyncDisposable & { readonly port: number };

export type Where = {
  readonly host: string;
  readonly port: number;
  /** How long a request may take to arrive, head and body. */
  readonly arriveMs?: number;
  /** How many proxies of the operator's a request comes through, each of which adds to `X-Forwarded-For`; none by default. */
  readonly proxies?: number;
};

const usualArriveMs = 30_000;

/**
 * Listens on `host:port` (port 0: any free one) and gives each request to the mount with the longest matching path.
 * Anything unmatched is a `404`, anything thrown a `500`, and what is no HTTP request is refused before anybody is asked: all
 * of them problem details (RFC 9457) that name nothing inside and repeat nothing that was sent.
 */
export async function openHttp(where: Where, mounts: readonly Mount[], log: Log) {
  const { host, port: wanted, arriveMs = usualArriveMs, proxies = 0 } = where;
  const table = mounts.toSorted((a, b) => b.path.length - a.path.length);
  const fetch = async (request: Request, { incoming }: HttpBindings | Http2Bindings): Promise<Response> => {
    if (incoming.headers.host === undefined && incoming.httpVersion === '1.1') return problem(malformed);
    const { pathname } = new URL(request.url);
    const mount = table.find(({ path }) =>
      path.endsWith('/') ? pathname.startsWith(path) || pathname === path.slice(0, -1) : pathname === path,
    );
    if (!mount) return problem(notFound);
    try {
      const address = incoming.socket.remoteAddress ?? '';
      return await mount.answer(request, { address, client: clientOf(incoming.headers, address, proxies) });
    } catch (error) {
      // Whoever hangs up, or sends what is no body, before all of it is here has failed us, not we them.
      if (incoming.destroyed && !incoming.complete) return problem(malformed);
      log.error({ err: error, method: request.method, path: pathname }, 'request failed');
      return problem(failed);
    }
  };

  const { promise: listening, resolve, reject } = Promise.withResolvers<AddressInfo>();
  const answer = getRequestListener(fetch, {
    hostname: host,
    errorHandler: (error) => problem(error instanceof RequestError ? malformed : failed),
  });
  const underWay = new WeakMap<Duplex, ServerResponse>();
  const server = createServer(
    {
      // A request without it gets an answer of ours as well.
      requireHostHeader: false,
      headersTimeout: arriveMs,
      requestTimeout: arriveMs,
      connectionsCheckingInterval: arriveMs / 2,
    },
    (incoming, outgoing) => {
      underWay.set(incoming.socket, outgoing);
      // It answers whatever happens; there is nothing to wait for.
      void answer(incoming, outgoing);
    },
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const begun = underWay.get(socket);
    // Before and in the middle of the answer to a request that was understood, another one would be taken for it.
    const isAnswering = begun && !begun.writableFinished && (begun.req.complete || begun.headersSent);
    if (!socket.writable || isAnswering || error.code === 'ECONNRESET') socket.destroy();
    else socket.end(onTheWire(refusalOf(error.code)), () => socket.destroy());
  });
  server.on('checkExpectation', (_incoming, outgoing: ServerResponse) => {
    outgoing.writeHead(unexpected.status, { ...problemHeaders, connection: 'close' }).end(bodyOf(unexpected));
  });
  server.once('error', reject);
  server.listen(wanted, host, () => {
    const address = server.address();
    if (address && typeof address !== 'string') resolve(address);
  });
  const { port } = await listening;
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      // Long polls and event streams would hold the door open; their readers come back by themselves.
      server.closeAllConnections();
      await closed;
    },
  } satisfies HttpServer;
}

/** The header grows to the right: of what stands there only what our own proxies wrote is believed. */
function clientOf(headers: IncomingHttpHeaders, address: string, proxies: number): string {
  const said = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const client = proxies > 0 ? said.at(-proxies)?.trim() : undefined;
  return client !== undefined && isIP(client) ? client : address;
}

/** Below those that a system hands out by itself, so that nobody is given it before it is listened on. */
const namedPorts = { from: 10_000, to: 32_000 };

/** A port nobody listens on now, for whoever must name it before anything listens. Without a `host`, on all addresses. */
export async function freePort(host?: string): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(namedPorts.from, namedPorts.to);
    if (await isFree(port, host)) return port;
  }
  throw new Error('no port is free');
}

async function isFree(port: number, host: string | undefined): Promise<boolean> {
  const probe = createProbe();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  probe.once('error', () => resolve(false)).listen(port, host, () => probe.close(() => resolve(true)));
  return await promise;
}

type Refusal = { readonly status: number; readonly error: string; readonly detail: string };

const notFound: Refusal = { status: 404, error: 'not_found', detail: 'nothing answers at this path' };
const failed: Refusal = {
  status: 500,
  error: 'server_error',
  detail: 'the server could not answer this request',
};
const malformed: Refusal = { status: 400, error: 'invalid_request', detail: 'this is no HTTP request' };
const late: Refusal = {
  status: 408,
  error: 'invalid_request',
  detail: 'the request took too long to arrive',
};
const tooLong: Refusal = { status: 413, error: 'invalid_request', detail: 'a chunk says too much of itself' };
const unexpected: Refusal = {
  status: 417,
  error: 'invalid_request',
  detail: 'nothing but 100-continue can be expected',
};
const tooManyHeaders: Refusal = {
  status: 431,
  error: 'invalid_request',
  detail: 'the headers are more than 16 kB',
};

/** What to say to whoever sent something that Node's parser gave up on. */
function refusalOf(code: string | undefined): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return tooManyHeaders;
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return tooLong;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return late;
    default:
      return malformed;
  }
}

/** It says nothing of anybody, so any page may read it: an agent in a browser has to learn that its request failed. */
const problemHeaders = {
  'content-type': 'application/problem+json',
  'cache-control': 'no-store',
  'access-control-allow-origin': '*',
};

const bodyOf = ({ status, error, detail }: Refusal) => JSON.stringify({ status, error, detail });

function problem(refusal: Refusal): Response {
  return new Response(bodyOf(refusal), { status: refusal.status, headers: problemHeaders });
}

/** A problem as bytes for a connection on which no request was understood, and its end. */
function onTheWire(refusal: Refusal): string {
  const body = bodyOf(refusal);
  const headers = {
    ...problemHeaders,
    date: new Date().toUTCString(),
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`, ...lines, '', body].join('\r\n');
}
