// A process of agents: everything is signed before the clock starts, then written to the sockets as it is. `created` may lie
// a minute back, so what the clock sees is the server at work and next to nothing of the agents.
import { connect, type Socket } from 'node:net';
import { mintResourceToken } from '#aauth/mint-token.ts';
import { signRequest } from '#aauth/signed-fetch.ts';
import type { SigningKey } from '#aauth/signing-keys.ts';

export const requestClasses = ['permission', 'audit', 'person_token', 'auth_token', 'long_poll'] as const;
export type RequestClass = (typeof requestClasses)[number];

/** One agent with a mission of its own, and what it has been given under it. */
export type Part = {
  readonly issuer: string;
  readonly agent: { readonly key: SigningKey; readonly token: string };
  readonly s256: string;
  readonly person: { readonly jwt: string; readonly sub: string; readonly jti: string };
  readonly shop: { readonly issuer: string; readonly key: SigningKey };
};

/** What a driver is told: to sign so many requests of a class for each of its agents, then to send them. */
export type Order =
  | { readonly parts: readonly Part[]; readonly requestClass: RequestClass; readonly each: number }
  | 'go';

/** What it took: milliseconds of each request, and of processor time of the driver. */
export type Driven = { readonly times: readonly number[]; readonly cpuMs: number };

/** Follows the orders of the process that started this one. Every agent has one connection and sends one request at a time. */
export function drive() {
  let ready: Promise<{ readonly socket: Socket; readonly requests: readonly Buffer[] }[]> | undefined;
  process.on('message', (order: Order) => {
    follow(order).then((answer) => process.send?.(answer), fail);
  });

  async function follow(order: Order): Promise<Driven | 'ready'> {
    if (order !== 'go') {
      const { parts, requestClass, each } = order;
      ready = Promise.all(
        parts.map(async (part) => {
          const requests: Buffer[] = [];
          for (let number = 0; number < each; number++) requests.push(await prepare(part, requestClass));
          return { socket: await open(part.issuer), requests };
        }),
      );
      await ready;
      return 'ready';
    }
    const lanes = (await ready) ?? [];
    const before = process.cpuUsage();
    const times = (await Promise.all(lanes.map(({ socket, requests }) => send(socket, requests)))).flat();
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

/** The request as it goes over the wire. No two are alike: what is alike within a second would be one request. */
async function prepare(part: Part, requestClass: RequestClass): Promise<Buffer> {
  const { path, json, wait } = await ask(part, requestClass, crypto.randomUUID());
  const url = new URL(path, part.issuer);
  const body = JSON.stringify(json);
  const headers = {
    'content-type': 'application/json',
    ...(wait !== undefined && { prefer: `wait=${wait}` }),
  };
  const signed = await signRequest(
    url.href,
    { method: 'POST', headers, body },
    { kind: 'agent', ...part.agent },
  );
  const lines = [
    `POST ${path} HTTP/1.1`,
    `host: ${url.host}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...[...signed].map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

async function ask({ issuer, s256, agent, person, shop }: Part, requestClass: RequestClass, words: string) {
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
    case 'long_poll':
      return { path: '/permission', json: { action: words, mission_s256: s256 }, wait: 20 };
  }
}

/** Sends one request after another and takes the time of each. @throws when one is answered with anything but a yes */
async function send(socket: Socket, requests: readonly Buffer[]): Promise<number[]> {
  const times: number[] = [];
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
    times.push(performance.now() - started);
    if (!/^HTTP\/1\.1 20[01] /.test(said)) throw new Error(said);
  }
  // A last rejection belongs to nobody.
  answer.promise.catch(() => {});
  socket.destroy();
  return times;
}
