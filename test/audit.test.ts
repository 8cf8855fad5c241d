// What an operator does with the record, by command: it is taken out, checked in the store and in the file, and forgotten.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerQueues, openLedger } from '#ledger/ledger.ts';
import { openTestDatabase } from './support/database.ts';

const stack = new AsyncDisposableStack();
let folder = '';
const day = (nth: number) => new Date(Date.UTC(2026, 10, nth, 12));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chaperone-audit-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await using database = await openTestDatabase(ledgerQueues, { directory: join(folder, 'data') });
  const { acts } = openLedger(database);
  for (const nth of [1, 2, 3, 4])
    await acts.append({
      source: `s${nth}`,
      at: day(nth),
      verb: nth === 4 ? 'stop' : 'deny',
      actor: `slack:T1:U${nth}`,
      person: nth === 3 ? 'jonas' : 'maria',
      surface: 'slack:T1:C1/1.1',
      subject: `request:r-${nth}`,
      digest: undefined,
      outcome: nth === 2 ? 'refused:guest' : 'decided',
      said: nth === 3 ? '=HYPERLINK("https://evil.example"), "quoted"\nand more' : 'not this week',
      answer: {},
    });
});
afterAll(() => stack.disposeAsync());

type Ran = { readonly code: number; readonly out: string; readonly err: string };
/** One `chaperone audit …`, on the store of this file. */
const audit = (...args: readonly string[]) =>
  new Promise<Ran>((done) => {
    const env = { PATH: process.env['PATH'], CHAPERONE_DEV: '1', CHAPERONE_DATA: join(folder, 'data') };
    execFile(process.execPath, ['src/cli.ts', 'audit', ...args], { env }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out, err }),
    );
  });

describe('the record', () => {
  let lines: readonly string[] = [];

  test('is exported as JSON Lines with its keys, and checked in the store and in the file', async () => {
    const exported = await audit('export');
    expect(exported).toMatchObject({ code: 0, err: '' });
    lines = exported.out.trimEnd().split('\n');
    const [keys, ...acts] = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(keys).toHaveProperty('keys.0.kid');
    expect(acts.map(({ verb, outcome, person }) => [verb, outcome, person])).toEqual([
      ['deny', 'decided', 'maria'],
      ['deny', 'refused:guest', 'maria'],
      ['deny', 'decided', 'jonas'],
      ['stop', 'decided', 'maria'],
    ]);
    for (const act of acts) expect(act['receipt']).toEqual(expect.any(String));
    expect(await audit('verify')).toMatchObject({ code: 0, out: '4 acts, and the chain holds.\n' });
    expect(await verifyFile(lines)).toMatchObject({ code: 0, out: '4 acts, and the chain holds.\n' });
  });

  test('is exported from a day to a day, the last one left out, and such a part is checked by itself', async () => {
    const { out } = await audit('export', '--from', '2026-11-02', '--to', '2026-11-04');
    const part = out.trimEnd().split('\n');
    expect(part.slice(1).map((line) => (JSON.parse(line) as { subject: string }).subject)).toEqual([
      'request:r-2',
      'request:r-3',
    ]);
    expect(await verifyFile(part)).toMatchObject({ code: 0, out: '2 acts, and the chain holds.\n' });
    expect(await audit('export', '--from', 'yesterday-ish')).toMatchObject({ code: 2, out: '' });
  });

  test('is exported for a spreadsheet, where nothing somebody wrote is a formula or breaks a row', async () => {
    const { out } = await audit('export', '--format', 'csv', '--from', '2026-11-03', '--to', '2026-11-04');
    const [head, ...rest] = out.trimEnd().split('\n');
    expect(head).toMatch(/^seq,at,verb,outcome,person,actor,said,/);
    expect(rest.join('\n')).toContain(
      `3,2026-11-03T12:00:00.000Z,deny,decided,jonas,slack:T1:U3,"'=HYPERLINK(""https://evil.example""), ""quoted""\nand more",`,
    );
  });

  test.each([
    ['an edit', 3, 'was edited', (all: string[]) => all.with(3, all[3]!.replace('"decided"', '"denied"'))],
    ['other words', 3, 'was edited', (all: string[]) => all.with(3, all[3]!.replace('quoted', 'said'))],
    ['a gap', 2, 'is missing', (all: string[]) => all.toSpliced(2, 1)],
    [
      'a changed order',
      2,
      'stands where it does not belong',
      (all: string[]) => [all[0]!, all[1]!, all[3]!, all[2]!, all[4]!],
    ],
    [
      'the receipt of another',
      4,
      'was not signed',
      (all: string[]) => {
        const { receipt } = JSON.parse(all[1]!) as { receipt: string };
        return all.with(4, JSON.stringify({ ...(JSON.parse(all[4]!) as object), receipt }));
      },
    ],
  ] as const)('with %s is named, by its act', async (_, seq, what, forge) => {
    const { code, out } = await verifyFile(forge([...lines]));
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^act ${seq}: .*${what}`, 'm'));
    expect(out).toContain('the chain is broken');
  });

  test('forgets a person’s name and words, and everybody’s before a day; the chain holds, and what was done stays', async () => {
    expect(await audit('forget', '--person', 'jonas')).toMatchObject({
      code: 0,
      out: 'Who acted is forgotten in 1 acts.\n',
    });
    await audit('forget', '--before', '2026-11-02');
    const { out } = await audit('export');
    for (const gone of ['jonas', 'slack:T1:U3', 'HYPERLINK', 'slack:T1:U1"']) expect(out).not.toContain(gone);
    for (const kept of ['request:r-1', 'request:r-3', 'slack:T1:U2', 'slack:T1:U4'])
      expect(out).toContain(kept);
    expect(await verifyFile(out.trimEnd().split('\n'))).toMatchObject({
      code: 0,
      out: '4 acts, and the chain holds.\n',
    });
  });
});

async function verifyFile(lines: readonly string[]): Promise<Ran> {
  const file = join(folder, 'acts.jsonl');
  await writeFile(file, `${lines.join('\n')}\n`);
  return await audit('verify', '--in', file);
}
