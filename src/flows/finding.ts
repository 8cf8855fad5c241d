import { driftCard } from '#cards/review-card.ts';
import type { Acceptance } from '#ledger/reviews.ts';
import type { LogEntry, MissionSummary } from '#mission-control/facts.ts';
import { channelsFor } from '#policy/policy.ts';
import { type Bot, peopleOf } from './bot.ts';
import { rootSubject } from './root.ts';

const citedAtMost = 12;

/** The card of the latest finding, in the mission's thread, wherever the mission is overseen; `mission` as read at `seenAt`. */
export async function showFinding(bot: Bot, mission: MissionSummary, seenAt: Date): Promise<void> {
  const { standing, accepted, finding } = await bot.ledger.reviews.read(mission.s256);
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
    people: peopleOf(bot.oversight),
    ...(acceptance && { accepted: { ...acceptance, at: new Date(acceptance.at) } }),
  });
  for (const { place } of channelsFor(bot.oversight, { person: mission.person, agent: mission.agent.id })) {
    await bot.ledger.wall.want({
      subject: `drift:${mission.s256}:${finding}`,
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
