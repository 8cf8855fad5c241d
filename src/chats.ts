// The chats that are configured, opened from the configuration.
import { setTimeout as pause } from 'node:timers/promises';
import { type Chat, ChatError, type ChatListener, type Platform } from '#chat/chat.ts';
import { type Files, openSlack, type SlackOptions } from '#chat/slack/slack.ts';
import { openTeams, type Routes, type TeamsOptions } from '#chat/teams/teams.ts';
import type { Config } from '#config.ts';
import type { Mount } from '#http.ts';
import type { Log } from '#log.ts';
import { channelsInReach } from '#policy/policy.ts';
import { aborted, type Tasks } from '#tasks.ts';

/** What connecting a chat needs and fills in. */
type Connecting = {
  readonly listener: ChatListener;
  readonly log: Log;
  readonly routes: Routes;
  readonly files: Files;
  /** The chats that are connected now. */
  readonly chats: Map<Platform, Chat>;
  readonly tasks: Tasks;
  /** Called each time a chat stands connected: what waited for it can go out. */
  readonly connected: (platform: Platform) => void;
};

/** Whether what an agent asks for a person comes before anybody: in a channel of a chat that is configured, or at mission control's door. */
export const isSeen = (config: Config, person: string, agent: string): boolean =>
  config.door !== undefined ||
  channelsInReach(config.oversight, { person, agent }).some(({ place }) => config[place.platform]);

/**
 * Connects the configured chats beside everything else: a platform that is away keeps neither the Person Server from
 * answering nor a stop from stopping. Until it is connected its path answers `503`.
 */
export function connectChats(config: Config, connecting: Connecting): Mount[] {
  const { listener, log, routes, files } = connecting;
  const slack = slackOptions(config, files, log);
  const teams = teamsOptions(config, routes, log);
  return [
    ...(slack
      ? connect('slack', slack.signingSecret ? ['/slack/events'] : [], connecting, () =>
          openSlack(slack, listener),
        )
      : []),
    ...(teams ? connect('teams', ['/api/messages'], connecting, async () => openTeams(teams, listener)) : []),
  ];
}

/** The platforms that are configured, whether they are connected or not. */
export const platformsOf = ({ slack, teams }: Pick<Config, 'slack' | 'teams'>): Platform[] => [
  ...(slack ? ['slack' as const] : []),
  ...(teams ? ['teams' as const] : []),
];

export function slackOptions({ slack }: Config, files: Files, log: Log): SlackOptions | undefined {
  if (!slack) return undefined;
  const { botToken, apiUrl, by } = slack;
  return {
    botToken,
    // A local Slack shows the native form of a time as it is written.
    dates: apiUrl ? 'plain' : 'native',
    files,
    log,
    ...(apiUrl && { apiUrl }),
    ...(by.kind === 'socket' ? { appToken: by.appToken } : { signingSecret: by.signingSecret }),
  };
}

export function teamsOptions({ teams }: Config, routes: Routes, log: Log): TeamsOptions | undefined {
  if (!teams) return undefined;
  const { app, tenants, serviceHosts, serviceUrl } = teams;
  return {
    identity: app
      ? { ...app, kind: 'registered', appId: app.id, appPassword: app.password, tenantId: app.tenant }
      : { kind: 'unauthenticated' },
    tenants,
    serviceUrlHosts: serviceHosts,
    ...(serviceUrl && { defaultServiceUrl: serviceUrl }),
    log,
    routes,
  };
}

type OpenChat = Chat & AsyncDisposable & { readonly mounts: readonly Mount[] };

function connect(
  platform: Platform,
  paths: readonly string[],
  { chats, log, tasks, connected }: Connecting,
  open: () => Promise<OpenChat>,
): Mount[] {
  let mounts: readonly Mount[] = [];
  tasks.start(platform, async (signal) => {
    for (let delayMs = 1_000; !signal.aborted; delayMs = Math.min(delayMs * 2, 60_000)) {
      try {
        await using chat = await open();
        mounts = chat.mounts;
        chats.set(platform, chat);
        log.info({ platform }, 'chat connected');
        connected(platform);
        await aborted(signal);
        chats.delete(platform);
        return;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        log.error({ platform, code: error.code, err: error, againInMs: delayMs }, 'chat does not connect');
      }
      await pause(delayMs, undefined, { signal }).catch(() => {});
    }
  });
  return paths.map((path) => ({
    path,
    answer: (request, peer) =>
      mounts.find((mount) => mount.path === path)?.answer(request, peer) ??
      new Response(null, { status: 503, headers: { 'retry-after': '5' } }),
  }));
}
