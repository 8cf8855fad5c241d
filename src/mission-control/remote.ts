// The way in over HTTP: any Person Server that serves MISSION-CONTROL at its `mission_control_endpoint`.
import { z } from 'zod';
import { decisionToWire, revocationToWire, terminationToWire } from '#mission-control/acts.ts';
import { MissionControlError } from '#mission-control/error.ts';
import {
  Request as Ask,
  BoundAgent,
  Description,
  LogEntry,
  Mission,
  MissionSummary,
  TerminationReport,
} from '#mission-control/facts.ts';
import type { MissionControl, Outcome } from '#mission-control/port.ts';
import { callRemote, type Query, type Remote, type Reply } from '#mission-control/remote-call.ts';
import { watchRemote } from '#mission-control/remote-changes.ts';
import { fromWire } from '#mission-control/wire.ts';

const after = z.string().optional();
const Requests = z.object({ requests: z.array(Ask), after });
const Missions = z.object({ missions: z.array(MissionSummary), after });
const Entries = z.object({ entries: z.array(LogEntry), after: z.int().optional() });
const Agents = z.object({ agents: z.array(BoundAgent) });
const Refusal = z.object({ request: Ask.optional(), detail: z.string().optional() });

/**
 * The port over HTTP. Nothing is retried: reading again is the reader's next round, and a decision or a termination said
 * again is answered with what became of the first.
 */
export function openRemote(remote: Remote): MissionControl {
  const get = async <S extends z.ZodType>(schema: S, path: string, query?: Query) =>
    answerOf(schema, await callRemote(remote, path, query ? { query } : {}));
  /** Undefined for a `404` that says so; a `404` that means something else is no answer to the question. */
  const find = async <S extends z.ZodType>(schema: S, missing: string, path: string, body?: unknown) => {
    const reply = await callRemote(remote, path, { body });
    return reply.error === missing ? undefined : answerOf(schema, reply);
  };
  const request = (id: string) => `/requests/${segment(id)}`;
  const mission = (s256: string) => `/missions/${segment(s256)}`;

  const readRequest = (id: string) => find(Ask, 'request_not_found', request(id));
  return {
    describe: () => get(Description, ''),
    listRequests: ({ missionS256, ...filter }) =>
      get(Requests, '/requests', { ...filter, mission_s256: missionS256 }),
    readRequest,
    async decide(id, decision) {
      const reply = await callRemote(remote, request(id), { body: decisionToWire(decision) });
      return await outcomeOf(reply, () => readRequest(id));
    },
    listMissions: (filter) => get(Missions, '/missions', filter),
    readMission: (s256) => find(Mission, 'mission_not_found', mission(s256)),
    async readLog(s256, page) {
      const reply = await callRemote(remote, `${mission(s256)}/log`, { query: page });
      return reply.error === 'mission_not_found' ? { entries: [] } : answerOf(Entries, reply);
    },
    terminate: (s256, termination) =>
      find(TerminationReport, 'mission_not_found', mission(s256), terminationToWire(termination)),
    readTermination: (s256) => find(TerminationReport, 'mission_not_found', `${mission(s256)}/termination`),
    async listAgents(filter) {
      return (await get(Agents, '/agents', filter)).agents;
    },
    async revokeAgent(id, decidedBy) {
      const path = `/agents/${segment(id)}`;
      return (await find(z.unknown(), 'agent_not_found', path, revocationToWire(decidedBy))) !== undefined;
    },
    watch: (options) => watchRemote(remote, options),
  };
}

/** A URL takes dots for steps of a path, however they are written; no id is one, so what is asked for is no id at all. */
const segment = (id: string) => encodeURIComponent(/^\.{1,2}$/.test(id) ? ' ' : id);

function answerOf<S extends z.ZodType>(schema: S, { status, error, body }: Reply): z.output<S> {
  if (error !== undefined)
    throw new MissionControlError('unexpected_answer', `mission control refuses with ${status} ${error}`);
  const read = fromWire(schema, body);
  if ('wrong' in read)
    throw new MissionControlError(
      'unexpected_answer',
      `mission control answers otherwise than promised: ${read.wrong}`,
    );
  return read.value;
}

/** A refusal carries the request as it now is; where a server leaves it out, it is read. */
async function outcomeOf(reply: Reply, readNow: () => Promise<Ask | undefined>): Promise<Outcome> {
  switch (reply.error) {
    case undefined:
      return { kind: 'decided', request: answerOf(Ask, reply) };
    case 'request_not_found':
      return { kind: 'request_not_found' };
    case 'already_decided':
    case 'request_changed':
    case 'mission_terminated':
    case 'expired':
    case 'too_many_rounds': {
      const { request = await readNow() } = answerOf(Refusal, { status: reply.status, body: reply.body });
      return request ? { kind: reply.error, request } : { kind: 'request_not_found' };
    }
    case 'invalid_request': {
      const { detail } = answerOf(Refusal, { status: reply.status, body: reply.body });
      return { kind: 'invalid_request', detail: detail ?? 'the server does not say what is wrong' };
    }
    default:
      throw new MissionControlError(
        'unexpected_answer',
        `mission control refuses a decision with ${reply.status} ${reply.error}`,
      );
  }
}
