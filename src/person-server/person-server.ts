// The Person Server: it represents people to agents and resources, and puts before people what agents ask.
//
//   agent      who asks: `(provider, name)`; bound to exactly one person by that person's first approval
//   request    one ask waiting for a person; the agent polls its pending URL for the one answer
//   digest     names exactly what a person is shown; a decision repeats it
//   mission    an approved, written intent; its blob's bytes are kept and `s256` is their SHA-256
//   log        the numbered record of a mission: what was asked, granted (and why), refused, done
//   grant      silent where the person's policy and earlier consents say so, asked otherwise
//   oversight  the people's side: requests, decisions, missions, their logs, the stop
import { openDiscovery } from '#aauth/discovery.ts';
import { type Egress, openEgress } from '#aauth/egress.ts';
import { isServerIdentifier } from '#aauth/identifiers.ts';
import type { Database } from '#database/database.ts';
import type { Log } from '#log.ts';
import { announceRevocations, openAnnouncer } from '#person-server/announce.ts';
import { PersonServerError } from '#person-server/error.ts';
import { openKeys } from '#person-server/keys.ts';
import { openOwnMissions } from '#person-server/missions.ts';
import { type Oversight, openOversight } from '#person-server/oversight.ts';
import { openPace } from '#person-server/pace.ts';
import { openDeliveries, openOwnRequests } from '#person-server/polls.ts';
import { openRecognise } from '#person-server/recognise.ts';
import { type Mount, mountsOf } from '#person-server/routes.ts';
import { openScribe } from '#person-server/scribe.ts';
import {
  type About,
  type Arrival,
  type Limits,
  type Person,
  type Server,
  usualLimits,
} from '#person-server/server.ts';
import { sweep } from '#person-server/sweep.ts';
import { openStore } from '#person-server/tables.ts';
import { openTokenPast } from '#person-server/token-past.ts';
import { openWake } from '#person-server/wake.ts';

export type PersonServer = AsyncDisposable & {
  /** For the HTTP server: what answers at which path. */
  readonly mounts: readonly Mount[];
  /** For the bot: the verbs of its port. */
  readonly oversight: Oversight;
  /** Makes the next signing key; no token issued before becomes unverifiable. */
  rotateKeys(): Promise<{ readonly kid: string; readonly signsFrom: Date }>;
  /** Closes what is overdue and forgets what no longer matters; to be called every few seconds. Returns how many it closed. */
  sweep(): Promise<number>;
};

export type PersonServerOptions = {
  readonly database: Database;
  /** Our own identifier, the `iss` of every token: `https://` and a host. */
  readonly issuer: string;
  /** Speaks as, and trusts, `http://localhost`. Whoever sets it keeps the server off every other address. */
  readonly development: boolean;
  readonly people: readonly Person[];
  /** Whom an agent nobody knows is offered to. */
  readonly defaultPerson: string;
  /** Resources whose access server this is (draft §ps-as-collapse); for every other it is a Person Server alone. */
  readonly accessServerFor?: readonly string[];
  readonly egress?: Egress;
  readonly log: Log;
  readonly now?: () => Date;
  readonly limits?: Partial<Limits>;
  readonly missionControlEndpoint?: string;
  readonly about?: About;
  /** Whether nothing is granted silently under a mission for now; asked at every ask. Without it, the people's policy alone counts. */
  readonly asksAlways?: (missionS256: string) => Promise<boolean>;
  /**
   * Whether a channel brings an agent's asks before those who decide for this person: a chat, or whoever reads mission
   * control. Without it there always is one.
   */
  readonly reaches?: (person: string, agent: string) => boolean;
  /** Takes over a visitor whose interaction code was taken: a redirect to a page that can tell who they are. */
  readonly welcome?: (arrival: Arrival) => Promise<Response>;
};

/**
 * Opens the Person Server on a store whose migrations have run.
 * @throws {PersonServerError} `bad_issuer`, `unknown_person`
 */
export async function openPersonServer(options: PersonServerOptions): Promise<PersonServer> {
  const { database, issuer, development, people, defaultPerson, log, now = () => new Date() } = options;
  const loopback = issuer.startsWith('http://');
  if (!isServerIdentifier(issuer, { development }) || loopback !== development) {
    throw new PersonServerError(
      'bad_issuer',
      development
        ? `in development the issuer is http://localhost with a port, not ${issuer}`
        : `the issuer is https:// and a host, nothing else, not ${issuer}`,
    );
  }
  if (!people.some(({ id }) => id === defaultPerson)) {
    throw new PersonServerError(
      'unknown_person',
      `the default person ${defaultPerson} is not among the people`,
    );
  }

  await using stack = new AsyncDisposableStack();
  const egress = options.egress ?? stack.use(openEgress({ development }));
  const store = openStore(database);
  const keys = await openKeys(store, now);
  const own = {
    issuer,
    keys: async () => (await keys.published()).map(({ publicJwk }) => publicJwk),
  };
  const server: Server = {
    issuer,
    development,
    missionControlEndpoint: options.missionControlEndpoint ?? `${issuer}/mission-control`,
    about: options.about ?? {},
    people: new Map(people.map((person) => [person.id, person])),
    defaultPerson,
    accessServerFor: new Set(options.accessServerFor),
    store,
    keys,
    discovery: openDiscovery({ egress, log, development, now, own }),
    egress,
    wake: stack.use(await openWake(database)),
    announcer: stack.use(openAnnouncer(() => announceRevocations(server), { log })),
    pace: openPace(),
    limits: { ...usualLimits, ...options.limits },
    recognise: openRecognise(store),
    ownMission: openOwnMissions(store),
    write: openScribe(store),
    ownRequest: openOwnRequests(store),
    takeDelivery: openDeliveries(store),
    tokenPast: openTokenPast(store),
    seenAgentTokens: new Set(),
    federating: new Set(),
    log,
    asksAlways: options.asksAlways ?? (() => Promise.resolve(false)),
    reaches: options.reaches ?? (() => true),
    welcome: options.welcome,
    now,
  };
  const closing = stack.move();
  return {
    mounts: mountsOf(server),
    oversight: openOversight(server),
    rotateKeys: () => keys.rotate(),
    sweep: () => sweep(server, now()),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
