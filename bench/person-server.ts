// npm run bench -- person-server: signed requests from processes of their own against one Person Server on Postgres, next to
// the floor of the same run: the two Ed25519 verifications and the one insert no request can do without.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import pg from 'pg';
import { generateSigningKey, type SigningKey } from '#aauth/signing-keys.ts';
import { openLog } from '#log.ts';
import { openPersonServer } from '#person-server/person-server.ts';
import { openAgent } from '../test/support/aauth-agent.ts';
import { openAgentProvider, openResource } from '../test/support/aauth-world.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { openPostgres } from '../test/support/postgres.ts';

export const classes = ['permission', 'audit', 'person_token', 'auth_token', 'long_poll'] as const;
export type RequestClass = (typeof classes)[number];

/** What a driver needs to act as one agent. */
export type Part = {
  readonly issuer: string;
  readonly agent: { readonly key: SigningKey; readonly token: string };
  readonly s256: string;
  readonly personToken: string;
  readonly shop: { readonly issuer: string; readonly key: SigningKey };
};

export type Run = { readonly requestClass: RequestClass; readonly requests: number; readonly lanes: number };

const drivers = 2;
const requests = Number(process.env.BENCH_REQUESTS ?? 600);
const lanes = 8;

/** Runs every request class on an almost empty store, then the first of them again beside a hundred thousand of everything. */
export async function benchPersonServer() {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await openPostgres());
  const issuer = `http://localhost:${await freePort()}`;
  const server = stack.adopt(start('server', [postgres.url, issuer]), (child) => void child.kill());
  await once(server, 'message');
  const provider = stack.use(await openAgentProvider());
  const shop = stack.use(await openResource());
  const database = stack.use(await openTestDatabase([], { url: postgres.url }));
  // Decides beside the server, as another replica does.
  const replica = stack.use(
    await openPersonServer({
      database,
      issuer,
      development: true,
      people: [{ id: 'alice', silentGrants: 'approved' }],
      defaultPerson: 'alice',
      log: openLog('silent'),
    }),
  );
  const decidedBy = { person: 'alice', via: 'bench', id: 'bench' };
  const approve = async (id: string) => {
    const request = await replica.oversight.readRequest(id);
    if (request?.state !== 'open') return;
    await replica.oversight.decide(id, { action: 'approve', digest: request.digest, decidedBy });
  };

  const parts: Part[] = [];
  for (let driver = 0; driver < drivers; driver++) {
    const agent = await openAgent({ provider, personServer: issuer, name: `bench-${driver}` });
    const pending = await agent.proposeMission({
      description: 'Measure',
      tools: [{ name: 'Tool' }],
      resources: [shop.issuer],
    });
    const { requests: open } = await replica.oversight.listRequests({ state: 'open', agent: agent.id });
    await approve(open[0]?.id ?? '');
    const { s256, person_tokens } = (await agent.settle(pending)).body as {
      s256: string;
      person_tokens: Record<string, string>;
    };
    const { key, token } = agent;
    const personToken = person_tokens[shop.issuer] ?? '';
    parts.push({
      issuer,
      agent: { key, token },
      s256,
      personToken,
      shop: { issuer: shop.issuer, key: shop.key },
    });
  }

  const stop = new AbortController();
  const deciding = (async () => {
    for await (const change of replica.oversight.watch({ signal: stop.signal })) {
      if (change.kind === 'request' && change.requestId) await approve(change.requestId);
    }
  })();

  const floor = await measureFloor(postgres.url);
  print(
    `floor: ${floor.toFixed(0)} requests/s (2 Ed25519 verifications and 1 insert each, ${lanes} at once)`,
  );
  print('');
  print(
    `${'class'.padEnd(26)}${['req/s', 'p50 ms', 'p95 ms', 'p99 ms', 'cpu ms', 'of floor'].map((name) => name.padStart(10)).join('')}`,
  );
  for (const requestClass of classes) await measure(requestClass, requestClass, floor);
  for (const count of [100, 100_000]) {
    await fill(postgres.url, count);
    await measure('permission', `permission, ${count} of all`, floor);
    await measure('person_token', `person_token, ${count} of all`, floor);
  }
  stop.abort();
  await deciding;

  async function measure(requestClass: RequestClass, name: string, floor: number) {
    const before = await cpuOf(server);
    const started = performance.now();
    const run: Run = { requestClass, requests: Math.ceil(requests / drivers), lanes: lanes / drivers };
    const times = (await Promise.all(parts.map((part) => drive(part, run)))).flat().toSorted((a, b) => a - b);
    const seconds = (performance.now() - started) / 1000;
    const cpu = ((await cpuOf(server)) - before) / times.length;
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
    const perSecond = times.length / seconds;
    const columns = [
      perSecond.toFixed(0),
      at(0.5).toFixed(1),
      at(0.95).toFixed(1),
      at(0.99).toFixed(1),
      cpu.toFixed(2),
      `${((100 * perSecond) / floor).toFixed(0)} %`,
    ];
    print(`${name.padEnd(26)}${columns.map((column) => column.padStart(10)).join('')}`);
  }
}

/** The least a request can cost: who signed, twice, and one durable row. Measured on the same machine in the same minute. */
async function measureFloor(url: string): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: lanes });
  await pool.query('create table bench_floor (id bigint generated always as identity, what text)');
  const { publicJwk, privateJwk } = await generateSigningKey();
  const bytes = new TextEncoder().encode('x'.repeat(400));
  const algorithm = { name: 'Ed25519' };
  const { alg: _alg, kid: _kid, ...members } = privateJwk;
  const key = await crypto.subtle.importKey('jwk', members, algorithm, false, ['sign']);
  const signature = await crypto.subtle.sign(algorithm, key, bytes);
  const { alg: _publicAlg, kid: _publicKid, ...publicMembers } = publicJwk;
  const one = async () => {
    for (let twice = 0; twice < 2; twice++) {
      const verifier = await crypto.subtle.importKey('jwk', publicMembers, algorithm, false, ['verify']);
      await crypto.subtle.verify(algorithm, verifier, signature, bytes);
    }
    await pool.query('insert into bench_floor (what) values ($1)', ['x'.repeat(100)]);
  };
  let left = requests * 2;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (left-- > 0) await one();
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  await pool.end();
  return (requests * 2) / seconds;
}

/** Other people's missions, log entries and pending requests, as many as `count` of each. */
async function fill(url: string, count: number) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `insert into person_server.mission (s256, person, agent_iss, agent_sub, blob, description, request_id, approved_at, last_activity_at)
     select 'filler-' || n, 'somebody', 'https://elsewhere.example', 'aauth:a' || n || '@elsewhere.example', ''::bytea, 'filler', 'filler-' || n, now(), now()
     from generate_series(1, $1::int) n on conflict do nothing`,
    [count],
  );
  await client.query(
    `insert into person_server.log_entry (mission_s256, seq, at, kind, source, agent)
     select 'filler-' || n, 1, now(), 'audit', 'agent', 'filler' from generate_series(1, $1::int) n on conflict do nothing`,
    [count],
  );
  await client.query(
    `insert into person_server.request (id, pending, code, type, state, digest, person, agent_iss, agent_sub, agent_new, asserted, wanted, opened_at, deadline, expires_at)
     select 'filler-' || n, 'filler-' || n, 'F' || n, 'permission', 'open', 'd', 'somebody', 'https://elsewhere.example', 'aauth:a' || n || '@elsewhere.example', true, '{}', '{}', now(), now() + interval '1 day', now() + interval '1 day'
     from generate_series(1, $1::int) n on conflict do nothing`,
    [count],
  );
  await client.query('analyze');
  await client.end();
}

function start(role: 'server' | 'driver', args: readonly string[]): ChildProcess {
  return fork(new URL('person-server-process.ts', import.meta.url), [role, ...args], {
    serialization: 'advanced',
  });
}

async function drive(part: Part, run: Run): Promise<number[]> {
  const child = start('driver', []);
  child.send({ part, run });
  const [times] = (await once(child, 'message')) as [number[]];
  child.disconnect();
  return times;
}

/** Milliseconds of processor time the server has used. */
async function cpuOf(server: ChildProcess): Promise<number> {
  server.send('cpu');
  const [ms] = (await once(server, 'message')) as [number];
  return ms;
}

function print(line: string) {
  process.stdout.write(`${line}\n`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  if (!address || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
