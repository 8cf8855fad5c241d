// Commands that look after a store, beside a running server or without one (the embedded store takes one process at a time).
import { readConfig } from '#config.ts';
import { openDatabase } from '#database/database.ts';
import { openLedger } from '#ledger/ledger.ts';
import { openLog } from '#log.ts';
import { openKeys } from '#person-server/keys.ts';
import { openStore } from '#person-server/tables.ts';

/** Signs with a new key from now on. The old one stays published until the last token it signed has run out. */
export async function rotateKeys(): Promise<number> {
  const config = readConfig();
  await using database = await openDatabase(config.store, [], openLog('error'));
  const keys = await openKeys(openStore(database), () => new Date());
  const { kid, signsFrom } = await keys.rotate();
  process.stdout.write(`Key ${kid} is published now and signs from ${signsFrom.toISOString()}.\n`);
  return 0;
}

/** Checks the chain of acts and names the first row that does not hold. */
export async function verifyActs(): Promise<number> {
  const config = readConfig();
  await using database = await openDatabase(config.store, [], openLog('error'));
  const broken = await openLedger(database).acts.firstBroken();
  process.stdout.write(
    broken === undefined
      ? 'The chain of acts holds.\n'
      : `The chain of acts is broken at act ${broken}: it was edited, is missing, or was put out of order.\n`,
  );
  return broken === undefined ? 0 : 1;
}
