// Approvals that wait for company, and who decides for whom: each counted once, whoever comes at once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '#database/database.ts';
import { type Ledger, ledgerQueues, openLedger } from '#ledger/ledger.ts';
import type { Vote } from '#ledger/votes.ts';
import { openTestDatabase } from '../../support/database.ts';

let database: Database;
let ledger: Ledger;
beforeAll(async () => {
  database = await openTestDatabase(ledgerQueues);
  ledger = openLedger(database);
});
afterAll(() => database[Symbol.asyncDispose]());

const at = (hours: number) => new Date(Date.UTC(2026, 10, 21, hours));
let asks = 0;
let sources = 0;
const vote = (by: string, more: Partial<Vote> = {}): Vote => ({
  source: `press ${++sources}`,
  requestId: `ask ${asks}`,
  digest: 'shown',
  reach: undefined,
  given: { person: by, via: 'slack', id: `slack:T1:${by}` },
  by,
  for: undefined,
  delegation: undefined,
  signedIn: false,
  at: at(9),
  ...more,
});

describe('a vote', () => {
  test('counts once for a person, and once for a say', async () => {
    asks += 1;
    const first = vote('ann');
    expect(await ledger.votes.cast(first)).toBe('counted');
    expect(await ledger.votes.cast(first)).toBe('again');
    expect(await ledger.votes.cast(vote('ann'))).toBe('already_voted');
    expect(await ledger.votes.cast(vote('ben', { for: 'ann' }))).toBe('already_voted');
    expect(await ledger.votes.cast(vote('ben'))).toBe('counted');
    expect(await ledger.votes.about(`ask ${asks}`)).toMatchObject([{ by: 'ann' }, { by: 'ben' }]);
  });

  test('of the same person at once counts once, on however many surfaces', async () => {
    asks += 1;
    const cast = await Promise.all([1, 2, 3, 4].map(() => ledger.votes.cast(vote('ann'))));
    expect(cast.toSorted()).toEqual(['already_voted', 'already_voted', 'already_voted', 'counted']);
  });

  test('that comes first says how far the approval reaches, even when two come at once', async () => {
    asks += 1;
    const cast = await Promise.all([
      ledger.votes.cast(vote('ann', { reach: 'once' })),
      ledger.votes.cast(vote('ben', { reach: 'mission' })),
    ]);
    expect(cast.toSorted()).toEqual(['counted', 'other_reach']);
  });

  test('is about what was shown and nothing else', async () => {
    asks += 1;
    await ledger.votes.cast(vote('ann'));
    expect(await ledger.votes.cast(vote('ann', { digest: 'changed', reach: 'once' }))).toBe('counted');
  });

  test('waits until its ask is settled, and is forgotten only then', async () => {
    asks += 1;
    const id = `ask ${asks}`;
    await ledger.votes.cast(vote('ann'));
    await ledger.votes.cast(vote('ben', { for: 'dora' }));
    await ledger.votes.forget({ person: 'dora' });
    expect(await ledger.votes.about(id)).toHaveLength(2);
    expect(await ledger.votes.open('', 1_000)).toContain(id);
    await ledger.votes.close(id);
    expect(await ledger.votes.open('', 1_000)).not.toContain(id);
    await ledger.votes.forget({ person: 'dora' });
    expect(await ledger.votes.about(id)).toMatchObject([{ by: 'ann' }]);
    await ledger.votes.forget({ before: at(10) });
    expect(await ledger.votes.about(id)).toEqual([]);
  });
});

describe('a delegation', () => {
  const make = (from: string, to: string, source: string, hours = 12) =>
    ledger.delegations.make({ source, from, to, madeAt: at(10), until: at(hours) });
  const standing = async (hours: number) =>
    (await ledger.delegations.standing(at(hours))).map(({ from, to }) => `${to} for ${from}`).toSorted();

  test('takes the place of what the same person said before, and says again what was said again', async () => {
    const first = await make('ann', 'ben', 'said 1');
    await make('dora', 'ben', 'said 2');
    await make('ann', 'cem', 'said 3');
    expect(await standing(11)).toEqual(['ben for dora', 'cem for ann']);
    expect(await make('ann', 'ben', 'said 1')).toBe(first);
    expect(await standing(11)).toEqual(['ben for dora', 'cem for ann']);
    expect(await ledger.delegations.principalOf(first ?? '')).toBe('ann');
  });

  test('gives way to a newer word of the same person, whichever is done last', async () => {
    const { delegations } = ledger;
    const until = at(12);
    const said = (source: string, to: string, hours: number) =>
      delegations.make({ source, from: 'eve', to, madeAt: at(hours), until });
    expect(await delegations.revoke({ source: 'eve again', from: 'eve', saidAt: at(10) }, at(11))).toEqual(
      [],
    );
    expect(await said('eve late', 'ben', 9)).toBeUndefined();
    expect(await said('eve ben', 'ben', 10)).toBeDefined();
    expect(await said('eve last', 'cem', 11)).toBeDefined();
    expect(await said('eve ben', 'ben', 10)).toBeUndefined();
    const over = await delegations.revoke({ source: 'eve after all', from: 'eve', saidAt: at(11) }, at(11));
    expect(over).toHaveLength(1);
    expect((await delegations.standing(at(11))).filter(({ from }) => from === 'eve')).toEqual([]);
  });

  test('ends by itself, or by a word of whoever made it, and of nobody else', async () => {
    expect(await standing(12)).toEqual([]);
    expect(
      await ledger.delegations.revoke({ source: 'ben again', from: 'ben', saidAt: at(11) }, at(11)),
    ).toEqual([]);
    expect(
      await ledger.delegations.revoke({ source: 'ann again', from: 'ann', saidAt: at(11) }, at(11)),
    ).toHaveLength(1);
    expect(await standing(11)).toEqual(['ben for dora']);
  });

  test('is forgotten only once it is over', async () => {
    await ledger.delegations.forget({ person: 'ben' }, at(11));
    expect(await standing(11)).toEqual(['ben for dora']);
    await ledger.delegations.forget({ person: 'ben' }, at(13));
    expect(await standing(11)).toEqual([]);
  });
});
