// What is wrong with the operator's rules although every member of the file alone is right.
import { reviewerName } from '#mission-control/facts.ts';
import { isNamed, neededBy, type Selection } from '#oversight.ts';
import type { File, Found, Path } from '#oversight-file.ts';
import { faultsOfReviewed } from '#oversight-reviewed.ts';

/** What each member alone cannot know: names that mean nobody, things said twice, rules that can never work. */
export function contradictions({
  people,
  channels,
  rules,
  default_person,
  delegation,
  escalate,
  mission_control,
  reviewed,
}: File): Found[] {
  const known = new Set(people.map(({ id }) => id));
  const unknownTo =
    (those: ReadonlySet<string>) =>
    (ids: readonly string[] | undefined, ...at: Path) =>
      (ids ?? []).flatMap((id, index) =>
        those.has(id) ? [] : [{ at: [...at, index], what: `nobody in people is called ${id}` }],
      );
  const unknown = unknownTo(known);
  // A bot elsewhere may be let say yes in its reviewer's name.
  const unheard = unknownTo(new Set([...known, reviewerName]));
  const unknownChannel = (escalation: FileRule['escalate'], ...at: Path) =>
    !escalation || escalation === 'never' || channels.some(({ id }) => id === escalation.channel)
      ? []
      : [{ at: [...at, 'channel'], what: `no channel is called ${escalation.channel}` }];
  const selected = (
    chosen: File['channels'][number]['oversees'] | File['rules'][number]['for'],
    ...at: Path
  ) => {
    if (chosen === 'everyone') return [];
    if (Object.keys(chosen).length === 0)
      return [{ at, what: 'selects nothing; write `everyone` if that is meant' }];
    return unknown(chosen.people, ...at, 'people');
  };

  return [
    ...twice(people.map(({ id }, index) => [id, ['people', index, 'id']])),
    ...twice(
      people.map(({ slack }, index) => [slack && `${slack.team} ${slack.user}`, ['people', index, 'slack']]),
    ),
    ...twice(
      people.map(({ teams }, index) => [
        teams && `${teams.tenant} ${teams.user}`,
        ['people', index, 'teams'],
      ]),
    ),
    ...twice(
      people.map(({ oidc }, index) => [
        oidc && ('sub' in oidc ? oidc.sub : oidc.email),
        ['people', index, 'oidc'],
      ]),
    ),
    ...unknown(default_person === undefined ? [] : [default_person], 'default_person'),
    ...(default_person === undefined && people.length > 1
      ? [
          {
            at: ['people'],
            what: 'with several people, `default_person` has to say whom an unknown agent is offered to',
          },
        ]
      : []),

    ...twice(channels.map(({ id }, index) => [id, ['channels', index, 'id']])),
    ...twice(
      channels.map(({ slack }, index) => [
        slack && `${slack.team} ${slack.channel}`,
        ['channels', index, 'slack'],
      ]),
    ),
    ...twice(
      channels.map(({ teams }, index) => [
        teams && `${teams.tenant} ${teams.channel}`,
        ['channels', index, 'teams'],
      ]),
    ),
    ...channels.flatMap(({ slack, teams, oversees, digest }, index) => [
      ...(digest?.weekday && digest.every === 'day'
        ? [
            {
              at: ['channels', index, 'digest', 'weekday'],
              what: 'a digest of every day has no day of its own',
            },
          ]
        : []),
      ...(!slack === !teams
        ? [{ at: ['channels', index, 'id'], what: 'a channel is either in `slack` or in `teams`' }]
        : []),
      ...selected(oversees, 'channels', index, 'oversees'),
    ]),

    ...unknownChannel(escalate, 'escalate'),
    ...unknown(delegation?.to, 'delegation', 'to'),
    ...unheard(mission_control?.token, 'mission_control', 'token'),
    ...Object.entries(mission_control?.callers ?? {}).flatMap(([caller, ids]) =>
      unheard(ids, 'mission_control', 'callers', caller),
    ),
    ...people.flatMap(({ id }, index) =>
      id === reviewerName
        ? [{ at: ['people', index, 'id'], what: 'the reviewer’s own name; a person is called otherwise' }]
        : [],
    ),
    ...(reviewed?.lets_pass ?? []).flatMap((pass, index) =>
      selected(pass.for, 'reviewed', 'lets_pass', index, 'for'),
    ),
    ...faultsOfReviewed({ reviewed, people }),
    ...rules.flatMap((rule, index) => [
      ...selected(rule.for, 'rules', index, 'for'),
      ...unknownChannel(rule.escalate, 'rules', index, 'escalate'),
      ...chasing
        .filter((member) => isTaken(rules.slice(0, index), rule, member))
        .map((member) => ({ at: ['rules', index, member], what: neverReached })),
      ...acts.flatMap((act) => unknown(rule[act], 'rules', index, act)),
      ...alone(rule).map(({ member, what }) => ({ at: ['rules', index, member], what })),
      ...acts.flatMap((act) => {
        const at = ['rules', index, act];
        if (isTaken(rules.slice(0, index), rule, act)) return [{ at, what: neverReached }];
        if (act === 'notify' || !rule[act]?.every((id) => known.has(id))) return [];
        const what = unsatisfiable(rule, act, people, channels);
        return what ? [{ at, what }] : [];
      }),
    ]),
  ];
}

function twice(named: readonly (readonly [string | undefined, Path])[]): Found[] {
  const seen = new Set<string>();
  return named.flatMap(([name, at]) => {
    if (name === undefined) return [];
    if (seen.has(name)) return [{ at, what: `${name} is already taken further up` }];
    seen.add(name);
    return [];
  });
}

const among = (chosen: Selection, part: 'people' | 'agents') =>
  chosen === 'everyone' ? undefined : chosen[part];
type FileRule = File['rules'][number];
const acts = ['approve', 'notify', 'stop'] as const;
/** What a rule may say besides: of asks that nobody answers, and of missions that drift. */
const chasing = ['reminders', 'escalate', 'on_drift'] as const;
const narrowings = ['kinds', 'resources', 'scopes', 'actions'] as const;
const narrowedBy = (rule: FileRule, part: (typeof narrowings)[number]): readonly string[] | undefined =>
  rule.for === 'everyone' ? undefined : rule.for[part];

/** What is wrong with a rule whatever the other rules say. */
function alone(rule: FileRule): { readonly member: string; readonly what: string }[] {
  const told = rule.notify?.find((id) => rule.approve?.includes(id));
  const narrowed = narrowings.find((part) => narrowedBy(rule, part));
  return [
    ...([...acts, ...chasing].some((member) => rule[member])
      ? []
      : [
          {
            member: 'for',
            what: 'says neither who may `approve`, who is to `notify` nor who may `stop`, nor anything about `reminders`, where to `escalate` or what to do `on_drift`',
          },
        ]),
    ...(rule.stop && narrowed
      ? [{ member: 'stop', what: `a stop ends the whole mission and cannot depend on \`${narrowed}\`` }]
      : []),
    ...(rule.on_drift && narrowed
      ? [{ member: 'on_drift', what: `a mission drifts as a whole, whatever its \`${narrowed}\`` }]
      : []),
    ...(['quorum', 'exclude', 'step_up'] as const)
      .filter((member) => rule[member] && !rule.approve)
      .map((member) => ({
        member,
        what: 'says something about approving, and this rule does not `approve`',
      })),
    ...(told ? [{ member: 'notify', what: `${told} approves, and is told by that` }] : []),
  ];
}

const neverReached = 'never reached: an earlier rule already speaks for all of these';

/** An earlier rule speaks of this already, for everything the rule is for. */
const isTaken = (
  earlier: readonly FileRule[],
  rule: FileRule,
  member: (typeof acts)[number] | (typeof chasing)[number],
) => rule[member] !== undefined && earlier.some((each) => each[member] !== undefined && covers(each, rule));

function covers(wide: FileRule, narrow: FileRule) {
  const holds = (
    all: readonly string[] | undefined,
    some: readonly string[] | undefined,
    within: (all: readonly string[], one: string) => boolean = (list, one) => list.includes(one),
  ) => all === undefined || (some !== undefined && some.every((one) => within(all, one)));
  return (
    holds(among(wide.for, 'people'), among(narrow.for, 'people')) &&
    holds(among(wide.for, 'agents'), among(narrow.for, 'agents')) &&
    holds(narrowedBy(wide, 'kinds'), narrowedBy(narrow, 'kinds')) &&
    holds(narrowedBy(wide, 'resources'), narrowedBy(narrow, 'resources')) &&
    holds(narrowedBy(wide, 'scopes'), narrowedBy(narrow, 'scopes'), isNamed) &&
    holds(narrowedBy(wide, 'actions'), narrowedBy(narrow, 'actions'), isNamed)
  );
}

/** Why nobody, or too few, could do what a rule asks of them. */
function unsatisfiable(
  rule: FileRule,
  act: 'approve' | 'stop',
  people: File['people'],
  channels: File['channels'],
): string | undefined {
  const signsIn = act === 'approve' && rule.step_up === 'sign_in';
  const able = people.filter(
    (person) =>
      rule[act]?.includes(person.id) &&
      (signsIn ? person.oidc : (act === 'approve' && person.oidc) || isReachable(person, rule, channels)),
  );
  if (able.length === 0 && signsIn)
    return 'nobody could satisfy this rule: it asks for a sign-in, and none of them has an `oidc` identity';
  if (able.length === 0)
    return 'nobody could satisfy this rule: none of them is on a platform where these missions are shown';
  if (act === 'stop') return undefined;
  const needed = neededBy({
    ...(rule.quorum && { quorum: rule.quorum }),
    ...(rule.step_up && { stepUp: rule.step_up }),
  });
  const whose = among(rule.for, 'people') ?? people.map(({ id }) => id);
  const left = (id: string) => able.filter((person) => !rule.exclude || person.id !== id).length;
  const hardest = whose.toSorted((a, b) => left(a) - left(b))[0];
  if (hardest === undefined || left(hardest) >= needed) return undefined;
  const of = rule.exclude ? `an ask of ${hardest}’s own agents` : 'such an ask';
  return `nobody could satisfy this rule: it asks for ${needed}, and ${left(hardest)} of them could decide ${of}`;
}

/** Without channels nothing is decided in chat, and nothing can be said about who is reachable there. */
function isReachable(person: File['people'][number], rule: FileRule, channels: File['channels']) {
  const overlap = (a?: readonly string[], b?: readonly string[]) =>
    !a || !b || a.some((one) => b.includes(one));
  return (
    channels.length === 0 ||
    channels.some(
      ({ slack, teams, oversees }) =>
        overlap(among(oversees, 'people'), among(rule.for, 'people')) &&
        overlap(among(oversees, 'agents'), among(rule.for, 'agents')) &&
        ((slack && person.slack) || (teams && person.teams)),
    )
  );
}
