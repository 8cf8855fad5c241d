import { z } from 'zod';
import type { Card } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import { reviewCard } from '#cards/review-card.ts';
import type { Happening } from '#chat/chat.ts';
import type { Queue } from '#database/jobs.ts';
import type { Acceptance, Standing } from '#ledger/reviews.ts';
import type { Mission, MissionSummary } from '#mission-control/facts.ts';
import { missionMatter } from '#policy/matter.ts';
import { mayDecide } from '#policy/policy.ts';
import { courseOf, type MissionTrail, missionFacts, openTrail } from '#reviewer/drift.ts';
import { keepMemo, readMemo } from '#reviewer/model/memo.ts';
import type { Review } from '#reviewer/model/review.ts';
import { entriesOf } from '#reviewer/model/window.ts';
import { type Bot, proofOf, surfaceOf } from './bot.ts';
import { actOnDrift } from './drift-rule.ts';
import { acceptanceOf, citedEntries, findingSubject, showFinding } from './finding.ts';
import { inHand } from './in-hand.ts';
import { lookLater } from './look-later.ts';
import { spendingOf } from './spending.ts';

export const reviewQueue: Queue<{ missionS256: string }> = {
  name: 'review',
  data: z.object({ missionS256: z.string() }),
};

/** A burst of entries is one review; it starts at the end of the slot in which the first of them came. */
const slotMs = 5_000;
/** Renewed while a model is asked; longer than anything else takes. */
const leaseMs = 15_000;
/** What came while a review ran is not in it, and clocks may differ a little. */
const marginMs = 2 * 60_000;
/** A model that said nothing is asked again after this, though nothing happened since. */
const silentAgainMs = 10 * 60_000;
const pageSize = 200;
/** Trails kept at hand; one that is not is followed again from the first entry. */
const trailsKept = 500;

/** Asks for a review of a mission soon. However many ask within a slot, there is one. */
export async function reviewLater(bot: Bot, missionS256: string): Promise<void> {
  const startAfter = new Date(Math.ceil(bot.now().getTime() / slotMs) * slotMs);
  await bot.jobs.send(reviewQueue, { missionS256 }, { key: missionS256, startAfter });
}

/**
 * Asks for a review of each of these missions whose log went on since its last one, whatever event was lost, and of each
 * that the model has been silent about for a while. What was found and not told or acted on, because whoever found it died,
 * is told and acted on now. The missions are as they were read at `seenAt`.
 */
export async function reviewWhatIsDue(
  bot: Bot,
  missions: readonly MissionSummary[],
  seenAt: Date,
): Promise<void> {
  const known = await bot.ledger.reviews.reviewedThrough(missions.map(({ s256 }) => s256));
  const patient = new Date(bot.now().getTime() - silentAgainMs);
  for (const mission of missions) {
    const { s256, logEntries, lastActivityAt } = mission;
    const last = known.get(s256);
    if (last && last.acted < last.finding) {
      await actOnDrift(bot, mission);
      if (!(await bot.ledger.wall.knows(findingSubject({ s256, finding: last.finding }))))
        await showFinding(bot, mission, seenAt);
    }
    const behind =
      !last || (lastActivityAt.getTime() > last.at.getTime() - marginMs && logEntries > last.through);
    if (behind || (bot.model && last.silent && last.at < patient)) await reviewLater(bot, s256);
  }
}

/**
 * Reviews a mission's log as far as it goes and tells a new finding in the mission's thread, once. One review of a
 * mission at a time; whoever comes meanwhile finds the next one due.
 */
export async function reviewMission(bot: Bot, missionS256: string): Promise<void> {
  const { trails } = bot;
  const { reviews } = bot.ledger;
  const taken = await reviews.take(missionS256, bot.now(), leaseMs);
  if (!taken) return await reviewLater(bot, missionS256);
  let right = taken;
  const renew = async (until: Date) => {
    right = (await reviews.renew(right, until)) ?? right;
  };
  try {
    const seenAt = bot.now();
    const mission = await bot.missionControl.readMission(missionS256);
    if (!mission) return await reviews.giveBack(right);
    const kept = await reviews.read(missionS256);
    const facts = missionFacts(mission);
    const trail = trailOf(trails, missionS256, kept.accepted.length) ?? openTrail(facts);
    const review = await inHand(bot, leaseMs, renew, () =>
      bot.reviewer.review({
        s256: missionS256,
        mission: facts,
        trail,
        memo: readMemo(kept.memo),
        accepted: kept.accepted,
        read: entriesOf(bot.missionControl, missionS256),
      }),
    );
    keepTrail(trails, missionS256, { trail, accepted: kept.accepted.length });
    const standing = standingOf(review, trail);
    const isNew = standing.kind === 'drifting' && isAnother(kept.standing, kept.accepted, kept.finding);
    const { memo, ...word } = review;
    const found = { standing, memo: keepMemo(memo), review: word, isNew };
    if (!(await reviews.keep(right, found, bot.now()))) return await reviewLater(bot, missionS256);
    bot.log.info(
      { mission: missionS256, verdict: standing.kind, through: standing.through, since: standing.since },
      'reviewed',
    );
    await actOnDrift(bot, mission);
    // As the mission was read: one that ended meanwhile already hangs as ended.
    await showFinding(bot, mission, seenAt);
    if (standing.kind !== kept.standing?.kind) await lookAtAsks(bot, missionS256);
    // Its person is asked about a goal that seems reached, and when is reckoned where the mission is looked at.
    if (standing.pastGoal !== kept.standing?.pastGoal) await lookLater(bot, { missionS256 });
  } catch (error) {
    trails.delete(missionS256);
    await reviews.giveBack(right);
    throw error;
  }
}

/** Nothing was flagged before, or what was flagged has been accepted. */
function isAnother(before: Standing | undefined, accepted: readonly Acceptance[], finding: number): boolean {
  return finding === 0 || before?.kind !== 'drifting' || acceptanceOf(accepted, finding) !== undefined;
}

function trailOf(trails: Bot['trails'], s256: string, accepted: number): MissionTrail | undefined {
  const kept = trails.get(s256);
  // What people accept changes how the trail reads from its start.
  return kept?.accepted === accepted ? kept.trail : undefined;
}

function keepTrail(
  trails: Bot['trails'],
  s256: string,
  kept: { readonly trail: MissionTrail; readonly accepted: number },
) {
  trails.delete(s256);
  trails.set(s256, kept);
  for (const oldest of trails.keys()) {
    if (trails.size <= trailsKept) return;
    trails.delete(oldest);
  }
}

/** What the ledger keeps of a review: what a card says of it. */
function standingOf(review: Review, trail: MissionTrail): Standing {
  const { rules, view, through } = review;
  const drifting = review.kind === 'drifting';
  return {
    kind: review.kind,
    through,
    entries: drifting ? [...review.entries] : [],
    reasons: rules.kind === 'drifting' ? rules.findings.map(({ sentence }) => sentence) : [],
    ...pastGoalIn(rules),
    ...(drifting && { since: review.since, flaggedBy: review.flaggedBy }),
    ...(drifting && { course: courseOfFinding(review, trail) }),
    ...(drifting && review.finding && { said: review.finding.pattern, settles: review.finding.settles }),
    ...(view.kind !== 'off' && { modelThrough: view.reviewedThrough }),
    ...(view.kind === 'silent' && { silence: view.silence.why }),
  };
}

/** The course as far as the finding goes: what comes later changes nothing that was found, and draws nothing anew. */
function courseOfFinding(
  { rules, entries }: Extract<Review, { kind: 'drifting' }>,
  trail: MissionTrail,
): Standing['course'] {
  const crossed = rules.kind === 'drifting' ? rules.flaggedAt : undefined;
  const end = Math.max(crossed ?? 0, ...entries);
  return { ...courseOf(trail, end), ...(crossed !== undefined && { crossed }) };
}

/** The log shows the goal as reached where work went on after it. */
function pastGoalIn(rules: Review['rules']): Pick<Standing, 'pastGoal'> {
  const found = rules.kind === 'drifting' && rules.findings.find(({ signal }) => signal === 'past_goal');
  const first = found ? found.entries[0] : undefined;
  return first === undefined ? {} : { pastGoal: first };
}

/** "This is fine": the entries up to the last one shown are accepted, and later reviews know it. */
export async function acceptFinding(
  bot: Bot,
  happening: Extract<Happening, { kind: 'pressed' }>,
  shared: boolean,
  named: { readonly s256: string; readonly finding: number; readonly through: number },
): Promise<Card | undefined> {
  const { s256, finding, through } = named;
  const mission = await bot.missionControl.readMission(s256);
  if (!mission) return refusalCard('not_found');
  const verdict = mayDecide({
    oversight: bot.oversight,
    actor: happening.actor,
    place: happening.place,
    private: false,
    shared,
    matter: missionMatter(mission),
  });
  const act = {
    source: `${happening.id}/accept/${s256}/${finding}`,
    at: bot.now(),
    verb: 'accept' as const,
    actor: proofOf(happening.actor),
    surface: surfaceOf(happening.place, happening.on.message),
    subject: `mission:${s256}`,
    digest: undefined,
  };
  if (!verdict.allowed) {
    await bot.ledger.acts.append({
      ...act,
      person: undefined,
      outcome: `refused:${verdict.why}`,
      answer: { finding },
    });
    return refusalCard(verdict.why);
  }
  const { standing } = await bot.ledger.reviews.read(s256);
  const from = Math.min(standing?.since ?? through, through);
  const by = { person: verdict.as.id, via: happening.actor.platform, id: act.actor };
  const accepted = await bot.ledger.reviews.accept(s256, {
    finding,
    from,
    through,
    by,
    at: act.at.toISOString(),
  });
  await bot.ledger.acts.append({
    ...act,
    person: verdict.as.id,
    outcome: accepted ? 'accepted' : 'stale',
    answer: { finding, from, through },
  });
  if (!accepted) return refusalCard('stale');
  const seenAt = bot.now();
  await showFinding(bot, (await bot.missionControl.readMission(s256)) ?? mission, seenAt);
  bot.trails.delete(s256);
  await bot.jobs.send(reviewQueue, { missionS256: s256 }, { key: s256 });
  return undefined;
}

/** The answer to "review the cake mission": as it stands after a review made now. */
export async function reviewAnswer(bot: Bot, mission: Mission | MissionSummary): Promise<Card> {
  await reviewMission(bot, mission.s256);
  const { standing, memo } = await bot.ledger.reviews.read(mission.s256);
  const after = Math.max(0, mission.logEntries - pageSize);
  const { entries } = await bot.missionControl.readLog(mission.s256, { after, limit: pageSize });
  const cited = await citedEntries(bot, mission.s256, standing?.entries ?? []);
  return reviewCard({
    mission,
    review: standing,
    cited,
    entries,
    points: readMemo(memo).points,
    spending: await spendingOf(bot, mission.s256),
  });
}

/** Open asks say how their mission stands; when that changes, they are looked at again. */
async function lookAtAsks(bot: Bot, missionS256: string): Promise<void> {
  const { requests } = await bot.missionControl.listRequests({ state: 'open', missionS256 });
  for (const { id } of requests) await lookLater(bot, { requestId: id });
}
