// A visit is one browser's: taken once, proven once, and over when it is over.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '#database/database.ts';
import { type Ledger, ledgerQueues, openLedger } from '#ledger/ledger.ts';
import type { LedgerTables } from '#ledger/tables.ts';
import type { Pairing } from '#ledger/visits.ts';
import { openTestDatabase } from '../../support/database.ts';

let database: Database;
let ledger: Ledger;
beforeAll(async () => {
  database = await openTestDatabase(ledgerQueues);
  ledger = openLedger(database);
});
afterAll(() => database[Symbol.asyncDispose]());

const now = new Date('2026-11-21T10:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const open = (arrives = true) =>
  ledger.visits.open({ requestId: 'ask', ways: {}, arrives, now, expiresAt: later(15) });
const pairing = (code = 'AB12'): Pairing => ({
  platform: 'slack',
  tenant: 'T1',
  user: 'U1',
  channel: 'D1',
  code,
  choices: ['AB12', 'CD34', 'EF56'],
  expiresAt: later(5),
  asked: true,
});
const place = { platform: 'slack', tenant: 'T1', channel: 'D1' } as const;
const chat = {
  kind: 'chat',
  actor: { platform: 'slack', tenant: 'T1', user: 'U1', name: 'Ann' },
  place,
} as const;
const signIn = {
  kind: 'sign-in',
  fresh: true,
  issuer: 'https://issuer.example',
  sub: 'ann',
  authenticatedAt: now,
} as const;
const underWay = { state: 'state', nonce: 'n', verifier: 'v', fresh: true, startedAt: now };

test('the token is the browser’s alone, and not what is kept', async () => {
  const { id, token } = await open();
  expect((await ledger.visits.readAs(id, token))?.requestId).toBe('ask');
  expect(await ledger.visits.readAs(id, `${token}x`)).toBeUndefined();
  expect(await ledger.visits.readAs('not-an-id', token)).toBeUndefined();
  const kept = await database.as<LedgerTables>().selectFrom('chaperone.visit').selectAll().execute();
  expect(JSON.stringify(kept)).not.toContain(token);
});

test('a private page is taken by one browser, however many come at once', async () => {
  const { id, token } = await open(false);
  expect(await ledger.visits.readAs(id, token)).toBeUndefined();
  const came = await Promise.all([1, 2, 3].map(() => ledger.visits.arrive(id, now)));
  expect(came.filter((one) => one !== undefined)).toHaveLength(1);
  expect(await ledger.visits.arrive(id, now)).toBeUndefined();
});

test('one vouches for it, once, by the latest code and in time', async () => {
  const { id } = await open();
  expect(await ledger.visits.pair(id, pairing('AB12'), now, 3)).toBe(true);
  expect(await ledger.visits.pair(id, pairing('CD34'), now, 3)).toBe(true);
  expect(await ledger.visits.vouch(id, pairing('AB12'), chat, now)).toBe(false);
  expect(await ledger.visits.vouch(id, pairing('CD34'), chat, later(6))).toBe(false);
  const vouched = await Promise.all([1, 2].map(() => ledger.visits.vouch(id, pairing('CD34'), chat, now)));
  expect(vouched.filter(Boolean)).toHaveLength(1);
  expect(await ledger.visits.pair(id, pairing(), now, 3)).toBe(false);
  expect((await ledger.visits.read(id))?.proof).toEqual(chat);
});

test('nobody is asked more often than is allowed', async () => {
  const { id } = await open();
  const asked = await Promise.all([1, 2, 3, 4, 5].map(() => ledger.visits.pair(id, pairing(), now, 3)));
  expect(asked.filter(Boolean)).toHaveLength(3);
});

test('a sign-in comes back once, and takes the place of a vouching, never of another’s sign-in', async () => {
  const { id } = await open();
  await ledger.visits.pair(id, pairing(), now, 3);
  await ledger.visits.vouch(id, pairing(), chat, now);
  expect(await ledger.visits.beginSignIn(id, underWay, now)).toBe(true);
  expect(await ledger.visits.ofState('state')).toBe(id);
  const back = await Promise.all([1, 2].map(() => ledger.visits.endSignIn(id, 'state', now)));
  expect(back.filter((one) => one !== undefined)).toEqual([underWay]);
  expect(await ledger.visits.ofState('state')).toBeUndefined();
  expect(await ledger.visits.signIn(id, signIn, now)).toBe(true);
  expect(await ledger.visits.signIn(id, { ...signIn, sub: 'ben' }, now)).toBe(false);
  expect((await ledger.visits.read(id))?.proof).toEqual(signIn);
});

test('what is over stays over: by its time, by its person, by wrong tries', async () => {
  const { id, token } = await open();
  expect(await ledger.visits.pair(id, pairing(), later(16), 3)).toBe(false);
  for (const _ of [1, 2, 3, 4]) expect(await ledger.visits.wasWrong(id, now)).toBe(false);
  expect(await ledger.visits.wasWrong(id, now)).toBe(true);
  expect(await ledger.visits.end(id, 'disowned', now)).toBe(false);
  expect((await ledger.visits.readAs(id, token))?.ended).toBe('wrong_tries');
  expect(await ledger.visits.vouch(id, pairing(), chat, now)).toBe(false);
  expect(await ledger.visits.beginSignIn(id, underWay, now)).toBe(false);
  await ledger.visits.forget(later(20));
  expect(await ledger.visits.read(id)).toBeUndefined();
});
