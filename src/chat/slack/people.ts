// Who acted, as Slack vouches for them: workspace and user id, and the standing that decides whether they can ever decide.
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Actor } from '#chat/chat.ts';
import type { Log } from '#log.ts';

/** The installation: the workspace the bot's token belongs to, and the bot in it. */
export type Home = {
  readonly team: string;
  readonly enterprise?: string;
  readonly botUser: string;
  readonly bot: string;
};

/** What an event itself says of its author. `team` is the author's own workspace, as far as the payload tells. */
export type Author = { readonly user: string; readonly team?: string | undefined; readonly bot?: boolean };

export type People = (author: Author) => Promise<Actor>;

/** The members of `users.info` that decide standing (docs.slack.dev/reference/objects/user-object). */
const Profile = z.object({
  team_id: z.string().optional(),
  enterprise_id: z.string().nullish(),
  enterprise_user: z.object({ enterprise_id: z.string().optional() }).nullish(),
  name: z.string().optional(),
  real_name: z.string().nullish(),
  profile: z.object({ display_name: z.string().nullish(), real_name: z.string().nullish() }).optional(),
  deleted: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  is_workflow_bot: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
});

type Profile = z.infer<typeof Profile>;

/** How long Slack's word for a person is believed: a guest made member, or a member dismissed, waits no longer than this. */
const freshMs = 60_000;
const mostRemembered = 1_000;

/**
 * Opens the look-up. It asks `users.info` at most once a minute for one person; where Slack does not answer, the
 * standing is `unknown`, which decides nothing. Never throws.
 */
export function openPeople(client: WebClient, home: Home, log: Log, now: () => number = Date.now): People {
  const remembered = new Map<
    string,
    { readonly until: number; readonly profile: Promise<Profile | undefined> }
  >();

  function profileOf(user: string): Promise<Profile | undefined> {
    const known = remembered.get(user);
    if (known && known.until > now()) return known.profile;
    remembered.delete(user);
    const profile = client.users.info({ user }).then(
      (answer) => Profile.parse(answer.user),
      () => undefined,
    );
    const kept = profile
      .catch(() => undefined)
      .then((found) => {
        if (!found) {
          log.warn({ user }, 'slack did not say who this is; they count as unknown');
          remembered.delete(user);
        }
        return found;
      });
    remembered.set(user, { until: now() + freshMs, profile: kept });
    const oldest = remembered.keys().next();
    if (remembered.size > mostRemembered && !oldest.done) remembered.delete(oldest.value);
    return kept;
  }

  return async ({ user, team, bot }) => {
    const profile = user === '' || bot ? undefined : await profileOf(user);
    const enterprise = profile && enterpriseOf(profile);
    return {
      platform: 'slack',
      tenant: profile?.team_id ?? team ?? home.team,
      ...(enterprise && { enterprise }),
      user,
      name: profile?.profile?.display_name || profile?.real_name || profile?.name || user,
      standing: bot ? 'bot' : standingOf(user, profile, team, home),
    };
  };
}

const enterpriseOf = (profile: Profile) =>
  profile.enterprise_user?.enterprise_id ?? profile.enterprise_id ?? undefined;

/** Every sign that somebody is no member counts, whichever source gives it. */
function standingOf(
  user: string,
  profile: Profile | undefined,
  claimedTeam: string | undefined,
  home: Home,
): Actor['standing'] {
  if (user === home.botUser || user === 'USLACKBOT') return 'bot';
  if (!profile || profile.deleted) return 'unknown';
  if (profile.is_bot || profile.is_workflow_bot) return 'bot';
  if (profile.is_stranger) return 'external';
  const sameEnterprise = home.enterprise !== undefined && enterpriseOf(profile) === home.enterprise;
  const foreign = (team: string | undefined) => team !== undefined && team !== home.team && !sameEnterprise;
  if (foreign(profile.team_id) || foreign(claimedTeam)) return 'external';
  if (profile.is_restricted || profile.is_ultra_restricted) return 'guest';
  // An answer that names no workspace vouches for nobody.
  return profile.team_id === undefined ? 'unknown' : 'member';
}
