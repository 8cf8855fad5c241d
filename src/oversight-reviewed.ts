// What the operator lets the reviewer pass, as it is written in the file, and what is wrong with it. Whoever writes it
// hands something over that belongs to people, so it is refused wherever it could mean more than it says.
import { z } from 'zod';
import { isAgentIdentifier, isServerIdentifier } from '#aauth/identifiers.ts';
import type { Reviewed } from '#oversight.ts';
import type { File, Found } from '#oversight-file.ts';
import { reachOf } from '#policy/reversible.ts';

/** A name is compared to the letter: one that no server can have would silently never fit, and a lesser rule would. */
export const issuer = z
  .string()
  .refine((text) => isServerIdentifier(text, { development: true }), 'not the issuer of a resource');
export const agents = z
  .array(
    z
      .string()
      .refine(
        (text) => isAgentIdentifier(text, { development: true }),
        'not an agent’s identifier, `aauth:name@domain`',
      ),
  )
  .min(1, 'names nobody');
const someone = z.array(z.string().min(1)).min(1, 'names nobody').optional();
/** Names to the letter, in characters that cannot be mistaken for others. */
const names = z
  .array(
    z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$/,
        'every name is written out, in plain letters and without `*`',
      ),
  )
  .min(1, 'names nothing');

/** The member `reviewed` of the file. */
export const ReviewedMember = z.strictObject({
  lets_pass: z
    .array(
      z.strictObject({
        for: z.union(
          [z.literal('everyone'), z.strictObject({ people: someone, agents: agents.optional() })],
          {
            error: 'either `everyone`, or a list of `people` or `agents`',
          },
        ),
        resources: z.array(issuer).min(1, 'names nothing').optional(),
        scopes: names.optional(),
        actions: names.optional(),
        /** The operator vouches that what these do can be undone; a name that only reads needs nobody’s word. */
        reversible: z.literal(true).optional(),
      }),
    )
    .min(1, 'names nothing'),
  sample: z
    .number()
    .min(0.05, 'at least 0.05: unless people answer some of them too, nobody knows whether they agree')
    .max(1, 'a part of the asks, at most 1')
    .default(0.1),
  per_mission: z.int().min(1).max(50).default(5),
  per_day: z.int().min(1).max(1_000).default(50),
  wait_seconds: z.number().min(1).max(20, 'at most 20: for so long nobody is shown the ask').default(6),
});
type Written = z.infer<typeof ReviewedMember>;

/** What is wrong with `reviewed`, whatever each of its members is by itself and whomever it selects. */
export function faultsOfReviewed({ reviewed, people }: Pick<File, 'reviewed' | 'people'>): Found[] {
  return (reviewed?.lets_pass ?? []).flatMap((pass, index): Found[] => {
    const at = ['reviewed', 'lets_pass', index];
    const { scopes, actions, resources, reversible } = pass;
    const chosen = pass.for === 'everyone' ? undefined : pass.for;
    return [
      ...(chosen?.people ?? []).flatMap((id, nth): Found[] =>
        people.find((person) => person.id === id)?.silent_grants === 'ask'
          ? [{ at: [...at, 'for', 'people', nth], what: `${id} wants to be asked (\`silent_grants: ask\`)` }]
          : [],
      ),
      ...((scopes ? 1 : 0) + (actions ? 1 : 0) === 1
        ? []
        : [{ at, what: 'names either `scopes` at `resources`, or `actions`' }]),
      ...(scopes && !resources
        ? [{ at: [...at, 'scopes'], what: 'a scope means nothing by itself: say at which `resources`' }]
        : []),
      ...(actions && resources
        ? [{ at: [...at, 'resources'], what: 'an action is at no resource; leave it out' }]
        : []),
      ...[...(scopes ?? []), ...(actions ?? [])].flatMap((name): Found[] => {
        const reach = reachOf(name);
        const member = [...at, scopes?.includes(name) ? 'scopes' : 'actions'];
        if (reach === 'never')
          return [
            {
              at: member,
              what: `${name} speaks of paying, deleting, access or sending, and that is always asked of people`,
            },
          ];
        return reach === 'unclear' && !reversible
          ? [
              {
                at: member,
                what: `${name} may leave something behind; say \`reversible: true\` if all of these can be undone`,
              },
            ]
          : [];
      }),
    ];
  });
}

/** What is written, as the rules read it. */
export const reviewedOf = ({ lets_pass, sample, per_mission, per_day, wait_seconds }: Written): Reviewed => ({
  passes: lets_pass.map(({ for: chosen, resources = [], scopes, actions = [] }) => ({
    for:
      chosen === 'everyone'
        ? chosen
        : {
            ...(chosen.people && { people: chosen.people }),
            ...(chosen.agents && { agents: chosen.agents }),
          },
    ...(scopes ? { resources, scopes } : { actions }),
  })),
  sample,
  perMission: per_mission,
  perDay: per_day,
  waitMs: Math.round(wait_seconds * 1_000),
});
