// What a form of the page sends: the press behind its button, and what was filled in.
import { z } from 'zod';
import { takeBody } from '#body.ts';
import type { Press } from '#cards/card.ts';
import { type Filled, filledLimits } from '#chat/chat.ts';
import type { Sent } from '#page/page.ts';

/** A form with the longest texts it takes. */
const mostBytes = 64 * 1_024;
const prefix = 'v.';

const short = z.string().max(200);
const Fixed = z.object({
  csrf: short,
  act: z.uuid(),
  verb: z.enum(['approve', 'deny', 'ask', 'answer', 'pair']) satisfies z.ZodType<Press['verb']>,
  subject: short,
  digest: short.optional(),
  choice: short.optional(),
});

/** Reads a form that was posted; undefined for anything else. */
export async function readForm(request: Request): Promise<(Sent & { readonly csrf: string }) | undefined> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return undefined;
  if (Number(request.headers.get('content-length') ?? '0') > mostBytes) return undefined;
  const body = await bodyOf(request);
  if (body === undefined) return undefined;
  const form = new URLSearchParams(body);
  const parsed = Fixed.safeParse(Object.fromEntries(form));
  const values = filledIn(form);
  if (!parsed.success || !values) return undefined;
  const { csrf, act, verb, subject, digest, choice } = parsed.data;
  const press: Press = {
    verb,
    subject,
    ...(digest !== undefined && { digest }),
    ...(choice !== undefined && { choice }),
  };
  return { csrf, act, press, values };
}

/** The body as text, as long as it is no longer than a form can be. */
async function bodyOf(request: Request): Promise<string | undefined> {
  const bytes = await takeBody(request, mostBytes);
  return bytes?.toString('utf8');
}

/**
 * The fields by name: chosen values joined, a moment (which a browser sends without a zone, and the page asks for in UTC)
 * in ISO 8601. Postgres keeps no NUL, and a line break is one character here as in chat.
 */
function filledIn(form: URLSearchParams): Filled | undefined {
  const some = new Set(form.getAll('some'));
  const moments = new Set(form.getAll('moment'));
  const names = new Set([...form.keys()].filter((key) => key.startsWith(prefix)).map(nameOf));
  for (const name of some) names.add(name);
  if (names.size > filledLimits.fields) return undefined;
  const values: Record<string, string> = {};
  for (const name of names) {
    const given = form.getAll(prefix + name);
    const text = (some.has(name) ? given.join(',') : (given[0] ?? ''))
      .replaceAll('\0', '')
      .replaceAll('\r\n', '\n');
    if (text.length > filledLimits.chars) return undefined;
    values[name] = moments.has(name) && text !== '' ? inIso(text) : text;
  }
  return values;
}

const nameOf = (key: string) => key.slice(prefix.length);

const inIso = (local: string) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(local) ? `${local}:00Z` : local);
