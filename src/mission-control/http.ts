// The port over HTTP: every row of MISSION-CONTROL, over any way in.
//
//   {mc}      where it is served, by default `/mission-control` under the issuer
//   verb      one method of one path: the scope it needs and what it answers
import { problemResponse } from '#aauth/problem.ts';
import { type Doorkeeper, missionControlPath, type Peer } from '#mission-control/authentication.ts';
import { MissionControlError } from '#mission-control/error.ts';
import type { MissionControl } from '#mission-control/port.ts';
import { type Debug, Misunderstood, NotTheirVoice, verbsOf } from '#mission-control/verbs.ts';

export type Serving = {
  readonly path?: string;
  /** Development only: what `?debug=1` adds to a request. */
  readonly debug?: Debug;
};

/**
 * Serves `port` to whoever `admit` lets in. Only a POST decides, ends or revokes anything, and only one with a JSON body,
 * which a page elsewhere cannot send unasked. Refusals are problem details; a Person Server out of reach is `503`, one
 * that answers what it should not is `502`.
 */
export function serveMissionControl(port: MissionControl, admit: Doorkeeper, serving: Serving = {}) {
  const { path = missionControlPath, debug } = serving;
  const paths = verbsOf(port, debug);
  return async (request: Request, peer: Peer): Promise<Response> => {
    const url = new URL(request.url);
    const [thing = '', id, ...rest] = url.pathname.slice(path.length).split('/').slice(1);
    const methods = paths.get([thing, ...(id === undefined ? [] : [':']), ...rest].join('/'));
    const verb =
      request.method === 'GET' ? methods?.GET : request.method === 'POST' ? methods?.POST : undefined;
    const admitted = await admit(request, peer, verb?.scope ?? 'missions:read');
    if ('refused' in admitted) return admitted.refused;
    if (!methods) return refusal(404, 'not_found', 'mission control has nothing at this path');
    if (!verb) {
      const allow = Object.keys(methods).join(', ');
      return problemResponse({
        status: 405,
        error: 'method_not_allowed',
        detail: `this path takes ${allow}`,
        headers: { allow },
      });
    }
    try {
      const { caller } = admitted;
      return await verb.answer({ request, id: idIn(id), query: url.searchParams, caller });
    } catch (error) {
      if (error instanceof Misunderstood) return refusal(error.status, 'invalid_request', error.message);
      if (error instanceof NotTheirVoice) return refusal(403, 'not_your_person', error.message);
      if (!(error instanceof MissionControlError)) throw error;
      return error.code === 'unreachable'
        ? refusal(503, 'temporarily_unavailable', 'the Person Server does not answer')
        : refusal(502, 'bad_gateway', 'the Person Server answers what it should not');
    }
  };
}

/** Ids are printable and short; anything else names nothing, and never reaches a database. */
function idIn(part: string | undefined) {
  try {
    const id = decodeURIComponent(part ?? '');
    return /^[\x21-\x7e]{1,512}$/.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

function refusal(status: number, error: string, detail: string) {
  return problemResponse({ status, error, detail });
}
