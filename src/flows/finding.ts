import { isOpen } from '#cards/ask-card.ts';
import { type DriftFacts, driftCard } from '#cards/review-card.ts';
import type { Acceptance, KeptReview } from '#ledger/reviews.ts';
import type { LogEntry, MissionSummary, Request } from '#mission-control/facts.ts';
import { type Bot, peopleOf } from './bot.ts';
import { byRule, standingHold } from './held.ts';
import { inquiriesAbout, putInquiry } from './inquire.ts';
import { placesOf, rootSubject } from './root.ts';

const citedAtMost = 12;

/** The card of the latest finding, in the mission's thread, wherever the mission is overseen; `mission` as read at `seenAt`. */
export async function showFinding(bot: Bot, mission: MissionSummary, seenAt: Date): Promise<void> {
  const kept = await bot.ledger.reviews.read(mission.s256);
  const { standing, accepted, finding } = kept;
  if (finding === 0 || !standing) return;
  const acceptance = acceptanceOf(accepted, finding);
  // What was accepted stays as it was told; the standing has moved on.
  if (standing.kind !== 'drifting' && !acceptance) return;
  const root = await rootSubject(bot, mission);
  const card = driftCard({
    mission,
    review: standing,
    finding,
    cited: await citedEntries(bot, mission.s256, standing.entries),
    rule: await ruleAbout(bot, mission, kept),
    asked: await inquiriesAbout(bot, mission.s256, finding),
    mayAsk: (await bot.capabilities()).includes('ask'),
    people: peopleOf(bot.oversight),
    ...(acceptance && { accepted: { ...acceptance, at: new Date(acceptance.at) } }),
  });
  for (const place of placesOf(bot, mission)) {
    await bot.ledger.wall.want({
      subject: findingSubject({ s256: mission.s256, finding }),
      place,
      under: { subject: root },
      missionS256: mission.s256,
      card,
      seenAt,
      settled: acceptance !== undefined || mission.status === 'terminated',
      urgency: 0,
    });
  }
}

/** Where the card of a finding hangs. */
export const findingSubject = ({ s256, finding }: { readonly s256: string; readonly finding: number }) =>
  `drift:${s256}:${finding}`;

/** What the operator's rule did about a finding, as far as it stands. */
async function ruleAbout(
  bot: Bot,
  mission: MissionSummary,
  { guarded }: KeptReview,
): Promise<DriftFacts['rule']> {
  if (guarded) return bot.holdsSilentGrants ? 'guarded' : 'guardedNot';
  return (await standingHold(bot, mission))?.by.via === byRule.via ? 'held' : undefined;
}

/** A question about a finding that waits goes out with an ask of the agent, and the finding's card follows what comes of it. */
export async function followInquiry(
  bot: Bot,
  request: Request,
  mission: MissionSummary,
  seenAt: Date,
): Promise<void> {
  if (isOpen(request)) await putInquiry(bot, mission);
  if (await bot.ledger.inquiries.isPutAt(request.id)) await showFinding(bot, mission, seenAt);
}

export const acceptanceOf = (accepted: readonly Acceptance[], finding: number) =>
  accepted.find((each) => each.finding === finding);

/** The entries with these numbers, as the log has them. */
export async function numberedEntries(
  bot: Bot,
  s256: string,
  numbers: readonly number[],
): Promise<LogEntry[]> {
  const found: LogEntry[] = [];
  for (const number of numbers) {
    const { entries } = await bot.missionControl.readLog(s256, { after: number - 1, limit: 1 });
    found.push(...entries.filter(({ seq }) => seq === number));
  }
  return found;
}

/** What a finding rests on, as far as a card quotes it. */
export const citedEntries = (bot: Bot, s256: string, numbers: readonly number[]) =>
  numberedEntries(bot, s256, numbers.slice(0, citedAtMost));
