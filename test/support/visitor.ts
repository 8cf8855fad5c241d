// A browser without a screen: follows redirects, keeps cookies as a browser does, reads pages and sends their forms.
import { parse } from './html.ts';

export type Page = {
  readonly status: number;
  readonly url: string;
  readonly headers: Headers;
  readonly html: string;
  /** What a person reads, without markup. */
  readonly text: string;
  readonly forms: readonly Form[];
  readonly links: readonly { readonly text: string; readonly href: string }[];
};

export type Form = {
  readonly action: string;
  readonly button: string;
  /** What the form sends if nothing is filled in. */
  readonly fields: readonly (readonly [string, string])[];
};

export type Visitor = ReturnType<typeof openVisitor>;

/** A browser of its own, with no cookies yet. Cookies are kept by host, without their port, as browsers do. */
export function openVisitor(headers: Readonly<Record<string, string>> = {}) {
  const jar = new Map<string, Map<string, string>>();

  async function go(address: string, init: RequestInit = {}): Promise<Page> {
    let url = new URL(address);
    let request: RequestInit = init;
    for (let hops = 0; hops < 10; hops++) {
      const cookies = [...(jar.get(url.hostname) ?? [])]
        .map(([name, value]) => `${name}=${value}`)
        .join('; ');
      const response = await fetch(url, {
        ...request,
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          ...headers,
          ...(request.headers as Record<string, string>),
          ...(cookies && { cookie: cookies }),
        },
      });
      for (const cookie of response.headers.getSetCookie()) keep(url, cookie);
      const location = response.headers.get('location');
      if (location === null || response.status < 300 || response.status >= 400) {
        const html = await response.text();
        return { status: response.status, url: url.href, headers: response.headers, html, ...parse(html) };
      }
      await response.body?.cancel();
      url = new URL(location, url);
      request = {};
    }
    throw new Error(`${address} leads round in a circle`);
  }

  function keep(url: URL, cookie: string) {
    const [pair = '', ...attributes] = cookie.split(/;\s*/);
    const at = pair.indexOf('=');
    if (attributes.includes('Secure') && url.protocol !== 'https:') return;
    const own = jar.get(url.hostname) ?? new Map<string, string>();
    own.set(pair.slice(0, at), pair.slice(at + 1));
    jar.set(url.hostname, own);
  }

  return {
    open: (address: string) => go(address),
    /** Sends the form whose button says so, with what was filled in over what it holds already. */
    async send(
      page: Page,
      button: string,
      filled: Readonly<Record<string, string | readonly string[]>> = {},
    ) {
      const form = page.forms.find((each) => each.button.includes(button));
      if (!form) throw new Error(`no button “${button}” on:\n${page.text}`);
      const body = new URLSearchParams();
      for (const [name, value] of form.fields) if (!(name in filled)) body.append(name, value);
      for (const [name, value] of Object.entries(filled))
        for (const each of [value].flat()) body.append(name, each);
      return await go(new URL(form.action, page.url).href, { method: 'POST', body });
    },
    async follow(page: Page, link: string) {
      const found = page.links.find(({ text }) => text.includes(link));
      if (!found) throw new Error(`no link “${link}” on:\n${page.text}`);
      return await go(new URL(found.href, page.url).href);
    },
    post: (address: string, body: URLSearchParams, more: Readonly<Record<string, string>> = {}) =>
      go(address, { method: 'POST', body, headers: more }),
    cookies: (host: string) => jar.get(host) ?? new Map<string, string>(),
    /** Somebody takes another browser's cookies, or makes some up. */
    steal(host: string, cookies: ReadonlyMap<string, string>) {
      jar.set(host, new Map(cookies));
    },
  };
}
