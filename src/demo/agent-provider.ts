// Who makes the errand agent: a server that publishes its name and key, and vouches for its agents' keys.
import type { PublicJwk } from '#aauth/key.ts';
import { mintAgentToken } from '#aauth/mint-token.ts';
import { generateSigningKey, publicJwks } from '#aauth/signing-keys.ts';
import type { Minted } from '#aauth/tokens.ts';
import { openHttp } from '#http.ts';
import type { Log } from '#log.ts';

export type AgentProvider = AsyncDisposable & {
  readonly issuer: string;
  /**
   * Vouches that `jwk` is the key of this agent. Its agents run in the provider's own process, which is all the proof it
   * asks for (draft §agent-token-acquisition-overview leaves that to the platform).
   */
  vouchFor(agent: string, jwk: PublicJwk): Promise<Minted>;
};

/**
 * Opens an agent provider on a free loopback port (draft §agent-provider-metadata).
 * `lifetimeSeconds` bounds its agent tokens, and with them every token a Person Server derives from one.
 */
export async function openAgentProvider(options: {
  readonly name: string;
  readonly description: string;
  readonly personServer: string;
  readonly lifetimeSeconds: number;
  readonly log: Log;
}): Promise<AgentProvider> {
  const { name, description, personServer, lifetimeSeconds, log } = options;
  const key = await generateSigningKey();
  const metadata = () => ({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json`, name, description });
  const http = await openHttp(
    { host: '127.0.0.1', port: 0 },
    [
      { path: '/.well-known/aauth-agent.json', answer: () => Response.json(metadata()) },
      { path: '/.well-known/jwks.json', answer: () => Response.json(publicJwks([key])) },
    ],
    log,
  );
  const issuer = `http://localhost:${http.port}`;

  return {
    issuer,
    async vouchFor(agent, jwk) {
      const token = { sub: agent, jwk, ps: personServer };
      const minted = mintAgentToken(token, { issuer, key, now: new Date(), lifetimeSeconds });
      if (!minted) throw new Error('an agent token must live at least a second');
      return minted;
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}
