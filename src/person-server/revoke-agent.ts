import { holdAgent, unbindAgent } from '#person-server/agents.ts';
import { endChained, revokeTokens } from '#person-server/announce.ts';
import { forgetConsents } from '#person-server/consents.ts';
import { failWithin } from '#person-server/fail.ts';
import { isChained } from '#person-server/follow.ts';
import { holdMission } from '#person-server/missions.ts';
import { endWithin } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { openStates } from '#person-server/shown.ts';
import type { DecidedBy } from '#person-server/tables.ts';
import { terminateWithin } from '#person-server/terminate.ts';

/**
 * Ends an agent's binding to its person, and everything that stood on it: its missions, its open requests, what it was granted
 * and has not fetched, what was consented to it, its live tokens (draft §agent-person-binding). The next time it comes it is a
 * new agent. Saying it again changes nothing. False when there never was such a binding.
 */
export async function revokeAgent(server: Server, id: string, decidedBy: DecidedBy): Promise<boolean> {
  const ended = await server.store.transaction().execute(async (trx) => {
    const at = server.now();
    const binding = await trx
      .selectFrom('agentBinding')
      .select(['iss', 'sub', 'person', 'revokedAt'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (!binding) return false;
    if (binding.revokedAt) return true;
    // What was approved before is there to be ended now; what is approved after finds its request voided.
    await holdAgent(trx, binding);
    const missions = await trx
      .selectFrom('mission')
      .select('s256')
      .where('agentIss', '=', binding.iss)
      .where('agentSub', '=', binding.sub)
      .where('terminatedAt', 'is', null)
      .orderBy('s256')
      .execute();
    for (const { s256 } of missions) {
      const mission = await holdMission(trx, s256);
      if (mission && !mission.terminatedAt) {
        await terminateWithin(trx, mission, { reason: 'revoked', decidedBy }, at);
      }
    }
    // Only one of two who say it at once gets past this.
    if (!(await unbindAgent(trx, id, decidedBy, at))) return true;
    const open = await trx
      .selectFrom('request')
      .selectAll()
      .where('agentIss', '=', binding.iss)
      .where('agentSub', '=', binding.sub)
      .where('state', 'in', openStates)
      .execute();
    const answer = {
      kind: 'problem',
      status: 403,
      error: 'revoked',
      detail: 'the agent no longer acts for this person',
    } as const;
    for (const request of open) {
      if (!isChained(request)) await endWithin(trx, request, { state: 'voided', answer }, at);
    }
    const approved = await trx
      .selectFrom('request')
      .selectAll()
      .where('agentIss', '=', binding.iss)
      .where('agentSub', '=', binding.sub)
      .where('state', '=', 'approved')
      .where('deliveredAt', 'is', null)
      .where('missionS256', 'is', null)
      .where('type', '!=', 'mission')
      .execute();
    for (const request of approved) if (!isChained(request)) await failWithin(trx, request, answer, at);
    const revoked = await revokeTokens(trx, { agent: binding, person: binding.person }, at);
    await endChained(trx, revoked, at);
    await forgetConsents(trx, binding);
    return true;
  });
  server.announcer.kick();
  return ended;
}
