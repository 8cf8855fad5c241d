// An agent, for tests: it signs like a real one and hands back what it was answered, untouched. It finds the endpoints of
// its Person Server in the metadata, so a test needs to know none.
import { setTimeout as pause } from 'node:timers/promises';
import type { Algorithm } from '#aauth/key.ts';
import { signedFetch } from '#aauth/signed-fetch.ts';
import { generateSigningKey, type SigningKey } from '#aauth/signing-keys.ts';
import type { AgentProvider, TestResource } from './aauth-world.ts';

/** An answer as it came; `body` is the parsed JSON, undefined when there is none. */
export type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown };

type Body = Readonly<Record<string, unknown>>;
/** How many seconds the agent is willing to wait for an answer (`Prefer: wait`). */
type Waiting = { readonly wait?: number };

export type Agent = {
  /** `aauth:<name>@localhost` */
  readonly id: string;
  readonly key: SigningKey;
  /** The agent token it presents at the Person Server. */
  readonly token: string;

  proposeMission(proposal: Body, waiting?: Waiting): Promise<Answer>;
  /** `action: update` or `completion` at the mission's own URL. */
  actOnMission(s256: string, act: Body, waiting?: Waiting): Promise<Answer>;
  personToken(request: Body, waiting?: Waiting): Promise<Answer>;
  authToken(request: Body, waiting?: Waiting): Promise<Answer>;
  permission(request: Body, waiting?: Waiting): Promise<Answer>;
  audit(record: Body): Promise<Answer>;
  interact(request: Body, waiting?: Waiting): Promise<Answer>;

  /** One GET of a pending URL, absolute or as in `Location`. */
  poll(location: string, waiting?: Waiting): Promise<Answer>;
  /** Answers a clarification, or sends an updated request, at a pending URL. */
  respond(location: string, response: Body): Promise<Answer>;
  withdraw(location: string): Promise<Answer>;
  /** Polls what a `202` points at until there is an answer; anything else is the answer already. */
  settle(answer: Answer, options?: { readonly withinMs?: number }): Promise<Answer>;

  /** Asks a resource for a resource token, showing it a person or auth token. */
  authorize(resource: TestResource, shown: string, request: Body): Promise<Answer>;
  /** Uses a resource with an auth token. */
  use(resource: TestResource, authToken: string): Promise<Answer>;

  /** Sends any signed request; `token` in place of the agent token. */
  send(
    method: string,
    url: string,
    body?: Body,
    options?: Waiting & { readonly token?: string },
  ): Promise<Answer>;
  /** The same agent with another key and a token for it. */
  rekeyed(): Promise<Agent>;
  /** A sub-agent of this one. */
  subAgent(discriminator: string): Promise<Agent>;
};

/** An agent of `provider` whose Person Server is `personServer`, an issuer. */
export async function openAgent(options: {
  readonly provider: AgentProvider;
  readonly personServer: string;
  readonly name?: string;
  readonly parentAgent?: string;
  readonly alg?: Algorithm;
  readonly lifetimeSeconds?: number;
}): Promise<Agent> {
  const { provider, personServer, name = 'errand', parentAgent, alg, lifetimeSeconds } = options;
  const key = await generateSigningKey(alg);
  const issued = { name, jwk: key.publicJwk, ps: personServer, parentAgent, lifetimeSeconds };
  const token = await provider.issue(issued);
  const id = `aauth:${name}@localhost`;
  let metadata: Promise<Readonly<Record<string, string>>> | undefined;

  async function endpoint(field: string) {
    metadata ??= fetch(`${personServer}/.well-known/aauth-person.json`).then(
      async (response) => (await response.json()) as Record<string, string>,
    );
    const url = (await metadata)[field];
    if (url === undefined) throw new Error(`the Person Server publishes no ${field}`);
    return url;
  }

  async function send(
    method: string,
    url: string,
    body?: Body,
    { wait, token: shown = token }: SendOptions = {},
  ) {
    const response = await signedFetch(
      url,
      {
        method,
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(wait !== undefined && { prefer: `wait=${wait}` }),
        },
        ...(body && { body: JSON.stringify(body) }),
      },
      { kind: 'agent', key, token: shown },
    );
    return await readAnswer(response);
  }

  const post = async (field: string, body: Body, waiting?: Waiting) =>
    await send('POST', await endpoint(field), body, waiting);
  const at = (location: string) => new URL(location, personServer).href;

  const agent: Agent = {
    id,
    key,
    token,
    proposeMission: (proposal, waiting) => post('mission_endpoint', proposal, waiting),
    actOnMission: async (s256, act, waiting) =>
      await send('POST', `${await endpoint('mission_endpoint')}/${s256}`, act, waiting),
    personToken: (request, waiting) => post('person_token_endpoint', request, waiting),
    authToken: (request, waiting) => post('auth_token_endpoint', request, waiting),
    permission: (request, waiting) => post('permission_endpoint', request, waiting),
    audit: (record) => post('audit_endpoint', record),
    interact: (request, waiting) => post('interaction_endpoint', request, waiting),
    poll: (location, waiting) => send('GET', at(location), undefined, waiting),
    respond: (location, response) => send('POST', at(location), response),
    withdraw: (location) => send('DELETE', at(location)),
    async settle(answer, { withinMs = 10_000 } = {}) {
      const location = answer.headers.get('location');
      if (answer.status !== 202 || location === null) return answer;
      for (const until = Date.now() + withinMs; Date.now() < until; await pause(20)) {
        const next = await agent.poll(location, { wait: 1 });
        if (next.status !== 202) return next;
      }
      throw new Error(`${location} is still pending after ${withinMs} ms`);
    },
    authorize: (resource, shown, request) =>
      send('POST', `${resource.issuer}/authorize`, request, { token: shown }),
    use: (resource, authToken) => send('GET', `${resource.issuer}/things`, undefined, { token: authToken }),
    send,
    rekeyed: () => openAgent(options),
    subAgent: (discriminator) => openAgent({ ...options, name: `${name}+${discriminator}`, parentAgent: id }),
  };
  return agent;
}

type SendOptions = Waiting & { readonly token?: string };

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const body: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, body };
}
