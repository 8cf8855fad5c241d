// Whether the people whom the rules name are still there.
import type { Actor, Chat } from '#chat/chat.ts';
import { neededBy, type Oversight, type Person } from '#oversight.ts';
import { approversOf } from '#policy/policy.ts';
import { type Need, needsOf } from '#policy/quorum.ts';

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
    const { approve, exclude, stepUp } = rule;
    if (!approve?.some((id) => gone.has(id))) return [];
    const signsIn = new Set(people.flatMap(({ id, oidc }) => (oidc ? [id] : [])));
    const present = approve.filter((id) => !gone.has(id) && (stepUp !== 'sign_in' || signsIn.has(id)));
    const whose = (rule.for === 'everyone' ? undefined : rule.for.people) ?? people.map(({ id }) => id);
    const left = Math.min(...whose.map((id) => present.filter((each) => !exclude || each !== id).length));
    const needed = neededBy(rule);
    return left < needed ? [{ rule: at + 1, needed, left }] : [];
  });
}

/**
 * Strict rules about access whose asks may never come, because an approved mission covers it, by their place in the file:
 * unless each resource they name is as strict to approve in a mission.
 */
export function unasked(oversight: Oversight) {
  const strict = (needs: readonly Need[]) =>
    needs.some(({ count, excluded, signIn }) => count > 1 || excluded || signIn);
  return oversight.rules.flatMap((rule, at) => {
    const { scopes, kinds, resources, exclude } = rule;
    const access = scopes !== undefined || kinds?.some((kind) => kind.endsWith('_token'));
    const strictly = neededBy(rule) > 1 || exclude || rule.stepUp === 'sign_in';
    if (!rule.approve || !access || !strictly) return [];
    const whose = rule.for === 'everyone' ? undefined : rule.for.people;
    const people = oversight.people.filter(({ id, silentGrants }) => {
      if (silentGrants === 'ask' || whose?.includes(id) === false) return false;
      const mission = { person: id, agent: '', kind: 'mission' } as const;
      const known = resources?.every((each) => strict(needsOf(oversight, { ...mission, resources: [each] })));
      return !known;
    });
    return people.length > 0 ? [{ rule: at + 1, people: people.map(({ id }) => id) }] : [];
  });
}
