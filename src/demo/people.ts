// Who plays in the demo, and the rules they live under: Maria decides for her agent, Jonas may only pull the brake.
import { stringify } from 'yaml';
import type { Workspace } from '#demo/local-slack.ts';

export type PersonId = 'maria' | 'jonas';

export const people = {
  maria: { name: 'Maria', slack: 'U0MARIA', teams: '00000000-0000-0000-0000-0000000000a1' },
  jonas: { name: 'Jonas', slack: 'U0JONAS', teams: '00000000-0000-0000-0000-0000000000a2' },
} as const satisfies Record<PersonId, { name: string; slack: string; teams: string }>;

export const workspace: Workspace = {
  name: 'Kitchen',
  team: 'T0KITCHEN',
  app: 'A0CHAPERONE',
  bot: 'U0CHAPERONE',
  people: Object.values(people).map(({ name, slack }) => ({ id: slack, name })),
  channel: { id: 'C0ERRANDS', name: 'errands', topic: 'What our agents are up to' },
};

/** Where the same missions are shown; two channels that oversee the same mirror each other. */
export type Places = {
  readonly slack: { readonly team: string; readonly channel: string } | undefined;
  readonly teams: { readonly tenant: string; readonly channel: string };
};

/** The operator's file of the demo. */
export function oversightYaml({ slack, teams }: Places): string {
  return stringify({
    people: Object.entries(people).map(([id, person]) => ({
      id,
      name: person.name,
      ...(slack && { slack: { team: slack.team, user: person.slack } }),
      teams: { tenant: teams.tenant, user: person.teams },
    })),
    default_person: 'maria',
    channels: [
      ...(slack ? [{ id: 'errands-in-slack', slack, oversees: 'everyone' }] : []),
      { id: 'errands-in-teams', teams, oversees: 'everyone' },
    ],
    rules: [{ for: 'everyone', approve: ['maria'], stop: ['maria', 'jonas'] }],
  });
}
