// The operator's rules: who the people are, which channels watch whose missions, who approves and who stops.
//
//   person     somebody agents act for, or who watches over them, known by verified platform identities
//   channel    a place in chat where missions are shown; two channels that oversee the same missions mirror each other
//   selection  which missions something is about: everyone's, or those of named people or agents
//   rule       who approves, who is told and who stops; the first rule that fits and speaks of the act decides
//   digest     what a channel is told once a day or a week, at its own time of day
//   pattern    a scope or an action to the letter, or its beginning and a `*`
//   reminder   a call to the approvers of an ask that waits; escalation takes it to another channel
//   delegation who may be let decide for somebody else, and for how long
//
// Every room may read these types; only the configuration parses the file.
import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { requestTypes } from '#mission-control/facts.ts';
import { contradictions } from '#oversight-faults.ts';

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

export const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

/** `at` is a time of day (`09:00`) in the zone, an IANA name. */
export type Digest = { readonly at: string; readonly zone: string } & (
  | { readonly every: 'day' }
  | { readonly every: 'week'; readonly weekday: (typeof weekdays)[number] }
);

export type Channel = {
  readonly id: string;
  readonly place: {
    readonly platform: 'slack' | 'teams';
    readonly tenant: string;
    readonly channel: string;
  };
  readonly oversees: Selection;
  /** Without one the channel is told nothing of itself. */
  readonly digest?: Digest;
};

/**
 * A rule without `approve` (`notify`, `stop`) says nothing about approving (being told, stopping). `kinds` are request
 * types; `resources` are issuers to the letter; `scopes` and `actions` are patterns. What is not given fits everything.
 */
export type Rule = {
  readonly for: Selection;
  readonly kinds?: readonly (typeof requestTypes)[number][];
  readonly resources?: readonly string[];
  readonly scopes?: readonly string[];
  readonly actions?: readonly string[];
  /** What the operator calls the asks this rule is for, as cards say it. */
  readonly risk?: string;
  readonly approve?: readonly string[];
  /** Called on the card, and without a say. */
  readonly notify?: readonly string[];
  readonly stop?: readonly string[];
  /** How many different people have to approve; one unless it is said. */
  readonly quorum?: number;
  /** The person the agent acts for does not decide. */
  readonly exclude?: 'person';
  /** A second, different approver confirms. */
  readonly stepUp?: 'second_person';
};

/** Without one nobody decides for anybody else. */
export type Delegating = { readonly to: readonly string[]; readonly longestDays: number };

/** After how long without activity, how long before a stated end, and how long after a question the next may come. */
export type Stale = { readonly idleMs?: number; readonly endingMs?: number; readonly againMs: number };

export type Oversight = {
  readonly people: readonly Person[];
  /** To whom an agent nobody knows is offered: the one the file names, or the only one there is. */
  readonly defaultPerson: string;
  readonly channels: readonly Channel[];
  readonly rules: readonly Rule[];
  readonly delegation?: Delegating;
  /** When approvers are called again, as fractions of the time an ask has; at half of it and at 0.8 unless it is said. */
  readonly reminders?: readonly number[];
  /** When an ask nobody answered goes to another channel besides (`channel` is its `id`), and may be decided there too. */
  readonly escalation?: { readonly at: number; readonly channel: string };
  /** When a mission's person is asked whether it should go on; nobody is asked where this is not given. */
  readonly stale?: Stale;
};

/** Whether a scope or an action is one of those that patterns name. */
export const isNamed = (patterns: readonly string[], value: string) =>
  patterns.some((pattern) =>
    pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern,
  );

/** How many different people a rule asks for. */
export const neededBy = ({ quorum = 1, stepUp }: Pick<Rule, 'quorum' | 'stepUp'>) =>
  Math.max(quorum, stepUp ? 2 : 1);

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

function isZone(zone: string) {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
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
const patterns = z
  .array(
    z
      .string()
      .regex(/^[^*]*\*?$/, 'a `*` stands only at the end')
      .min(1),
  )
  .min(1, 'names nothing');
const fraction = z
  .number()
  .gt(0, 'a fraction of the time an ask has, between 0 and 1')
  .lt(1, 'a fraction of the time an ask has, between 0 and 1');
const hours = z.number().gt(0, 'a number of hours').max(10_000, 'more than a year');
const selection = { people: z.array(personId).min(1, 'names nobody').optional(), agents: names.optional() };

/** The file as it is written, once every member alone is right. */
export const File = z.strictObject({
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
        digest: z
          .strictObject({
            every: z.enum(['day', 'week']),
            at: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day is written like 09:00'),
            zone: z.string().refine(isZone, 'no time zone is called so; they are written like Europe/Berlin'),
            weekday: z.enum(weekdays).optional(),
          })
          .optional(),
      }),
    )
    .default([]),
  rules: z
    .array(
      z.strictObject({
        for: z.union(
          [
            z.literal('everyone'),
            z.strictObject({
              ...selection,
              kinds: z.array(z.enum(requestTypes)).min(1).optional(),
              resources: z
                .array(z.string().regex(/^https?:\/\/[^\s*]+$/, 'not the issuer of a resource'))
                .min(1, 'names nothing')
                .optional(),
              scopes: patterns.optional(),
              actions: patterns.optional(),
            }),
          ],
          {
            error:
              'either `everyone`, or a list of `people`, `agents`, `kinds`, `resources`, `scopes` or `actions`',
          },
        ),
        risk: z.string().trim().min(1).max(60).optional(),
        approve: z.array(personId).min(1, 'nobody could satisfy this rule').optional(),
        notify: names.optional(),
        stop: z.array(personId).min(1, 'nobody could satisfy this rule').optional(),
        quorum: z.int().min(1).max(20).optional(),
        exclude: z.literal('person').optional(),
        step_up: z.literal('second_person').optional(),
      }),
    )
    .default([]),
  delegation: z
    .strictObject({ to: z.array(personId).min(1, 'names nobody'), longest_days: z.int().min(1).max(90) })
    .optional(),
  reminders: z
    .strictObject({
      at: z
        .array(fraction)
        .max(5, 'at most five: whoever did not hear five calls will not hear a sixth')
        .refine(
          (all) => all.every((each, index) => index === 0 || each > (all[index - 1] ?? 0)),
          'each is later than the one before',
        ),
    })
    .optional(),
  escalate: z.strictObject({ at: fraction, channel: personId }).optional(),
  stale: z
    .strictObject({
      idle_hours: hours.optional(),
      ending_hours: hours.optional(),
      ask_again_hours: hours.default(24),
    })
    .refine(
      ({ idle_hours, ending_hours }) => idle_hours !== undefined || ending_hours !== undefined,
      'says neither `idle_hours` nor `ending_hours`, so nobody is ever asked',
    )
    .optional(),
});
export type File = z.infer<typeof File>;
export type Path = readonly PropertyKey[];
/** A fault at a member of the file; its line is looked up at the end. */
export type Found = { readonly at: Path; readonly what: string };

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

const digestOf = ({
  every,
  at,
  zone,
  weekday = 'monday',
}: NonNullable<File['channels'][number]['digest']>): Digest =>
  every === 'week' ? { every, at, zone, weekday } : { every, at, zone };

function oversightOf(file: File): Oversight {
  const defaultPerson = file.default_person ?? file.people[0]?.id ?? '';
  return {
    people: file.people.map(({ silent_grants, ...person }) => ({ ...person, silentGrants: silent_grants })),
    defaultPerson,
    channels: file.channels.flatMap(({ id, slack, teams, oversees, digest }) => {
      const place = slack
        ? { platform: 'slack' as const, tenant: slack.team, channel: slack.channel }
        : teams && { platform: 'teams' as const, tenant: teams.tenant, channel: teams.channel };
      return place ? [{ id, place, oversees, ...(digest && { digest: digestOf(digest) }) }] : [];
    }),
    rules: file.rules.map(({ for: chosen, step_up, ...rule }) => {
      const { people, agents, ...narrowed } = chosen === 'everyone' ? {} : chosen;
      return {
        ...rule,
        ...narrowed,
        for: people || agents ? { ...(people && { people }), ...(agents && { agents }) } : 'everyone',
        ...(step_up && { stepUp: step_up }),
      };
    }),
    ...(file.delegation && {
      delegation: { to: file.delegation.to, longestDays: file.delegation.longest_days },
    }),
    ...(file.reminders && { reminders: file.reminders.at }),
    ...(file.escalate && { escalation: file.escalate }),
    ...(file.stale && { stale: staleOf(file.stale) }),
  };
}

function staleOf({ idle_hours, ending_hours, ask_again_hours }: NonNullable<File['stale']>): Stale {
  const ms = (hours: number) => Math.round(hours * 3_600_000);
  return {
    ...(idle_hours !== undefined && { idleMs: ms(idle_hours) }),
    ...(ending_hours !== undefined && { endingMs: ms(ending_hours) }),
    againMs: ms(ask_again_hours),
  };
}
