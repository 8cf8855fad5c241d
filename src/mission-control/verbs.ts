// What each path of mission control answers, by method.

import { z } from 'zod';
import { problemResponse } from '#aauth/problem.ts';
import { takeBody } from '#body.ts';
import { decisionFromWire, revocationFromWire, terminationFromWire } from '#mission-control/acts.ts';
import type { Caller, Scope } from '#mission-control/authentication.ts';
import { changesResponse } from '#mission-control/event-stream.ts';
import {
  Request as Ask,
  BoundAgent,
  type DecidedBy,
  Description,
  isReviewer,
  LogEntry,
  Mission,
  MissionSummary,
  reviewerName,
  TerminationReport,
} from '#mission-control/facts.ts';
import type { MissionControl, Outcome } from '#mission-control/port.ts';
import { fromWire, toWire } from '#mission-control/wire.ts';

/** One call: `id` is absent where the path has none, or none that could name anything. */
export type Call = {
  readonly request: Request;
  readonly id: string | undefined;
  readonly query: URLSearchParams;
  readonly caller: Caller;
};
export type Verb = { readonly scope: Scope; readonly answer: (call: Call) => Promise<Response> };

type Methods = { readonly GET?: Verb; readonly POST?: Verb };

/** What only the agent and a test driver may know of a request: its interaction code and its pending URL. */
export type Debug = (
  requestId: string,
) => Promise<{ readonly code?: string; readonly pendingUrl?: string } | undefined>;

/** What a caller sent cannot be understood, or is too much. */
export class Misunderstood extends Error {
  override readonly name = 'Misunderstood';
  readonly status: 400 | 413 | 415;

  constructor(status: 400 | 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

/** A caller decides in the name of somebody they may not speak for. */
export class NotTheirVoice extends Error {
  override readonly name = 'NotTheirVoice';
}

const bodyLimit = 256 * 1024;
const longestPage = 200;

/** Postgres keeps no NUL, and no id or name holds a control character. */
const text = z
  .string()
  .max(512)
  .regex(/^[^\p{Cc}]*$/u, 'holds a control character');
const limit = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, 'not a number of entries')
  .transform((digits) => Math.min(Number(digits), longestPage));
const page = { after: text.optional(), limit: limit.optional() };
const RequestQuery = z.object({
  state: z.enum(['open', 'closed']).optional(),
  missionS256: text.optional(),
  agent: text.optional(),
  person: text.optional(),
  ...page,
});
const MissionQuery = z.object({
  status: z.enum(['active', 'terminated']).optional(),
  agent: text.optional(),
  person: text.optional(),
  q: text.optional(),
  ...page,
});
const LogQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'not a sequence number')
    .transform(Number)
    .optional(),
  limit: limit.optional(),
});
const AgentQuery = z.object({ person: text.optional() });

/** The verbs of `port` by path (without a leading slash, `:` for an id) and method. */
export function verbsOf(port: MissionControl, debug: Debug | undefined): ReadonlyMap<string, Methods> {
  const showRequest = async (request: Ask, query: URLSearchParams) => {
    const shown = toWire(Ask, request) as object;
    const more = debug && query.get('debug') === '1' ? await debug(request.id) : undefined;
    return { ...shown, ...(more && { code: more.code, pending_url: more.pendingUrl }) };
  };
  const describe = reads(async () => json(toWire(Description, await port.describe())));

  const paths: Record<string, Methods> = {
    '': { GET: describe },
    requests: {
      GET: reads(async ({ query }) => {
        const { requests, after } = await port.listRequests(queryOf(RequestQuery, query));
        const shown = await Promise.all(requests.map((request) => showRequest(request, query)));
        return json({ requests: shown, after });
      }),
    },
    'requests/:': {
      GET: reads(async ({ id, query }) => {
        const request = id && (await port.readRequest(id));
        return request ? json(await showRequest(request, query)) : notFound('request');
      }),
      POST: {
        scope: 'requests:decide',
        async answer({ id, request, caller }) {
          const decision = understood(decisionFromWire(await bodyOf(request)));
          inTheirName(caller, decision.decidedBy);
          return id ? outcomeResponse(await port.decide(id, decision)) : notFound('request');
        },
      },
    },
    missions: {
      GET: reads(async ({ query }) => {
        const { missions, after } = await port.listMissions(queryOf(MissionQuery, query));
        return json({ missions: missions.map((mission) => toWire(MissionSummary, mission)), after });
      }),
    },
    'missions/:': {
      GET: reads(async ({ id }) => {
        const mission = id && (await port.readMission(id));
        return mission ? json(toWire(Mission, mission)) : notFound('mission');
      }),
      POST: {
        scope: 'missions:terminate',
        async answer({ id, request, caller }) {
          const termination = understood(terminationFromWire(await bodyOf(request)));
          inTheirName(caller, termination.decidedBy);
          const report = id && (await port.terminate(id, termination));
          return report ? json(toWire(TerminationReport, report)) : notFound('mission');
        },
      },
    },
    'missions/:/log': {
      GET: reads(async ({ id, query }) => {
        const wanted = queryOf(LogQuery, query);
        // A page of a log nobody keeps is not an empty page.
        if (!id || !(await port.readMission(id))) return notFound('mission');
        const { entries, after } = await port.readLog(id, wanted);
        return json({ entries: entries.map((entry) => toWire(LogEntry, entry)), after });
      }),
    },
    'missions/:/termination': {
      GET: reads(async ({ id }) => {
        const report = id && (await port.readTermination(id));
        return report ? json(toWire(TerminationReport, report)) : notFound('mission');
      }),
    },
    agents: {
      GET: reads(async ({ query }) => {
        const agents = await port.listAgents(queryOf(AgentQuery, query));
        return json({ agents: agents.map((agent) => toWire(BoundAgent, agent)) });
      }),
    },
    'agents/:': {
      POST: {
        scope: 'missions:terminate',
        async answer({ id, request, caller }) {
          const decidedBy = understood(revocationFromWire(await bodyOf(request)));
          inTheirName(caller, decidedBy);
          return id && (await port.revokeAgent(id, decidedBy))
            ? json({ id, revoked: true })
            : notFound('agent');
        },
      },
    },
    events: {
      GET: reads(async ({ request, query }) => {
        const after = request.headers.get('last-event-id') ?? query.get('after') ?? '';
        // A place in the stream that cannot be one of ours is no place: the reader hears from now on and reconciles.
        return changesResponse(port, /^[\x21-\x7e]{1,512}$/.test(after) ? after : undefined, request.signal);
      }),
    },
  };
  return new Map(Object.entries(paths));
}

/** The reviewer is nobody among the people: its name and its way in go together, or a deed would stand under another's. */
function inTheirName(caller: Caller, decidedBy: DecidedBy) {
  const { person } = decidedBy;
  if (isReviewer(decidedBy) !== (person === reviewerName))
    throw new NotTheirVoice('the reviewer decides by its own name and way in, and nobody else does');
  if (!caller.speaksFor(person)) throw new NotTheirVoice('this credential may not decide for that person');
}

function reads(answer: Verb['answer']): Verb {
  return { scope: 'missions:read', answer };
}

/** What became of a decision; every refusal of one carries the request as it now is. */
function outcomeResponse(outcome: Outcome): Response {
  if (outcome.kind === 'request_not_found') return notFound('request');
  if (outcome.kind === 'invalid_request') throw new Misunderstood(400, outcome.detail);
  const request = toWire(Ask, outcome.request);
  // Who won, with what and when, is what the caller of a refused decision looks for first.
  const decision = outcome.request.decision && toWire(Ask.shape.decision, outcome.request.decision);
  const refused = (status: number, detail: string) =>
    problemResponse({
      status,
      error: outcome.kind,
      detail,
      members: { request, ...(decision ? { decision } : {}) },
    });
  switch (outcome.kind) {
    case 'decided':
      return json(request);
    case 'already_decided': {
      const by = outcome.request.decision?.decidedBy.person;
      return refused(409, by ? `${by} decided first` : 'this is decided already');
    }
    case 'request_changed':
      return refused(409, 'the request is no longer what the decision was made on');
    case 'mission_terminated':
      return refused(409, 'the mission is over');
    case 'expired':
      return refused(410, 'nobody answered in time');
    case 'too_many_rounds':
      return refused(429, 'no clarification round is left');
  }
}

function notFound(thing: 'request' | 'mission' | 'agent') {
  return problemResponse({ status: 404, error: `${thing}_not_found`, detail: `there is no such ${thing}` });
}

function json(body: unknown) {
  return Response.json(body, {
    headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  });
}

function queryOf<S extends z.ZodType>(schema: S, query: URLSearchParams): z.output<S> {
  const given = [...query].filter(([, value]) => value !== '');
  return understood(fromWire(schema, Object.fromEntries(given)));
}

function understood<T>(read: { readonly value: T } | { readonly wrong: string }): T {
  if ('wrong' in read) throw new Misunderstood(400, read.wrong);
  return read.value;
}

async function bodyOf(request: Request): Promise<unknown> {
  const [type] = (request.headers.get('content-type') ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/json')
    throw new Misunderstood(415, 'the body has to be application/json');
  const bytes = await takeBody(request, bodyLimit);
  if (!bytes) throw new Misunderstood(413, `the body is larger than ${bodyLimit} bytes`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Misunderstood(400, 'the body is not JSON');
  }
}
