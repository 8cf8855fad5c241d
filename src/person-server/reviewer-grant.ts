// A yes that no person gave: the overseers' reviewer lets an ask pass. This server takes it for little, once, and writes
// down whose it was.
import { isChained } from '#person-server/follow.ts';
import type { RequestRow } from '#person-server/shown.ts';
import type { DecidedBy } from '#person-server/tables.ts';

/** The way in by which the overseers' reviewer decides; nobody's account is known there. */
const reviewerVia = 'reviewer';

const isReviewer = ({ via }: DecidedBy) => via === reviewerVia;

/**
 * What is wrong with a decision of the reviewer's; undefined for one that may be, and for every person's. It takes access
 * to a resource the person has used, or permission for an action, for a known agent under a mission, as it was asked and
 * for this one time. Nothing else, whatever the overseers' rules say.
 */
export function faultOfReviewer(
  request: RequestRow,
  decision: {
    readonly action: string;
    readonly decidedBy: DecidedBy;
    readonly apply?: string | undefined;
    readonly narrow?: object | undefined;
  },
): string | undefined {
  if (!isReviewer(decision.decidedBy)) return undefined;
  const { wanted, asserted } = request;
  const small = wanted.type === 'permission' || wanted.type === 'auth_token';
  if (decision.action !== 'approve' || decision.apply !== 'once' || decision.narrow || !small)
    return 'the reviewer lets a permission or access pass, once and as it was asked, and nothing else';
  const known = wanted.type === 'permission' || asserted.verified.resource?.known === true;
  if (request.missionS256 === null || request.agentNew || request.subagent !== null || isChained(request))
    return 'the reviewer lets only known agents pass, for themselves and under a mission';
  const { budget, interaction } = asserted.resource;
  const tells = asserted.verified.told !== undefined;
  return known && budget === undefined && interaction === undefined && !tells
    ? undefined
    : 'the reviewer lets nobody go to a new resource, spend, be told about the person, or send them to a page';
}

/** Who vouches for a decision in the log: the person who made it, or, for the reviewer's, this server alone. */
export const vouchedBy = (decidedBy: DecidedBy) =>
  isReviewer(decidedBy)
    ? {
        source: 'person_server' as const,
        decidedBy: { reviewer: decidedBy.id, via: decidedBy.via, id: decidedBy.id },
      }
    : { source: 'person' as const, decidedBy };
