// The operator's rules: who the people are, which channels watch whose missions, who approves and who stops.
//
//   person     somebody agents act for, or who watches over them, known by verified platform identities
//   channel    a place in chat where missions are shown; two channels that oversee the same missions mirror each other
//   selection  which missions something is about: everyone's, or those of named people or agents
//   rule       who approves and who stops; the first rule that fits and speaks of the act decides
//
// Every room may read these types; only the configuration parses the file.
import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { requestTypes } from '#mission-control/facts.ts';

/** `ask`: every request is asked. `approved`: what was already approved in the mission is granted silently. */
export type SilentGrants = 'ask' | 'approved';

export type Person = {
  readonly id: string;
  readonly name: string;
  readonly silentGrants: SilentGrants;
  readonly slack?: { readonly team: string; readonly user: string; readonly enterprise?: string };
  /** `user` is the aadObjectId; both are kept in lower case. */
  readonly teams?: { readonly tenant: string; readonly user: string };
};

/** Named people and named agents (`id`s as their provider writes them) both have to fit where both are given. */
export type Selection =
  | 'everyone'
  | { readonly people?: readonly string[]; readonly agents?: readonly string[] };

export type Channel = {
  readonly id: string;
  readonly place: {
    readonly platform: 'slack' | 'teams';
    readonly tenant: string;
    readonly channel: string;
  };
  readonly oversees: Selection;
};

/** A rule without `approve` (or `stop`) says nothing about approving (or stopping). `kinds` are request types. */
export type Rule = {
  readonly for: Selection;
  readonly kinds?: readonly (typeof requestTypes)[number][];
  readonly approve?: readonly string[];
  readonly stop?: readonly string[];
};

export type Oversight = {
  readonly people: readonly Person[];
  /** To whom an agent nobody knows is offered: the one the file names, or the only one there is. */
  readonly defaultPerson: string;
  readonly channels: readonly Channel[];
  readonly rules: readonly Rule[];
};

export type OversightFault = { readonly line: number; readonly what: string };

/** Everything that is wrong with one oversight file, in the order of its lines. */
export class OversightError extends Error {
  override readonly name = 'OversightError';
  readonly faults: readonly OversightFault[];

  constructor(file: string, faults: readonly OversightFault[]) {
    super(faults.map(({ line, what }) => `${file}:${line}: ${what}`).join('\n'));
    this.faults = faults;
  }
}

const personId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/i, 'an id is letters, digits, `-`, `_` and `.`');
const slackId = (letters: string, what: string) =>
  z.string().regex(new RegExp(`^[${letters}][A-Z0-9]+$`), `not a Slack ${what} id (never a name)`);
const entraId = z
  .string()
  .regex(/^[0-9a-f]+(-[0-9a-f]+){4}$/i, 'not an id of Microsoft Entra (never a name or an e-mail)')
  .transform((id) => id.toLowerCase());
const team = slackId('T', 'team');
const names = z.array(z.string().min(1)).min(1, 'names nobody');
const selection = { people: z.array(personId).min(1, 'names nobody').optional(), agents: names.optional() };

const File = z.strictObject({
  people: z
    .array(
      z.strictObject({
        id: personId,
        name: z.string().trim().min(1).max(100),
        silent_grants: z.enum(['ask', 'approved']).default('approved'),
        slack: z
          .strictObject({
            team,
            user: slackId('UW', 'user'),
            enterprise: slackId('E', 'enterprise').optional(),
          })
          .optional(),
        teams: z.strictObject({ tenant: entraId, user: entraId }).optional(),
      }),
    )
    .min(1, 'there is nobody here'),
  default_person: personId.optional(),
  channels: z
    .array(
      z.strictObject({
        id: personId,
        slack: z.strictObject({ team, channel: slackId('CG', 'channel') }).optional(),
        teams: z
          .strictObject({
            tenant: entraId,
            channel: z.string().regex(/^[^\s;]+$/, 'not a Teams channel id (never a name or a thread)'),
          })
          .optional(),
        oversees: z.union([z.literal('everyone'), z.strictObject(selection)], {
          error: 'either `everyone`, or a list of `people` or `agents`',
        }),
      }),
    )
    .default([]),
  rules: z
    .array(
      z.strictObject({
        for: z.union(
          [
            z.literal('everyone'),
            z.strictObject({ ...selection, kinds: z.array(z.enum(requestTypes)).min(1).optional() }),
          ],
          { error: 'either `everyone`, or a list of `people`, `agents` or `kinds`' },
        ),
        approve: z.array(personId).min(1, 'nobody could satisfy this rule').optional(),
        stop: z.array(personId).min(1, 'nobody could satisfy this rule').optional(),
      }),
    )
    .default([]),
});
type File = z.infer<typeof File>;
type Path = readonly PropertyKey[];
/** A fault at a member of the file; its line is looked up at the end. */
type Found = { readonly at: Path; readonly what: string };

/**
 * Reads the operator's file. `file` is only the name that faults are reported under.
 * @throws {OversightError} with every fault and its line
 */
export function parseOversight(text: string, file: string): Oversight {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = [...document.errors, ...document.warnings];
  const fail = (faults: readonly OversightFault[]) =>
    new OversightError(
      file,
      faults.toSorted((a, b) => a.line - b.line),
    );
  if (broken.length > 0)
    throw fail(broken.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, what: message })));

  const lineOf = (path: Path) => {
    for (let depth = path.length; depth > 0; depth--) {
      const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
      const key = path[depth - 1];
      const node = isMap(parent)
        ? parent.items.find((pair) => isPair(pair) && isNode(pair.key) && pair.key.toJSON() === key)?.key
        : document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const located = (found: readonly Found[]) =>
    fail(found.map(({ at, what }) => ({ line: lineOf(at), what: `${spoken(at)}${what}` })));

  const plain = () => {
    try {
      return document.toJS();
    } catch {
      throw located([
        { at: [], what: 'an alias (`*name`) points to nothing, or aliases pile up without end' },
      ]);
    }
  };
  const parsed = File.safeParse(plain());
  if (!parsed.success) throw located(parsed.error.issues.flatMap(foundBy));
  const found = contradictions(parsed.data);
  if (found.length > 0) throw located(found);
  return oversightOf(parsed.data);
}

/** For development without a file: one person, in whose name every agent acts, and no channels. */
export function defaultOversight(): Oversight {
  return {
    people: [{ id: 'person', name: 'Person', silentGrants: 'approved' }],
    defaultPerson: 'person',
    channels: [],
    rules: [],
  };
}

function spoken(path: Path) {
  const name = path.findLast((part) => typeof part === 'string');
  return name === undefined ? '' : `${name}: `;
}

function foundBy(issue: z.core.$ZodIssue): Found[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ at: [...issue.path, key], what: 'there is no such member' }));
  if (issue.code === 'invalid_union') {
    const inside = issue.errors
      .at(-1)
      ?.filter(({ path, code }) => path.length > 0 || code === 'unrecognized_keys');
    if (inside?.length)
      return inside.flatMap((each) => foundBy({ ...each, path: [...issue.path, ...each.path] }));
  }
  return [{ at: issue.path, what: issue.message }];
}

/** What each member alone cannot know: names that mean nobody, things said twice, rules that can never work. */
function contradictions({ people, channels, rules, default_person }: File): Found[] {
  const known = new Set(people.map(({ id }) => id));
  const unknown = (ids: readonly string[] | undefined, ...at: Path) =>
    (ids ?? []).flatMap((id, index) =>
      known.has(id) ? [] : [{ at: [...at, index], what: `nobody in people is called ${id}` }],
    );
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
    ...channels.flatMap(({ slack, teams, oversees }, index) => [
      ...(!slack === !teams
        ? [{ at: ['channels', index, 'id'], what: 'a channel is either in `slack` or in `teams`' }]
        : []),
      ...selected(oversees, 'channels', index, 'oversees'),
    ]),

    ...rules.flatMap((rule, index) => [
      ...selected(rule.for, 'rules', index, 'for'),
      ...unknown(rule.approve, 'rules', index, 'approve'),
      ...unknown(rule.stop, 'rules', index, 'stop'),
      ...(rule.approve || rule.stop
        ? []
        : [{ at: ['rules', index, 'for'], what: 'says neither who may `approve` nor who may `stop`' }]),
      ...(rule.stop && kindsOf(rule)
        ? [
            {
              at: ['rules', index, 'stop'],
              what: 'a stop ends the whole mission and cannot depend on `kinds`',
            },
          ]
        : []),
      ...(['approve', 'stop'] as const).flatMap((act) => {
        if (!rule[act]) return [];
        const at = ['rules', index, act];
        if (rules.slice(0, index).some((earlier) => earlier[act] && covers(earlier, rule)))
          return [{ at, what: 'never reached: an earlier rule already speaks for all of these' }];
        if (rule[act].every((id) => known.has(id)) && !reachable(rule, rule[act], people, channels))
          return [
            {
              at,
              what: 'nobody could satisfy this rule: none of them is on a platform where these missions are shown',
            },
          ];
        return [];
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
const kindsOf = (rule: File['rules'][number]) => (rule.for === 'everyone' ? undefined : rule.for.kinds);

function covers(wide: File['rules'][number], narrow: File['rules'][number]) {
  const holds = <T>(all: readonly T[] | undefined, some: readonly T[] | undefined) =>
    all === undefined || (some !== undefined && some.every((one) => all.includes(one)));
  return (
    holds(among(wide.for, 'people'), among(narrow.for, 'people')) &&
    holds(among(wide.for, 'agents'), among(narrow.for, 'agents')) &&
    holds(kindsOf(wide), kindsOf(narrow))
  );
}

/** Without channels nothing is decided in chat, and nothing can be said about who is reachable there. */
function reachable(
  rule: File['rules'][number],
  ids: readonly string[],
  people: File['people'],
  channels: File['channels'],
) {
  const overlap = (a?: readonly string[], b?: readonly string[]) =>
    !a || !b || a.some((one) => b.includes(one));
  const shown = channels.filter(
    ({ oversees }) =>
      overlap(among(oversees, 'people'), among(rule.for, 'people')) &&
      overlap(among(oversees, 'agents'), among(rule.for, 'agents')),
  );
  const able = people.filter(({ id }) => ids.includes(id));
  return (
    channels.length === 0 ||
    able.some((person) =>
      shown.some(({ slack, teams }) => (slack && person.slack) || (teams && person.teams)),
    )
  );
}

function oversightOf(file: File): Oversight {
  const defaultPerson = file.default_person ?? file.people[0]?.id ?? '';
  return {
    people: file.people.map(({ silent_grants, ...person }) => ({ ...person, silentGrants: silent_grants })),
    defaultPerson,
    channels: file.channels.flatMap(({ id, slack, teams, oversees }) => {
      const place = slack
        ? { platform: 'slack' as const, tenant: slack.team, channel: slack.channel }
        : teams && { platform: 'teams' as const, tenant: teams.tenant, channel: teams.channel };
      return place ? [{ id, place, oversees }] : [];
    }),
    rules: file.rules.map((rule) => {
      const { kinds, ...selected } = rule.for === 'everyone' ? {} : rule.for;
      return {
        for: selected.people || selected.agents ? selected : 'everyone',
        ...(kinds ? { kinds } : {}),
        ...(rule.approve ? { approve: rule.approve } : {}),
        ...(rule.stop ? { stop: rule.stop } : {}),
      };
    }),
  };
}
