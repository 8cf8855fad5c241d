// One HTTP server: a table of path prefixes and what answers there. It knows nobody.
import { type AddressInfo, createServer } from 'node:net';
import { type Http2Bindings, type HttpBindings, serve } from '@hono/node-server';
import type { Log } from '#log.ts';

/** Who is on the other end of the connection, as the socket says it (never a header). */
export type Peer = { readonly address: string };

/** Answers one request. The body is still unread: whoever checks a digest needs the bytes as they came. */
export type Answer = (request: Request, peer: Peer) => Promise<Response> | Response;

/** `path` is matched whole, or as a prefix where it ends with `/`. The longest match answers. */
export type Mount = { readonly path: string; readonly answer: Answer };

export type HttpServer = AsyncDisposable & { readonly port: number };

/**
 * Listens on `host:port` (port 0: any free one) and gives each request to the mount with the longest matching path.
 * Anything unmatched is a `404`, anything thrown a `500`, both problem details (RFC 9457) that name nothing inside.
 */
export async function openHttp(where: { host: string; port: number }, mounts: readonly Mount[], log: Log) {
  const table = mounts.toSorted((a, b) => b.path.length - a.path.length);
  const fetch = async (request: Request, { incoming }: HttpBindings | Http2Bindings): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const mount = table.find(({ path }) =>
      path.endsWith('/') ? pathname.startsWith(path) || pathname === path.slice(0, -1) : pathname === path,
    );
    if (!mount) return problem(404, 'not_found', 'nothing answers at this path');
    try {
      return await mount.answer(request, { address: incoming.socket.remoteAddress ?? '' });
    } catch (error) {
      log.error({ err: error, method: request.method, path: pathname }, 'request failed');
      return problem(500, 'server_error', 'the server could not answer this request');
    }
  };

  const { promise: listening, resolve, reject } = Promise.withResolvers<AddressInfo>();
  const server = serve({ fetch, hostname: where.host, port: where.port }, resolve);
  server.once('error', reject);
  const { port } = await listening;
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      // Long polls and event streams would hold the door open; their readers come back by themselves.
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  } satisfies HttpServer;
}

/** A port nobody listens on now, for whoever must name it before anything listens. Without a `host`, on all addresses. */
export async function freePort(host?: string): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, host, resolve));
  const address = probe.address();
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  if (!address || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

function problem(status: number, error: string, detail: string) {
  return new Response(JSON.stringify({ status, error, detail }), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}
