// Whether an ask can come before anybody: by a channel of ours, or with the agent that brings its person to our page.
import type { Problem } from '#aauth/problem.ts';
import type { Server } from '#person-server/server.ts';

/** Who is asked by whom, and what the agent says it could do itself (draft §aauth-capabilities). */
export type Call = {
  readonly person: string;
  /** As people read it: the sub-agent where it is one. */
  readonly agent: string;
  /** Undefined where there is no way to say, or no need to: then it is taken for one that can bring its person to a page. */
  readonly capabilities: readonly string[] | undefined;
};

/** A page at which nobody can be recognised reaches nobody. */
export function isReached(server: Server, { person, agent, capabilities }: Call): boolean {
  if (server.reaches(person, agent)) return true;
  return server.welcome !== undefined && (capabilities?.includes('interaction') ?? true);
}

/** `403`: no party can reach the person (draft §token-endpoint-error-codes). */
export const userUnreachable: Problem = {
  status: 403,
  error: 'user_unreachable',
  detail:
    'no channel to the person is there, and the agent cannot bring them to a page where they could answer',
};

/** `424`: the agent brings the person to the page itself (draft §interaction-endpoint-errors). */
export const interactionUnavailable: Problem = {
  status: 424,
  error: 'interaction_unavailable',
  detail: 'no channel to the person is there; the agent may bring them to the page itself',
};
