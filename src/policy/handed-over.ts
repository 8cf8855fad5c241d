// What the operator hands over to the reviewer as a whole, for whoever looks at the file and not at an ask.
import type { Oversight, Pass, Reviewed } from '#oversight.ts';
import { type Matter, selects } from './matter.ts';
import { wantsSeveral } from './reviewed.ts';

/** Every name the operator hands over, as `namesOf` tells them. */
export const namesHandedOver = ({ reviewed }: Oversight): readonly string[] => [
  ...new Set(mattersHandedOver(reviewed).map(({ name }) => name)),
];

/** Names that are handed over and still never pass: everybody they could be for wants to be asked, or has a strict rule. */
export function namesHeldBack(oversight: Oversight): readonly string[] {
  const matters = mattersHandedOver(oversight.reviewed);
  const passes = ({ pass, matter }: HandedOver) =>
    oversight.people.some(({ id, silentGrants }) => {
      const theirs = { ...matter, person: id, agent: agentOf(pass) };
      return silentGrants === 'approved' && selects(pass.for, theirs) && !wantsSeveral(oversight, theirs);
    });
  const free = new Set(matters.filter(passes).map(({ name }) => name));
  return namesHandedOver(oversight).filter((name) => !free.has(name));
}

const agentOf = (pass: Pass) => (pass.for === 'everyone' ? '' : (pass.for.agents?.[0] ?? ''));

type HandedOver = {
  readonly name: string;
  readonly pass: Pass;
  readonly matter: Omit<Matter, 'person' | 'agent'>;
};

const mattersHandedOver = (reviewed: Reviewed | undefined): readonly HandedOver[] =>
  (reviewed?.passes ?? []).flatMap((pass): HandedOver[] =>
    'actions' in pass
      ? pass.actions.map((name) => ({
          name,
          pass,
          matter: { kind: 'permission', actions: [name], resources: [], scopes: [] },
        }))
      : pass.resources.flatMap((resource) =>
          pass.scopes.map((scope) => ({
            name: `${resource} ${scope}`,
            pass,
            matter: { kind: 'auth_token', actions: [], resources: [resource], scopes: [scope] },
          })),
        ),
  );
