// The verbs of the bot's port, on our own truth. The shapes are those of the port, which is declared by the room that needs it.

import { listBindings } from '#person-server/agents.ts';
import { type Decision, decide } from '#person-server/decide.ts';
import { displayedCode, pendingUrl } from '#person-server/deferred.ts';
import { readLog, showEntry } from '#person-server/mission-log.ts';
import { readMission } from '#person-server/missions.ts';
import { readClarifications, readRequest } from '#person-server/requests.ts';
import { revokeAgent } from '#person-server/revoke-agent.ts';
import type { Server } from '#person-server/server.ts';
import { openStates, type RequestRow, showRequest } from '#person-server/shown.ts';
import { showMissions } from '#person-server/shown-missions.ts';
import type { DecidedBy } from '#person-server/tables.ts';
import { readTermination, terminateMission } from '#person-server/terminate.ts';
import { watch } from '#person-server/watch.ts';

type Page = { readonly after?: string; readonly limit?: number };

export type RequestFilter = Page & {
  readonly state?: 'open' | 'closed';
  readonly missionS256?: string;
  readonly agent?: string;
  readonly person?: string;
};

export type MissionFilter = Page & {
  readonly status?: 'active' | 'terminated';
  readonly agent?: string;
  readonly person?: string;
  readonly q?: string;
};

const capabilities = [
  'actor',
  'reason',
  'digest',
  'ask',
  'answer',
  'narrow',
  'revoke',
  'log_denials',
  'complete',
  'events',
];

const usualPage = 50;
const longestPage = 200;

export type Oversight = ReturnType<typeof openOversight>;

/** Opens the overseers' side of the server. Every list is a bounded page; a cursor that is none of ours starts from the beginning. */
export function openOversight(server: Server) {
  const { store, limits } = server;

  async function show(rows: readonly RequestRow[]) {
    const now = server.now();
    const rounds = await readClarifications(
      store,
      rows.filter(({ rounds }) => rounds > 0).map(({ id }) => id),
    );
    return rows.map((row) =>
      showRequest(
        row,
        rounds.filter(({ requestId }) => requestId === row.id),
        limits,
        now,
      ),
    );
  }

  return {
    async describe() {
      return {
        issuer: server.issuer,
        capabilities,
        limits: { rounds: limits.rounds, pending_seconds: limits.pendingMs / 1000 },
      };
    },

    /** Oldest first. Open means that a decision would still be taken: not past its deadline, whatever the sweep has seen. */
    async listRequests(filter: RequestFilter) {
      const limit = pageOf(filter);
      const after = cursorOf(filter);
      const { state, missionS256, agent, person } = filter;
      const now = server.now();
      let query = store
        .selectFrom('request')
        .selectAll()
        .orderBy('number')
        .limit(limit + 1);
      if (after !== undefined) query = query.where('number', '>', after);
      if (missionS256 !== undefined) query = query.where('missionS256', '=', missionS256);
      if (agent !== undefined) query = query.where('agentSub', '=', agent);
      if (person !== undefined) query = query.where('person', '=', person);
      if (state === 'open') query = query.where('state', 'in', openStates).where('expiresAt', '>', now);
      if (state === 'closed') {
        query = query.where((eb) => eb.or([eb('state', 'not in', openStates), eb('expiresAt', '<=', now)]));
      }
      const rows = await query.execute();
      const page = rows.slice(0, limit);
      const more = rows.length > limit ? page.at(-1)?.number : undefined;
      return { requests: await show(page), after: more === undefined ? undefined : String(more) };
    },

    async readRequest(id: string) {
      const row = await readRequest(store, id);
      return row && (await show([row]))[0];
    },

    decide: (id: string, decision: Decision) => decide(server, id, decision),

    /** Newest first; `q` is a part of the description or of the agent's id, whatever its case. */
    async listMissions(filter: MissionFilter) {
      const limit = pageOf(filter);
      const after = cursorOf(filter);
      const { status, agent, person, q } = filter;
      const now = server.now();
      let query = store
        .selectFrom('mission')
        .selectAll()
        .orderBy('number', 'desc')
        .limit(limit + 1);
      if (after !== undefined) query = query.where('number', '<', after);
      if (agent !== undefined) query = query.where('agentSub', '=', agent);
      if (person !== undefined) query = query.where('person', '=', person);
      if (status === 'active') {
        query = query
          .where('terminatedAt', 'is', null)
          .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', now)]));
      }
      if (status === 'terminated') {
        query = query.where((eb) => eb.or([eb('terminatedAt', 'is not', null), eb('expiresAt', '<=', now)]));
      }
      if (q !== undefined && q !== '') {
        const part = `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`;
        query = query.where((eb) => eb.or([eb('description', 'ilike', part), eb('agentSub', 'ilike', part)]));
      }
      const rows = await query.execute();
      const page = rows.slice(0, limit);
      const more = rows.length > limit ? page.at(-1)?.number : undefined;
      return {
        missions: await showMissions(store, page, now),
        after: more === undefined ? undefined : String(more),
      };
    },

    /** The mission with its exact bytes, its accepted updates and every token issued under it. */
    async readMission(s256: string) {
      const row = await readMission(store, s256);
      if (!row) return undefined;
      const [summary] = await showMissions(store, [row], server.now());
      if (!summary) return undefined;
      const updates = await store
        .selectFrom('missionUpdate')
        .select(['s256', 'description', 'acceptedAt'])
        .where('missionS256', '=', s256)
        .orderBy('number')
        .execute();
      const tokens = await store
        .selectFrom('token')
        .selectAll()
        .where('missionS256', '=', s256)
        .orderBy('expiresAt', 'desc')
        .limit(longestPage)
        .execute();
      return {
        ...summary,
        mission: Buffer.from(row.blob).toString('base64url'),
        acceptedUpdates: updates,
        tokens: tokens.map((token) => ({
          jti: token.jti,
          resource: token.resource,
          scope: token.scope ?? undefined,
          issuedAt: token.issuedAt,
          expiresAt: token.expiresAt,
          revokedAt: token.revokedAt ?? undefined,
          acknowledgedAt: token.acknowledgedAt ?? undefined,
        })),
      };
    },

    async readLog(s256: string, page: { readonly after?: number; readonly limit?: number }) {
      const limit = pageOf(page);
      const rows = await readLog(store, s256, page.after ?? 0, limit + 1);
      const entries = rows.slice(0, limit).map(showEntry);
      return { entries, after: rows.length > limit ? entries.at(-1)?.seq : undefined };
    },

    terminate: (
      s256: string,
      termination: {
        readonly reason: 'completed' | 'revoked' | 'superseded' | 'administrative';
        readonly note?: string;
        readonly decidedBy: DecidedBy;
      },
    ) => terminateMission(server, s256, termination),

    readTermination: (s256: string) => readTermination(server, s256),

    listAgents: (filter: { readonly person?: string }) => listBindings(store, filter),

    revokeAgent: (id: string, decidedBy: DecidedBy) => revokeAgent(server, id, decidedBy),

    watch: (options: { readonly after?: string; readonly signal: AbortSignal }) => watch(server, options),

    /** What only the agent knows of its request: for drivers of tests, and for nobody outside development. */
    async debugRequest(id: string) {
      if (!server.development) return undefined;
      const row = await readRequest(store, id);
      return row && { code: displayedCode(row.code), pendingUrl: pendingUrl(server, row) };
    },
  };
}

function pageOf({ limit = usualPage }: { readonly limit?: number }): number {
  return Math.min(Math.max(1, Math.trunc(limit) || usualPage), longestPage);
}

function cursorOf({ after }: Page): number | undefined {
  return after !== undefined && /^\d{1,15}$/.test(after) ? Number(after) : undefined;
}
