// An AAuth agent: it signs every request with its own key, names its mission in every request, waits where a person has to
// answer, and takes no for an answer. What it wants to buy is the errand's business (`errand.ts`).
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { openDiscovery } from '#aauth/discovery.ts';
import { openEgress } from '#aauth/egress.ts';
import { s256Of } from '#aauth/mission-blob.ts';
import { signedFetch } from '#aauth/signed-fetch.ts';
import { generateSigningKey } from '#aauth/signing-keys.ts';
import type { AuthToken, Minted, PersonToken, TokenRefusal } from '#aauth/tokens.ts';
import { presentedMismatches, verifyPersonOrAuthToken, verifyResourceToken } from '#aauth/verify-token.ts';
import type { AgentProvider } from '#demo/agent-provider.ts';
import type { Log } from '#log.ts';

/** Somebody said no: the Person Server for a person or by itself, or a shop. `error` is the draft's code. */
export type Refusal = {
  readonly kind: 'refused';
  readonly by: 'person-server' | 'shop';
  readonly status: number;
  readonly error: string;
  readonly detail: string;
};

export type Proposal = {
  readonly description: string;
  readonly tools: readonly { readonly name: string; readonly description: string }[];
  readonly resources: readonly string[];
};

export type Mission = { readonly kind: 'mission'; readonly s256: string };

/** `why` is the justification: a person who is asked reads it as the agent's own words. */
export type Purchase = { readonly shop: string; readonly item: string; readonly why: string };

export type Bought = { readonly kind: 'bought'; readonly price: string };

type Answer = { readonly kind: 'answered'; readonly body: unknown };

/** Called when the Person Server says that a person has to answer before the agent may go on. */
export type Waiting = () => void;

export type ErrandAgent = AsyncDisposable & {
  readonly id: string;
  /** Proposes a mission and waits for the person (draft §mission-creation); the blob must be what its name says. */
  propose(proposal: Proposal, waiting: Waiting): Promise<Mission | Refusal>;
  /** Buys one thing under the mission: a person token for the shop, its resource token, an auth token for the one scope. */
  buy(mission: Mission, purchase: Purchase, waiting: Waiting): Promise<Bought | Refusal>;
  /** Orders again with the auth token of an earlier purchase, without asking the Person Server first. */
  buyAgain(purchase: Purchase): Promise<Bought | Refusal | undefined>;
  /** Writes what it did into the mission's log (draft §audit-request); undefined when it was taken. */
  report(
    mission: Mission,
    done: Readonly<{ action: string; description: string; parameters?: object; result: object }>,
  ): Promise<Refusal | undefined>;
};

/** The Person Server does not keep what the draft promises. */
export class ErrandError extends Error {
  override readonly name = 'ErrandError';
}

const Metadata = z.object({
  issuer: z.string(),
  mission_endpoint: z.url(),
  person_token_endpoint: z.url(),
  auth_token_endpoint: z.url(),
  audit_endpoint: z.url(),
});
const Approved = z.object({
  s256: z.string(),
  mission: z.string(),
  person_tokens: z.record(z.string(), z.string()).default({}),
});
const Receipt = z.object({ price: z.string() });
const Said = z.object({ error: z.string(), detail: z.string().default('') });

/** A token with less than this to live is not used any more (-11 §7.9.1). */
const marginMs = 5 * 60_000;
const waitSeconds = 25;
/** Answers that speak of the presented token, not of the purchase (-11 §11.9.3, §11.3.4). */
const stale = new Set(['expired_presented_token', 'revoked_presented_token', 'expired_jwt', 'revoked_jwt']);

/** Starts an agent of this provider with a fresh key. `signal` ends its waiting. */
export async function openErrandAgent(options: {
  readonly id: string;
  readonly provider: AgentProvider;
  readonly personServer: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<ErrandAgent> {
  const { id, provider, personServer, log, signal } = options;
  const key = await generateSigningKey();
  const egress = openEgress({ development: true });
  const discovery = openDiscovery({ egress, log, development: true });
  const found = await fetch(`${personServer}/.well-known/aauth-person.json`, { signal });
  const endpoints = Metadata.parse(await found.json());
  if (endpoints.issuer !== personServer) throw new ErrandError('the Person Server goes by another name');

  let mine: Minted | undefined;
  const persons = new Map<string, PersonToken>();
  const auths = new Map<string, AuthToken>();

  const verifier = () => ({ discovery, development: true, now: new Date() });

  /** `anew` for whatever is granted now: it lives no longer than the agent token it was asked with. */
  async function myself(anew = false) {
    if (anew || !mine || !isFresh(mine)) mine = await provider.vouchFor(id, key.publicJwk);
    return { kind: 'agent' as const, key, token: mine.jwt };
  }

  /** One request to the Person Server and, where a person has to answer, the waiting for it (draft §deferred-responses). */
  async function ask(url: string, body: object, waiting?: Waiting): Promise<Answer | Refusal> {
    const prefer = { prefer: `wait=${waitSeconds}` };
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(waiting && { prefer: 'wait=0' }) },
      body: JSON.stringify(body),
      signal,
    };
    let answer = await signedFetch(url, request, await myself(true));
    if (answer.status === 202) {
      const location = answer.headers.get('location');
      if (!location) throw new ErrandError('a deferred answer without Location');
      waiting?.();
      const pending = new URL(location, url).href;
      while (answer.status === 202) {
        await answer.body?.cancel();
        await pause(Math.min(Number(answer.headers.get('retry-after') ?? 1), 5) * 1000, undefined, {
          signal,
        });
        answer = await signedFetch(pending, { headers: prefer, signal }, await myself());
      }
    }
    return answer.ok
      ? { kind: 'answered', body: await readJson(answer) }
      : await refusal('person-server', answer);
  }

  async function personTokenFor(mission: Mission, { shop, why }: Purchase, waiting: Waiting) {
    const held = persons.get(shop);
    if (held && isFresh(held) && held.missionS256 === mission.s256) return held;
    const answer = await ask(
      endpoints.person_token_endpoint,
      { resource: shop, mission_s256: mission.s256, justification: why, capabilities: [] },
      waiting,
    );
    if (answer.kind === 'refused') return answer;
    const { person_token: jwt } = z.object({ person_token: z.string() }).parse(answer.body);
    return await keepPersonToken(shop, jwt, mission.s256);
  }

  async function keepPersonToken(shop: string, jwt: string, s256: string) {
    const token = verified(
      await verifyPersonOrAuthToken(jwt, { ...verifier(), audience: shop, thumbprint: key.kid }),
    );
    if (token.kind !== 'person' || token.missionS256 !== s256) {
      throw new ErrandError('not the person token that was asked for');
    }
    persons.set(shop, token);
    return token;
  }

  async function authTokenFor(
    challenge: Response,
    presented: PersonToken,
    purchase: Purchase,
    waiting: Waiting,
  ) {
    const requirement = challenge.headers.get('aauth-requirement') ?? '';
    const [, resourceToken] = /^requirement=auth-token;\s*resource-token="([^"]+)"$/.exec(requirement) ?? [];
    if (!resourceToken) return await refusal('shop', challenge);
    await challenge.body?.cancel();
    const resource = verified(
      await verifyResourceToken(resourceToken, { ...verifier(), audience: personServer, agentJkt: key.kid }),
    );
    if (resource.iss !== purchase.shop || presentedMismatches(resource, presented).length > 0) {
      throw new ErrandError('the shop answered with a resource token that is not for this');
    }
    const answer = await ask(
      endpoints.auth_token_endpoint,
      {
        resource_token: resourceToken,
        presented_token: presented.jwt,
        justification: purchase.why,
        capabilities: [],
      },
      waiting,
    );
    if (answer.kind === 'refused') return answer;
    const { auth_token: jwt } = z.object({ auth_token: z.string() }).parse(answer.body);
    const token = verified(
      await verifyPersonOrAuthToken(jwt, { ...verifier(), audience: purchase.shop, thumbprint: key.kid }),
    );
    if (token.kind !== 'auth' || token.sub !== presented.sub) {
      throw new ErrandError('not the auth token that was asked for');
    }
    auths.set(`${purchase.shop} ${purchase.item}`, token);
    return token;
  }

  async function order({ shop, item }: Purchase, token: PersonToken | AuthToken) {
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ item }),
      signal,
    };
    return await signedFetch(`${shop}/buy`, request, { kind: 'agent', key, token: token.jwt });
  }

  async function receipt(answer: Response): Promise<Bought | Refusal> {
    if (!answer.ok) return await refusal('shop', answer);
    return { kind: 'bought', price: Receipt.parse(await answer.json()).price };
  }

  async function buyOnce(mission: Mission, purchase: Purchase, waiting: Waiting) {
    const person = await personTokenFor(mission, purchase, waiting);
    if (person.kind === 'refused') return person;
    const challenge = await order(purchase, person);
    const auth = await authTokenFor(challenge, person, purchase, waiting);
    if (auth.kind === 'refused') return auth;
    return await receipt(await order(purchase, auth));
  }

  return {
    id,
    async propose(proposal, waiting) {
      const answer = await ask(endpoints.mission_endpoint, proposal, waiting);
      if (answer.kind === 'refused') return answer;
      const approved = Approved.parse(answer.body);
      if (s256Of(Buffer.from(approved.mission, 'base64url')) !== approved.s256) {
        throw new ErrandError('the mission is not what its s256 says');
      }
      for (const [shop, jwt] of Object.entries(approved.person_tokens)) {
        await keepPersonToken(shop, jwt, approved.s256);
      }
      return { kind: 'mission', s256: approved.s256 };
    },
    async buy(mission, purchase, waiting) {
      const outcome = await buyOnce(mission, purchase, waiting);
      if (outcome.kind === 'bought' || !stale.has(outcome.error)) return outcome;
      // A person token that was withdrawn or ran out on the way: with a fresh one the answer is about the purchase.
      persons.delete(purchase.shop);
      return await buyOnce(mission, purchase, waiting);
    },
    async buyAgain(purchase) {
      const auth = auths.get(`${purchase.shop} ${purchase.item}`);
      return auth && (await receipt(await order(purchase, auth)));
    },
    async report(mission, done) {
      const answer = await ask(endpoints.audit_endpoint, { mission_s256: mission.s256, ...done });
      return answer.kind === 'refused' ? answer : undefined;
    },
    [Symbol.asyncDispose]: () => egress[Symbol.asyncDispose](),
  };
}

function isFresh({ expiresAt }: { readonly expiresAt: Date }) {
  return expiresAt.getTime() - Date.now() > marginMs;
}

function verified<Token>(read: { readonly kind: 'verified'; readonly token: Token } | TokenRefusal): Token {
  if (read.kind === 'refused') throw new ErrandError(`a token does not verify: ${read.detail}`);
  return read.token;
}

/** What an answer says, undefined where it says nothing, as a `201` may. */
async function readJson(answer: Response): Promise<unknown> {
  const text = await answer.text();
  return /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : undefined;
}

async function refusal(by: Refusal['by'], answer: Response): Promise<Refusal> {
  const said = Said.safeParse(await readJson(answer));
  return {
    kind: 'refused',
    by,
    status: answer.status,
    ...(said.success ? said.data : { error: 'unexplained', detail: `status ${answer.status}` }),
  };
}
