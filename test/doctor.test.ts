// The doctor names whoever is in a list and gone, and every rule that they leave too few for.
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Office, openOffice } from './support/office.ts';
import { openOidcIssuer } from './support/oidc-issuer.ts';

let office: Office;
beforeAll(async () => {
  office = await openOffice({
    rules: [
      { for: { people: ['maria'], kinds: ['payment'] }, approve: ['maria', 'jonas', 'paul'], quorum: 2 },
      { for: { people: ['maria'], scopes: ['pay:*'] }, approve: ['maria', 'jonas'], quorum: 2 },
      {
        for: { people: ['maria'], kinds: ['mission'] },
        approve: ['maria', 'paul'],
        step_up: 'second_person',
      },
    ],
  });
});
afterAll(() => office[Symbol.asyncDispose]());

/** What `chaperone doctor` prints beside the running server, and how it ends. */
const examine = (more: Readonly<Record<string, string>> = {}) =>
  new Promise<{ code: number; said: string }>((done) => {
    const env = { PATH: process.env['PATH'], ...office.settings, ...more };
    execFile(process.execPath, ['src/cli.ts', 'doctor'], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, said: stdout + stderr }),
    );
  });

test('while everybody is there, nobody is complained about', async () => {
  const { code, said } = await examine();
  expect(said).not.toContain('is no member any more');
  expect(said).not.toContain('FAULT');
  expect(code).toBe(0);
});

test('how long what is over is kept is said, and that it is less than answers look back', async () => {
  expect((await examine()).said).toContain(
    'ok      retention: closed asks and ended missions are kept for good',
  );
  const { code, said } = await examine({ CHAPERONE_RETENTION_DAYS: '3' });
  expect(said).toContain('warning retention: closed asks and ended missions are forgotten after 3 days');
  expect(code).toBe(0);
});

test('somebody whom no channel shows is a warning, and a server at which nobody could decide is a fault', async () => {
  const withoutDoor = { CHAPERONE_MISSION_CONTROL_TOKEN: '' };
  expect((await examine()).said).not.toContain('shown nowhere');
  const { code, said } = await examine(withoutDoor);
  expect(said).toContain('warning what an agent asks for jonas is shown nowhere');
  expect(said).not.toMatch(/asks for (maria|paul) is shown nowhere/);
  expect(code).toBe(0);
  const names = Object.keys(office.settings);
  const chats = names.filter((name) => /SLACK|Microsoft|TEAMS/.test(name)).map((name) => [name, '']);
  const alone = await examine({ ...withoutDoor, ...Object.fromEntries(chats) });
  expect(alone.said).toContain('FAULT   nobody can decide anything');
  expect(alone.code).toBe(1);
});

test('an app that may not upload or write to somebody alone is a warning, and says what becomes of that', async () => {
  const before = (await examine()).said;
  expect(before).not.toContain('files:write');
  expect(before).not.toContain('im:write');
  office.slack.withdraw('files:write');
  office.slack.withdraw('im:write');
  const { code, said } = await examine();
  expect(said).toContain(
    'warning slack: the app may not upload (`files:write`), so charts and timelines are words',
  );
  expect(said).toContain('warning slack: the app may not begin a conversation (`im:write`)');
  expect(code).toBe(0);
});

test('an issuer that nobody is known at is a warning, and one that does not answer is a fault', async () => {
  const issuer = await openOidcIssuer({ id: 'us', secret: 'shh' });
  const settings = {
    CHAPERONE_OIDC_ISSUER: issuer.issuer,
    CHAPERONE_OIDC_CLIENT_ID: 'us',
    CHAPERONE_OIDC_CLIENT_SECRET: 'shh',
  };
  const { code, said } = await examine(settings);
  expect(said).toContain(`sends people back to ${office.issuer}/visit/signed-in`);
  expect(said).toContain('warning sign-in: nobody in oversight.yaml is known there');
  expect(code).toBe(0);
  await issuer[Symbol.asyncDispose]();
  const away = await examine(settings);
  expect(away.said).toContain(`FAULT   sign-in: ${issuer.issuer} does not say how to sign in there`);
  expect(away.code).toBe(1);
});

test('a strict rule about access that a mission may cover is warned of', async () => {
  const { said } = await examine();
  expect(said).toContain('warning rule 2 is strict about access that an approved mission may cover');
  expect(said).not.toContain('rule 1 is strict');
});

test('a leaver in a list is a warning, and a rule left with too few is refused by its number', async () => {
  office.slack.deactivate(office.people.paul);
  const { code, said } = await examine();
  expect(said).toContain('warning paul is named in the rules and is no member any more (unknown)');
  // Rules 1 and 2 still have Maria and Jonas.
  expect(said).not.toMatch(/rule [12] asks/);
  expect(said).toContain('FAULT   rule 3 asks for 2 people, and 1 of those it names are left');
  expect(code).toBe(1);
});

test('who left one platform and is a member on the other is still there', async () => {
  office.slack.deactivate(office.people.jonas);
  const { said } = await examine();
  expect(said).not.toContain('jonas is named');
});
