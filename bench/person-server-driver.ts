// A process of agents: everything is signed before the clock starts, then written to the sockets as it is. `created` may lie
// a minute back, so what the clock sees is the server at work and next to nothing of the agents.
import { connect, type Socket } from 'node:net';
import { mintResourceToken } from '#aauth/mint-token.ts';
import { signRequest } from '#aauth/signed-fetch.ts';
import type { SigningKey } from '#aauth/signing-keys.ts';

export const requestClasses = [
  'permission',
  'audit',
  'person_token',
  'auth_token',
  'long_poll',
  'round',
] as const;
export type RequestClass = (typeof requestClasses)[number];

/** One agent with a mission of its own, and what it has been given under it. */
export type Part = {
  readonly issuer: string;
  readonly agent: { readonly key: SigningKey; readonly token: string };
  readonly s256: string;
  readonly person: { readonly jwt: string; readonly sub: string; readonly jti: string };
  readonly shop: { readonly issuer: string; readonly key: SigningKey };
};

/**
 * What a driver is told: to open so many asks for each of its agents, which polls fetch the answers of; to sign so many
 * requests of a class; then to send them.
 */
export type Order =
  | { readonly parts: readonly Part[]; readonly asks: number }
  | { readonly parts: readonly Part[]; readonly requestClass: RequestClass; readonly each: number }
  | 'go';

/** What it took: milliseconds of each request, and of processor time of the driver. */
export type Driven = { readonly times: readonly number[]; readonly cpuMs: number };

/** Follows the orders of the process that started this one. Every agent has one connection and sends one request at a time. */
export function drive() {
  /** Where the answers wait, by agent. */
  const waiting = new Map<string, string[]>();
  let ready: Promise<{ readonly socket: Socket; readonly requests: readonly Buffer[] }[]> | undefined;
  process.on('message', (order: Order) => {
    follow(order).then((answer) => process.send?.(answer), fail);
  });

  async function follow(order: Order): Promise<Driven | 'ready'> {
    if (order !== 'go' && 'asks' in order) {
      await Promise.all(
        order.parts.map(async (part) => waiting.set(part.s256, await openAsks(part, order.asks))),
      );
      return 'ready';
    }
    if (order !== 'go') {
      const { parts, requestClass, each } = order;
      ready = Promise.all(
        parts.map(async (part) => {
          const requests: Buffer[] = [];
          for (let number = 0; number < each; number++) {
            const ask =
              requestClass === 'long_poll'
                ? { path: waiting.get(part.s256)?.[number] ?? '', wait: 20 }
                : await askOf(part, requestClass, crypto.randomUUID());
            requests.push(await prepare(part, ask));
          }
          return { socket: await open(part.issuer), requests };
        }),
      );
      await ready;
      return 'ready';
    }
    const lanes = (await ready) ?? [];
    const before = process.cpuUsage();
    const taken = await Promise.all(
      lanes.map(({ socket, requests }) => send(socket, requests, /^HTTP\/1\.1 20[01] /)),
    );
    const times = taken.flat().map(({ ms }) => ms);
    const { user, system } = process.cpuUsage(before);
    return { times, cpuMs: (user + system) / 1000 };
  }
}

function fail(error: unknown): never {
  throw error;
}

async function open(issuer: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(issuer).port), noDelay: true });
  const { promise: connected, resolve, reject } = Promise.withResolvers<void>();
  socket.once('connect', resolve).once('error', reject);
  await connected;
  return socket;
}

/** Asks that nobody waits for yet; gives the paths of their answers. */
async function openAsks(part: Part, count: number): Promise<string[]> {
  const asks = Array.from({ length: count }, () => {
    const json = { action: crypto.randomUUID(), mission_s256: part.s256 };
    return prepare(part, { path: '/permission', json });
  });
  const opened = await send(await open(part.issuer), await Promise.all(asks), /^HTTP\/1\.1 202 /);
  return opened.map(({ said }) => new URL(/\r\nlocation: *(\S+)/i.exec(said)?.[1] ?? '').pathname);
}

type Asked = { readonly path: string; readonly json?: object; readonly wait?: number };

/** The request as it goes over the wire. No two are alike: what is alike within a second would be one request. */
async function prepare(part: Part, { path, json, wait }: Asked): Promise<Buffer> {
  const url = new URL(path, part.issuer);
  const body = json && JSON.stringify(json);
  const method = body === undefined ? 'GET' : 'POST';
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(wait !== undefined && { prefer: `wait=${wait}` }),
  };
  const signed = await signRequest(
    url.href,
    { method, headers, ...(body !== undefined && { body }) },
    { kind: 'agent', ...part.agent },
  );
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${url.host}`,
    ...(body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
    ...[...signed].map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}

async function askOf(
  { issuer, s256, agent, person, shop }: Part,
  requestClass: Exclude<RequestClass, 'long_poll'>,
  words: string,
): Promise<Asked> {
  switch (requestClass) {
    case 'permission':
      return { path: '/permission', json: { action: 'Tool', mission_s256: s256, description: words } };
    case 'audit':
      return { path: '/audit', json: { action: 'Tool', mission_s256: s256, description: words } };
    case 'person_token':
      return { path: '/person', json: { resource: shop.issuer, mission_s256: s256, justification: words } };
    case 'auth_token': {
      const wanted = {
        aud: issuer,
        ps: issuer,
        sub: person.sub,
        presentedJti: person.jti,
        agentJkt: agent.key.kid,
        missionS256: s256,
        scope: 'buy:flour',
      };
      const minted = mintResourceToken(wanted, {
        issuer: shop.issuer,
        key: shop.key,
        now: new Date(),
      });
      return { path: '/token', json: { resource_token: minted?.jwt, presented_token: person.jwt } };
    }
    case 'round':
      return { path: '/permission', json: { action: words, mission_s256: s256 }, wait: 20 };
  }
}

type Answered = { readonly ms: number; readonly said: string };

/** Sends one request after another and takes the time of each. @throws when an answer does not begin as it should */
async function send(socket: Socket, requests: readonly Buffer[], expected: RegExp): Promise<Answered[]> {
  const answered: Answered[] = [];
  let answer = Promise.withResolvers<string>();
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end + 2))?.[1] ?? 0);
    if (text.length >= end + 4 + length) answer.resolve(text);
  });
  socket.once('error', (error) => answer.reject(error));
  socket.once('close', () => answer.reject(new Error('the server hung up')));
  for (const request of requests) {
    text = '';
    answer = Promise.withResolvers<string>();
    const started = performance.now();
    socket.write(request);
    const said = await answer.promise;
    answered.push({ ms: performance.now() - started, said });
    if (!expected.test(said)) throw new Error(said);
  }
  // A last rejection belongs to nobody.
  answer.promise.catch(() => {});
  socket.destroy();
  return answered;
}
