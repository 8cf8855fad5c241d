// What a resource offers an agent that showed it a token.
import { mintResourceToken } from '#aauth/mint-token.ts';
import type { Agent } from './aauth-agent.ts';
import type { TestResource } from './aauth-world.ts';
import { claimsOf } from './access-server.ts';

type Wanted = Parameters<typeof mintResourceToken>[0];

/**
 * What the agent then brings to the Person Server: the token it showed, and a resource token that repeats what stands in it,
 * unless `wanted` says something else.
 */
export async function offerOf(
  { issuer, key }: Pick<TestResource, 'issuer' | 'key'>,
  agent: Agent,
  shown: string,
  wanted: Partial<Wanted>,
) {
  const { iss, sub, jti, mission_s256: missionS256 } = claimsOf(shown) as Readonly<Record<string, string>>;
  if (!iss || !sub || !jti) throw new Error('what was shown is no token');
  const repeated = { aud: iss, ps: iss, sub, presentedJti: jti, agentJkt: agent.key.kid, missionS256 };
  const minted = mintResourceToken({ ...repeated, ...wanted }, { issuer, key, now: new Date() });
  if (!minted) throw new Error('a resource token needs a second to live');
  return { resource_token: minted.jwt, presented_token: shown };
}
