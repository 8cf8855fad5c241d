import { staleCard } from '#cards/stale-card.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import { channelsFor } from '#policy/policy.ts';
import { nextQuestionAt, stalenessOf } from '#policy/stale.ts';
import { type Bot, mentionOn, peopleOf } from './bot.ts';

/**
 * Asks a mission's person in its thread whether it should go on, once in a period, and keeps the question true. Returns
 * when there may be something new to ask.
 */
export async function askIfStale(
  bot: Bot,
  mission: MissionSummary,
  root: string,
  seenAt: Date,
): Promise<Date | undefined> {
  const { stale } = bot.oversight;
  if (!stale) return undefined;
  const { staleQuestions, wall } = bot.ledger;
  const why = stalenessOf(bot.oversight, mission, seenAt);
  if (why) await staleQuestions.ask(mission.s256, why, seenAt, new Date(seenAt.getTime() - stale.againMs));
  const asked = await staleQuestions.latest(mission.s256);
  const owner = bot.oversight.people.find(({ id }) => id === mission.person);
  for (const [nth, question] of asked.entries()) {
    const { number, kept } = question;
    const over = nth > 0 || why === undefined;
    for (const { place } of channelsFor(bot.oversight, { person: mission.person, agent: mission.agent.id })) {
      await wall.want({
        subject: `stale:${mission.s256}:${number}`,
        place,
        under: { subject: root },
        missionS256: mission.s256,
        card: staleCard({
          mission,
          number,
          why: question.why,
          kept: kept && { ...kept, quietUntil: new Date(kept.at.getTime() + stale.againMs) },
          over,
          people: peopleOf(bot.oversight),
          person: owner ? mentionOn(place.platform, owner) : [],
        }),
        seenAt,
        settled: over || kept !== undefined,
        urgency: 2,
      });
    }
  }
  const [last] = asked;
  return nextQuestionAt(bot.oversight, mission, last?.kept?.at ?? last?.askedAt, seenAt);
}
