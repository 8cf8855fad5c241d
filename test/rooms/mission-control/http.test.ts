// The manners of mission control over HTTP, and how the way in over HTTP takes a server that has none.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openHttp } from '#http.ts';
import { openLog } from '#log.ts';
import { openDoor } from '#mission-control/authentication.ts';
import { MissionControlError } from '#mission-control/error.ts';
import type { Change, LogEntry, Mission } from '#mission-control/facts.ts';
import { type Serving, serveMissionControl } from '#mission-control/http.ts';
import type { MissionControl, Outcome } from '#mission-control/port.ts';
import { openRemote } from '#mission-control/remote.ts';
import { asked, recording, report } from './recording.ts';

const quiet = openLog('silent');
const decidedBy = { person: 'cook', via: 'api', id: 'cook' };
const approve = { action: 'approve', digest: 'digest-1', decidedBy } as const;

async function serve(answers: Partial<MissionControl> = {}, serving: Serving = {}) {
  const port = recording(answers);
  const token = 'correct-horse-battery';
  const door = { mode: 'static', paths: ['/mission-control'], token } as const;
  const answer = serveMissionControl(port, openDoor(door, quiet), serving);
  const server = await openHttp(
    { host: '127.0.0.1', port: 0 },
    [{ path: '/mission-control/', answer }],
    quiet,
  );
  const url = `http://127.0.0.1:${server.port}/mission-control`;
  const call = async (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) };
    const response = await fetch(`${url}${path}`, { ...init, headers });
    return { response, body: (await response.json()) as Record<string, unknown> };
  };
  const post = (path: string, body: unknown) =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const remote = openRemote({ url, token });
  return { port, call, post, remote, url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const wireDecision = { action: 'approve', digest: 'digest-1', decided_by: decidedBy };

describe('serving', () => {
  test('a request is shown in the wire’s words, opaque members to the letter', async () => {
    await using served = await serve();
    const { body, response } = await served.call('/requests/req-1');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({
      mission_s256: 's256-1',
      opened_at: '2026-11-21T18:00:00.000Z',
      resource_asserted: { scope: [{ value: 'buy' }], budget: { maxPrice: 499 } },
      agent_asserted: { parameters: { itemName: 'console' } },
    });
  });

  test('every refusal of a decision has its own status and shows the request as it now is', async () => {
    const kinds = {
      already_decided: 409,
      request_changed: 409,
      mission_terminated: 409,
      expired: 410,
      too_many_rounds: 429,
    } as const;
    for (const [kind, status] of Object.entries(kinds) as [keyof typeof kinds, number][]) {
      const request = {
        ...asked,
        digest: 'digest-2',
        decision: { action: 'deny', decidedBy: { ...decidedBy, person: 'boss' }, decidedAt: new Date(0) },
      };
      await using served = await serve({ decide: async () => ({ kind, request }) });
      const { response, body } = await served.post('/requests/req-1', wireDecision);
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(body).toMatchObject({
        status,
        error: kind,
        request: {
          id: 'req-1',
          digest: 'digest-2',
          decision: { action: 'deny', decided_by: { person: 'boss' } },
        },
        decision: { action: 'deny', decided_by: { person: 'boss' }, decided_at: '1970-01-01T00:00:00.000Z' },
      });
    }
  });

  test('what the port finds wrong with a decision is told', async () => {
    await using served = await serve({
      decide: async () => ({ kind: 'invalid_request', detail: 'scope: wider than what was asked' }),
    });
    const { response, body } = await served.post('/requests/req-1', wireDecision);
    expect([response.status, body]).toEqual([
      400,
      { status: 400, error: 'invalid_request', detail: 'scope: wider than what was asked' },
    ]);
  });

  test('no GET, link or other method decides, ends or revokes anything', async () => {
    await using served = await serve();
    for (const path of [
      '/requests/req-1',
      '/missions/s256-1',
      '/agents/binding-1',
      '/requests',
      '/events',
      '',
    ])
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        if (method === 'GET' && path === '/events') continue;
        const { response } = await served.call(
          `${path}?action=approve&digest=digest-1&person=cook&_method=POST`,
          { method, headers: { 'x-http-method-override': 'POST' } },
        );
        if (method !== 'GET' || path === '/agents/binding-1') expect(response.status).toBe(405);
      }
    const acts = served.port.calls.filter(([verb]) => ['decide', 'terminate', 'revokeAgent'].includes(verb));
    expect(acts).toEqual([]);
  });

  test('a wrong method is told which are right', async () => {
    await using served = await serve();
    const { response, body } = await served.call('/requests/req-1', { method: 'DELETE' });
    expect([response.status, response.headers.get('allow'), body['error']]).toEqual([
      405,
      'GET, POST',
      'method_not_allowed',
    ]);
  });

  test.each([
    ['not JSON', '{"action":', 400],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400],
    ['nothing', '', 400],
    ['a list', '[]', 400],
    ['no decision', '{"action":"maybe"}', 400],
    ['more than is read', `{"reason":"${'x'.repeat(300_000)}"}`, 413],
    ['far more than is read', `{"reason":"${'x'.repeat(20_000_000)}"}`, 413],
  ])('a body that is %s is refused and decides nothing', async (_, body, status) => {
    await using served = await serve();
    const { response, body: problem } = await served.call('/requests/req-1', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect([response.status, problem['error']]).toEqual([status, 'invalid_request']);
    expect(served.port.calls).toEqual([]);
  });

  test('a form, as a page elsewhere could send it, is not read', async () => {
    await using served = await serve();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      '',
    ]) {
      const { response } = await served.call('/requests/req-1', {
        method: 'POST',
        headers: { 'content-type': type },
        body: JSON.stringify(wireDecision),
      });
      expect(response.status).toBe(415);
    }
    expect(served.port.calls).toEqual([]);
  });

  test.each([
    '/requests?state=opened',
    '/requests?limit=0',
    '/requests?limit=ten',
    '/requests?agent=%00',
    `/requests?person=${'p'.repeat(600)}`,
    '/missions?status=paused',
    '/missions/s256-1/log?after=-1',
  ])('%s is not understood', async (path) => {
    await using served = await serve();
    const { response, body } = await served.call(path);
    expect([response.status, body['error']]).toEqual([400, 'invalid_request']);
  });

  test('an id that cannot be one never reaches the Person Server', async () => {
    await using served = await serve();
    for (const id of ['%00', '%zz', '%20', 'a%0ab', 'x'.repeat(600), '%F0%9F%8E%82', '']) {
      expect((await served.call(`/requests/${id}`)).body['error']).toBe('request_not_found');
      expect(
        (
          await served.post(`/missions/${id}`, {
            action: 'terminate',
            reason: 'revoked',
            decided_by: decidedBy,
          })
        ).body['error'],
      ).toBe('mission_not_found');
    }
    expect(served.port.calls).toEqual([]);
  });

  test('paths that are not there are not found, whatever they are called', async () => {
    await using served = await serve();
    for (const path of [
      '/constructor',
      '/__proto__',
      '/requests/req-1/decide',
      '/missions/s256-1/log/1',
      '/a/b/c/d',
    ])
      expect((await served.call(path)).body).toMatchObject({ status: 404, error: 'not_found' });
  });

  test('a page is never longer than two hundred, and empty filters filter nothing', async () => {
    await using served = await serve();
    await served.call('/requests?state=open&mission_s256=&agent=&person=cook&after=&limit=100000');
    expect(served.port.calls).toEqual([['listRequests', { state: 'open', person: 'cook', limit: 200 }]]);
  });

  test('the code and the pending URL are shown in development to who asks for them, and else never', async () => {
    const debug = async (id: string) => ({ code: `code-of-${id}`, pendingUrl: 'http://localhost/pending/1' });
    await using open = await serve({}, { debug });
    await using closed = await serve();
    const shown = { code: 'code-of-req-1', pending_url: 'http://localhost/pending/1' };
    expect((await open.call('/requests/req-1?debug=1')).body).toMatchObject(shown);
    expect((await open.call('/requests?debug=1')).body['requests']).toMatchObject([shown]);
    for (const answer of [await open.call('/requests/req-1'), await closed.call('/requests/req-1?debug=1')]) {
      expect(answer.body).not.toHaveProperty('code');
      expect(answer.body).not.toHaveProperty('pending_url');
    }
  });

  test('a Person Server that cannot be asked is not the caller’s mistake', async () => {
    await using served = await serve({
      readRequest: () =>
        Promise.reject(new MissionControlError('unreachable', 'postgres://user:secret@db is gone')),
      listMissions: () => Promise.reject(new MissionControlError('unexpected_answer', 'nonsense')),
    });
    const gone = await served.call('/requests/req-1');
    expect([gone.response.status, JSON.stringify(gone.body).includes('secret')]).toEqual([503, false]);
    expect((await served.call('/missions')).response.status).toBe(502);
  });
});

describe('the way in over HTTP', () => {
  test('carries every question and act to the port as it was meant', async () => {
    const entry: LogEntry = {
      seq: 7,
      at: new Date(0),
      kind: 'audit',
      source: 'agent',
      agent: 'a',
      parameters: { camelCase: { snake_case: 1 } },
      result: null,
    };
    const mission: Mission = {
      s256: 's256-1',
      status: 'active',
      agent: { id: 'a', iss: 'i' },
      person: 'cook',
      approvedAt: new Date(0),
      description: 'a cake',
      updates: 0,
      logEntries: 1,
      openRequests: 0,
      liveTokens: 0,
      lastActivityAt: new Date(0),
      mission: 'e30',
      acceptedUpdates: [],
      tokens: [],
    };
    const agent = { id: 'binding-1', agent: 'a', iss: 'i', person: 'cook', boundAt: new Date(0) };
    await using served = await serve({
      readMission: async () => mission,
      readLog: async () => ({ entries: [entry], after: 7 }),
      listAgents: async () => [agent],
      readTermination: async () => report,
    });
    const { remote, port } = served;
    expect(await remote.describe()).toEqual({
      issuer: 'https://ps.example',
      capabilities: ['digest'],
      limits: { maxRounds: 3 },
    });
    const filter = {
      state: 'open',
      missionS256: 's+/=',
      agent: 'aauth:a@b',
      person: 'cook',
      after: 'x y',
      limit: 5,
    } as const;
    expect(await remote.listRequests(filter)).toEqual({ requests: [asked], after: 'next page/+&' });
    expect(await remote.readRequest('req-1')).toEqual(asked);
    expect(await remote.readRequest('req-2')).toBeUndefined();
    const decision = {
      ...approve,
      narrow: { scope: 'buy', expiresAt: new Date(5_000) },
      apply: 'mission',
    } as const;
    expect(await remote.decide('req-1', decision)).toEqual({ kind: 'decided', request: asked });
    const missions = { status: 'active', person: 'cook', q: 'cake & co', limit: 9 } as const;
    expect(await remote.listMissions(missions)).toEqual({ missions: [] });
    expect(await remote.readMission('s256-1')).toEqual(mission);
    expect(await remote.readLog('s256-1', { after: 6, limit: 1 })).toEqual({ entries: [entry], after: 7 });
    const termination = { reason: 'superseded', note: 'a new cake', decidedBy } as const;
    expect(await remote.terminate('s256-1', termination)).toEqual(report);
    expect(await remote.terminate('s256-2', termination)).toBeUndefined();
    expect(await remote.readTermination('s256-1')).toEqual(report);
    expect(await remote.listAgents({ person: 'cook' })).toEqual([agent]);
    expect(await remote.revokeAgent('binding-1', decidedBy)).toBe(true);
    expect(await remote.revokeAgent('binding-2', decidedBy)).toBe(false);
    expect(port.calls).toEqual([
      ['describe'],
      ['listRequests', filter],
      ['readRequest', 'req-1'],
      ['readRequest', 'req-2'],
      ['decide', 'req-1', decision],
      ['listMissions', missions],
      ['readMission', 's256-1'],
      ['readMission', 's256-1'],
      ['readLog', 's256-1', { after: 6, limit: 1 }],
      ['terminate', 's256-1', termination],
      ['terminate', 's256-2', termination],
      ['readTermination', 's256-1'],
      ['listAgents', { person: 'cook' }],
      ['revokeAgent', 'binding-1', decidedBy],
      ['revokeAgent', 'binding-2', decidedBy],
    ]);
  });

  test('brings every refusal of a decision back as the port says it', async () => {
    const request = { ...asked, state: 'denied' as const };
    const outcomes: Outcome[] = [
      { kind: 'already_decided', request },
      { kind: 'request_changed', request },
      { kind: 'mission_terminated', request },
      { kind: 'expired', request },
      { kind: 'too_many_rounds', request },
      { kind: 'request_not_found' },
      { kind: 'invalid_request', detail: 'scope: wider than what was asked' },
    ];
    for (const outcome of outcomes) {
      await using served = await serve({ decide: async () => outcome });
      expect(await served.remote.decide('req-1', approve)).toEqual(outcome);
    }
  });

  test('a mission nobody knows has an empty log', async () => {
    await using served = await serve();
    expect(await served.remote.readLog('nothing', {})).toEqual({ entries: [] });
  });

  const failures: [string, MissionControlError['code'], RequestListener][] = [
    ['is in trouble', 'unreachable', (_, response) => void response.writeHead(503).end('{}')],
    ['refuses our credential', 'unauthorized', (_, response) => void response.writeHead(401).end('{}')],
    ['finds us without the scope', 'unauthorized', (_, response) => void response.writeHead(403).end('{}')],
    ['hangs up', 'unreachable', (_, response) => void response.destroy()],
    ['never answers', 'unreachable', () => {}],
    [
      'sends us elsewhere',
      'unreachable',
      (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
    ],
    ['is a web page', 'unexpected_answer', (_, response) => void response.end('<html>')],
    [
      'is no mission control',
      'unexpected_answer',
      (_, response) => void response.writeHead(404).end('{"message":"no"}'),
    ],
    [
      'answers something else',
      'unexpected_answer',
      (_, response) => void response.end('{"requests":[{"id":7}]}'),
    ],
    [
      'answers without end',
      'unexpected_answer',
      (_, response) => {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(1_000_000)));
        };
        response.on('drain', more);
        more();
      },
    ],
  ];
  test.each(failures)('a server that %s makes every verb throw %s', async (_, code, listener) => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const remote = openRemote({ url: `http://127.0.0.1:${port}/mc`, timeoutMs: 1_200 });
      for (const ask of [
        () => remote.listRequests({}),
        () => remote.readMission('s'),
        () => remote.decide('req-1', approve),
      ])
        await expect(ask()).rejects.toMatchObject({ name: 'MissionControlError', code });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('nobody at all is unreachable', async () => {
    const remote = openRemote({ url: 'http://127.0.0.1:1/mc' });
    await expect(remote.describe()).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('watching over HTTP', () => {
  const change = (n: number): Change => ({ cursor: String(n), kind: 'request', requestId: `req-${n}` });

  test('changes arrive as they happen, and a broken stream is taken up after the last one heard', async () => {
    const heardAfter: (string | undefined)[] = [];
    let streams = 0;
    await using served = await serve({
      async *watch({ after, signal }) {
        heardAfter.push(after);
        streams += 1;
        yield change(streams * 2 - 1);
        yield change(streams * 2);
        // The first stream ends under its reader; the second stands until the reader leaves.
        if (streams > 1) await once(signal, 'abort');
      },
    });
    const leaving = new AbortController();
    const heard: Change[] = [];
    for await (const each of served.remote.watch({ after: '0', signal: leaving.signal })) {
      heard.push(each);
      if (heard.length === 4) break;
    }
    expect(heard).toEqual([change(1), change(2), change(3), change(4)]);
    expect(heardAfter).toEqual(['0', '2']);
  });

  test('a reader that leaves ends the watch behind the stream', async () => {
    const watching = Promise.withResolvers<AbortSignal>();
    await using served = await serve({
      async *watch({ signal }) {
        watching.resolve(signal);
        await once(signal, 'abort');
        yield* [];
      },
    });
    const leaving = new AbortController();
    const changes = served.remote.watch({ signal: leaving.signal })[Symbol.asyncIterator]();
    const nothing = changes.next();
    const behind = await watching.promise;
    leaving.abort();
    expect(await nothing).toEqual({ done: true, value: undefined });
    if (!behind.aborted) await once(behind, 'abort');
  });

  test('a watch without the credential fails instead of hearing nothing for ever', async () => {
    await using served = await serve();
    const remote = openRemote({ url: served.url, token: 'wrong' });
    const changes = remote.watch({ signal: new AbortController().signal })[Symbol.asyncIterator]();
    await expect(changes.next()).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('events nobody understands are passed over', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: weather\ndata: {}\n\nid: 1\nevent: request\ndata: not json\n\n');
      response.write('id: 2\nevent: mission\ndata: {"mission_s256":7}\n\n');
      response.write('id: 3\nevent: mission\ndata: {"mission_s256":"s"}\n\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const leaving = new AbortController();
      const heard: Change[] = [];
      for await (const each of openRemote({ url: `http://127.0.0.1:${port}` }).watch({
        signal: leaving.signal,
      })) {
        heard.push(each);
        if (each.cursor === '3') break;
      }
      expect(heard).toEqual([
        { cursor: '1', kind: 'request' },
        { cursor: '3', kind: 'mission', missionS256: 's' },
      ]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('anything at all', () => {
  const member = fc.constantFrom(
    'action',
    'digest',
    'decided_by',
    'narrow',
    'apply',
    'question',
    'answer',
    'reason',
    'note',
    'options',
    'timeout_seconds',
    '__proto__',
  );
  const value = fc.oneof(
    fc.constantFrom<unknown>('approve', 'deny', 'ask', 'answer', 'revoked', 'digest-1', decidedBy, -1, 1e300),
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary' }),
  );
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.dictionary(member, value, { maxKeys: 6 }).map((json) => JSON.stringify(json)),
  );

  test('sent to a verb or a list is a problem with a code, or an answer, and never a failure', async () => {
    await using served = await serve();
    const verb = fc.constantFrom(
      '/requests/req-1',
      '/missions/s256-1',
      '/missions/s256-1/terminate',
      '/agents/binding-1',
      '/agents/binding-1/revoke',
    );
    await fc.assert(
      fc.asyncProperty(verb, body, async (path, body) => {
        const { response, body: told } = await served.post(path, body);
        expect(response.status).toBeLessThan(500);
        if (response.status >= 400) expect(told).toMatchObject({ error: expect.any(String) });
      }),
      { numRuns: 150 },
    );
    const list = fc.constantFrom('/requests', '/missions', '/missions/s256-1/log', '/agents');
    const query = fc.dictionary(
      fc.constantFrom('after', 'limit', 'state', 'status', 'person', 'agent', 'q', 'mission_s256'),
      fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom('open', 'active', 'NaN', '-1')),
    );
    await fc.assert(
      fc.asyncProperty(list, query, async (path, query) => {
        const { response } = await served.call(`${path}?${new URLSearchParams(query).toString()}`);
        expect(response.status).toBeLessThan(500);
      }),
      { numRuns: 100 },
    );
  });

  test('answered by another server is what the port promises, or this room’s own error', async () => {
    let answer = { status: 200, body: '' };
    const foreign = createServer((_request, response) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
    foreign.listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    const url = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/mission-control`;
    const remote = openRemote({ url, token: 'x'.repeat(20) });
    const asks: (() => Promise<unknown>)[] = [
      () => remote.describe(),
      () => remote.listRequests({}),
      () => remote.readRequest('req-1'),
      () => remote.decide('req-1', approve),
      () => remote.listMissions({}),
      () => remote.readMission('s256-1'),
      () => remote.readLog('s256-1', {}),
      () => remote.terminate('s256-1', { reason: 'revoked', decidedBy }),
      () => remote.readTermination('s256-1'),
      () => remote.listAgents({}),
      () => remote.revokeAgent('binding-1', decidedBy),
    ];
    const wire = fc.oneof(
      fc.json({ maxDepth: 3 }),
      fc.string(),
      fc
        .record(
          {
            requests: fc.jsonValue(),
            missions: fc.jsonValue(),
            entries: fc.jsonValue(),
            agents: fc.jsonValue(),
            error: fc.oneof(fc.constantFrom('already_decided', 'request_changed', 'expired'), fc.jsonValue()),
            request: fc.jsonValue(),
            after: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((json) => JSON.stringify(json)),
    );
    const status = fc.constantFrom(200, 200, 200, 204, 400, 401, 404, 409, 410, 429, 500);
    try {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...asks), status, wire, async (ask, status, body) => {
          answer = { status, body: status === 204 ? '' : body };
          try {
            await ask();
          } catch (error) {
            expect(error).toBeInstanceOf(MissionControlError);
          }
        }),
        { numRuns: 200 },
      );
    } finally {
      foreign.close();
      foreign.closeAllConnections();
    }
  });
});
