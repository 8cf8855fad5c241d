import type { Card } from '#cards/card.ts';
import { type Drifting, digestCard, digestRows } from '#cards/digest-card.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import { matterOf } from '#policy/matter.ts';
import { approversOf } from '#policy/policy.ts';
import { type Bot, peopleOf } from './bot.ts';
import { healthOf } from './health.ts';
import { marksOf } from './marks.ts';
import { dayMs, lastPeriod } from './period.ts';
import { activeMissions, openAsks, past, type Scope, type Some, scopeOfChannel } from './scope.ts';

/** How many missions are asked about drift. */
const mostReviews = 200;

/**
 * Tells each channel its digest, once for each period: the wall holds one card of that name, so a restart, a second
 * replica or a lost round neither leaves it out nor tells it twice. After a longer absence only the latest is told.
 */
export async function tellDigests(bot: Bot): Promise<void> {
  const now = bot.now();
  for (const channel of bot.oversight.channels) {
    if (!channel.digest) continue;
    const period = lastPeriod(channel.digest, now);
    const subject = `digest:${channel.id}:${period.name}`;
    if (await bot.ledger.wall.hangingAt(channel.place, subject)) continue;
    await bot.ledger.wall.want({
      subject,
      place: channel.place,
      card: await digestOf(bot, scopeOfChannel(bot, channel), period),
      seenAt: now,
      settled: true,
      urgency: 2,
    });
    bot.log.info({ channel: channel.id, period: period.name }, 'a digest is told');
  }
}

/** The answer to "digest": the last day, as things stand. */
export async function digestAnswer(bot: Bot, scope: Scope): Promise<Card> {
  const to = bot.now();
  return await digestOf(bot, scope, { from: new Date(to.getTime() - dayMs), to });
}

/** What waits and runs is told as it stands, what ended as of the time. */
async function digestOf(
  bot: Bot,
  scope: Scope,
  time: { readonly from: Date; readonly to: Date },
): Promise<Card> {
  const asks = await openAsks(bot, scope);
  const active = await activeMissions(bot, scope);
  const { ended, expired, more } = await past(bot, scope, time);
  return digestCard({
    asks: {
      more: asks.more,
      all: asks.all.map((request) => ({
        request,
        deciders: approversOf(bot.oversight, matterOf(request)).map(({ name }) => name),
      })),
    },
    active,
    ended: { all: ended, more },
    expired: { all: expired, more },
    drifting: await driftingOf(bot, active),
    health: await healthOf(bot, scope, time, expired.length),
    marks: await marksOf(bot, asks.all.slice(0, digestRows.asks), active.all.slice(0, digestRows.others)),
    people: peopleOf(bot.oversight),
  });
}

/** Active missions whose latest finding nobody has accepted. */
async function driftingOf(bot: Bot, { all, more }: Some<MissionSummary>): Promise<Some<Drifting>> {
  const found: Drifting[] = [];
  for (const mission of all.slice(0, mostReviews)) {
    const { standing, accepted, finding } = await bot.ledger.reviews.read(mission.s256);
    if (standing?.kind !== 'drifting' || accepted.some((each) => each.finding === finding)) continue;
    found.push({ mission, since: standing.since, reason: standing.reasons[0] });
  }
  return { all: found, more: more || all.length > mostReviews };
}
