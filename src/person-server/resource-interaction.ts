// A resource's own page before consent: some other login, some other yes (draft §resource-initiated-interaction).
import { randomBytes } from 'node:crypto';
import type { ResourceToken } from '#aauth/tokens.ts';
import { page } from '#person-server/page.ts';
import { logFor, tellOf } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { openStates, type RequestRow } from '#person-server/shown.ts';
import type { Answer } from '#person-server/tables.ts';

/** One flow at a resource: the address the person opens, and the unguessable end of where they come back to. */
export type Errand = { readonly address: string; readonly callback: string };

/** Makes the address of a resource's page, with its code and the way back; undefined where the token asks for none. */
export function errandOf({ issuer }: Server, { interaction }: ResourceToken): Errand | undefined {
  if (!interaction) return undefined;
  const callback = randomBytes(24).toString('base64url');
  const address = new URL(interaction.url);
  address.searchParams.set('code', interaction.code);
  address.searchParams.set('callback', `${issuer}/interact/${callback}`);
  return { address: address.href, callback };
}

type Ending = { readonly state: 'denied' | 'expired' | 'failed'; readonly answer: Answer };

/** How the polling error follows from what the resource says went wrong (draft §interaction-callback-errors). */
function endingOf(error: string): Ending {
  const problem = (status: number, code: string, detail: string): Answer => ({
    kind: 'problem',
    status,
    error: code,
    detail,
  });
  switch (error) {
    case 'access_denied':
      return { state: 'denied', answer: problem(403, 'denied', 'the person declined at the resource') };
    case 'user_abandoned':
      return {
        state: 'failed',
        answer: problem(403, 'abandoned', 'the person did not finish at the resource'),
      };
    case 'interaction_expired':
      return { state: 'expired', answer: problem(408, 'expired', 'the time at the resource ran out') };
    default:
      return { state: 'failed', answer: problem(500, 'server_error', 'the resource could not go on') };
  }
}

/**
 * `GET /interact/{callback}`: the person comes back from the resource. Without an error the way is clear for a decision (or
 * for one that was already taken); with one the request ends, and nothing is issued. Once only.
 */
export async function comeBack(server: Server, request: Request, callback: string): Promise<Response> {
  const error = new URL(request.url).searchParams.get('error');
  const found = await server.store
    .selectFrom('request')
    .selectAll()
    .where('callback', '=', callback)
    .executeTakeFirst();
  const at = server.now();
  const taken =
    found !== undefined &&
    found.expiresAt > at &&
    (error === null ? await markReturned(server, found, at) : await end(server, found, endingOf(error), at));
  if (!taken) return page(410, 'Nothing waits here', '<p>This was finished before, or never was.</p>');
  return error === null
    ? page(200, 'Back from the resource', '<p>Now approve or deny the request in your oversight channel.</p>')
    : page(200, 'The request has ended', '<p>The resource did not go on, so nothing was granted.</p>');
}

async function markReturned(server: Server, request: RequestRow, at: Date): Promise<boolean> {
  return await server.store.transaction().execute(async (trx) => {
    const marked = await trx
      .updateTable('request')
      .set({ returnedAt: at })
      .where('id', '=', request.id)
      .where('returnedAt', 'is', null)
      .where('state', 'in', [...openStates, 'approved'])
      .where('deliveredAt', 'is', null)
      .executeTakeFirst();
    if (!marked.numUpdatedRows) return false;
    await tellOf(trx, request, at);
    return true;
  });
}

async function end(server: Server, request: RequestRow, ending: Ending, at: Date): Promise<boolean> {
  return await server.store.transaction().execute(async (trx) => {
    const ended = await trx
      .updateTable('request')
      .set({ state: ending.state, answer: JSON.stringify(ending.answer), closedAt: at, returnedAt: at })
      .where('id', '=', request.id)
      .where('returnedAt', 'is', null)
      .where('state', 'in', [...openStates, 'approved'])
      .where('deliveredAt', 'is', null)
      .executeTakeFirst();
    if (!ended.numUpdatedRows) return false;
    const line = { kind: 'auth_token', source: 'person_server', outcome: ending.state } as const;
    await logFor(trx, request, { ...line, description: 'ended at the resource' }, at);
    await tellOf(trx, request, at);
    return true;
  });
}
