// How many approvals an ask needs, whose, and whether it has them.
//
//   need     what one rule wants: so many different people out of these
//   vote     one approval: who gave it, and whose say it is where it is not their own
//   tally    which votes count for which need, and whether every need is met
import { neededBy, type Oversight, type Person } from '#oversight.ts';
import { type Matter, rulesFor } from './matter.ts';

export type Need = {
  /** Who may approve, the excluded left out. */
  readonly approvers: readonly Person[];
  /** How many different people it takes, at least one. */
  readonly count: number;
  /** The person who has no say here, though the rule may name them. */
  readonly excluded: string | undefined;
  /** What the operator calls these asks. */
  readonly risk: string | undefined;
  /** The second approval is a confirmation the operator asks for. */
  readonly stepUp: boolean;
  /** Only approvals count that were given with a fresh sign-in. */
  readonly signIn: boolean;
};

/** Persons' ids. `by` pressed the button, and `signedIn` afresh for it; `for` is whose say it was, where not their own. */
export type Vote = {
  readonly by: string;
  readonly for?: string | undefined;
  readonly signedIn?: boolean;
};

export type Tally<Cast extends Vote> = {
  /** The vote that met the last need; undefined while one is not met. */
  readonly decisive: Cast | undefined;
  readonly needs: readonly { readonly need: Need; readonly counted: readonly Cast[] }[];
};

/** What the operator's rules want before a matter is approved. All of it has to be met; there is always something. */
export const needsOf = (oversight: Oversight, matter: Matter): readonly Need[] =>
  rulesFor(oversight, matter, 'approve').map((rule) => {
    const ids = rule?.approve ?? [matter.person];
    const excluded = rule?.exclude && matter.person;
    return {
      approvers: oversight.people.filter(({ id }) => ids.includes(id) && id !== excluded),
      count: rule ? neededBy(rule) : 1,
      excluded,
      risk: rule?.risk,
      stepUp: rule?.stepUp === 'second_person',
      signIn: rule?.stepUp === 'sign_in',
    };
  });

export const approversIn = (needs: readonly Need[]): readonly Person[] => [
  ...new Set(needs.flatMap(({ approvers }) => approvers)),
];

export const isExcluded = ({ excluded }: Need, { id }: Person) => id === excluded;

/** Whether somebody's approval, or that of one of those they decide for, counts only with a fresh sign-in. */
export const wantsSignIn = (needs: readonly Need[], says: readonly Person[]) =>
  needs.some(({ signIn, approvers }) => signIn && says.some((person) => approvers.includes(person)));

/** Whether one approval alone meets every need. */
export const isSimple = (needs: readonly Need[]) => needs.length === 1 && needs[0]?.count === 1;

/**
 * Counts votes, oldest first. For one need a person counts once, be it for themselves or for somebody else, and nobody's
 * say counts twice. Rules may have changed since a vote was cast: only whoever has a say now counts.
 */
export function tally<Cast extends Vote>(needs: readonly Need[], votes: readonly Cast[]): Tally<Cast> {
  const counts = needs.map((need) => ({ need, counted: countFor(need, votes) }));
  const last = counts.map(({ need, counted }) => counted[need.count - 1]);
  const order = last.map((vote) => (vote === undefined ? -1 : votes.indexOf(vote)));
  const met = needs.length > 0 && !order.includes(-1);
  return { needs: counts, decisive: met ? votes[Math.max(...order)] : undefined };
}

function countFor<Cast extends Vote>(need: Need, votes: readonly Cast[]): readonly Cast[] {
  const people = new Set<string>();
  const says = new Set<string>();
  return votes.filter((vote) => {
    const say = vote.for ?? vote.by;
    const counts =
      people.size < need.count &&
      vote.by !== need.excluded &&
      (!need.signIn || vote.signedIn === true) &&
      need.approvers.some(({ id }) => id === say) &&
      !people.has(vote.by) &&
      !says.has(say);
    if (counts) {
      people.add(vote.by);
      says.add(say);
    }
    return counts;
  });
}
