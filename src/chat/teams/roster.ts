// Who somebody is in the tenant, by the roster of the place they acted in; never by a name.
// learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
import { z } from 'zod';
import { type Actor, ChatError, type Place } from '#chat/chat.ts';
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

/**
 * Somebody whom the author of a verified activity mentions. A mention carries no aadObjectId, so the roster says whose id
 * it is; where it does not, they are nobody.
 */
export async function mentionedActor(
  activity: Activity,
  place: Place,
  id: string,
  name: string,
  line: Line,
  log: Log,
): Promise<Actor> {
  const found = id.startsWith('28:') ? 'bot' : await lookUp(activity, place, id, line, log);
  const nobody = { platform: 'teams', tenant: place.tenant, user: id, name: name.slice(0, 200) } as const;
  if (found === 'bot' || !found) return { ...nobody, standing: found ?? 'unknown' };
  const user = (found.aadObjectId ?? found.objectId)?.toLowerCase();
  return user ? { ...nobody, user, standing: judge(found, place) } : { ...nobody, standing: 'unknown' };
}

async function standingOf(
  activity: Activity,
  place: Place,
  user: string | undefined,
  line: Line,
  log: Log,
): Promise<Actor['standing']> {
  const { from } = activity;
  if (from.role === 'bot' || from.id.startsWith('28:')) return 'bot';
  if (!user) return 'unknown';
  const found = await lookUp(activity, place, from.id, line, log);
  if (!found || (found.aadObjectId ?? found.objectId)?.toLowerCase() !== user) return 'unknown';
  return judge(found, place);
}

/** What the roster of a place says of somebody; undefined where it says nothing. */
async function lookUp(
  { conversation, channelData, serviceUrl }: Activity,
  place: Place,
  id: string,
  line: Line,
  log: Log,
) {
  // A team's roster does not hold the people of its shared and private channels; those have their own.
  const ofTeam = channelData?.channel?.type === undefined || channelData.channel.type === 'standard';
  const roster = (ofTeam ? channelData?.team?.id : place.channel) ?? conversation.id;
  const path = `v3/conversations/${encodeURIComponent(roster)}/members/${encodeURIComponent(id)}`;
  try {
    return member.parse(await line.read(serviceUrl, path, waitMs));
  } catch (error) {
    log.warn(
      { err: error, tenant: place.tenant, user: id },
      'the roster could not be asked; this person decides nothing',
    );
    return undefined;
  }
}

/** The standing of an account in a channel, by its aadObjectId; `unknown` where the roster does not hold it. */
export async function standingIn(
  line: Line,
  serviceUrl: string,
  channel: string,
  user: string,
  tenant: string,
): Promise<Actor['standing']> {
  const path = `v3/conversations/${encodeURIComponent(channel)}/members/${encodeURIComponent(user)}`;
  try {
    return judge(member.parse(await line.read(serviceUrl, path, waitMs)), { tenant });
  } catch (error) {
    if (error instanceof ChatError && error.code === 'gone') return 'unknown';
    throw error;
  }
}

function judge(found: z.infer<typeof member>, place: Pick<Place, 'tenant'>): Actor['standing'] {
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
}
