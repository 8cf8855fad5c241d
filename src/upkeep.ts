// Commands that look after a store, beside a running server or without one (the embedded store takes one process at a time).
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { readConfig } from '#config.ts';
import { openDatabase } from '#database/database.ts';
import { checkChain, type WrittenAct } from '#ledger/chain.ts';
import { openLedger } from '#ledger/ledger.ts';
import { openLog } from '#log.ts';
import { openKeys } from '#person-server/keys.ts';
import { openStore } from '#person-server/tables.ts';

const open = () => openDatabase(readConfig().store, [], openLog('error'));

/** Signs with a new key from now on. The old one stays published until the last token it signed has run out. */
export async function rotateKeys(): Promise<number> {
  await using database = await open();
  const keys = await openKeys(openStore(database), () => new Date());
  const { kid, signsFrom } = await keys.rotate();
  process.stdout.write(`Key ${kid} is published now and signs from ${signsFrom.toISOString()}.\n`);
  return 0;
}

const columns = [
  'seq',
  'at',
  'verb',
  'outcome',
  'person',
  'actor',
  'said',
  'surface',
  'subject',
  'digest',
  'answer',
  'hash',
  'receipt',
] as const;

/**
 * Writes acts to standard output. JSON Lines begin with the public keys, so that the file is checked by itself; CSV is
 * for reading in a spreadsheet (cells that a spreadsheet would take for a formula are quoted with an apostrophe).
 */
export async function exportActs(
  range: { from?: Date; to?: Date },
  format: 'jsonl' | 'csv',
): Promise<number> {
  await using database = await open();
  const { acts } = openLedger(database);
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  write(format === 'csv' ? columns.join(',') : JSON.stringify({ keys: await acts.keys() }));
  for await (const act of acts.read(range)) {
    write(format === 'csv' ? columns.map((column) => cell(act[column])).join(',') : JSON.stringify(act));
  }
  return 0;
}

function cell(value: unknown): string {
  const text = value === null ? '' : typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** Checks the chain in the store, or in a file that `exportActs` wrote, and names every act that does not hold. */
export async function verifyActs(file: string | undefined): Promise<number> {
  const { checked, faults } = file === undefined ? await verifyStore() : await verifyFile(file);
  for (const { seq, what } of faults) process.stdout.write(`act ${seq}: ${whats[what]}\n`);
  process.stdout.write(
    faults.length === 0
      ? `${checked} acts, and the chain holds.\n`
      : `${checked} acts, and the chain is broken.\n`,
  );
  return faults.length === 0 ? 0 : 1;
}

const whats = {
  missing: 'is missing, and maybe more after it',
  out_of_order: 'stands where it does not belong',
  edited: 'was edited, or the one before it was',
  bad_receipt: 'its receipt was not signed by this installation',
};

async function verifyStore() {
  await using database = await open();
  return await openLedger(database).acts.check();
}

const Key = z.object({
  kty: z.string(),
  kid: z.string(),
  alg: z.enum(['Ed25519', 'ES256']),
  crv: z.string(),
  x: z.string(),
  y: z.string().optional(),
});
const nullable = z.string().nullable();
const Written = z.object({
  seq: z.int(),
  source: z.string(),
  at: z.string(),
  verb: z.string(),
  surface: z.string(),
  subject: z.string(),
  digest: nullable,
  outcome: z.string(),
  answer: z.json(),
  actor: nullable,
  person: nullable,
  // Not in files that were written before words were kept.
  said: nullable.default(null),
  salt: nullable,
  who: z.string(),
  previous: z.string(),
  hash: z.string(),
  receipt: z.string(),
});

/** The keys in a file are whoever's wrote it: compare them with those of the installation where that matters. */
async function verifyFile(file: string) {
  const lines = createInterface({
    input: createReadStream(file, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  })[Symbol.asyncIterator]();
  const head = await lines.next();
  const { keys } = z.object({ keys: z.array(Key) }).parse(JSON.parse(head.value ?? '{}'));
  async function* acts(): AsyncGenerator<WrittenAct> {
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      if (line.value.trim() !== '') yield Written.parse(JSON.parse(line.value));
    }
  }
  return await checkChain(acts(), keys as Parameters<typeof checkChain>[1], false);
}

/** Forgets who acted, and in what words; what was done, when and where stays, and the chain holds. */
export async function forgetActors(whose: { before: Date } | { person: string }): Promise<number> {
  await using database = await open();
  const { acts, votes, delegations } = openLedger(database);
  const count = await acts.forget(whose);
  await votes.forget(whose);
  await delegations.forget(whose, new Date());
  process.stdout.write(`Who acted is forgotten in ${count} acts.\n`);
  return 0;
}
