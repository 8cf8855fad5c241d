// The page's cookies and headers, as a browser is told them.
import { expect, test } from 'vitest';
import { refusalCard } from '#cards/refusals.ts';
import { openDoor } from '#page/door.ts';
import type { Visitors } from '#page/page.ts';

const id = '7f0e9b36-6f0c-4f0e-9a59-2f6f0b8f8f10';
const now = new Date('2026-11-21T10:00:00Z');
const visit = { id, token: 'the-token', expiresAt: new Date('2026-11-21T10:15:00Z') };

/** Everybody behind the door who knows one browser, and notes what is asked of them. */
function visitors() {
  const asked: string[] = [];
  const note = <T>(what: string, answer: T) => {
    asked.push(what);
    return Promise.resolve(answer);
  };
  const all: Visitors = {
    show: (_, token) =>
      note(
        `show ${token}`,
        token === visit.token ? { card: refusalCard('stale'), told: undefined, links: [] } : undefined,
      ),
    awaits: () => note('awaits', false),
    arrive: () => note('arrive', undefined),
    submit: () => note('submit', undefined),
    signIn: () => note('sign-in', undefined),
    visitOf: () => note('visit of', id),
    signedIn: () => note('signed in', undefined),
    wasWrong: () => note('wrong', undefined),
  };
  return { all, asked };
}

function at(issuer: string) {
  const { all, asked } = visitors();
  const door = openDoor(issuer, all, () => now);
  const go = async (path: string, init: RequestInit = {}) => {
    const response = await door.mounts[0]?.answer(new Request(`${issuer}${path}`, init));
    if (!response) throw new Error('nothing answers');
    return response;
  };
  return { door, asked, go };
}

test('over https the cookie is for this host alone, over TLS alone, and for as long as the visit', () => {
  const response = at('https://ps.example.com').door.welcome(visit);
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toBe(`/visit/${id}`);
  expect(response.headers.get('set-cookie')).toBe(
    `__Host-visit-${id}=the-token; Path=/; Max-Age=900; HttpOnly; SameSite=Lax; Secure`,
  );
});

test('a page is never kept, framed, sniffed or scripted', async () => {
  const { go } = at('https://ps.example.com');
  const cookie = `other=1; __Host-visit-${id}=the-token`;
  const { status, headers } = await go(`/visit/${id}`, { headers: { cookie } });
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  const policy = headers.get('content-security-policy') ?? '';
  for (const rule of [
    "default-src 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "base-uri 'none'",
  ])
    expect(policy).toContain(rule);
  expect(policy).not.toMatch(/script-src|unsafe/);
});

test('a cookie of another name, another visit or plain http is none', async () => {
  const { go, asked } = at('https://ps.example.com');
  for (const cookie of [
    `visit-${id}=the-token`,
    '__Host-visit-another=the-token',
    `x__Host-visit-${id}=the-token`,
  ])
    expect((await go(`/visit/${id}`, { headers: { cookie } })).status).toBe(404);
  expect(asked).toEqual(['awaits', 'awaits', 'awaits']);
});

test('a wrong token is noted, and a foreign form is, before anything is read', async () => {
  const { go, asked } = at('http://localhost:4700');
  await go(`/visit/${id}`, { headers: { cookie: `visit-${id}=made-up` } });
  const cookie = `visit-${id}=the-token`;
  for (const headers of [
    { cookie, origin: 'https://evil.example' },
    { cookie, origin: 'null' },
    { cookie, 'sec-fetch-site': 'same-site' },
    { cookie },
  ])
    expect((await go(`/visit/${id}`, { method: 'POST', headers, body: 'verb=approve' })).status).toBe(403);
  expect(asked).toEqual(['show made-up', 'wrong', 'awaits', 'wrong', 'wrong', 'wrong', 'wrong']);
});

test.each([
  ['DELETE', `/visit/${id}`],
  ['PUT', `/visit/${id}`],
  ['POST', `/visit/${id}/sign-in`],
  ['GET', `/visit/${id}/arrive`],
  ['GET', `/visit/${id}/sign-in/again`],
  ['POST', '/visit/signed-in/x'],
])('%s %s is nothing', async (method, path) => {
  const { go, asked } = at('http://localhost:4700');
  expect((await go(path, { method, headers: { cookie: `visit-${id}=the-token` } })).status).toBe(404);
  expect(asked).toEqual([]);
});
