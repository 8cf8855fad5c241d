// The operator's file as it is written: what each member may be, by itself. What several of them say together is in
// `oversight-faults.ts`.
import { z } from 'zod';
import { requestTypes } from '#mission-control/facts.ts';
import { driftActions, weekdays } from '#oversight.ts';
import { agents, issuer, ReviewedMember } from '#oversight-reviewed.ts';

function isZone(zone: string) {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const zone = z.string().refine(isZone, 'no time zone is called so; they are written like Europe/Berlin');
const personId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/i, 'an id is letters, digits, `-`, `_` and `.`');
const slackId = (letters: string, what: string) =>
  z.string().regex(new RegExp(`^[${letters}][A-Z0-9]+$`), `not a Slack ${what} id (never a name)`);
const entraId = z
  .string()
  .regex(/^[0-9a-f]+(-[0-9a-f]+){4}$/i, 'not an id of Microsoft Entra (never a name or an e-mail)')
  .transform((id) => id.toLowerCase());
const team = slackId('T', 'team');
const names = z.array(z.string().min(1)).min(1, 'names nobody');
const patterns = z
  .array(
    z
      .string()
      .regex(/^[^*]*\*?$/, 'a `*` stands only at the end')
      .min(1),
  )
  .min(1, 'names nothing');
const issuers = z.array(issuer).min(1, 'names nothing');
const fraction = z
  .number()
  .gt(0, 'a fraction of the time an ask has, between 0 and 1')
  .lt(1, 'a fraction of the time an ask has, between 0 and 1');
const hours = z.number().gt(0, 'a number of hours').max(10_000, 'more than a year');
/** Either the moments themselves, or the first wait and by how much each following one is longer. */
const reminders = z
  .strictObject({
    at: z
      .array(fraction)
      .max(5, 'at most five: whoever did not hear five calls will not hear a sixth')
      .refine(
        (all) => all.every((each, index) => index === 0 || each > (all[index - 1] ?? 0)),
        'each is later than the one before',
      )
      .optional(),
    first: fraction.optional(),
    back_off: z.number().min(1, 'a wait is never shorter than the one before').max(10).optional(),
  })
  .refine(
    ({ at, first, back_off }) => (at === undefined) !== (first === undefined) && !(at && back_off),
    'says either `at`, or `first` and by how much the waits grow (`back_off`)',
  );
const escalate = z.strictObject({ at: fraction, channel: personId });
const selection = {
  people: z.array(personId).min(1, 'names nobody').optional(),
  agents: agents.optional(),
};

const said = z.string().trim().min(1).max(1_000).optional();
const several = z.array(z.string().trim().min(1).max(200)).min(1, 'names nothing').max(100).optional();

/** What may be told of a person, by the names and kinds of OpenID Connect (Core §5.1) and RFC 9068; `sub` is never here. */
const identity = z.strictObject({
  name: said,
  family_name: said,
  given_name: said,
  middle_name: said,
  nickname: said,
  preferred_username: said,
  profile: z.url('not an address').optional(),
  picture: z.url('not an address').optional(),
  website: z.url('not an address').optional(),
  gender: said,
  birthdate: z
    .string()
    .regex(/^(?:\d{4}|0000)(?:-\d{2}-\d{2})?$/, 'a date of birth is written like 1990-12-31')
    .optional(),
  zoneinfo: zone.optional(),
  locale: said,
  updated_at: z.int().min(0, 'seconds since 1970').optional(),
  email: z.email('not an e-mail address').optional(),
  email_verified: z.boolean().optional(),
  address: z
    .strictObject({
      formatted: said,
      street_address: said,
      locality: said,
      region: said,
      postal_code: said,
      country: said,
    })
    .optional(),
  phone_number: said,
  phone_number_verified: z.boolean().optional(),
  tenant: said,
  groups: several,
  roles: several,
});

/** The file as it is written, once every member alone is right. */
export const File = z.strictObject({
  people: z
    .array(
      z.strictObject({
        id: personId,
        name: z.string().trim().min(1).max(100),
        silent_grants: z.enum(['ask', 'approved']).default('approved'),
        slack: z
          .strictObject({
            team,
            user: slackId('UW', 'user'),
            enterprise: slackId('E', 'enterprise').optional(),
          })
          .optional(),
        teams: z.strictObject({ tenant: entraId, user: entraId }).optional(),
        claims: identity.optional(),
        oidc: z
          .union(
            [
              z.strictObject({ sub: z.string().min(1).max(255) }),
              z.strictObject({ email: z.email('not an e-mail').transform((email) => email.toLowerCase()) }),
            ],
            { error: 'either the `sub` or the `email` that the issuer gives' },
          )
          .optional(),
      }),
    )
    .min(1, 'there is nobody here'),
  default_person: personId.optional(),
  access_server_for: issuers.optional(),
  channels: z
    .array(
      z.strictObject({
        id: personId,
        slack: z.strictObject({ team, channel: slackId('CG', 'channel') }).optional(),
        teams: z
          .strictObject({
            tenant: entraId,
            channel: z.string().regex(/^[^\s;]+$/, 'not a Teams channel id (never a name or a thread)'),
          })
          .optional(),
        oversees: z.union([z.literal('everyone'), z.strictObject(selection)], {
          error: 'either `everyone`, or a list of `people` or `agents`',
        }),
        digest: z
          .strictObject({
            every: z.enum(['day', 'week']),
            at: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day is written like 09:00'),
            zone,
            weekday: z.enum(weekdays).optional(),
          })
          .optional(),
      }),
    )
    .default([]),
  rules: z
    .array(
      z.strictObject({
        for: z.union(
          [
            z.literal('everyone'),
            z.strictObject({
              ...selection,
              kinds: z.array(z.enum(requestTypes)).min(1).optional(),
              resources: issuers.optional(),
              scopes: patterns.optional(),
              actions: patterns.optional(),
            }),
          ],
          {
            error:
              'either `everyone`, or a list of `people`, `agents`, `kinds`, `resources`, `scopes` or `actions`',
          },
        ),
        risk: z.string().trim().min(1).max(60).optional(),
        approve: z.array(personId).min(1, 'nobody could satisfy this rule').optional(),
        notify: names.optional(),
        stop: z.array(personId).min(1, 'nobody could satisfy this rule').optional(),
        on_drift: z.enum(driftActions).optional(),
        quorum: z.int().min(1).max(20).optional(),
        exclude: z.literal('person').optional(),
        step_up: z.enum(['second_person', 'sign_in']).optional(),
        reminders: reminders.optional(),
        escalate: z
          .union([z.literal('never'), escalate], {
            error: 'either `never`, or a moment (`at`) and a `channel`',
          })
          .optional(),
      }),
    )
    .default([]),
  delegation: z
    .strictObject({ to: z.array(personId).min(1, 'names nobody'), longest_days: z.int().min(1).max(90) })
    .optional(),
  mission_control: z
    .strictObject({
      token: z.array(personId).optional(),
      callers: z.record(z.string().min(1), z.array(personId)).optional(),
    })
    .optional(),
  reminders: reminders.optional(),
  escalate: escalate.optional(),
  stale: z
    .strictObject({
      idle_hours: hours.optional(),
      ending_hours: hours.optional(),
      done_hours: hours.optional(),
      ask_again_hours: hours.default(24),
    })
    .refine(
      ({ idle_hours, ending_hours, done_hours }) =>
        [idle_hours, ending_hours, done_hours].some((each) => each !== undefined),
      'says none of `idle_hours`, `ending_hours` and `done_hours`, so nobody is ever asked',
    )
    .optional(),
  batches: z.boolean().default(true),
  reviewed: ReviewedMember.optional(),
});
export type File = z.infer<typeof File>;
export type Path = readonly PropertyKey[];
/** A fault at a member of the file; its line is looked up at the end. */
export type Found = { readonly at: Path; readonly what: string };
