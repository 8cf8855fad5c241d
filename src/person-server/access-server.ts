// The other end of four-party access: an access server, asked for an auth token in our own name (draft §access-server-federation).
import { z } from 'zod';
import type { Answered } from '#aauth/egress.ts';
import { foldInteractionCode } from '#aauth/interaction-code.ts';
import type { Problem } from '#aauth/problem.ts';
import { signRequest } from '#aauth/signed-fetch.ts';
import type { Server } from '#person-server/server.ts';
import { asStorable, isStorable } from '#person-server/storable.ts';
import { isWebAddress } from '#person-server/web-address.ts';

/** What the access server waits for, as far as the agent can help. */
export type Awaited =
  | { readonly kind: 'approval' }
  | { readonly kind: 'interaction'; readonly url: string; readonly code: string }
  | {
      readonly kind: 'clarification';
      readonly clarification: string;
      readonly timeout?: number;
      readonly options?: readonly string[];
    }
  /** What it named; `ask` is the request it was put before the person as. */
  | { readonly kind: 'claims'; readonly names: readonly string[]; readonly ask?: string | undefined };

/** A request that waits at an access server: where to look again, and for what it waits. */
export type Federation = {
  readonly location: string;
  readonly awaited: Awaited;
  /** The claims it was answered, told or not. */
  readonly answered?: readonly string[] | undefined;
  /** The request its wish to be paid was put before the person as. */
  readonly payment?: string | undefined;
};

export type AccessAnswer =
  | { readonly kind: 'token'; readonly jwt: string }
  | { readonly kind: 'waits'; readonly federation: Federation }
  | { readonly kind: 'wants_claims'; readonly location: string; readonly names: readonly string[] }
  /** A `402`, with what it says about the payment. */
  | {
      readonly kind: 'wants_payment';
      readonly location: string;
      readonly payment: Readonly<Record<string, unknown>>;
    }
  /** Not now: the same may be asked again. */
  | { readonly kind: 'busy' }
  /** A refusal of its own, to be relayed as it is. */
  | { readonly kind: 'refuses'; readonly problem: Problem }
  | { readonly kind: 'unreachable'; readonly detail: string };

const timeoutMs = 10_000;

/** Asks for a token (draft §ps-to-as-token-request). `tokens` are passed on as the agent brought them. */
export async function askAccessServer(
  server: Server,
  issuer: string,
  tokens: Readonly<Record<string, string>>,
): Promise<AccessAnswer> {
  const found = await server.discovery.metadata(issuer, 'aauth-access.json');
  if (found.kind === 'refused') return { kind: 'unreachable', detail: found.detail };
  const endpoint = found.metadata.auth_token_endpoint;
  if (endpoint === undefined || !isWebAddress(endpoint, server)) {
    return { kind: 'unreachable', detail: 'the access server publishes no auth_token_endpoint' };
  }
  return await exchange(server, endpoint, tokens);
}

/** Looks what became of a request where it waits, or (with a body) asks or answers there. */
export async function exchange(
  server: Server,
  url: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<AccessAnswer> {
  const unsigned =
    body === undefined
      ? { method: 'GET' }
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const headers = await signRequest(url, unsigned, {
    kind: 'server',
    key: await server.keys.signing(),
    issuer: server.issuer,
    dwk: 'aauth-person.json',
  });
  const answer = await server.egress.fetch(url, { ...unsigned, headers, timeoutMs });
  if (answer.kind === 'refused') return { kind: 'unreachable', detail: answer.detail };
  return readAccessAnswer(server, url, answer);
}

const Granted = z.object({ auth_token: z.string().min(1) });
const Refused = z.object({ error: z.string().regex(/^[a-z0-9_]{1,64}$/), detail: z.string().optional() });
/** What is no name of a claim is none we could know. */
const ClaimsWanted = z.object({
  required_claims: z
    .array(z.string())
    .max(100)
    .transform((names) => names.filter((name) => /^[\w.:/-]{1,128}$/.test(name))),
});
/** Kept with the request while it waits, so what cannot be kept is replaced. */
const kept = (longest: number) => z.string().transform((text) => asStorable(text, longest) ?? '');
const Question = z.object({
  clarification: kept(16_384).refine((text) => text !== ''),
  timeout: z.number().positive().optional(),
  options: z.array(kept(500)).max(20).optional(),
});

/** What an access server answered, as far as it is what it should be (draft §as-response). */
export function readAccessAnswer(
  server: Pick<Server, 'development'>,
  url: string,
  { status, headers, body }: Pick<Answered, 'status' | 'headers' | 'body'>,
): AccessAnswer {
  const json = parse(body);
  if (status === 200) {
    const granted = Granted.safeParse(json);
    return granted.success
      ? { kind: 'token', jwt: granted.data.auth_token }
      : { kind: 'unreachable', detail: 'the access server granted nothing that can be read' };
  }
  if (status === 202 || status === 402) {
    const location = URL.parse(headers.get('location') ?? '', url);
    if (!location || location.origin !== new URL(url).origin) {
      return { kind: 'unreachable', detail: 'the access server deferred without a place to look again' };
    }
    const requirement = requirementIn(headers.get('aauth-requirement') ?? '');
    if (status === 202 && requirement.name === 'claims') {
      const named = ClaimsWanted.safeParse(json);
      const names = named.success ? named.data.required_claims : [];
      return { kind: 'wants_claims', location: location.href, names };
    }
    if (status === 402) {
      return { kind: 'wants_payment', location: location.href, payment: paymentIn(headers, json, body) };
    }
    const awaited = awaitedOf(server, requirement, json);
    return {
      kind: 'waits',
      federation: { location: location.href, awaited: awaited ?? { kind: 'approval' } },
    };
  }
  if (status === 429 || status === 503) return { kind: 'busy' };
  const refused = Refused.safeParse(json);
  // A 401 is about our own signature, and would tell the agent that something is wrong with its.
  if (status < 400 || status > 599 || status === 401 || !refused.success) {
    return { kind: 'unreachable', detail: 'the access server gave no answer that can be read' };
  }
  const detail = asStorable(refused.data.detail, 1_000) ?? 'the access server refused';
  return { kind: 'refuses', problem: { status, error: refused.data.error, detail } };
}

const longestPayment = 8 * 1024;

/** What is said about a payment, for a person to read: the challenge (RFC 9110 §11.6.1), and the body where it is an object. */
function paymentIn(headers: Headers, json: unknown, body: Uint8Array): Readonly<Record<string, unknown>> {
  const challenge = asStorable(headers.get('www-authenticate') ?? undefined, 2_000);
  const said = z.record(z.string(), z.unknown()).safeParse(json);
  const kept = said.success && body.byteLength <= longestPayment && isStorable(said.data) ? said.data : {};
  return { ...kept, ...(challenge !== undefined && { challenge }) };
}

type Requirement = { readonly name: string; readonly params: ReadonlyMap<string, string> };

function awaitedOf(
  server: Pick<Server, 'development'>,
  { name, params }: Requirement,
  json: unknown,
): Awaited | undefined {
  const [url, code] = [params.get('url') ?? '', params.get('code') ?? ''];
  if (name === 'interaction' && isWebAddress(url, server) && foldInteractionCode(code)) {
    // As it can stand in a header of ours, whatever it was written with.
    return { kind: 'interaction', url: new URL(url).href, code };
  }
  const question = Question.safeParse(json);
  return name === 'clarification' && question.success
    ? { kind: 'clarification', ...question.data }
    : undefined;
}

/** The one member of an `AAuth-Requirement` that matters, with its String parameters (RFC 9651). */
function requirementIn(header: string): Requirement {
  const member = /(?:^|,)\s*requirement=([a-z-]+)((?:\s*;\s*[a-z-]+="[^"\\]*")*)/.exec(header);
  const params = [...(member?.[2] ?? '').matchAll(/([a-z-]+)="([^"\\]*)"/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  return { name: member?.[1] ?? '', params: new Map(params) };
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
