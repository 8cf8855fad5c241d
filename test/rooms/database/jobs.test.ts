import { afterAll, beforeAll, test } from 'vitest';
import { z } from 'zod';
import type { Database } from '#database/database.ts';
import type { Queue } from '#database/jobs.ts';
import { openTestDatabase } from '../../support/database.ts';
import { until } from '../../support/office.ts';

const queue: Queue<{ n: number }> = { name: 'pile', data: z.object({ n: z.number() }) };

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase([queue.name]);
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
