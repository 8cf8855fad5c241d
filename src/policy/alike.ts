// Which asks are the same question put more than once, so that people may answer them together. Everything a person would
// weigh has to be the same in all of them; only the parameters of an action may differ, and those are listed.
import { digestOf } from '#aauth/canonical.ts';
import type { Request } from '#mission-control/facts.ts';
import type { Oversight } from '#oversight.ts';
import { matterOf, rulesFor } from './matter.ts';

/** Every other kind wants eyes of its own: it ends or changes a mission, costs money, tells of a person, or is answered in words. */
const kinds: ReadonlySet<Request['type']> = new Set<Request['type']>([
  'permission',
  'auth_token',
  'person_token',
]);

/**
 * What an ask is alike by: two asks with the same answer here may be answered together. Undefined for one that stands
 * alone: outside of missions, of a new agent, stepped up, or one that somebody asked about or its agent changed. The rules
 * that hold for it need no comparison: they follow from the person, the agent, the kind, the resource, the scopes and the
 * action, which are all in here.
 */
export function alikeAs(oversight: Oversight, request: Request): string | undefined {
  const { type, person, missionS256, agent, verified, resourceAsserted, agentAsserted } = request;
  if (oversight.batches === false || !kinds.has(type) || missionS256 === undefined || agent.new)
    return undefined;
  if (request.rounds.used > 0 || request.clarifications.length > 0 || request.previous) return undefined;
  if (rulesFor(oversight, matterOf(request), 'approve').some((rule) => rule?.stepUp)) return undefined;
  const { granted: _, ...seen } = verified;
  const { parameters: __, ...said } = agentAsserted;
  return digestOf(
    JSON.parse(JSON.stringify({ type, person, missionS256, agent, seen, resourceAsserted, said })),
  );
}
