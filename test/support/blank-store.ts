// A store that holds nothing yet, as the product itself makes it: made once for these migrations and these packages and
// kept beside the packages, because laying out a copy takes a fiftieth of what making one takes.
import { createHash } from 'node:crypto';
import { cpSync, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDatabase } from '#database/database.ts';
import { openLog } from '#log.ts';

const root = join(import.meta.dirname, '..', '..');
let made: Promise<string> | undefined;

/** Lays a blank store into `directory`, which need not exist, for an embedded database to open. */
export async function layBlankStore(directory: string): Promise<void> {
  made ??= blankStore();
  cpSync(await made, directory, { recursive: true });
}

async function blankStore(): Promise<string> {
  const kept = join(root, 'node_modules', '.cache', 'chaperone', `store-${await fingerprint()}`);
  if (existsSync(kept)) return kept;
  await mkdir(dirname(kept), { recursive: true });
  const making = await mkdtemp(`${kept}-`);
  await (await openDatabase({ directory: making }, [], openLog('silent')))[Symbol.asyncDispose]();
  try {
    await rename(making, kept);
  } catch (error) {
    // Another test's process was quicker.
    await rm(making, { recursive: true });
    if (!existsSync(kept)) throw error;
  }
  return kept;
}

async function fingerprint(): Promise<string> {
  const migrations = join(root, 'migrations');
  const files = (await readdir(migrations)).toSorted().map((name) => join(migrations, name));
  const hash = createHash('sha256');
  for (const file of [join(root, 'package-lock.json'), ...files]) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}
