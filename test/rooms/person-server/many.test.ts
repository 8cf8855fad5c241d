// Many requests at once, at two replicas on one Postgres: each counts once, and none waits for what is not its own.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Proof } from '#aauth/signature.ts';
import { readLog } from '#person-server/mission-log.ts';
import { holdMission, insertMission, openOwnMissions } from '#person-server/missions.ts';
import { openDeliveries, openOwnRequests } from '#person-server/polls.ts';
import { openRecognise } from '#person-server/recognise.ts';
import { openScribe, type Writing } from '#person-server/scribe.ts';
import { openStore, type Store } from '#person-server/tables.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openPostgres } from '../../support/postgres.ts';

const agent = { iss: 'https://agents.example', sub: 'aauth:errand@agents.example', jti: 'token-1' };
const now = new Date();

let here: Store;
let there: Store;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  const postgres = closing.use(await openPostgres());
  const open = async () => openStore(closing.use(await openTestDatabase([], { url: postgres.url })));
  here = await open();
  there = await open();
}, 60_000);
afterAll(() => closing.disposeAsync(), 30_000);

async function newMission(expiresAt?: Date): Promise<string> {
  const approved = { agent, person: 'alice', requestId: randomUUID(), description: 'Shop', expiresAt };
  const { s256 } = await here.transaction().execute((trx) => insertMission(trx, approved, now));
  return s256;
}

const writing = (missionS256: string, action: string, at = now): Writing => ({
  missionS256,
  at,
  line: {
    kind: 'audit',
    source: 'agent',
    outcome: 'reported',
    agent: agent.sub,
    action,
    parameters: { action },
  },
});

/** A token's row, as it is made for a grant. */
function token(missionS256: string): Writing['token'] {
  const jti = randomUUID();
  const minted = { jwt: '', jti, issuedAt: now, expiresAt: new Date(now.getTime() + 60_000) };
  const row = {
    jti,
    kind: 'auth' as const,
    person: 'alice',
    agentIss: agent.iss,
    agentSub: agent.sub,
    subagentSub: null,
    missionS256,
    resource: 'https://shop.example',
    directedSub: 'me-at-shop',
    scope: 'buy:flour',
    requestId: null,
    presentedJti: null,
    upstreamIss: null,
    upstreamJti: null,
    accessServer: null,
    issuedAt: minted.issuedAt,
    expiresAt: minted.expiresAt,
    revokedAt: null,
    revocation: null,
    acknowledgedAt: null,
    announceAt: null,
    budget: JSON.stringify({ limit: { amount: 3 } }),
  };
  return { minted, row };
}

describe('lines of many', () => {
  test('are numbered without a gap or a double, each in its own mission, at both replicas', async () => {
    const missions = await Promise.all([newMission(), newMission(), newMission()]);
    const [first, second] = [openScribe(here), openScribe(there)];
    const written = await Promise.all(
      Array.from({ length: 240 }, (_, n) =>
        (n % 2 ? first : second)(writing(missions[n % 3] ?? '', `${n % 3} does ${n}`)),
      ),
    );
    expect(written).toEqual(written.map(() => true));
    for (const [which, s256] of missions.entries()) {
      const entries = await readLog(here, s256, 0, 200);
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1));
      expect(new Set(entries.map(({ action }) => action)).size).toBe(80);
      expect(entries.every(({ action }) => action?.startsWith(`${which} `))).toBe(true);
      expect(entries[0]?.parameters).toEqual({ action: entries[0]?.action });
    }
  });

  test('stand with their tokens, or neither does', async () => {
    const [active, ended] = [await newMission(), await newMission(new Date(now.getTime() - 1))];
    const scribe = openScribe(here);
    const of = [active, ended, 'no such mission'].map((s256) => ({ s256, token: token(s256) }));
    const written = await Promise.all(of.map(({ s256, token }) => scribe({ ...writing(s256, 'x'), token })));
    expect(written).toEqual([true, false, false]);
    const tokens = await here
      .selectFrom('token')
      .selectAll()
      .where(
        'jti',
        'in',
        of.map(({ token }) => token?.row.jti ?? ''),
      )
      .execute();
    expect(tokens).toMatchObject([{ ...of[0]?.token?.row, budget: { limit: { amount: 3 } }, announced: 0 }]);
    expect(await readLog(here, ended, 0, 10)).toEqual([]);
  });

  test('are not written once their mission has ended, whatever the turn they came with', async () => {
    const s256 = await newMission();
    const [first, second] = [openScribe(here), openScribe(there)];
    const lines = Array.from({ length: 100 }, async (_, n) => {
      if (n === 50) {
        await there
          .updateTable('mission')
          .set((eb) => ({ terminatedAt: now, terminationReason: 'revoked', terminatedSeq: eb.ref('logSeq') }))
          .where('s256', '=', s256)
          .execute();
        return undefined;
      }
      return await (n % 2 ? first : second)(writing(s256, `line ${n}`));
    });
    const written = (await Promise.all(lines)).filter((outcome) => outcome === true).length;
    const mission = await here
      .selectFrom('mission')
      .select(['logSeq', 'terminatedSeq'])
      .where('s256', '=', s256)
      .executeTakeFirstOrThrow();
    expect(mission.logSeq).toBe(mission.terminatedSeq);
    expect(await readLog(here, s256, 0, 200)).toHaveLength(written);
    expect(mission.logSeq).toBe(written);
  });

  test('of a mission somebody holds wait for it alone', async () => {
    const [held, free] = [await newMission(), await newMission()];
    const scribe = openScribe(here);
    let waiting: Promise<boolean> | undefined;
    await there.transaction().execute(async (trx) => {
      await holdMission(trx, held);
      waiting = scribe(writing(held, 'waits'));
      expect(await Promise.all([scribe(writing(free, 'goes on')), scribe(writing(free, 'and on'))])).toEqual([
        true,
        true,
      ]);
      expect(await readLog(here, held, 0, 10)).toEqual([]);
      await trx.updateTable('mission').set({ description: 'changed' }).where('s256', '=', held).execute();
    });
    expect(await waiting).toBe(true);
    expect(await readLog(here, held, 0, 10)).toMatchObject([{ seq: 1, action: 'waits' }]);
  });
});

describe('many who sign', () => {
  const proof = (created: Date): Proof => ({
    thumbprint: 't',
    created: Math.floor(created.getTime() / 1000),
    method: 'POST',
    path: '/audit',
    signed: randomUUID(),
  });
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);

  test('with the same captured bytes at once, at both replicas, are let in once', async () => {
    const [first, second] = [openRecognise(here), openRecognise(there)];
    const captured = proof(ago(30));
    const seen = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 ? first : second)({ agent, proof: captured, now })),
    );
    expect(seen.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  test('with bytes of their own are all let in, and so are two alike within the second', async () => {
    const door = openRecognise(here);
    const twice = proof(now);
    const proofs = [...Array.from({ length: 20 }, () => proof(ago(30))), twice, twice, undefined, undefined];
    const seen = await Promise.all(proofs.map((each) => door({ agent, proof: each, now })));
    expect(seen.map(({ replayed }) => replayed)).toEqual(proofs.map(() => false));
  });

  test('are each known by their own token and binding, as these stand when they ask', async () => {
    const door = openRecognise(here);
    const [bound, revoked, unknown] = ['bound', 'revoked', 'unknown'].map((name) => ({
      iss: agent.iss,
      sub: `aauth:${name}@agents.example`,
      jti: name,
    }));
    if (!bound || !revoked || !unknown) throw new Error('three agents');
    await here
      .insertInto('agentBinding')
      .values({
        id: 'b-1',
        iss: bound.iss,
        sub: bound.sub,
        person: 'alice',
        boundAt: now,
        requestId: null,
        revokedAt: null,
        revokedBy: null,
      })
      .execute();
    const all = () =>
      Promise.all([bound, revoked, unknown].map((each) => door({ agent: each, proof: undefined, now })));
    expect(await all()).toMatchObject([
      { revoked: false, person: 'alice' },
      { revoked: false, person: undefined },
      { revoked: false, person: undefined },
    ]);
    await there
      .insertInto('revocation')
      .values({ iss: revoked.iss, jti: revoked.jti, revokedAt: now, until: new Date(now.getTime() + 60_000) })
      .execute();
    await there.updateTable('agentBinding').set({ revokedAt: now }).where('id', '=', 'b-1').execute();
    expect(await all()).toMatchObject([
      { revoked: false, person: undefined },
      { revoked: true },
      { revoked: false },
    ]);
  });
});

describe('many who name missions', () => {
  test.each(['when they are let in', 'later'])('find their own and no other, %s', async (when) => {
    const [mine, other] = [await newMission(), await newMission()];
    const [door, own] = [openRecognise(here), openOwnMissions(here)];
    const find = async (who: typeof agent, missionS256: string) =>
      when === 'later'
        ? await own({ agent: who, s256: missionS256 })
        : (await door({ agent: who, proof: undefined, missionS256, now })).mission;
    const stranger = { ...agent, sub: 'aauth:stranger@agents.example' };
    const found = await Promise.all([
      find(agent, mine),
      find(stranger, mine),
      find(agent, other),
      find(agent, 'unknown'),
    ]);
    expect(found.map((mission) => mission?.s256)).toEqual([mine, undefined, other, undefined]);
    expect(found[0]).toMatchObject({ person: 'alice', expiresAt: null, terminatedAt: null });
  });

  test('read on the way in how each stands at that moment', async () => {
    const expiresAt = new Date(now.getTime() + 60_000);
    const s256 = await newMission(expiresAt);
    const door = openRecognise(here);
    const enter = async () => (await door({ agent, proof: undefined, missionS256: s256, now })).mission;
    expect(await enter()).toMatchObject({ expiresAt, terminatedAt: null });
    await there
      .updateTable('mission')
      .set({ terminatedAt: now, terminationReason: 'revoked' })
      .where('s256', '=', s256)
      .execute();
    expect(await enter()).toMatchObject({ terminatedAt: now, terminationReason: 'revoked' });
  });
});

describe('many who poll', () => {
  async function newRequest(): Promise<{ readonly id: string; readonly pending: string }> {
    const [id, pending] = [randomUUID(), randomUUID()];
    await here
      .insertInto('request')
      .values({
        id,
        pending,
        code: randomUUID(),
        type: 'permission',
        person: 'alice',
        missionS256: null,
        agentIss: agent.iss,
        agentSub: agent.sub,
        subagent: null,
        agentNew: false,
        state: 'approved',
        digest: 'd',
        asserted: '{}',
        wanted: '{}',
        previous: null,
        openedAt: now,
        deadline: now,
        expiresAt: now,
        arrivedAt: null,
        decision: null,
        answer: null,
        closedAt: now,
        deliveredAt: null,
        federation: null,
        callback: null,
        returnedAt: null,
        signed: null,
      })
      .execute();
    return { id, pending };
  }

  test('find what they opened themselves', async () => {
    const [first, second] = [await newRequest(), await newRequest()];
    const own = openOwnRequests(here);
    const found = await Promise.all([
      own({ agent, pending: first.pending }),
      own({ agent: { ...agent, sub: 'aauth:stranger@agents.example' }, pending: first.pending }),
      own({ agent, pending: second.pending }),
      own({ agent, pending: 'invented' }),
    ]);
    expect(found.map((request) => request?.id)).toEqual([first.id, undefined, second.id, undefined]);
  });

  test('are handed each answer once, in one turn and at both replicas', async () => {
    const requests = await Promise.all(Array.from({ length: 12 }, newRequest));
    const [first, second] = [openDeliveries(here), openDeliveries(there)];
    const taken = await Promise.all(
      requests.flatMap(({ id }) =>
        [first, first, second, second].map(async (take) => ((await take({ id, at: now })) ? id : undefined)),
      ),
    );
    expect(taken.filter((id) => id !== undefined).toSorted()).toEqual(
      requests.map(({ id }) => id).toSorted(),
    );
    expect(await first({ id: 'invented', at: now })).toBe(false);
  });

  test('are handed theirs while somebody else’s is held, and the held one afterwards', async () => {
    const [held, free] = [await newRequest(), await newRequest()];
    const take = openDeliveries(here);
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const holding = there.transaction().execute(async (trx) => {
      await trx.selectFrom('request').select('id').where('id', '=', held.id).forUpdate().execute();
      begun.resolve();
      await ended.promise;
    });
    await begun.promise;
    let isTaken = false;
    const waiting = take({ id: held.id, at: now }).then((taken) => (isTaken = taken));
    expect(await take({ id: free.id, at: now })).toBe(true);
    expect(await take({ id: free.id, at: now })).toBe(false);
    expect(isTaken).toBe(false);
    ended.resolve();
    await holding;
    expect(await waiting).toBe(true);
    expect(await take({ id: held.id, at: now })).toBe(false);
  });
});
