import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Egress, openEgress } from '#aauth/egress.ts';
import { openTestServer, type TestServer } from '../../support/aauth-world.ts';

const stack = new AsyncDisposableStack();
let server: TestServer;
let other: TestServer;
let egress: Egress;
const production = stack.use(openEgress({ development: false }));

beforeAll(async () => {
  other = stack.use(await openTestServer(() => new Response('other')));
  server = stack.use(
    await openTestServer(async (request) => {
      const { pathname } = new URL(request.url);
      const to = (location: string, status = 302) => new Response(null, { status, headers: { location } });
      switch (pathname) {
        case '/here':
          return to('/there');
        case '/there':
          return new Response(`${request.method} there`);
        case '/round':
          return to('/round');
        case '/away':
          return to(`${other.issuer}/there`);
        case '/same-host-by-another-name':
          return to(`${server.issuer.replace('localhost', '127.0.0.1')}/there`);
        case '/nowhere':
          return to('http://:::');
        case '/kept':
          return to('/there', 307);
        case '/endless':
          return new Response(
            new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(16 * 1024)) }),
          );
        case '/silent':
          return await new Promise<Response>(() => {});
        case '/stalled':
          return new Response(
            new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{')) }),
          );
        case '/echo':
          return new Response(await request.text(), {
            status: 418,
            headers: { 'x-sent': request.headers.get('x-sent') ?? '' },
          });
        default:
          return new Response('', { status: 404 });
      }
    }),
  );
  egress = stack.use(openEgress({ development: true }));
});
afterAll(() => stack.disposeAsync());

const reasonOf = async (fetching: ReturnType<Egress['fetch']>) => {
  const answer = await fetching;
  return answer.kind === 'refused' ? answer.reason : answer.kind;
};

describe('an exchange', () => {
  test('hands back any status, with headers and bytes', async () => {
    const headers = new Headers({ 'x-sent': 'yes' });
    const answer = await egress.fetch(`${server.issuer}/echo`, { method: 'POST', headers, body: 'ping' });
    expect(answer).toMatchObject({ kind: 'answered', status: 418 });
    expect(answer.kind === 'answered' && answer.headers.get('x-sent')).toBe('yes');
    expect(answer.kind === 'answered' && Buffer.from(answer.body).toString()).toBe('ping');
  });

  test('ends when the answer is too long, silent or stalled', async () => {
    expect(await reasonOf(egress.fetch(`${server.issuer}/endless`))).toBe('too_large');
    expect(
      await reasonOf(egress.fetch(`${server.issuer}/echo`, { method: 'POST', body: 'ping', maxBytes: 3 })),
    ).toBe('too_large');
    const timeoutMs = 150;
    expect(await reasonOf(egress.fetch(`${server.issuer}/silent`, { timeoutMs }))).toBe('timed_out');
    expect(await reasonOf(egress.fetch(`${server.issuer}/stalled`, { timeoutMs }))).toBe('timed_out');
  });

  test('with nobody, or with something that speaks no TLS, is unreachable', async () => {
    const gone = await openTestServer(() => new Response('gone'));
    await gone[Symbol.asyncDispose]();
    expect(await reasonOf(egress.fetch(gone.issuer))).toBe('unreachable');
    expect(await reasonOf(egress.fetch(server.issuer.replace('http:', 'https:')))).toBe('unreachable');
  });
});

describe('a redirect', () => {
  test('is followed within one origin', async () => {
    const answer = await egress.fetch(`${server.issuer}/here`);
    expect(answer.kind === 'answered' && Buffer.from(answer.body).toString()).toBe('GET there');
  });

  test.each(['/round', '/away', '/same-host-by-another-name', '/nowhere'])(
    'is not followed from %s',
    async (path) => {
      const before = other.asked.length;
      expect(await reasonOf(egress.fetch(`${server.issuer}${path}`))).toBe('redirected');
      expect(other.asked.length).toBe(before);
    },
  );

  test('of a POST is not followed: its signature was for another path', async () => {
    expect(await reasonOf(egress.fetch(`${server.issuer}/kept`, { method: 'POST', body: '{}' }))).toBe(
      'redirected',
    );
  });
});

const inward = [
  '127.0.0.1',
  '127.8.9.10',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '192.0.2.1',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  'fe80::1',
  'fd00::1',
  'ff02::1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:db8::1',
];

describe('our own network', () => {
  test.each(inward)('is not reached by the address %s', async (address) => {
    const host = address.includes(':') ? `[${address}]` : address;
    expect(await reasonOf(production.fetch(`https://${host}/x`))).toBe('address_refused');
  });

  test.each(['https://2130706433/', 'https://0x7f.1/', 'https://0177.0.0.1/', 'https://127.1/'])(
    'is not reached by the spelling %s',
    async (url) => {
      expect(await reasonOf(production.fetch(url))).toBe('address_refused');
    },
  );

  test.each(inward)(
    'is not reached by a name that resolves to %s, alone or among others',
    async (address) => {
      const family = address.includes(':') ? 6 : 4;
      for (const addresses of [
        [{ address, family }],
        [
          { address: '93.184.216.34', family: 4 },
          { address, family },
        ],
      ]) {
        await using guarded = openEgress({
          development: false,
          resolve: (_host, answer) => answer(null, addresses),
        });
        expect(await reasonOf(guarded.fetch('https://evil.example/'))).toBe('address_refused');
      }
    },
  );

  test('is not reached over anything but https, except loopback in development', async () => {
    for (const url of [server.issuer, 'http://evil.example/', 'ftp://evil.example/', 'file:///etc/passwd']) {
      expect(await reasonOf(production.fetch(url))).toBe('not_https');
    }
    expect(await reasonOf(egress.fetch('http://evil.example/'))).toBe('not_https');
    expect(await reasonOf(egress.fetch('http://10.0.0.1/'))).toBe('not_https');
    expect(await reasonOf(egress.fetch('https://10.0.0.1/'))).toBe('address_refused');
    expect(await reasonOf(egress.fetch('https://user:secret@evil.example/'))).toBe('bad_url');
  });

  test('is not reached by a name that changes its mind: the connection goes to the address that was checked', async () => {
    const answers = ['127.0.0.2', '10.0.0.1', '10.0.0.1'];
    let asked = 0;
    await using pinned = openEgress({
      development: true,
      resolve: (_host, answer) => answer(null, [{ address: answers[asked++] ?? '', family: 4 }]),
    });
    const second = createServer((_request, response) => response.end('second'));
    await new Promise<void>((listening) => second.listen(0, '127.0.0.2', listening));
    const { port } = second.address() as AddressInfo;
    const answer = await pinned.fetch(`http://localhost:${port}/`);
    expect(answer.kind === 'answered' && Buffer.from(answer.body).toString()).toBe('second');
    expect(asked).toBe(1);
    second.closeAllConnections();
    await new Promise((closed) => second.close(closed));
    expect(await reasonOf(pinned.fetch(`http://localhost:${port}/`))).toBe('address_refused');
  });
});

test('whatever is given as a URL, the answer is a refusal', async () => {
  const part = fc.string({ maxLength: 20 });
  const scheme = fc.constantFrom('http://', 'https://10.', 'https://[', 'https://', '//', '');
  await fc.assert(
    fc.asyncProperty(scheme, part, async (scheme, rest) => {
      await using nowhere = openEgress({
        development: false,
        resolve: (_host, answer) => answer(new Error('no such name'), []),
      });
      const answer = await nowhere.fetch(`${scheme}${rest}`, { timeoutMs: 500 });
      expect(answer.kind).toBe('refused');
    }),
    { numRuns: 60 },
  );
});
