import { askCard, isOpen } from '#cards/ask-card.ts';
import { batchIn } from '#cards/batch-card.ts';
import type { Card } from '#cards/card.ts';
import { withClaim } from '#cards/claim-card.ts';
import { askOnHold, missionOnHold } from '#cards/hold-card.ts';
import { nextStep } from '#cards/left.ts';
import { missionCard } from '#cards/mission-card.ts';
import { readPressed } from '#cards/review-card.ts';
import { isOver, stopReportCard } from '#cards/stop-card.ts';
import type { Place } from '#chat/chat.ts';
import { samePlace } from '#ledger/wall.ts';
import type { MissionSummary, Request, TerminationReport } from '#mission-control/facts.ts';
import { matterOf } from '#policy/matter.ts';
import { channelsFor } from '#policy/policy.ts';
import { raiseAlarm } from './alarm.ts';
import { showAnswers } from './answered.ts';
import { backgroundOf } from './background.ts';
import { readBallot } from './ballot.ts';
import { itemsOf, seatOf } from './batch.ts';
import { type Bot, mentionOn, peopleOf } from './bot.ts';
import { reviewOf } from './brief.ts';
import { findingSubject, followInquiry, showFinding } from './finding.ts';
import { showHolds, standingHold } from './held.ts';
import { keptBackUntil, passingOf, settlePassing } from './let-through.ts';
import { lookLater, type Sight } from './look-later.ts';
import { alone, chase, subjectsNamed } from './remind.ts';
import { placesOf, rootSubject } from './root.ts';
import { drawBatch, showBatch } from './show-batch.ts';
import { askIfStale, noteGoal } from './stale.ts';
import { raiseTampering } from './tampering.ts';
import { wayToTheEnd } from './timeline.ts';
import { raiseWentOn } from './went-on.ts';

/** What comes sooner than this is looked at when it is time; a round comes by before what is later. */
const soonMs = 60_000;
/** When something that is on its way is looked at again. */
const againMs = 2_000;

/** Reads the truth and says what should hang. Safe to run twice: an older reading never replaces a newer one. */
export async function look(bot: Bot, { requestId, missionS256 }: Sight): Promise<void> {
  const seat = requestId ? await bot.ledger.batches.seatOf(requestId) : undefined;
  if (seat && !seat.apart && seat.batch !== requestId) {
    // Looks at one card fold into one.
    return await lookLater(bot, { requestId: seat.batch });
  }
  const seenAt = bot.now();
  const request = requestId ? await bot.missionControl.readRequest(requestId) : undefined;
  if (request) await noteGoal(bot, request);
  const s256 = request?.missionS256 ?? missionS256;
  const mission = s256 ? await bot.missionControl.readMission(s256) : undefined;
  if (mission) await showMission(bot, mission, seenAt);
  if (request) await showRequest(bot, request, mission, seenAt);
}

/** The ask's card, wherever its missions are overseen: in the mission's thread, or as a root of its own. */
export async function showRequest(
  bot: Bot,
  request: Request,
  mission: MissionSummary | undefined,
  seenAt: Date,
): Promise<void> {
  const until = await keptBackUntil(bot, request, seenAt);
  if (until) return await lookLater(bot, { requestId: request.id }, until);
  await settlePassing(bot, request);
  if (mission) await followInquiry(bot, request, mission, seenAt);
  const seat = await seatOf(bot, request);
  if (seat && seat.batch !== request.id) await lookLater(bot, { requestId: seat.batch });
  if (seat?.batch === request.id) {
    const { apart, next } = await showBatch(bot, request, mission, seenAt);
    for (const requestId of apart) if (requestId !== request.id) await lookLater(bot, { requestId });
    if (next) await lookLater(bot, { requestId: request.id }, next);
  }
  // What shares a card has none of its own.
  if (seat && !seat.apart) return;
  const matter = matterOf(request);
  const root = mission && (await rootSubject(bot, mission));
  const own = alone(request, seat);
  const cardFor = await drawAsk(bot, request, mission, seenAt);
  const over = !isOpen(request);
  // An approved proposal is no ask any more: its card became the mission's.
  const isMission = request.type === 'mission' && request.state === 'approved' && request.missionS256;
  for (const { place } of isMission ? [] : channelsFor(bot.oversight, matter)) {
    await bot.ledger.wall.want({
      subject: own.subject,
      place,
      ...(root && request.type !== 'mission' && { under: { subject: root } }),
      ...(request.missionS256 && { missionS256: request.missionS256 }),
      requestId: request.id,
      card: cardFor(place),
      seenAt,
      settled: over && 'soon',
      urgency: 0,
    });
  }
  await showAnswers(bot, request, mission, seenAt);
  const waiting = { ...own, mission, root: root ?? own.subject };
  const alarm = await raiseAlarm(bot, request, mission, waiting.root, seenAt);
  if (alarm === 'later')
    await lookLater(bot, { requestId: request.id }, new Date(seenAt.getTime() + againMs));
  const next = await chase(bot, waiting, cardFor, seenAt);
  if (next) await lookLater(bot, { requestId: request.id }, next);
  // Last: should we die before, a round comes back to it.
  if (over && !isMission && alarm !== 'later') await bot.ledger.wall.settle(own.subject, seenAt);
}

/** Draws an ask as it stands, for any of the places it is shown at; each calls people as its platform does. */
export async function drawAsk(
  bot: Bot,
  request: Request,
  mission: MissionSummary | undefined,
  seenAt: Date,
): Promise<(place?: Place) => Card> {
  const { ballot, approvers, notified } = await readBallot(bot, request);
  const facts = {
    request,
    mission,
    ballot,
    people: peopleOf(bot.oversight),
    capabilities: await bot.capabilities(),
    background: await backgroundOf(bot, request, mission),
    review: mission && (await reviewOf(bot, request, mission)),
    passing: await passingOf(bot, request),
  };
  const hold = isOpen(request) && mission ? await standingHold(bot, mission) : undefined;
  const claim = await bot.ledger.claims.standing(request.id, seenAt);
  return (place) => {
    const card = askCard({
      ...facts,
      approvers: place ? approvers.flatMap((person) => mentionOn(place.platform, person)) : [],
      notified: place ? notified.flatMap((person) => mentionOn(place.platform, person)) : [],
    });
    const open = isOpen(request) ? withClaim(card, request.id, claim, facts.people) : card;
    return hold ? askOnHold(open, hold, facts.people) : open;
  };
}

/** The mission's card, the root of its thread; and once it has ended, the report of its end. */
export async function showMission(bot: Bot, mission: MissionSummary, seenAt: Date): Promise<void> {
  const ended = mission.status === 'terminated';
  const report = ended ? await bot.missionControl.readTermination(mission.s256) : undefined;
  const approval = mission.requestId ? await bot.missionControl.readRequest(mission.requestId) : undefined;
  const root = await rootSubject(bot, mission);
  const people = peopleOf(bot.oversight);
  const hold = await standingHold(bot, mission);
  const ballot = approval && (await readBallot(bot, approval)).ballot;
  const active = missionCard({ mission, approval: approval?.decision, ballot, people });
  const card = hold ? missionOnHold(active, mission.s256, hold, people) : active;
  const over = ended && (!report || isOver(report, seenAt));
  for (const place of placesOf(bot, mission)) {
    await bot.ledger.wall.want({
      subject: root,
      place,
      missionS256: mission.s256,
      ...(mission.requestId && { requestId: mission.requestId }),
      card,
      seenAt,
      settled: over && 'soon',
      // A card that still says "active" after a stop is the one that may not wait.
      urgency: ended ? 0 : 1,
    });
  }
  const alarm = approval && (await raiseAlarm(bot, approval, mission, root, seenAt));
  if (approval && alarm === 'later')
    await lookLater(bot, { requestId: approval.id }, new Date(seenAt.getTime() + againMs));
  await raiseTampering(bot, mission, root, seenAt);
  await showHolds(bot, mission, root, seenAt);
  await showStale(bot, mission, root, seenAt);
  // Its buttons must not outlive the mission, and it says whether the operator's rule still holds the mission.
  await showFinding(bot, mission, seenAt);
  if (report) await showEnd(bot, mission, report, root, seenAt);
  // Last: should we die before, a round comes back to it.
  if (over && alarm !== 'later') await bot.ledger.wall.settle(root, seenAt);
}

/** The question whether the mission should go on. The rounds find what is due; what is due sooner is not left to them. */
export async function showStale(
  bot: Bot,
  mission: MissionSummary,
  root: string,
  seenAt: Date,
): Promise<void> {
  const next = await askIfStale(bot, mission, root, seenAt);
  if (next && next.getTime() - seenAt.getTime() < soonMs)
    await lookLater(bot, { missionS256: mission.s256 }, next);
}

async function showEnd(
  bot: Bot,
  mission: MissionSummary,
  report: TerminationReport,
  root: string,
  seenAt: Date,
): Promise<void> {
  const facts = {
    report,
    mission,
    people: peopleOf(bot.oversight),
    capabilities: await bot.capabilities(),
    way: await wayToTheEnd(bot, mission),
  };
  const over = isOver(report, seenAt);
  for (const place of placesOf(bot, mission)) {
    await bot.ledger.wall.want({
      subject: `stop:${mission.s256}`,
      place,
      under: { subject: root },
      missionS256: mission.s256,
      card: stopReportCard({ ...facts, now: seenAt }),
      seenAt,
      settled: over,
      urgency: 0,
    });
  }
  await raiseWentOn(bot, mission, report, root, seenAt);
  const next = nextExpiry(report, seenAt);
  if (!over && next) await lookLater(bot, { missionS256: mission.s256 }, next);
}

/** When the report has something new to say by itself: the next token runs out, the last one has, or has less time left. */
function nextExpiry({ tokens, authorityEndsAt }: TerminationReport, now: Date): Date | undefined {
  const moments = [...tokens.map(({ expiresAt }) => expiresAt), authorityEndsAt];
  return [...moments, nextStep(authorityEndsAt, now) ?? now]
    .filter((at) => at > now)
    .toSorted((a, b) => a.getTime() - b.getTime())[0];
}

/** The card behind a press of "full text": the truth as it stands now, for whoever can see the card that was pressed. */
export async function readCard(bot: Bot, place: Place, subject: string): Promise<Card | undefined> {
  const { wall } = bot.ledger;
  const found = readPressed(subject);
  if (found) return (await wall.hangingAt(place, findingSubject(found)))?.wanted;
  // A card that says nothing of the Person Server (an answer) is read as it hangs, by its mark.
  const marked = await wall.marked(place, subject);
  if (marked) return marked;
  const leader = batchIn(subject);
  if (leader !== undefined) return await readBatch(bot, place, leader);
  for (const hung of subjectsNamed(subject)) {
    const hanging = await wall.hangingAt(place, hung);
    const request = hanging?.requestId ? await bot.missionControl.readRequest(hanging.requestId) : undefined;
    if (!request) continue;
    const mission = request.missionS256
      ? await bot.missionControl.readMission(request.missionS256)
      : undefined;
    const { ballot } = await readBallot(bot, request);
    const facts = { request, mission, ballot, people: peopleOf(bot.oversight), approvers: [] };
    return askCard({
      ...facts,
      capabilities: await bot.capabilities(),
      background: await backgroundOf(bot, request, mission),
    });
  }
  const mission = await bot.missionControl.readMission(subject);
  if (!mission || !placesOf(bot, mission).some((each) => samePlace(each, place))) return undefined;
  const people = peopleOf(bot.oversight);
  const report =
    mission.status === 'terminated' ? await bot.missionControl.readTermination(subject) : undefined;
  return report
    ? stopReportCard({ report, mission, people, capabilities: await bot.capabilities(), now: bot.now() })
    : missionCard({ mission, people });
}

async function readBatch(bot: Bot, place: Place, leader: string): Promise<Card | undefined> {
  const hanging = await bot.ledger.wall.hangingAt(place, `request:${leader}`);
  const request = hanging && (await bot.missionControl.readRequest(leader));
  if (!request) return undefined;
  const { missionS256 } = request;
  const mission = missionS256 ? await bot.missionControl.readMission(missionS256) : undefined;
  const draw = await drawBatch(bot, request, await itemsOf(bot, leader), mission, bot.now(), true);
  return draw();
}
