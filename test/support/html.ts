// Reads the pages of this product: what stands on them, their forms and links. It knows the HTML that is written here, no more.
import type { Form } from './visitor.ts';

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const plain = (html: string) =>
  html
    .replace(/<(style|title)\b[^]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
    .replace(/[ \t]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n')
    .trim();

const attribute = (tag: string, name: string) => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : plain(value);
};

function formOf(html: string): Form {
  const fields: [string, string][] = [];
  for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    const isBox = attribute(tag, 'type') === 'checkbox';
    if (name !== undefined && (!isBox || tag.includes(' checked')))
      fields.push([name, attribute(tag, 'value') ?? '']);
  }
  for (const [, tag = '', text = ''] of html.matchAll(/(<textarea\b[^>]*>)\n?([^]*?)<\/textarea>/g))
    fields.push([attribute(tag, 'name') ?? '', plain(text)]);
  for (const [, tag = '', options = ''] of html.matchAll(/(<select\b[^>]*>)([^]*?)<\/select>/g)) {
    const chosen = /<option[^>]* selected>/.exec(options)?.[0] ?? /<option[^>]*>/.exec(options)?.[0] ?? '';
    fields.push([attribute(tag, 'name') ?? '', attribute(chosen, 'value') ?? '']);
  }
  return {
    action: attribute(/<form\b[^>]*>/.exec(html)?.[0] ?? '', 'action') ?? '',
    button: plain(/<button\b[^]*?<\/button>/.exec(html)?.[0] ?? ''),
    fields,
  };
}

export function parse(html: string) {
  return {
    text: plain(html),
    forms: [...html.matchAll(/<form\b[^]*?<\/form>/g)].map(([form]) => formOf(form)),
    links: [...html.matchAll(/<a\b([^>]*)>([^]*?)<\/a>/g)].map(([, tag = '', text = '']) => ({
      text: plain(text),
      href: attribute(` ${tag}`, 'href') ?? '',
    })),
  };
}
