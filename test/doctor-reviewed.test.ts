// The doctor says what is handed over to the reviewer, and why it would not pass.
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Office, openOffice } from './support/office.ts';

let office: Office;
beforeAll(async () => {
  office = await openOffice({
    rules: [
      { for: { people: ['maria'], actions: ['read_diary'] }, approve: ['maria'], risk: 'what is private' },
    ],
    more: {
      reviewed: { lets_pass: [{ for: { people: ['maria'] }, actions: ['compare_prices', 'read_diary'] }] },
    },
  });
});
afterAll(() => office[Symbol.asyncDispose]());

/** What `chaperone doctor` prints beside the running server, and how it ends. */
const examine = (more: Record<string, string> = {}) =>
  new Promise<{ code: number; said: string }>((done) => {
    const env = { PATH: process.env['PATH'], ...office.settings, ...more };
    execFile(process.execPath, ['src/cli.ts', 'doctor'], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, said: stdout + stderr }),
    );
  });

test('without a model it is a fault: people are asked everything', async () => {
  const { code, said } = await examine();
  expect(said).toContain(
    'FAULT   reviewed: asks are handed over to the reviewer, and no model is configured',
  );
  expect(code).toBe(1);
});

test('with one it says how much is handed over, and warns of what never passes', async () => {
  const { code, said } = await examine({ OPENAI_MODEL: 'm', OPENAI_API_KEY: 'key' });
  expect(said).toContain(
    'ok      reviewed: 2 names are handed over; of 100 yeses people are asked 10 all the same',
  );
  expect(said).toContain('warning reviewed: read_diary is handed over, and never passes');
  expect(said).not.toContain('compare_prices is handed over, and never');
  expect(code).toBe(0);
});
