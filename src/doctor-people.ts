// Whether the people whom the rules name are still there.
import type { Actor, Chat } from '#chat/chat.ts';
import { neededBy, type Oversight, type Person } from '#oversight.ts';
import { approversOf } from '#policy/policy.ts';

/** What each platform that was asked says of a person, by their id. */
export type Standings = Map<string, Actor['standing'][]>;

type List = 'approve' | 'notify' | 'stop' | 'delegation';

/** The people in some list of the operator's, and whoever decides because no rule speaks for them. */
export function inLists(oversight: Oversight, lists: readonly List[]): readonly Person[] {
  const { people, rules, delegation } = oversight;
  const named = new Set(
    lists.flatMap((list) =>
      list === 'delegation' ? (delegation?.to ?? []) : rules.flatMap((rule) => rule[list] ?? []),
    ),
  );
  const usual = people.flatMap(({ id }) => approversOf(oversight, { person: id, agent: '' }));
  return people.filter((person) => named.has(person.id) || usual.includes(person));
}

/** Asks one platform about everybody who is in a list and has an account there; anywhere they are found counts. */
export async function readStandings(open: Chat, oversight: Oversight, into: Standings): Promise<void> {
  for (const person of inLists(oversight, ['approve', 'notify', 'stop', 'delegation'])) {
    const account = open.platform === 'slack' ? person.slack : person.teams;
    if (!account) continue;
    const tenant = 'team' in account ? account.team : account.tenant;
    const places = oversight.channels
      .map(({ place }) => place)
      .filter((place) => place.platform === open.platform && place.tenant === tenant);
    let best: Actor['standing'] | undefined;
    for (const place of places) {
      if (best !== 'member') best = await open.standingOf(place, account.user);
    }
    if (best) into.set(person.id, [...(into.get(person.id) ?? []), best]);
  }
}

/** Rules with fewer people left than they ask for, by their place in the file, counted from one. */
export function unstaffed({ people, rules }: Oversight, gone: ReadonlySet<string>) {
  return rules.flatMap((rule, at) => {
    const { approve, exclude } = rule;
    if (!approve?.some((id) => gone.has(id))) return [];
    const present = approve.filter((id) => !gone.has(id));
    const whose = (rule.for === 'everyone' ? undefined : rule.for.people) ?? people.map(({ id }) => id);
    const left = Math.min(...whose.map((id) => present.filter((each) => !exclude || each !== id).length));
    const needed = neededBy(rule);
    return left < needed ? [{ rule: at + 1, needed, left }] : [];
  });
}
