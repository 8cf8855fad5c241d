import { afterAll, beforeAll, test } from 'vitest';
import { z } from 'zod';
import type { Database } from '#database/database.ts';
import type { Queue } from '#database/jobs.ts';
import { openTestDatabase } from '../../support/database.ts';
import { until } from '../../support/office.ts';

const queue: Queue<{ n: number }> = { name: 'pile', data: z.object({ n: z.number() }) };
const putOff: Queue<{ n: number }> = { name: 'put-off', data: z.object({ n: z.number() }) };

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase([queue.name, putOff.name]);
});
afterAll(() => database[Symbol.asyncDispose]());

test('a pile of work that was left behind is worked off at once, not one piece a poll', async () => {
  const pile = Array.from({ length: 30 }, (_, n) => n);
  for (const n of pile) await database.jobs.send(queue, { n }, { key: String(n) });
  const done = new Set<number>();
  await database.jobs.work(queue, { concurrency: 2 }, async ({ n }) => {
    done.add(n);
  });
  // One piece a poll would take more than a minute.
  await until('the pile', () => done.size === pile.length);
});

test('what was put off is done when it is due, one after the other, not each at the next poll', async () => {
  let done = 0;
  const later = () => new Date(Date.now() + 50);
  await database.jobs.work(putOff, { concurrency: 1 }, async ({ n }) => {
    done = n;
    if (n < 10) await database.jobs.send(putOff, { n: n + 1 }, { key: 'again', startAfter: later() });
  });
  await database.jobs.send(putOff, { n: 1 }, { key: 'again', startAfter: later() });
  // Ten polls would take longer than this waits.
  await until('the tenth', () => done === 10);
});
