import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { DatabaseError } from '#database/error.ts';

/**
 * Takes an embedded store's directory for this process. Two processes on one PGlite directory would destroy it.
 * A lock left by a killed process is taken over: its pid no longer runs.
 * @throws {DatabaseError} `in_use`
 */
export async function holdDirectory(directory: string): Promise<AsyncDisposable> {
  await mkdir(directory, { recursive: true });
  const lock = `${directory}/lock`;
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      return { [Symbol.asyncDispose]: () => rm(lock, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = Number(await readFile(lock, 'utf8').catch(() => '0'));
    if (holder !== process.pid && runs(holder)) {
      throw new DatabaseError(
        'in_use',
        `process ${holder} already uses the embedded database in ${directory}`,
      );
    }
    await rm(lock, { force: true });
  }
}

function runs(pid: number) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
