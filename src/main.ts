// Opens the rooms in order, hands them to the flows, and closes them in reverse.
import type { Chat, ChatListener, Platform } from '#chat/chat.ts';
import type { Routes } from '#chat/teams/teams.ts';
import { connectChats, isSeen, platformsOf } from '#chats.ts';
import type { Config } from '#config.ts';
import { openAgent } from '#conversation/agent.ts';
import { type Database, openDatabase } from '#database/database.ts';
import type { Bot, Tempo } from '#flows/bot.ts';
import { briefQueue } from '#flows/brief.ts';
import { briefRequest } from '#flows/brief-ask.ts';
import { bringPictures, pictureQueue } from '#flows/bring.ts';
import { openText } from '#flows/entry.ts';
import { catchUp, hangCards } from '#flows/hang.ts';
import { considerAsk, letThroughQueue } from '#flows/let-through.ts';
import { look } from '#flows/look.ts';
import { lookQueue } from '#flows/look-later.ts';
import { readForm } from '#flows/press.ts';
import { accept, attend, attendWaiting, forgetWords, inboxLanes } from '#flows/receive.ts';
import { reviewMission, reviewQueue } from '#flows/review.ts';
import { goRound } from '#flows/round.ts';
import { openVisit } from '#flows/visit.ts';
import { openVisitors } from '#flows/visitors.ts';
import { watch } from '#flows/watch.ts';
import { freePort, type Mount, openHttp } from '#http.ts';
import { type Ledger, ledgerQueues, openLedger, postQueue } from '#ledger/ledger.ts';
import type { Log } from '#log.ts';
import { missionControlPath, openDoor } from '#mission-control/authentication.ts';
import { openEmbedded } from '#mission-control/embedded.ts';
import { serveMissionControl } from '#mission-control/http.ts';
import type { MissionControl } from '#mission-control/port.ts';
import { openRemote } from '#mission-control/remote.ts';
import { openDoor as openPages, signedInAddress } from '#page/door.ts';
import { openSignIn } from '#page/sign-in.ts';
import { openPersonServer, type PersonServer } from '#person-server/person-server.ts';
import type { Arrival } from '#person-server/server.ts';
import { openModel, usualModel } from '#reviewer/model/chat-model.ts';
import { openReviewer } from '#reviewer/model/review.ts';
import { openTasks } from '#tasks.ts';

export type Chaperone = AsyncDisposable & {
  readonly issuer: string;
  readonly port: number;
  /** What is open: the platforms that are configured. */
  readonly platforms: readonly Platform[];
};

const roundMs = 30_000;
const inboxMs = 2_000;
const sweepMs = 1_000;
const forgetMs = 3_600_000;
/** A card is held longer than any one call to a platform may take; a happening is renewed while it is dealt with. */
const usualTempo: Tempo = { cardMs: 30_000, happeningMs: 5_000 };

/**
 * Runs everything until it is disposed: the Person Server (unless another one is overseen), mission control, the chats
 * that are configured and the flows between them. It answers HTTP when this resolves.
 */
export async function openChaperone(config: Config, log: Log, tempo = usualTempo): Promise<Chaperone> {
  await using stack = new AsyncDisposableStack();
  // The issuer names its port, so the port has to be known before anything listens. Development only.
  const port = config.port === 0 ? await freePort(config.host) : config.port;
  const issuer = config.issuer ?? `http://localhost:${port}`;
  const now = () => new Date();

  const database = stack.use(
    await openDatabase(
      config.store,
      [
        ...ledgerQueues,
        lookQueue.name,
        pictureQueue.name,
        reviewQueue.name,
        briefQueue.name,
        letThroughQueue.name,
      ],
      log,
    ),
  );
  const ledger = openLedger(database);
  if (database.kind === 'embedded') {
    // Nobody else shares this store, so whoever held a lease is gone.
    await ledger.wall.releaseAll();
    await ledger.inbox.releaseAll();
    await ledger.reviews.releaseAll();
    await ledger.briefs.releaseAll();
  }

  const personServer =
    config.missionControl.kind === 'embedded'
      ? stack.use(await openOurs(config, issuer, database, ledger, log, (arrival) => receive(arrival)))
      : undefined;
  const missionControl: MissionControl = personServer
    ? openEmbedded(personServer.oversight)
    : openRemote(remoteOf(config));

  const model =
    config.model &&
    openModel(
      { ...usualModel, baseUrl: config.model.baseUrl, apiKey: config.model.apiKey, model: config.model.name },
      { spend: ledger.spend, budget: config.model.budget, now, log },
    );
  const tasks = stack.use(openTasks(log));
  const chats = new Map<Platform, Chat>();
  const platforms = platformsOf(config);
  const bot: Bot = {
    oversight: config.oversight,
    missionControl,
    platforms,
    chats,
    ledger,
    jobs: database.jobs,
    log,
    tempo,
    reviewer: openReviewer(model),
    model,
    budget: config.model?.budget,
    agent: model && openAgent(model),
    trails: new Map(),
    page: { addressOf: (visit) => pages.addressOf(visit), signIn: signInOf(config, issuer, now) },
    holdsSilentGrants: personServer !== undefined,
    capabilities: once(async () => (await missionControl.describe()).capabilities),
    now,
  };
  const pages = openPages(issuer, openVisitors(bot), now);
  async function receive({ requestId, callback, errand }: Arrival): Promise<Response> {
    const ways = { ...(callback && { back: callback }), ...(errand && { errand }) };
    return pages.welcome(await openVisit(bot, { requestId, ways }));
  }
  const listener: ChatListener = {
    async accept(happening) {
      await accept(bot, happening);
      tasks.start('attend', () => attend(bot, happening.id));
    },
    read: (actor, place, press, back) =>
      actor.standing === 'external' ? Promise.resolve(undefined) : openText(bot, actor, place, press, back),
    form: (place, press) => readForm(bot, place, press),
  };

  await database.jobs.work(postQueue, { concurrency: 4 }, (place) => hangCards(bot, place));
  await database.jobs.work(reviewQueue, { concurrency: 2 }, ({ missionS256 }) =>
    reviewMission(bot, missionS256),
  );
  await database.jobs.work(briefQueue, { concurrency: 2 }, ({ requestId }) => briefRequest(bot, requestId));
  await database.jobs.work(pictureQueue, { concurrency: 1 }, ({ card }) => bringPictures(bot, card));
  await database.jobs.work(lookQueue, { concurrency: 2 }, (sight) => look(bot, sight));
  await database.jobs.work(letThroughQueue, { concurrency: 2 }, async (sight) => {
    await considerAsk(bot, sight.requestId);
    await look(bot, sight);
  });

  const routes: Routes = {
    remember: (place, route) => ledger.places.rememberRoute(place, route),
    recall: (place) => ledger.places.routeTo(place),
  };
  const doors = connectChats(config, {
    listener,
    log,
    routes,
    files: ledger.pictures,
    chats,
    tasks,
    connected: (platform) => tasks.start('catch up', () => catchUp(bot, platform)),
  });
  const server = await openHttp(
    { host: config.host, port, proxies: config.proxies },
    [
      ...(personServer?.mounts ?? []),
      ...doors,
      ...pages.mounts,
      ...missionControlMounts(config, missionControl, personServer, log),
      { path: '/healthz', answer: () => new Response('ok\n') },
      { path: '/readyz', answer: () => ready(platforms, chats) },
    ],
    log,
  );
  stack.use(server);

  tasks.every('round', roundMs, () => goRound(bot));
  tasks.every('forget', forgetMs, () => forgetWords(bot));
  for (const lane of inboxLanes) tasks.every(`inbox: ${lane}`, inboxMs, () => attendWaiting(bot, lane));
  if (personServer) tasks.every('sweep', sweepMs, () => personServer.sweep());
  tasks.start('watch', (signal) => watch(bot, signal));

  log.info({ issuer, port: server.port, platforms }, 'chaperone is open');
  const closing = stack.move();
  return { issuer, port: server.port, platforms, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

function openOurs(
  config: Config,
  issuer: string,
  database: Database,
  ledger: Ledger,
  log: Log,
  welcome: (arrival: Arrival) => Promise<Response>,
): Promise<PersonServer> {
  const { people, defaultPerson, accessServerFor } = config.oversight;
  // Without a chat and without an issuer nobody could be recognised.
  const known = config.slack ?? config.teams ?? config.signIn;
  return openPersonServer({
    database,
    issuer,
    development: config.development,
    people: people.map(({ id, silentGrants, claims }) => ({ id, silentGrants, ...(claims && { claims }) })),
    defaultPerson,
    ...(accessServerFor && { accessServerFor }),
    missionControlEndpoint: `${issuer}${missionControlPath}`,
    about: config.about,
    limits: { pendingMs: config.askMs, ...(config.keptMs !== undefined && { keptMs: config.keptMs }) },
    asksAlways: (missionS256) => ledger.holds.silenced(missionS256),
    reaches: (person, agent) => isSeen(config, person, agent),
    ...(known && { welcome }),
    log,
  });
}

function signInOf({ signIn }: Config, issuer: string, now: () => Date) {
  return signIn && openSignIn({ ...signIn, redirectUri: signedInAddress(issuer), now });
}

function remoteOf({ missionControl }: Config) {
  if (missionControl.kind === 'embedded') throw new Error('no remote mission control is configured');
  return { url: missionControl.url, token: missionControl.token };
}

function missionControlMounts(
  config: Config,
  missionControl: MissionControl,
  personServer: PersonServer | undefined,
  log: Log,
): Mount[] {
  if (!config.door) return [];
  const serving =
    config.development && personServer
      ? { debug: (id: string) => personServer.oversight.debugRequest(id) }
      : {};
  const answer = serveMissionControl(
    missionControl,
    openDoor(config.door, log, { voices: config.oversight.voices }),
    serving,
  );
  return [
    { path: missionControlPath, answer },
    { path: `${missionControlPath}/`, answer },
  ];
}

function ready(platforms: readonly Platform[], chats: ReadonlyMap<Platform, Chat>): Response {
  const missing = platforms.filter((platform) => !chats.has(platform));
  return Response.json(
    { ready: missing.length === 0, waiting_for: missing },
    { status: missing.length === 0 ? 200 : 503 },
  );
}

/** Asks until it has been answered once. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}
