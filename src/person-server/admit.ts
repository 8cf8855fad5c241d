import { z } from 'zod';
import { openJws } from '#aauth/jws.ts';
import { isS256 } from '#aauth/mission-blob.ts';
import { type Received, verifySignedRequest } from '#aauth/signature.ts';
import { signatureProblem } from '#aauth/signature-problem.ts';
import type { AgentToken } from '#aauth/tokens.ts';
import { invalidRequest, type Json, type Refused, readBytes, readJson } from '#person-server/body.ts';
import type { OwnMission } from '#person-server/missions.ts';
import { rememberAgentToken } from '#person-server/revocations.ts';
import { type Server, verifierOf } from '#person-server/server.ts';
import { isStorable } from '#person-server/storable.ts';

/** A request whose signature verified, from an agent that may speak for itself here. */
export type Admitted = {
  readonly kind: 'admitted';
  readonly agent: AgentToken;
  /** Whom the agent is bound to; undefined for a new one. */
  readonly person: string | undefined;
  /** The mission the request names, if it is the agent's own: as it stood when the agent was let in. */
  readonly mission: OwnMission | undefined;
  /** What was signed, as one digest: the same bytes open no second request while their first waits. */
  readonly signed: string;
  /** Whether the same bytes came before, so lately that the agent may mean both. */
  readonly saidBefore: boolean;
  /** Empty where the request has no body. */
  readonly json: Json;
  /** How long the agent would have the connection held (`Prefer: wait`), within our own bound. */
  readonly waitMs: number;
  /** Ends when the agent hangs up. */
  readonly signal: AbortSignal;
};

/** What a replay is answered with (draft §freshness-and-replay). */
export const receivedBefore = signatureProblem(
  'invalid_signature',
  'this signed request was received before',
);

/**
 * Lets an agent in, signature first (draft §verification): whatever is wrong before that is known is a `401` with its
 * `Signature-Error`, whatever is wrong after is a problem of the endpoint. A sub-agent is refused everywhere, an agent token
 * its provider revoked too, and a POST that comes back within the signature's window (draft §freshness-and-replay): a
 * DELETE said again changes nothing.
 */
export async function admit(server: Server, request: Request): Promise<Admitted | Refused> {
  const arrived = await receive(server, request);
  if (arrived.kind === 'refused') return arrived;
  const { received } = arrived;
  const signed = await verifySignedRequest(received, {
    ...verifierOf(server),
    accept: 'agent',
    authority: new URL(server.issuer).host,
  });
  if (signed.kind === 'refused') return signed;
  const { agent, proof } = signed;
  if (!isStorable(agent.jti) || agent.jti.length > 256) {
    return { kind: 'refused', problem: signatureProblem('invalid_jwt', 'the token has no usable jti') };
  }
  const json = readJson(received.headers, received.body, server.limits.bodyDepth);
  const known = await server.recognise({
    agent,
    missionS256: json.kind === 'json' ? namedIn(json.json) : undefined,
    proof: received.method === 'POST' ? proof : undefined,
    now: server.now(),
  });
  if (known.revoked) {
    return {
      kind: 'refused',
      problem: signatureProblem('revoked_jwt', 'the agent token was revoked by its provider'),
    };
  }
  if (signed.kind === 'sub_agent') {
    return invalidRequest('a sub-agent does not ask for itself: its parent does, with subagent_token');
  }
  if (known.replayed) return { kind: 'refused', problem: receivedBefore };
  await rememberAgentToken(server, agent);

  if (json.kind === 'refused') return json;
  // An intermediary has a Person Server of its own; here it acts for whom its upstream token names, and polls for that.
  const chained = json.json.upstream_token !== undefined || received.path.startsWith('/pending/');
  if (agent.ps !== undefined && agent.ps !== server.issuer && !chained) {
    return invalidRequest('the agent token names another person server');
  }
  return {
    kind: 'admitted',
    agent: signed.agent,
    person: known.person,
    mission: known.mission,
    signed: proof.signed,
    saidBefore: known.saidBefore,
    json: json.json,
    waitMs: waitMs(received.headers, server.limits.waitMs) ?? 0,
    signal: request.signal,
  };
}

const ClaimedMission = z.object({ mission_s256: z.string() });

/** The mission a request is about, as far as it says so itself: nothing of it is verified yet. */
function namedIn({ mission_s256: named, presented_token: presented }: Json): string | undefined {
  const carried =
    typeof presented === 'string' ? ClaimedMission.safeParse(openJws(presented)?.payload) : undefined;
  const s256 = named ?? carried?.data?.mission_s256;
  return typeof s256 === 'string' && isS256(s256) ? s256 : undefined;
}

/** A request as it arrived, with its bytes read. */
export async function receive(
  server: Server,
  request: Request,
): Promise<{ readonly kind: 'received'; readonly received: Received } | Refused> {
  const body = await readBytes(request, server.limits.bodyBytes);
  if (body.kind === 'refused') return body;
  const { pathname, search } = new URL(request.url);
  return {
    kind: 'received',
    received: {
      method: request.method,
      path: pathname,
      query: search.slice(1),
      headers: request.headers,
      body: body.bytes,
    },
  };
}

/** How long the sender would have the connection held (`Prefer: wait=N`, RFC 7240), at most `most`; undefined where it does not say. */
export function waitMs(headers: Headers, most: number): number | undefined {
  const wait = /(?:^|[,;]\s*)wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec(headers.get('prefer') ?? '')?.[1];
  return wait === undefined ? undefined : Math.min(Number(wait) * 1000, most);
}
