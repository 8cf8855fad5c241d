import { sql } from 'kysely';
import { encodeMission, type MissionBlob } from '#aauth/mission-blob.ts';
import type { Agent } from '#person-server/agents.ts';
import type { Store, TerminationReason, Tool, Within } from '#person-server/tables.ts';
import { inTurns } from '#person-server/turns.ts';

/** What a person approved, before it has its name. */
export type Approved = {
  readonly agent: Agent;
  readonly person: string;
  readonly requestId: string;
  readonly description: string;
  readonly tools?: readonly Tool[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly expiresAt?: Date | undefined;
};

/** How a mission stands at one moment. */
export type Standing =
  | { readonly kind: 'active' }
  /** Past its `expires_at` and not yet closed: nobody may act on it, and whoever sees it closes it. */
  | { readonly kind: 'overdue' }
  | { readonly kind: 'terminated'; readonly reason: TerminationReason };

export type MissionRow = Awaited<ReturnType<typeof readMission>> & object;

/** As much of a mission as deciding takes what its agent asks under it. */
export type OwnMission = Pick<MissionRow, (typeof ownColumns)[number]>;

const mostAtOnce = 100;

/**
 * Reads the mission an agent owns under a name, for all who ask meanwhile: unknown and somebody else's are the same to it, and
 * to the store, which gives nothing of either (draft §mission-endpoint-errors).
 */
export function openOwnMissions(store: Store) {
  type Asked = { readonly agent: Agent; readonly s256: string };
  return inTurns<Asked, OwnMission | undefined>(
    async (asks) => {
      const said = JSON.stringify(asks.map(({ agent: { iss, sub }, s256 }) => ({ s256, iss, sub })));
      const asked = sql`jsonb_to_recordset(${said}::jsonb) as asked (s256 text, iss text, sub text)`;
      // By name first, which has an index whatever the plan; then of those, each agent's own.
      const rows = await store
        .selectFrom('mission')
        .select([...ownColumns, 'agentIss', 'agentSub'])
        .where(sql<boolean>`s256 = any (array(select asked.s256 from ${asked}))`)
        .where(
          sql<boolean>`(s256, agent_iss, agent_sub) in (select asked.s256, asked.iss, asked.sub from ${asked})`,
        )
        .execute();
      const missions = new Map(rows.map((row) => [row.s256, row]));
      return asks.map(({ agent, s256 }) => {
        const mission = missions.get(s256);
        // Of those who come in one turn, another may be the owner.
        return mission?.agentIss === agent.iss && mission.agentSub === agent.sub ? mission : undefined;
      });
    },
    { most: mostAtOnce },
  );
}

export const ownColumns = [
  's256',
  'person',
  'approvedTools',
  'approvedResources',
  'expiresAt',
  'terminatedAt',
  'terminationReason',
] as const;

/** By name, so that the plan of the statement that reads them can be kept. */
const columns = [
  's256',
  'number',
  'person',
  'agentIss',
  'agentSub',
  'blob',
  'description',
  'approvedTools',
  'approvedResources',
  'requestId',
  'approvedAt',
  'expiresAt',
  'terminatedAt',
  'terminationReason',
  'terminationNote',
  'terminatedBy',
  'terminatedSeq',
  'agentToldAt',
  'logSeq',
  'updates',
  'lastActivityAt',
] as const;

/** A mission by its name, whoever owns it: for the overseers. */
export async function readMission(store: Store, s256: string) {
  return await store.selectFrom('mission').select(columns).where('s256', '=', s256).executeTakeFirst();
}

/** Takes the mission for this transaction. Missions are taken before their requests, always, so that no two wait for each other. */
export async function holdMission(within: Within, s256: string) {
  return await within
    .selectFrom('mission')
    .selectAll()
    .where('s256', '=', s256)
    .forUpdate()
    .executeTakeFirst();
}

/** Every path that acts on a mission asks this first (draft §mission-approval: `expires_at`). */
export function standingOf(
  mission: {
    readonly terminatedAt: Date | null;
    readonly terminationReason: TerminationReason | null;
    readonly expiresAt: Date | null;
  },
  now: Date,
): Standing {
  if (mission.terminatedAt)
    return { kind: 'terminated', reason: mission.terminationReason ?? 'administrative' };
  return mission.expiresAt && mission.expiresAt <= now ? { kind: 'overdue' } : { kind: 'active' };
}

/**
 * Makes the mission: its blob is written once, those bytes are kept, and `s256` is their name (draft §mission-identifier).
 * Two missions alike to the letter in the same millisecond would share a name: the later one is dated a millisecond later.
 */
export async function insertMission(within: Within, approved: Approved, at: Date): Promise<MissionBlob> {
  for (let approvedAt = at; ; approvedAt = new Date(approvedAt.getTime() + 1)) {
    const blob = encodeMission({
      agent: approved.agent.sub,
      approvedAt,
      description: approved.description,
      expiresAt: approved.expiresAt,
      approvedTools: approved.tools,
      approvedResources: approved.resources,
    });
    const inserted = await within
      .insertInto('mission')
      .values({
        s256: blob.s256,
        person: approved.person,
        agentIss: approved.agent.iss,
        agentSub: approved.agent.sub,
        blob: blob.bytes,
        description: approved.description,
        approvedTools: approved.tools ? JSON.stringify(approved.tools) : null,
        approvedResources: approved.resources ? JSON.stringify(approved.resources) : null,
        requestId: approved.requestId,
        approvedAt,
        expiresAt: approved.expiresAt ?? null,
        terminatedAt: null,
        terminationReason: null,
        terminationNote: null,
        terminatedBy: null,
        terminatedSeq: null,
        agentToldAt: null,
        lastActivityAt: approvedAt,
      })
      .onConflict((conflict) => conflict.column('s256').doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows) return blob;
  }
}

/** Records that the owning agent was told its mission is over; the first time counts. */
export async function noteAgentTold(store: Store, s256: string, at: Date): Promise<boolean> {
  const noted = await store
    .updateTable('mission')
    .set({ agentToldAt: at })
    .where('s256', '=', s256)
    .where('terminatedAt', 'is not', null)
    .where('agentToldAt', 'is', null)
    .executeTakeFirst();
  return noted.numUpdatedRows > 0n;
}
