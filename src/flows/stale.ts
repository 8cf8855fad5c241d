import { isOpen } from '#cards/ask-card.ts';
import { staleCard } from '#cards/stale-card.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import { channelsFor } from '#policy/policy.ts';
import { type Done, nextQuestionAt, stalenessOf } from '#policy/stale.ts';
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
  const before = await staleQuestions.latest(mission.s256);
  const keptAt = before.flatMap(({ kept }) => kept?.at ?? [])[0];
  const going = { ...mission, done: await doneOf(bot, mission, keptAt) };
  const why = stalenessOf(bot.oversight, going, seenAt);
  if (why) await staleQuestions.ask(mission.s256, why, seenAt, new Date(seenAt.getTime() - stale.againMs));
  const asked = await staleQuestions.latest(mission.s256);
  const owner = bot.oversight.people.find(({ id }) => id === mission.person);
  const canComplete = (await bot.capabilities()).includes('complete');
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
          // An open question asks about what is so now: the end that was near may have passed since.
          why: over ? question.why : why,
          kept: kept && { ...kept, quietUntil: new Date(kept.at.getTime() + stale.againMs) },
          over,
          canComplete,
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
  return nextQuestionAt(bot.oversight, going, last?.kept?.at ?? last?.askedAt, seenAt);
}

/** What shows that the mission is done, unless somebody kept it after that. What the agent said comes first. */
async function doneOf(
  bot: Bot,
  { s256, status, lastActivityAt }: MissionSummary,
  keptAt: Date | undefined,
): Promise<Done | undefined> {
  if (bot.oversight.stale?.doneMs === undefined || status === 'terminated') return undefined;
  const isNews = (at: Date) => keptAt === undefined || at > keptAt;
  const saidAt = await bot.ledger.staleQuestions.saidDoneAt(s256);
  if (saidAt && isNews(saidAt)) return { why: 'said_done', at: saidAt };
  const { standing } = await bot.ledger.reviews.read(s256);
  if (standing?.pastGoal === undefined || !isNews(lastActivityAt)) return undefined;
  // Reckoned from the first entry past the goal, or an agent that never pauses would put the question off for ever.
  const from = { after: standing.pastGoal - 1, limit: 1 };
  const first = (await bot.missionControl.readLog(s256, from)).entries[0]?.at ?? lastActivityAt;
  return { why: 'past_goal', at: keptAt !== undefined && keptAt > first ? keptAt : first };
}

/**
 * Writes down what an ask shows about its mission's goal: its agent said that it is reached and nobody answered; or that
 * was said again, answered, or the goal was moved. Safe to run twice.
 */
export async function noteGoal({ ledger: { staleQuestions } }: Bot, request: Request): Promise<void> {
  const { type, id, state, missionS256, openedAt, decision } = request;
  if (missionS256 === undefined) return;
  if (type === 'mission_completion') {
    if (state === 'expired') await staleQuestions.doneSaid(missionS256, id, openedAt);
    else if (isOpen(request) || decision) await staleQuestions.doneUnsaid(missionS256, openedAt);
  }
  if (type === 'mission_update' && state === 'approved' && decision)
    await staleQuestions.doneUnsaid(missionS256, decision.decidedAt);
}
