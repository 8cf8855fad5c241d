// Every name the environment may hold: what it means, what it may be, and whether it is a secret.
import { z } from 'zod';

const text = z.string();
const flag = z
  .enum(['1', 'true', '0', 'false'], 'either 1 or 0')
  .transform((word) => word === '1' || word === 'true');
const url = z.url({ protocol: /^https?$/, error: 'not an http or https URL' });
const secureUrl = z.url({ protocol: /^https$/, error: 'not an https URL' });
const list = text
  .transform((words) =>
    words
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  )
  .refine((words) => words.length > 0, 'an empty list');
/** Algorithms whose verifying key is no secret. */
const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
];

type Setting = { readonly schema: z.ZodType; readonly meaning: string; readonly secret?: true };

const known = {
  CHAPERONE_DEV: { schema: flag, meaning: '`1`: development mode, everything on loopback' },
  CHAPERONE_HOST: {
    schema: text,
    meaning: 'address to listen on; `127.0.0.1` in development, otherwise `0.0.0.0`',
  },
  CHAPERONE_PROXIES: {
    schema: text.regex(/^\d$/, 'not a number of proxies').transform(Number),
    meaning:
      'how many proxies of yours stand in front, each adding to `X-Forwarded-For`; `0` by default. Wrong codes are counted by the address the first of them saw',
  },
  PORT: {
    schema: text
      .regex(/^\d{1,5}$/, 'not a port')
      .transform(Number)
      .refine((port) => port < 65_536, 'not a port'),
    meaning: 'port to listen on, `4700` by default; `0` takes any free one',
  },
  CHAPERONE_ISSUER: {
    schema: url.refine(
      (issuer) => issuer === URL.parse(issuer)?.origin,
      'only a scheme and a host, nothing after them',
    ),
    meaning:
      'how the world reaches this Person Server, `https://` and a host; in development `http://localhost:PORT`',
  },
  DATABASE_URL: {
    schema: text.regex(/^postgres(ql)?:\/\//, 'not a postgres:// URL'),
    meaning: 'Postgres to keep everything in; without it the embedded one',
    secret: true,
  },
  CHAPERONE_DATA: { schema: text, meaning: 'directory of the embedded database, `.chaperone` by default' },
  CHAPERONE_OVERSIGHT: {
    schema: text,
    meaning:
      'the file of people, channels and rules; `oversight.yaml` if there is one; required outside development',
  },
  CHAPERONE_ASK_SECONDS: {
    schema: text
      .regex(/^\d{1,7}$/, 'not a number of seconds')
      .transform(Number)
      .refine((seconds) => seconds >= 5, 'at least 5: nobody answers faster'),
    meaning:
      'how long an ask waits for a person at our own Person Server before it is denied, `3600` by default',
  },
  CHAPERONE_RETENTION_DAYS: {
    schema: text
      .regex(/^\d{1,5}$/, 'not a number of days')
      .transform(Number)
      .refine((days) => days >= 1, 'at least 1: what ended today is still looked at'),
    meaning:
      'how long our own Person Server keeps what is over: closed asks, ended missions with their logs, expired tokens; without it, for good',
  },
  CHAPERONE_NAME: {
    schema: text.max(100, 'at most 100 characters'),
    meaning: 'what our own Person Server calls itself in its metadata, `Chaperone` by default',
  },
  CHAPERONE_LOGO_URI: { schema: secureUrl, meaning: 'its logo, in its metadata' },
  CHAPERONE_LOGO_DARK_URI: { schema: secureUrl, meaning: 'its logo for dark backgrounds, in its metadata' },
  CHAPERONE_DOCUMENTATION_URI: {
    schema: secureUrl,
    meaning: 'documentation for developers of agents, in its metadata',
  },
  CHAPERONE_TOS_URI: { schema: secureUrl, meaning: 'its terms of service, in its metadata' },
  CHAPERONE_POLICY_URI: { schema: secureUrl, meaning: 'its privacy policy, in its metadata' },
  CHAPERONE_LOG: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    meaning: 'least level that is logged, `info` by default',
  },
  CHAPERONE_MISSION_CONTROL: {
    schema: z.union([z.literal('embedded'), url], { error: '`embedded`, or the URL of a mission control' }),
    meaning: 'whose missions are overseen: `embedded` (our own, the default) or the URL of another `{mc}`',
  },
  CHAPERONE_MISSION_CONTROL_REMOTE_TOKEN: {
    schema: text,
    meaning: 'bearer token for that other mission control',
    secret: true,
  },
  CHAPERONE_MISSION_CONTROL_AUTH: {
    schema: z.enum(['disabled', 'static', 'jwt']),
    meaning: 'how callers of our own mission control prove themselves; without any it is not served',
  },
  CHAPERONE_MISSION_CONTROL_TOKEN: {
    schema: text,
    meaning: 'the shared bearer token of mode `static`, which giving it selects',
    secret: true,
  },
  CHAPERONE_MISSION_CONTROL_JWT_ISSUER: { schema: text, meaning: 'mode `jwt`: the only `iss` accepted' },
  CHAPERONE_MISSION_CONTROL_JWT_AUDIENCE: { schema: text, meaning: 'mode `jwt`: the `aud` required' },
  CHAPERONE_MISSION_CONTROL_JWT_JWKS: { schema: url, meaning: 'mode `jwt`: where the issuer’s keys are' },
  CHAPERONE_MISSION_CONTROL_JWT_ALGORITHMS: {
    schema: list.pipe(z.array(z.enum(asymmetric))),
    meaning: 'mode `jwt`: algorithms accepted, `RS256,ES256,Ed25519` by default',
  },
  CHAPERONE_MISSION_CONTROL_PATHS: {
    schema: list.pipe(z.array(text.startsWith('/', 'a path begins with `/`'))),
    meaning: 'path prefixes that need the mission control credential, `/mission-control` by default',
  },
  SLACK_BOT_TOKEN: {
    schema: text.startsWith('xoxb-', 'a bot token begins with `xoxb-`'),
    meaning: 'bot token of the Slack app',
    secret: true,
  },
  SLACK_APP_TOKEN: {
    schema: text.startsWith('xapp-', 'an app-level token begins with `xapp-`'),
    meaning: 'app-level token; selects Socket Mode',
    secret: true,
  },
  SLACK_SIGNING_SECRET: { schema: text, meaning: 'signing secret; selects HTTP mode', secret: true },
  SLACK_API_URL: { schema: url, meaning: 'another Slack API than Slack’s own, for a local Slack' },
  MicrosoftAppId: { schema: text, meaning: 'app id of the Teams bot' },
  MicrosoftAppPassword: { schema: text, meaning: 'client secret of the Teams bot', secret: true },
  MicrosoftAppTenantId: { schema: text.toLowerCase(), meaning: 'tenant the Teams bot is registered in' },
  CHAPERONE_TEAMS_TENANTS: {
    schema: list.pipe(z.array(text.toLowerCase())),
    meaning: 'tenants whose people are listened to, the bot’s own by default',
  },
  CHAPERONE_TEAMS_SERVICE_URLS: {
    schema: list,
    meaning:
      'hosts Teams may ask us to answer to, `smba.trafficmanager.net` by default; a first one written as a URL is also where a channel is reached before it was heard from',
  },
  CHAPERONE_TEAMS_OPENID: {
    schema: url,
    meaning: 'OpenID metadata of the Bot Connector in another cloud than the public one',
  },
  CHAPERONE_TEAMS_LOGIN: {
    schema: url,
    meaning: 'Microsoft Entra’s login in another cloud than the public one',
  },
  CHAPERONE_TEAMS_UNAUTHENTICATED: {
    schema: flag,
    meaning: '`1`: take the Teams test client, which has no credentials; development only',
  },
  CHAPERONE_OIDC_ISSUER: {
    schema: url,
    meaning:
      'your identity provider (OpenID Connect), where people sign in on the page of an ask; without it they are asked in their own chat',
  },
  CHAPERONE_OIDC_CLIENT_ID: { schema: text, meaning: 'client id of this Chaperone there' },
  CHAPERONE_OIDC_CLIENT_SECRET: {
    schema: text,
    meaning: 'client secret of this Chaperone there',
    secret: true,
  },
  OPENAI_MODEL: {
    schema: text,
    meaning: 'model that reviews and answers beside the rules; without it no model is asked anything',
  },
  OPENAI_API_KEY: { schema: text, meaning: 'key of the model’s server, where it asks for one', secret: true },
  OPENAI_BASE_URL: {
    schema: url,
    meaning: 'any server that speaks OpenAI’s chat completions, `https://api.openai.com/v1` by default',
  },
  CHAPERONE_MODEL_TOKENS: {
    schema: z.coerce.number().int().min(1_000),
    meaning: 'tokens the model may cost in a day, `2000000` by default',
  },
  CHAPERONE_MODEL_TOKENS_EACH: {
    schema: z.coerce.number().int().min(1_000),
    meaning:
      'tokens a day for the reviews of one mission, or the questions of one person, `200000` by default',
  },
} satisfies Record<string, Setting>;

export type Name = keyof typeof known;
export type Values = { readonly [N in Name]?: z.infer<(typeof known)[N]['schema']> };

/** The names with their meanings in one line, for the README and the doctor. */
export const settings: readonly {
  readonly name: string;
  readonly meaning: string;
  readonly secret: boolean;
}[] = Object.entries<Setting>(known).map(([name, { meaning, secret }]) => ({
  name,
  meaning,
  secret: secret ?? false,
}));

/** A file's text, or undefined where there is no such file. Anything else that goes wrong is thrown. */
export type ReadFile = (path: string) => string | undefined;

/**
 * Reads each name by itself. `given` also holds names whose value is wrong, so that none of them is called missing too.
 * A fault never repeats a value.
 */
export function readValues(env: Readonly<Record<string, string | undefined>>, readFile: ReadFile) {
  const faults: string[] = [];
  const given = new Set<Name>();
  const parsed: Partial<Record<Name, unknown>> = {};
  const all = new Map<string, Setting>(Object.entries(known));
  for (const name of Object.keys(known) as Name[]) {
    const { schema, secret } = all.get(name) as Setting;
    const inline = env[name]?.trim();
    const file = secret ? env[`${name}_FILE`]?.trim() : undefined;
    if (inline && file) faults.push(`${name} and ${name}_FILE: give one of them`);
    if (!inline && !file) continue;
    given.add(name);
    const value = inline || secretIn(file ?? '', readFile);
    if (!value) {
      faults.push(`${name}_FILE: there is no readable, non-empty file at ${file}`);
      continue;
    }
    const result = schema.safeParse(value);
    if (result.success) parsed[name] = result.data;
    else faults.push(`${name}: ${result.error.issues[0]?.message}`);
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith('CHAPERONE_') || !env[name]?.trim()) continue;
    if (!all.has(name) && !all.get(name.replace(/_FILE$/, ''))?.secret)
      faults.push(`${name}: there is no such setting`);
  }
  return { given, values: parsed as Values, faults };
}

function secretIn(file: string, readFile: ReadFile) {
  try {
    return readFile(file)?.trim();
  } catch {
    // Whatever the system says of the file, the operator is told to look at it.
    return undefined;
  }
}
