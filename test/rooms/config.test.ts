// The configuration is whole and frozen, or it is one error that names everything.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError, readConfig } from '#config.ts';
import { settings } from '#settings.ts';

const file = 'people: [{ id: cook, name: Cook, teams: { tenant: 0-0-0-0-a, user: 0-0-0-0-b } }]\n';
const read = (files: Record<string, string>) => (path: string) => files[path];
const here = read({ 'oversight.yaml': file });
const nowhere = read({});

const faultsOf = (env: Record<string, string>, readFile = here) => {
  try {
    readConfig(env, readFile);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

test('the development command of the README is enough', () => {
  expect(
    readConfig({ CHAPERONE_DEV: '1', PORT: '4700', CHAPERONE_MISSION_CONTROL_TOKEN: 'secret' }, nowhere),
  ).toEqual({
    development: true,
    host: '127.0.0.1',
    proxies: 0,
    port: 4700,
    issuer: 'http://localhost:4700',
    store: { directory: '.chaperone' },
    askMs: 3_600_000,
    oversight: {
      people: [{ id: 'person', name: 'Person', silentGrants: 'approved' }],
      defaultPerson: 'person',
      channels: [],
      rules: [],
    },
    about: {},
    log: 'info',
    missionControl: { kind: 'embedded' },
    door: { mode: 'static', paths: ['/mission-control'], token: 'secret' },
  });
});

test('a rule that asks for a sign-in needs an issuer, and an issuer needs to know us', () => {
  const rule = `${file.replace(' } }]', ' }, oidc: { email: Cook@Example.com } }]')}rules: [{ for: everyone, approve: [cook], step_up: sign_in }]\n`;
  const strict = read({ 'oversight.yaml': rule });
  const dev = { CHAPERONE_DEV: '1' };
  expect(faultsOf(dev, strict)).toEqual([
    'CHAPERONE_OIDC_ISSUER is missing: rule 1 asks for a sign-in, and nobody could satisfy it',
  ]);
  expect(faultsOf({ ...dev, CHAPERONE_OIDC_CLIENT_ID: 'us' }, here)).toEqual([
    'CHAPERONE_OIDC_CLIENT_ID: CHAPERONE_OIDC_ISSUER names no issuer',
  ]);
  const issuer = { CHAPERONE_OIDC_ISSUER: 'http://login.example.com' };
  expect(faultsOf({ ...dev, ...issuer }, strict)).toEqual([
    'CHAPERONE_OIDC_CLIENT_ID is missing: the issuer knows this Chaperone by it',
    'CHAPERONE_OIDC_CLIENT_SECRET is missing: the issuer knows this Chaperone by it',
    'CHAPERONE_OIDC_ISSUER: only https (in development also http on loopback)',
  ]);
  const whole = {
    ...dev,
    CHAPERONE_OIDC_ISSUER: 'https://login.example.com',
    CHAPERONE_OIDC_CLIENT_ID: 'us',
    CHAPERONE_OIDC_CLIENT_SECRET: 'shh',
  };
  const config = readConfig(whole, strict);
  expect(config.signIn).toEqual({ issuer: 'https://login.example.com', clientId: 'us', clientSecret: 'shh' });
  expect(config.oversight.people[0]?.oidc).toEqual({ email: 'cook@example.com' });
});

test('what is over is kept for good, or for so many days at a Person Server of our own', () => {
  const dev = { CHAPERONE_DEV: '1' };
  expect(readConfig(dev, here).keptMs).toBeUndefined();
  expect(readConfig({ ...dev, CHAPERONE_RETENTION_DAYS: '30' }, here).keptMs).toBe(30 * 24 * 3_600_000);
  expect(faultsOf({ ...dev, CHAPERONE_RETENTION_DAYS: '0' })).toEqual([
    'CHAPERONE_RETENTION_DAYS: at least 1: what ended today is still looked at',
  ]);
  expect(faultsOf({ ...dev, CHAPERONE_RETENTION_DAYS: 'for good' })).toEqual([
    'CHAPERONE_RETENTION_DAYS: not a number of days',
  ]);
  const elsewhere = {
    CHAPERONE_MISSION_CONTROL: 'https://ps.example.com/mc',
    CHAPERONE_MISSION_CONTROL_REMOTE_TOKEN: 'secret',
  };
  expect(faultsOf({ ...dev, ...elsewhere, CHAPERONE_RETENTION_DAYS: '30' })).toEqual([
    'CHAPERONE_RETENTION_DAYS: another Person Server is overseen, and what it keeps is its own to say',
  ]);
});

test('our own Person Server says of itself what its operator has it say, and only that', () => {
  const dev = { CHAPERONE_DEV: '1' };
  const about = {
    CHAPERONE_NAME: 'Kitchen',
    CHAPERONE_LOGO_URI: 'https://kitchen.example/logo.png',
    CHAPERONE_LOGO_DARK_URI: 'https://kitchen.example/dark.png',
    CHAPERONE_DOCUMENTATION_URI: 'https://kitchen.example/docs',
    CHAPERONE_TOS_URI: 'https://kitchen.example/terms',
    CHAPERONE_POLICY_URI: 'https://kitchen.example/privacy',
  };
  expect(readConfig(dev, here).about).toEqual({});
  expect(readConfig({ ...dev, ...about }, here).about).toEqual({
    name: 'Kitchen',
    logo_uri: 'https://kitchen.example/logo.png',
    logo_dark_uri: 'https://kitchen.example/dark.png',
    documentation_uri: 'https://kitchen.example/docs',
    tos_uri: 'https://kitchen.example/terms',
    policy_uri: 'https://kitchen.example/privacy',
  });
  for (const unfit of ['http://kitchen.example/privacy', 'javascript:alert(1)', '/privacy'])
    expect(faultsOf({ ...dev, CHAPERONE_POLICY_URI: unfit })).toEqual([
      'CHAPERONE_POLICY_URI: not an https URL',
    ]);
  const elsewhere = {
    CHAPERONE_MISSION_CONTROL: 'https://ps.example.com/mc',
    CHAPERONE_MISSION_CONTROL_REMOTE_TOKEN: 'secret',
  };
  expect(faultsOf({ ...dev, ...elsewhere, CHAPERONE_NAME: 'Kitchen' })).toEqual([
    'CHAPERONE_NAME: another Person Server is overseen, and it speaks for itself',
  ]);
});

test('a production configuration is read whole', () => {
  const config = readConfig(
    {
      PORT: '8080',
      CHAPERONE_ISSUER: 'https://ps.example.com',
      DATABASE_URL_FILE: '/run/secrets/database',
      CHAPERONE_OVERSIGHT: '/etc/oversight.yaml',
      CHAPERONE_LOG: 'warn',
      CHAPERONE_MISSION_CONTROL_AUTH: 'jwt',
      CHAPERONE_MISSION_CONTROL_JWT_ISSUER: 'https://login.example.com/',
      CHAPERONE_MISSION_CONTROL_JWT_AUDIENCE: 'chaperone',
      CHAPERONE_MISSION_CONTROL_JWT_JWKS: 'https://login.example.com/jwks',
      CHAPERONE_MISSION_CONTROL_JWT_ALGORITHMS: 'ES256, RS256',
      CHAPERONE_MISSION_CONTROL_PATHS: '/mission-control,/metrics',
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_SIGNING_SECRET: 'shh',
      MicrosoftAppId: 'app',
      MicrosoftAppPassword_FILE: '/run/secrets/teams',
      MicrosoftAppTenantId: '0-0-0-0-A',
    },
    read({
      '/run/secrets/database': 'postgres://db/chaperone\n',
      '/run/secrets/teams': 'hunter2\n',
      '/etc/oversight.yaml': file,
    }),
  );
  expect(config).toMatchObject({
    development: false,
    host: '0.0.0.0',
    port: 8080,
    issuer: 'https://ps.example.com',
    store: { url: 'postgres://db/chaperone' },
    log: 'warn',
    door: {
      mode: 'jwt',
      issuer: 'https://login.example.com/',
      audience: 'chaperone',
      jwks: 'https://login.example.com/jwks',
      algorithms: ['ES256', 'RS256'],
      paths: ['/mission-control', '/metrics'],
    },
    slack: { botToken: 'xoxb-1', by: { kind: 'http', signingSecret: 'shh' } },
    teams: {
      app: { id: 'app', password: 'hunter2', tenant: '0-0-0-0-a' },
      tenants: ['0-0-0-0-a'],
      serviceHosts: ['smba.trafficmanager.net'],
    },
  });
  expect(config.oversight.people[0]?.id).toBe('cook');
});

test('a configuration cannot be changed, however deep', () => {
  const config = readConfig({ CHAPERONE_DEV: '1' }, here);
  expect(Object.isFrozen(config.oversight.people[0]?.teams)).toBe(true);
});

test('everything wrong or missing is named at once, the oversight file’s lines among it', () => {
  expect(
    faultsOf(
      {
        PORT: '70000',
        CHAPERONE_DEV: 'yes',
        CHAPERONE_ISUER: 'https://typo.example',
        CHAPERONE_OVERSIGHT: 'o.yaml',
        DATABASE_URL: 'mysql://x',
        CHAPERONE_MISSION_CONTROL: 'https://other.example/mc',
        SLACK_BOT_TOKEN: 'xapp-swapped',
        SLACK_API_URL: 'http://slack.example/api',
        MicrosoftAppId: 'app',
        SLACK_APP_TOKEN_FILE: '/nothing',
      },
      read({ 'o.yaml': 'people:\n  - id: cook\n' }),
    ),
  ).toEqual([
    'CHAPERONE_DEV: either 1 or 0',
    'PORT: not a port',
    'DATABASE_URL: not a postgres:// URL',
    'SLACK_BOT_TOKEN: a bot token begins with `xoxb-`',
    'SLACK_APP_TOKEN_FILE: there is no readable, non-empty file at /nothing',
    'CHAPERONE_ISUER: there is no such setting',
    'o.yaml:2: name: Invalid input: expected string, received undefined',
    'CHAPERONE_ISSUER is missing: the world needs a name for this server',
    'SLACK_API_URL: only https (in development also http on loopback)',
    'MicrosoftAppPassword is missing: the Teams bot does not start without it',
    'MicrosoftAppTenantId is missing: the Teams bot does not start without it',
    'CHAPERONE_MISSION_CONTROL_REMOTE_TOKEN is missing: another mission control asks who calls',
  ]);
});

test.each([
  ['CHAPERONE_HOST', { CHAPERONE_HOST: '0.0.0.0' }],
  ['CHAPERONE_HOST', { CHAPERONE_HOST: '192.168.1.7' }],
  ['CHAPERONE_HOST', { CHAPERONE_HOST: '127.evil.example' }],
  ['CHAPERONE_ISSUER', { CHAPERONE_ISSUER: 'http://ps.example.com' }],
  ['CHAPERONE_ISSUER', { CHAPERONE_ISSUER: 'https://ps.example.com' }],
  ['CHAPERONE_ISSUER', { CHAPERONE_ISSUER: 'http://localhost:4700/' }],
])('development mode refuses to leave loopback: %s %o', (name, env) => {
  expect(faultsOf({ CHAPERONE_DEV: '1', ...env }).join()).toContain(`${name}: `);
});

test.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('development mode listens on %s', (host) => {
  expect(readConfig({ CHAPERONE_DEV: '1', CHAPERONE_HOST: host }, here).host).toBe(host);
});

const production = { CHAPERONE_ISSUER: 'https://ps.example.com' };

test.each([
  ['disabled outside development', { CHAPERONE_MISSION_CONTROL_AUTH: 'disabled' }],
  [
    'disabled outside development, even on loopback',
    { CHAPERONE_MISSION_CONTROL_AUTH: 'disabled', CHAPERONE_HOST: '127.0.0.1' },
  ],
  ['static without a token', { CHAPERONE_MISSION_CONTROL_AUTH: 'static' }],
  ['static with a token anybody could guess', { CHAPERONE_MISSION_CONTROL_TOKEN: 'secret' }],
  [
    'jwt without its audience',
    {
      CHAPERONE_MISSION_CONTROL_AUTH: 'jwt',
      CHAPERONE_MISSION_CONTROL_JWT_ISSUER: 'i',
      CHAPERONE_MISSION_CONTROL_JWT_JWKS: 'https://login.example.com/jwks',
    },
  ],
  [
    'jwt whose keys come over plain http',
    {
      CHAPERONE_MISSION_CONTROL_JWT_ISSUER: 'i',
      CHAPERONE_MISSION_CONTROL_JWT_AUDIENCE: 'a',
      CHAPERONE_MISSION_CONTROL_JWT_JWKS: 'http://login.example.com/jwks',
    },
  ],
  [
    'jwt with a shared secret as its key',
    {
      CHAPERONE_MISSION_CONTROL_JWT_ISSUER: 'i',
      CHAPERONE_MISSION_CONTROL_JWT_AUDIENCE: 'a',
      CHAPERONE_MISSION_CONTROL_JWT_JWKS: 'https://login.example.com/jwks',
      CHAPERONE_MISSION_CONTROL_JWT_ALGORITHMS: 'HS256',
    },
  ],
  [
    'a token and a jwt at once',
    {
      CHAPERONE_MISSION_CONTROL_TOKEN: 'a-token-nobody-could-guess',
      CHAPERONE_MISSION_CONTROL_JWT_ISSUER: 'i',
    },
  ],
  [
    'prefixes that leave mission control open',
    {
      CHAPERONE_MISSION_CONTROL_TOKEN: 'a-token-nobody-could-guess',
      CHAPERONE_MISSION_CONTROL_PATHS: '/mission-control/requests,/metrics',
    },
  ],
])('mission control is not served with %s', (_, env) => {
  expect(faultsOf({ ...production, ...env }).join()).toContain('CHAPERONE_MISSION_CONTROL_');
});

test('mission control is not served over HTTP when nobody said who may call', () => {
  expect(readConfig(production, here).door).toBeUndefined();
  expect(readConfig({ CHAPERONE_DEV: '1', CHAPERONE_MISSION_CONTROL_AUTH: 'disabled' }, here).door).toEqual({
    mode: 'disabled',
    paths: ['/mission-control'],
  });
});

test.each([
  ['SLACK_BOT_TOKEN', { SLACK_APP_TOKEN: 'xapp-1' }],
  ['SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET', { SLACK_BOT_TOKEN: 'xoxb-1' }],
  ['not both', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_SIGNING_SECRET: 's' }],
  ['MicrosoftAppId', { CHAPERONE_TEAMS_TENANTS: 't' }],
  ['MicrosoftAppId', { MicrosoftAppPassword: 'p', MicrosoftAppTenantId: 't' }],
  ['CHAPERONE_TEAMS_UNAUTHENTICATED', { CHAPERONE_TEAMS_UNAUTHENTICATED: '1' }],
  [
    'CHAPERONE_TEAMS_UNAUTHENTICATED',
    {
      CHAPERONE_TEAMS_UNAUTHENTICATED: '1',
      MicrosoftAppId: 'i',
      MicrosoftAppPassword: 'p',
      MicrosoftAppTenantId: 't',
    },
  ],
])('a partial set of chat credentials names %s', (name, env) => {
  expect(faultsOf({ ...production, ...env }).join()).toContain(name);
});

test('the Teams test client is taken without credentials in development only, for the tenants of the file', () => {
  expect(readConfig({ CHAPERONE_DEV: '1', CHAPERONE_TEAMS_UNAUTHENTICATED: '1' }, here).teams).toEqual({
    tenants: ['0-0-0-0-a'],
    serviceHosts: ['localhost', '127.0.0.1'],
  });
});

test('a secret is given once: as a value or as a file', () => {
  expect(faultsOf({ ...production, DATABASE_URL: 'postgres://a/b', DATABASE_URL_FILE: '/f' })).toEqual([
    'DATABASE_URL and DATABASE_URL_FILE: give one of them',
  ]);
  expect(faultsOf({ ...production, CHAPERONE_LOG_FILE: '/f' })).toEqual([
    'CHAPERONE_LOG_FILE: there is no such setting',
  ]);
});

test('outside development somebody has to be named', () => {
  expect(faultsOf(production, nowhere)).toEqual([
    'CHAPERONE_OVERSIGHT is missing and there is no oversight.yaml here: nobody could decide',
  ]);
});

test('a file of rules that is there but unreadable is never passed over', () => {
  const locked = () => {
    throw new Error('EACCES: permission denied');
  };
  expect(faultsOf({ CHAPERONE_DEV: '1' }, locked)).toEqual([
    'CHAPERONE_OVERSIGHT: oversight.yaml cannot be read: EACCES: permission denied',
  ]);
});

test('a free port leaves the development issuer to be told later', () => {
  const config = readConfig({ CHAPERONE_DEV: '1', PORT: '0' }, here);
  expect(config).toMatchObject({ port: 0 });
  expect(config.issuer).toBeUndefined();
});

test('every setting has a one-line meaning', () => {
  expect(settings.length).toBeGreaterThan(20);
  for (const { meaning } of settings) expect(meaning).toMatch(/^[^\n]{10,200}$/);
});

test('whatever the environment holds, the answer is a configuration or faults that repeat no secret', () => {
  const secrets = settings.filter(({ secret }) => secret).map(({ name }) => name);
  const open = settings.filter(({ secret }) => !secret).map(({ name }) => name);
  const hostile = fc.constantFrom(
    '',
    '1',
    'http://',
    'https://[::1',
    ',',
    '\u0000',
    'http://localhost:1',
    'jwt',
    '/',
  );
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...open), hostile),
      fc.dictionary(fc.constantFrom(...secrets), fc.constantFrom('tell-nobody-1', 'xoxb-tell-nobody-2')),
      (env, hidden) => {
        expect(faultsOf({ ...env, ...hidden }).join('\n')).not.toContain('tell-nobody');
      },
    ),
  );
});
