// Everything said on a home, in a digest and about the health of oversight.
import type { Line, SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const titles = {
  home: ours`Your oversight`,
  health: ours`Oversight health`,
} as const;
export const digestTitle = (waiting: number) =>
  waiting === 0
    ? ours`Digest: nothing waits for a person`
    : waiting === 1
      ? ours`Digest: 1 ask waits for a person`
      : ours`Digest: ${waiting} asks wait for a person`;

export const sections = {
  forYou: ours`Waits for you`,
  yours: ours`Your missions`,
  team: ours`Your team’s missions`,
  needsYou: ours`Needs you`,
  missions: ours`Missions`,
  ended: ours`Ended`,
  expired: ours`Denied because nobody answered`,
  drift: ours`Drift`,
  health: ours`Oversight health`,
} as const satisfies Record<string, SafeText>;

export const none = {
  forYou: line`Nothing waits for you.`,
  yours: line`None is active.`,
  team: line`None is active.`,
  needsYou: line`Nothing waits.`,
  missions: line`None is active.`,
  ended: line`None ended.`,
  expired: line`None: every ask was answered in time.`,
  drift: line`Nothing is flagged.`,
} as const;

export const andMore = (count: number | undefined): Line =>
  count === undefined ? line`And more, which were not counted.` : line`And ${count} more.`;

/** The deadline comes first: what a cut takes away stands further back. */
export const ask = (agent: Span, what: Line, until: Span) =>
  line`decide before ${until}, asked by ${agent}${what}`;
export const missed = (agent: Span, what: Line, at: Span) => line`denied at ${at}, asked by ${agent}${what}`;
export const openThere = (link: Span): Line => line`, ${link}`;
export const openCard = ours`open its card`;
export const decidedIn = (channel: Span, platform: 'slack' | 'teams'): Line =>
  platform === 'slack' ? line`, in the Slack channel ${channel}` : line`, in the Teams channel ${channel}`;
/** What stands behind a row, where it is so. */
export const marks = {
  held: line`, on hold`,
  claimed: (who: Line, until: Span): Line => line`, ${who} is looking into it until ${until} at most`,
} as const;
export const mayDecide = (people: Line): Line => line`. ${people} may decide`;
export const ended = (title: Span, how: Line): Line => line`${title}: ${how}`;
export const drifting = (title: Span, entry: number | undefined): Line =>
  entry === undefined
    ? line`${title} is flagged as drifting`
    : line`${title} is flagged as drifting since entry #${entry}`;
export const because = (reason: Span): Line => line`: ${reason}`;

export const asOf = (at: Span) =>
  line`As of ${at}. Asks are decided on their cards, where everybody who watches can see it.`;
export const homeUnread = line`The Person Server could not be reached, so nothing is shown. Please open this page again in a while.`;
export const fromTo = (from: Span, to: Span) => line`From ${from} to ${to}.`;

export const facts = {
  decided: ours`Asks decided`,
  time: ours`Time to decide`,
  expired: ours`Nobody answered`,
  hasty: ours`Faster than the card can be read`,
  alone: ours`One person deciding`,
} as const;

export const decided = (count: number, approved: number): Line =>
  line`${count}, of which ${approved} approved`;
export const noneDecided = line`none`;
export const halfWithin = (median: Line, most: Line): Line =>
  line`half within ${median}, nine of ten within ${most}`;
export const expired = (count: number): Line => line`${count}`;
export const hasty = (count: number, approvals: number): Line => line`${count} of ${approvals} approvals`;
export const alone = (who: Span, percent: number): Line => line`${who} decided ${percent} %`;
export const nobodyAlone = line`nobody decided more than 80 %`;
export const tooFew = (least: number): Line => line`fewer than ${least} decisions, too few to tell`;
export const howCounted = (perSecond: number): Line =>
  line`Time to decide runs from when an ask was opened, or last changed by an answer of its agent. An approval counts as too fast when that time is shorter than the characters on its card take at ${perSecond} a second; the longer full text is not counted.`;
export const latestOnly = (count: number): Line => line`Only the latest ${count} decisions were counted.`;

/** In the unit in which it is a small whole number. */
export function duration(ms: number): Line {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  if (seconds < 90) return line`${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return line`${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? line`${hours} h` : line`${Math.round(hours / 24)} days`;
}
