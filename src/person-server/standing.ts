import type { Agent } from '#person-server/agents.ts';
import { type Consented, consentsFor } from '#person-server/consents.ts';
import type { Standing } from '#person-server/grants.ts';
import type { OwnMission } from '#person-server/missions.ts';
import type { Server } from '#person-server/server.ts';

/** What the policy of silent grants looks at for one ask: the person's wish, the binding, the mission, earlier consents. */
export async function standingFor(
  server: Server,
  {
    agent,
    person,
    bound,
    mission,
  }: {
    readonly agent: Agent;
    readonly person: string;
    readonly bound: boolean;
    readonly mission: OwnMission | undefined;
  },
  about: Omit<Consented, 'value'>,
): Promise<Standing> {
  return {
    // Somebody the operator no longer names is asked about everything.
    silentGrants:
      mission && (await server.asksAlways(mission.s256))
        ? 'ask'
        : (server.people.get(person)?.silentGrants ?? 'ask'),
    bound,
    approvedResources: mission?.approvedResources ?? [],
    approvedTools: mission?.approvedTools ?? [],
    given: () => consentsFor(server.store, agent, person, mission?.s256, about),
  };
}
