// The line to the Bot Connector: botbuilder's client over one fetch of ours, so that a request is sent once, waits a
// bounded time, and fails in the port's words. learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
import { CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { z } from 'zod';
import { ChatError } from '#chat/chat.ts';

const scope = 'https://api.botframework.com/.default';
const waitMs = 15_000;
/** A token is renewed this long before it ends. */
const earlyMs = 5 * 60 * 1_000;

export type Credentials = {
  readonly appId: string;
  readonly appPassword: string;
  /** The tenant the bot is registered in; new registrations are single-tenant. */
  readonly tenantId: string;
  /** `https://login.microsoftonline.com` outside tests. */
  readonly loginUrl: string;
};

type ClientOptions = NonNullable<ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>[4]>;
type HttpClient = NonNullable<ClientOptions['httpClient']>;
type HttpRequest = Parameters<HttpClient['sendRequest']>[0];
type HttpHeaders = HttpRequest['headers'];
type CredentialsFactory = NonNullable<
  ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>[1]
>;

/** botbuilder's adapter, for the connector client it makes; turns are not run through it. */
class Wire extends CloudAdapter {
  readonly #appId: string;

  constructor(appId: string, authentication: ConfigurationBotFrameworkAuthentication) {
    super(authentication);
    this.#appId = appId;
  }

  /** A client for one service URL, which must already be one the operator allows: it will be given the bot's token. */
  to(serviceUrl: string) {
    const identity = this.createClaimsIdentity(this.#appId);
    return this.botFrameworkAuthentication.createConnectorFactory(identity).create(serviceUrl);
  }
}

export type Connector = Awaited<ReturnType<Wire['to']>>;

export type Line = {
  /** The client of one service URL. Every call is one request; what goes wrong is thrown as ChatError. */
  to(serviceUrl: string): Promise<Connector>;
  /** A plain GET below the service URL, for what is parsed here and not by botbuilder; given up after `waitMs`. */
  read(serviceUrl: string, path: string, waitMs?: number): Promise<unknown>;
};

/** Opens the line. Without credentials requests carry no token, for the test client alone. */
export function openLine(credentials: Credentials | undefined): Line {
  const bearer = credentials && openBearer(credentials);
  const factory: CredentialsFactory = {
    isValidAppId: async (id) => id === (credentials?.appId ?? ''),
    isAuthenticationDisabled: async () => credentials === undefined,
    createCredentials: async () => ({
      async signRequest(request) {
        if (bearer) request.headers.set('authorization', `Bearer ${await bearer()}`);
        return request;
      },
    }),
  };
  // The client's own retries cannot be turned off by an option; they leave alone whatever is not their own error,
  // and a status that is a failure never reaches them.
  const httpClient: HttpClient = { sendRequest: sendOnce };
  const wire = new Wire(
    credentials?.appId ?? '',
    new ConfigurationBotFrameworkAuthentication({}, factory, undefined, undefined, { httpClient }),
  );
  return {
    to: (serviceUrl) => wire.to(serviceUrl),
    async read(serviceUrl, path, wait = waitMs) {
      const headers = bearer ? { authorization: `Bearer ${await bearer()}` } : {};
      const response = await fetchOnce(`${serviceUrl.replace(/\/$/, '')}/${path}`, { headers }, wait);
      return parsed(await response.text());
    },
  };
}

async function sendOnce(request: HttpRequest): ReturnType<HttpClient['sendRequest']> {
  const response = await fetchOnce(request.url, {
    method: request.method,
    headers: new Headers(request.headers.toJson()),
    ...(typeof request.body === 'string' && { body: request.body }),
  });
  const headers = request.headers.clone();
  for (const name of headers.headerNames()) headers.remove(name);
  response.headers.forEach((value, name) => headers.set(name, value));
  return {
    request,
    status: response.status,
    headers: headers satisfies HttpHeaders,
    bodyAsText: await bodyOf(response),
  };
}

/** One request, answered with a 2xx or thrown as ChatError. */
async function fetchOnce(url: string, init: RequestInit, wait = waitMs): Promise<Response> {
  const method = init.method ?? 'GET';
  let response: Response;
  try {
    response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(wait) });
  } catch (error) {
    throw unanswered(error, method);
  }
  if (response.ok) return response;
  const said = await response.text().catch(() => '');
  throw answered(response, said, method);
}

async function bodyOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    // The status said it was taken; what was taken is unknown.
    throw new ChatError('ambiguous', 'the answer of the Bot Connector broke off', { cause: error });
  }
}

/** Only a POST makes something new, so only a POST leaves a doubt; the others may simply be sent again. */
const doubt = (method: string) => (method === 'POST' ? 'ambiguous' : 'unavailable');

const neverLeft = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function unanswered(error: unknown, method: string): ChatError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const codes = [cause, ...(cause instanceof AggregateError ? cause.errors : [])].map(
    (one) => z.object({ code: z.string() }).safeParse(one).data?.code,
  );
  if (codes.some((code) => code !== undefined && neverLeft.has(code))) {
    return new ChatError('unavailable', 'the Bot Connector cannot be reached', { cause: error });
  }
  return new ChatError(doubt(method), 'the Bot Connector did not answer', { cause: error });
}

const complaint = z.object({ error: z.object({ code: z.string() }) });

function answered(response: Response, said: string, method: string): ChatError {
  const { status } = response;
  const code = complaint.safeParse(parsed(said)).data?.error.code ?? 'no code';
  const message = `the Bot Connector answered ${status} (${code.slice(0, 80)})`;
  if (status === 429) return new ChatError('rate_limited', message, { retryAfterMs: retryAfterMs(response) });
  if (status === 403 || status === 404 || status === 410) return new ChatError('gone', message);
  // Precondition failed is on the vendor's list of what to send again; a refused token may be a secret about to be fixed.
  if (status === 401 || status === 412) return new ChatError('unavailable', message);
  if (status === 408 || status >= 500) return new ChatError(doubt(method), message);
  return new ChatError('refused', message);
}

/** `Retry-After` in seconds or as a date; without one, the window of the per-thread limit. */
function retryAfterMs(response: Response): number {
  const said = response.headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 1_000) : 30_000;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const granted = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** The bot's own token by client credentials, kept until shortly before it ends; asked for once at a time. */
function openBearer({ appId, appPassword, tenantId, loginUrl }: Credentials): () => Promise<string> {
  let held: { readonly token: string; readonly until: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const url = `${loginUrl.replace(/\/$/, '')}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: appId,
      client_secret: appPassword,
      scope,
    });
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(waitMs),
      });
      if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`);
      const { access_token, expires_in } = granted.parse(await response.json());
      held = { token: access_token, until: Date.now() + expires_in * 1_000 - earlyMs };
      return access_token;
    } catch (error) {
      throw new ChatError('unavailable', 'no token for the Bot Connector', { cause: error });
    }
  }

  return () => {
    if (held && held.until > Date.now()) return Promise.resolve(held.token);
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
