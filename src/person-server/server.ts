import type { Discovery } from '#aauth/discovery.ts';
import type { Egress } from '#aauth/egress.ts';
import type { Log } from '#log.ts';
import type { Announcer } from '#person-server/announce.ts';
import type { SilentGrants } from '#person-server/grants.ts';
import type { Keys } from '#person-server/keys.ts';
import type { openOwnMissions } from '#person-server/missions.ts';
import type { Pace } from '#person-server/pace.ts';
import type { openDeliveries, openOwnRequests } from '#person-server/polls.ts';
import type { openRecognise } from '#person-server/recognise.ts';
import type { openScribe } from '#person-server/scribe.ts';
import type { Store } from '#person-server/tables.ts';
import type { openTokenPast } from '#person-server/token-past.ts';
import type { Wake } from '#person-server/wake.ts';

/** Somebody agents act for, how much of it is granted without asking, and what may be told of them once they say so. */
export type Person = {
  readonly id: string;
  readonly silentGrants: SilentGrants;
  /** By the names of OpenID Connect; never `sub`, which is another one at every resource. */
  readonly claims?: Readonly<Record<string, unknown>>;
};

export type Limits = {
  /** How long a request waits for a person. */
  readonly pendingMs: number;
  /** The longest a connection is held by `Prefer: wait`. */
  readonly waitMs: number;
  /** Clarification rounds per request (draft §clarification-limits). */
  readonly rounds: number;
  /** Of a request's body, and how deep its JSON may nest. */
  readonly bodyBytes: number;
  readonly bodyDepth: number;
  /** Requests one agent may have open at once. */
  readonly openRequests: number;
  /** Resources one agent may name for the first time within an hour (draft §person-token-endpoint). */
  readonly newResourcesPerHour: number;
  /** Revocations one issuer may have on record at once. */
  readonly revocations: number;
  /** How long an issuer that revokes is kept waiting for the cascade where it does not say. */
  readonly revocationMs: number;
  /** Wrong attempts at a page of interaction codes from one address before it has to wait. */
  readonly codeAttempts: number;
  /** Missions that are not its own one agent may name within a minute (draft §mission-endpoint-errors). */
  readonly missedMissions: number;
  /** How long what is over is kept; for good without it. */
  readonly keptMs?: number;
};

export const usualLimits: Limits = {
  pendingMs: 60 * 60_000,
  waitMs: 45_000,
  rounds: 5,
  bodyBytes: 64 * 1024,
  bodyDepth: 32,
  openRequests: 500,
  newResourcesPerHour: 100,
  revocations: 10_000,
  revocationMs: 20_000,
  codeAttempts: 5,
  missedMissions: 600,
};

/** Somebody who came with an interaction code: for which request, and where they may go besides. */
export type Arrival = {
  readonly requestId: string;
  /** The agent's own page to go back to. */
  readonly callback?: string;
  /** The resource's page that comes first. */
  readonly errand?: string;
};

/** What the operator has the server say of itself, as its metadata names it (draft §ps-metadata). */
export type About = {
  readonly name?: string;
  readonly logo_uri?: string;
  readonly logo_dark_uri?: string;
  readonly documentation_uri?: string;
  readonly tos_uri?: string;
  readonly policy_uri?: string;
};

/** What the endpoints and verbs of this room work with. */
export type Server = {
  readonly issuer: string;
  readonly development: boolean;
  readonly missionControlEndpoint: string;
  readonly about: About;
  readonly people: ReadonlyMap<string, Person>;
  readonly defaultPerson: string;
  /** Resources that chose this server as their access server: what is decided here is the last word there too. */
  readonly accessServerFor: ReadonlySet<string>;
  readonly store: Store;
  readonly keys: Keys;
  readonly discovery: Discovery;
  readonly egress: Egress;
  readonly wake: Wake;
  readonly announcer: Announcer;
  readonly pace: Pace;
  readonly limits: Limits;
  /** What the store is asked with nearly every request, each for all who ask meanwhile. */
  readonly recognise: ReturnType<typeof openRecognise>;
  readonly ownMission: ReturnType<typeof openOwnMissions>;
  readonly write: ReturnType<typeof openScribe>;
  readonly ownRequest: ReturnType<typeof openOwnRequests>;
  readonly takeDelivery: ReturnType<typeof openDeliveries>;
  readonly tokenPast: ReturnType<typeof openTokenPast>;
  /** Agent tokens this process has already written down. */
  readonly seenAgentTokens: Set<string>;
  /** Requests this process is asking an access server about. */
  readonly federating: Set<string>;
  readonly log: Log;
  /** Whether the people want every ask under a mission put to them for now, whatever was approved with it. */
  asksAlways(missionS256: string): Promise<boolean>;
  /** Whether a channel of ours brings an agent's asks before those who decide for this person. */
  reaches(person: string, agent: string): boolean;
  /** Sends a visitor whose code was taken to where they can say who they are; absent where nobody can tell. */
  readonly welcome: ((arrival: Arrival) => Promise<Response>) | undefined;
  now(): Date;
};

/** What verifies a token at this moment. */
export function verifierOf(server: Server) {
  return { discovery: server.discovery, now: server.now(), development: server.development };
}
