import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Card, SafeText } from '#cards/card.ts';
import { ours } from '#cards/line.ts';
import type { Happening, Place } from '#chat/chat.ts';
import type { Database } from '#database/database.ts';
import type { Jobs } from '#database/jobs.ts';
import { checkChain, hashOf, sealedText, type WrittenAct } from '#ledger/chain.ts';
import { type Ledger, ledgerQueues, openLedger } from '#ledger/ledger.ts';
import type { LedgerTables } from '#ledger/tables.ts';
import type { Due } from '#ledger/wall.ts';
import { openTestDatabase } from '../../support/database.ts';

let database: Database;
let ledger: Ledger;

beforeAll(async () => {
  database = await openTestDatabase(ledgerQueues);
  ledger = openLedger(database);
});
afterAll(() => database[Symbol.asyncDispose]());

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, seconds));
let channels = 0;
const newPlace = (): Place => ({ platform: 'slack', tenant: 'T1', channel: `C${++channels}` });
const card = (title: string): Card => ({
  title: title as SafeText,
  tone: 'waiting',
  blocks: [{ kind: 'text', line: [{ kind: 'time', at: at(0) }] }],
  buttons: [],
  expansion: [],
  calls: [],
});
const want = (place: Place, subject: string, title: string, seconds: number, under?: string) =>
  ledger.wall.want({
    subject,
    place,
    ...(under && { under: { subject: under } }),
    card: card(title),
    seenAt: at(seconds),
    settled: false,
    urgency: 1,
  });

const hung = async (due: Due | undefined, message: string, seconds: number) => {
  if (!due) throw new Error('nothing was taken');
  return await ledger.wall.hung(due.id, { place: due.place, message }, due, at(seconds));
};

describe('the wall', () => {
  test('wanting the same card again is no work', async () => {
    const place = newPlace();
    expect(await want(place, 'request:1', 'asked', 1)).toBe(true);
    expect(await want(place, 'request:1', 'asked', 2)).toBe(false);
  });

  test('an older reading of the truth never replaces a newer one', async () => {
    const place = newPlace();
    await want(place, 'request:1', 'approved', 5);
    expect(await want(place, 'request:1', 'asked', 4)).toBe(false);
    expect((await ledger.wall.take(place, at(6), 1000))?.card.title).toBe('approved');
  });

  test('what a process that died had in its hands is due when each lease ends, not when the first does', async () => {
    const place = newPlace();
    await want(place, 'request:1', 'asked', 1);
    await want(place, 'request:2', 'asked', 1);
    await want(place, 'request:3', 'asked', 1);
    await ledger.wall.take(place, at(2), 10_000);
    await ledger.wall.take(place, at(3), 10_000);
    const due = (await ledger.wall.duePlaces()).filter((each) => each.place.channel === place.channel);
    expect(due.map((each) => each.at).toSorted((a, b) => Number(a) - Number(b))).toEqual([
      new Date(0),
      at(12),
      at(13),
    ]);
  });

  test('whoever is woken for a card finds it, however soon they look', async () => {
    const place = newPlace();
    const found: unknown[] = [];
    const jobs: Jobs = {
      ...database.jobs,
      send: async () => void found.push((await ledger.wall.take(place, at(2), 1000))?.card.title),
    };
    const woken = openLedger({ ...database, jobs });
    await woken.wall.want({
      subject: 'request:1',
      place,
      card: card('asked'),
      seenAt: at(1),
      settled: false,
      urgency: 1,
    });
    expect(found).toEqual(['asked']);
  });

  test('a card is in one pair of hands at a time, and free again when the lease ends', async () => {
    const place = newPlace();
    await want(place, 'request:1', 'asked', 1);
    const taken = await Promise.all([1, 2, 3].map(() => ledger.wall.take(place, at(2), 10_000)));
    expect(taken.filter((due) => due !== undefined)).toHaveLength(1);
    expect(await ledger.wall.take(place, at(5), 10_000)).toBeUndefined();
    const again = await ledger.wall.take(place, at(30), 10_000);
    expect(again?.attemptedAt).toEqual(at(2));
  });

  test('a reply waits until its root hangs, then goes into its thread', async () => {
    const place = newPlace();
    await want(place, 'mission:1', 'root', 1);
    await want(place, 'request:1', 'reply', 1, 'mission:1');
    const root = await ledger.wall.take(place, at(2), 1000);
    expect(root?.card.title).toBe('root');
    expect(await ledger.wall.take(place, at(2), 1000)).toBeUndefined();
    await hung(root, '100.1', 2);
    const reply = await ledger.wall.take(place, at(2), 1000);
    expect(reply).toMatchObject({ thread: '100.1', posted: undefined, attemptedAt: undefined });
  });

  test('what changed while a card was being posted goes out next', async () => {
    const place = newPlace();
    await want(place, 'request:1', 'asked', 1);
    const first = await ledger.wall.take(place, at(2), 1000);
    await want(place, 'request:1', 'denied', 3);
    await hung(first, '7.7', 4);
    const next = await ledger.wall.take(place, at(5), 1000);
    expect(next).toMatchObject({ card: { title: 'denied' }, posted: { message: '7.7' } });
    expect(next?.card.blocks).toEqual(card('denied').blocks);
  });

  test('a second copy of a card is not recorded as the card', async () => {
    const place = newPlace();
    await want(place, 'request:1', 'asked', 1);
    const due = await ledger.wall.take(place, at(2), 1000);
    expect(await hung(due, '1.1', 2)).toBe(true);
    expect(await hung(due, '2.2', 3)).toBe(false);
  });

  test('a copy that is found and pressed at once is the card both ways, not a second one', async () => {
    const place = newPlace();
    await want(place, 'request:1', 'asked', 1);
    const due = await ledger.wall.take(place, at(2), 1000);
    expect(await hung(due, '1.1', 2)).toBe(true);
    expect(await ledger.wall.adopt(due?.id ?? '', { place, message: '1.1' })).toBe(true);
    expect(await ledger.wall.adopt(due?.id ?? '', { place, message: '2.2' })).toBe(false);
  });

  test('what can be pressed is what is shown, for as long as another card is on its way', async () => {
    const place = newPlace();
    const wall = (digest: string, second: number) =>
      ledger.wall.want({
        subject: 'request:1',
        place,
        card: {
          ...card(digest),
          buttons: [{ label: ours`Deny`, press: { verb: 'deny', subject: '1', digest }, style: 'plain' }],
        },
        seenAt: at(second),
        settled: false,
        urgency: 0,
      });
    const shown = async () => (await ledger.wall.hangingAt(place, 'request:1'))?.shown;
    await wall('before', 1);
    expect(await shown()).toBeUndefined();
    await hung(await ledger.wall.take(place, at(2), 1000), '9.9', 2);
    await wall('after', 3);
    expect(await shown()).toMatchObject([{ verb: 'deny', digest: 'before' }]);
    const next = await ledger.wall.take(place, at(4), 1000);
    await wall('later', 5);
    await hung(next, '9.9', 6);
    expect(await shown()).toMatchObject([{ verb: 'deny', digest: 'after' }]);
    await ledger.wall.torn(next?.id ?? '');
    expect(await shown()).toBeUndefined();
  });

  test('a card put back clean leaves no suspicion of a copy', async () => {
    const place = newPlace();
    await want(place, 'request:1', 'asked', 1);
    const due = await ledger.wall.take(place, at(2), 1000);
    await ledger.wall.putBack(due?.id ?? '', at(10), true);
    expect(await ledger.wall.take(place, at(9), 1000)).toBeUndefined();
    expect(await ledger.wall.take(place, at(10), 1000)).toMatchObject({
      attemptedAt: undefined,
      attempts: 2,
    });
  });

  test('a message leads back to what it is about', async () => {
    const place = newPlace();
    await ledger.wall.want({
      subject: 'mission:p1',
      place,
      missionS256: 'abc%d_e',
      card: card('root'),
      seenAt: at(1),
      settled: false,
      urgency: 0,
    });
    const due = await ledger.wall.take(place, at(2), 1000);
    await hung(due, '55.5', 2);
    expect(await ledger.wall.behind(place, '55.5')).toMatchObject({
      subject: 'mission:p1',
      missionS256: 'abc%d_e',
    });
    expect(await ledger.wall.behind(newPlace(), '55.5')).toBeUndefined();
    expect(await ledger.wall.missionsNamed('abc%', 5)).toEqual(['abc%d_e']);
    expect(await ledger.wall.missionsNamed('abcX', 5)).toEqual([]);
    expect(await ledger.wall.rootOf('abc%d_e')).toBe('mission:p1');
  });
});

describe('a place', () => {
  test('gives a few turns at once, then turns a pace apart, to everybody who asks', async () => {
    const place = newPlace();
    const takes = Array.from({ length: 8 }, () => ledger.places.takeTurn(place, at(0), 1000));
    const turns = (await Promise.all(takes)).map((turn) => (turn.getTime() - at(0).getTime()) / 1000);
    expect(turns.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 1, 2, 3, 4]);
    expect(await ledger.places.takeTurn(place, at(60), 1000)).toEqual(at(60));
  });

  test('keeps quiet for as long as the platform asked', async () => {
    const place = newPlace();
    await ledger.places.quiet(place, at(30));
    expect(await ledger.places.takeTurn(place, at(1), 1000)).toEqual(at(30));
  });

  test('that was shared while its platform was being asked stays shared, whatever the answer', async () => {
    const place = newPlace();
    expect(await ledger.places.answered(place, false, at(0))).toBe(false);
    await ledger.places.setShared(place, true, at(3));
    expect(await ledger.places.answered(place, false, at(2))).toBe(true);
    expect(await ledger.places.isShared(place, at(3))).toBe(true);
    expect(await ledger.places.answered(place, false, at(4))).toBe(false);
    expect(await ledger.places.isShared(place, at(4))).toBe(false);
  });
});

describe('the inbox', () => {
  const said = (id: string): Happening => ({
    id,
    kind: 'said',
    text: 'stop',
    message: '1.1',
    by: 'mention',
    at: at(0),
    place: newPlace(),
    actor: { platform: 'slack', tenant: 'T1', user: 'U1', name: 'Maria', standing: 'member' },
  });

  test('keeps a happening once however often it is delivered', async () => {
    expect(await ledger.inbox.keep(said('E1'), at(0))).toBe(true);
    expect(await ledger.inbox.keep(said('E1'), at(1))).toBe(false);
  });

  test('what a crash left in hand is taken up again, what is done is not', async () => {
    await ledger.inbox.keep(said('E2'), at(0));
    expect((await ledger.inbox.take('E2', at(1), 5000))?.happening.at).toEqual(at(0));
    expect(await ledger.inbox.take('E2', at(2), 5000)).toBeUndefined();
    expect((await ledger.inbox.waiting(at(20), 10)).map(({ id }) => id)).toContain('E2');
    expect(await ledger.inbox.take('E2', at(20), 5000)).toMatchObject({ attempts: 2 });
    expect(await ledger.inbox.done({ id: 'E2', attempts: 2 }, 'decided', at(21))).toBe(true);
    expect(await ledger.inbox.take('E2', at(60), 5000)).toBeUndefined();
  });

  test('whoever seemed dead can neither finish, nor free, nor keep what somebody else took since', async () => {
    await ledger.inbox.keep(said('E3'), at(0));
    await ledger.inbox.take('E3', at(1), 5000);
    await ledger.inbox.take('E3', at(20), 5000);
    const late = { id: 'E3', attempts: 1 };
    expect(await ledger.inbox.done(late, 'decided', at(21))).toBe(false);
    await ledger.inbox.claimUntil(late, at(0));
    expect(await ledger.inbox.take('E3', at(22), 5000)).toBeUndefined();
    await ledger.inbox.claimUntil(late, at(90));
    await ledger.inbox.claimUntil({ id: 'E3', attempts: 2 }, at(40));
    expect(await ledger.inbox.take('E3', at(39), 5000)).toBeUndefined();
    expect(await ledger.inbox.take('E3', at(41), 5000)).toMatchObject({ attempts: 3 });
  });
});

describe('a proposal', () => {
  const maria = { person: 'maria', via: 'slack', id: 'slack:T1:U1' };

  test('is answered once, by the first answer, while it stands', async () => {
    const made = {
      source: 'E9',
      missions: ['a', 'b'],
      proposedBy: 'slack:T1:U1',
      madeAt: at(0),
      expiresAt: at(30),
    };
    const id = await ledger.proposals.make(made);
    expect(await ledger.proposals.make(made)).toBe(id);
    const answers = await Promise.all([
      ledger.proposals.answer(id, 'confirmed', maria, at(1)),
      ledger.proposals.answer(id, 'cancelled', maria, at(1)),
    ]);
    expect(answers).toEqual([true, false]);
    expect(await ledger.proposals.answer(id, 'confirmed', maria, at(2))).toBe(true);
    expect(await ledger.proposals.answer(id, 'confirmed', { ...maria, id: 'slack:T1:U2' }, at(2))).toBe(
      false,
    );
    expect((await ledger.proposals.read(id))?.answer).toEqual({ kind: 'confirmed', by: maria, at: at(1) });
    const late = await ledger.proposals.make({ ...made, source: 'E10' });
    expect(await ledger.proposals.answer(late, 'confirmed', maria, at(31))).toBe(false);
    expect(await ledger.proposals.read('not an id')).toBeUndefined();
  });
});

describe('the acts', () => {
  const act = (source: string, person = 'maria') => ({
    source,
    at: at(1),
    verb: 'deny' as const,
    actor: 'slack:T1:U1',
    person,
    surface: 'slack:T1:C1/1.1',
    subject: 'request:r1',
    digest: 'd',
    outcome: 'decided',
    answer: { state: 'denied', missing: undefined },
  });
  const acts = async () => await Array.fromAsync(ledger.acts.read());
  const faultsOf = async (changed: readonly WrittenAct[], whole = true) =>
    (await checkChain(changed, await ledger.acts.keys(), whole)).faults;

  test('are appended once each, in one unbroken chain, from many hands at once', async () => {
    await Promise.all(['a', 'b', 'a', 'c', 'd'].map((source) => ledger.acts.append(act(source))));
    const about = await ledger.acts.about('request:r1');
    expect(about.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    // However often the Person Server says so, an ask is decided once.
    expect(about.map(({ outcome }) => outcome)).toEqual(['decided', ...Array(3).fill('already_decided')]);
    expect(await ledger.acts.check()).toEqual({ checked: 4, faults: [] });
  });

  test('cannot be changed, deleted or emptied', async () => {
    const db = database.as<LedgerTables>();
    await expect(db.updateTable('chaperone.act').set({ outcome: 'x' }).execute()).rejects.toThrow(
      'append-only',
    );
    await expect(db.updateTable('chaperone.act').set({ actor: 'slack:T1:U2' }).execute()).rejects.toThrow(
      'append-only',
    );
    await expect(db.deleteFrom('chaperone.act').execute()).rejects.toThrow('append-only');
    await expect(sql`truncate chaperone.act`.execute(db)).rejects.toThrow('append-only');
  });

  test('an edit, a gap, a swap and a forged receipt are each found and named', async () => {
    const [a, b, c, d] = (await acts()) as [WrittenAct, WrittenAct, WrittenAct, WrittenAct];
    expect(await faultsOf([a, { ...b, outcome: 'never happened' }, c, d])).toEqual([
      { seq: 2, what: 'edited' },
    ]);
    expect(await faultsOf([a, { ...b, actor: 'slack:T1:U2' }, c, d])).toEqual([{ seq: 2, what: 'edited' }]);
    expect(await faultsOf([a, c, d])).toEqual([{ seq: 2, what: 'missing' }]);
    expect(await faultsOf([b, c, d])).toEqual([{ seq: 1, what: 'missing' }]);
    expect(await faultsOf([b, c, d], false)).toEqual([]);
    expect((await faultsOf([a, c, b, d])).map(({ what }) => what)).toContain('out_of_order');
    expect(await faultsOf([a, { ...b, receipt: a.receipt }, c, d])).toEqual([
      { seq: 2, what: 'bad_receipt' },
    ]);
  });

  test('a rewritten chain with good hashes still lacks the receipts', async () => {
    const [a] = (await acts()) as [WrittenAct];
    const lie = { ...a, outcome: 'refused:guest' };
    expect(await faultsOf([{ ...lie, hash: hashOf(sealedText(lie)) }])).toEqual([
      { seq: 1, what: 'bad_receipt' },
    ]);
  });

  test('forgetting who acted keeps the chain, and what was done', async () => {
    await ledger.acts.append({ ...act('e', 'jonas'), said: 'because it buys toys' });
    const said = await acts();
    expect(said.at(-1)?.said).toBe('because it buys toys');
    expect(await faultsOf(said.with(4, { ...said[4], said: 'because' } as WrittenAct))).toEqual([
      { seq: 5, what: 'edited' },
    ]);
    expect(await ledger.acts.forget({ person: 'jonas' })).toBe(1);
    const last = (await acts()).at(-1);
    expect(last).toMatchObject({
      actor: null,
      person: null,
      said: null,
      salt: null,
      verb: 'deny',
      outcome: 'already_decided',
    });
    expect((await ledger.acts.check()).faults).toEqual([]);
    expect(await ledger.acts.forget({ before: at(2) })).toBe(4);
    expect((await ledger.acts.check()).faults).toEqual([]);
  });
});
