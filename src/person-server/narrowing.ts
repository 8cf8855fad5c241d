import type { Tool, Wanted } from '#person-server/tables.ts';

/** Approving may narrow what was asked, never widen it. */
export type Narrowing = {
  readonly scope?: string;
  readonly description?: string;
  readonly approvedTools?: readonly Tool[];
  readonly approvedResources?: readonly string[];
  readonly expiresAt?: Date;
};

/** What is wrong with a narrowing of this ask, in words. The members it may have are those the kind of ask has. */
export function faultOfNarrowing(
  wanted: Wanted,
  narrow: Narrowing | undefined,
  now: Date,
): string | undefined {
  if (!narrow) return undefined;
  const { scope, description, approvedTools, approvedResources, expiresAt } = narrow;
  if (scope !== undefined) {
    if (wanted.type !== 'auth_token') return 'only an auth token has a scope to narrow';
    const values = scopeValues(scope);
    if (!values.length && wanted.scope.length) return 'a narrowed scope keeps at least one value';
    const wider = values.filter((value) => !wanted.scope.includes(value));
    if (wider.length) return 'a narrowed scope holds only values that were asked for';
  }
  const ofMission = description ?? approvedTools ?? approvedResources ?? expiresAt;
  if (ofMission === undefined) return undefined;
  if (wanted.type !== 'mission') return 'only a mission has a description, tools, resources and an expiry';
  if (description !== undefined && !description.trim()) return 'the description is empty';
  const tools = wanted.tools ?? [];
  if (approvedTools?.some(({ name }) => !tools.some((tool) => tool.name === name))) {
    return 'approved_tools holds only tools that were asked for';
  }
  const resources = wanted.resources ?? [];
  if (approvedResources?.some((resource) => !resources.includes(resource))) {
    return 'approved_resources holds only resources that were asked for';
  }
  if (expiresAt && !(expiresAt > now)) return 'expires_at is in the past';
  return undefined;
}

/** A scope's values, each once, in the order given. */
export function scopeValues(scope: string | undefined): string[] {
  return [...new Set((scope ?? '').split(' ').filter(Boolean))];
}
