// Who the person is, as their operator wrote it down: claims of OpenID Connect, by the scopes that ask for them. Only names
// travel inside this server; the values are read the moment a token or an answer is made.

import type { Agent } from '#person-server/agents.ts';
import { type Consented, consentsFor } from '#person-server/consents.ts';
import type { Person, Server } from '#person-server/server.ts';

/** The claims an identity scope stands for (draft §scopes; OpenID Connect Core §5.4, RFC 9068 for groups and roles). */
const claimsOfScope = {
  // The directed name, which every token carries anyway.
  openid: [],
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
  tenant: ['tenant'],
  groups: ['groups'],
  roles: ['roles'],
} as const;

const scopeNames = Object.keys(claimsOfScope) as (keyof typeof claimsOfScope)[];
const known: ReadonlySet<string> = new Set(scopeNames.flatMap((scope) => claimsOfScope[scope]));

/** What this server can say of anybody: the scopes it would answer, and the claims it holds. */
export function identitySupported(people: Iterable<Person>): {
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
} {
  const held = new Set([...people].flatMap(({ claims = {} }) => Object.keys(claims)));
  const answered = scopeNames.filter(
    (scope) => scope === 'openid' || claimsOfScope[scope].some((claim) => held.has(claim)),
  );
  return { scopes: answered, claims: ['sub', ...[...known].filter((claim) => held.has(claim))] };
}

/** Of what these scopes ask about the person, what is there to be told. */
export function claimsAsked(
  { people }: Pick<Server, 'people'>,
  person: string,
  scope: readonly string[],
): string[] {
  return claimsThere(people, person, claimsWithin([...known], scope));
}

/** Of these claims, those a scope that was granted asks for. */
export function claimsWithin(names: readonly string[] = [], scope: readonly string[]): string[] {
  const asked = new Set<string>(
    scopeNames.filter((name) => scope.includes(name)).flatMap((name) => claimsOfScope[name]),
  );
  return names.filter((name) => asked.has(name));
}

/** Of these claims, those there is something to say about; `sub` is never one (draft §requirement-claims). */
export function claimsThere(people: Server['people'], person: string, names: readonly string[]): string[] {
  const held = people.get(person)?.claims ?? {};
  return [...new Set(names)].filter((name) => known.has(name) && Object.hasOwn(held, name));
}

/** The claims themselves, for whom they were decided to be told. */
export function claimsTold(
  { people }: Pick<Server, 'people'>,
  person: string,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const held = people.get(person)?.claims ?? {};
  return Object.fromEntries(claimsThere(people, person, names).map((name) => [name, held[name]]));
}

/** What a line about a grant says of what is told with it: names, never values. */
export const toldLine = (claims: readonly string[]) =>
  claims.length ? { result: { claims_told: [...claims] } } : {};

/** One consent for each claim told to one party. */
export const claimConsents = (party: string, names: readonly string[]): Consented[] =>
  names.map((value) => ({ kind: 'claim', resource: party, value }));

/** The earlier consent to tell this party all of these claims; undefined where a single one is new to it. */
export async function consentToTell(
  { store }: Server,
  {
    agent,
    person,
    missionS256,
  }: { readonly agent: Agent; readonly person: string; readonly missionS256: string | undefined },
  party: string,
  names: readonly string[],
): Promise<{ readonly requestId: string } | undefined> {
  const given = await consentsFor(store, agent, person, missionS256, { kind: 'claim', resource: party });
  const found = names.map((name) => given.find(({ value }) => value === name));
  const [first] = found;
  return first && found.every((consent) => consent) ? first : undefined;
}
