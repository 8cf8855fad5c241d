import { forgetEvents } from '#person-server/events.ts';
import { forgetReplays } from '#person-server/recognise.ts';
import { endRequest } from '#person-server/requests.ts';
import { forgetWhatIsOver } from '#person-server/retention.ts';
import { forgetRevocations } from '#person-server/revocations.ts';
import type { Server } from '#person-server/server.ts';
import { openStates } from '#person-server/shown.ts';
import { closeOverdue } from '#person-server/terminate.ts';

const batch = 100;
const eventsKeptMs = 24 * 3_600_000;

/**
 * Closes what is overdue, with its line in the log and its event, and forgets what no longer matters. Whether something is
 * overdue is decided wherever it is looked at; the sweep is for those nobody looks at. Returns how many it closed.
 */
export async function sweep(server: Server, now: Date): Promise<number> {
  let closed = 0;
  const missions = await server.store
    .selectFrom('mission')
    .select('s256')
    .where('terminatedAt', 'is', null)
    .where('expiresAt', '<=', now)
    .orderBy('expiresAt')
    .limit(batch)
    .execute();
  for (const { s256 } of missions) if (await closeOverdue(server, s256)) closed++;
  const requests = await server.store
    .selectFrom('request')
    .selectAll()
    .where('state', 'in', openStates)
    .where('expiresAt', '<=', now)
    .orderBy('expiresAt')
    .limit(batch)
    .execute();
  for (const request of requests) if (await endRequest(server, request, { state: 'expired' })) closed++;
  server.announcer.kick();
  await forgetReplays(server.store, now);
  await forgetRevocations(server.store, now);
  await forgetEvents(server.store, new Date(now.getTime() - eventsKeptMs));
  await forgetWhatIsOver(server, now);
  return closed;
}
