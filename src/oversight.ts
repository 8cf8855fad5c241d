// The operator's rules: who the people are, which channels watch whose missions, who approves and who stops.
//
//   person     somebody agents act for, or who watches over them, known by verified platform identities
//   channel    a place in chat where missions are shown; two channels that oversee the same missions mirror each other
//   selection  which missions something is about: everyone's, or those of named people or agents
//   rule       who approves, who is told and who stops; the first rule that fits and speaks of the act decides
//   digest     what a channel is told once a day or a week, at its own time of day
//   pattern    a scope or an action to the letter, or its beginning and a `*`
//   reminder   a call to the approvers of an ask that waits; escalation takes it to another channel besides
//   delegation who may be let decide for somebody else, and for how long
//   reviewed   what the reviewer may let pass in place of people, where the operator names it
//
// Every room may read these types; `oversight-reading.ts` parses the file, for the configuration alone.
import type { requestTypes } from '#mission-control/facts.ts';

/** `ask`: every request is asked. `approved`: what was already approved in the mission is granted silently. */
export type SilentGrants = 'ask' | 'approved';

export type Person = {
  readonly id: string;
  readonly name: string;
  readonly silentGrants: SilentGrants;
  readonly slack?: { readonly team: string; readonly user: string; readonly enterprise?: string };
  /** `user` is the aadObjectId; both are kept in lower case. */
  readonly teams?: { readonly tenant: string; readonly user: string };
  /** What may be told of them, by the names of OpenID Connect, once somebody who decides for them says so. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Who they are at the operator's issuer (OpenID Connect). An e-mail counts only where the issuer verified it. */
  readonly oidc?: { readonly sub: string } | { readonly email: string };
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

export const driftActions = ['tell', 'hold', 'ask'] as const;

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
  /**
   * When the reviewer's rules flag a mission: it is only told, put on hold until a person releases it, or every ask under it
   * goes to a person until one who may decide calls the drift fine. No model's word sets it off.
   */
  readonly onDrift?: (typeof driftActions)[number];
  /** How many different people have to approve; one unless it is said. */
  readonly quorum?: number;
  /** The person the agent acts for does not decide. */
  readonly exclude?: 'person';
  /** A second, different approver confirms; or each approver signs in afresh for it. */
  readonly stepUp?: 'second_person' | 'sign_in';
  /** As for everything else, `Oversight.reminders` and `Oversight.escalation`, but for these asks. */
  readonly reminders?: readonly number[];
  readonly escalation?: Escalation | 'never';
};

/** When an ask nobody answered goes to another channel besides (`channel` is its `id`), and may be decided there too. */
export type Escalation = { readonly at: number; readonly channel: string };

/** People's ids: for whoever holds the shared token, and by the `sub` of a caller's JWT. */
export type Voices = {
  readonly token?: readonly string[];
  readonly callers?: Readonly<Record<string, readonly string[]>>;
};

/** Without one nobody decides for anybody else. */
export type Delegating = { readonly to: readonly string[]; readonly longestDays: number };

/**
 * After how long without activity, how long before a stated end, how long after the goal seems reached, and how long after
 * a question the next may come.
 */
export type Stale = {
  readonly idleMs?: number;
  readonly endingMs?: number;
  readonly doneMs?: number;
  readonly againMs: number;
};

/**
 * What the reviewer may let pass by itself. Names are to the letter, never patterns; an ask passes only when every name
 * in it stands here.
 */
export type Pass = { readonly for: Selection } & (
  | { readonly resources: readonly string[]; readonly scopes: readonly string[] }
  | { readonly actions: readonly string[] }
);

export type Reviewed = {
  readonly passes: readonly Pass[];
  /** Of the asks it would let pass, the part that people are asked all the same. */
  readonly sample: number;
  /** How many it may let pass under one mission, and in one day (of UTC). */
  readonly perMission: number;
  readonly perDay: number;
  /** How long an ask is kept from people while the reviewer looks. */
  readonly waitMs: number;
};

export type Oversight = {
  readonly people: readonly Person[];
  /** To whom an agent nobody knows is offered: the one the file names, or the only one there is. */
  readonly defaultPerson: string;
  /** Resources that have this server as their access server too; no hop is made for them. */
  readonly accessServerFor?: readonly string[];
  readonly channels: readonly Channel[];
  readonly rules: readonly Rule[];
  readonly delegation?: Delegating;
  /** When approvers are called again, as fractions of the time an ask has; at half of it and at 0.8 unless it is said. */
  readonly reminders?: readonly number[];
  readonly escalation?: Escalation;
  /** In whose names mission control's callers may decide; in anybody's where this is not given. */
  readonly voices?: Voices;
  /** When a mission's person is asked whether it should go on; nobody is asked where this is not given. */
  readonly stale?: Stale;
  /** Identical asks of one mission have a card each, not one together. */
  readonly batches?: false;
  /** Without it every ask that is not granted by the Person Server is asked of people. */
  readonly reviewed?: Reviewed;
};

/** Whether a scope or an action is one of those that patterns name. */
export const isNamed = (patterns: readonly string[], value: string) =>
  patterns.some((pattern) =>
    pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern,
  );

/** How many different people a rule asks for. */
export const neededBy = ({ quorum = 1, stepUp }: Pick<Rule, 'quorum' | 'stepUp'>) =>
  Math.max(quorum, stepUp === 'second_person' ? 2 : 1);

/** For development without a file: one person, in whose name every agent acts, and no channels. */
export function defaultOversight(): Oversight {
  return {
    people: [{ id: 'person', name: 'Person', silentGrants: 'approved' }],
    defaultPerson: 'person',
    channels: [],
    rules: [],
  };
}
