// What the reviewer makes of an ask is written down before anything comes of it: once, and no more often than there may be.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '#database/database.ts';
import type { KeptFit } from '#ledger/judgements.ts';
import { type Ledger, ledgerQueues, openLedger } from '#ledger/ledger.ts';
import { openTestDatabase } from '../../support/database.ts';

let database: Database;
let ledger: Ledger;
beforeAll(async () => {
  database = await openTestDatabase(ledgerQueues);
  ledger = openLedger(database);
});
afterAll(() => database[Symbol.asyncDispose]());

const at = (hours: number) => new Date(Date.UTC(2026, 10, 21, hours));
const fit: KeptFit = { kind: 'fits', why: 'It fits.', entries: [3], missionWords: 'the cake', model: 'm' };
let asks = 0;
const ask = (missionS256: string) => ({
  requestId: `ask ${++asks}`,
  digest: 'shown',
  missionS256,
  names: ['compare_prices'],
});
const caps = { perMission: 2, perDay: 3, since: at(0) };

test('an ask is taken up once, whoever comes at once; changed, it is another', async () => {
  const one = ask('m-once');
  const taken = await Promise.all([1, 2, 3].map(() => ledger.judgements.take(one, at(9))));
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(await ledger.judgements.take({ ...one, digest: 'changed' }, at(9))).toBe(true);
});

test('what was left to people stays theirs: a late yes changes nothing', async () => {
  const one = ask('m-left');
  await ledger.judgements.take(one, at(9));
  await ledger.judgements.leave(one, { reason: 'on_hold' }, at(9));
  expect(await ledger.judgements.say(one, { fit, proof: 'reviewer:late' }, caps, at(9))).toBe(false);
  expect(await ledger.judgements.read(one)).toMatchObject({ state: 'people', reason: 'on_hold' });
});

test('a yes that is on its way is not left to people, and comes to one end', async () => {
  const one = ask('m-way');
  await ledger.judgements.take(one, at(1));
  expect(await ledger.judgements.say(one, { fit, proof: 'reviewer:1' }, { ...caps, perDay: 99 }, at(1))).toBe(
    true,
  );
  await ledger.judgements.leave(one, { reason: 'failed' }, at(1));
  expect(await ledger.judgements.deciding(10)).toMatchObject([{ requestId: one.requestId, fit }]);
  await ledger.judgements.settle(one, 'passed', at(1));
  await ledger.judgements.settle(one, 'overtaken', at(1));
  expect(await ledger.judgements.read(one)).toMatchObject({ state: 'passed', proof: 'reviewer:1' });
  expect(await ledger.judgements.deciding(10)).toEqual([]);
});

test('there are no more yeses than there may be under a mission, samples among them, however many come at once', async () => {
  const all = Array.from({ length: 6 }, () => ask('m-cap'));
  for (const each of all) await ledger.judgements.take(each, at(30));
  const said = await Promise.all(
    all.map((each, nth) =>
      ledger.judgements.say(
        each,
        { fit, proof: nth % 2 ? `reviewer:cap-${nth}` : undefined },
        { perMission: 2, perDay: 99, since: at(24) },
        at(30),
      ),
    ),
  );
  expect(said.filter(Boolean)).toHaveLength(2);
  expect((await ledger.judgements.under('m-cap', at(24))).yeses.mission).toBe(2);
});

test('nor in a day, over all missions; the next day they are counted anew', async () => {
  const say = async (mission: string, hours: number) => {
    const one = ask(mission);
    await ledger.judgements.take(one, at(hours));
    const day = at(hours < 72 ? 48 : 72);
    return await ledger.judgements.say(one, { fit, proof: undefined }, { ...caps, since: day }, at(hours));
  };
  expect(await Promise.all([1, 2, 3, 4, 5].map((nth) => say(`m-day-${nth}`, 50)))).toSatisfy(
    (said: boolean[]) => said.filter(Boolean).length === 3,
  );
  expect(await say('m-day-6', 73)).toBe(true);
});

test('of a time, what passed and what was sampled is told, newest first, and nothing else', async () => {
  const [passed, sampled, left] = [ask('m-told'), ask('m-told'), ask('m-told')];
  for (const [nth, each] of [passed, sampled, left].entries())
    await ledger.judgements.take(each, at(100 + nth));
  const free = { perMission: 9, perDay: 9, since: at(100) };
  await ledger.judgements.say(passed, { fit, proof: 'reviewer:told' }, free, at(100));
  await ledger.judgements.settle(passed, 'passed', at(100));
  await ledger.judgements.say(sampled, { fit, proof: undefined }, free, at(101));
  await ledger.judgements.leave(
    left,
    { reason: 'cannot_tell', fit: { ...fit, kind: 'cannot_tell' } },
    at(102),
  );
  const told = await ledger.judgements.yeses({ from: at(100), to: at(110), limit: 9 });
  expect(told.map(({ requestId }) => requestId)).toEqual([sampled.requestId, passed.requestId]);
  expect(
    (await ledger.judgements.under('m-told', at(100))).judged.map(({ fit: kept }) => kept?.kind),
  ).toEqual(['cannot_tell', 'fits', 'fits']);
});

test('the salt is made once, and is long', async () => {
  const salts = await Promise.all([1, 2, 3].map(() => ledger.judgements.salt()));
  expect(new Set(salts).size).toBe(1);
  expect(salts[0]?.length).toBeGreaterThan(40);
});
