// The HTTP side of the page: which browser may see which visit, and nothing about who is behind it.
//
//   GET  /visit/<id>           the page, for the browser that holds its cookie
//   POST /visit/<id>           something done on it
//   POST /visit/<id>/arrive    the first browser takes somebody's private page
//   GET  /visit/<id>/sign-in   to the operator's issuer
//   GET  /visit/signed-in      back from there
import { createHash, timingSafeEqual } from 'node:crypto';
import * as words from '#cards/words/visit.ts';
import { readForm } from '#page/form.ts';
import type { Visitors } from '#page/page.ts';
import { renderCard, renderLinks, renderTold } from '#page/render.ts';
import { escapeHtml, page } from '#person-server/page.ts';

const root = '/visit';

export type Mount = { readonly path: string; readonly answer: (request: Request) => Promise<Response> };

export type Door = {
  readonly mounts: readonly Mount[];
  /** Where a visit's page is. */
  addressOf(visit: string): string;
  /** Sends a browser to the page that was opened for it, with the cookie that makes it its own. */
  welcome(visit: { readonly id: string; readonly token: string; readonly expiresAt: Date }): Response;
};

/** Where the issuer sends people back to. */
export const signedInAddress = (issuer: string) => `${issuer}${root}/signed-in`;

/**
 * Opens the door below `issuer`, our own address. Cookies are for this host alone and unreadable by scripts; `Lax`, because
 * people arrive from their agent's pages and come back from the issuer's. Every POST carries a token of the session besides.
 */
export function openDoor(issuer: string, visitors: Visitors, now: () => Date): Door {
  const secure = issuer.startsWith('https:');
  const origin = new URL(issuer).origin;
  const nameOf = (visit: string) => `${secure ? '__Host-' : ''}visit-${visit}`;

  function cookieOf(visit: string, token: string, expiresAt: Date): string {
    const seconds = Math.max(0, Math.floor((expiresAt.getTime() - now().getTime()) / 1_000));
    return `${nameOf(visit)}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  }

  function tokenIn(request: Request, visit: string): string | undefined {
    const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/);
    const own = cookies.find((cookie) => cookie.startsWith(`${nameOf(visit)}=`));
    return own?.slice(nameOf(visit).length + 1);
  }

  /** A browser says where a form comes from; anything but this very site is refused before it is read. */
  function isOurs({ headers }: Request): boolean {
    const from = headers.get('origin');
    const site = headers.get('sec-fetch-site');
    return (from === null || from === origin) && (site === null || site === 'same-origin');
  }

  async function show(request: Request, visit: string): Promise<Response> {
    const token = tokenIn(request, visit);
    const shown = token === undefined ? undefined : await visitors.show(visit, token);
    if (token === undefined || !shown) {
      if (token !== undefined) await visitors.wasWrong(visit);
      return (await visitors.awaits(visit)) ? threshold(visit) : notYours();
    }
    const forms = { action: `${root}/${visit}`, csrf: csrfOf(token) };
    const told = shown.told ? renderTold(shown.told) : '';
    const body = [told, renderCard(shown.card, forms), renderLinks(shown.links)].join('\n');
    return page(200, escapeHtml(shown.card.title), body, ownReferrer);
  }

  async function submit(request: Request, visit: string): Promise<Response> {
    const token = tokenIn(request, visit);
    if (token === undefined) return notYours();
    const sent = isOurs(request) ? await readForm(request) : undefined;
    if (!sent || !same(sent.csrf, csrfOf(token))) {
      await visitors.wasWrong(visit);
      return sorry(403, words.page.foreignForm);
    }
    await visitors.submit(visit, token, sent);
    return to(`${root}/${visit}`);
  }

  async function arrive(request: Request, visit: string): Promise<Response> {
    const arrived = isOurs(request) ? await visitors.arrive(visit) : undefined;
    if (!arrived) return notYours();
    // Not straight on to the issuer: a browser follows no form to another site than the policy names.
    return to(`${root}/${visit}`, cookieOf(visit, arrived.token, arrived.expiresAt));
  }

  async function signIn(request: Request, visit: string): Promise<Response> {
    const token = tokenIn(request, visit);
    if (token === undefined) return notYours();
    const address = await visitors.signIn(visit, token);
    return to(address?.href ?? `${root}/${visit}`);
  }

  async function signedIn(request: Request): Promise<Response> {
    const { search, searchParams } = new URL(request.url);
    const visit = await visitors.visitOf(searchParams.get('state') ?? '');
    const token = visit === undefined ? undefined : tokenIn(request, visit);
    if (visit === undefined || token === undefined) return sorry(400, words.page.foreignSignIn);
    await visitors.signedIn(visit, token, new URL(`${signedInAddress(issuer)}${search}`));
    return to(`${root}/${visit}`);
  }

  async function answer(request: Request): Promise<Response> {
    const [visit = '', verb, ...more] = new URL(request.url).pathname.slice(root.length + 1).split('/');
    const asked = `${request.method} ${more.length > 0 ? 'nothing' : (verb ?? '')}`;
    if (asked === 'GET ' && visit === 'signed-in') return await signedIn(request);
    if (asked === 'GET ') return await show(request, visit);
    if (asked === 'POST ') return await submit(request, visit);
    if (asked === 'POST arrive') return await arrive(request, visit);
    if (asked === 'GET sign-in') return await signIn(request, visit);
    return notYours();
  }

  return {
    mounts: [{ path: `${root}/`, answer }],
    addressOf: (visit) => `${issuer}${root}/${visit}`,
    welcome: ({ id, token, expiresAt }) => to(`${root}/${id}`, cookieOf(id, token, expiresAt)),
  };
}

/** What a form of the session carries; whoever only holds the cookie's name cannot make it, nor the other way round. */
const csrfOf = (token: string) => createHash('sha256').update(`form:${token}`).digest('base64url');

function same(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** A form's browser says where it comes from only where the page lets it; the address of a visit is no secret. */
const ownReferrer = { 'referrer-policy': 'same-origin' };

/** The first step onto somebody's private page. It tells nothing, and what only fetches a link does not take it. */
const threshold = (visit: string) =>
  page(
    200,
    escapeHtml(words.confirmation.title),
    `<p>${escapeHtml(words.page.yours)}</p><form method="post" action="${root}/${escapeHtml(visit)}/arrive"><button class="primary">${escapeHtml(words.arrival.signIn)}</button></form>`,
    ownReferrer,
  );

const notYours = () => sorry(404, words.page.notYours);

const sorry = (status: number, text: string) =>
  page(status, escapeHtml(words.page.sorry), `<p>${escapeHtml(text)}</p>`);

const to = (location: string, cookie?: string) =>
  new Response(null, {
    status: 303,
    headers: {
      location,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      ...(cookie && { 'set-cookie': cookie }),
    },
  });
