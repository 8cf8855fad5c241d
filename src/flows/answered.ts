import { answeredCard } from '#cards/answered-card.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import { matterOf } from '#policy/matter.ts';
import { channelsFor } from '#policy/policy.ts';
import { type Bot, mentionOn, peopleOf } from './bot.ts';
import { rootSubject } from './root.ts';

/** What the agent came back with hangs in the ask's thread and calls whoever asked. Once for each question. */
export async function showAnswers(
  bot: Bot,
  request: Request,
  mission: MissionSummary | undefined,
  seenAt: Date,
): Promise<void> {
  const rounds = request.clarifications.map((round, nth) => ({ round, nth }));
  const back = rounds.filter(({ round }) => round.answeredAt !== undefined);
  if (back.length === 0) return;
  const own = request.type === 'mission' ? `mission:${request.id}` : `request:${request.id}`;
  const root = mission && request.type !== 'mission' ? await rootSubject(bot, mission) : own;
  for (const { place } of channelsFor(bot.oversight, matterOf(request))) {
    for (const { round, nth } of back) {
      const asker = bot.oversight.people.find(({ id }) => id === round.askedBy);
      await bot.ledger.wall.want({
        subject: `answer:${request.id}:${nth}`,
        place,
        under: { subject: root },
        ...(request.missionS256 && { missionS256: request.missionS256 }),
        requestId: request.id,
        card: answeredCard({
          request,
          round,
          nth,
          asker: asker ? mentionOn(place.platform, asker) : [],
          people: peopleOf(bot.oversight),
        }),
        seenAt,
        settled: true,
        urgency: 1,
      });
    }
  }
}
