// What arrives at /api/messages: believed, read, stored, and only then acknowledged.
import { takeBody } from '#body.ts';
import type { Card, SafeText } from '#cards/card.ts';
import * as words from '#cards/words/drawing.ts';
import {
  type Actor,
  type ChatListener,
  type Happening,
  type Mentioned,
  mostMentions,
  type Place,
} from '#chat/chat.ts';
import {
  type Activity,
  actId,
  activitySchema,
  type Heard,
  hear,
  placeOf,
  tenantsOf,
} from '#chat/teams/activity.ts';
import type { Line } from '#chat/teams/connector.ts';
import { renderPage } from '#chat/teams/full-text.ts';
import { cardType } from '#chat/teams/limits.ts';
import { actorOf, mentionedActor } from '#chat/teams/roster.ts';
import { isAllowed, type Router } from '#chat/teams/routes.ts';
import type { TokenVerifier } from '#chat/teams/verify-token.ts';
import type { Log } from '#log.ts';

export type Peer = { readonly address: string };

const bodyLimitBytes = 256 * 1_024;
const channelId = 'msteams';

export type Rules = {
  /** Tenants whose people may speak to the bot, in lower case. */
  readonly tenants: readonly string[];
  readonly serviceUrlHosts: readonly string[];
  /** Absent in unauthenticated development, where only this machine may speak to the bot. */
  readonly verify: TokenVerifier | undefined;
};

type Refusal = { readonly status: 400 | 401 | 403 | 405 | 413 | 415 | 503; readonly why: string };
const refuse = (status: Refusal['status'], why: string): Refusal => ({ status, why });

type Believed = { readonly activity: Activity; readonly place: Place };

/** Answers one request with `200` and, for an invoke, what the person sees; every refusal is a 4xx with problem details. */
export function openInbound(rules: Rules, line: Line, router: Router, listener: ChatListener, log: Log) {
  return async (request: Request, peer: Peer): Promise<Response> => {
    const heard = await believe(request, peer, rules);
    if ('why' in heard) {
      log.warn({ status: heard.status, why: heard.why, peer: peer.address }, 'teams: request refused');
      return problem(heard);
    }
    try {
      return await take(heard, line, router, listener, log);
    } catch (error) {
      log.error({ err: error, activity: heard.activity.id }, 'teams: what happened could not be stored');
      if (heard.activity.type !== 'invoke') return problem(refuse(503, 'not stored; send it again'));
      return sorry(500, 'InternalServerError', words.notRecorded);
    }
  };
}

/** Decides whether a request is believed. Nothing in the body is read before the token has been checked. */
async function believe(request: Request, peer: Peer, rules: Rules): Promise<Believed | Refusal> {
  if (request.method !== 'POST') return refuse(405, 'only POST is answered here');
  // Another type could be sent by any web page of a person on this machine.
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    return refuse(415, 'not JSON');

  const verdict = await rules.verify?.(request.headers.get('authorization'));
  if (verdict?.kind === 'refused') return refuse(401, verdict.why);
  if (verdict?.kind === 'cannot-tell') return refuse(503, 'the keys of the Bot Connector cannot be had');
  if (!verdict && !isLoopback(peer.address)) return refuse(403, 'unauthenticated, and not from this machine');

  const body = await readBody(request);
  if (body === undefined) return refuse(413, 'the body is too large');
  const parsed = activitySchema.safeParse(body);
  if (!parsed.success) {
    // The vendor's own check lets it be left out, which leaves the claim with nothing to agree with.
    const bare = parsed.error.issues.some(({ path }) => path[0] === 'serviceUrl');
    return bare ? refuse(403, 'no serviceUrl') : refuse(400, 'not an activity');
  }
  const activity = parsed.data;

  if (activity.channelId !== channelId) return refuse(403, 'not the Teams channel');
  if (verdict && !verdict.endorsements.includes(channelId))
    return refuse(403, 'the key is not endorsed for Teams');
  if (verdict && verdict.serviceUrl !== activity.serviceUrl) return refuse(403, 'wrong serviceUrl');
  if (!isAllowed(activity.serviceUrl, rules.serviceUrlHosts)) return refuse(403, 'serviceUrl not allowed');
  const [tenant, ...others] = tenantsOf(activity);
  if (!tenant || others.length > 0) return refuse(403, 'no one tenant');
  if (!rules.tenants.includes(tenant)) return refuse(403, 'tenant not allowed');
  return { activity, place: placeOf(activity, tenant) };
}

async function take(
  { activity, place }: Believed,
  line: Line,
  router: Router,
  listener: ChatListener,
  log: Log,
): Promise<Response> {
  const heard = hear(activity);
  const ids = { activity: activity.id, kind: heard.kind, tenant: place.tenant, channel: place.channel };
  switch (heard.kind) {
    case 'nothing':
      return new Response(null, { status: 200 });
    case 'unknown-invoke':
      log.info(ids, 'teams: invoke is none of ours');
      return sorry(400, 'BadRequest', words.unknownButton);
    case 'refreshed':
      return tell(words.onlyAPress);
    case 'place-changed':
    case 'said':
    case 'pressed':
  }
  await router.learn(activity, place, activity.from.aadObjectId?.toLowerCase());
  const actor =
    heard.kind === 'place-changed'
      ? unknownActor(activity, place)
      : await actorOf(activity, place, line, log);
  if (heard.kind === 'pressed' && heard.press.verb === 'read') {
    const back = heard.page === 0 ? heard.message : undefined;
    const card = await listener.read(actor, place, heard.press, back);
    log.info(
      { ...ids, user: actor.user, standing: actor.standing, shown: card !== undefined },
      'teams: full text asked',
    );
    return card ? page(card, heard, place) : tell(words.nothingToShow);
  }
  const mentions =
    heard.kind === 'said' ? await mentionsIn(activity, place, heard.named ?? [], line, log) : [];
  await listener.accept(happening(activity, place, actor, heard, mentions));
  log.info({ ...ids, user: actor.user, standing: actor.standing }, 'teams: accepted');
  if (heard.kind === 'pressed') return tell(words.received);
  return new Response(null, { status: 200 });
}

type Act = Extract<Heard, { kind: 'said' | 'pressed' | 'place-changed' }>;

/** The people that words mention, as the roster of the place knows them. */
async function mentionsIn(
  activity: Activity,
  place: Place,
  named: NonNullable<Extract<Heard, { kind: 'said' }>['named']>,
  line: Line,
  log: Log,
): Promise<readonly Mentioned[]> {
  return await Promise.all(
    named.slice(0, mostMentions).map(async ({ text, id }) => ({
      text,
      who: await mentionedActor(activity, place, id, text, line, log),
    })),
  );
}

function happening(
  activity: Activity,
  place: Place,
  actor: Actor,
  heard: Act,
  mentions: readonly Mentioned[],
): Happening {
  const said = new Date(activity.timestamp ?? Number.NaN);
  const at = Number.isNaN(said.getTime()) ? new Date() : said;
  const common = { id: actId(activity, heard), place, actor, at };
  if (heard.kind === 'place-changed') return { ...common, ...heard };
  if (heard.kind === 'said') {
    const { named: _, ...said } = heard;
    return { ...common, ...said, ...(mentions.length > 0 && { mentions }) };
  }
  const { press, values, thread, message } = heard;
  const on = { place, message, ...(thread !== undefined && { thread }) };
  return { ...common, kind: 'pressed', press, on, ...(values && { values }) };
}

/** Who put the bot in or out is told, but decides nothing by it: nobody asks the roster of a place that may be gone. */
const unknownActor = ({ from }: Activity, place: Place): Actor => ({
  platform: 'teams',
  tenant: place.tenant,
  user: from.aadObjectId?.toLowerCase() ?? from.id,
  name: (from.name ?? '').slice(0, 200),
  standing: 'unknown',
});

/** The invoke's answer replaces the card in the eyes of the person who pressed, and of nobody else. */
const invokeAnswer = (statusCode: number, type: string, value: unknown) =>
  Response.json({ statusCode, type, value });
const tell = (value: SafeText) => invokeAnswer(200, 'application/vnd.microsoft.activity.message', value);
const sorry = (status: number, code: string, message: SafeText) =>
  invokeAnswer(status, 'application/vnd.microsoft.error', { code, message });
const page = (card: Card, heard: Extract<Heard, { kind: 'pressed' }>, place: Place) =>
  invokeAnswer(200, cardType, renderPage(card, heard.press, place.tenant, heard.page));

/** The parsed body; undefined where it is larger than anything Teams sends; null where it is not JSON. */
async function readBody(request: Request): Promise<unknown> {
  const bytes = await takeBody(request, bodyLimitBytes);
  if (!bytes) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

const isLoopback = (address: string) => /^(::ffff:)?127\.|^::1$/.test(address);

function problem({ status, why }: Refusal): Response {
  return Response.json(
    { status, error: status === 401 ? 'invalid_token' : 'refused', detail: why },
    {
      status,
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        ...(status === 401 && { 'www-authenticate': 'Bearer' }),
        ...(status === 405 && { allow: 'POST' }),
      },
    },
  );
}
