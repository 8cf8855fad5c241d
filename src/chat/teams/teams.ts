// The door to Microsoft Teams.
//
//   activity     anything the Bot Connector sends: a message, a press (an invoke), the bot put in or out
//   service URL  where the connector of a conversation takes what the bot says; it differs by region
//   route        what is kept of a place so that it can be reached after a restart
//   endorsement  the channels a signing key may speak for
//   dev          unauthenticated: the test client on this machine, no tokens either way
import { type Chat, ChatError, type ChatListener } from '#chat/chat.ts';
import { openLine } from '#chat/teams/connector.ts';
import { openInbound, type Peer } from '#chat/teams/inbound.ts';
import { openOutbound } from '#chat/teams/outbound.ts';
import { isAllowed, openRouter, type Routes } from '#chat/teams/routes.ts';
import { connectorMetadataUrl, openVerifier } from '#chat/teams/verify-token.ts';
import type { Log } from '#log.ts';

export type { Route, Routes } from '#chat/teams/routes.ts';

export type TeamsOptions = {
  /** The bot's registration, or the explicit wish to go without: then only this machine may speak to the bot. */
  readonly identity:
    | {
        readonly kind: 'registered';
        readonly appId: string;
        readonly appPassword: string;
        /** The tenant the bot is registered in. */
        readonly tenantId: string;
        /** The Bot Connector's OpenID metadata and Entra's login, unless a test stands in for them. */
        readonly openIdMetadataUrl?: string;
        readonly loginUrl?: string;
      }
    | { readonly kind: 'unauthenticated' };
  /** Tenants whose people may speak to the bot. */
  readonly tenants: readonly string[];
  /** Hosts a service URL may have; the bot's token goes nowhere else. */
  readonly serviceUrlHosts: readonly string[];
  /** Reaches a channel the bot has not heard from yet. */
  readonly defaultServiceUrl?: string;
  /** The bot's own id in conversations; `28:` and the app id unless the test client has another. */
  readonly botId?: string;
  readonly log: Log;
  readonly routes: Routes;
};

export type Teams = Chat &
  AsyncDisposable & {
    readonly mounts: readonly {
      readonly path: string;
      answer(request: Request, peer: Peer): Promise<Response>;
    }[];
  };

const worldwide = 'https://smba.trafficmanager.net/teams/';
const publicLogin = 'https://login.microsoftonline.com';

/**
 * Opens Teams. Nothing is fetched until the first activity or post. Throws ChatError `refused` where the options would
 * leave the door open: no app id or secret without the explicit wish, or an empty allow-list. Closing waits for what is
 * being stored.
 */
export function openTeams(options: TeamsOptions, listener: ChatListener): Teams {
  const { identity, tenants, serviceUrlHosts, log, routes } = options;
  if (tenants.length === 0)
    throw new ChatError('refused', 'Teams needs at least one tenant that may speak to it');
  if (serviceUrlHosts.length === 0)
    throw new ChatError('refused', 'Teams needs at least one host of service URLs');
  const credentials = identity.kind === 'registered' ? identity : undefined;
  if (credentials && !(credentials.appId && credentials.appPassword && credentials.tenantId)) {
    throw new ChatError('refused', 'Teams needs an app id, a secret and a tenant, or the development flag');
  }
  const defaultServiceUrl = options.defaultServiceUrl ?? worldwide;
  if (!isAllowed(defaultServiceUrl, serviceUrlHosts)) {
    throw new ChatError('refused', `the service URL ${defaultServiceUrl} is not at an allowed host`);
  }
  if (!credentials) log.warn({ tenants }, 'teams: unauthenticated, for this machine alone');

  const line = openLine(credentials && { loginUrl: publicLogin, ...credentials });
  const router = openRouter(routes, serviceUrlHosts, {
    serviceUrl: defaultServiceUrl,
    botId: options.botId ?? `28:${credentials?.appId ?? 'development'}`,
  });
  const rules = {
    tenants: tenants.map((tenant) => tenant.toLowerCase()),
    serviceUrlHosts,
    verify:
      credentials && openVerifier(credentials.appId, credentials.openIdMetadataUrl ?? connectorMetadataUrl),
  };
  const take = openInbound(rules, line, router, listener, log);
  const underWay = new Set<Promise<Response>>();

  async function answer(request: Request, peer: Peer) {
    const answering = take(request, peer);
    underWay.add(answering);
    try {
      return await answering;
    } finally {
      underWay.delete(answering);
    }
  }

  return {
    ...openOutbound(line, router),
    mounts: [{ path: '/api/messages', answer }],
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(underWay);
    },
  };
}
