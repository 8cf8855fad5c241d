// An office for stories: a strict Slack, a strict Teams, a small world of agents and resources, and Chaperone between
// them, in this process or in one of its own that can be killed.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { readConfig } from '#config.ts';
import { openDatabase } from '#database/database.ts';
import { type Product, startProduct } from '#demo/product.ts';
import { freePort } from '#http.ts';
import { type Ledger, openLedger } from '#ledger/ledger.ts';
import { openLog } from '#log.ts';
import { openChaperone } from '#main.ts';
import { openAgent } from './aauth-agent.ts';
import { openAgentProvider, openResource } from './aauth-world.ts';
import { layBlankStore } from './blank-store.ts';
import { openFakeSlack, type SlackMessage } from './fake-slack.ts';
import { openFakeTeams, type TeamsMessage } from './fake-teams.ts';
import { home, people as teamsPeople, textOf } from './fake-teams-people.ts';
import { brisk } from './tempo.ts';

export type Office = Awaited<ReturnType<typeof openOffice>>;

export type OfficeOptions = {
  /** `here`: in this process. `apart`: `node src/cli.ts serve`, which may be killed and started again. */
  readonly runs?: 'here' | 'apart';
  /** A Postgres instead of the embedded store. */
  readonly databaseUrl?: string;
  /** The Person Server is another Chaperone's, reached over HTTP: the bot stands alone. */
  readonly remote?: boolean;
  /** When the channels of Maria's missions, in Slack and in Teams, are told their digest. */
  readonly digest?: object;
  /** More of the environment: a model, say. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Who people are at the operator's issuer, by their id. */
  readonly oidc?: Readonly<Record<string, { readonly sub: string } | { readonly email: string }>>;
  /** More of the operator's rules. */
  readonly rules?: readonly object[];
  /** Whom people may let decide for them. */
  readonly delegation?: object;
  /** What may be told of Maria once she says so. */
  readonly claims?: object;
  /** More members of the operator's file. */
  readonly more?: object;
  /** How long an ask waits; an hour unless it is said. */
  readonly askSeconds?: number;
};

/** The token for mission control in stories. */
const missionControlToken = 'a-token-for-stories-long-enough';

/**
 * Maria decides for her agent, Jonas may stop it, Paul is known and may do neither. Maria's missions are shown in one
 * Slack channel and mirrored in one Teams channel; Paul's in a Slack channel of his own.
 */
export async function openOffice(options: OfficeOptions = {}) {
  const {
    runs = 'here',
    databaseUrl,
    remote = false,
    rules = [],
    delegation,
    claims,
    more = {},
    oidc = {},
    askSeconds,
  } = options;
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'chaperone-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const slack = stack.use(await openFakeSlack());
  const teams = stack.use(await openFakeTeams());
  const provider = stack.use(await openAgentProvider());
  const shop = stack.use(
    await openResource({
      name: 'Corner Shop',
      scopes: { 'buy:flour': 'Buy flour', 'buy:candles': 'Buy candles' },
      revokes: true,
    }),
  );
  const toys = stack.use(
    await openResource({ name: 'Toy Shop', scopes: { 'buy:playstation': 'Buy a PlayStation' } }),
  );

  const maria = slack.addUser('Maria');
  const jonas = slack.addUser('Jonas');
  const paul = slack.addUser('Paul');
  const guest = slack.addUser('Gina', 'guest');
  const outsider = slack.addUser('Otto', 'external');
  const stranger = slack.addUser('Nina');
  const everybody = [maria, jonas, paul, guest, outsider, stranger];
  const channel = slack.addChannel('oversight', everybody);
  const paulsChannel = slack.addChannel('paul', everybody);
  const elsewhere = slack.addChannel('random', everybody);

  const port = await freePort('127.0.0.1');
  const oversight = join(directory, 'oversight.yaml');
  await writeFile(
    oversight,
    stringify({
      people: [
        {
          id: 'maria',
          name: 'Maria',
          slack: { team: slack.team, user: maria },
          teams: { tenant: home, user: teamsPeople.alice.aad },
          ...(oidc['maria'] && { oidc: oidc['maria'] }),
          ...(claims && { claims }),
        },
        {
          id: 'jonas',
          name: 'Jonas',
          slack: { team: slack.team, user: jonas },
          teams: { tenant: home, user: teamsPeople.bob.aad },
          ...(oidc['jonas'] && { oidc: oidc['jonas'] }),
        },
        { id: 'paul', name: 'Paul', slack: { team: slack.team, user: paul } },
      ],
      default_person: 'maria',
      channels: [
        {
          id: 'slack',
          slack: { team: slack.team, channel },
          oversees: { people: ['maria'] },
          ...(options.digest && { digest: options.digest }),
        },
        {
          id: 'teams',
          teams: { tenant: home, channel: teams.channel },
          oversees: { people: ['maria'] },
          ...(options.digest && { digest: options.digest }),
        },
        { id: 'paul', slack: { team: slack.team, channel: paulsChannel }, oversees: { people: ['paul'] } },
      ],
      rules: [...rules, { for: { people: ['maria'] }, approve: ['maria'], stop: ['maria', 'jonas'] }],
      ...(delegation && { delegation }),
      ...more,
    }),
  );
  const ofPersonServer = {
    ...settingsOfControl,
    ...(askSeconds !== undefined && { CHAPERONE_ASK_SECONDS: String(askSeconds) }),
  };
  const overseen = remote
    ? stack.use(await openPersonServerAlone(directory, oversight, ofPersonServer))
    : undefined;
  const settings = {
    ...ofPersonServer,
    CHAPERONE_DEV: '1',
    PORT: String(port),
    CHAPERONE_DATA: join(directory, 'data'),
    CHAPERONE_OVERSIGHT: oversight,
    ...(overseen && {
      CHAPERONE_MISSION_CONTROL: `${overseen.issuer}/mission-control`,
      CHAPERONE_MISSION_CONTROL_REMOTE_TOKEN: missionControlToken,
    }),
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    MicrosoftAppId: teams.app.id,
    MicrosoftAppPassword: teams.app.secret,
    MicrosoftAppTenantId: home,
    CHAPERONE_TEAMS_SERVICE_URLS: teams.serviceUrl,
    CHAPERONE_TEAMS_OPENID: teams.openIdMetadataUrl,
    CHAPERONE_TEAMS_LOGIN: teams.loginUrl,
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
    ...options.settings,
  };
  if (!databaseUrl) await layBlankStore(settings.CHAPERONE_DATA);
  const bot = `http://localhost:${port}`;
  const issuer = overseen?.issuer ?? bot;
  slack.deliverTo(`${bot}/slack/events`);
  teams.meet(`${bot}/api/messages`);

  let running: AsyncDisposable & Partial<Pick<Product, 'ended'>>;
  let pid: number | undefined;
  const logFile = join(directory, 'log');
  async function start() {
    if (runs === 'apart') {
      const product = await startProduct({
        port,
        settings,
        logFile,
        signal: new AbortController().signal,
        program: fileURLToPath(new URL('product.ts', import.meta.url)),
      });
      pid = product.pid;
      running = product;
      return;
    }
    running = await openChaperone(readConfig(settings), openLog(settings.CHAPERONE_LOG), brisk);
    await until('the chats are connected', async () => (await fetch(`${bot}/readyz`)).ok);
  }
  await start();
  stack.defer(async () => await running[Symbol.asyncDispose]());
  const closing = stack.move();

  const office = {
    issuer,
    slack,
    teams,
    provider,
    shop,
    toys,
    channel,
    paulsChannel,
    elsewhere,
    people: { maria, jonas, paul, guest, outsider, stranger },
    teamsPeople,
    settings,
    logFile,

    /** A new agent of the provider, with this office's Person Server. No token of its outlives its agent token. */
    agent: (name = 'errand', more: { readonly lifetimeSeconds?: number } = {}) =>
      openAgent({ provider, personServer: issuer, name, ...more }),

    /** Ends the process as the system does when it runs out of patience, and waits until it is gone. */
    async kill() {
      if (pid === undefined) throw new Error('only a process apart can be killed');
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Somebody was quicker.
      }
      await running.ended;
    },
    /** Ends the product as an operator does, who lets it finish what it is at. */
    stop: async () => await running[Symbol.asyncDispose](),
    start,
    /** Kills the process, if it still runs, and starts it again. */
    async restart() {
      await office.kill();
      await start();
    },
    /** Ends the product and reads the ledger it leaves behind. */
    async leftBehind<T>(read: (ledger: Ledger) => Promise<T>): Promise<T> {
      await office.stop();
      await using database = await openDatabase(
        databaseUrl ? { url: databaseUrl } : { directory: settings.CHAPERONE_DATA },
        [],
        openLog('silent'),
      );
      return await read(openLedger(database));
    },

    /** What hangs in Slack: the newest text of each message of ours in a channel, oldest first. */
    slackCards: (where = channel) => slack.messages(where).filter(({ bot_id }) => bot_id),
    teamsCards: () => teams.messages(teams.channel),
    /** Waits for a card in Slack whose text has all of `words`. */
    slackCard: (...words: readonly string[]) =>
      until(
        `a card in Slack with ${words.join(', ')}`,
        () =>
          office
            .slackCards()
            .findLast((message) => words.every((word) => textInSlack(message).includes(word))),
        () => office.slackCards().map(textInSlack).join('\n---\n'),
      ),
    teamsCard: (...words: readonly string[]) =>
      until(
        `a card in Teams with ${words.join(', ')}`,
        () =>
          office
            .teamsCards()
            .findLast((message) => words.every((word) => textInTeams(message).includes(word))),
        () => office.teamsCards().map(textInTeams).join('\n---\n'),
      ),
    /** Mission control, as an operator's tool calls it. */
    async control(path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
      const response = await fetch(`${issuer}/mission-control${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${missionControlToken}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    mention: (text: string) => `<@${slack.botUser}> ${text}`,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
  return office;
}

const settingsOfControl = {
  CHAPERONE_LOG: process.env['CHAPERONE_TEST_LOG'] ?? 'silent',
  CHAPERONE_MISSION_CONTROL_TOKEN: missionControlToken,
};

/** A Person Server and its mission control, with no chat. */
async function openPersonServerAlone(directory: string, oversight: string, more: Record<string, string>) {
  const data = join(directory, 'person-server');
  await layBlankStore(data);
  return await openChaperone(
    readConfig({
      ...more,
      CHAPERONE_DEV: '1',
      PORT: String(await freePort('127.0.0.1')),
      CHAPERONE_DATA: data,
      CHAPERONE_OVERSIGHT: oversight,
    }),
    openLog(settingsOfControl.CHAPERONE_LOG),
  );
}

export const textInSlack = (message: SlackMessage) => message.text;
export const textInTeams = (message: TeamsMessage) => textOf(message.cards.at(-1));

/** Looks again until there is something, for at most ten seconds; says what was there instead. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  instead: () => string = () => '',
): Promise<T> {
  for (const end = Date.now() + 20_000; Date.now() < end; await pause(25)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`waited in vain for ${what}\n${instead()}`);
}
