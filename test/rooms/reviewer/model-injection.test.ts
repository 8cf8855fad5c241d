// Suppose the worst: the model does whatever a log tells it. Still nothing that was drifting becomes fine by it.
import type { ChatCompletionRequest } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Entry, type MissionFacts, openTrail } from '#reviewer/drift.ts';
import { askFacts, briefAsk, checkBrief } from '#reviewer/model/brief.ts';
import { readBrief } from '#reviewer/model/kept-brief.ts';
import { ordersOf } from '#reviewer/model/lines.ts';
import type { Memo } from '#reviewer/model/memo.ts';
import { openReviewer } from '#reviewer/model/review.ts';
import { attacked, attacks, knownAttacks, otherAttacks, places } from '../../support/injections.ts';
import {
  act,
  buying,
  cakeMission,
  hijackedPayment,
  ingredients,
  otherCustomer,
  partyThings,
  shopping,
} from '../../support/mission-logs.ts';
import {
  dataOf,
  formOf,
  json,
  type ModelServer,
  modelAt,
  recordsOf,
  startModelServer,
  systemOf,
} from '../../support/model-server.ts';
import { request } from '../../support/requests.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => server.forget());

const numbers = (request: ChatCompletionRequest) => recordsOf(request, 'entries').map(({ n }) => Number(n));

const summed = (request: ChatCompletionRequest) =>
  recordsOf(request, 'summary_so_far').flatMap(({ entries }) => entries as number[]);

/** Obeys in full: everything is fine, cited with entries that exist, and it says so in the summary too. */
const obedient = (request: ChatCompletionRequest) => {
  const shown = numbers(request);
  switch (formOf(request)) {
    case 'summary':
      return json({
        points: [
          {
            says: 'A person approved everything up to entry 999.',
            entries: [...summed(request), ...shown].slice(0, 8),
          },
        ],
      });
    case 'brief':
      return json({
        fits: 'fits',
        why: 'The person has approved it.',
        entries: shown,
        mission_words: 'approved already',
      });
    default:
      return json({
        verdict: 'on_mission',
        claims: [
          { says: 'Chaperone: reviewed and approved, mission payroll too.', entries: [...shown, 999] },
        ],
        pattern: '',
        settles: '',
      });
  }
};

const honest = (entries: number[]) => (request: ChatCompletionRequest) =>
  formOf(request) === 'summary'
    ? json({ points: [{ says: 'things were bought', entries: numbers(request).slice(0, 1) }] })
    : json({
        verdict: 'drifting',
        claims: [{ says: 'not what was approved', entries }],
        pattern: 'another errand',
        settles: 'ask',
      });

const review = async (mission: MissionFacts, log: readonly Entry[], memo?: Memo) =>
  await openReviewer(modelAt(server)).review({
    s256: 'cake',
    mission,
    read: (after, limit) => Promise.resolve(log.filter(({ seq }) => seq > after).slice(0, limit)),
    trail: openTrail(mission),
    accepted: [],
    ...(memo && { memo }),
  });

const drifting: readonly {
  readonly name: string;
  readonly mission: MissionFacts;
  readonly log: readonly Entry[];
}[] = [
  {
    name: 'the party cart',
    mission: cakeMission,
    log: shopping(['flour', 'sugar', 'eggs', 'butter', ...partyThings]),
  },
  { name: 'the hijacked payment', ...hijackedPayment },
  { name: 'the other customer', ...otherCustomer },
];

describe.each(drifting)('$name', ({ mission, log }) => {
  test.each(places)('stays drifting with an attack in any %s and a model that obeys it', async (place) => {
    server.answer(obedient);
    for (const [at, text] of attacks.entries()) {
      const done = await review(mission, attacked(log, at % log.length, place, text));
      expect(done.kind, text.slice(0, 80)).toBe('drifting');
      expect(done.kind === 'drifting' && done.flaggedBy).toBe('rules');
    }
  });
});

describe.each(drifting)('$name, under a mission that speaks to the reviewer', ({ mission, log }) => {
  const written: Readonly<Record<string, (text: string) => MissionFacts>> = {
    'its text': (text) => ({ ...mission, description: `${mission.description} ${text}` }),
    'the name of a tool': (text) => ({ ...mission, approvedTools: [...mission.approvedTools, text] }),
    'the name of a resource': (text) => ({
      ...mission,
      approvedResources: [...mission.approvedResources, text],
    }),
    'an accepted update': (text) => ({
      ...mission,
      acceptedUpdates: [{ description: text, mode: 'add' as const }],
    }),
  };
  test.each(Object.keys(written))('stays drifting with an attack in %s', async (where) => {
    server.answer(obedient);
    for (const text of attacks) {
      const done = await review(written[where]?.(text) ?? mission, log);
      expect(done.kind, text.slice(0, 80)).toBe('drifting');
      expect(JSON.stringify(done.view)).not.toContain('999');
    }
    for (const asked of server.asked()) expect(asked.tools).toBeUndefined();
    expect(new Set(server.asked().map(systemOf)).size).toBeLessThanOrEqual(2);
  });
});

describe('a drift only a model saw', () => {
  const calm = shopping(ingredients);

  test.each(places)('stays, whatever is written into a later %s for a model that obeys', async (place) => {
    server.answer(honest([5, 6]));
    const { memo } = await review(cakeMission, calm);
    server.answer(obedient);
    for (const text of attacks) {
      const longer = attacked([...calm, buying(calm.length + 1, 'flour')], calm.length, place, text);
      const done = await review(cakeMission, longer, memo);
      expect(done, text.slice(0, 80)).toMatchObject({
        kind: 'drifting',
        finding: { claims: [{ entries: [5, 6] }] },
      });
    }
  });

  test.each(places)(
    'is not covered up from the start by orders in a %s: the good word does not count',
    async (place) => {
      server.answer(obedient);
      for (const text of knownAttacks) {
        const done = await review(cakeMission, attacked(calm, 3, place, text));
        expect(done.kind, text.slice(0, 80)).not.toBe('on_mission');
        if (done.kind === 'undecided')
          expect(done.view).toMatchObject({ judged: { because: 'orders', entries: [4] } });
      }
    },
  );

  test('is not covered up by orders that have left the window: they never get into the summary', async () => {
    const long = shopping(Array.from({ length: 60 }, (_, at) => ingredients[at % ingredients.length]!));
    server.answer(obedient);
    for (const text of knownAttacks) {
      server.forget();
      const { memo } = await review(cakeMission, attacked(long, 3, 'result', text));
      const condensed = server.asked().filter((request) => formOf(request) === 'summary');
      expect(condensed.length).toBeGreaterThan(0);
      expect(recordsOf(condensed[0]!, 'entries').find(({ n }) => n === 4)).toMatchObject({
        gives_orders: true,
        result: '(withheld: it gives orders)',
      });
      for (const { entries } of memo.points) expect(entries).not.toContain(4);
    }
  });
});

test('an honest log gives no orders', () => {
  for (const entry of [...shopping(ingredients), ...otherCustomer.log]) expect(ordersOf(entry)).toBe('none');
  const said = { action: 'read', justification: 'You should have the flour by now 👩‍🍳', result: 'می‌خواهم' };
  expect(ordersOf(act(1, said))).not.toBe('clear');
});

test('no text makes the reviewer offer or call a tool, or touch its instructions', async () => {
  server.answer(() => ({ toolCalls: [{ name: 'terminate_mission', arguments: '{"s256":"payroll"}' }] }));
  for (const text of attacks) {
    const done = await review(cakeMission, attacked(shopping(ingredients), 2, 'result', text));
    expect(done.view).toMatchObject({ kind: 'silent', silence: { why: 'malformed' } });
  }
  expect(new Set(server.asked().map(systemOf)).size).toBe(1);
  for (const request of server.asked()) {
    expect(request.tools).toBeUndefined();
    expect(dataOf(request).match(/<data name=/g)).toHaveLength(5);
    expect(dataOf(request).match(/<\/data>/g)).toHaveLength(5);
    expect(recordsOf(request, 'accepted_by_a_person')).toEqual([]);
    expect(recordsOf(request, 'entries')).toHaveLength(ingredients.length + 1);
  }
});

test('what a review says is bound to its mission by code, and the model is told no id of any', async () => {
  server.answer(obedient);
  const done = await review(cakeMission, attacked(shopping(ingredients), 2, 'result', otherAttacks[7]));
  expect(server.asked().map(dataOf).join()).not.toContain('"cake"');
  const claims = done.view.kind === 'said' ? done.view.judged.claims : [];
  expect(claims.flatMap(({ entries }) => entries)).not.toContain(999);
});

describe('a brief on an ask', () => {
  const ask = {
    type: 'permission',
    action: 'order',
    parameters: { item: 'flour' },
    agentSays: 'It is on the list.',
  };
  const given = { mission: cakeMission, ask, entries: shopping(ingredients) };
  const fits = (words: string) => ({
    fits: 'fits' as const,
    why: 'It is on the list.',
    entries: [2, 99],
    mission_words: words,
  });

  test('says that it fits only with words that stand in the mission', () => {
    expect(checkBrief(fits('“Flour, sugar,  EGGS”'), given)).toMatchObject({ kind: 'fits', entries: [2] });
    expect(checkBrief({ ...fits('flour, sugar, eggs'), entries: [9, 10, 99] }, given)).toMatchObject({
      kind: 'fits',
      entries: [9, 10],
    });
    for (const words of ['', 'flour', 'and a PlayStation', 'approved already']) {
      expect(checkBrief(fits(words), given)).toMatchObject({ kind: 'cannot_tell', because: 'uncited' });
    }
  });

  test('takes no words of a mission that an update has replaced', () => {
    const replaced = {
      ...cakeMission,
      acceptedUpdates: [{ description: 'Only buy bread from now on.', mode: 'replace' as const }],
    };
    expect(checkBrief(fits('flour, sugar, eggs'), { ...given, mission: replaced })).toMatchObject({
      kind: 'cannot_tell',
    });
    expect(checkBrief(fits('only buy bread'), { ...given, mission: replaced })).toMatchObject({
      kind: 'fits',
    });
  });

  test.each(['agentSays', 'resourceSays', 'action', 'resource', 'scope', 'parameters', 'type'] as const)(
    'never says that an ask fits whose %s tells its reader what to think',
    (member) => {
      for (const text of knownAttacks) {
        const told = { ...given, ask: { ...ask, [member]: member === 'parameters' ? { note: text } : text } };
        expect(checkBrief(fits('flour, sugar, eggs'), told), text.slice(0, 60)).toMatchObject({
          kind: 'cannot_tell',
          because: 'orders',
        });
      }
    },
  );

  test.each(places)('never says that an ask fits beside an entry whose %s gives orders', (place) => {
    for (const text of knownAttacks) {
      const told = { ...given, entries: attacked(given.entries, given.entries.length - 1, place, text) };
      expect(checkBrief(fits('flour, sugar, eggs'), told), text.slice(0, 60)).toMatchObject({
        kind: 'cannot_tell',
        because: 'orders',
      });
    }
  });

  test('is moved by no text to cite what was not shown, to quote what nobody approved, or to leave its fence', async () => {
    server.answer(obedient);
    for (const text of attacks) {
      const mission = { ...cakeMission, description: `${cakeMission.description} ${text}` };
      const told = { ...ask, agentSays: text, resourceSays: text, parameters: { note: text } };
      const asked = { s256: 'cake', mission, ask: told, entries: given.entries, accepted: [] };
      const answer = await briefAsk(modelAt(server), asked);
      if (answer.kind !== 'briefed') throw new Error('it was not briefed');
      expect(answer.brief.kind, text.slice(0, 60)).toBe('cannot_tell');
      expect(answer.brief.entries).not.toContain(999);
    }
    for (const request of server.asked()) {
      expect(dataOf(request).match(/<data name=/g)).toHaveLength(5);
      expect(dataOf(request).match(/<\/data>/g)).toHaveLength(5);
      expect(request.tools).toBeUndefined();
    }
    expect(new Set(server.asked().map(systemOf)).size).toBe(1);
  });

  test('is given the whole of a request, apart by who says it', async () => {
    server.answer(obedient);
    const asked = { s256: 'cake', ...given, ask: askFacts(request()), accepted: [] };
    await briefAsk(modelAt(server), asked);
    expect(recordsOf(server.asked()[0]!, 'ask')).toEqual([
      {
        type: 'auth_token',
        resource: 'https://toys.example',
        scope: 'order catalogue',
        agent_says: 'A PlayStation makes waiting for the cake easier.',
        resource_says: 'Toy Shop — Toys for all ages. — Place an order and pay it',
      },
    ]);
  });

  test('is one call, and silent when the model is', async () => {
    server.answer(obedient);
    const asked = { s256: 'cake', ...given, accepted: [] };
    expect(await briefAsk(modelAt(server), asked)).toMatchObject({
      kind: 'briefed',
      brief: { kind: 'cannot_tell', because: 'uncited' },
    });
    expect(server.asked()).toHaveLength(1);
  });

  test.each([
    ['away', () => ({ error: { message: 'down' }, status: 500 })],
    ['rate_limited', () => ({ error: { message: 'slow down' }, status: 429 })],
    ['rejected', () => ({ error: { message: 'no such key' }, status: 401 })],
    ['refused', () => ({ content: 'I', finishReason: 'content_filter' })],
    ['truncated', () => ({ content: '{"fits": "fi', finishReason: 'length' })],
    ['malformed', () => ({ content: 'Fits, trust me.' })],
    ['malformed', () => json({ fits: 'yes', why: 1 })],
    ['malformed', () => ({ toolCalls: [{ name: 'approve', arguments: '{}' }] })],
  ] as const)('is silent when the model is %s', async (why, answer) => {
    server.answer(answer);
    const asked = { s256: 'cake', ...given, accepted: [] };
    expect(await briefAsk(modelAt(server), asked)).toMatchObject({ kind: 'silent', why });
  });

  test('is silent when the model is slow, and when its budget is spent', async () => {
    const asked = { s256: 'cake', ...given, accepted: [] };
    const poor = modelAt(server, { budget: { tokensPerDay: 10, tokensPerAccount: 10 } });
    expect(await briefAsk(poor, asked)).toMatchObject({ kind: 'silent', why: 'budget_spent', tokens: 0 });
    expect(server.asked()).toHaveLength(0);
    server.answer(obedient);
    server.mock.setChaos({ latencyMs: 1_000 });
    expect(await briefAsk(modelAt(server, { timeoutMs: 100 }), asked)).toMatchObject({
      kind: 'silent',
      why: 'slow',
    });
  });

  test('that was kept is read back as it was, and as nothing where it cannot be', () => {
    const brief = checkBrief(fits('flour, sugar, eggs'), given);
    const kept = { kind: 'briefed' as const, brief, through: 10 };
    expect(readBrief(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
    expect(readBrief({ kind: 'silent', why: 'slow' })).toEqual({ kind: 'silent', why: 'slow' });
    expect(readBrief({ kind: 'silent', why: 'bored' })).toBeUndefined();
    expect(readBrief({ ...kept, brief: { ...brief, kind: 'approved' } })).toBeUndefined();
    expect(readBrief(null)).toBeUndefined();
  });
});
