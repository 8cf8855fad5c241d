// Who somebody is in the tenant, by the roster of the place they acted in; never by a name.
// learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
import { z } from 'zod';
import type { Actor, Place } from '#chat/chat.ts';
import type { Activity } from '#chat/teams/activity.ts';
import type { Line } from '#chat/teams/connector.ts';
import type { Log } from '#log.ts';

/** The person is waiting for their press to be answered meanwhile. */
const waitMs = 4_000;

const member = z.object({
  tenantId: z.string(),
  aadObjectId: z.string().optional(),
  /** Older answers call it so. */
  objectId: z.string().optional(),
  userRole: z.string(),
});

/**
 * The author of a verified activity. They are a `member` only where the roster answers, knows the very aadObjectId the
 * activity carries, in the tenant of the place, in the role of a user. Whatever else happens they are something that
 * never decides. The same rule holds in development: the test client has a roster too.
 */
export async function actorOf(activity: Activity, place: Place, line: Line, log: Log): Promise<Actor> {
  const { from } = activity;
  const user = from.aadObjectId?.toLowerCase();
  const standing = await standingOf(activity, place, user, line, log);
  const name = (from.name ?? '').slice(0, 200);
  return { platform: 'teams', tenant: place.tenant, user: user ?? from.id, name, standing };
}

async function standingOf(
  { from, conversation, channelData, serviceUrl }: Activity,
  place: Place,
  user: string | undefined,
  line: Line,
  log: Log,
): Promise<Actor['standing']> {
  if (from.role === 'bot' || from.id.startsWith('28:')) return 'bot';
  if (!user) return 'unknown';
  // A team's roster does not hold the people of its shared and private channels; those have their own.
  const ofTeam = channelData?.channel?.type === undefined || channelData.channel.type === 'standard';
  const roster = (ofTeam ? channelData?.team?.id : place.channel) ?? conversation.id;
  const path = `v3/conversations/${encodeURIComponent(roster)}/members/${encodeURIComponent(from.id)}`;
  try {
    const found = member.parse(await line.read(serviceUrl, path, waitMs));
    if ((found.aadObjectId ?? found.objectId)?.toLowerCase() !== user) return 'unknown';
    if (found.tenantId.toLowerCase() !== place.tenant) return 'external';
    switch (found.userRole.toLowerCase()) {
      case 'user':
      case 'owner':
        return 'member';
      case 'guest':
        return 'guest';
      case 'bot':
        return 'bot';
      case 'anonymous':
        return 'external';
      default:
        return 'unknown';
    }
  } catch (error) {
    log.warn(
      { err: error, tenant: place.tenant, user },
      'the roster could not be asked; this person decides nothing',
    );
    return 'unknown';
  }
}
