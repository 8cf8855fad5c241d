import type { Problem } from '#aauth/problem.ts';
import { logFor, logKinds, tellOf } from '#person-server/requests.ts';
import type { RequestRow } from '#person-server/shown.ts';
import type { Answer, Within } from '#person-server/tables.ts';

/**
 * Ends a request that was said yes to and not yet fetched: what it was for cannot be had any more, and its agent reads the
 * problem. The person's decision stays on it, the log says what came in between. False when it was no longer waiting.
 */
export async function failWithin(
  within: Within,
  request: RequestRow,
  { status, error, detail }: Problem,
  at: Date,
): Promise<boolean> {
  const answer: Answer = { kind: 'problem', status, error, detail };
  const failed = await within
    .updateTable('request')
    .set({ state: 'failed', answer: JSON.stringify(answer) })
    .where('id', '=', request.id)
    .where('state', '=', 'approved')
    .where('deliveredAt', 'is', null)
    .executeTakeFirst();
  if (!failed.numUpdatedRows) return false;
  const line = { kind: logKinds[request.type], source: 'person_server', outcome: 'failed' } as const;
  await logFor(within, request, { ...line, description: error }, at);
  await tellOf(within, request, at);
  return true;
}
