// A stranger's side of the wire: the real `serve` as a child process, and parties that sign with node:crypto alone, so that a
// mistake our own signing and verifying share does not go unseen.
import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '#http.ts';
import { layBlankStore } from './blank-store.ts';

export type Json = Readonly<Record<string, unknown>>;
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Json;
};

/** Starts `serve` as an operator in development does, with a store and a port of its own. */
export async function serveApart(settings: Readonly<Record<string, string>> = {}) {
  const data = await mkdtemp(join(tmpdir(), 'chaperone-'));
  await layBlankStore(data);
  const port = await freePort('127.0.0.1');
  const child = spawn(process.execPath, ['src/cli.ts', 'serve'], {
    env: {
      PATH: process.env['PATH'],
      CHAPERONE_DEV: '1',
      PORT: String(port),
      CHAPERONE_DATA: data,
      CHAPERONE_LOG: 'silent',
      CHAPERONE_MISSION_CONTROL_TOKEN: 'secret',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Handed on and not shared: a process that lives too long must not keep our own from ending.
  child.stderr.pipe(process.stderr, { end: false });
  const over = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) if (line.includes('is open at')) break;
  child.stdout.resume();
  return {
    issuer: `http://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await over;
      await rm(data, { recursive: true, force: true });
    },
  };
}

export type Key = ReturnType<typeof newKey>;

export function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { kty, crv, x } = publicKey.export({ format: 'jwk' });
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
  return { privateKey, kid: randomUUID(), jwk: { kty, crv, x, alg: 'Ed25519' }, thumbprint };
}

export const seconds = () => Math.floor(Date.now() / 1000);
const encoded = (value: Json) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function jwtOf(key: Key, typ: string, claims: Json, header: Json = {}): string {
  const input = `${encoded({ alg: 'Ed25519', typ, kid: key.kid, ...header })}.${encoded(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), key.privateKey).toString('base64url')}`;
}

/** The header and the claims of a token, unverified. */
export function partsOf(jwt: unknown): { readonly header: Json; readonly claims: Json } {
  const [header = '', claims = ''] = String(jwt)
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('utf8'));
  return { header: JSON.parse(header) as Json, claims: JSON.parse(claims) as Json };
}

/** A party on loopback that publishes its metadata and one key. */
export async function openParty(dwk: string, further: Json = {}) {
  const key = newKey();
  const server = createServer((request, response) => {
    const document =
      request.url === `/.well-known/${dwk}`
        ? { issuer, jwks_uri: `${issuer}/jwks`, ...further }
        : { keys: [{ ...key.jwk, kid: key.kid }] };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const issuer = `http://localhost:${address && typeof address !== 'string' ? address.port : 0}`;
  return {
    issuer,
    dwk,
    key,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Party = Awaited<ReturnType<typeof openParty>>;

/** What of a request is not as it should be. */
export type Twist = {
  readonly token?: string;
  readonly signatureKey?: string;
  readonly components?: readonly string[];
  readonly params?: string;
  readonly authority?: string;
  /** Sent in place of the body that was signed. */
  readonly sent?: string;
  readonly without?: string;
};

/** Signs and sends; `body` is sent as it is when it is text. */
export async function sendSigned(
  key: Key,
  signatureKey: string,
  method: string,
  url: string,
  body: Json | string | undefined,
  twist: Twist = {},
): Promise<Answer> {
  const { host, pathname } = new URL(url);
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const fields: Record<string, string> = { 'signature-key': twist.signatureKey ?? signatureKey };
  if (text !== undefined) {
    fields['content-type'] = 'application/json';
    fields['content-digest'] = `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;
  }
  const covered = twist.components ?? ['@method', '@authority', '@path', ...Object.keys(fields)];
  const derived = { '@method': method, '@authority': twist.authority ?? host, '@path': pathname };
  const values: Readonly<Record<string, string>> = { ...derived, ...fields };
  const names = covered.map((name) => `"${name}"`).join(' ');
  const params = `(${names})${twist.params ?? `;created=${seconds()}`}`;
  const base = [
    ...covered.map((name) => `"${name}": ${values[name] ?? ''}`),
    `"@signature-params": ${params}`,
  ].join('\n');
  fields['signature-input'] = `sig=${params}`;
  fields['signature'] = `sig=:${sign(null, Buffer.from(base), key.privateKey).toString('base64')}:`;
  if (twist.without) delete fields[twist.without];
  const sent = twist.sent ?? text;
  return await answerOf(
    await fetch(url, { method, headers: fields, ...(sent !== undefined && { body: sent }) }),
  );
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? (JSON.parse(text) as Json) : {},
  };
}
