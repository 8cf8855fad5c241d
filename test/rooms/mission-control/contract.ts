// What every way in to a Person Server promises, told once and run against each of them.
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Change, Request } from '#mission-control/facts.ts';
import type { Decision, MissionControl, Outcome } from '#mission-control/port.ts';
import type { Agent, Answer } from '../../support/aauth-agent.ts';

/** A Person Server with the way in to it under test. Agents are new, and offered to `person`. */
export type World = {
  readonly port: MissionControl;
  readonly issuer: string;
  readonly person: string;
  readonly rounds: number;
  openAgent(name: string): Promise<Agent>;
};

const by = (id: string) => ({ person: 'alice', via: 'slack', id: `slack:T1:${id}` });
const decidedBy = by('U1');

/** Tells the whole contract about one way in. `world` is called inside tests, when everything is open. */
export function keepsTheContract(wayIn: string, world: () => World) {
  let count = 0;
  const newAgent = () => world().openAgent(`${wayIn}-${(count += 1)}`);

  /** The one request an agent has open. */
  async function openAsk({ id }: Agent): Promise<Request> {
    const { requests } = await world().port.listRequests({ state: 'open', agent: id });
    expect(requests).toHaveLength(1);
    return requests[0] as Request;
  }
  async function propose(agent: Agent, description = 'Buy the ingredients for the cake', more = {}) {
    const pending = await agent.proposeMission({ description, ...more });
    expect(pending.status).toBe(202);
    return { pending, ask: await openAsk(agent) };
  }
  async function decide(ask: Request, decision: Partial<Decision> = {}): Promise<Outcome> {
    const whole = { action: 'approve', digest: ask.digest, decidedBy, ...decision } as Decision;
    return await world().port.decide(ask.id, whole);
  }
  async function activeMission(agent: Agent, description?: string) {
    const { pending, ask } = await propose(agent, description);
    expect(await decide(ask)).toMatchObject({ kind: 'decided' });
    await agent.settle(pending);
    const { missions } = await world().port.listMissions({ agent: agent.id, status: 'active' });
    expect(missions).toHaveLength(1);
    return missions[0]?.s256 ?? '';
  }
  const locationOf = (pending: Answer) => pending.headers.get('location') ?? '';

  describe(`mission control, ${wayIn}`, () => {
    test('says whose it is and what it can do', async () => {
      const { issuer, capabilities: can } = await world().port.describe();
      expect(issuer).toBe(world().issuer);
      expect(can).toEqual(
        expect.arrayContaining([
          'actor',
          'reason',
          'digest',
          'ask',
          'answer',
          'narrow',
          'log_denials',
          'events',
        ]),
      );
    });

    test('shows a proposal with what the agent says apart from what was checked', async () => {
      const agent = await newAgent();
      const { ask } = await propose(agent, 'Buy flour', {
        justification: 'It is somebody’s birthday',
        tools: [{ name: 'web_search', description: 'Look things up' }],
      });
      expect(ask).toMatchObject({
        type: 'mission',
        state: 'open',
        person: world().person,
        agent: { id: agent.id, new: true },
        agentAsserted: {
          description: 'Buy flour',
          justification: 'It is somebody’s birthday',
          tools: [{ name: 'web_search', description: 'Look things up' }],
        },
        resourceAsserted: {},
        clarifications: [],
        rounds: { used: 0, max: world().rounds },
      });
      expect(ask.expiresAt.getTime()).toBeGreaterThan(ask.openedAt.getTime());
      expect(ask.digest).toMatch(/^[\w-]{43}$/);
      expect(ask.decision).toBeUndefined();
      expect(await world().port.readRequest(ask.id)).toEqual(ask);
    });

    test('makes a mission of an approval, whose bytes hash to its s256', async () => {
      const agent = await newAgent();
      const { pending, ask } = await propose(agent, 'Buy candles');
      const outcome = await decide(ask);
      expect(outcome).toMatchObject({
        kind: 'decided',
        request: { id: ask.id, state: 'approved', decision: { action: 'approve', decidedBy } },
      });
      await agent.settle(pending);
      const { missions } = await world().port.listMissions({ agent: agent.id });
      const mission = await world().port.readMission(missions[0]?.s256 ?? '');
      expect(mission).toMatchObject({ ...missions[0], status: 'active', person: world().person });
      const bytes = Buffer.from(mission?.mission ?? '', 'base64url');
      expect(createHash('sha256').update(bytes).digest('base64url')).toBe(mission?.s256);
      expect(JSON.parse(bytes.toString('utf8'))).toMatchObject({ description: 'Buy candles' });
    });

    test('refuses a decision on what was not shown, and shows what is', async () => {
      const { ask } = await propose(await newAgent());
      const outcome = await decide(ask, { digest: 'A'.repeat(43) });
      expect(outcome).toEqual({ kind: 'request_changed', request: ask });
      expect(await world().port.readRequest(ask.id)).toEqual(ask);
    });

    test('lets the first decision win, says it again to whoever repeats it, and tells others who won', async () => {
      const { ask } = await propose(await newAgent());
      const denial = { action: 'deny', reason: 'not this week', decidedBy } as const;
      const won = await decide(ask, denial);
      expect(won).toMatchObject({
        kind: 'decided',
        request: { state: 'denied', decision: { action: 'deny', reason: 'not this week', decidedBy } },
      });
      expect(await decide(ask, denial)).toEqual(won);
      const late = { kind: 'already_decided', request: { decision: { action: 'deny', decidedBy } } };
      expect(await decide(ask, { action: 'approve', decidedBy: by('U2') })).toMatchObject(late);
      expect(await decide(ask, { action: 'approve' })).toMatchObject(late);
      expect(await decide(ask, { ...denial, decidedBy: by('U2') })).toMatchObject(late);
    });

    test('has one winner when many decide at once', async () => {
      const { ask } = await propose(await newAgent());
      const outcomes = await Promise.all(
        [1, 2, 3, 4, 5, 6].map((n) =>
          decide(ask, { action: n % 2 ? 'approve' : 'deny', decidedBy: by(`U${n}`) } as Partial<Decision>),
        ),
      );
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual([
        ...Array<string>(5).fill('already_decided'),
        'decided',
      ]);
    });

    test('never lets an approval widen what was asked', async () => {
      const { ask } = await propose(await newAgent(), 'Buy flour', { tools: [{ name: 'web_search' }] });
      const wider = await decide(ask, {
        action: 'approve',
        narrow: { approvedTools: [{ name: 'web_search' }, { name: 'spend_money' }] },
      });
      expect(wider).toMatchObject({ kind: 'invalid_request' });
      expect(await world().port.readRequest(ask.id)).toMatchObject({ state: 'open' });
      const narrower = await decide(ask, { action: 'approve', narrow: { approvedTools: [] } });
      expect(narrower).toMatchObject({ kind: 'decided' });
    });

    test('asks an agent back, and its answer makes the request another one', async () => {
      const agent = await newAgent();
      const { pending, ask } = await propose(agent);
      const asked = await decide(ask, {
        action: 'ask',
        question: 'How much flour?',
        options: ['1 kg', '2 kg'],
      });
      expect(asked).toMatchObject({
        kind: 'decided',
        request: {
          state: 'clarifying',
          rounds: { used: 1 },
          clarifications: [{ question: 'How much flour?', options: ['1 kg', '2 kg'] }],
        },
      });
      expect(
        (
          await agent.respond(locationOf(pending), {
            action: 'clarification_response',
            clarification_response: '2 kg',
          })
        ).status,
      ).toBeLessThan(300);
      const answered = await openAsk(agent);
      expect(answered).toMatchObject({ state: 'open', clarifications: [{ answer: '2 kg' }] });
      expect(answered.digest).not.toBe(ask.digest);
      expect(await decide(ask)).toMatchObject({
        kind: 'request_changed',
        request: { digest: answered.digest },
      });
      expect(await decide(answered)).toMatchObject({ kind: 'decided' });
    });

    test('asks no more often than there are rounds', async () => {
      const agent = await newAgent();
      const { pending } = await propose(agent);
      for (let round = 1; round <= world().rounds; round++) {
        const question = { action: 'ask', question: `Question ${round}?` } as const;
        expect(await decide(await openAsk(agent), question)).toMatchObject({ kind: 'decided' });
        await agent.respond(locationOf(pending), {
          action: 'clarification_response',
          clarification_response: `Answer ${round}`,
        });
      }
      const ask = await openAsk(agent);
      const outcome = await decide(ask, { action: 'ask', question: 'One more?' });
      expect(outcome).toEqual({ kind: 'too_many_rounds', request: ask });
    });

    test('lists requests oldest first, page by page, each once', async () => {
      const agent = await newAgent();
      const s256 = await activeMission(agent);
      const asks: string[] = [];
      for (const item of ['flour', 'eggs', 'sugar', 'butter', 'milk'])
        asks.push(
          (await agent.permission({ action: `buy ${item}`, mission_s256: s256 })).headers.get('location') ??
            '',
        );
      expect(new Set(asks).size).toBe(5);
      const seen: Request[] = [];
      let after: string | undefined;
      do {
        const page = await world().port.listRequests({
          missionS256: s256,
          state: 'open',
          limit: 2,
          ...(after && { after }),
        });
        expect(page.requests.length).toBeLessThanOrEqual(2);
        seen.push(...page.requests);
        after = page.after;
      } while (after);
      expect(seen.map(({ agentAsserted }) => agentAsserted.action)).toEqual([
        'buy flour',
        'buy eggs',
        'buy sugar',
        'buy butter',
        'buy milk',
      ]);
      const [first] = seen;
      if (first) await decide(first, { action: 'deny' });
      const closed = await world().port.listRequests({ missionS256: s256, state: 'closed' });
      expect(closed.requests.map(({ type, state }) => [type, state])).toEqual([
        ['mission', 'approved'],
        ['permission', 'denied'],
      ]);
      expect((await world().port.listRequests({ agent: agent.id, person: 'nobody' })).requests).toEqual([]);
      expect(await world().port.readMission(s256)).toMatchObject({ openRequests: 4 });
    });

    test('finds missions by their words and agents, newest first, page by page', async () => {
      const agent = await newAgent();
      const older = await activeMission(agent, `Paint the ${wayIn} fence, 100% blue_ish`);
      const second = await newAgent();
      const newer = await activeMission(second, `Paint the ${wayIn} door`);
      const found = async (q: string) =>
        (await world().port.listMissions({ q })).missions.map(({ s256 }) => s256);
      expect(await found(`the ${wayIn} `)).toEqual([newer, older]);
      expect(await found(`paint the ${wayIn} fence`)).toEqual([older]);
      expect(await found(agent.id)).toEqual([older]);
      // What is searched for is words, never a pattern.
      expect(await found(`${wayIn} fence, 100% blue_ish`)).toEqual([older]);
      expect(await found(`${wayIn}%fence`)).toEqual([]);
      const first = await world().port.listMissions({ q: `the ${wayIn} `, limit: 1 });
      expect(first.missions.map(({ s256 }) => s256)).toEqual([newer]);
      const next = await world().port.listMissions({
        q: `the ${wayIn} `,
        limit: 1,
        after: first.after ?? '',
      });
      expect(next.missions.map(({ s256 }) => s256)).toEqual([older]);
      expect(next.after).toBeUndefined();
    });

    test('keeps a log in order, denials and who decided in it, and reads it on from any entry', async () => {
      const agent = await newAgent();
      const s256 = await activeMission(agent);
      await agent.permission({
        action: 'buy a console',
        parameters: { camelCase: { snake_case: ['to the letter'] } },
        mission_s256: s256,
      });
      await decide(await openAsk(agent), { action: 'deny', reason: 'not for the cake' });
      await agent.audit({ action: 'looked around', mission_s256: s256, result: { foundIt: false } });
      const { entries, after } = await world().port.readLog(s256, {});
      expect(after).toBeUndefined();
      const seqs = entries.map(({ seq }) => seq);
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      expect(entries[0]).toMatchObject({ kind: 'mission_approved', decidedBy });
      expect(entries).toContainEqual(
        expect.objectContaining({ kind: 'permission', outcome: 'denied', source: 'person', decidedBy }),
      );
      expect(entries.at(-1)).toMatchObject({ kind: 'audit', source: 'agent', result: { foundIt: false } });
      expect(entries.find(({ parameters }) => parameters)?.parameters).toEqual({
        camelCase: { snake_case: ['to the letter'] },
      });
      const rest: unknown[] = [];
      let from: number | undefined = seqs[0];
      while (from !== undefined) {
        const page = await world().port.readLog(s256, { after: from, limit: 1 });
        rest.push(...page.entries);
        from = page.after;
      }
      expect(rest).toEqual(entries.slice(1));
    });

    test('ends a mission once, with everything under it, and says so again', async () => {
      const agent = await newAgent();
      const s256 = await activeMission(agent);
      await agent.permission({ action: 'buy balloons', mission_s256: s256 });
      const ask = await openAsk(agent);
      expect(await world().port.readTermination(s256)).toBeUndefined();
      const termination = { reason: 'revoked', note: 'enough', decidedBy } as const;
      const report = await world().port.terminate(s256, termination);
      expect(report).toMatchObject({ s256, reason: 'revoked', voided: [ask.id], activityAfter: [] });
      expect(await world().port.terminate(s256, { ...termination, decidedBy: by('U2') })).toEqual(report);
      expect(await world().port.readTermination(s256)).toEqual(report);
      expect(await world().port.readMission(s256)).toMatchObject({
        status: 'terminated',
        terminationReason: 'revoked',
        terminatedBy: decidedBy,
        openRequests: 0,
        liveTokens: 0,
      });
      expect(await world().port.readRequest(ask.id)).toMatchObject({ state: 'voided' });
      expect(await decide(ask)).toMatchObject({ kind: 'mission_terminated', request: { state: 'voided' } });
      expect((await world().port.listMissions({ agent: agent.id, status: 'active' })).missions).toEqual([]);
      const refused = await agent.permission({ action: 'buy candles', mission_s256: s256 });
      expect(refused).toMatchObject({ status: 403, body: { error: 'mission_terminated' } });
    });

    test('ends an agent’s binding once', async () => {
      const agent = await newAgent();
      await activeMission(agent);
      const mine = async () =>
        (await world().port.listAgents({ person: world().person })).find((each) => each.agent === agent.id);
      const bound = await mine();
      expect(bound).toMatchObject({ person: world().person });
      expect(bound?.revokedAt).toBeUndefined();
      expect(await world().port.revokeAgent(bound?.id ?? '', decidedBy)).toBe(true);
      expect(await world().port.revokeAgent(bound?.id ?? '', decidedBy)).toBe(true);
      expect((await mine())?.revokedAt ?? new Date()).toBeInstanceOf(Date);
      expect(await world().port.listAgents({ person: 'nobody' })).toEqual([]);
    });

    test('knows nothing of what is not there', async () => {
      const { port } = world();
      for (const id of [
        'nothing',
        '00000000-0000-0000-0000-000000000000',
        '-1',
        "' or 1=1",
        '../requests',
        '..',
        '.',
        '',
        '%2e',
        'ünbekannt',
      ]) {
        expect(await port.readRequest(id)).toBeUndefined();
        expect(await port.decide(id, { action: 'approve', digest: 'x', decidedBy })).toEqual({
          kind: 'request_not_found',
        });
        expect(await port.readMission(id)).toBeUndefined();
        expect(await port.readLog(id, {})).toEqual({ entries: [] });
        expect(await port.terminate(id, { reason: 'revoked', decidedBy })).toBeUndefined();
        expect(await port.readTermination(id)).toBeUndefined();
        expect(await port.revokeAgent(id, decidedBy)).toBe(false);
      }
    });

    test('tells of changes as they happen, and of those after the last one heard', async () => {
      const { port } = world();
      const leaving = new AbortController();
      try {
        const heard: Change[] = [];
        const listening = (async () => {
          for await (const change of port.watch({ signal: leaving.signal })) heard.push(change);
        })();
        // A watch hears what happens once it stands: something is asked until it is heard.
        const asked = new Set<string | undefined>();
        for (let tries = 0; tries < 50 && !heard.some(({ requestId }) => asked.has(requestId)); tries++) {
          asked.add((await propose(await newAgent())).ask.id);
          await pause(100);
        }
        expect(heard.filter(({ requestId }) => asked.has(requestId))).not.toEqual([]);
        leaving.abort();
        await listening;

        const cursor = heard.at(-1)?.cursor ?? '';
        const { ask: missed } = await propose(await newAgent());
        const later = AbortSignal.timeout(10_000);
        let found = false;
        for await (const { requestId } of port.watch({ after: cursor, signal: later })) {
          found = requestId === missed.id;
          if (found) break;
        }
        expect(found).toBe(true);
      } finally {
        leaving.abort();
      }
    });
  });
}
