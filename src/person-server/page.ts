// What every page for people is made of: plain HTML without scripts, readable on a phone and to who listens to it.
import { createHash } from 'node:crypto';

/** Colours keep a contrast of at least 4.5 to 1 in light and dark; what is pressed is at least 44 pixels high. */
const style = `
:root { color-scheme: light dark; --ink: #1b2230; --paper: #ffffff; --quiet: #4d5666; --line: #8a93a3; --theirs: #f2f4f8; --go: #0a5c36; --stop: #a1121f; --link: #0b4fae; }
@media (prefers-color-scheme: dark) { :root { --ink: #eef1f6; --paper: #14181f; --quiet: #b4bccb; --line: #7d8799; --theirs: #212732; --go: #8fe0b5; --stop: #ff9a9f; --link: #9cc4ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1rem 1rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; } h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: .5rem 0; } a { color: var(--link); } hr { border: 0; border-top: 1px solid var(--line); margin: 1.25rem 0; }
dl { margin: .5rem 0; } dl > div { padding: .25rem 0; } dt { color: var(--quiet); font-size: .9rem; } dd { margin: 0; }
code, pre { font: .95em/1.45 ui-monospace, monospace; } pre { white-space: pre-wrap; background: var(--theirs); border-left: 4px solid var(--line); padding: .75rem; margin: 0; }
figure { margin: .75rem 0; } figcaption { color: var(--quiet); font-size: .9rem; } blockquote { margin: 0; background: var(--theirs); border-left: 4px solid var(--line); padding: .25rem .75rem; }
.note, .hint { color: var(--quiet); font-size: .9rem; } .told { border: 2px solid var(--ink); padding: 0 1rem .5rem; margin: 1rem 0; }
form { margin: .75rem 0; } label { display: block; margin-top: .5rem; font-weight: 600; } fieldset { border: 1px solid var(--line); margin: .75rem 0; }
input:not([type=checkbox]), textarea, select { display: block; width: 100%; min-height: 2.75rem; padding: .5rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); }
.choice { display: flex; gap: .75rem; align-items: center; min-height: 2.75rem; } .choice label { margin: 0; font-weight: 400; } .choice input { width: 1.25rem; height: 1.25rem; }
button, summary, .way { display: block; width: 100%; min-height: 2.75rem; margin-top: .75rem; padding: .6rem 1rem; font: inherit; font-weight: 600; text-align: center; color: var(--ink); background: var(--paper); border: 2px solid var(--ink); border-radius: .25rem; cursor: pointer; }
button.primary { color: var(--paper); background: var(--go); border-color: var(--go); } button.danger { color: var(--stop); border-color: var(--stop); }
.ways { list-style: none; padding: 0; } :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
`;
const styleHash = createHash('sha256').update(style).digest('base64');

/**
 * A page for people: without scripts, nothing that could be framed or that tells where the visitor came from. `title` and
 * `body` are HTML; `headers` stand over the usual ones.
 */
export function page(
  status: number,
  title: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head>
<body><main><h1>${title}</h1>
${body}
</main></body>
</html>
`;
  return new Response(html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      ...headers,
    },
  });
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of another party's, for a page: as text. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
