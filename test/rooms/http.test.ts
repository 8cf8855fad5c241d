// Bytes on the wire: what is no HTTP request, what takes too long to be one, and what our own answers look like.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpServer, type Mount, openHttp } from '#http.ts';
import { openLog } from '#log.ts';

const made = 'alert-4711';
let http: HttpServer;
/** What was logged as a failure of ours. */
const failures: string[] = [];
let bodyFailed = Promise.withResolvers<void>();
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  const log = { ...openLog('silent'), error: (_facts: object, line: string) => failures.push(line) };
  const mounts = [
    { path: '/hello', answer: () => new Response('hello') },
    { path: '/waits', answer: () => new Promise<never>(() => {}) },
    { path: '/fails', answer: () => Promise.reject(new Error(made)) },
    {
      path: '/body',
      answer: async (request: Request) => {
        try {
          return new Response(await request.text());
        } catch (error) {
          bodyFailed.resolve();
          throw error;
        }
      },
    },
    {
      path: '/stream',
      answer: () => {
        const never = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('first')) });
        return new Response(never);
      },
    },
  ];
  http = closing.use(await openHttp({ host: '127.0.0.1', port: 0, arriveMs: 300 }, mounts, log));
});
afterAll(() => closing.disposeAsync());

/** Everything that is answered to these bytes until the other side closes; `then` is said once something was heard. */
async function raw(text: string, then?: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: http.port });
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) {
    if (answer === '' && then !== undefined) socket.write(then);
    answer += String(chunk);
  }
  return answer;
}

/** The one problem in an answer, which says nothing of what was sent. */
function expectProblem(answer: string, status: number) {
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`]);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const headers = new Headers(
    head
      .split('\r\n')
      .slice(1)
      .map((line): [string, string] => [line.split(': ')[0] ?? '', line.split(': ')[1] ?? '']),
  );
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(headers.get('access-control-allow-origin')).toBe('*');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('connection')).toBe('close');
  expect(headers.has('date')).toBe(true);
  expect(JSON.parse(body.replace(/^[0-9a-f]+\r\n/, '').replace(/\r\n0$/, ''))).toEqual({
    status,
    error: 'invalid_request',
    detail: expect.any(String) as string,
  });
  expect(answer).not.toContain(made);
}

const host = 'Host: ps.example\r\n';
const last = 'Connection: close\r\n\r\n';

describe('what is no request', () => {
  test.each([
    ['nothing HTTP knows', `${made}\r\n\r\n`, 400],
    ['a method nobody knows', `FROB /${made} HTTP/1.1\r\n${host}${last}`, 400],
    ['a header without a name', `GET / HTTP/1.1\r\n${host}: ${made}\r\n\r\n`, 400],
    ['two lengths', `POST /body HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`, 400],
    [
      'a chunk that is none',
      `POST /body HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${made}\r\n`,
      400,
    ],
    ['no host', `GET /${made} HTTP/1.1\r\n${last}`, 400],
    ['a host that is none', `GET / HTTP/1.1\r\nHost: ${made} / x\r\n${last}`, 400],
    ['another address than ours', `GET http://[${made}/ HTTP/1.1\r\n${host}${last}`, 400],
    ['an expectation nobody meets', `POST / HTTP/1.1\r\n${host}Expect: ${made}\r\n${last}`, 417],
    ['headers without an end', `GET / HTTP/1.1\r\n${host}X: ${made.repeat(2_000)}\r\n\r\n`, 431],
    [
      'a chunk with too much to say of itself',
      `POST /body HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1;${made.repeat(3_000)}\r\na\r\n0\r\n\r\n`,
      413,
    ],
  ])('is refused as problem details, and hung up on: %s', async (_what, text, status) => {
    expectProblem(await raw(text), status);
  });

  test('is waited for so long and no longer, head and body', async () => {
    const answers = [
      raw(`GET / HTTP/1.1\r\n${host}X: `),
      raw(`POST /body HTTP/1.1\r\n${host}Content-Length: 10\r\n\r\n${made}`.slice(0, -3)),
    ];
    for (const answer of await Promise.all(answers)) expectProblem(answer, 408);
  });

  test('is not answered before or in the middle of another answer', async () => {
    expect(await raw(`GET /waits HTTP/1.1\r\n${host}\r\n${made}\r\n\r\n`)).toBe('');
    const answer = await raw(`GET /stream HTTP/1.1\r\n${host}\r\n`, `${made}\r\n\r\n`);
    expect(answer).toContain('first');
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    expect(answer).not.toContain('problem');
  });

  test('is no failure of ours, and neither is a body that breaks off', async () => {
    failures.length = 0;
    bodyFailed = Promise.withResolvers();
    const socket = connect({ host: '127.0.0.1', port: http.port });
    socket.write(`POST /body HTTP/1.1\r\n${host}Content-Length: 10\r\n\r\nabc`, () => socket.destroy());
    await bodyFailed.promise;
    // Whatever is logged of it is logged before another request is answered.
    expect(await raw(`GET /hello HTTP/1.1\r\n${host}${last}`)).toMatch(/hello$/);
    expect(failures).toEqual([]);
  });
});

test('a request of a client that knows no Host is one', async () => {
  expect(await raw('GET /hello HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200[^]*hello$/);
});

test('our own answers are problem details any page may read', async () => {
  failures.length = 0;
  for (const [path, status, error] of [
    ['/nowhere', 404, 'not_found'],
    ['/fails', 500, 'server_error'],
  ] as const) {
    const response = await fetch(`http://127.0.0.1:${http.port}${path}`);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual({ status, error, detail: expect.any(String) as string });
  }
  expect(failures).toEqual(['request failed']);
});

test('who speaks is the socket’s end, or whom our own proxies name; what was written before theirs is nobody’s word', async () => {
  const mounts: Mount[] = [{ path: '/who', answer: (_request, { client }) => new Response(client) }];
  const log = openLog('silent');
  for (const [proxies, said, client] of [
    [0, '203.0.113.7', '127.0.0.1'],
    [1, undefined, '127.0.0.1'],
    [1, '203.0.113.7', '203.0.113.7'],
    [1, '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    [2, '198.51.100.1, 203.0.113.7 , 10.0.0.1', '203.0.113.7'],
    [2, '203.0.113.7', '127.0.0.1'],
    [1, '2001:db8::7', '2001:db8::7'],
    [1, 'unknown', '127.0.0.1'],
    [1, ' , ', '127.0.0.1'],
  ] as const) {
    await using server = await openHttp({ host: '127.0.0.1', port: 0, proxies }, mounts, log);
    const headers = said === undefined ? {} : { 'x-forwarded-for': said };
    const answer = await fetch(`http://127.0.0.1:${server.port}/who`, { headers });
    expect([said, await answer.text()]).toEqual([said, client]);
  }
});
