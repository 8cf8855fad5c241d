// The server's half of RFC 6455, as much of it as Slack's Socket Mode speaks: unfragmented text, ping, pong, close.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export type ServerSocket = {
  send(text: string): void;
  /** Ends the connection with a closing frame, or, when `rudely`, without one. */
  close(rudely?: boolean): void;
};

type Events = { readonly onText: (text: string) => void; readonly onClose: () => void };

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** Accepts an upgrade request and gives the open socket. */
export function acceptWebSocket(request: IncomingMessage, stream: Duplex, events: Events): ServerSocket {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  stream.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const send = (opcode: number, payload: Buffer) => {
    if (stream.writable) stream.write(Buffer.concat([header(opcode, payload.length), payload]));
  };
  let waiting: Buffer = Buffer.alloc(0);
  stream.on('data', (data: Buffer) => {
    waiting = Buffer.concat([waiting, data]);
    for (let frame = readFrame(waiting); frame; frame = readFrame(waiting)) {
      waiting = waiting.subarray(frame.length);
      if (frame.opcode === opcodes.text) events.onText(frame.payload.toString('utf8'));
      if (frame.opcode === opcodes.ping) send(opcodes.pong, frame.payload);
      if (frame.opcode === opcodes.close) {
        send(opcodes.close, frame.payload);
        stream.end();
      }
    }
  });
  stream.on('error', () => stream.destroy());
  stream.on('close', events.onClose);
  return {
    send: (text) => send(opcodes.text, Buffer.from(text)),
    close(rudely = false) {
      if (rudely) stream.destroy();
      else send(opcodes.close, Buffer.from([0x03, 0xe8]));
    },
  };
}

function header(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | opcode, length]);
  if (length < 65_536) return Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff]);
  const long = Buffer.alloc(10);
  long[0] = 0x80 | opcode;
  long[1] = 127;
  long.writeBigUInt64BE(BigInt(length), 2);
  return long;
}

/** The first whole frame of what arrived; a client's frames are always masked. */
function readFrame(data: Buffer): { opcode: number; payload: Buffer; length: number } | undefined {
  if (data.length < 6) return undefined;
  const short = data.readUInt8(1) & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (data.length < 6 + extra) return undefined;
  const size = extra === 0 ? short : extra === 2 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  const start = 2 + extra + 4;
  if (data.length < start + size) return undefined;
  const mask = data.subarray(start - 4, start);
  const payload = Buffer.from(
    data.subarray(start, start + size).map((byte, at) => byte ^ (mask[at % 4] ?? 0)),
  );
  return { opcode: data.readUInt8(0) & 0x0f, payload, length: start + size };
}
