import { alarmCard } from '#cards/alarm-card.ts';
import type { Card, Mention } from '#cards/card.ts';
import type { Wanted } from '#ledger/wall.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import { matterOf, missionMatter } from '#policy/matter.ts';
import { approversOf, channelsFor, stoppersOf } from '#policy/policy.ts';
import { type Bot, mentionOn, peopleOf } from './bot.ts';
import { isBeingPassed } from './let-through.ts';
import { placesOf } from './root.ts';

/** Since when this oversight stands: what was decided before it is nobody's alarm. */
const bookmark = 'oversight/since';
/** A decision of ours is in the record at most so long after it is at the Person Server, whatever happens to us. */
const recordedMs = 2 * 60_000;

/** What a person does here to bring about such an end. The other ends need nobody. */
const verbs: Partial<Record<Request['state'], 'approve' | 'deny' | 'answer'>> = {
  approved: 'approve',
  denied: 'deny',
  answered: 'answer',
};

/**
 * Raises an alarm in the thread, once, about an ask that was settled without a decision of ours: by a web page, another
 * tool, the server itself. Says `later` while a decision of ours may still be on its way into the record.
 */
export async function raiseAlarm(
  bot: Bot,
  request: Request,
  mission: MissionSummary | undefined,
  root: string,
  seenAt: Date,
): Promise<'later' | undefined> {
  const verb = verbs[request.state];
  // What our own server grants by the person's policy is in its log with the reason, as every silent grant is.
  if (request.policy !== undefined && !request.decision && bot.holdsSilentGrants) return undefined;
  if (!verb || (request.decision?.decidedAt ?? request.openedAt) < (await overseenSince(bot)))
    return undefined;
  const acts = await bot.ledger.acts.about(`request:${request.id}`);
  const ours = verb === 'approve' ? ['approve', 'let_through'] : [verb];
  if (acts.some((act) => act.outcome === 'decided' && ours.includes(act.verb))) return undefined;
  if (await isOnItsWay(bot, request, seenAt)) return 'later';
  const matter = matterOf(request);
  const approvers = approversOf(bot.oversight, matter);
  let isNews = false;
  for (const { place } of channelsFor(bot.oversight, matter)) {
    const changed = await bot.ledger.wall.want({
      subject: `alarm:${request.id}`,
      place,
      under: { subject: root },
      ...(request.missionS256 && { missionS256: request.missionS256 }),
      requestId: request.id,
      card: alarmCard({
        request,
        mission,
        people: peopleOf(bot.oversight),
        approvers: approvers.flatMap((person) => mentionOn(place.platform, person)),
      }),
      seenAt,
      settled: true,
      urgency: 0,
    });
    isNews ||= changed;
  }
  if (isNews) {
    bot.log.warn(
      { request: request.id, decidedBy: request.decision?.decidedBy },
      'decided outside this oversight',
    );
  }
  return undefined;
}

/** Somebody here may just have decided it: their happening is in hand, the reviewer's yes is, or their vote was the last one needed. */
async function isOnItsWay(bot: Bot, request: Request, now: Date): Promise<boolean> {
  const proof = request.decision?.decidedBy.id;
  if (await bot.ledger.inbox.isInHand(proof)) return true;
  if (await isBeingPassed(bot, request)) return true;
  const decidedAt = request.decision?.decidedAt;
  if (!decidedAt || now.getTime() - decidedAt.getTime() > recordedMs) return false;
  const votes = await bot.ledger.votes.about(request.id);
  return votes.some(({ given }) => given.id === proof);
}

/** Hangs an alarm about a mission in its thread, drawn for those it calls: whoever may stop the mission. */
export async function alarmStoppers(
  bot: Bot,
  mission: MissionSummary,
  alarm: Pick<Wanted, 'subject' | 'seenAt' | 'settled'> & { readonly root: string },
  draw: (callees: readonly Mention[]) => Card,
): Promise<void> {
  const { root, ...rest } = alarm;
  const stoppers = stoppersOf(bot.oversight, missionMatter(mission));
  for (const place of placesOf(bot, mission)) {
    const callees = stoppers.flatMap((person) => mentionOn(place.platform, person));
    await bot.ledger.wall.want({
      ...rest,
      place,
      under: { subject: root },
      missionS256: mission.s256,
      card: draw(callees),
      urgency: 0,
    });
  }
}

/** When this oversight began, written down in its first round. */
export async function overseenSince(bot: Bot): Promise<Date> {
  const kept = await bot.ledger.readBookmark(bookmark);
  if (kept) return new Date(kept);
  const now = bot.now();
  await bot.ledger.writeBookmark(bookmark, now.toISOString());
  return now;
}
