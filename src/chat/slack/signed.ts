// Slack's requests over HTTP: verified over the bytes as they came, then given to Bolt.
// docs.slack.dev/authentication/verifying-requests-from-slack
import { type App, type Receiver, verifySlackRequest } from '@slack/bolt';
import { z } from 'zod';
import { takeBody } from '#body.ts';
import type { Log } from '#log.ts';

/** A delivery of Slack's is a few kilobytes; the largest view submission stays below this. */
const mostBytes = 1_000_000;
/** Slack's own rule for the past; the same is asked of the future, where a signature would otherwise be good for ever. */
const skewSeconds = 300;

export type SignedRequests = {
  readonly receiver: Receiver;
  /** Answers one request to Slack's request URL. */
  readonly answer: (request: Request) => Promise<Response>;
};

/** `now` gives milliseconds. An empty secret is refused at once: it would verify anybody's signature. */
export function signedRequests(
  signingSecret: string,
  log: Log,
  now: () => number = Date.now,
): SignedRequests {
  if (signingSecret === '') throw new TypeError('the signing secret is empty');
  const { promise: app, resolve } = Promise.withResolvers<App>();

  async function answer(request: Request): Promise<Response> {
    if (request.method !== 'POST') return refusal(405, 'only POST is answered here');
    const raw = await readBody(request);
    if (raw === undefined) return refusal(413, 'the body is too large');
    if (!isGenuine(request.headers, raw)) return refusal(401, 'the signature does not verify');
    const body = parseBody(request.headers.get('content-type') ?? '', raw);
    if (body === undefined) return refusal(400, 'the body cannot be read');

    if (body.type === 'url_verification') return Response.json({ challenge: body.challenge });
    // Neither is an event: the first tests the certificate, the second says that events are being held back.
    if (body.ssl_check !== undefined) return new Response(null, { status: 200 });
    if (body.type === 'app_rate_limited') {
      log.warn({ minute: body.minute_rate_limited }, 'slack holds back events: over 30,000 in an hour');
      return new Response(null, { status: 200 });
    }
    if (!Deliverable.safeParse(body).success) return refusal(400, 'this is no delivery of Slack');
    return await deliver(body, request.headers);
  }

  async function deliver(body: Record<string, unknown>, headers: Headers): Promise<Response> {
    const retry = z.coerce
      .number()
      .int()
      .safeParse(headers.get('x-slack-retry-num') ?? undefined);
    const reason = headers.get('x-slack-retry-reason');
    let response: Response | undefined;
    try {
      await (await app).processEvent({
        body,
        ...(retry.success && { retryNum: retry.data }),
        ...(reason !== null && { retryReason: reason }),
        async ack(said?: unknown) {
          response = said === undefined || said === '' ? new Response(null, { status: 200 }) : sayBack(said);
        },
      });
    } catch (error) {
      log.error(
        { err: error, retry: retry.data },
        'a delivery from slack was not taken; slack delivers it again',
      );
      return refusal(503, 'not taken; deliver again');
    }
    // Nothing of ours answers it, and delivering it again would not change that.
    return response ?? new Response(null, { status: 200 });
  }

  function isGenuine(headers: Headers, body: string): boolean {
    const signature = headers.get('x-slack-signature');
    const timestamp = headers.get('x-slack-request-timestamp');
    if (signature === null || timestamp === null || !/^\d{1,12}$/.test(timestamp)) return false;
    if (Number(timestamp) > now() / 1_000 + skewSeconds) return false;
    try {
      verifySlackRequest({
        signingSecret,
        body,
        headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': Number(timestamp) },
        nowMilliseconds: now(),
      });
      return true;
    } catch {
      return false;
    }
  }

  const receiver: Receiver = {
    init: resolve,
    async start() {},
    async stop() {},
  };
  return { receiver, answer };
}

/** The body as text, or undefined past the limit. */
async function readBody(request: Request): Promise<string | undefined> {
  const bytes = await takeBody(request, mostBytes);
  return bytes?.toString('utf8');
}

const Named = z.object({ id: z.string() });
/** In an event a name alone, or the thing itself. */
const Meant = z.union([z.string(), Named]).optional();

/** The least that Bolt needs to tell an event from a command from an interaction, and to read it. */
const Deliverable = z.union([
  z.object({
    event: z.object({ type: z.string(), channel: Meant, user: Meant, item: z.looseObject({}).optional() }),
  }),
  z.object({ command: z.string(), user_id: z.string() }),
  z.object({
    type: z.string(),
    user: Named,
    team: Named.nullish(),
    channel: Named.optional(),
    actions: z
      .array(z.object({ action_id: z.string() }))
      .min(1)
      .optional(),
    view: z.object({ callback_id: z.string() }).optional(),
  }),
]);

const Body = z.record(z.string(), z.unknown());

/** Events are JSON; commands are a form, and interactions a form whose one member is JSON. */
function parseBody(type: string, raw: string): Record<string, unknown> | undefined {
  try {
    if (type.startsWith('application/json')) return Body.parse(JSON.parse(raw));
    if (!type.startsWith('application/x-www-form-urlencoded')) return undefined;
    const form = Object.fromEntries(new URLSearchParams(raw));
    return form.payload === undefined ? form : Body.parse(JSON.parse(form.payload));
  } catch {
    return undefined;
  }
}

const sayBack = (said: unknown) => (typeof said === 'string' ? new Response(said) : Response.json(said));

const refusal = (status: number, detail: string) =>
  new Response(JSON.stringify({ status, error: 'refused', detail }), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
