// A log goes to the model that was named and to nobody else, whatever the environment says to the library.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { HumanMessage } from '@langchain/core/messages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAgent } from '#conversation/agent.ts';
import { noTalk } from '#conversation/talk.ts';
import { openTrail } from '#reviewer/drift.ts';
import { openReviewer } from '#reviewer/model/review.ts';
import { cakeMission, shopping } from '../../support/mission-logs.ts';
import { json, modelAt, startModelServer } from '../../support/model-server.ts';
import { sightOf } from '../../support/sights.ts';

const told: string[] = [];
const tracing = createServer((request, response) => {
  told.push(request.url ?? '');
  request.resume();
  response.end('{}');
});
const names = [
  'LANGSMITH_TRACING',
  'LANGCHAIN_TRACING_V2',
  'LANGSMITH_API_KEY',
  'LANGSMITH_ENDPOINT',
] as const;

beforeAll(async () => {
  await new Promise<void>((listening) => tracing.listen(0, '127.0.0.1', listening));
  process.env['LANGSMITH_TRACING'] = 'true';
  process.env['LANGCHAIN_TRACING_V2'] = 'true';
  process.env['LANGSMITH_API_KEY'] = 'key-of-some-other-program';
  process.env['LANGSMITH_ENDPOINT'] = `http://127.0.0.1:${(tracing.address() as AddressInfo).port}`;
});
afterAll(() => {
  for (const name of names) delete process.env[name];
  tracing.close();
});

test('no review, answer or question is told to a tracing service', async () => {
  await using server = await startModelServer();
  server.answer(() => json({ verdict: 'undecided', claims: [], pattern: '', settles: '' }));
  const model = modelAt(server);
  const log = shopping(['flour']);
  await openReviewer(model).review({
    s256: 'cake',
    mission: cakeMission,
    read: (after, limit) => Promise.resolve(log.filter(({ seq }) => seq > after).slice(0, limit)),
    trail: openTrail(cakeMission),
    accepted: [],
  });
  const { sight } = sightOf({ missions: [] });
  await openAgent(model).answer({
    text: 'hm?',
    account: 'person:alice',
    sight,
    talk: noTalk,
    now: new Date(),
  });
  await model.ask({ messages: [new HumanMessage('well?')], account: 'mission:cake' });
  expect(server.asked()).toHaveLength(3);
  // The library gathers what it sends for a moment.
  await wait(1_000);
  expect(told).toEqual([]);
});
