// Words about what a yes gives away: money, and what others learn about the person and do on their name.
import type { Line, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const facts = {
  told: ours`Learns about the person`,
  spent: ours`Money in this mission`,
  budget: ours`Budget`,
  accessServer: ours`Access server`,
  accessMode: ours`Serves agents`,
} as const;

/** How a resource takes agents, where it is one of the ways the protocol names. */
export const accessModes: Readonly<Record<string, Line>> = {
  'agent-token': line`whoever they act for`,
  'person-token': line`as soon as it knows the person: nothing else is asked of anybody`,
  'session-token': line`after its own sign-in`,
  'auth-token': line`with access that is asked for here, each time`,
};

export const accessServerSays = ours`The access server says`;

/** An ask that went on to an access server without a question to anybody. */
export const withoutAsking = (policy: Span): Line => line`Granted without asking: ${policy}.`;

export const paymentHeading = ours`What it wants to be paid, in its own words`;
export const payElsewhere = line`Pay it in the way it names: nothing is paid from here. It gives access once it has been paid, whatever is pressed. Denying ends the agent’s request.`;

/** Who is told what; names of claims, never their values. */
export const told = (party: Span, claims: Line): Line => line`${party} is told: ${claims}`;

/** How the money of a mission at a resource stands; who says so is said with it. */
export function standing(sums: {
  readonly allowed: Line | undefined;
  readonly used: Line;
  readonly held: Line | undefined;
  readonly left: Line;
  readonly reported: Span | undefined;
}): Line {
  const { allowed, used, held, left, reported } = sums;
  const used_ = reported
    ? line`${used} used, as the resource said at ${reported}`
    : line`the resource has not said what was used`;
  const open = held ? line`; ${held} more is granted and not accounted for` : line``;
  return allowed
    ? line`${left} left of ${allowed}; ${used_}${open}`
    : line`nothing was set aside yet; ${used_}${open}`;
}

export const beyond = line`This asks for more than is left. Approving sets aside as much more as it needs.`;

/** One sum a person set aside, on the card of its mission. */
export const at = (resource: Span, account: Span | undefined, money: Line): Line =>
  account ? line`${resource}, account ${account}: ${money}` : line`${resource}: ${money}`;
