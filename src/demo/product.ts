// The product as an operator runs it: `node src/cli.ts serve` in a process of its own, told everything by its environment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type Product = AsyncDisposable & {
  readonly pid: number | undefined;
  readonly issuer: string;
  /** Settles when the process is gone, whoever ended it. */
  readonly ended: Promise<void>;
};

/** The product did not start, or ended before its time; the message carries the end of its log. */
export class ProductError extends Error {
  override readonly name = 'ProductError';
}

/** Of our own environment the product gets what every program needs, and no credentials that lie about. */
const passedOn = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TEMP',
  'LANG',
  'LC_ALL',
  'TZ',
  'SystemRoot',
  'NODE_EXTRA_CA_CERTS',
];

const startsWithinMs = 60_000;
const stopsWithinMs = 15_000;

/** Starts the product on `port` with `settings` as its environment and its log in `logFile`; ready when `/readyz` says so. */
export async function startProduct(options: {
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly signal: AbortSignal;
  /** Another program than `chaperone serve`, for a test that runs the product with other measures. */
  readonly program?: string;
}): Promise<Product> {
  const { port, settings, logFile, signal } = options;
  const program = options.program ?? fileURLToPath(new URL('../cli.ts', import.meta.url));
  const log = await open(logFile, 'a');
  const child = spawn(process.execPath, [program, 'serve'], {
    env: {
      ...Object.fromEntries(passedOn.map((name) => [name, process.env[name]])),
      ...settings,
      PORT: String(port),
    },
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = once(child, 'exit').then(() => undefined);
  await log.close();

  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    if (hasEnded()) return;
    child.kill('SIGTERM');
    const patience = new AbortController();
    await Promise.race([ended, pause(stopsWithinMs, undefined, { signal: patience.signal })]);
    patience.abort();
    if (!hasEnded()) child.kill('SIGKILL');
    await ended;
  };
  const issuer = `http://localhost:${port}`;
  try {
    for (const until = Date.now() + startsWithinMs; !(await isReady(issuer)); ) {
      if (hasEnded()) throw new ProductError(`the product ended at once:\n${await endOf(logFile)}`);
      if (Date.now() > until) throw new ProductError(`the product is not ready:\n${await endOf(logFile)}`);
      await pause(100, undefined, { signal });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid, issuer, ended, [Symbol.asyncDispose]: stop };
}

async function isReady(issuer: string) {
  const answer = await fetch(`${issuer}/readyz`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200;
}

async function endOf(logFile: string) {
  return (await readFile(logFile, 'utf8')).trim().split('\n').slice(-15).join('\n');
}
