// What is granted without asking: the person approved the mission once, and what fits rides on it. Rules over facts handed in.
import type { Tool } from '#person-server/tables.ts';

/** `ask` asks every time; `approved` is silent about what was approved with the mission or consented to before. */
export type SilentGrants = 'ask' | 'approved';

export type Grant = { readonly kind: 'silent'; readonly policy: string } | { readonly kind: 'ask' };

export type Given = {
  readonly missionS256: string | null;
  readonly value: string | null;
  readonly requestId: string;
};

export type Standing = {
  readonly silentGrants: SilentGrants;
  /** Whether the agent is bound to its person. One that is not always asks: nobody has said it may act at all. */
  readonly bound: boolean;
  readonly approvedResources: readonly string[];
  readonly approvedTools: readonly Tool[];
  /** The person's earlier consents that bear on this ask; looked up where what was approved does not settle it. */
  given(): Promise<readonly Given[]>;
};

const ask: Grant = { kind: 'ask' };

/** May the agent name its person to this resource without another question? */
export async function grantPersonToken(standing: Standing, resource: string): Promise<Grant> {
  if (!mayBeSilent(standing)) return ask;
  if (standing.approvedResources.includes(resource)) return approvedResource(resource);
  const [consent] = await standing.given();
  return consent ? consented(consent) : ask;
}

/** May the agent have these scopes there? Every one of them must be covered; an ask without a scope needs the resource's. */
export async function grantAuthToken(
  standing: Standing,
  resource: string,
  scope: readonly string[],
): Promise<Grant> {
  if (!mayBeSilent(standing)) return ask;
  if (standing.approvedResources.includes(resource)) return approvedResource(resource);
  const wanted: readonly (string | null)[] = scope.length ? scope : [null];
  const given = await standing.given();
  const found = wanted.map((value) => given.find((consent) => consent.value === value));
  const [first] = found;
  return first && found.every((consent) => consent) ? consented(first) : ask;
}

/** May the agent do this, which no resource governs? */
export async function grantPermission(standing: Standing, action: string): Promise<Grant> {
  if (!mayBeSilent(standing)) return ask;
  if (standing.approvedTools.some(({ name }) => name === action)) {
    return { kind: 'silent', policy: `${action} is one of the tools approved with the mission` };
  }
  const consent = (await standing.given()).find(({ value }) => value === action);
  return consent ? consented(consent) : ask;
}

const mayBeSilent = ({ silentGrants, bound }: Standing) => silentGrants === 'approved' && bound;

const approvedResource = (resource: string): Grant => ({
  kind: 'silent',
  policy: `${resource} is one of the resources approved with the mission`,
});

const consented = ({ missionS256, requestId }: Given): Grant => ({
  kind: 'silent',
  policy: missionS256
    ? `consented earlier in this mission, request ${requestId}`
    : `consented for always, request ${requestId}`,
});
