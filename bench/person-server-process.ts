// The other processes of the bench: one is the server, the others are agents that sign and wait.
import { once } from 'node:events';
import { mintResourceToken } from '#aauth/mint-token.ts';
import { signedFetch } from '#aauth/signed-fetch.ts';
import { openHttp } from '#http.ts';
import { openLog } from '#log.ts';
import { openPersonServer } from '#person-server/person-server.ts';
import { openTestDatabase } from '../test/support/database.ts';
import type { Part, Run } from './person-server.ts';

const [role, url = '', issuer = ''] = process.argv.slice(2);
if (role === 'server') await serve();
else await drive();

async function serve() {
  const log = openLog('error');
  const database = await openTestDatabase([], { url });
  const personServer = await openPersonServer({
    database,
    issuer,
    development: true,
    people: [{ id: 'alice', silentGrants: 'approved' }],
    defaultPerson: 'alice',
    log,
  });
  await openHttp({ host: '127.0.0.1', port: Number(new URL(issuer).port) }, personServer.mounts, log);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1000);
  });
  process.send?.('ready');
}

async function drive() {
  const [{ part, run }] = (await once(process, 'message')) as [{ part: Part; run: Run }];
  const signer = { kind: 'agent', ...part.agent } as const;
  const times: number[] = [];
  const mark = crypto.randomUUID();
  let left = run.requests;

  async function post(path: string, body: Record<string, unknown>, wait?: number) {
    const headers = {
      'content-type': 'application/json',
      ...(wait !== undefined && { prefer: `wait=${wait}` }),
    };
    const response = await signedFetch(
      `${part.issuer}${path}`,
      { method: 'POST', headers, body: JSON.stringify(body) },
      signer,
    );
    const text = await response.text();
    if (response.status >= 300) throw new Error(`${path}: ${response.status} ${text}`);
  }

  /** No two requests are alike: what is alike within a second is a replay. */
  async function one(number: number) {
    const { s256: mission_s256, shop } = part;
    const justification = `${mark} ${number}`;
    switch (run.requestClass) {
      case 'permission':
        return await post('/permission', { action: 'Tool', mission_s256, description: justification });
      case 'audit':
        return await post('/audit', { action: 'Tool', mission_s256, description: justification });
      case 'person_token':
        return await post('/person', { resource: shop.issuer, mission_s256, justification });
      case 'auth_token': {
        const claims = JSON.parse(
          Buffer.from(part.personToken.split('.')[1] ?? '', 'base64url').toString(),
        ) as { sub: string; jti: string };
        const minted = await mintResourceToken(
          {
            aud: part.issuer,
            ps: part.issuer,
            sub: claims.sub,
            presentedJti: claims.jti,
            agentJkt: part.agent.key.kid,
            missionS256: mission_s256,
            scope: 'buy:flour',
          },
          { issuer: shop.issuer, key: shop.key, now: new Date() },
        );
        return await post('/token', { resource_token: minted?.jwt, presented_token: part.personToken });
      }
      case 'long_poll':
        return await post('/permission', { action: justification, mission_s256 }, 20);
    }
  }

  await Promise.all(
    Array.from({ length: run.lanes }, async () => {
      while (left > 0) {
        left -= 1;
        const started = performance.now();
        await one(left);
        times.push(performance.now() - started);
      }
    }),
  );
  process.send?.(times);
}
