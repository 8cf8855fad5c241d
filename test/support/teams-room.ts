// The Teams room opened for a test: behind a real HTTP server, against the fake connector, with a listener that keeps what it heard.
import type { Card } from '#cards/card.ts';
import type { Happening, Place } from '#chat/chat.ts';
import { openTeams, type TeamsOptions } from '#chat/teams/teams.ts';
import { openHttp } from '#http.ts';
import { openFakeTeams } from './fake-teams.ts';
import { home } from './fake-teams-people.ts';

/** A log that keeps its lines. */
export function openLogbook() {
  const lines: string[] = [];
  const write = (level: string) => (facts: object, line: string) => {
    const { err, ...rest } = facts as { err?: unknown };
    lines.push(`${level} ${line} ${JSON.stringify(rest)} ${err instanceof Error ? err.stack : ''}`);
  };
  return { lines, info: write('info'), warn: write('warn'), error: write('error'), debug: write('debug') };
}

/** Routes kept outside of the room, so that a second room finds what the first wrote down. */
export function openRouteBook() {
  const book = new Map<string, string>();
  const key = ({ tenant, channel }: Place) => `${tenant}|${channel}`;
  return {
    book,
    remember: async (place: Place, route: unknown) => void book.set(key(place), JSON.stringify(route)),
    recall: async (place: Place): Promise<unknown> => JSON.parse(book.get(key(place)) ?? 'null'),
  };
}

/** `accept` and `read` may be replaced while the test runs. */
export async function openTeamsRoom(change: Partial<TeamsOptions> = {}) {
  const fake = await openFakeTeams();
  const heard: Happening[] = [];
  const log = openLogbook();
  const routes = openRouteBook();
  const listener = {
    accept: async (happening: Happening): Promise<void> => void heard.push(happening),
    read: async (): Promise<Card | undefined> => undefined,
    // Teams draws its forms inside the card.
    form: async () => undefined,
  };
  const options: TeamsOptions = {
    identity: {
      kind: 'registered',
      appId: fake.app.id,
      appPassword: fake.app.secret,
      tenantId: home,
      openIdMetadataUrl: fake.openIdMetadataUrl,
      loginUrl: fake.loginUrl,
    },
    tenants: [home],
    serviceUrlHosts: ['127.0.0.1'],
    defaultServiceUrl: fake.serviceUrl,
    log,
    routes,
    ...change,
  };
  const teams = openTeams(options, {
    accept: (happening) => listener.accept(happening),
    read: () => listener.read(),
    form: () => listener.form(),
  });
  const http = await openHttp({ host: '127.0.0.1', port: 0 }, teams.mounts, log);
  const url = `http://127.0.0.1:${http.port}/api/messages`;
  fake.meet(url);
  const place = { platform: 'teams', tenant: home, channel: fake.channel } as const;
  return {
    fake,
    teams,
    heard,
    listener,
    log,
    routes,
    options,
    url,
    place,
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await teams[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}
