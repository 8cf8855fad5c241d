// Everything the demo needs, on this machine and nowhere else: the chat clients, the product, the shops, the agent.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAgentProvider } from '#demo/agent-provider.ts';
import { type Client, inSlack, inTeams, teamsPerson } from '#demo/client.ts';
import { cornerShop, toyShop } from '#demo/errand.ts';
import { type ErrandAgent, openErrandAgent } from '#demo/errand-agent.ts';
import { openLocalSlack } from '#demo/local-slack.ts';
import { oversightYaml, workspace } from '#demo/people.ts';
import { type Product, startProduct } from '#demo/product.ts';
import { openShop, type Shop } from '#demo/shop.ts';
import { openTeamsClient } from '#demo/teams-client.ts';
import { freePort } from '#http.ts';
import { openLog } from '#log.ts';
import type { MissionControl } from '#mission-control/port.ts';
import { openRemote } from '#mission-control/remote.ts';

export type World = AsyncDisposable & {
  /** Slack, where it runs on this kind of machine, and Teams. */
  readonly clients: readonly [Client, ...Client[]];
  readonly agent: ErrandAgent;
  readonly corner: Shop;
  readonly toys: Shop;
  readonly product: Product;
  /** The product's mission control over HTTP, for looking on. */
  readonly missionControl: MissionControl;
  /** Leaves the folder with the product's log behind, and says where the log is. */
  keepLog(): string;
};

/** How long the agent's tokens live at most: long enough for people to answer, far longer than a stop may take to bite. */
const agentTokenSeconds = 15 * 60;

/** Brings everything up on free ports, in a folder that goes when it is disposed. `signal` ends what waits. */
export async function openWorld(signal: AbortSignal): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'chaperone-demo-'));
  let isKept = false;
  stack.defer(async () => {
    if (!isKept) await rm(folder, { recursive: true, force: true });
  });
  const log = openLog('warn');
  const port = await freePort('127.0.0.1');
  const personServer = `http://localhost:${port}`;

  const slack = await openLocalSlack(workspace, folder);
  if (slack) stack.use(slack);
  const botUrl = `${personServer}/api/messages`;
  const teams = stack.use(
    await openTeamsClient({ botUrl, people: [teamsPerson('maria'), teamsPerson('jonas')] }),
  );

  const oversight = join(folder, 'oversight.yaml');
  await writeFile(
    oversight,
    oversightYaml({
      slack: slack && { team: workspace.team, channel: workspace.channel.id },
      teams: { tenant: teams.tenant, channel: teams.channel },
    }),
  );
  const token = randomUUID();
  const logFile = join(folder, 'chaperone.log');
  const product = stack.use(
    await startProduct({
      port,
      logFile,
      signal,
      settings: {
        CHAPERONE_DEV: '1',
        CHAPERONE_DATA: join(folder, 'data'),
        CHAPERONE_OVERSIGHT: oversight,
        CHAPERONE_MISSION_CONTROL_TOKEN: token,
        CHAPERONE_TEAMS_UNAUTHENTICATED: '1',
        CHAPERONE_TEAMS_SERVICE_URLS: teams.serviceUrl,
        ...(slack && {
          SLACK_BOT_TOKEN: slack.credentials.botToken,
          SLACK_APP_TOKEN: slack.credentials.appToken,
          SLACK_API_URL: slack.credentials.apiUrl,
        }),
      },
    }),
  );

  await teams.install(teams.channel);
  const corner = stack.use(await openShop({ ...cornerShop, personServer, log }));
  const toys = stack.use(await openShop({ ...toyShop, personServer, log }));
  const provider = stack.use(
    await openAgentProvider({
      name: 'Errand Works',
      description: 'Agents that run errands.',
      personServer,
      lifetimeSeconds: agentTokenSeconds,
      log,
    }),
  );
  const agent = stack.use(
    await openErrandAgent({ id: 'aauth:errands@localhost', provider, personServer, log, signal }),
  );
  const missionControl = openRemote({ url: `${personServer}/mission-control`, token });

  const clients: readonly [Client, ...Client[]] = slack ? [inSlack(slack), inTeams(teams)] : [inTeams(teams)];
  const closing = stack.move();
  return {
    clients,
    agent,
    corner,
    toys,
    product,
    missionControl,
    keepLog() {
      isKept = true;
      return logFile;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
