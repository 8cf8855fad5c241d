import { z } from 'zod';
import type { Problem } from '#aauth/problem.ts';
import { takeBody } from '#body.ts';
import { isStorable } from '#person-server/storable.ts';

export type Refused = { readonly kind: 'refused'; readonly problem: Problem };

/** A request that is not what the endpoint takes: `400 invalid_request` unless another status says more. */
export function invalidRequest(
  detail: string,
  status = 400,
  headers?: Readonly<Record<string, string>>,
): Refused {
  return {
    kind: 'refused',
    problem: { status, error: 'invalid_request', detail, ...(headers && { headers }) },
  };
}

const noBytes = new Uint8Array();

/** The bytes of a body as they came, for whoever checks their digest; `413` past `limit` bytes, which are not kept. */
export async function readBytes(
  request: Request,
  limit: number,
): Promise<{ readonly kind: 'bytes'; readonly bytes: Uint8Array } | Refused> {
  if (request.method === 'GET' || request.method === 'HEAD') return { kind: 'bytes', bytes: noBytes };
  // A body that says how long it is ends there, and is taken as a whole.
  const said = request.headers.get('content-length');
  if (said !== null && Number(said) <= limit) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.byteLength <= limit ? { kind: 'bytes', bytes } : tooLarge(limit);
  }
  const bytes = await takeBody(request, limit);
  return bytes ? { kind: 'bytes', bytes } : tooLarge(limit);
}

function tooLarge(limit: number): Refused {
  return invalidRequest(`a body holds at most ${limit} bytes`, 413, { connection: 'close' });
}

export type Json = Readonly<Record<string, unknown>>;

/** A body as a JSON object: the right content type, UTF-8, not too deep, nothing that cannot be kept. No body has no members. */
export function readJson(
  headers: Headers,
  bytes: Uint8Array,
  depth: number,
): { readonly kind: 'json'; readonly json: Json } | Refused {
  if (bytes.byteLength === 0) return { kind: 'json', json: {} };
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    return invalidRequest('the body is application/json', 415, { accept: 'application/json' });
  }
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    return invalidRequest('the body is not JSON');
  }
  const object = JsonObject.safeParse(value);
  if (!object.success) return invalidRequest('the body is not a JSON object');
  if (!isStorable(value, depth)) {
    return invalidRequest('the body nests too deep or holds a value that cannot be kept');
  }
  return { kind: 'json', json: object.data };
}

const JsonObject = z.record(z.string(), z.unknown());
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the members of a body; unknown ones are ignored (draft §aauth-capabilities). What is wrong is named, not repeated. */
export function readMembers<Members>(
  json: Json,
  schema: z.ZodType<Members>,
): { readonly kind: 'members'; readonly members: Members } | Refused {
  const parsed = schema.safeParse(json);
  if (parsed.success) return { kind: 'members', members: parsed.data };
  const names = parsed.error.issues.map(({ path }) => path.join('.') || 'the body');
  return invalidRequest(`missing or malformed: ${[...new Set(names)].join(', ')}`);
}

/** A text that has to be there: a blank one says nothing, and is as good as missing. */
export const words = z.string().refine((text) => text.trim() !== '');

/** The text, or nothing where it is blank. */
export const unlessBlank = (text: string) => (text.trim() === '' ? undefined : text);

/** A text that need not be there, so a blank one is no mistake: it is as if it had been left out. */
export const optionalWords = z.string().transform(unlessBlank).optional();
