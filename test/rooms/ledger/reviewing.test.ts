// What the ledger keeps for the reviewer: one review and one brief of a mission at a time, each acceptance once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '#database/database.ts';
import { type Ledger, ledgerQueues, openLedger } from '#ledger/ledger.ts';
import type { Standing } from '#ledger/reviews.ts';
import { openTestDatabase } from '../../support/database.ts';

let database: Database;
let ledger: Ledger;
beforeAll(async () => {
  database = await openTestDatabase(ledgerQueues);
  ledger = openLedger(database);
});
afterAll(() => database[Symbol.asyncDispose]());

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 21, 12, minutes));
const leaseMs = 60_000;
const ann = { person: 'ann', via: 'slack', id: 'slack:T1:UANN' };
const ben = { person: 'ben', via: 'slack', id: 'slack:T1:UBEN' };
const drifting: Standing = { kind: 'drifting', through: 9, since: 7, entries: [7, 9], reasons: [] };

async function rightTo(s256: string) {
  const right = await ledger.reviews.take(s256, at(0), leaseMs);
  if (!right) throw new Error('somebody else reviews');
  return right;
}

/** A mission with one finding. */
async function flagged(s256: string) {
  await ledger.reviews.keep(
    await rightTo(s256),
    { standing: drifting, memo: {}, review: {}, isNew: true },
    at(0),
  );
  return s256;
}
const acceptance = (by: typeof ann, finding = 1) => ({
  finding,
  from: 7,
  through: 9,
  by,
  at: at(1).toISOString(),
});

describe('a review', () => {
  test('is made by one of those who want to make it at once', async () => {
    const taken = await Promise.all([1, 2, 3].map(() => ledger.reviews.take('busy', at(0), leaseMs)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await ledger.reviews.take('busy', at(2), leaseMs)).toBeDefined();
  });

  test('is whose the right is: once that is somebody else’s, whoever seemed dead keeps nothing and ends nothing', async () => {
    const late = await rightTo('contested');
    expect(await ledger.reviews.renew(late, at(5))).toMatchObject({ until: at(5) });
    expect(await ledger.reviews.take('contested', at(4), leaseMs)).toBeUndefined();
    const right = await ledger.reviews.take('contested', at(6), leaseMs);
    const found = { standing: drifting, memo: {}, review: {}, isNew: true };
    expect(await ledger.reviews.keep({ ...late, until: at(5) }, found, at(6))).toBe(false);
    expect(await ledger.reviews.renew({ ...late, until: at(5) }, at(9))).toBeUndefined();
    await ledger.reviews.giveBack({ ...late, until: at(5) });
    expect(await ledger.reviews.take('contested', at(6), leaseMs)).toBeUndefined();
    expect(right && (await ledger.reviews.keep(right, found, at(6)))).toBe(true);
    expect(await ledger.reviews.read('contested')).toMatchObject({ finding: 1 });
  });

  test('says how far it went, and whether the model was silent', async () => {
    const s256 = await flagged('far');
    const silent = { ...drifting, silence: 'away' };
    await ledger.reviews.keep(
      await rightTo(s256),
      { standing: silent, memo: {}, review: {}, isNew: false },
      at(3),
    );
    expect(await ledger.reviews.reviewedThrough([s256, 'never'])).toEqual(
      new Map([[s256, { through: 9, at: at(3), silent: true, finding: 1, acted: 0 }]]),
    );
    expect(await ledger.reviews.reviewedThrough([])).toEqual(new Map());
  });
});

describe('an acceptance', () => {
  test('said again by the same person is the same one; by somebody else it comes too late', async () => {
    const s256 = await flagged('accepted');
    expect(await ledger.reviews.accept(s256, acceptance(ann))).toBe(true);
    expect(await ledger.reviews.accept(s256, acceptance(ann))).toBe(true);
    expect(await ledger.reviews.accept(s256, acceptance(ben))).toBe(false);
    expect((await ledger.reviews.read(s256)).accepted).toHaveLength(1);
  });

  test('of a finding that is not there counts for nobody', async () => {
    expect(await ledger.reviews.accept(await flagged('other'), acceptance(ann, 2))).toBe(false);
  });

  test('ends what the rule guarded, and a rule that comes after it guards nothing', async () => {
    const s256 = await flagged('guarded');
    expect(await ledger.holds.silenced(s256)).toBe(false);
    await ledger.reviews.act(s256, 1, true);
    expect(await ledger.holds.silenced(s256)).toBe(true);
    await ledger.reviews.accept(s256, acceptance(ann));
    expect(await ledger.holds.silenced(s256)).toBe(false);
    await ledger.reviews.act(s256, 1, true);
    expect(await ledger.holds.silenced(s256)).toBe(false);
  });
});

test('what is held is granted nothing silently, until it is released', async () => {
  await ledger.holds.hold('held', { source: 'one', by: ann, at: at(0) });
  expect(await ledger.holds.silenced('held')).toBe(true);
  await ledger.holds.release('held', { source: 'two', by: ann, at: at(1) }, at(1));
  expect(await ledger.holds.silenced('held')).toBe(false);
});

test('a release that comes late lifts what held when it was said, and no hold that was put on since', async () => {
  const { holds } = ledger;
  const late = { source: 'late', by: ben, at: at(5) };
  await holds.hold('again', { source: 'first', by: ann, at: at(0) });
  expect(await holds.release('again', { source: 'soon', by: ann, at: at(2) }, at(2))).toBe('released');
  await holds.hold('again', { source: 'second', by: ann, at: at(3) });
  expect(await holds.release('again', late, at(1))).toBe('held_since');
  expect(await holds.standing('again')).toMatchObject({ since: at(3) });
  expect(await holds.release('again', { source: 'soon', by: ann, at: at(4) }, at(2))).toBe('released');
  expect(await holds.standing('again')).toMatchObject({ since: at(3) });
  expect(await holds.release('again', { ...late, source: 'then' }, at(3))).toBe('released');
  expect(await holds.release('again', late, at(1))).toBe('not_held');
});

describe('a brief', () => {
  const ask = (requestId: string, missionS256 = 'cake', digest = 'first') => ({
    requestId,
    digest,
    missionS256,
  });

  test('is made once for a digest, and one at a time for a mission', async () => {
    const { briefs } = ledger;
    const taken = await Promise.all(['a', 'b', 'c'].map((id) => briefs.take(ask(id), at(0), leaseMs)));
    expect(taken.toSorted()).toEqual(['busy', 'busy', 'taken']);
    const first = ask(['a', 'b', 'c'][taken.indexOf('taken')] ?? '');
    expect(await briefs.take(ask('d', 'other'), at(0), leaseMs)).toBe('taken');
    await briefs.keep(first, { kind: 'silent', why: 'slow' }, at(0));
    expect(await briefs.take(first, at(0), leaseMs)).toBe('done');
    expect(await briefs.take(ask('e'), at(0), leaseMs)).toBe('taken');
  });

  test('belongs to the ask as it was shown: a changed one has none, and keeps none that comes late', async () => {
    const { briefs } = ledger;
    const [old, changed] = [ask('f', 'pie'), ask('f', 'pie', 'second')];
    expect(await briefs.take(old, at(0), leaseMs)).toBe('taken');
    expect(await briefs.take(changed, at(5), leaseMs)).toBe('taken');
    await briefs.keep(old, { kind: 'fits' }, at(5));
    expect(await briefs.read('f', 'first')).toBeUndefined();
    expect(await briefs.read('f', 'second')).toBeUndefined();
    await briefs.keep(changed, { kind: 'cannot_tell' }, at(5));
    expect(await briefs.read('f', 'second')).toEqual({ word: { kind: 'cannot_tell' } });
  });

  test('whose process died is tried once more and then left', async () => {
    const { briefs } = ledger;
    const left = ask('g', 'tart');
    expect(await briefs.take(left, at(0), leaseMs)).toBe('taken');
    expect(await briefs.take(left, at(0), leaseMs)).toBe('busy');
    expect(await briefs.take(left, at(2), leaseMs)).toBe('taken');
    expect(await briefs.take(left, at(4), leaseMs)).toBe('done');
  });
});

describe('a question about a finding', () => {
  const question = { missionS256: 'asked', finding: 1, question: 'Why?', by: ann, askedAt: at(0) };

  test('waits alone for its mission’s agent, and is put once', async () => {
    const { inquiries } = ledger;
    expect(await inquiries.keep('press 1', question)).toBe(true);
    expect(await inquiries.keep('press 1', question)).toBe(true);
    expect(await inquiries.keep('press 2', { ...question, by: ben })).toBe(false);
    const waiting = await inquiries.waiting('asked');
    await inquiries.put(waiting?.id ?? 0, 'request 1', at(1));
    await inquiries.put(waiting?.id ?? 0, 'request 2', at(2));
    expect(await inquiries.waiting('asked')).toBeUndefined();
    expect(await inquiries.isPutAt('request 1')).toBe(true);
    expect(await inquiries.isPutAt('request 2')).toBe(false);
    expect(await inquiries.about('asked', 1)).toMatchObject([
      { by: ann, put: { requestId: 'request 1', at: at(1) } },
    ]);
  });

  test('that was dropped waits no more', async () => {
    const { inquiries } = ledger;
    await inquiries.keep('press 3', { ...question, missionS256: 'dropped' });
    await inquiries.drop((await inquiries.waiting('dropped'))?.id ?? 0, at(1));
    expect(await inquiries.waiting('dropped')).toBeUndefined();
    expect(await inquiries.keep('press 4', { ...question, missionS256: 'dropped' })).toBe(true);
  });
});

test('what the model cost is counted for each account and for all', async () => {
  const { spend } = ledger;
  const budget = { tokensPerDay: 1_000, tokensPerAccount: 1_000 };
  const draw = { day: '2026-11-21', account: 'mission:cake', tokens: 300 };
  await spend.reserve(draw, budget);
  await spend.settle(draw, 120);
  await spend.reserve({ ...draw, account: 'person:ann' }, budget);
  expect(await spend.spent('2026-11-21', 'mission:cake')).toBe(120);
  expect(await spend.spent('2026-11-21')).toBe(420);
  expect(await spend.spent('2026-11-22')).toBe(0);
});
