// npm run bench -- person-server: signed requests from processes of their own against one Person Server on a Postgres that
// keeps what it was told (fsync on), each class beside its floor, measured in the same minute: the Ed25519 verifications and
// the one insert such a request cannot do without, in a process of its own and without HTTP.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '#http.ts';
import { openPostgres } from '../test/support/postgres.ts';
import {
  type Driven,
  type Order,
  type Part,
  type RequestClass,
  requestClasses,
} from './person-server-driver.ts';
import type { FloorOrder, FloorTaken } from './person-server-process.ts';
import { openStoreOfBench } from './person-server-store.ts';
import { openParts, openPeople, type People } from './person-server-world.ts';

// BENCH_REQUESTS, BENCH_REPETITIONS, BENCH_CLASSES (a list) make a run longer or shorter; BENCH_PROFILE names a directory for
// the server's CPU profile.
const drivers = 2;
const agents = 16;
const requests = Number(process.env.BENCH_REQUESTS ?? 4800);
const repetitions = Number(process.env.BENCH_REPETITIONS ?? 5);
const sizes = [100, 100_000];
const chosen = requestClasses.filter((name) => (process.env.BENCH_CLASSES ?? name).split(',').includes(name));

/** What goes through people is done less often, for they take longer. A signature is good for a minute. */
const shares: Readonly<Partial<Record<RequestClass, number>>> = { long_poll: 3, round: 24 };

/** Requests of each agent in one run. */
const perAgent = (requestClass: RequestClass) => Math.ceil(requests / agents / (shares[requestClass] ?? 1));

/** An agent token and the request; for an auth token also the resource token and the token presented for it. */
const verifications: Readonly<Record<RequestClass, number>> = {
  permission: 2,
  audit: 2,
  person_token: 2,
  auth_token: 4,
  long_poll: 2,
  round: 2,
};

/** What is written down for good: a round is asked, decided and delivered, one after the other. */
const inserts: Readonly<Partial<Record<RequestClass, number>>> = { round: 3 };

type Measured = {
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Milliseconds of processor time for each request. */
  readonly serverMs: number;
  readonly postgresMs: number;
  readonly driversMs: number;
  readonly floorPerSecond: number;
  readonly floorMs: number;
  /** Of its throughput, and of its processor time turned round. */
  readonly ofFloor: number;
  readonly ofFloorPerCpu: number;
};

type Bench = {
  readonly server: ChildProcess;
  readonly floor: ChildProcess;
  readonly driving: readonly ChildProcess[];
  readonly store: Awaited<ReturnType<typeof openStoreOfBench>>;
  readonly parts: readonly Part[];
  readonly people: People;
};

/** Runs every request class beside its floor, on a small store and on one a thousand times as large. */
export async function benchPersonServer() {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await openPostgres({ keeps: true }));
  const issuer = `http://localhost:${await freePort('127.0.0.1')}`;
  const started = async (...args: readonly string[]) => stack.adopt(await start(args), end);
  const server = await started('server', postgres.url, issuer);
  const floor = await started('floor', postgres.url);
  const driving = await Promise.all(Array.from({ length: drivers }, () => started('driver')));
  const store = stack.use(await openStoreOfBench(postgres.url));
  const people = await openPeople(stack, postgres.url, issuer);
  const parts = await openParts(stack, issuer, agents, people);
  const bench: Bench = { server, floor, driving, store, parts, people };

  print(
    `${agents} agents at once, ${requests} requests a time (a third of long_poll, a twenty-fourth of round), the median of ${repetitions} times.`,
  );
  print('Milliseconds of server, postgres, agents and floor are processor time for each request.');
  const small = new Map<RequestClass, Measured>();
  for (const size of sizes) {
    await store.fill(
      size,
      parts.map(({ s256 }) => s256),
    );
    print(`\n${size} missions, log entries and pending requests`);
    print(row('', [...columns, size === sizes[0] ? '' : 'growth']));
    // The first runs plan and compile.
    for (let time = 0; time < 4; time++)
      for (const requestClass of chosen) await measure(bench, requestClass);
    // Postgres looks at its tables again by itself within the minute.
    await store.settle();
    const scans = await store.scans();
    const runs = chosen.map((requestClass) => ({ requestClass, measured: [] as Measured[] }));
    for (let time = 0; time < repetitions; time++) {
      for (const { requestClass, measured } of runs) measured.push(await measure(bench, requestClass));
    }
    for (const { requestClass, measured } of runs) {
      const median = medianOf(measured);
      const before = small.get(requestClass);
      small.set(requestClass, median);
      print(
        row(requestClass, [...shown(median), before ? (costOf(median) / costOf(before)).toFixed(2) : '']),
      );
    }
    // Postgres tells of what an idle connection did after ten seconds.
    await pause(11_000);
    const scanned = (await store.scans()).map(({ table, live, read }) => ({
      table,
      live,
      rows: read - (scans.find((before) => before.table === table)?.read ?? 0),
    }));
    const named = scanned
      .filter(({ live, rows }) => live >= 100 && rows > 0)
      .map(({ table, live, rows }) => `${table} (of ${live} rows) ${rows}`);
    print(`Rows read by sequential scans of tables that grow: ${named.join(', ') || 'none'}`);
  }
}

/** One time of one class: its floor first, then the class. */
async function measure(
  { server, floor, driving, store, parts, people }: Bench,
  requestClass: RequestClass,
): Promise<Measured> {
  const each = perAgent(requestClass);
  const requests = each * agents;
  const storeMs = async () => (await store.cpuMs()) ?? Number.NaN;
  const order: FloorOrder = {
    requests,
    verifications: verifications[requestClass],
    inserts: inserts[requestClass] ?? 1,
    lanes: agents,
  };
  const floorBefore = await storeMs();
  const taken = await ask<FloorTaken>(floor, order);
  const floorMs = taken.cpuMs + (await storeMs()) - floorBefore;

  const tell = async (orderFor: (parts: readonly Part[]) => Order) =>
    await Promise.all(
      driving.map((driver, number) =>
        ask<'ready'>(driver, orderFor(parts.filter((_part, at) => at % drivers === number))),
      ),
    );
  if (requestClass === 'long_poll') {
    people.away(true);
    await tell((parts) => ({ parts, asks: each }));
    await people.approveOpen();
    people.away(false);
  }
  await tell((parts) => ({ parts, requestClass, each }));
  const postgresBefore = await storeMs();
  const serverBefore = await ask<number>(server, 'cpu');
  const started = performance.now();
  const driven = await Promise.all(driving.map((driver) => ask<Driven>(driver, 'go')));
  const seconds = (performance.now() - started) / 1000;
  const serverMs = (await ask<number>(server, 'cpu')) - serverBefore;
  const postgresMs = (await storeMs()) - postgresBefore;
  const times = driven.flatMap((one) => one.times).toSorted((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  return {
    perSecond: requests / seconds,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    serverMs: serverMs / requests,
    postgresMs: postgresMs / requests,
    driversMs: driven.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / requests,
    floorPerSecond: requests / taken.seconds,
    floorMs: floorMs / requests,
    ofFloor: requests / seconds / (requests / taken.seconds),
    ofFloorPerCpu: floorMs / (serverMs + postgresMs),
  };
}

const costOf = ({ serverMs, postgresMs }: Measured) => serverMs + postgresMs;

/** The median of each figure, of shares too: a floor is compared with the class it was measured beside. */
function medianOf(runs: readonly Measured[]): Measured {
  const of = (name: keyof Measured) => {
    const sorted = runs.map((run) => run[name]).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return {
    perSecond: of('perSecond'),
    p50: of('p50'),
    p95: of('p95'),
    p99: of('p99'),
    serverMs: of('serverMs'),
    postgresMs: of('postgresMs'),
    driversMs: of('driversMs'),
    floorPerSecond: of('floorPerSecond'),
    floorMs: of('floorMs'),
    ofFloor: of('ofFloor'),
    ofFloorPerCpu: of('ofFloorPerCpu'),
  };
}

const columns = [
  'req/s',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'server',
  'postgres',
  'agents',
  'floor/s',
  'floor ms',
  'of floor',
  'per cpu',
];

function shown(measured: Measured): string[] {
  const { perSecond, p50, p95, p99, serverMs, postgresMs, driversMs, floorPerSecond, floorMs } = measured;
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return [
    perSecond.toFixed(0),
    ...[p50, p95, p99].map((ms) => ms.toFixed(1)),
    ...[serverMs, postgresMs, driversMs].map((ms) => ms.toFixed(2)),
    floorPerSecond.toFixed(0),
    floorMs.toFixed(2),
    percent(measured.ofFloor),
    percent(measured.ofFloorPerCpu),
  ];
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(14) + cells.map((cell) => cell.padStart(9)).join('');
}

async function start(args: readonly string[]): Promise<ChildProcess> {
  const profile = args[0] === 'server' ? process.env.BENCH_PROFILE : undefined;
  const child = fork(new URL('person-server-process.ts', import.meta.url), args, {
    serialization: 'advanced',
    ...(profile && { execArgv: ['--cpu-prof', `--cpu-prof-dir=${profile}`] }),
  });
  await once(child, 'message');
  // Nothing is measured without it; what it died of stands above.
  child.once('exit', (code) => code && process.exit(code));
  return child;
}

async function end(child: ChildProcess) {
  const exited = once(child, 'exit');
  child.kill();
  await exited;
}

/** Says something to a process of the bench and takes its next answer. */
async function ask<Answer>(child: ChildProcess, what: Order | FloorOrder | 'cpu'): Promise<Answer> {
  const answered = once(child, 'message', { signal: AbortSignal.timeout(120_000) });
  child.send(what);
  const [answer] = (await answered) as [Answer];
  return answer;
}

function print(line: string) {
  process.stdout.write(`${line}\n`);
}
