// Who may see, decide and stop. Pure rules over facts passed in; the one authoriser behind every door.
//
//   matter     what something is about: the person it is for, the agent that acts, and what is asked
//   need       what one rule wants before a matter is approved: whose approvals, and how many
//   standing   what the platform says of an account; only a member of the home workspace ever decides
//   verdict    yes, and as whom; or no, and why. Whatever is unknown is no.
import type { Actor, Place } from '#chat/chat.ts';
import type { Channel, Oversight, Person, Rule } from '#oversight.ts';
import { type Delegation, mayStandFor } from './delegation.ts';
import { type Matter, rulesFor, selects } from './matter.ts';
import { approversIn, isExcluded, type Need, needsOf } from './quorum.ts';
import { isEscalationPlace } from './waiting.ts';

export type Why =
  | 'unknown_person'
  | 'guest'
  | 'external'
  | 'bot'
  | 'unverified'
  | 'wrong_place'
  | 'shared_place'
  | 'not_an_approver'
  | 'excluded'
  | 'may_not_stop'
  | 'may_not_hold'
  | 'may_not_keep'
  | 'may_not_see'
  | 'not_your_page';

/** `for`: whose say it may be, where it is not their own; empty where it is. */
export type Verdict =
  | { readonly allowed: true; readonly as: Person; readonly for: readonly Person[] }
  | { readonly allowed: false; readonly why: Why };

/** Who does something, and where. `private`: between the bot and one person, in no channel. */
export type Doing = {
  readonly oversight: Oversight;
  readonly actor: Actor;
  readonly place: Place;
  readonly private: boolean;
  /** Outsiders can read the place. */
  readonly shared: boolean;
  readonly matter: Matter;
  /** What people said about who decides for them, as far as it holds now. */
  readonly delegations?: readonly Delegation[];
};

/** Somebody who signed in at the operator's issuer, at the page of one ask: no chat, and nobody reads along. */
export type DoingSignedIn = Pick<Doing, 'oversight' | 'matter' | 'delegations'> & {
  readonly signedIn: { readonly sub: string; readonly email?: string };
  /** The one person the page was opened for, where it is their private link. */
  readonly only?: string | undefined;
};

/**
 * The person behind a verified account: the platform's own ids, to the letter, and nothing else. Microsoft's ids are
 * GUIDs, whose letters have no case; the operator's file keeps them in lower case.
 */
export function personBehind({ people }: Oversight, actor: Actor): Person | undefined {
  return people.find(({ slack, teams }) =>
    actor.platform === 'slack'
      ? slack?.team === actor.tenant &&
        slack.user === actor.user &&
        (slack.enterprise === undefined || slack.enterprise === actor.enterprise)
      : teams?.tenant === actor.tenant.toLowerCase() && teams.user === actor.user.toLowerCase(),
  );
}

/** The person behind a sign-in: what the issuer vouches for, as the operator's file has it. An unverified e-mail is nobody's. */
const personSignedIn = (
  { people }: Oversight,
  { sub, email }: DoingSignedIn['signedIn'],
): Person | undefined =>
  people.find(({ oidc }) => oidc && ('sub' in oidc ? oidc.sub === sub : oidc.email === email));

/** The channels that oversee a matter. */
export const channelsFor = ({ channels }: Oversight, matter: Matter): readonly Channel[] =>
  channels.filter(({ oversees }) => selects(oversees, matter));

/** Where an ask of some kind about this person and agent may come to hang, at once or once nobody has answered it. */
export function channelsInReach(oversight: Oversight, matter: Matter): readonly Channel[] {
  const rules = oversight.rules.filter((rule) => selects(rule.for, matter));
  const escalations = [oversight, ...rules].map(({ escalation }) => escalation);
  const ids = escalations.map((each) => (each === 'never' ? undefined : each?.channel));
  return [...channelsFor(oversight, matter), ...oversight.channels.filter(({ id }) => ids.includes(id))];
}

/** Who decides asks about a matter: whoever some need of it waits for; without a rule, the person alone. */
export const approversOf = (oversight: Oversight, matter: Matter): readonly Person[] =>
  approversIn(needsOf(oversight, matter));

/** Who is told of asks about a matter, without a say. */
export function notifiedOf(oversight: Oversight, matter: Matter): readonly Person[] {
  const approvers = approversOf(oversight, matter);
  const ids = rulesFor(oversight, matter, 'notify').flatMap((rule) => rule?.notify ?? []);
  return oversight.people.filter((person) => ids.includes(person.id) && !approvers.includes(person));
}

/** Who may end a mission: the first rule that fits and speaks of stopping; without one, the person alone. */
export function stoppersOf(oversight: Oversight, matter: Matter): readonly Person[] {
  const ids = rulesFor(oversight, matter, 'stop').flatMap((rule) => rule?.stop ?? [matter.person]);
  return oversight.people.filter(({ id }) => ids.includes(id));
}

/** What happens when the reviewer's rules flag a mission: the first rule that fits and speaks of drift; without one it is told. */
export const onDrift = (oversight: Oversight, matter: Matter): NonNullable<Rule['onDrift']> =>
  rulesFor(oversight, matter, 'onDrift')[0]?.onDrift ?? 'tell';

/** Whether somebody has a say about an ask: their own, or that of somebody they decide for. */
export function mayDecide(doing: Doing | DoingSignedIn): Verdict {
  const verdict = 'signedIn' in doing ? isKnown(doing) : mayAct(doing);
  if (!verdict.allowed) return verdict;
  const needs = needsOf(doing.oversight, doing.matter);
  const { as } = verdict;
  if (approversIn(needs).includes(as)) return verdict;
  const principals = principalsOf(doing, needs, as);
  if (principals.length > 0) return { ...verdict, for: principals };
  return { allowed: false, why: needs.some((need) => isExcluded(need, as)) ? 'excluded' : 'not_an_approver' };
}

const principalsOf = (
  { oversight, delegations = [] }: Doing | DoingSignedIn,
  needs: readonly Need[],
  as: Person,
) =>
  approversIn(needs.filter((need) => !isExcluded(need, as))).filter((principal) =>
    mayStandFor(oversight, delegations, as, principal),
  );

/** Whether somebody may say who else decides for them; whom, and for how long, is asked apart. */
export const mayHandOver = (doing: Omit<Doing, 'matter'>): Verdict => isSomebody(doing);

export function mayStop(doing: Doing): Verdict {
  const verdict = mayAct(doing);
  if (!verdict.allowed) return verdict;
  return stoppersOf(doing.oversight, doing.matter).includes(verdict.as)
    ? verdict
    : { allowed: false, why: 'may_not_stop' };
}

/** The mission's person, and whoever may end it, may say that it should go on. */
export function mayKeep(doing: Doing): Verdict {
  const verdict = mayAct(doing);
  if (!verdict.allowed) return verdict;
  const { oversight, matter } = doing;
  return verdict.as.id === matter.person || stoppersOf(oversight, matter).includes(verdict.as)
    ? verdict
    : { allowed: false, why: 'may_not_keep' };
}

/** Whoever may end a mission may also hold it, and release it again. */
export function mayHold(doing: Doing): Verdict {
  const verdict = mayStop(doing);
  return !verdict.allowed && verdict.why === 'may_not_stop'
    ? { allowed: false, why: 'may_not_hold' }
    : verdict;
}

/**
 * Whoever belongs to an overseeing channel, guests included, may ask about what it oversees: it hangs there already. In
 * private only those the rules name.
 */
export function maySee(doing: Omit<Doing, 'shared'>): boolean {
  const { oversight, actor, place, matter } = doing;
  if (actor.platform !== place.platform) return false;
  if (!doing.private)
    return (
      (actor.standing === 'member' || actor.standing === 'guest') && overseenAt(oversight, place, matter)
    );
  if (actor.standing !== 'member') return false;
  const person = personBehind(oversight, actor);
  if (!person) return false;
  return (
    person.id === matter.person ||
    approversOf(oversight, matter).includes(person) ||
    notifiedOf(oversight, matter).includes(person) ||
    stoppersOf(oversight, matter).includes(person)
  );
}

/** What every act needs before the rules are asked who may do it. */
function mayAct(doing: Doing): Verdict {
  const { oversight, place, matter } = doing;
  const verdict = isSomebody(doing);
  if (!verdict.allowed || doing.private) return verdict;
  if (overseenAt(oversight, place, matter) || escalatedTo(oversight, place, matter)) return verdict;
  return { allowed: false, why: 'wrong_place' };
}

/** The person behind a sign-in, at a page that is anybody's or their own. */
function isKnown({ oversight, signedIn, only }: DoingSignedIn): Verdict {
  const person = personSignedIn(oversight, signedIn);
  if (!person) return { allowed: false, why: 'unknown_person' };
  if (only !== undefined && only !== person.id) return { allowed: false, why: 'not_your_page' };
  return { allowed: true, as: person, for: [] };
}

/** A member of the home workspace whom the operator knows, where no outsider reads along. */
function isSomebody({ oversight, actor, place, shared }: Omit<Doing, 'matter'>): Verdict {
  const no = (why: Why): Verdict => ({ allowed: false, why });
  switch (actor.standing) {
    case 'guest':
    case 'external':
    case 'bot':
      return no(actor.standing);
    case 'unknown':
      return no('unverified');
    case 'member':
      break;
    default:
      return no('unverified');
  }
  const person = personBehind(oversight, actor);
  if (!person) return no('unknown_person');
  if (shared) return no('shared_place');
  if (actor.platform !== place.platform) return no('wrong_place');
  return { allowed: true, as: person, for: [] };
}

/** Asks nobody answered may be decided where they went; a mission as a whole is nobody's business there. */
const escalatedTo = (oversight: Oversight, place: Place, matter: Matter) =>
  matter.kind !== undefined && isEscalationPlace(oversight, matter, place);

const overseenAt = (oversight: Oversight, { platform, tenant, channel }: Place, matter: Matter) =>
  channelsFor(oversight, matter).some(
    ({ place }) =>
      place.platform === platform &&
      place.tenant === (platform === 'teams' ? tenant.toLowerCase() : tenant) &&
      place.channel === channel,
  );
