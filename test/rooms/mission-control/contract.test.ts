// One contract, kept by every way in: in process, and over HTTP with the shared token.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHttp } from '#http.ts';
import { openLog } from '#log.ts';
import { openDoor } from '#mission-control/authentication.ts';
import { openEmbedded } from '#mission-control/embedded.ts';
import { serveMissionControl } from '#mission-control/http.ts';
import { openRemote } from '#mission-control/remote.ts';
import { openAgent } from '../../support/aauth-agent.ts';
import { openAgentProvider } from '../../support/aauth-world.ts';
import { openTestPersonServer, type TestPersonServer } from '../../support/person-server.ts';
import { keepsTheContract, type World } from './contract.ts';

const rounds = 2;
const token = 'correct-horse-battery';
const log = openLog('silent');
let embedded: World;
let remote: World;
let personServer: TestPersonServer;
let url: string;
let closing: AsyncDisposableStack;

beforeAll(async () => {
  await using stack = new AsyncDisposableStack();
  const provider = stack.use(await openAgentProvider());
  personServer = stack.use(await openTestPersonServer({ limits: { rounds } }));
  const inProcess = openEmbedded(personServer.oversight);
  const door = openDoor({ mode: 'static', paths: ['/mission-control'], token }, log);
  const mount = { path: '/mission-control/', answer: serveMissionControl(inProcess, door) };
  const server = stack.use(await openHttp({ host: '127.0.0.1', port: 0 }, [mount], log));

  const { issuer } = personServer;
  const world = {
    issuer,
    person: 'alice',
    rounds,
    openAgent: (name: string) => openAgent({ provider, personServer: issuer, name }),
  };
  embedded = { ...world, port: inProcess };
  url = `http://localhost:${server.port}/mission-control`;
  remote = { ...world, port: openRemote({ url, token }) };
  closing = stack.move();
});
afterAll(() => closing?.disposeAsync());

keepsTheContract('embedded', () => embedded);
keepsTheContract('remote', () => remote);

test('an agent decides nothing here, however well it signs and whatever token it shows', async () => {
  const agent = await embedded.openAgent('impatient');
  await agent.proposeMission({ description: 'Buy whatever I like' });
  const { requests } = await embedded.port.listRequests({ agent: agent.id });
  const [ask] = requests;
  const decision = {
    action: 'approve',
    digest: ask?.digest,
    decided_by: { person: 'alice', via: 'slack', id: 'slack:T1:U1' },
  };
  const at = `${url}/requests/${ask?.id}`;
  expect(await agent.send('POST', at, decision)).toMatchObject({ status: 401 });
  expect(await agent.send('GET', at)).toMatchObject({ status: 401 });
  const bearer = await fetch(at, {
    method: 'POST',
    headers: { authorization: `Bearer ${agent.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(decision),
  });
  expect(bearer.status).toBe(401);
  expect(await embedded.port.readRequest(ask?.id ?? '')).toMatchObject({
    state: 'open',
    digest: ask?.digest,
  });
});

test('a watch ends with its Person Server', async () => {
  const { database } = personServer;
  const second = await openTestPersonServer({ database });
  const { signal } = new AbortController();
  const changes = second.oversight.watch({ after: '0', signal })[Symbol.asyncIterator]();
  await changes.next();
  const rest = (async () => {
    while (!(await changes.next()).done);
  })();
  await second[Symbol.asyncDispose]();
  expect(await rest).toBeUndefined();
});
