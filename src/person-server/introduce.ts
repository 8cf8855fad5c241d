// What a person is told about the parties of an ask: the server's own findings, and the others' words about themselves.
import type { Metadata, WellKnown } from '#aauth/discovery.ts';
import type { Agent } from '#person-server/agents.ts';
import { grantedIn } from '#person-server/consents.ts';
import type { Server } from '#person-server/server.ts';
import { asStorable } from '#person-server/storable.ts';
import { findSubject } from '#person-server/subjects.ts';
import type { Asserted } from '#person-server/tables.ts';

/** An ask does not wait longer than this for what a party publishes about itself. */
const patienceMs = 3_000;

const longestName = 200;
const longestMode = 64;
const longestDescription = 4_000;

/** The agent's provider, as its metadata names it (draft §agent-person-binding), and what this mission granted before. */
export async function introduceAgent(
  server: Server,
  agent: Agent,
  missionS256: string | undefined,
): Promise<Pick<Asserted['verified'], 'provider' | 'granted'>> {
  const metadata = await metadataInTime(server, agent.iss, 'aauth-agent.json');
  const logo = metadata?.logo_uri;
  return {
    provider: {
      issuer: agent.iss,
      name: asStorable(metadata?.name, longestName),
      logoUri: logo?.startsWith('https://') ? asStorable(logo, 2_000) : undefined,
    },
    granted: missionS256 ? await grantedIn(server.store, missionS256) : undefined,
  };
}

/** The resource: whether the person has been there before, and what it says about itself and the scopes it names. */
export async function introduceResource(
  server: Server,
  person: string,
  issuer: string,
  scope: readonly string[],
): Promise<{
  readonly verified: NonNullable<Asserted['verified']['resource']>;
  readonly asserted: Asserted['resource'];
}> {
  const known = (await findSubject(server.store, person, issuer)) !== undefined;
  const metadata = await metadataInTime(server, issuer, 'aauth-resource.json');
  const descriptions = metadata?.scope_descriptions ?? {};
  return {
    verified: { issuer, known },
    asserted: {
      issuer,
      name: asStorable(metadata?.name, longestName),
      description: asStorable(metadata?.description, longestDescription),
      accessMode: asStorable(metadata?.access_mode, longestMode),
      ...(scope.length && {
        scope: scope.map((value) => ({
          value,
          description: Object.hasOwn(descriptions, value)
            ? asStorable(descriptions[value], longestDescription)
            : undefined,
        })),
      }),
    },
  };
}

/** What a party publishes about itself, if it says so in time: somebody waits for the answer. */
export async function metadataInTime(
  server: Server,
  issuer: string,
  dwk: WellKnown,
): Promise<Metadata | undefined> {
  const { promise: patience, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, patienceMs, undefined);
  try {
    const found = await Promise.race([server.discovery.metadata(issuer, dwk), patience]);
    return found?.kind === 'found' ? found.metadata : undefined;
  } finally {
    clearTimeout(timer);
  }
}
