// The other processes of the bench, by their first argument: the server, the floor, and the agents that drive the server.
import { createPublicKey, verify } from 'node:crypto';
import pg from 'pg';
import { generateSigningKey } from '#aauth/signing-keys.ts';
import { openHttp } from '#http.ts';
import { openLog } from '#log.ts';
import { openPersonServer } from '#person-server/person-server.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { drive } from './person-server-driver.ts';

/** What the floor is asked for: so many requests at its least cost, `lanes` at once. */
export type FloorOrder = {
  readonly requests: number;
  readonly verifications: number;
  readonly inserts: number;
  readonly lanes: number;
};
export type FloorTaken = { readonly seconds: number; readonly cpuMs: number };

const [role, url = '', issuer = ''] = process.argv.slice(2);
switch (role) {
  case 'server':
    await serve();
    break;
  case 'floor':
    await stand();
    break;
  default:
    drive();
}
process.send?.('open');

process.once('SIGTERM', () => process.exit());

async function serve() {
  const log = openLog('error');
  const database = await openTestDatabase([], { url });
  const personServer = await openPersonServer({
    database,
    issuer,
    development: true,
    people: [{ id: 'alice', silentGrants: 'approved' }],
    defaultPerson: 'alice',
    log,
  });
  await openHttp({ host: '127.0.0.1', port: Number(new URL(issuer).port) }, personServer.mounts, log);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1000);
  });
}

/** The least a request can cost: each signature verified by OpenSSL and each durable row by a prepared statement; no HTTP. */
async function stand() {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  await pool.query('create table bench_floor (id bigint generated always as identity, what text)');
  const { publicJwk, privateJwk } = await generateSigningKey();
  const bytes = Buffer.alloc(400, 'x');
  const { alg: _alg, kid: _kid, ...members } = privateJwk;
  const key = await crypto.subtle.importKey('jwk', members, 'Ed25519', false, ['sign']);
  const signature = Buffer.from(await crypto.subtle.sign('Ed25519', key, bytes));
  const insert = {
    name: 'floor',
    text: 'insert into bench_floor (what) values ($1)',
    values: ['x'.repeat(100)],
  };

  async function one({ verifications, inserts }: FloorOrder) {
    for (let done = 0; done < verifications; done++) {
      if (!verify(null, bytes, createPublicKey({ key: { ...publicJwk }, format: 'jwk' }), signature)) {
        throw new Error('the floor gave way');
      }
    }
    for (let done = 0; done < inserts; done++) await pool.query(insert);
  }

  async function take(order: FloorOrder): Promise<FloorTaken> {
    const before = process.cpuUsage();
    const started = performance.now();
    const { requests, lanes } = order;
    let left = requests;
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        while (left-- > 0) await one(order);
      }),
    );
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(before);
    return { seconds, cpuMs: (user + system) / 1000 };
  }
  process.on('message', (order: FloorOrder) => {
    take(order).then(
      (taken) => process.send?.(taken),
      (error: unknown) => {
        throw error;
      },
    );
  });
}
