// Nobody opens mission control without the credential its mode asks for, and every refusal is in the log without it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHttp } from '#http.ts';
import { openLog } from '#log.ts';
import { type Door, openDoor } from '#mission-control/authentication.ts';
import { serveMissionControl } from '#mission-control/http.ts';
import type { Voices } from '#oversight.ts';
import { asked, recording, report } from './recording.ts';

const paths = ['/mission-control'];
const decidedBy = { person: 'cook', via: 'api', id: 'cook' };
const decide = { action: 'approve', digest: asked.digest, decided_by: decidedBy };
const terminate = { action: 'terminate', reason: 'revoked', decided_by: decidedBy };

async function serve(door: Door, voices?: Voices) {
  const lines: { facts: object; line: string }[] = [];
  const note = (facts: object, line: string) => void lines.push({ facts, line });
  const log = { info: note, warn: note, error: note, debug: note };
  const port = recording();
  const answer = serveMissionControl(port, openDoor(door, log, { voices }));
  const server = await openHttp(
    { host: '127.0.0.1', port: 0 },
    [{ path: '/mission-control/', answer }],
    openLog('silent'),
  );
  const call = async (path: string, init: { headers?: Record<string, string>; body?: unknown } = {}) => {
    const response = await fetch(`http://127.0.0.1:${server.port}/mission-control${path}`, {
      ...(init.body === undefined ? {} : { method: 'POST', body: JSON.stringify(init.body) }),
      headers: { 'content-type': 'application/json', ...init.headers },
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as object };
  };
  return {
    port,
    lines,
    call,
    url: `http://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test('the shared token opens every verb, anything else opens none', async () => {
  await using served = await serve({
    mode: 'static',
    paths,
    token: 'correct-horse-battery',
  });
  const right = bearer('correct-horse-battery');
  expect((await served.call('/requests', right)).status).toBe(200);
  expect((await served.call('/requests/req-1', { ...right, body: decide })).status).toBe(200);
  expect((await served.call('/missions/s256-1', { ...right, body: terminate })).status).toBe(200);
  served.port.calls.length = 0;
  for (const headers of [
    {},
    { authorization: 'Bearer wrong' },
    { authorization: 'Bearer ' },
    { authorization: 'Bearer correct-horse-batter' },
    { authorization: 'Bearer correct-horse-battery2' },
    { authorization: 'Basic correct-horse-battery' },
    { authorization: 'correct-horse-battery' },
    { 'x-api-key': 'correct-horse-battery' },
  ] as Record<string, string>[]) {
    for (const body of [undefined, decide]) {
      const answer = await served.call('/requests/req-1', { headers, body });
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ error: 'unauthorized' });
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
  }
  expect((await served.call('/requests?token=correct-horse-battery')).status).toBe(401);
  expect(served.port.calls).toEqual([]);
});

test('a refusal is logged with mode, method, path, source and reason, never with the credential', async () => {
  await using served = await serve({ mode: 'static', paths, token: 'correct-horse-battery' });
  await served.call('/requests/req-1?x=hidden', { ...bearer('guess-42'), body: decide });
  expect(served.lines).toEqual([
    {
      line: 'mission control call refused',
      facts: {
        mode: 'static',
        method: 'POST',
        path: '/mission-control/requests/req-1',
        source: '127.0.0.1',
        reason: 'wrong_token',
      },
    },
  ]);
});

test('a path that is not there is not told apart without the credential', async () => {
  await using served = await serve({ mode: 'static', paths, token: 'correct-horse-battery' });
  expect((await served.call('/nothing')).status).toBe(401);
  expect((await served.call('/nothing', bearer('correct-horse-battery'))).status).toBe(404);
});

test('an agent’s signed request opens no mode, even beside the right token', async () => {
  for (const door of [
    { mode: 'disabled', paths },
    { mode: 'static', paths, token: 'correct-horse-battery' },
  ] as const) {
    await using served = await serve(door);
    const answer = await served.call('/requests/req-1', {
      headers: {
        authorization: 'Bearer correct-horse-battery',
        'signature-input': 'sig=("@method" "@authority" "@path");created=1',
        signature: 'sig=:AAAA:',
        'signature-key': 'sig=jwt;jwt="x"',
      },
      body: decide,
    });
    expect(answer.status).toBe(401);
    expect(served.port.calls).toEqual([]);
    expect(served.lines[0]?.facts).toMatchObject({ reason: 'agent_credentials' });
  }
});

test('the open door is open to loopback under a loopback name only', async () => {
  await using served = await serve({ mode: 'disabled', paths });
  expect((await served.call('/requests')).status).toBe(200);

  const answer = serveMissionControl(served.port, openDoor({ mode: 'disabled', paths }, openLog('silent')));
  const from = (address: string, url: string) =>
    answer(new Request(`${url}/mission-control/requests`), { address, client: address });
  expect((await from('::1', 'http://localhost:4700')).status).toBe(200);
  expect((await from('::ffff:127.0.0.1', 'http://[::1]:4700')).status).toBe(200);
  expect((await from('10.0.0.7', 'http://localhost:4700')).status).toBe(403);
  expect((await from('', 'http://localhost:4700')).status).toBe(403);
  // A page whose name was pointed at this machine.
  expect((await from('127.0.0.1', 'http://rebound.example:4700')).status).toBe(403);
  expect((await from('127.0.0.1', 'http://127.0.0.1.rebound.example')).status).toBe(403);
});

test('whoever holds the shared token decides in the names the operator gives it, and in no other', async () => {
  const door = { mode: 'static', paths, token: 'correct-horse-battery' } as const;
  const right = bearer('correct-horse-battery');
  await using served = await serve(door, { token: ['cook'] });
  expect((await served.call('/requests/req-1', { ...right, body: decide })).status).toBe(200);
  served.port.calls.length = 0;
  const decided_by = { ...decidedBy, person: 'baker' };
  for (const [path, body] of [
    ['/requests/req-1', { ...decide, decided_by }],
    ['/missions/s256-1', { ...terminate, decided_by }],
    ['/agents/agent-1', { action: 'revoke', decided_by }],
  ] as const) {
    const refused = await served.call(path, { ...right, body });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ error: 'not_your_person' });
  }
  expect(served.port.calls).toEqual([]);
  expect((await served.call('/requests', right)).status).toBe(200);
  expect(served.lines.map(({ facts }) => (facts as { reason?: string }).reason)).toEqual(
    Array(3).fill('not_their_voice'),
  );

  await using mute = await serve(door, { callers: { console: ['cook'] } });
  expect((await mute.call('/requests/req-1', { ...right, body: decide })).status).toBe(403);
});

test('the reviewer’s name goes with the reviewer’s way in, and with a voice for it', async () => {
  const door = { mode: 'static', paths, token: 'correct-horse-battery' } as const;
  const right = bearer('correct-horse-battery');
  const deeds = [
    { person: 'cook', via: 'api', id: 'cook' },
    { person: 'reviewer', via: 'reviewer', id: 'reviewer:1' },
    // What a person decided would stand in the log as the reviewer's.
    { person: 'cook', via: 'reviewer', id: 'cook' },
    // What the reviewer may not would be approved as by a person of its name.
    { person: 'reviewer', via: 'api', id: 'reviewer:1' },
  ];
  for (const [voices, statuses] of [
    [{ token: ['cook'] }, [200, 403, 403, 403]],
    [{ token: ['reviewer'] }, [403, 200, 403, 403]],
    [{ token: ['cook', 'reviewer'] }, [200, 200, 403, 403]],
    [undefined, [200, 200, 403, 403]],
  ] as const) {
    await using served = await serve(door, voices);
    const answered: number[] = [];
    for (const by of deeds)
      answered.push(
        (await served.call('/requests/req-1', { ...right, body: { ...decide, decided_by: by } })).status,
      );
    expect([voices, answered]).toEqual([voices, statuses]);
  }
});

test('a path outside the protected prefixes asks for nothing', async () => {
  const admit = openDoor(
    { mode: 'static', paths: ['/mission-control', '/metrics/'], token: 'x' },
    openLog('silent'),
  );
  const at = async (path: string) => {
    const request = new Request(`http://localhost${path}`);
    const admitted = await admit(request, { address: '127.0.0.1', client: '127.0.0.1' }, 'missions:read');
    return 'refused' in admitted ? admitted.refused.status : undefined;
  };
  expect(await at('/health')).toBeUndefined();
  expect(await at('/mission-controlled')).toBeUndefined();
  expect(await at('/mission-control')).toBe(401);
  expect(await at('/mission-control/requests')).toBe(401);
  expect(await at('/metrics/all')).toBe(401);
});

// The issuer of the third mode: its keys are really served and really fetched.
const issuer = 'https://login.example.com/';
const audience = 'chaperone';
const keys = { current: await generateKeyPair('ES256'), stranger: await generateKeyPair('ES256') };
let jwks = '';
let keysUp = true;
const issuerServer = createServer((_, response) => {
  if (keysUp) response.setHeader('content-type', 'application/json').end(jwks);
  else response.writeHead(500).end();
});
beforeAll(async () => {
  jwks = JSON.stringify({
    keys: [{ ...(await exportJWK(keys.current.publicKey)), kid: 'k1', alg: 'ES256' }],
  });
  issuerServer.listen(0, '127.0.0.1');
  await once(issuerServer, 'listening');
});
afterAll(() => void issuerServer.close());

const jwtDoor = (): Door => ({
  mode: 'jwt',
  paths,
  issuer,
  audience,
  jwks: `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}/jwks`,
  algorithms: ['ES256', 'RS256'],
});
const everything = 'missions:read requests:decide missions:terminate';

type Minting = {
  claims?: JWTPayload;
  header?: Record<string, string>;
  key?: CryptoKey;
  expires?: string | number | null;
};
function mint({ claims = {}, header = {}, key = keys.current.privateKey, expires = '5m' }: Minting = {}) {
  const token = new SignJWT({ iss: issuer, aud: audience, sub: 'bot', scope: everything, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header })
    .setIssuedAt();
  return (expires === null ? token : token.setExpirationTime(expires)).sign(key);
}

test('a JWT opens exactly the verbs its scopes name', async () => {
  await using served = await serve(jwtDoor());
  const verbs = [
    { scope: 'missions:read', path: '/requests', body: undefined },
    { scope: 'missions:read', path: '/requests/req-1', body: undefined },
    { scope: 'requests:decide', path: '/requests/req-1', body: decide },
    { scope: 'missions:terminate', path: '/missions/s256-1', body: terminate },
    {
      scope: 'missions:terminate',
      path: '/agents/binding-1',
      body: { action: 'revoke', decided_by: decidedBy },
    },
  ];
  for (const claims of [
    { scope: 'missions:read' },
    { scope: 'requests:decide' },
    { scope: 'missions:terminate openid' },
    { scope: undefined, scp: ['missions:read', 'requests:decide'] },
    { scope: 'missions:read:more requests:decider' },
    { scope: '' },
    { scope: { 'missions:read': true } },
  ] as JWTPayload[]) {
    const held = [claims['scope'], claims['scp']]
      .flat()
      .flatMap((s) => (typeof s === 'string' ? s.split(' ') : []));
    const token = await mint({ claims });
    for (const { scope, path, body } of verbs) {
      const answer = await served.call(path, { ...bearer(token), body });
      expect([claims, path, answer.status]).toEqual([claims, path, held.includes(scope) ? 200 : 403]);
      if (answer.status === 403)
        expect(answer.headers.get('www-authenticate')).toContain('insufficient_scope');
    }
  }
  expect(served.port.calls.filter(([verb]) => verb === 'terminate')).toEqual([
    ['terminate', report.s256, { reason: 'revoked', decidedBy }],
  ]);
});

test('a JWT decides in the names the operator gives its `sub`, whatever else the token says', async () => {
  await using served = await serve(jwtDoor(), { token: ['cook'], callers: { console: ['cook'] } });
  const statusFor = async (claims: JWTPayload) =>
    (await served.call('/requests/req-1', { ...bearer(await mint({ claims })), body: decide })).status;
  expect(await statusFor({ sub: 'console' })).toBe(200);
  for (const sub of ['Console', 'cook', 'constructor', '__proto__', ''] as const)
    expect([sub, await statusFor({ sub, person: 'cook', people: ['cook'] })]).toEqual([sub, 403]);
});

test('a JWT that is not this issuer’s, for us, in time, of an allowed kind opens nothing', async () => {
  await using served = await serve(jwtDoor());
  const forged: [string, string | Promise<string>][] = [
    ['wrong key, known kid', mint({ key: keys.stranger.privateKey })],
    ['unknown kid', mint({ header: { kid: 'k9' } })],
    ['wrong issuer', mint({ claims: { iss: 'https://login.example.com' } })],
    ['wrong audience', mint({ claims: { aud: 'another' } })],
    ['no audience', mint({ claims: { aud: undefined } as JWTPayload })],
    ['expired', mint({ expires: Math.floor(Date.now() / 1000) - 1 })],
    ['never expires', mint({ expires: null })],
    ['not yet valid', mint({ claims: { nbf: Math.floor(Date.now() / 1000) + 600 } })],
    ['an agent token', mint({ header: { typ: 'aa-agent+jwt' } })],
    ['an auth token of the draft', mint({ header: { typ: 'application/aa-auth+jwt' } })],
    ['bound to a key', mint({ claims: { cnf: { jwk: {} } } })],
    [
      'signed with the public key as a shared secret',
      new SignJWT({ iss: issuer, aud: audience, scope: everything })
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .setExpirationTime('5m')
        .sign(new TextEncoder().encode(jwks)),
    ],
    [
      'signed by nobody',
      `${btoa(JSON.stringify({ alg: 'none' }))}.${btoa(JSON.stringify({ iss: issuer, aud: audience, exp: 9e9, scope: everything }))}.`.replaceAll(
        '=',
        '',
      ),
    ],
    [
      'an algorithm not on the list',
      (async () => {
        const { privateKey } = await generateKeyPair('EdDSA');
        return mint({ header: { alg: 'EdDSA' }, key: privateKey });
      })(),
    ],
    ['no token at all', 'not.a.jwt'],
  ];
  for (const [what, token] of forged) {
    const answer = await served.call('/requests/req-1', { ...bearer(await token), body: decide });
    expect([what, answer.status]).toEqual([what, 401]);
  }
  expect(served.port.calls).toEqual([]);
  expect(served.lines).toHaveLength(forged.length);
  const written = JSON.stringify(served.lines);
  for (const [, token] of forged) expect(written).not.toContain(await token);
  expect((await served.call('/requests', bearer(await mint({ header: { typ: 'at+jwt' } })))).status).toBe(
    200,
  );
});

test('while the issuer’s keys cannot be had nobody comes in, and the answer says to come back', async () => {
  keysUp = false;
  try {
    await using served = await serve(jwtDoor());
    expect((await served.call('/requests', bearer(await mint()))).status).toBe(503);
    expect(served.port.calls).toEqual([]);
  } finally {
    keysUp = true;
  }
});
