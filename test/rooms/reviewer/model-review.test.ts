// Two layers, one review: the rules stand by themselves, a model adds what it can cite, and neither clears what the other flags.
import type { ChatCompletionRequest, FixtureResponse } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Entry, type MissionFacts, type MissionTrail, openTrail } from '#reviewer/drift.ts';
import type { Accepted } from '#reviewer/model/lines.ts';
import { keepMemo, type Memo, readMemo } from '#reviewer/model/memo.ts';
import { type Asked, openReviewer, type Review } from '#reviewer/model/review.ts';
import {
  act,
  browsing,
  buying,
  cakeMission,
  ingredients,
  otherCustomer,
  shopping,
} from '../../support/mission-logs.ts';
import {
  type Answerer,
  formOf,
  json,
  type ModelServer,
  modelAt,
  recordsOf,
  startModelServer,
} from '../../support/model-server.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => server.forget());

const s256 = 'cake';
const readOf = (log: readonly Entry[]) => {
  const reads: number[] = [];
  const read: Asked['read'] = (after, limit) => {
    const page = log.filter(({ seq }) => seq > after).slice(0, limit);
    reads.push(page.length);
    return Promise.resolve(page);
  };
  return { read, reads };
};

type Case = {
  readonly log: readonly Entry[];
  readonly mission?: MissionFacts;
  readonly memo?: Memo;
  readonly trail?: MissionTrail;
  readonly accepted?: readonly Accepted[];
  readonly model?: ReturnType<typeof modelAt>;
};

async function review({
  log,
  mission = cakeMission,
  memo,
  trail = openTrail(mission),
  accepted = [],
  model = modelAt(server),
}: Case): Promise<Review> {
  const { read } = readOf(log);
  return await openReviewer(model).review({ s256, mission, read, trail, accepted, ...(memo && { memo }) });
}

type Said = {
  verdict: string;
  claims: { says: string; entries: number[] }[];
  pattern?: string;
  settles?: string;
};
const says =
  (said: Said): Answerer =>
  (request) =>
    judging(request, () => json({ pattern: '', settles: '', ...said }));
const points = (entries: number[]) => json({ points: [{ says: 'things were bought', entries }] });
function judging(request: ChatCompletionRequest, judge: () => FixtureResponse): FixtureResponse {
  if (formOf(request) !== 'summary') return judge();
  const [first] = recordsOf(request, 'entries');
  return points([Number(first?.['n'])]);
}

const calm = shopping(ingredients);
const fine: Said = {
  verdict: 'on_mission',
  claims: [{ says: 'it buys what is on the list', entries: [2, 3] }],
};
const drifts: Said = {
  verdict: 'drifting',
  claims: [{ says: 'it buys party things', entries: [4, 5] }],
  pattern: 'the cart becomes a party',
  settles: 'whether the person wants a party',
};

describe('a review by two layers', () => {
  test('is on mission when the rules find nothing and the model cites entries for it', async () => {
    server.answer(says(fine));
    const done = await review({ log: calm });
    expect(done).toMatchObject({ kind: 'on_mission', through: calm.length, rules: { kind: 'on_mission' } });
    expect(done.view).toMatchObject({
      kind: 'said',
      judged: { verdict: 'on_mission', claims: fine.claims, dropped: 0 },
      reviewedThrough: calm.length,
    });
    expect(done.tokens).toBeGreaterThan(0);
  });

  test('is drifting since the first cited entry when only the model finds it', async () => {
    server.answer(says(drifts));
    const done = await review({ log: calm });
    expect(done).toMatchObject({
      kind: 'drifting',
      flaggedBy: 'model',
      since: 4,
      entries: [4, 5],
      finding: { pattern: 'the cart becomes a party', settles: 'whether the person wants a party' },
    });
  });

  test("keeps the rules' flag when the model calls it fine, and shows the model's view beside", async () => {
    server.answer(says(fine));
    const done = await review({ log: otherCustomer.log, mission: otherCustomer.mission });
    expect(done).toMatchObject({
      kind: 'drifting',
      flaggedBy: 'rules',
      rules: { kind: 'drifting' },
      view: { kind: 'said', judged: { verdict: 'on_mission' } },
    });
    expect(done.kind === 'drifting' && done.finding).toBeFalsy();
  });

  test('says so when both find it', async () => {
    server.answer(says(drifts));
    const done = await review({ log: otherCustomer.log, mission: otherCustomer.mission });
    expect(done).toMatchObject({ kind: 'drifting', flaggedBy: 'both', since: 4 });
  });

  test('is undecided, not fine, when the model cannot tell', async () => {
    server.answer(says({ verdict: 'undecided', claims: [{ says: 'hard to say', entries: [2] }] }));
    expect(await review({ log: calm })).toMatchObject({
      kind: 'undecided',
      view: { judged: { because: 'said' } },
    });
  });

  test.each(['on_mission', 'drifting'])(
    'is undecided when all that is said for %s cites entries that do not exist',
    async (verdict) => {
      server.answer(
        says({
          ...drifts,
          verdict,
          claims: [
            { says: 'as entry 99 shows', entries: [99, -1, 0.5] },
            { says: 'clearly', entries: [] },
          ],
        }),
      );
      expect(await review({ log: calm })).toMatchObject({
        kind: 'undecided',
        view: { judged: { because: 'uncited', claims: [], dropped: 2 } },
      });
    },
  );

  test('keeps of a claim the entries that exist, and drops the claims without one', async () => {
    server.answer(
      says({
        ...drifts,
        claims: [
          { says: 'party', entries: [5, 99, 5] },
          { says: 'ghost', entries: [77] },
        ],
      }),
    );
    expect(await review({ log: calm })).toMatchObject({
      kind: 'drifting',
      since: 5,
      entries: [5],
      view: { judged: { claims: [{ says: 'party', entries: [5] }], dropped: 1 } },
    });
  });

  test('asks for nothing and changes nothing while the log stands still', async () => {
    server.answer(says(drifts));
    const first = await review({ log: calm });
    server.forget();
    const again = await review({ log: calm, memo: readMemo(keepMemo(first.memo)) });
    expect(server.asked()).toEqual([]);
    expect(again).toMatchObject({
      kind: 'drifting',
      since: 4,
      entries: [4, 5],
      tokens: 0,
      view: { kind: 'unchanged', last: { verdict: 'drifting' } },
    });
  });
});

test('a mission under which nothing was asked or done yet is not put before the model', async () => {
  server.answer(says(fine));
  const done = await review({ log: [{ seq: 1, kind: 'other' }] });
  expect(done).toMatchObject({
    kind: 'on_mission',
    through: 1,
    view: { kind: 'unchanged', reviewedThrough: 0 },
  });
  expect(server.asked()).toEqual([]);
});

describe('a drift the model found', () => {
  const more = [...calm, buying(calm.length + 1, 'flour')];

  test('stays when the model finds the next entries fine', async () => {
    server.answer(says(drifts));
    const { memo } = await review({ log: calm });
    server.answer(says(fine));
    expect(await review({ log: more, memo })).toMatchObject({
      kind: 'drifting',
      since: 4,
      finding: { claims: drifts.claims },
    });
  });

  test('is over when a person accepts the entries it rests on, and not when they accept others', async () => {
    server.answer(says(drifts));
    const { memo } = await review({ log: calm });
    server.answer(says(fine));
    expect(await review({ log: calm, memo, accepted: [{ from: 1, through: 4 }] })).toMatchObject({
      kind: 'drifting',
    });
    const accepted = [{ from: 4, through: 5, note: 'it is her birthday' }];
    expect(await review({ log: calm, memo, accepted })).toMatchObject({ kind: 'on_mission' });
    expect((await review({ log: more, memo, accepted })).kind).toBe('on_mission');
  });

  test('in what a person accepted is told to the model and found no second time; in what came after, it is', async () => {
    const accepted = [{ from: 4, through: 5, note: 'it is her birthday' }];
    server.answer((request) => {
      expect(recordsOf(request, 'accepted_by_a_person')).toEqual([
        { entries: '4 to 5', person_says: 'it is her birthday' },
      ]);
      return says(drifts)(request);
    });
    expect(await review({ log: calm, accepted })).toMatchObject({
      kind: 'undecided',
      view: { judged: { because: 'accepted' } },
    });
    server.answer(says({ ...drifts, claims: [{ says: 'and goes on', entries: [5, 8] }] }));
    expect(await review({ log: calm, accepted })).toMatchObject({ kind: 'drifting' });
  });
});

describe('without a model that answers', () => {
  test('the rules stand alone', async () => {
    const { read } = readOf(calm);
    const asked = { s256, mission: cakeMission, read, trail: openTrail(cakeMission), accepted: [] };
    expect(await openReviewer(undefined).review(asked)).toMatchObject({
      kind: 'on_mission',
      view: { kind: 'off' },
      tokens: 0,
    });
  });

  const away: [string, Answerer][] = [
    ['away', () => ({ error: { message: 'down' }, status: 500 })],
    ['rate_limited', () => ({ error: { message: 'slow down' }, status: 429 })],
    ['truncated', () => ({ content: '{"verdict": "on_mission", "claims": [{"sa', finishReason: 'length' })],
    ['refused', () => ({ content: 'I', finishReason: 'content_filter' })],
    ['malformed', () => ({ content: 'On mission, trust me.' })],
    ['malformed', () => json({ verdict: 'fine', claims: 'all' })],
    ['malformed', () => ({ toolCalls: [{ name: 'mark_as_fine', arguments: '{}' }] })],
  ];
  test.each(away)(
    'the rules flag all the same while it is %s, and what was not reviewed is known',
    async (why, answer) => {
      server.answer(says(fine));
      const { memo } = await review({ log: otherCustomer.log.slice(0, 3), mission: otherCustomer.mission });
      server.answer(answer);
      const done = await review({ log: otherCustomer.log, mission: otherCustomer.mission, memo });
      expect(done).toMatchObject({
        kind: 'drifting',
        flaggedBy: 'rules',
        through: 6,
        view: { kind: 'silent', silence: { why }, reviewedThrough: 3 },
      });
      expect(done.memo.through).toBe(3);
    },
  );

  test('that comes too late, the review ends in time', async () => {
    server.answer(says(fine));
    server.mock.setChaos({ latencyMs: 1_000 });
    const done = await review({ log: calm, model: modelAt(server, { timeoutMs: 100 }) });
    expect(done.view).toMatchObject({ kind: 'silent', silence: { why: 'slow' }, reviewedThrough: 0 });
  });

  test('whose budget is spent, it says until when', async () => {
    const model = modelAt(server, { budget: { tokensPerDay: 10, tokensPerAccount: 10 } });
    expect((await review({ log: calm, model })).view).toMatchObject({
      kind: 'silent',
      silence: { why: 'budget_spent', of: 'day', until: new Date('2026-11-22T00:00:00Z') },
    });
  });

  test('what it has not judged is judged when it is back', async () => {
    server.answer(() => ({ error: { message: 'down' }, status: 500 }));
    const trail = openTrail(cakeMission);
    const { memo } = await review({ log: calm, trail });
    server.answer(says(fine));
    expect((await review({ log: calm, memo, trail })).view).toMatchObject({
      kind: 'said',
      reviewedThrough: calm.length,
    });
  });
});

describe('a long log', () => {
  const buyingOf = (entries: number) =>
    Array.from({ length: entries }, (_, at) =>
      at === 0 ? browsing(1, ingredients) : buying(at + 1, ingredients[at % ingredients.length]!),
    );
  /** A model that cites the last entry it was shown. */
  const calmModel: Answerer = (request) =>
    judging(request, () =>
      json({
        verdict: 'on_mission',
        claims: [
          { says: 'more of the list', entries: [Number(recordsOf(request, 'entries').at(-1)?.['n'])] },
        ],
        pattern: '',
        settles: '',
      }),
    );

  test('is read once: a review reads what is new, and shows the model no more than a window of it', async () => {
    server.answer(calmModel);
    const log = buyingOf(1_000);
    const trail = openTrail(cakeMission);
    const first = await review({ log, trail });
    server.forget();
    const { read, reads } = readOf([...log, buying(1_001, 'flour'), buying(1_002, 'sugar')]);
    const next = await openReviewer(modelAt(server)).review({
      s256,
      mission: cakeMission,
      read,
      trail,
      memo: first.memo,
      accepted: [],
    });
    expect(next).toMatchObject({ kind: 'on_mission', through: 1_002 });
    expect(reads.reduce((sum, count) => sum + count, 0)).toBeLessThan(40);
    expect(server.asked()).toHaveLength(1);
    expect(recordsOf(server.asked()[0]!, 'entries').length).toBeLessThanOrEqual(32);
  });

  test('that no model has seen costs a bounded number of calls, and the older part comes from the outline', async () => {
    server.answer(calmModel);
    const done = await review({ log: buyingOf(3_000) });
    expect(done).toMatchObject({ kind: 'on_mission', through: 3_000, view: { kind: 'said' } });
    expect(server.asked().length).toBeLessThanOrEqual(6);
    const [first] = server.asked();
    expect(recordsOf(first!, 'outline').at(0)).toMatchObject({
      entries: expect.stringMatching(/^1/) as string,
    });
  });

  test('whose model has been away is not read again from its start each time', async () => {
    server.answer(() => ({ error: { message: 'down' }, status: 500 }));
    const log = buyingOf(2_000);
    const trail = openTrail(cakeMission);
    const { memo } = await review({ log, trail });
    const { read, reads } = readOf(log);
    await openReviewer(modelAt(server)).review({
      s256,
      mission: cakeMission,
      read,
      trail,
      memo,
      accepted: [],
    });
    expect(reads.reduce((sum, count) => sum + count, 0)).toBeLessThan(250);
  });

  test('does not hide an odd entry in a crowd: what the rules find loudest is read whole', async () => {
    const log = buyingOf(400);
    log[49] = act(50, {
      action: 'bank.transfer',
      parameters: { iban: 'DE44500105175407324931', amount: 900 },
    });
    server.answer(calmModel);
    await review({ log });
    const judged = server
      .asked()
      .filter((request) => formOf(request) === 'judgement')
      .at(-1)!;
    expect(recordsOf(judged, 'entries').map(({ n }) => n)).toContain(50);
    expect(recordsOf(judged, 'entries').length).toBeLessThanOrEqual(44);
  });

  test('keeps what was summed up when the model goes away in the middle of it', async () => {
    const log = buyingOf(150);
    let summaries = 0;
    server.answer((request) => {
      if (formOf(request) !== 'summary') return calmModel(request);
      summaries += 1;
      return summaries > 2 ? { error: { message: 'down' }, status: 500 } : calmModel(request);
    });
    const { memo, view } = await review({ log });
    expect(view).toMatchObject({ kind: 'silent', reviewedThrough: 0 });
    expect(memo).toMatchObject({ summarised: 80, through: 0 });
    server.answer(calmModel);
    server.forget();
    expect(await review({ log, memo })).toMatchObject({ kind: 'on_mission', view: { reviewedThrough: 150 } });
    const [first] = server.asked();
    expect(recordsOf(first!, 'entries')[0]).toMatchObject({ n: 81 });
    expect(recordsOf(first!, 'summary_so_far')).toHaveLength(1);
  });

  test('is summed up anew from the outline every so often, without what an earlier summary said', async () => {
    const log = buyingOf(600);
    const trail = openTrail(cakeMission);
    const summaries: ChatCompletionRequest[] = [];
    server.answer((request) => {
      if (formOf(request) !== 'summary') return calmModel(request);
      summaries.push(request);
      const [first] = recordsOf(request, 'entries');
      return json({
        points: [{ says: `told in call ${summaries.length}`, entries: [Number(first?.['n'])] }],
      });
    });
    let memo: Memo | undefined;
    for (let through = 20; through <= 600; through += 20) {
      ({ memo } = await review({ log: log.slice(0, through), trail, ...(memo && { memo }) }));
    }
    const anew = summaries.filter((request) => recordsOf(request, 'outline').length > 0);
    expect(anew.length).toBeGreaterThan(1);
    for (const request of anew) expect(recordsOf(request, 'summary_so_far')).toEqual([]);
    expect(
      summaries.filter((request) => recordsOf(request, 'summary_so_far').length > 0).length,
    ).toBeGreaterThan(anew.length);
  });

  test('is not flagged on what only the summary tells: its entries cannot be cited', async () => {
    const log = buyingOf(200);
    server.answer((request) =>
      judging(request, () => json({ ...drifts, claims: [{ says: 'the summary says so', entries: [3] }] })),
    );
    expect(await review({ log })).toMatchObject({
      kind: 'undecided',
      view: { judged: { because: 'uncited' } },
    });
  });

  test('has the entries of an earlier finding before the model again, read from the log', async () => {
    const log = buyingOf(200);
    const trail = openTrail(cakeMission);
    server.answer((request) =>
      judging(request, () => json({ ...drifts, claims: [{ says: 'odd', entries: [12] }] })),
    );
    const { memo } = await review({ log: log.slice(0, 20), trail });
    expect(memo.finding?.claims).toEqual([{ says: 'odd', entries: [12] }]);
    server.forget();
    await review({ log, trail, memo });
    const judged = server
      .asked()
      .filter((request) => formOf(request) === 'judgement')
      .at(-1)!;
    expect(recordsOf(judged, 'entries')[0]).toMatchObject({ n: 12, action: 'shop.add_to_cart' });
  });
});

test('a memo that cannot be read is none, and one that can survives its keeping', async () => {
  server.answer(says(drifts));
  const { memo } = await review({ log: calm });
  expect(readMemo(keepMemo(memo))).toEqual(memo);
  for (const broken of ['', '{', '{"version":2}', 'null', undefined, { through: 'all' }]) {
    expect(readMemo(broken)).toMatchObject({ through: 0, points: [] });
  }
});

test('an entry that only exists is not shown twice, and an unread trail is brought up to date', async () => {
  server.answer(says(fine));
  const trail = openTrail(cakeMission);
  await review({ log: [...calm, act(calm.length + 1, { action: 'shop.checkout' })], trail });
  expect(trail.lastSeq).toBe(calm.length + 1);
  const numbers = recordsOf(server.asked()[0]!, 'entries').map(({ n }) => n);
  expect(new Set(numbers).size).toBe(numbers.length);
});
