// The environment and oversight.yaml → one frozen Config, or one error that names everything wrong.
//
//   development  everything on loopback; the only mode in which anything may be left unauthenticated
//   door         how the mission control API over HTTP tells who calls
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type Door, isProtected, missionControlPath } from '#mission-control/authentication.ts';
import { defaultOversight, type Oversight } from '#oversight.ts';
import { OversightError, parseOversight } from '#oversight-reading.ts';
import type { About } from '#person-server/server.ts';
import { type Name, type ReadFile, readValues, type Values } from '#settings.ts';

export type Config = {
  readonly development: boolean;
  readonly host: string;
  /** How many proxies of the operator's stand in front. */
  readonly proxies: number;
  /** 0: any free one. */
  readonly port: number;
  /** Absent only in development on port 0: then it is `http://localhost:` and the port that was found. */
  readonly issuer?: string;
  readonly store: { readonly url: string } | { readonly directory: string };
  readonly oversight: Oversight;
  /** How long an ask waits for a person, where the Person Server is ours. */
  readonly askMs: number;
  /** How long what is over is kept there; absent: for good. */
  readonly keptMs?: number;
  /** What our own Person Server says of itself. */
  readonly about: About;
  /** A pino level name. */
  readonly log: string;
  readonly missionControl:
    | { readonly kind: 'embedded' }
    | { readonly kind: 'remote'; readonly url: string; readonly token: string };
  /** Absent: mission control is not served over HTTP. */
  readonly door?: Door;
  /** Absent: the rules review alone, and the grammar answers alone. */
  readonly model?: {
    readonly name: string;
    readonly baseUrl: string;
    readonly apiKey: string;
    /** Tokens a day, of all and of one mission or person. */
    readonly budget: { readonly tokensPerDay: number; readonly tokensPerAccount: number };
  };
  /** Absent: nobody signs in; on the page of an ask people are vouched for in their own chat. */
  readonly signIn?: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string };
  readonly slack?: {
    readonly botToken: string;
    readonly apiUrl?: string;
    readonly by:
      | { readonly kind: 'socket'; readonly appToken: string }
      | { readonly kind: 'http'; readonly signingSecret: string };
  };
  readonly teams?: {
    /** Absent only in development, where the Teams test client has no credentials. */
    readonly app?: {
      readonly id: string;
      readonly password: string;
      readonly tenant: string;
      /** Another cloud than the public one. */
      readonly openIdMetadataUrl?: string;
      readonly loginUrl?: string;
    };
    /** Tenants whose people are listened to. */
    readonly tenants: readonly string[];
    /** Hosts a Teams activity may ask us to answer to. */
    readonly serviceHosts: readonly string[];
    /** Reaches a channel nothing was heard from yet; Teams' worldwide one by default. */
    readonly serviceUrl?: string;
  };
};

const defaultPort = 4700;
const defaultAskSeconds = 3_600;
const dayMs = 24 * 3_600_000;

/** Everything wrong with the configuration at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/** What is read so far, and how the parts below report what is wrong with it. */
type Reading = {
  readonly values: Values;
  readonly given: ReadonlySet<Name>;
  readonly faults: string[];
  readonly development: boolean;
  readonly host: string;
  /** A fault for each name that is not there. */
  readonly need: (why: string, ...names: readonly Name[]) => void;
  readonly refuse: (wrong: boolean, what: string) => void;
  /** Only https leaves the machine. */
  readonly needHttps: (name: Name, address: string | undefined) => void;
};

/**
 * Reads the whole configuration: `env` and the files it names, nothing else. Empty values count as not given.
 * @throws {ConfigError} naming everything that is wrong or missing, and never a secret
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  readFile: ReadFile = readTextFile,
): Config {
  const reading = readingOf(env, readFile);
  const { development, host, values, faults, refuse } = reading;
  refuse(development && !isLoopback(host), 'CHAPERONE_HOST: development mode listens on loopback only');

  const oversight = oversightFrom(reading, readFile, faults);
  const issuer = issuerFrom(reading);
  const door = doorFrom(reading);
  const slack = slackFrom(reading);
  const model = modelFrom(reading);
  const signIn = signInFrom(reading, oversight);
  const teams = teamsFrom(reading, oversight);
  const missionControl = missionControlFrom(reading);
  const about = aboutFrom(reading);
  if (faults.length > 0 || !oversight) throw new ConfigError(faults);
  return frozen({
    development,
    host,
    proxies: values.CHAPERONE_PROXIES ?? 0,
    port: values.PORT ?? defaultPort,
    ...(issuer ? { issuer } : {}),
    store: values.DATABASE_URL
      ? { url: values.DATABASE_URL }
      : { directory: values.CHAPERONE_DATA ?? '.chaperone' },
    oversight,
    askMs: (values.CHAPERONE_ASK_SECONDS ?? defaultAskSeconds) * 1_000,
    ...(values.CHAPERONE_RETENTION_DAYS !== undefined && {
      keptMs: values.CHAPERONE_RETENTION_DAYS * dayMs,
    }),
    about,
    log: values.CHAPERONE_LOG ?? 'info',
    missionControl,
    ...(door ? { door } : {}),
    ...(slack ? { slack } : {}),
    ...(model ? { model } : {}),
    ...(signIn ? { signIn } : {}),
    ...(teams ? { teams } : {}),
  });
}

/**
 * Reads what concerns the model and nothing else, for a command that needs no server.
 * @throws {ConfigError}
 */
export function readModelConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  readFile: ReadFile = readTextFile,
): NonNullable<Config['model']> {
  const reading = readingOf(env, readFile);
  const model = modelFrom(reading);
  reading.need('it names the model to ask', 'OPENAI_MODEL');
  if (reading.faults.length > 0 || !model) throw new ConfigError(reading.faults);
  return frozen(model);
}

function readingOf(env: Readonly<Record<string, string | undefined>>, readFile: ReadFile): Reading {
  const { given, values, faults } = readValues(env, readFile);
  const development = values.CHAPERONE_DEV ?? false;
  const host = values.CHAPERONE_HOST ?? (development ? '127.0.0.1' : '0.0.0.0');
  const refuse = (wrong: boolean, what: string) => {
    if (wrong) faults.push(what);
  };
  return {
    values,
    given,
    faults,
    development,
    host,
    refuse,
    need(why, ...names) {
      for (const name of names) refuse(!given.has(name), `${name} is missing: ${why}`);
    },
    needHttps(name, address) {
      if (address === undefined || address.startsWith('https:')) return;
      refuse(
        !development || !isLoopback(new URL(address).hostname),
        `${name}: only https (in development also http on loopback)`,
      );
    },
  };
}

function issuerFrom({ values, development, need, refuse, needHttps }: Reading) {
  const port = values.PORT ?? defaultPort;
  const issuer =
    values.CHAPERONE_ISSUER ?? (development && port > 0 ? `http://localhost:${port}` : undefined);
  if (!development) need('the world needs a name for this server', 'CHAPERONE_ISSUER');
  if (issuer === undefined) return undefined;
  const url = new URL(issuer);
  refuse(development && !isLoopback(url.hostname), 'CHAPERONE_ISSUER: development mode is for loopback only');
  refuse(!development && url.port !== '', 'CHAPERONE_ISSUER: an issuer has no port');
  needHttps('CHAPERONE_ISSUER', issuer);
  return issuer;
}

function missionControlFrom({ values, refuse, needHttps, need }: Reading): Config['missionControl'] {
  const {
    CHAPERONE_MISSION_CONTROL: where = 'embedded',
    CHAPERONE_MISSION_CONTROL_REMOTE_TOKEN: token = '',
    CHAPERONE_RETENTION_DAYS: retentionDays,
  } = values;
  if (where === 'embedded') {
    refuse(
      token !== '',
      'CHAPERONE_MISSION_CONTROL_REMOTE_TOKEN: CHAPERONE_MISSION_CONTROL names no remote one',
    );
    return { kind: 'embedded' };
  }
  refuse(
    retentionDays !== undefined,
    'CHAPERONE_RETENTION_DAYS: another Person Server is overseen, and what it keeps is its own to say',
  );
  needHttps('CHAPERONE_MISSION_CONTROL', where);
  need('another mission control asks who calls', 'CHAPERONE_MISSION_CONTROL_REMOTE_TOKEN');
  return { kind: 'remote', url: where.replace(/\/+$/, ''), token };
}

function aboutFrom({ values, given, refuse }: Reading): About {
  const elsewhere = (values.CHAPERONE_MISSION_CONTROL ?? 'embedded') !== 'embedded';
  const names = [
    'CHAPERONE_NAME',
    'CHAPERONE_LOGO_URI',
    'CHAPERONE_LOGO_DARK_URI',
    'CHAPERONE_DOCUMENTATION_URI',
    'CHAPERONE_TOS_URI',
    'CHAPERONE_POLICY_URI',
  ] as const;
  for (const name of names)
    refuse(
      elsewhere && given.has(name),
      `${name}: another Person Server is overseen, and it speaks for itself`,
    );
  const [name, logo, logoDark, documentation, terms, policy] = names.map((each) => values[each]);
  return {
    ...(name !== undefined && { name }),
    ...(logo !== undefined && { logo_uri: logo }),
    ...(logoDark !== undefined && { logo_dark_uri: logoDark }),
    ...(documentation !== undefined && { documentation_uri: documentation }),
    ...(terms !== undefined && { tos_uri: terms }),
    ...(policy !== undefined && { policy_uri: policy }),
  };
}

function doorFrom({ values, given, development, host, refuse, need, needHttps }: Reading): Door | undefined {
  const jwtNames = [...given].filter((name) => name.startsWith('CHAPERONE_MISSION_CONTROL_JWT_'));
  const withToken = given.has('CHAPERONE_MISSION_CONTROL_TOKEN');
  const chosen = withToken ? 'static' : jwtNames.length > 0 ? 'jwt' : undefined;
  const mode = values.CHAPERONE_MISSION_CONTROL_AUTH ?? chosen;
  const paths = values.CHAPERONE_MISSION_CONTROL_PATHS ?? [missionControlPath];
  refuse(
    !isProtected(missionControlPath, paths),
    `CHAPERONE_MISSION_CONTROL_PATHS: ${missionControlPath} has to be among them`,
  );
  refuse(withToken && mode !== 'static', 'CHAPERONE_MISSION_CONTROL_TOKEN: only mode static reads it');
  for (const name of jwtNames) refuse(mode !== 'jwt', `${name}: only mode jwt reads it`);
  switch (mode) {
    case undefined:
      return undefined;
    case 'disabled':
      refuse(
        !development || !isLoopback(host),
        'CHAPERONE_MISSION_CONTROL_AUTH: disabled is for development on loopback only',
      );
      return { mode, paths };
    case 'static': {
      const { CHAPERONE_MISSION_CONTROL_TOKEN: token = '' } = values;
      need('mode static compares with it', 'CHAPERONE_MISSION_CONTROL_TOKEN');
      refuse(
        !development && token !== '' && token.length < 20,
        'CHAPERONE_MISSION_CONTROL_TOKEN: shorter than 20 characters',
      );
      return { mode, paths, token };
    }
    case 'jwt': {
      const {
        CHAPERONE_MISSION_CONTROL_JWT_ISSUER: issuer = '',
        CHAPERONE_MISSION_CONTROL_JWT_AUDIENCE: audience = '',
        CHAPERONE_MISSION_CONTROL_JWT_JWKS: jwks,
        CHAPERONE_MISSION_CONTROL_JWT_ALGORITHMS: algorithms = ['RS256', 'ES256', 'Ed25519'],
      } = values;
      need(
        'mode jwt needs it',
        'CHAPERONE_MISSION_CONTROL_JWT_ISSUER',
        'CHAPERONE_MISSION_CONTROL_JWT_AUDIENCE',
        'CHAPERONE_MISSION_CONTROL_JWT_JWKS',
      );
      needHttps('CHAPERONE_MISSION_CONTROL_JWT_JWKS', jwks);
      return { mode, paths, issuer, audience, jwks: jwks ?? '', algorithms };
    }
  }
}

function slackFrom({ values, given, refuse, need, needHttps }: Reading): Config['slack'] {
  const socket = given.has('SLACK_APP_TOKEN');
  const http = given.has('SLACK_SIGNING_SECRET');
  if (!socket && !http && !given.has('SLACK_BOT_TOKEN') && !given.has('SLACK_API_URL')) return undefined;
  const { SLACK_BOT_TOKEN: botToken = '', SLACK_API_URL: apiUrl } = values;
  need('the Slack app speaks with it', 'SLACK_BOT_TOKEN');
  refuse(!socket && !http, 'SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode) is missing');
  refuse(
    socket && http,
    'SLACK_APP_TOKEN and SLACK_SIGNING_SECRET: an app uses Socket Mode or HTTP, not both',
  );
  needHttps('SLACK_API_URL', apiUrl);
  return {
    botToken,
    ...(apiUrl ? { apiUrl } : {}),
    by: socket
      ? { kind: 'socket', appToken: values.SLACK_APP_TOKEN ?? '' }
      : { kind: 'http', signingSecret: values.SLACK_SIGNING_SECRET ?? '' },
  };
}

function modelFrom({ values, given, refuse, needHttps }: Reading): Config['model'] {
  const { OPENAI_MODEL: name, OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey = '' } = values;
  const more = ['OPENAI_BASE_URL', 'CHAPERONE_MODEL_TOKENS', 'CHAPERONE_MODEL_TOKENS_EACH'] as const;
  for (const other of more) refuse(given.has(other) && !name, `${other}: OPENAI_MODEL names no model`);
  needHttps('OPENAI_BASE_URL', baseUrl);
  if (!name) return undefined;
  refuse(!baseUrl && apiKey === '', 'OPENAI_API_KEY is missing: api.openai.com asks for it');
  return {
    name,
    baseUrl: (baseUrl ?? 'https://api.openai.com/v1').replace(/\/+$/, ''),
    apiKey,
    budget: {
      tokensPerDay: values.CHAPERONE_MODEL_TOKENS ?? 2_000_000,
      tokensPerAccount: values.CHAPERONE_MODEL_TOKENS_EACH ?? 200_000,
    },
  };
}

/** A rule that asks for a sign-in where nobody can sign in would let every ask run out unanswered. */
function signInFrom(
  { values, given, refuse, need, needHttps }: Reading,
  oversight: Oversight | undefined,
): Config['signIn'] {
  const { CHAPERONE_OIDC_ISSUER: issuer } = values;
  const rest = ['CHAPERONE_OIDC_CLIENT_ID', 'CHAPERONE_OIDC_CLIENT_SECRET'] as const;
  for (const name of rest)
    refuse(
      given.has(name) && !given.has('CHAPERONE_OIDC_ISSUER'),
      `${name}: CHAPERONE_OIDC_ISSUER names no issuer`,
    );
  if (!given.has('CHAPERONE_OIDC_ISSUER')) {
    for (const [at, { stepUp }] of (oversight?.rules ?? []).entries())
      refuse(
        stepUp === 'sign_in',
        `CHAPERONE_OIDC_ISSUER is missing: rule ${at + 1} asks for a sign-in, and nobody could satisfy it`,
      );
    return undefined;
  }
  need('the issuer knows this Chaperone by it', ...rest);
  needHttps('CHAPERONE_OIDC_ISSUER', issuer);
  const { CHAPERONE_OIDC_CLIENT_ID: clientId = '', CHAPERONE_OIDC_CLIENT_SECRET: clientSecret = '' } = values;
  return issuer === undefined ? undefined : { issuer, clientId, clientSecret };
}

function teamsFrom(reading: Reading, oversight: Oversight | undefined): Config['teams'] {
  const { values, given, development, refuse, need, needHttps } = reading;
  const { CHAPERONE_TEAMS_TENANTS: tenants, CHAPERONE_TEAMS_SERVICE_URLS: services } = values;
  const hosts = services?.map((service) => URL.parse(service)?.hostname || service);
  const serviceUrl =
    services?.[0] && URL.canParse(services[0]) && services[0].includes('//') ? services[0] : undefined;
  const reached = serviceUrl ? { serviceUrl } : {};
  const credentials = ['MicrosoftAppId', 'MicrosoftAppPassword', 'MicrosoftAppTenantId'] as const;
  const some = credentials.some((name) => given.has(name));
  if (values.CHAPERONE_TEAMS_UNAUTHENTICATED) {
    refuse(
      !development,
      'CHAPERONE_TEAMS_UNAUTHENTICATED: only development mode takes Teams without credentials',
    );
    refuse(some, 'CHAPERONE_TEAMS_UNAUTHENTICATED: there are Teams credentials, and they are to be checked');
    const named = [
      ...(oversight?.people ?? []).flatMap(({ teams }) => (teams ? [teams.tenant] : [])),
      ...(oversight?.channels ?? []).flatMap(({ place }) =>
        place.platform === 'teams' ? [place.tenant] : [],
      ),
    ];
    return {
      tenants: tenants ?? [...new Set(named)],
      serviceHosts: hosts ?? ['localhost', '127.0.0.1'],
      ...reached,
    };
  }
  const asked = given.has('CHAPERONE_TEAMS_TENANTS') || given.has('CHAPERONE_TEAMS_SERVICE_URLS');
  if (!some && !asked) return undefined;
  need('the Teams bot does not start without it', ...credentials);
  const {
    MicrosoftAppId: id = '',
    MicrosoftAppPassword: password = '',
    MicrosoftAppTenantId: tenant = '',
  } = values;
  const { CHAPERONE_TEAMS_OPENID: openIdMetadataUrl, CHAPERONE_TEAMS_LOGIN: loginUrl } = values;
  needHttps('CHAPERONE_TEAMS_OPENID', openIdMetadataUrl);
  needHttps('CHAPERONE_TEAMS_LOGIN', loginUrl);
  return {
    app: {
      id,
      password,
      tenant,
      ...(openIdMetadataUrl && { openIdMetadataUrl }),
      ...(loginUrl && { loginUrl }),
    },
    tenants: tenants ?? [tenant],
    serviceHosts: hosts ?? ['smba.trafficmanager.net'],
    ...reached,
  };
}

function oversightFrom({ values, development }: Reading, readFile: ReadFile, faults: string[]) {
  const { CHAPERONE_OVERSIGHT: named } = values;
  const file = named ?? 'oversight.yaml';
  try {
    const content = readFile(file);
    if (content !== undefined) return parseOversight(content, file);
    if (development && named === undefined) return defaultOversight();
    faults.push(
      named === undefined
        ? 'CHAPERONE_OVERSIGHT is missing and there is no oversight.yaml here: nobody could decide'
        : `CHAPERONE_OVERSIGHT: there is no file at ${file}`,
    );
  } catch (error) {
    if (error instanceof OversightError) faults.push(...error.message.split('\n'));
    else
      faults.push(
        `CHAPERONE_OVERSIGHT: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
  }
  return undefined;
}

function readTextFile(path: string) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isLoopback(host: string) {
  const name = host.replace(/^\[|\]$/g, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}
