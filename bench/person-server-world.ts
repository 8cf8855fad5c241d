// The people and the agents of the bench: a replica that approves whatever is asked, and agents with a mission each.
import { setTimeout as pause } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { openLog } from '#log.ts';
import { openPersonServer } from '#person-server/person-server.ts';
import { openAgent } from '../test/support/aauth-agent.ts';
import { openAgentProvider, openResource } from '../test/support/aauth-world.ts';
import { openTestDatabase } from '../test/support/database.ts';
import type { Part } from './person-server-driver.ts';

export type People = {
  /** Approves until nothing is open. */
  readonly approveOpen: () => Promise<void>;
  /** While they are away, nothing is decided that nobody calls for. */
  readonly away: (isAway: boolean) => void;
};

/** The people's side, on another replica: whatever their agents ask is approved. */
export async function openPeople(stack: AsyncDisposableStack, url: string, issuer: string): Promise<People> {
  const database = stack.use(await openTestDatabase([], { url }));
  const replica = stack.use(
    await openPersonServer({
      database,
      issuer,
      development: true,
      people: [{ id: 'alice', silentGrants: 'approved' }],
      defaultPerson: 'alice',
      log: openLog('silent'),
    }),
  );
  const { oversight } = replica;
  const decidedBy = { person: 'alice', via: 'bench', id: 'bench' };
  const approve = async (id: string) => {
    const request = await oversight.readRequest(id);
    if (request?.state === 'open') {
      await oversight.decide(id, { action: 'approve', digest: request.digest, decidedBy });
    }
  };
  const approveOpen = async () => {
    for (;;) {
      const { requests } = await oversight.listRequests({ state: 'open', person: 'alice', limit: 200 });
      if (!requests.length) return;
      await Promise.all(requests.map(({ id }) => approve(id)));
    }
  };
  let isAway = false;
  const stop = new AbortController();
  const follow = async () => {
    for await (const { kind, requestId } of oversight.watch({ signal: stop.signal })) {
      if (kind === 'request' && requestId !== undefined && !isAway) approve(requestId).catch(fail);
    }
  };
  // Whoever follows events goes round as well: one may be lost with a connection.
  const goRound = async () => {
    while (!stop.signal.aborted) {
      if (!isAway) await approveOpen();
      await pause(500);
    }
  };
  const deciding = Promise.all([follow(), goRound()]);
  deciding.catch(fail);
  stack.defer(async () => {
    stop.abort();
    await deciding;
  });
  return {
    approveOpen,
    away(now) {
      isAway = now;
    },
  };
}

/** Agents with a mission each, approved by their person, and a person token for the shop in it. */
export async function openParts(
  stack: AsyncDisposableStack,
  issuer: string,
  agents: number,
  { approveOpen }: People,
): Promise<Part[]> {
  const provider = stack.use(await openAgentProvider());
  const shop = stack.use(await openResource());
  const parts: Part[] = [];
  for (let number = 0; number < agents; number++) {
    const agent = await openAgent({ provider, personServer: issuer, name: `bench-${number}` });
    const pending = await agent.proposeMission({
      description: `Measure ${number}`,
      tools: [{ name: 'Tool', description: 'measures' }],
      resources: [shop.issuer],
    });
    await approveOpen();
    const { s256, person_tokens } = (await agent.settle(pending)).body as {
      s256: string;
      person_tokens: Record<string, string>;
    };
    const jwt = person_tokens[shop.issuer] ?? '';
    const { sub = '', jti = '' } = decodeJwt(jwt);
    const { key, token } = agent;
    parts.push({
      issuer,
      agent: { key, token },
      s256,
      person: { jwt, sub, jti },
      shop: { issuer: shop.issuer, key: shop.key },
    });
  }
  return parts;
}

function fail(error: unknown): never {
  throw error;
}
