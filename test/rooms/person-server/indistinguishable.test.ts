// What is somebody else's takes as long to be refused as what never was: the store is asked the very same statements, as
// often, and gives as many rows. A clock would only say so by chance.
import { createHash } from 'node:crypto';
import { PostgresQueryCompiler } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedFetch } from '#aauth/signed-fetch.ts';
import type { Database } from '#database/database.ts';
import type { DecidedBy } from '#mission-control/facts.ts';
import { pendingOf, recordRevocation } from '#person-server/revocations.ts';
import { openStore, type Store } from '#person-server/tables.ts';
import { type Agent, type Answer, openAgent } from '../../support/aauth-agent.ts';
import { type AgentProvider, openAgentProvider } from '../../support/aauth-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openTestPersonServer, type TestPersonServer } from '../../support/person-server.ts';

const alice: DecidedBy = { person: 'alice', via: 'slack', id: 'slack:T1:U1' };

/** A statement as it was said, with how much it was told and how many rows it gave. */
type Said = { readonly text: string; readonly told: number; rows?: number };

let ps: TestPersonServer;
let provider: AgentProvider;
let other: AgentProvider;
let store: Store;
let owner: Agent;
let stranger: Agent;
/** What the Person Server said to its store since it was last looked. */
let said: Said[] = [];
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  const database = closing.use(await openTestDatabase([]));
  store = openStore(database);
  ps = closing.use(await openTestPersonServer({ database: overheard(database) }));
  provider = closing.use(await openAgentProvider());
  other = closing.use(await openAgentProvider());
  const agent = (name: string) => openAgent({ provider, personServer: ps.issuer, name });
  owner = await agent('owner');
  stranger = await agent('stranger');
  // An agent token is written down with its first request.
  await stranger.permission({ action: 'Hello' });
});
afterAll(() => closing.disposeAsync());

/** The same store, with every statement it is told written down. */
function overheard(database: Database): Database {
  const compiler = new PostgresQueryCompiler();
  const asked = new WeakMap<object, Said>();
  return {
    ...database,
    as: <Tables>() =>
      database.as<Tables>().withPlugin({
        transformQuery({ node, queryId }) {
          const { sql: text, parameters } = compiler.compileQuery(node, queryId);
          const one: Said = { text, told: parameters.length };
          said.push(one);
          asked.set(queryId, one);
          return node;
        },
        async transformResult({ result, queryId }) {
          const one = asked.get(queryId);
          if (one) one.rows = result.rows.length;
          return result;
        },
      }),
  };
}

/** An answer, and what it took. */
async function taken(ask: () => Promise<Answer>) {
  said = [];
  const { status, headers, body } = await ask();
  const ours = [...headers].filter(([name]) => name !== 'date');
  return { status, body, headers: ours, statements: said };
}

async function newMission(): Promise<string> {
  const pending = await owner.proposeMission({ description: 'Shop' });
  const { requests } = await ps.port.listRequests({ state: 'open', agent: owner.id });
  const { id, digest } = requests[0] ?? { id: '', digest: '' };
  await ps.port.decide(id, { action: 'approve', digest, decidedBy: alice });
  return ((await owner.settle(pending)).body as { s256: string }).s256;
}

test('a mission', async () => {
  const [active, ended, overdue] = [await newMission(), await newMission(), await newMission()];
  await ps.port.terminate(ended, { reason: 'revoked', decidedBy: alice });
  const past = new Date(Date.now() - 1_000);
  await store.updateTable('mission').set({ expiresAt: past }).where('s256', '=', overdue).execute();
  const never = createHash('sha256').update('never').digest('base64url');

  const named: readonly ((mission_s256: string) => Promise<Answer>)[] = [
    (s256) => stranger.actOnMission(s256, { action: 'update', description: 'more' }),
    (s256) => stranger.actOnMission(s256, { action: 'completion', summary: 'done' }),
    (s256) => stranger.actOnMission(s256, {}),
    (mission_s256) => stranger.personToken({ resource: 'https://shop.example', mission_s256 }),
    (mission_s256) => stranger.permission({ action: 'x', mission_s256 }),
    (mission_s256) => stranger.audit({ action: 'x', mission_s256 }),
    (mission_s256) => stranger.interact({ type: 'question', question: 'x', mission_s256 }),
  ];
  for (const name of named) {
    const unknown = await taken(() => name(never));
    expect(unknown).toMatchObject({ status: 404, body: { error: 'mission_not_found' } });
    expect(unknown.statements.length).toBeGreaterThan(1);
    for (const s256 of [active, ended, overdue]) expect(await taken(() => name(s256))).toEqual(unknown);
  }
});

test('what waits', async () => {
  const [open, withdrawn, decided] = await Promise.all(
    ['one', 'two', 'three'].map(async (action) => {
      const { headers } = await owner.permission({ action });
      return headers.get('location') ?? '';
    }),
  );
  await owner.withdraw(withdrawn ?? '');
  const { requests } = await ps.port.listRequests({ state: 'open', agent: owner.id });
  const third = requests.find(({ agentAsserted }) => agentAsserted.action === 'three');
  await ps.port.decide(third?.id ?? '', { action: 'deny', digest: third?.digest ?? '', decidedBy: alice });
  const never = `${ps.issuer}/pending/${'x'.repeat(32)}`;

  const act = { action: 'clarification_response', clarification_response: 'let me in' };
  const named: readonly ((location: string) => Promise<Answer>)[] = [
    (location) => stranger.poll(location, { wait: 5 }),
    (location) => stranger.respond(location, act),
    (location) => stranger.withdraw(location),
  ];
  for (const name of named) {
    const unknown = await taken(() => name(never));
    expect(unknown.status).toBe(404);
    expect(unknown.statements.length).toBeGreaterThan(1);
    for (const location of [open, withdrawn, decided]) {
      expect(await taken(() => name(location ?? ''))).toEqual(unknown);
    }
  }
});

test('a revocation still being told', async () => {
  const [iss, jti] = [provider.issuer, 'a token'];
  await recordRevocation(store, { iss, jti, expiresAt: new Date(Date.now() + 60_000) }, new Date());
  const pending = await pendingOf(store, iss, jti);
  const ask = async (end: string): Promise<Answer> => {
    const { issuer, key } = other;
    const signer = { kind: 'server', key, issuer, dwk: 'aauth-agent.json' } as const;
    const response = await signedFetch(`${ps.issuer}/revoke/${end}`, { method: 'GET' }, signer);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const unknown = await taken(() => ask('x'.repeat(32)));
  expect(unknown.status).toBe(404);
  expect(unknown.statements).toHaveLength(1);
  expect(await taken(() => ask(pending))).toEqual(unknown);
});
