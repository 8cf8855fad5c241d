// Bodies over real HTTP: those that say how long they are, and those that do not.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpServer, openHttp } from '#http.ts';
import { openLog } from '#log.ts';
import { readBytes } from '#person-server/body.ts';

const limit = 1_000;
let http: HttpServer;

beforeAll(async () => {
  const answer = async (request: Request) => {
    const read = await readBytes(request, limit);
    return read.kind === 'bytes'
      ? new Response(Buffer.from(read.bytes).toString('hex'))
      : new Response(null, { status: read.problem.status });
  };
  http = await openHttp({ host: '127.0.0.1', port: 0 }, [{ path: '/', answer }], openLog('silent'));
});
afterAll(() => http[Symbol.asyncDispose]());

const post = (body: string | Uint8Array<ArrayBuffer> | ReadableStream) =>
  fetch(`http://127.0.0.1:${http.port}/`, { method: 'POST', body, duplex: 'half' });

/** A body in pieces, without a length. */
function inPieces(pieces: readonly Uint8Array<ArrayBuffer>[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

/** What is answered to bytes as they are on the wire. */
async function raw(text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: http.port });
  socket.end(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

describe('a body', () => {
  const bytes = Uint8Array.from({ length: limit }, (_, n) => n % 256);

  test('is the bytes that were sent, whether its length is said or not', async () => {
    const hex = Buffer.from(bytes).toString('hex');
    expect(await (await post(bytes)).text()).toBe(hex);
    expect(await (await post(inPieces([bytes.slice(0, 300), bytes.slice(300)]))).text()).toBe(hex);
    expect(await (await post('')).text()).toBe('');
  });

  test('is refused one byte past the limit, whether its length is said or not', async () => {
    const longer = new Uint8Array(limit + 1);
    expect((await post(longer)).status).toBe(413);
    expect((await post(inPieces([longer.slice(0, 500), longer.slice(500)]))).status).toBe(413);
  });

  test('ends where its length says, and what comes after is no part of it', async () => {
    const request = (length: number, body: string) =>
      `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n${body}`;
    const answer = await raw(`${request(3, 'abc')}${request(2, 'de')}`);
    const hexes = ['abc', 'de'].map((text) => Buffer.from(text).toString('hex'));
    expect([...answer.matchAll(/\r\n\r\n([0-9a-f]+)/g)].map(([, hex]) => hex)).toEqual(hexes);
  });

  test('that gives two accounts of its length is no request', async () => {
    for (const headers of [
      'content-length: 3\r\ntransfer-encoding: chunked',
      'content-length: 3\r\ncontent-length: 4',
      'content-length: -1',
      'content-length: 3, 3',
    ]) {
      expect(await raw(`POST / HTTP/1.1\r\nhost: x\r\n${headers}\r\n\r\nabcdef`)).toMatch(/^HTTP\/1\.1 400/);
    }
  });
});
