// A recorded case is predicted by both layers, and by the rules alone where the model is silent.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Case } from '#reviewer/evaluate.ts';
import { predictCase } from '#reviewer/model/predict.ts';
import { openReviewer } from '#reviewer/model/review.ts';
import { json, type ModelServer, modelAt, startModelServer } from '../../support/model-server.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const recorded = (actions: readonly string[]) =>
  Case.parse({
    id: 'case-1',
    mission: { description: 'Read the invoices of March.', approved_tools: [{ name: 'read_invoice' }] },
    log: actions.map((action, at) => ({
      seq: at + 1,
      kind: 'audit',
      action,
      description: 'Reading the invoices of March.',
      parameters: { month: 'March' },
      result: { text: 'invoices of March' },
    })),
  });
const calm = recorded(['read_invoice', 'read_invoice', 'read_invoice']);
const says = (verdict: string, entries: number[]) => () =>
  json({ verdict, claims: [{ says: 'this', entries }], pattern: 'that', settles: '' });

test('by the rules alone when there is no model or it is silent', async () => {
  const alone = await predictCase(openReviewer(undefined), calm);
  expect(alone).toMatchObject({ prediction: { id: 'case-1', flagged_at: null, drift: false }, tokens: 0 });
  server.answer(() => ({ error: { message: 'down' }, status: 500 }));
  const silent = await predictCase(openReviewer(modelAt(server)), calm);
  expect(silent).toEqual({ ...alone, silence: expect.objectContaining({ why: 'away' }) as object });
});

test('as drifting from the first entry that the model cites', async () => {
  server.answer(says('drifting', [3, 2]));
  expect((await predictCase(openReviewer(modelAt(server)), calm)).prediction).toEqual({
    id: 'case-1',
    score: 0.75,
    flagged_at: 2,
    drift: true,
  });
});

test('as less likely when both find it fine', async () => {
  const { prediction: alone } = await predictCase(openReviewer(undefined), calm);
  server.answer(says('on_mission', [1]));
  const { prediction } = await predictCase(openReviewer(modelAt(server)), calm);
  expect(prediction.score).toBeCloseTo(alone.score / 2, 5);
});
